//! Applies a `diff` block to the block that it names: `{applies-to=NAME}`. The result is the program that the reader has
//! after the change, and docgen verifies it as a block of the named block's language. Pure.
//!
//! Unified diffs are read with or without their headers, since pages seldom show these. Must not know: languages,
//! settings.

use crate::span::MappedText;
use std::ops::Range;

/// Why a diff does not fit, and the bytes of the diff that say so.
pub(super) struct Misfit {
    pub(super) range: Range<usize>,
    pub(super) message: String,
}

/// What a line of a diff does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Keeps,
    Adds,
    Removes,
}

/// A line of a diff: its sign, and its bytes with the sign.
struct Line {
    sign: Sign,
    range: Range<usize>,
}

impl Line {
    /// The texts that it may stand for. A line that is kept may lack the blank in front.
    fn texts<'a>(&self, diff: &'a str) -> [Option<&'a str>; 2] {
        let shown = diff[self.range.clone()].trim_end();
        match self.sign {
            Sign::Keeps if shown.is_empty() => [Some(""), None],
            Sign::Keeps => [shown.strip_prefix(' '), Some(shown)],
            Sign::Adds | Sign::Removes => [Some(&shown[1..]), None],
        }
    }
}

/// Lines of a diff that follow each other in the text.
#[derive(Default)]
struct Hunk {
    lines: Vec<Line>,
    /// The line of the old text where it begins, counted from 0, if its header says it.
    begins: Option<usize>,
}

/// The text after the change. Each line knows its place: that of the diff, or that of the text if the diff does not show
/// it.
///
/// # Errors
/// If the diff changes nothing, or a line that it keeps or removes is not there.
pub(super) fn apply(diff: &MappedText, text: &MappedText, name: &str) -> Result<MappedText, Misfit> {
    let hunks = hunks(diff.as_str());
    let first = hunks.iter().flat_map(|hunk| &hunk.lines).find(|line| line.sign != Sign::Keeps);
    if first.is_none() {
        let end = diff.as_str().lines().next().map_or(0, str::len);
        return Err(Misfit { range: 0..end, message: "this diff adds no line and removes none".to_owned() });
    }
    let old = lines(text.as_str());
    let mut result = MappedText::new();
    let mut done = 0;
    for hunk in &hunks {
        let at =
            place(hunk, diff.as_str(), text.as_str(), &old, done).map_err(|line| misfit(line, diff.as_str(), name))?;
        for line in &old[done..at] {
            push(&mut result, text, line.clone());
        }
        done = at;
        for line in &hunk.lines {
            match line.sign {
                Sign::Adds => push(&mut result, diff, line.range.start + 1..line.range.end),
                Sign::Removes => done += 1,
                Sign::Keeps => {
                    let kept = text.as_str()[old[done].clone()].trim_end();
                    let has_blank = line.texts(diff.as_str())[0] == Some(kept) && !kept.is_empty();
                    push(&mut result, diff, line.range.start + usize::from(has_blank)..line.range.end);
                    done += 1;
                }
            }
        }
    }
    for line in &old[done..] {
        push(&mut result, text, line.clone());
    }
    Ok(result)
}

/// Appends a line. A line at the end of a block may lack its line end.
fn push(result: &mut MappedText, from: &MappedText, range: Range<usize>) {
    if !result.is_empty() && !result.as_str().ends_with('\n') {
        result.push_generated("\n", "a line end");
    }
    result.push_mapped(from, range);
}

/// The lines of a text, with their ends.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let step = |line: &str| {
        at += line.len();
        at - line.len()..at
    };
    text.split_inclusive('\n').map(step).collect()
}

/// The parts of a diff. `@@`, or `...` on a line of its own, ends a part.
fn hunks(diff: &str) -> Vec<Hunk> {
    let mut hunks = vec![Hunk::default()];
    for range in lines(diff) {
        let line = diff[range.clone()].trim_end();
        let hunk = hunks.last_mut().expect("there is one");
        if line.starts_with("@@") {
            hunks.push(Hunk { begins: begins(line), ..Hunk::default() });
        } else if matches!(line.trim(), "..." | "…") {
            hunks.push(Hunk::default());
        } else if !(line.starts_with('\\') || (hunk.lines.is_empty() && is_header(line))) {
            let sign = match line.as_bytes().first() {
                Some(b'+') => Sign::Adds,
                Some(b'-') => Sign::Removes,
                _ => Sign::Keeps,
            };
            hunk.lines.push(Line { sign, range });
        }
    }
    hunks.retain(|hunk| !hunk.lines.is_empty());
    hunks
}

/// Whether a line stands above the parts of a diff and names files.
fn is_header(line: &str) -> bool {
    const HEADS: &[&str] = &[
        "diff ",
        "index ",
        "--- ",
        "+++ ",
        "new file ",
        "deleted file ",
        "old mode ",
        "new mode ",
        "similarity ",
        "rename ",
    ];
    HEADS.iter().any(|head| line.starts_with(head))
}

