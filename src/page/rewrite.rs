//! A page's text as lines that can be moved, indented and put into others. Every byte keeps its origin.
//!
//! Must not know: what the lines mean.

use crate::span::MappedText;
use regex::Regex;
use std::cell::Cell;
use std::ops::Range;

/// A line: words that docgen writes, then a piece of the page with its line ending. A line that docgen writes alone has an
/// empty piece.
#[derive(Debug, Clone)]
pub(super) struct Line {
    before: String,
    piece: Range<usize>,
}

impl Line {
    /// A line that docgen writes.
    pub(super) fn written(text: impl Into<String>) -> Self {
        Self { before: text.into(), piece: 0..0 }
    }

    /// The same line with words before it. A blank line gets no blank space.
    pub(super) fn after(self, before: &str, text: &MappedText) -> Self {
        let is_blank = self.before.is_empty() && self.words(text).trim().is_empty();
        let before = if is_blank { before.trim_end() } else { before };
        Self { before: format!("{before}{}", self.before), ..self }
    }

    /// Its words, as far as they come from the page, without the line ending.
    pub(super) fn words<'t>(&self, text: &'t MappedText) -> &'t str {
        text.as_str()[self.piece.clone()].trim_end_matches(['\n', '\r'])
    }

    /// The line without up to `width` columns of indentation.
    pub(super) fn dedented(&self, width: usize, text: &MappedText) -> Self {
        let mut columns = 0;
        let blank = self.words(text).bytes().take_while(|byte| {
            columns += if *byte == b'\t' { 4 } else { 1 };
            matches!(byte, b' ' | b'\t') && columns <= width
        });
        Self { before: self.before.clone(), piece: self.piece.start + blank.count()..self.piece.end }
    }
}

/// A pattern of this module's neighbours.
pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a valid pattern")
}

/// How many more lines may be searched for the ends of blocks. A page of blocks that never end would take too long.
#[derive(Debug)]
pub(super) struct Budget(Cell<usize>);

impl Budget {
    /// A budget for one page.
    pub(super) fn new() -> Self {
        Self(Cell::new(500_000))
    }

    /// Takes a line; false if none is left.
    pub(super) fn take(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left > 0
    }
}

/// The lines of a text.
pub(super) fn lines(text: &MappedText) -> Vec<Line> {
    let mut at = 0;
    let line = |words: &str| {
        let piece = at..at + words.len();
        at = piece.end;
        Line { before: String::new(), piece }
    };
    text.as_str().split_inclusive('\n').map(line).collect()
}

/// The text of lines.
pub(super) fn joined(lines: &[Line], text: &MappedText) -> MappedText {
    let mut joined = MappedText::new();
    for line in lines {
        // The last line of a page may have no line ending, and may not be the last one here.
        if !joined.is_empty() && !joined.as_str().ends_with('\n') {
            joined.push_generated("\n", "markup");
        }
        joined.push_generated(&line.before, "markup");
        joined.push_mapped(text, line.piece.clone());
        if line.piece.is_empty() {
            joined.push_generated("\n", "markup");
        }
    }
    joined
}

/// The columns of white space before the words of a line.
pub(super) fn indent(words: &str) -> usize {
    let blank = words.bytes().take_while(|byte| matches!(byte, b' ' | b'\t'));
    blank.map(|byte| if byte == b'\t' { 4 } else { 1 }).sum()
}

/// Follows code fences from line to line.
#[derive(Debug, Default)]
pub(super) struct Fences {
    /// The open fence's character, length and indentation.
    open: Option<(char, usize, usize)>,
}

impl Fences {
    /// Whether a code block is open.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Whether a line belongs to a code block; its fences do too.
    pub(super) fn holds(&mut self, words: &str) -> bool {
        let rest = words.trim();
        let Some(mark @ ('`' | '~')) = rest.chars().next() else { return self.open.is_some() };
        let count = rest.len() - rest.trim_start_matches(mark).len();
        match self.open {
            Some((open, length, width)) => {
                // What is indented four columns more is code (CommonMark 0.31.2, 4.5).
                let is_near = indent(words) < width + 4;
                if mark == open && count >= length && rest.len() == count && is_near {
                    self.open = None;
                }
                true
            }
            None if count >= 3 && (mark == '~' || !rest[count..].contains('`')) => {
                self.open = Some((mark, count, indent(words)));
                true
            }
            None => false,
        }
    }
}
