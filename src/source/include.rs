//! Finds mdBook's directives, such as `{{#include path}}`, and resolves their paths.
//!
//! It is here because the files must be read before pages are parsed. `page::include` expands the directives.
//! Must not know: Markdown.

use crate::fs::normalise;
use regex::Regex;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| {
    let names = "include|rustdoc_include|playground|playpen|title";
    Regex::new(&format!(r"(\\)?\{{\{{[ \t]*#({names})[ \t]+([^}}\r\n]+?)[ \t]*\}}\}}")).expect("a valid pattern")
});

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

/// How a file becomes text of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form<'a> {
    /// `#include`: the part, and nothing else.
    Part,
    /// `#rustdoc_include`: the whole file; the lines outside of the part are hidden.
    HiddenAround,
    /// `#playground`, once `#playpen`: a block of Rust, with these words on its fence.
    Playground(&'a str),
}

/// What a directive asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// A file.
    File {
        /// The path as written, relative to the including file.
        path: &'a str,
        /// The part of the file.
        part: Part<'a>,
        /// How it becomes text.
        form: Form<'a>,
    },
    /// `#title`: the title of the window.
    Title(&'a str),
}

/// One directive in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive<'a> {
    /// Its bytes in the text, braces included.
    pub range: std::ops::Range<usize>,
    /// Whether a backslash precedes it. Then the directive is shown, not expanded.
    pub escaped: bool,
    /// What it asks for.
    pub wanted: Wanted<'a>,
}

impl Directive<'_> {
    /// The path of the file that it asks for.
    pub fn path(&self) -> Option<&str> {
        match self.wanted {
            Wanted::File { path, .. } => Some(path),
            Wanted::Title(_) => None,
        }
    }
}

/// All directives of a text, in order. `path`, `path:anchor`, `path:line`, `path:from:to` as in mdBook.
pub fn directives(text: &str) -> impl Iterator<Item = Directive<'_>> {
    DIRECTIVE.captures_iter(text).map(|captures| {
        let group = |number: usize| captures.get(number).expect("the pattern has three groups").as_str();
        let whole = captures.get(0).expect("group 0 is the match");
        Directive { range: whole.range(), escaped: captures.get(1).is_some(), wanted: wanted(group(2), group(3)) }
    })
}

fn wanted<'a>(name: &str, argument: &'a str) -> Wanted<'a> {
    let file = |argument: &'a str, form| {
        let (path, part) = split(argument);
        Wanted::File { path, part, form }
    };
    match name {
        "title" => Wanted::Title(argument),
        "rustdoc_include" => file(argument, Form::HiddenAround),
        "playground" | "playpen" => {
            let (path, words) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
            Wanted::File { path, part: Part::Whole, form: Form::Playground(words.trim()) }
        }
        _ => file(argument, Form::Part),
    }
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

    fn parts(text: &str) -> Vec<(&str, Part<'_>, Form<'_>)> {
        let files = directives(text).filter_map(|directive| match directive.wanted {
            Wanted::File { path, part, form } => Some((path, part, form)),
            Wanted::Title(_) => None,
        });
        files.collect()
    }

    #[test]
    fn the_forms_of_mdbook() {
        assert_eq!(
            parts(
                "{{#include a.rs}} {{#include a.rs:main}} {{#include a.rs:3}} {{#include a.rs:3:5}} {{ #include a.rs::5}}"
            ),
            [
                ("a.rs", Part::Whole, Form::Part),
                ("a.rs", Part::Anchor("main"), Form::Part),
                ("a.rs", Part::Lines(Some(3), Some(3)), Form::Part),
                ("a.rs", Part::Lines(Some(3), Some(5)), Form::Part),
                ("a.rs", Part::Lines(None, Some(5)), Form::Part),
            ]
        );
        assert_eq!(
            parts("{{#rustdoc_include a.rs:2:}} {{#playground a.rs editable hidelines=~}} {{#playpen a.rs}}"),
            [
                ("a.rs", Part::Lines(Some(2), None), Form::HiddenAround),
                ("a.rs", Part::Whole, Form::Playground("editable hidelines=~")),
                ("a.rs", Part::Whole, Form::Playground("")),
            ]
        );
        let others: Vec<_> = directives("\\{{#include b}} {{#title A new title}} {{#unknown c}}").collect();
        assert!(others.len() == 2 && others[0].escaped);
        assert_eq!(others[1].wanted, Wanted::Title("A new title"));
    }
}
