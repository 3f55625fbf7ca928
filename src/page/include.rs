//! Expansion of mdBook's directives: `{{#include …}}` and its relatives. Every byte keeps its origin.
//!
//! Pure: [`Sources`] already contains the included files.
//! Must not know: Markdown.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::include::{self, Directive, Form, Part, Wanted};
use crate::source::{Refused, Sources};
use crate::span::{FileId, MappedText, Span};
use std::ops::Range;

const MAX_DEPTH: usize = 10;
/// Max size of a page with its includes.
const MAX_BYTES: usize = 16 << 20;
/// Max includes of one page, including those in included files.
const MAX_INCLUDES: usize = 2000;
/// Max bytes of included files that are searched for one page. Each anchor is searched for in the whole file.
const MAX_SEARCHED: usize = 128 << 20;
/// Max problems reported for one page; more would repeat the same.
const MAX_PROBLEMS: usize = 100;

/// A page with its directives expanded.
pub(super) struct Expanded {
    pub(super) text: MappedText,
    /// The title of the window, from `{{#title …}}`.
    pub(super) window_title: Option<String>,
}

/// The text of `file` from byte `start` on, with its directives expanded.
pub(super) fn expand(sources: &Sources, file: FileId, start: usize, problems: &mut Vec<Diagnostic>) -> Expanded {
    let mut text = MappedText::new();
    let end = sources[file].text.len();
    let mut expander =
        Expander { sources, problems: Vec::new(), open: vec![file], includes: 0, searched: 0, window_title: None };
    expander.append(&mut text, file, start..end, 0);
    problems.extend(expander.problems.into_iter().take(MAX_PROBLEMS));
    Expanded { text, window_title: expander.window_title }
}

struct Expander<'a> {
    sources: &'a Sources,
    problems: Vec<Diagnostic>,
    /// Files that are being expanded, the innermost last.
    open: Vec<FileId>,
    includes: usize,
    searched: usize,
    window_title: Option<String>,
}

/// A directive that asks for a file.
struct Include<'a> {
    path: &'a str,
    part: Part<'a>,
    form: Form<'a>,
    /// Its position.
    span: Span,
    /// What stands before it on its line, if that is white space in a code block. Every line gets it.
    indent: &'a str,
}

