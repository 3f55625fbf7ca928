//! Where a piece of text comes from.
//!
//! A [`Span`] is a byte range of a file that a person wrote. Text that docgen generates from such files (an expanded
//! page, a program around a snippet) is a [`MappedText`]. It knows the file and offset that each of its bytes came
//! from. Lines and columns are computed only for printing.
//!
//! A byte offset from a tool, or an offset plus one, may point into a character. All such ranges pass through
//! [`char_range`], here and in [`crate::source::SourceFile::range_of`], so that no text is cut inside a character.
//!
//! Must not know: what the files are, or where they are on disk.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

/// The number of a file in [`crate::source::Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A byte range of a source file, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span of `start..end` in `file`.
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        Self { file, start: range.start, end: range.end }
    }

    /// The empty span at `offset`.
    pub fn at(file: FileId, offset: usize) -> Self {
        Self { file, start: offset, end: offset }
    }
}

/// A position as people count: both 1-based, columns in Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineCol {
    /// 1-based line.
    pub line: usize,
    /// 1-based column, counted in Unicode scalar values (S5.3).
    pub column: usize,
}

/// The byte offsets at which the lines of a text start. A line ends with `\n`, or with `\r\n`.
#[derive(Debug, Clone, Default)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Indexes `text` in one pass.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1));
        Self { starts }
    }

    /// The 0-based number of the line that contains `offset`.
    pub fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// Line and column of a byte offset of `text`; an offset inside a character counts as its first byte.
    pub fn line_col(&self, text: &str, offset: usize) -> LineCol {
        let offset = floor_char_boundary(text, offset);
        let line = self.line_of(offset);
        let column = text[self.starts[line]..offset].chars().count();
        LineCol { line: line + 1, column: column + 1 }
    }

    /// The byte range of a 1-based line without its line ending, if there is such a line.
    pub fn line_range(&self, text: &str, line: usize) -> Option<Range<usize>> {
        let start = *self.starts.get(line.checked_sub(1)?)?;
        let end = self.starts.get(line).map_or(text.len(), |next| next - 1);
        let end = if text[start..end].ends_with('\r') { end - 1 } else { end };
        Some(start..end)
    }

    /// The byte offset of a 1-based line and a 1-based column, counted in `unit`. A column past the end of the line
    /// means the line's end. A column inside a character means the character's start.
    pub fn offset(&self, text: &str, line: usize, column: usize, unit: ColumnUnit) -> Option<usize> {
        let range = self.line_range(text, line)?;
        let line_text = &text[range.clone()];
        let wanted = column.saturating_sub(1);
        let mut counted = 0;
        for (at, character) in line_text.char_indices() {
            counted += match unit {
                ColumnUnit::Byte => character.len_utf8(),
                ColumnUnit::Utf16 => character.len_utf16(),
                ColumnUnit::Char => 1,
            };
            if counted > wanted {
                return Some(range.start + at);
            }
        }
        Some(range.end)
    }

    /// How many lines there are; an empty text has one.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Never true: a text has at least one line. It exists because `len` does.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }
}

/// What a tool counts when it says "column".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnUnit {
    /// UTF-8 bytes: Go, `CPython`'s `ast`.
    Byte,
    /// UTF-16 code units: V8.
    Utf16,
    /// Unicode scalar values: rustc, ruff, shellcheck.
    Char,
}

/// The largest character boundary of `text` at or below `offset`.
pub fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The smallest character boundary of `text` at or above `offset`.
fn ceil_char_boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// The range of whole characters of `text` that contains these bytes, clipped to the text.
pub fn char_range(text: &str, range: Range<usize>) -> Range<usize> {
    let start = floor_char_boundary(text, range.start);
    // An empty range stays empty.
    if range.is_empty() { start..start } else { start..ceil_char_boundary(text, range.end) }
}

/// Where a run of bytes of a [`MappedText`] comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    /// Copied from a file, starting at this offset.
    Source(FileId, usize),
    /// Represents a position in a file but has other bytes (an expanded tab, an escaped character).
    Standin(FileId, usize),
    /// Written by docgen; the label says what it is ("wrapper", "prelude db").
    Generated(Cow<'static, str>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    start: usize,
    origin: Origin,
    part: u32,
}

