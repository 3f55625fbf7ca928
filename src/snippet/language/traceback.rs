//! Reads the standard error of a failed run: the message, and the places in the unit's file (S7.4). Pure.
//!
//! Must not know: languages. Each language decides which of the places counts.

use crate::snippet::model::message::Position;
use crate::snippet::workspace::unit::Unit;
use crate::span::{ColumnUnit, Span};
use regex::{Captures, Regex};
use std::ops::Range;
use std::sync::LazyLock;

static MESSAGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:Uncaught )?((?:[\w.]*Error|[\w.]+(?:Exception|Exit|Interrupt|Warning)|panic)\b.*)$")
        .expect("a valid pattern")
});

/// The error of a failed run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traceback {
    /// The error's message.
    pub message: Option<String>,
    /// Its place on the page.
    pub span: Option<Span>,
}

/// A place in the unit's file as a traceback names it.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The bytes of standard error that name it.
    pub named: Range<usize>,
    /// 1-based.
    pub line: usize,
    /// 1-based, if the traceback names it.
    pub column: Option<usize>,
    /// The unit of the column.
    pub unit: ColumnUnit,
}

/// The pattern of places in a unit's file: `File "…/b1.py", line 3`, `…/b1.js:3:5`, `…/b1.sh: line 3`.
pub(crate) fn place_pattern(unit: &Unit) -> Option<Regex> {
    let path = regex::escape(&unit.path);
    Regex::new(&format!(r#"[^\s"(]*{path}"?(?::(\d+)(?::(\d+))?|, line (\d+)|: line (\d+))?"#)).ok()
}

/// The places in a unit's file, in the order of the text.
pub fn frames(unit: &Unit, stderr: &str) -> Vec<Frame> {
    let frame = |found: Captures<'_>| {
        let number = |group: usize| found.get(group).and_then(|digits| digits.as_str().parse().ok());
        let line = number(1).or(number(3))?;
        Some(Frame { named: found.get(0)?.range(), line, column: number(2), unit: ColumnUnit::Char })
    };
    place_pattern(unit).map_or_else(Vec::new, |pattern| pattern.captures_iter(stderr).filter_map(frame).collect())
}

/// The place of a frame on the page. Without a column it is the first word of the line.
pub fn span(unit: &Unit, frame: &Frame) -> Option<Span> {
    let column = frame.column.unwrap_or_else(|| first_word(unit, frame.line));
    let range = unit.range_of(Position::point(frame.line, column, frame.unit))?;
    unit.program.span_of(range)
}

/// The place on the page of the first word of a program's line.
pub fn line_span(unit: &Unit, line: usize) -> Option<Span> {
    let range = unit.range_of(Position::point(line, first_word(unit, line), ColumnUnit::Char))?;
    unit.program.span_of(range)
}

/// The message and the first named place, as most languages need it.
pub fn first(unit: &Unit, stderr: &str) -> Traceback {
    let span = frames(unit, stderr).first().and_then(|frame| span(unit, frame));
    Traceback { message: stderr.lines().find_map(message), span }
}

/// The message in a line of standard error, as most languages print it.
pub fn message(line: &str) -> Option<String> {
    MESSAGE.captures(line).map(|found| found[1].to_owned())
}

/// The column of the first character that is not white space.
fn first_word(unit: &Unit, line: usize) -> usize {
    let text = unit.program.as_str();
    unit.lines.line_range(text, line).map_or(1, |range| {
        let line = &text[range];
        line.chars().take_while(|character| character.is_whitespace()).count() + 1
    })
}