impl Expander<'_> {
    fn append(&mut self, out: &mut MappedText, file: FileId, range: Range<usize>, depth: usize) {
        let text = &self.sources[file].text[range.clone()];
        let mut copied = 0;
        for Directive { range: at, escaped, wanted } in include::directives(text) {
            let span = Span::new(file, range.start + at.start..range.start + at.end);
            out.push_source(&text[copied..at.start], file, range.start + copied);
            copied = at.end;
            if escaped {
                let shown = at.start + 1;
                out.push_source(&text[shown..at.end], file, range.start + shown);
                continue;
            }
            match wanted {
                Wanted::Title(title) => self.window_title = Some(title.to_owned()),
                Wanted::File { path, part, form } => {
                    let include = Include { path, part, form, span, indent: indent_in_fence(&text[..at.start]) };
                    if let Err(problem) = self.include(out, file, &include, depth) {
                        if self.problems.len() < MAX_PROBLEMS {
                            self.problems.push(*problem);
                        }
                        out.push_source(&text[at], file, span.start);
                    }
                }
            }
        }
        out.push_source(&text[copied..], file, range.start + copied);
    }

    /// Counts an include of a file of `size` bytes; the page has `length` bytes so far. `Err` names the exceeded limit.
    fn count(&mut self, size: usize, length: usize) -> Result<(), String> {
        self.includes += 1;
        self.searched += size;
        if self.includes > MAX_INCLUDES {
            return Err(format!("the page has more than {MAX_INCLUDES} includes"));
        }
        if length + size > MAX_BYTES {
            return Err(format!("the page grows beyond {} MB", MAX_BYTES >> 20));
        }
        if self.searched > MAX_SEARCHED {
            return Err(format!("the page searches more than {} MB of included files", MAX_SEARCHED >> 20));
        }
        Ok(())
    }

    fn include(
        &mut self,
        out: &mut MappedText,
        from: FileId,
        include: &Include<'_>,
        depth: usize,
    ) -> Result<(), Box<Diagnostic>> {
        let target = self.find(from, include, depth)?;
        let text = &self.sources[target].text;
        self.count(text.len(), out.len()).map_err(|message| {
            Box::new(
                Diagnostic::new(Code::IncludeLimit, include.span, message).help("include less, or from smaller files"),
            )
        })?;
        let shown = self.ranges(target, include)?;
        let (pieces, fence) = match include.form {
            Form::Part => (shown.into_iter().map(|range| (range, "")).collect(), None),
            Form::HiddenAround => (with_hidden(text, &shown), None),
            Form::Playground(words) => (shown.into_iter().map(|range| (range, "")).collect(), Some(words)),
        };
        let standin = |out: &mut MappedText, text: &str| out.push_standin(text, include.span.file, include.span.start);
        if let Some(words) = fence {
            let comma = if words.is_empty() { "" } else { "," };
            standin(out, &format!("```rust{comma}{}\n", words.split_whitespace().collect::<Vec<_>>().join(",")));
        }
        self.open.push(target);
        let last = pieces.len().saturating_sub(1);
        let mut is_first = true;
        for (index, (range, mark)) in pieces.into_iter().enumerate() {
            // The directive's line has its own line ending.
            let end = if index == last {
                range.start + text[range.clone()].trim_end_matches(['\r', '\n']).len()
            } else {
                range.end
            };
            if include.indent.is_empty() && mark.is_empty() {
                self.append(out, target, range.start..end, depth + 1);
                continue;
            }
            let mut start = range.start;
            for line in text[range.start..end].split_inclusive('\n') {
                let indent = if is_first { "" } else { include.indent };
                is_first = false;
                out.push_standin(&[indent, mark].concat(), target, start);
                self.append(out, target, start..start + line.len(), depth + 1);
                start += line.len();
            }
        }
        self.open.pop();
        if fence.is_some() {
            standin(out, "\n```");
        }
        Ok(())
    }

    /// The file that a directive asks for.
    fn find(&self, from: FileId, include: &Include<'_>, depth: usize) -> Result<FileId, Box<Diagnostic>> {
        let too_much = |message: String, help: &str| {
            Err(Box::new(Diagnostic::new(Code::IncludeLimit, include.span, message).help(help)))
        };
        let path = include::target_path(&self.sources[from].path, include.path);
        if depth >= MAX_DEPTH {
            let message = format!("includes are nested more than {MAX_DEPTH} deep: {}", self.chain(None));
            return too_much(message, "include the innermost file directly");
        }
        if let Some(refused) = self.sources.refused(&path).filter(|refused| **refused != Refused::Missing) {
            let message = format!("the included file `{}` {}", include.path, refused.why());
            return Err(Box::new(Diagnostic::new(Code::ReadRefused, include.span, message).help(refused.help())));
        }
        let Some(target) = self.sources.by_path(&path) else {
            return missing(
                include,
                format!("the included file `{}` does not exist", include.path),
                "the path is relative to the page that includes it",
            );
        };
        if include.part == Part::Whole && self.open.contains(&target) {
            let message = format!("`{}` includes itself: {}", include.path, self.chain(Some(target)));
            return too_much(message, "break the circle");
        }
        Ok(target)
    }

    /// The bytes of a file that a directive shows.
    fn ranges(&self, target: FileId, include: &Include<'_>) -> Result<Vec<Range<usize>>, Box<Diagnostic>> {
        let text = &self.sources[target].text;
        match include.part {
            Part::Whole => Ok(anchor_free(text, 0..text.len())),
            Part::Lines(from, to) => {
                let lines = &self.sources[target].lines;
                let count = lines.len();
                let (first, last) = (from.unwrap_or(1), to.unwrap_or(count).min(count));
                if first == 0 || first > last {
                    return missing(
                        include,
                        format!("`{}` has {count} lines, so it has no lines {first} to {last}", include.path),
                        "lines are counted from 1, both ends included",
                    );
                }
                let start = lines.line_range(text, first).map_or(0, |range| range.start);
                let end = lines.line_range(text, last + 1).map_or(text.len(), |range| range.start);
                Ok(std::iter::once(start..end).collect())
            }
            Part::Anchor(name) => match anchor(text, name) {
                Some(range) => Ok(anchor_free(text, range)),
                None => missing(
                    include,
                    format!("`{}` has no anchor `{name}`", include.path),
                    "mark the part with comments `ANCHOR: name` and `ANCHOR_END: name`",
                ),
            },
        }
    }
}

fn missing<T>(include: &Include<'_>, message: String, help: &str) -> Result<T, Box<Diagnostic>> {
    Err(Box::new(Diagnostic::new(Code::IncludeMissing, include.span, message).help(help)))
}

/// The whole file in pieces, each with the mark before its lines: nothing before the shown ones, `# ` before the others.
/// Lines that mark anchors are left out (mdBook's `take_rustdoc_include_anchored_lines`).
fn with_hidden(text: &str, shown: &[Range<usize>]) -> Vec<(Range<usize>, &'static str)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for range in shown {
        pieces.extend(anchor_free(text, at..range.start).into_iter().map(|range| (range, "# ")));
        pieces.push((range.clone(), ""));
        at = range.end;
    }
    pieces.extend(anchor_free(text, at..text.len()).into_iter().map(|range| (range, "# ")));
    pieces
}

/// The white space before the end of a text, if it stands alone on its line, inside of a fenced code block.
fn indent_in_fence(before: &str) -> &str {
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    if line.is_empty() || !line.trim().is_empty() {
        return "";
    }
    let mut open: Option<(char, usize)> = None;
    for line in before.lines() {
        let line = line.trim_start();
        let Some(mark) = line.chars().next().filter(|mark| ['`', '~'].contains(mark)) else { continue };
        let length = line.len() - line.trim_start_matches(mark).len();
        match open {
            Some((opened, at_least)) if mark == opened && length >= at_least && line[length..].trim().is_empty() => {
                open = None;
            }
            None if length >= 3 => open = Some((mark, length)),
            _ => {}
        }
    }
    if open.is_some() { line } else { "" }
}

