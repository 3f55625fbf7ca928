//! Regular expressions: those of automata, as in Rust and Go, and those with backtracking, as in Perl and Python.
//!
//! Must not know: blocks.

use super::problem::Problem;
use std::ops::Range;

/// A pattern, or one on each line. One of the two families must accept it.
pub(super) fn parse(text: &str) -> Result<(), Problem> {
    let Err(whole) = one(text, content(text, 0..text.len())) else { return Ok(()) };
    let lines = lines(text);
    if lines.len() < 2 {
        return Err(whole);
    }
    let mut right = 0;
    let mut wrong = None;
    for line in lines {
        match one(text, line) {
            Ok(()) => right += 1,
            Err(problem) => wrong = wrong.or(Some(problem)),
        }
    }
    // If no line is a pattern, the block is one pattern over several lines.
    wrong.map_or(Ok(()), |problem| Err(if right == 0 { whole } else { problem }))
}

/// The lines that hold something.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        lines.push(content(text, at..at + line.len()));
        at += line.len();
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// A pattern without the blanks around it, and without the slashes and flags of a literal.
fn content(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let trimmed = part.trim();
    let start = range.start + part.len() - part.trim_start().len();
    let range = start..start + trimmed.len();
    if let Some(inner) = trimmed.strip_prefix('/')
        && let Some(end) = inner.rfind('/')
        && inner[end + 1..].chars().all(|c| c.is_ascii_lowercase())
    {
        return start + 1..start + 1 + end;
    }
    range
}

fn one(text: &str, range: Range<usize>) -> Result<(), Problem> {
    let pattern = &text[range.clone()];
    let Err(error) = regex_syntax::parse(pattern) else { return Ok(()) };
    let Err(second) = fancy_regex::Regex::new(pattern) else { return Ok(()) };
    let (place, message) = match (&error, second) {
        // Look-around and the like; the fault is elsewhere.
        (regex_syntax::Error::Parse(known), fancy_regex::Error::ParseError(at, said)) if is_only_for_others(known) => {
            match open_group(pattern) {
                Some(open) => (open..open + 1, "unclosed group".to_owned()),
                None => (at..at + 1, said.to_string()),
            }
        }
        (regex_syntax::Error::Parse(error), _) => (span(error.span()), error.kind().to_string()),
        (regex_syntax::Error::Translate(error), _) => (span(error.span()), error.kind().to_string()),
        (_, second) => (0..1, second.to_string()),
    };
    let start = (range.start + place.start).min(range.end.saturating_sub(1)).max(range.start);
    let end = (range.start + place.end).clamp(start + 1, range.end.max(start + 1));
    Err(Problem { range: start..end, message, help: None })
}

/// Whether an error means that only other engines have this.
fn is_only_for_others(error: &regex_syntax::ast::Error) -> bool {
    use regex_syntax::ast::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::UnsupportedLookAround
            | ErrorKind::UnsupportedBackreference
            | ErrorKind::EscapeUnrecognized
            | ErrorKind::GroupNameInvalid
            | ErrorKind::FlagUnrecognized
    )
}

/// The bracket of the first group that is never closed.
fn open_group(pattern: &str) -> Option<usize> {
    let (mut open, mut in_class, mut escaped) = (Vec::new(), false, false);
    for (at, sign) in pattern.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => open.push(at),
            ')' if !in_class => drop(open.pop()),
            _ => {}
        }
    }
    open.first().copied()
}

fn span(span: &regex_syntax::ast::Span) -> Range<usize> {
    span.start.offset..span.end.offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_both_families_are_right() {
        for text in [
            r"^\d{4}-\d{2}$",
            r"(?<year>\d+)(?=-)\k<year>",
            "/a+b/gi\n",
            "a|b\nc[d-f]+\n",
            "(?x)\n  a # one\n  b\n",
            "(?<!a)b",
        ] {
            assert!(parse(text).is_ok(), "{text}: {}", parse(text).unwrap_err().message);
        }
    }

    #[test]
    fn faults_have_their_place() {
        for (text, start) in [("a(b", 1), ("[z-a]", 1), ("a\nb)\nc", 3), ("*a", 0), ("(?<!a(b)", 0)] {
            let problem = parse(text).expect_err(text);
            assert_eq!(problem.range.start, start, "{text} {}", problem.message);
        }
    }
}