/// A generated text that knows where each byte comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MappedText {
    text: String,
    pieces: Vec<Piece>,
}

impl MappedText {
    /// An empty text.
    pub fn new() -> Self {
        Self::default()
    }

    /// `text`, copied from `file` at byte `start`.
    pub fn from_source(text: &str, file: FileId, start: usize) -> Self {
        let mut mapped = Self::new();
        mapped.push_source(text, file, start);
        mapped
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The files that it comes from.
    pub fn files(&self) -> BTreeSet<FileId> {
        let file = |piece: &Piece| match piece.origin {
            Origin::Source(file, _) | Origin::Standin(file, _) => Some(file),
            Origin::Generated(_) => None,
        };
        self.pieces.iter().filter_map(file).collect()
    }

    /// Appends text that docgen generated; `label` names it in messages.
    pub fn push_generated(&mut self, text: &str, label: impl Into<Cow<'static, str>>) {
        self.push(text, Origin::Generated(label.into()), 0);
    }

    /// Appends text that is copied from `file` at byte `start`.
    pub fn push_source(&mut self, text: &str, file: FileId, start: usize) {
        self.push(text, Origin::Source(file, start), 0);
    }

    /// Appends text that represents the position `offset` of `file` but has other bytes.
    pub fn push_standin(&mut self, text: &str, file: FileId, offset: usize) {
        self.push(text, Origin::Standin(file, offset), 0);
    }

    /// Appends `range` of another mapped text, with its origins.
    pub fn push_mapped(&mut self, other: &MappedText, range: Range<usize>) {
        let range = char_range(&other.text, range);
        let first = other.pieces.partition_point(|piece| piece.start <= range.start).saturating_sub(1);
        for (index, piece) in other.pieces.iter().enumerate().skip(first) {
            if piece.start >= range.end {
                break;
            }
            let piece_end = other.pieces.get(index + 1).map_or(other.text.len(), |next| next.start);
            let start = piece.start.max(range.start);
            let end = piece_end.min(range.end);
            if start >= end {
                continue;
            }
            let origin = match piece.origin {
                Origin::Source(file, offset) => Origin::Source(file, offset + (start - piece.start)),
                ref other => other.clone(),
            };
            self.push(&other.text[start..end], origin, piece.part);
        }
    }

    /// The same text as part number `part` of a larger one; parts are numbered from 1.
    #[must_use]
    pub fn as_part(mut self, part: u32) -> Self {
        for piece in &mut self.pieces {
            piece.part = part;
        }
        self
    }

    /// The part that the byte at `offset` belongs to; 0 for text around the parts.
    pub fn part_at(&self, offset: usize) -> u32 {
        self.piece_at(offset).map_or(0, |piece| piece.part)
    }

    fn push(&mut self, text: &str, origin: Origin, part: u32) {
        if text.is_empty() {
            return;
        }
        let continues = match (self.pieces.last(), &origin) {
            (Some(Piece { start, origin: Origin::Source(last, offset), part: same }), Origin::Source(file, next)) => {
                *same == part && last == file && offset + (self.text.len() - start) == *next
            }
            _ => false,
        };
        if !continues {
            self.pieces.push(Piece { start: self.text.len(), origin, part });
        }
        self.text.push_str(text);
    }

    fn piece_at(&self, offset: usize) -> Option<&Piece> {
        let index = self.pieces.partition_point(|piece| piece.start <= offset);
        index.checked_sub(1).map(|index| &self.pieces[index])
    }

    /// The file and offset that the byte at `offset` comes from; `None` for generated text.
    pub fn origin_of(&self, offset: usize) -> Option<(FileId, usize)> {
        let piece = self.piece_at(offset)?;
        match piece.origin {
            Origin::Source(file, start) => Some((file, start + (offset - piece.start))),
            Origin::Standin(file, start) => Some((file, start)),
            Origin::Generated(_) => None,
        }
    }

    /// The label of the generated text at `offset`, and where that text starts.
    pub fn label_at(&self, offset: usize) -> Option<(&str, usize)> {
        let piece = self.piece_at(offset)?;
        match &piece.origin {
            Origin::Generated(label) => Some((label, piece.start)),
            _ => None,
        }
    }

    /// The runs of bytes, each with the number of its part.
    pub fn parts(&self) -> impl Iterator<Item = (Range<usize>, u32)> {
        let ends = self.pieces.iter().skip(1).map(|piece| piece.start).chain([self.text.len()]);
        self.pieces.iter().zip(ends).map(|(piece, end)| (piece.start..end, piece.part))
    }

    /// The byte range of this text that was copied from `span`. `None` if the span's first or last byte was not copied.
    pub fn range_of(&self, span: Span) -> Option<Range<usize>> {
        let ends = self.pieces.iter().skip(1).map(|piece| piece.start).chain([self.text.len()]);
        let at = |offset: usize| {
            self.pieces.iter().zip(ends.clone()).find_map(|(piece, end)| match piece.origin {
                Origin::Source(file, start) if file == span.file && offset >= start => {
                    let here = piece.start + (offset - start);
                    (here < end).then_some(here)
                }
                _ => None,
            })
        };
        let start = at(span.start)?;
        let end = if span.end > span.start { at(span.end - 1)? + 1 } else { start };
        (end >= start).then_some(start..end)
    }

    /// The span that the characters of a byte range come from, if a person wrote the start of the range. The end is
    /// clipped to the same file.
    pub fn span_of(&self, range: Range<usize>) -> Option<Span> {
        let range = char_range(&self.text, range);
        // An error "at the end of the text" points one past the last byte, so this takes the end of the text before it.
        let (file, start) = match self.origin_of(range.start) {
            Some(origin) if range.start < self.text.len() => origin,
            _ => self.end_before(range.start)?,
        };
        let end = match self.end_before(range.end) {
            Some((end_file, end)) if end_file == file && !range.is_empty() => end.max(start),
            _ => start,
        };
        Some(Span { file, start, end })
    }

    /// Where the character before `offset` ends in its file.
    fn end_before(&self, offset: usize) -> Option<(FileId, usize)> {
        let last = floor_char_boundary(&self.text, offset.checked_sub(1)?);
        let (file, at) = self.origin_of(last)?;
        // A stand-in may be longer or shorter than the text of the file.
        let is_source = matches!(self.piece_at(last)?.origin, Origin::Source(..));
        Some((file, if is_source { at + (offset - last) } else { at }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_whatever_the_tool_counts() {
        let text = "a\r\nzoë 🦀 = 1\n";
        let index = LineIndex::new(text);
        let bytes = index.offset(text, 2, 11, ColumnUnit::Byte).expect("line 2");
        let utf16 = index.offset(text, 2, 8, ColumnUnit::Utf16).expect("line 2");
        let chars = index.offset(text, 2, 7, ColumnUnit::Char).expect("line 2");
        assert_eq!((bytes, utf16), (chars, chars));
        assert_eq!(index.line_col(text, chars), LineCol { line: 2, column: 7 });
    }

    #[test]
    fn a_mapped_text_remembers_each_piece() {
        let file = FileId(0);
        let mut code = MappedText::new();
        code.push_source("one\n", file, 10);
        code.push_source("two\n", file, 20);
        let mut program = MappedText::new();
        program.push_generated("fn main() {\n", "wrapper");
        program.push_mapped(&code, 0..code.len());
        program.push_generated("}\n", "wrapper");
        assert_eq!(program.origin_of(16), Some((file, 20)));
        assert_eq!(program.origin_of(0), None);
        assert_eq!(program.label_at(0), Some(("wrapper", 0)));
        assert_eq!(program.span_of(12..15), Some(Span { file, start: 10, end: 13 }));
    }

    #[test]
    fn an_error_at_the_end_of_the_text_points_behind_its_last_byte() {
        let mapped = MappedText::from_source("abc", FileId(0), 5);
        assert_eq!(mapped.span_of(3..3), Some(Span { file: FileId(0), start: 8, end: 8 }));
    }
}