impl Expander<'_> {
    /// The files that are being expanded, by name: `a.md → b.md → a.md`.
    fn chain(&self, last: Option<FileId>) -> String {
        let files = self.open.iter().copied().chain(last);
        files.map(|file| self.sources[file].name.as_str()).collect::<Vec<_>>().join(" → ")
    }
}

fn marker(line: &str) -> Option<(&str, bool)> {
    let (at, is_end) = match (line.find("ANCHOR_END:"), line.find("ANCHOR:")) {
        (Some(at), _) => (at + "ANCHOR_END:".len(), true),
        (None, Some(at)) => (at + "ANCHOR:".len(), false),
        (None, None) => return None,
    };
    let name = line[at..].trim_start().split(|c: char| c.is_whitespace() || c == '*').next().unwrap_or_default();
    Some((name, is_end))
}

/// The bytes between the lines that open and close an anchor; to the end of the file if it is never closed.
fn anchor(text: &str, name: &str) -> Option<Range<usize>> {
    let mut start = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        match (marker(line), start) {
            (Some((found, false)), None) if found == name => start = Some(offset + line.len()),
            (Some((found, true)), Some(start)) if found == name => return Some(start..offset),
            _ => {}
        }
        offset += line.len();
    }
    start.map(|start| start..text.len())
}

/// `range` without the lines that mark anchors.
fn anchor_free(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut offset = range.start;
    for line in text[range].split_inclusive('\n') {
        if marker(line).is_none() {
            match ranges.last_mut() {
                Some(last) if last.end == offset => last.end = offset + line.len(),
                _ => ranges.push(offset..offset + line.len()),
            }
        }
        offset += line.len();
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn expanded(page: &str, included: &str) -> (String, Vec<Diagnostic>, Option<(FileId, usize)>) {
        let mut sources = Sources::new(&PathBuf::from("/book"));
        let file = sources.add(PathBuf::from("/book/page.md"), page.to_owned());
        sources.add(PathBuf::from("/book/code.py"), included.to_owned());
        let mut problems = Vec::new();
        let text = expand(&sources, file, 0, &mut problems).text;
        let origin = text.as_str().find("inner").and_then(|at| text.origin_of(at));
        (text.as_str().to_owned(), problems, origin)
    }

    #[test]
    fn an_anchor_is_included_with_its_origin() {
        let code = "outer\n# ANCHOR: one\ninner\n# ANCHOR_END: one\nouter\n";
        let (text, problems, origin) = expanded("a\n{{#include code.py:one}}\nb\n", code);
        assert_eq!(text, "a\ninner\nb\n");
        assert!(problems.is_empty());
        assert_eq!(origin, Some((FileId(1), code.find("inner").expect("it is there"))));
    }

    #[test]
    fn a_missing_include_is_reported_at_its_directive() {
        let (text, problems, _) = expanded("a\n{{#include gone.py}}\n", "");
        assert_eq!(text, "a\n{{#include gone.py}}\n");
        assert_eq!((problems[0].code, problems[0].span.start), (Code::IncludeMissing, 2));
    }

    #[test]
    fn all_lines_of_a_file_are_there_for_rustdoc() {
        let code = "use a;\n// ANCHOR: one\ninner();\n// ANCHOR_END: one\nend();\n";
        let (text, problems, origin) = expanded("{{#rustdoc_include code.py:one}}\n", code);
        assert_eq!(text, "# use a;\ninner();\n# end();\n");
        assert!(problems.is_empty());
        assert_eq!(origin, Some((FileId(1), code.find("inner").expect("it is there"))));
        let (text, _, _) = expanded("{{#rustdoc_include code.py:3}}\n", code);
        assert_eq!(text, "# use a;\ninner();\n# end();\n");
    }

    #[test]
    fn a_playground_is_a_block_of_rust() {
        let (text, _, _) = expanded("{{#playground code.py editable}}\n", "inner();\n");
        assert_eq!(text, "```rust,editable\ninner();\n```\n");
    }

    #[test]
    fn lines_in_an_indented_block_are_indented() {
        let (text, _, _) = expanded("- a\n\n  ```py\n  {{#include code.py}}\n  ```\n", "if a:\n    inner()\n");
        assert_eq!(text, "- a\n\n  ```py\n  if a:\n      inner()\n  ```\n");
        let (text, _, _) = expanded("- a\n\n  {{#include code.py}}\n", "b\ninner\n");
        assert_eq!(text, "- a\n\n  b\ninner\n");
    }

    #[test]
    fn an_escaped_directive_is_shown() {
        let (text, problems, _) = expanded("\\{{#include code.py}}", "");
        assert_eq!((text.as_str(), problems.len()), ("{{#include code.py}}", 0));
    }
}
