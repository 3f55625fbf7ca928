//! `nav` of `mkdocs.yml`: titles and pages in the order of the site.
//!
//! The rest of that file holds tags that only `MkDocs` understands, so only the lines of `nav` are read.
//!
//! Source: "Writing your docs", mkdocs.org.
//! Must not know: whether the pages exist.

use super::summary::Chapter;
use crate::source::SourceFile;
use crate::span::Span;
use serde_json::Value;
use std::ops::Range;

/// Max depth of sections.
const MAX_DEPTH: usize = 20;

/// The sections and pages, in order; none if there is no `nav`, or if it cannot be read. Links to other sites are left
/// out.
pub(super) fn parse(file: &SourceFile) -> Vec<Chapter> {
    let Some(range) = nav(&file.text) else { return Vec::new() };
    let Ok(value) = serde_saphyr::from_str::<Value>(&file.text[range.clone()]) else { return Vec::new() };
    let mut reader = Reader { file, range, chapters: Vec::new() };
    reader.list(&value["nav"], 0);
    reader.chapters
}

/// The lines of `nav`.
fn nav(text: &str) -> Option<Range<usize>> {
    let mut at = 0;
    let mut found: Option<Range<usize>> = None;
    for line in text.split_inclusive('\n') {
        let is_inside = line.starts_with([' ', '\t', '-', '#', '\n', '\r']);
        match &mut found {
            Some(range) if is_inside => range.end = at + line.len(),
            Some(_) => break,
            None if line.starts_with("nav:") => found = Some(at..at + line.len()),
            None => {}
        }
        at += line.len();
    }
    found
}

struct Reader<'a> {
    file: &'a SourceFile,
    /// The part of the file that is not read yet.
    range: Range<usize>,
    chapters: Vec<Chapter>,
}

impl Reader<'_> {
    fn list(&mut self, list: &Value, depth: usize) {
        for entry in list.as_array().into_iter().flatten().filter(|_| depth < MAX_DEPTH) {
            match entry {
                Value::String(path) => self.add(String::new(), Some(path), depth),
                Value::Object(entries) => {
                    for (title, below) in entries {
                        let path = below.as_str();
                        self.add(title.clone(), path, depth);
                        if path.is_none() {
                            self.list(below, depth + 1);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn add(&mut self, title: String, path: Option<&str>, depth: usize) {
        if path.is_some_and(|path| path.contains("://")) {
            return;
        }
        let words = path.unwrap_or(&title);
        let at = self.file.text[self.range.clone()].find(words).map_or(self.range.start, |at| self.range.start + at);
        self.range.start = at;
        // A folder stands for its index page.
        let path = path.map(|path| if path.ends_with('/') { format!("{path}index.md") } else { path.to_owned() });
        let span = Span::new(self.file.id, at..(at + words.len()).min(self.file.text.len()));
        self.chapters.push(Chapter { title, path, number: String::new(), depth, is_part: false, span });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;
    use std::path::PathBuf;

    #[test]
    fn sections_and_pages_are_in_order() {
        let text = "site_name: A\nnav:\n  - index.md\n  - Start: start.md\n  - Guides:\n      - guides/one.md\n      # a comment\n      - 'Two: 2': guides/two.md\n  - Code: https://example.com\nmarkdown_extensions:\n  - x: !!python/name:a.b\n";
        let mut sources = Sources::new(&PathBuf::from("/site"));
        let file = sources.add(PathBuf::from("/site/mkdocs.yml"), text.to_owned());
        let found = parse(&sources[file]);
        let lines: Vec<String> =
            found.iter().map(|it| format!("{}|{}|{}", it.title, it.path.as_deref().unwrap_or(""), it.depth)).collect();
        assert_eq!(
            lines,
            ["|index.md|0", "Start|start.md|0", "Guides||0", "|guides/one.md|1", "Two: 2|guides/two.md|1"]
        );
        assert_eq!(&text[found[3].span.start..found[3].span.end], "guides/one.md");
    }

    #[test]
    fn a_file_without_nav_has_no_order() {
        for text in ["site_name: A\n", "nav: [\n", "nav:\n  a: b\n"] {
            let mut sources = Sources::new(&PathBuf::from("/site"));
            let file = sources.add(PathBuf::from("/site/mkdocs.yml"), text.to_owned());
            assert!(parse(&sources[file]).is_empty(), "{text}");
        }
    }
}
