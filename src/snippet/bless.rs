//! Writes what a block printed into the page, where the page promises something else (S4.4). It changes only expected
//! output. Line endings, the indentation of lists and quotes, and `...` and `[..]` that still fit stay. Pure.
//!
//! Must not know: disk. The caller applies the edits.

use crate::page::{FenceIndex, Page, fix};
use crate::snippet::model::output::line_fits;
use crate::snippet::model::session::Session;
use crate::snippet::model::snippet::{Expected, Snippet};
use crate::snippet::model::verdict::{Step, StepOutcome};
use crate::snippet::model::verdicts::Verdicts;
use crate::source::{SourceFile, Sources};
use crate::span::{FileId, LineIndex, MappedText};
use std::ops::Range;
use std::sync::Arc;

/// A change to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file.
    pub file: FileId,
    /// The bytes to remove.
    pub range: Range<usize>,
    /// The text that replaces them.
    pub text: String,
}

/// The result of blessing.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Blessing {
    /// The changes, ordered by file and byte.
    pub edits: Vec<Edit>,
    /// Blocks whose output cannot be written.
    pub refused: Vec<Refused>,
}

/// An expectation that docgen does not correct.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    /// The page and the line.
    pub place: String,
    /// Why, and what to do.
    pub why: String,
}

/// Why an expectation inside a changed block is not corrected.
const DIFF: &str = "its expected output is inside a diff: correct it by hand";

/// The changes that correct every wrong expectation.
pub fn bless(sources: &Sources, pages: &[Arc<Page>], verdicts: Verdicts<'_>) -> Blessing {
    let mut blessing = Blessing::default();
    for (snippet, verdict) in verdicts.iter() {
        let wrong = verdict.steps.get(&Step::Output) == Some(&StepOutcome::Fail);
        let (true, Some(printed)) = (wrong, &verdict.output) else { continue };
        let page = &pages[usize::from(snippet.page)];
        let is_change = snippet.settings.applies_to.is_some();
        let edits = match (&snippet.expected, &snippet.session) {
            (Some(expected), _) => match expected.fence {
                Some(fence) => {
                    let new = renewed(expected.text.as_str(), printed);
                    fence_edit(sources, page, fence, &expected.text, &new).map(|edit| vec![edit])
                }
                None if is_change => Err(DIFF.to_owned()),
                None => comment_edits(sources, expected, printed),
            },
            (None, Some(_)) if is_change => Err(DIFF.to_owned()),
            (None, Some(session)) => renewed_session(snippet, session, printed).and_then(|text| {
                let new: Vec<String> = text.lines().map(str::to_owned).collect();
                fence_edit(sources, page, snippet.fence, &snippet.code, &new).map(|edit| vec![edit])
            }),
            (None, None) => continue,
        };
        match edits {
            Ok(edits) => blessing.edits.extend(edits),
            Err(why) => blessing.refused.push(Refused { place: snippet.place(), why }),
        }
    }
    blessing.edits.sort_by(|a, b| (a.file, a.range.start, &a.text).cmp(&(b.file, b.range.start, &b.text)));
    blessing.edits.dedup();
    refuse_conflicts(&mut blessing, sources);
    blessing
}

/// Refuses edits of an expectation that two blocks share through an include, if they print different things.
fn refuse_conflicts(blessing: &mut Blessing, sources: &Sources) {
    let conflicting: Vec<(FileId, usize)> = blessing
        .edits
        .windows(2)
        .filter(|pair| {
            pair[0].file == pair[1].file && pair[1].range.start < pair[0].range.end.max(pair[0].range.start + 1)
        })
        .map(|pair| (pair[1].file, pair[1].range.start))
        .collect();
    for (file, start) in conflicting {
        let line = sources[file].line_col(start).line;
        let place = format!("{}:{line}", sources[file].name);
        blessing.refused.push(Refused { place, why: "two blocks promise this and print different things".to_owned() });
        blessing.edits.retain(|edit| edit.file != file || edit.range.start != start);
    }
}

/// The whole text of a file after its edits, with its byte order mark.
pub fn apply(file: &SourceFile, edits: &[Edit]) -> String {
    let mine = edits.iter().filter(|edit| edit.file == file.id);
    let changes: Vec<fix::Change> = mine.map(|edit| (edit.range.clone(), edit.text.clone())).collect();
    fix::apply(file, &changes)
}

/// The output to write: what was printed, but with the wild cards of the old expectation where they still fit.
fn renewed(expected: &str, printed: &str) -> Vec<String> {
    let old: Vec<&str> = expected.trim_end().lines().collect();
    let new: Vec<&str> = printed.trim_end().lines().collect();
    let is_any = |line: &&str| line.trim() == "...";
    let keep = |old: Option<&&str>, new: &str| match old {
        Some(old) if old.contains("[..]") && line_fits(old, new) => (*old).to_owned(),
        _ => new.trim_end().to_owned(),
    };
    let Some(first) = old.iter().position(is_any) else {
        return new.iter().enumerate().map(|(at, line)| keep(old.get(at), line)).collect();
    };
    let after = old.len() - 1 - old.iter().rposition(is_any).unwrap_or(first);
    if first + after > new.len() {
        return new.iter().map(|line| line.trim_end().to_owned()).collect();
    }
    let head = new[..first].iter().enumerate().map(|(at, line)| keep(old.get(at), line));
    let tail =
        new[new.len() - after..].iter().enumerate().map(|(at, line)| keep(old.get(old.len() - after + at), line));
    head.chain(std::iter::once("...".to_owned())).chain(tail).collect()
}

