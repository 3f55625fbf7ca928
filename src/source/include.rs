//! Finds `{{#include path}}` directives and resolves their paths.
//!
//! It is here because the files must be read before pages are parsed. `page::include` expands the directives.
//! Must not know: Markdown.

use crate::fs::normalise;
use regex::Regex;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static DIRECTIVE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(\\)?\{\{#include[ \t]+([^}\r\n]+?)[ \t]*\}\}").expect("a valid pattern"));

/// The part of the file to include.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'a> {
    /// All of it.
    Whole,
    /// 1-based lines, both ends included; `None` is the start or the end of the file.
    Lines(Option<usize>, Option<usize>),
    /// The text between `ANCHOR: name` and `ANCHOR_END: name`.
    Anchor(&'a str),
}

/// One `{{#include …}}` in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive<'a> {
    /// Its bytes in the text, braces included.
    pub range: std::ops::Range<usize>,
    /// Whether a backslash precedes it. Then the directive is shown, not expanded.
    pub escaped: bool,
    /// The path as written, relative to the including file.
    pub path: &'a str,
    /// The part of the file.
    pub part: Part<'a>,
}

/// All include directives of a text, in order. `path`, `path:anchor`, `path:line`, `path:from:to` as in mdBook.
pub fn directives(text: &str) -> impl Iterator<Item = Directive<'_>> {
    DIRECTIVE.captures_iter(text).map(|captures| {
        let whole = captures.get(0).expect("group 0 is the match");
        let (path, part) = split(captures.get(2).expect("the pattern has two groups").as_str());
        Directive { range: whole.range(), escaped: captures.get(1).is_some(), path, part }
    })
}

fn split(argument: &str) -> (&str, Part<'_>) {
    let Some((path, rest)) = argument.split_once(':') else {
        return (argument, Part::Whole);
    };
    let number = |text: &str| -> Option<Option<usize>> {
        if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
    };
    let part = match rest.split_once(':') {
        None => match number(rest) {
            Some(Some(line)) => Part::Lines(Some(line), Some(line)),
            _ => Part::Anchor(rest),
        },
        Some((from, to)) => match (number(from), number(to)) {
            (Some(from), Some(to)) => Part::Lines(from, to),
            _ => Part::Anchor(rest),
        },
    };
    (path, part)
}

/// The absolute path of `written` in the file `from`.
pub fn target_path(from: &Path, written: &str) -> PathBuf {
    normalise(&from.parent().unwrap_or(Path::new("/")).join(written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_mdbook() {
        let parts: Vec<_> = directives(
            "{{#include a.rs}} {{#include a.rs:main}} {{#include a.rs:3}} {{#include a.rs:3:5}} {{#include a.rs::5}} \\{{#include b}}",
        )
        .map(|directive| (directive.path, directive.part, directive.escaped))
        .collect();
        assert_eq!(
            parts,
            [
                ("a.rs", Part::Whole, false),
                ("a.rs", Part::Anchor("main"), false),
                ("a.rs", Part::Lines(Some(3), Some(3)), false),
                ("a.rs", Part::Lines(Some(3), Some(5)), false),
                ("a.rs", Part::Lines(None, Some(5)), false),
                ("b", Part::Whole, true),
            ]
        );
    }
}
