//! Expansion of `{{#include …}}`. Every byte keeps its origin.
//!
//! Pure: [`Sources`] already contains the included files.
//! Must not know: Markdown.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::include::{self, Directive, Part};
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

/// The text of `file` from byte `start` on, with its includes expanded.
pub(super) fn expand(sources: &Sources, file: FileId, start: usize, problems: &mut Vec<Diagnostic>) -> MappedText {
    let mut out = MappedText::new();
    let end = sources[file].text.len();
    let mut expander = Expander { sources, problems: Vec::new(), open: vec![file], includes: 0, searched: 0 };
    expander.append(&mut out, file, start..end, 0);
    problems.extend(expander.problems.into_iter().take(MAX_PROBLEMS));
    out
}

struct Expander<'a> {
    sources: &'a Sources,
    problems: Vec<Diagnostic>,
    /// Files that are being expanded, the innermost last.
    open: Vec<FileId>,
    includes: usize,
    searched: usize,
}

impl Expander<'_> {
    fn append(&mut self, out: &mut MappedText, file: FileId, range: Range<usize>, depth: usize) {
        let text = &self.sources[file].text[range.clone()];
        let mut copied = 0;
        for directive in include::directives(text) {
            let span = Span::new(file, range.start + directive.range.start..range.start + directive.range.end);
            out.push_source(&text[copied..directive.range.start], file, range.start + copied);
            copied = directive.range.end;
            if directive.escaped {
                let shown = directive.range.start + 1;
                out.push_source(&text[shown..directive.range.end], file, range.start + shown);
            } else if let Err(problem) = self.include(out, file, &directive, span, depth) {
                if self.problems.len() < MAX_PROBLEMS {
                    self.problems.push(*problem);
                }
                out.push_source(&text[directive.range.clone()], file, span.start);
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
        directive: &Directive<'_>,
        span: Span,
        depth: usize,
    ) -> Result<(), Box<Diagnostic>> {
        let problem = |message: String, help: &str| {
            Err(Box::new(Diagnostic::new(Code::IncludeMissing, span, message).help(help)))
        };
        let too_much =
            |message: String, help: &str| Err(Box::new(Diagnostic::new(Code::IncludeLimit, span, message).help(help)));
        let path = include::target_path(&self.sources[from].path, directive.path);
        if depth >= MAX_DEPTH {
            let message = format!("includes are nested more than {MAX_DEPTH} deep: {}", self.chain(None));
            return too_much(message, "include the innermost file directly");
        }
        if let Some(refused) = self.sources.refused(&path).filter(|refused| **refused != Refused::Missing) {
            let message = format!("the included file `{}` {}", directive.path, refused.why());
            return Err(Box::new(Diagnostic::new(Code::ReadRefused, span, message).help(refused.help())));
        }
        let Some(target) = self.sources.by_path(&path) else {
            return problem(
                format!("the included file `{}` does not exist", directive.path),
                "the path is relative to the page that includes it",
            );
        };
        let text = &self.sources[target].text;
        if directive.part == Part::Whole && self.open.contains(&target) {
            let message = format!("`{}` includes itself: {}", directive.path, self.chain(Some(target)));
            return too_much(message, "break the circle");
        }
        self.count(text.len(), out.len()).map_err(|message| {
            Box::new(Diagnostic::new(Code::IncludeLimit, span, message).help("include less, or from smaller files"))
        })?;
        let ranges = match directive.part {
            Part::Whole => anchor_free(text, 0..text.len()),
            Part::Lines(from, to) => {
                let lines = &self.sources[target].lines;
                let count = lines.len();
                let (first, last) = (from.unwrap_or(1), to.unwrap_or(count).min(count));
                if first == 0 || first > last {
                    return problem(
                        format!("`{}` has {count} lines, so it has no lines {first} to {last}", directive.path),
                        "lines are counted from 1, both ends included",
                    );
                }
                let start = lines.line_range(text, first).map_or(0, |range| range.start);
                let end = lines.line_range(text, last).map_or(text.len(), |range| range.end);
                std::iter::once(start..end).collect()
            }
            Part::Anchor(name) => match anchor(text, name) {
                Some(range) => anchor_free(text, range),
                None => {
                    return problem(
                        format!("`{}` has no anchor `{name}`", directive.path),
                        "mark the part with comments `ANCHOR: name` and `ANCHOR_END: name`",
                    );
                }
            },
        };
        let last = ranges.len().saturating_sub(1);
        for (index, range) in ranges.into_iter().enumerate() {
            // The directive's line has its own line ending.
            let end = if index == last {
                range.start + text[range.clone()].trim_end_matches(['\r', '\n']).len()
            } else {
                range.end
            };
            self.open.push(target);
            self.append(out, target, range.start..end, depth + 1);
            self.open.pop();
        }
        Ok(())
    }
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
        let text = expand(&sources, file, 0, &mut problems);
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
    fn an_escaped_directive_is_shown() {
        let (text, problems, _) = expanded("\\{{#include code.py}}", "");
        assert_eq!((text.as_str(), problems.len()), ("{{#include code.py}}", 0));
    }
}