/// A session as it should stand on the page. Outputs that fit stay as they are written there. `printed` is the session as
/// it went.
fn renewed_session(snippet: &Snippet, session: &Session, printed: &str) -> Result<String, String> {
    let went = Session::parse(session.dialect, &MappedText::from_source(printed, FileId(0), 0));
    if went.exchanges.len() != session.exchanges.len() {
        return Err("its outputs look like inputs: write them by hand".to_owned());
    }
    let settings = &snippet.settings;
    let mut outputs = Vec::new();
    for (old, new) in session.exchanges.iter().zip(&went.exchanges) {
        let text = new.output.as_str();
        let fits = old.compare(session.dialect, text, settings.matching, &settings.filters).is_ok();
        if !fits && !old.can_be_blessed() {
            return Err("its outputs have prompts of their own: write them by hand".to_owned());
        }
        let mut lines = if fits {
            old.output.as_str().lines().map(str::to_owned).collect()
        } else {
            renewed(old.output.as_str(), text)
        };
        lines.extend(new.exit.or(old.exit).map(|code| format!("[{code}]")));
        outputs.push(lines.join("\n"));
    }
    Ok(session.with_outputs(snippet.code.as_str(), &outputs))
}

fn fence_edit(
    sources: &Sources,
    page: &Page,
    fence: FenceIndex,
    old: &MappedText,
    new: &[String],
) -> Result<Edit, String> {
    let fence = &page.fences[fence];
    if !fence.closed {
        return Err("its output block is never closed".to_owned());
    }
    if new.iter().any(|line| line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~")) {
        return Err("it prints a fence line, which would close the output block: write it by hand".to_owned());
    }
    let file = &sources[fence.span.file];
    if let Some((origin, _)) = old.origin_of(0)
        && origin != fence.span.file
    {
        return Err("its expected output is included from another file".to_owned());
    }
    let line = |offset| file.lines.line_of(offset) + 1;
    let body = file.lines.line_range(&file.text, line(fence.open.start) + 1).map(|range| range.start);
    let close = file.lines.line_range(&file.text, line(fence.span.end.saturating_sub(1))).map(|range| range.start);
    let (Some(start), Some(end)) = (body, close) else { return Err("its output block is never closed".to_owned()) };
    let ending = if file.text.contains("\r\n") { "\r\n" } else { "\n" };
    // Every line gets the text before the opening fence, but no list marker.
    let fence_line = file.lines.line_range(&file.text, line(fence.open.start)).map_or(0, |range| range.start);
    let prefix: String = file.text[fence_line..fence.open.start]
        .chars()
        .map(|character| if character == '>' || character == '\t' { character } else { ' ' })
        .collect();
    let mut text = String::new();
    for line in new {
        text.push_str(format!("{prefix}{line}").trim_end());
        text.push_str(ending);
    }
    Ok(Edit { file: file.id, range: start..end.max(start), text })
}

/// Rewrites output that comments promise, line by line. The number of lines must be the same.
fn comment_edits(sources: &Sources, expected: &Expected, printed: &str) -> Result<Vec<Edit>, String> {
    let text = expected.text.as_str();
    let new = renewed(text, printed);
    let lines = LineIndex::new(text);
    let count = text.trim_end().lines().count();
    if new.len() != count {
        let prints = new.len();
        return Err(format!(
            "the number of lines in its comments is {count}, and it prints {prints}: write them by hand"
        ));
    }
    let mut edits = Vec::new();
    for (number, line) in new.into_iter().enumerate() {
        let range = lines.line_range(text, number + 1).unwrap_or(0..0);
        let Some(span) = expected.text.span_of(range.clone()) else { continue };
        let file = &sources[span.file];
        let range = file.range_of(span);
        if file.text[range.clone()] != line {
            edits.push(Edit { file: span.file, range, text: line });
        }
    }
    Ok(edits)
}

/// A diff for people: a block's expectation and what it prints.
pub fn describe(snippet: &Snippet, printed: &str) -> String {
    use std::fmt::Write as _;
    let mut text = format!("{}\n", snippet.place());
    let (old, new) = match (&snippet.expected, &snippet.session) {
        (None, Some(session)) => {
            let new = renewed_session(snippet, session, printed).unwrap_or_default();
            (snippet.code.as_str(), new.lines().map(str::to_owned).collect())
        }
        (expected, _) => {
            let old = expected.as_ref().map_or("", |expected| expected.text.as_str());
            (old, renewed(old, printed))
        }
    };
    for line in old.trim_end().lines() {
        let _ = writeln!(text, "\x1b[31m- {line}\x1b[0m");
    }
    for line in new {
        let _ = writeln!(text, "\x1b[32m+ {line}\x1b[0m");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s4_4_wild_cards_that_fit_are_kept() {
        assert_eq!(renewed("took [..] ms\nb\n", "took 3 ms\nc\n"), ["took [..] ms", "c"]);
        assert_eq!(renewed("a\n...\nz\n", "x\nb\nc\ny\n"), ["x", "...", "y"]);
        assert_eq!(renewed("a\n", "b\nc  \n"), ["b", "c"]);
    }
}