/// `@@ -3,7 +3,8 @@`: line 2, counted from 0. A part without old lines stands behind the line that its header names.
fn begins(header: &str) -> Option<usize> {
    let old = header.split_whitespace().find_map(|word| word.strip_prefix('-'))?;
    let (line, count) = old.split_once(',').unwrap_or((old, "1"));
    let line: usize = line.parse().ok()?;
    Some(if count == "0" { line } else { line.saturating_sub(1) })
}

/// The line of the old text where a part of the diff fits, at `from` or below; near its header's line if it has one. If
/// it fits nowhere, the first of its lines that does not, at the best place.
fn place<'a>(hunk: &'a Hunk, diff: &str, text: &str, old: &[Range<usize>], from: usize) -> Result<usize, &'a Line> {
    let wanted: Vec<&Line> = hunk.lines.iter().filter(|line| line.sign != Sign::Adds).collect();
    if wanted.is_empty() {
        return match hunk.begins.filter(|at| (from..=old.len()).contains(at)) {
            Some(at) => Ok(at),
            None => Err(&hunk.lines[0]),
        };
    }
    let fits = |line: &Line, old: &Range<usize>| line.texts(diff).contains(&Some(text[old.clone()].trim_end()));
    let matching = |at: usize| wanted.iter().zip(&old[at..]).take_while(|(line, old)| fits(line, old)).count();
    let places = from..old.len();
    let near = |at: &usize| hunk.begins.map_or(0, |wanted| wanted.abs_diff(*at));
    if let Some(at) = places.clone().filter(|at| matching(*at) == wanted.len()).min_by_key(near) {
        return Ok(at);
    }
    let best = places.map(matching).max().unwrap_or(0);
    Err(wanted[best.min(wanted.len() - 1)])
}

fn misfit(line: &Line, diff: &str, name: &str) -> Misfit {
    let shown = diff[line.range.clone()].trim_end();
    let range = line.range.start..line.range.start + shown.len().max(1);
    let message = match line.sign {
        Sign::Adds => "this part of the diff shows only new lines; show a line before or after them".to_owned(),
        Sign::Keeps | Sign::Removes => {
            let text = line.texts(diff).into_iter().flatten().next().unwrap_or_default();
            format!("the block `{name}` has no line `{}` at this place", text.trim())
        }
    };
    Misfit { range, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "fn main() {\n    a();\n    b();\n}\n\nfn c() {\n    a();\n}\n";

    fn applied(diff: &str) -> Result<String, String> {
        let mapped = |text: &str| MappedText::from_source(text, crate::span::FileId(0), 0);
        let result = apply(&mapped(diff), &mapped(TEXT), "x").map_err(|misfit| {
            format!("{}: {}", &diff[misfit.range.start..].lines().next().unwrap_or_default(), misfit.message)
        })?;
        Ok(result.as_str().to_owned())
    }

    #[test]
    fn with_and_without_headers() {
        let wanted = TEXT.replacen("    a();\n", "    d();\n", 1);
        for diff in [
            "--- a/x.rs\n+++ b/x.rs\n@@ -1,3 +1,3 @@\n fn main() {\n-    a();\n+    d();\n     b();\n",
            "-    a();\n+    d();\n",
            " fn main() {\n-    a();\n+    d();\n",
            "fn main() {\n-    a();\n+    d();\n    b();\n}\n",
            "@@ -1,2 +1,2 @@ fn main()\n fn main() {\n-    a();\n+    d();\n\\ No newline at end of file\n",
        ] {
            assert_eq!(applied(diff).as_ref(), Ok(&wanted), "{diff}");
        }
    }

    #[test]
    fn several_parts() {
        let wanted = TEXT.replace("    a();\n", "    d();\n");
        assert_eq!(applied("-    a();\n+    d();\n...\n-    a();\n+    d();\n"), Ok(wanted));
        let second = "fn main() {\n    a();\n    b();\n}\n\nfn c() {\n}\n";
        assert_eq!(applied("@@ -7,1 +6,0 @@\n-    a();\n"), Ok(second.to_owned()));
        assert_eq!(applied("@@ -5,0 +6,1 @@\n+// c\n"), Ok(TEXT.replace("fn c", "// c\nfn c")));
    }

    #[test]
    fn what_does_not_fit() {
        assert_eq!(
            applied(" fn main() {\n-    z();\n+    d();\n"),
            Err("-    z();: the block `x` has no line `z();` at this place".to_owned())
        );
        // A line without a sign is not a blank line.
        assert!(applied("}\n}\n fn c() {\n-    a();\n").is_err_and(|why| why.contains("no line `}`")));
        assert!(applied("}\n\n fn c() {\n-    a();\n").is_ok_and(|text| text.ends_with("}\n\nfn c() {\n}\n")));
        assert!(applied("+    d();\n").is_err_and(|why| why.contains("show a line")));
        assert!(applied(" fn main() {\n").is_err_and(|why| why.contains("adds no line")));
    }
}
