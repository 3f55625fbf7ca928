//! Tracebacks, panics and stacks: from places in a unit's file to places on the page (S7.4). Pure.
//!
//! Must not know: who ran the unit.

use crate::snippet::model::message::Position;
use crate::snippet::workspace::unit::Unit;
use crate::source::Sources;
use crate::span::{ColumnUnit, Span};
use regex::Regex;
use std::sync::LazyLock;

static MESSAGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:Uncaught )?((?:[\w.]*Error|[\w.]+(?:Exception|Exit|Interrupt|Warning)|panic)\b.*)$")
        .expect("a valid pattern")
});

/// What a failed run says: the message, and the place on the page that it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trace {
    pub(crate) message: Option<String>,
    pub(crate) span: Option<Span>,
}

/// The pattern of places in a unit's file: `File "…/b1.py", line 3`, `…/b1.js:3:5`, `…/b1.sh: line 3`.
fn place_pattern(unit: &Unit) -> Option<Regex> {
    let path = regex::escape(&unit.path);
    Regex::new(&format!(r#"[^\s"(]*{path}"?(?::(\d+)(?::(\d+))?|, line (\d+)|: line (\d+))?"#)).ok()
}

/// The place on the page of a line of the program: its first word.
pub(crate) fn line_span(unit: &Unit, line: usize) -> Option<Span> {
    let range = unit.range_of(Position::point(line, first_word(unit, line), ColumnUnit::Char))?;
    unit.program.span_of(range)
}

/// A place as a trace names it.
#[derive(Clone, Copy)]
struct Seen {
    python: bool,
    /// It stands alone on its line, above the frames.
    headline: bool,
    line: usize,
    column: Option<usize>,
    unit: ColumnUnit,
}

/// Reads the standard error of a failed run.
pub(crate) fn read(unit: &Unit, stderr: &str) -> Trace {
    let Some(pattern) = place_pattern(unit) else { return Trace { message: None, span: None } };
    let mut places = pattern.captures_iter(stderr).filter_map(|found| seen(&found, stderr));
    // Python names the innermost frame last, all others first. V8 puts a line above its frames, which have columns.
    let first = places.next();
    let place = match first {
        Some(Seen { python: true, .. }) => places.last().or(first),
        Some(Seen { headline: true, .. }) => places.find(|place| place.column.is_some()).or(first),
        _ => first,
    };
    let span = place.and_then(|place| {
        let column = place.column.unwrap_or_else(|| first_word(unit, place.line));
        let range = unit.range_of(Position::point(place.line, column, place.unit))?;
        unit.program.span_of(range)
    });
    Trace { message: message(stderr), span }
}

fn seen(found: &regex::Captures<'_>, stderr: &str) -> Option<Seen> {
    let whole = found.get(0)?;
    let number = |group: usize| found.get(group).and_then(|digits| digits.as_str().parse().ok());
    let line = number(1).or(number(3))?;
    let before = stderr[..whole.start()].rsplit('\n').next().unwrap_or_default();
    let (column, unit) = match (number(2), above_caret(&stderr[whole.end()..])) {
        (Some(column), _) if before.trim_start().starts_with("at ") => (Some(column), ColumnUnit::Utf16),
        (None, Some(column)) => (Some(column), ColumnUnit::Utf16),
        (column, _) => (column, ColumnUnit::Char),
    };
    let headline = before.is_empty() && number(2).is_none();
    Some(Seen { python: found.get(3).is_some(), headline, line, column, unit })
}

/// The column that V8's caret names, below the source line, where a place ends its line.
fn above_caret(rest: &str) -> Option<usize> {
    let mut lines = rest.lines();
    let (end, _source, caret) = (lines.next()?, lines.next()?, lines.next()?);
    (end.is_empty() && caret.trim_start().starts_with('^')).then(|| caret.find('^').map(|at| at + 1))?
}

/// The column of the first character of a line that is not white space.
fn first_word(unit: &Unit, line: usize) -> usize {
    let text = unit.program.as_str();
    unit.lines.line_range(text, line).map_or(1, |range| {
        let line = &text[range];
        line.chars().take_while(|character| character.is_whitespace()).count() + 1
    })
}

fn message(stderr: &str) -> Option<String> {
    let mut lines = stderr.lines();
    while let Some(line) = lines.next() {
        // rustc's panics put the message on the next line.
        if line.contains("panicked at") {
            return lines.next().map(|next| format!("panicked: {}", next.trim()));
        }
        if let Some(found) = MESSAGE.captures(line) {
            return Some(found[1].to_owned());
        }
    }
    None
}

/// A text of the run with the unit's file replaced by the page and its lines: a temporary path is never shown.
pub(crate) fn on_the_page(unit: &Unit, text: &str, page: &str, sources: &Sources) -> String {
    let Some(pattern) = place_pattern(unit) else { return text.to_owned() };
    let replaced = pattern.replace_all(text, |found: &regex::Captures<'_>| {
        let number = |group: usize| found.get(group).and_then(|digits| digits.as_str().parse::<usize>().ok());
        let Some(line) = number(1).or(number(3)).or(number(4)) else { return page.to_owned() };
        let place = Position::point(line, number(2).unwrap_or(1), ColumnUnit::Char);
        let span = unit.range_of(place).and_then(|range| unit.program.span_of(range));
        match span {
            Some(span) => {
                let file = &sources[span.file];
                let at = file.line_col(span.start);
                match (found.get(3), number(2)) {
                    _ if found.get(4).is_some() => format!("{}: line {}", file.name, at.line),
                    (Some(_), _) => format!("{}\", line {}", file.name, at.line),
                    (None, Some(_)) => format!("{}:{}:{}", file.name, at.line, at.column),
                    (None, None) => format!("{}:{}", file.name, at.line),
                }
            }
            None if found.get(4).is_some() => format!("{page} (wrapper): line {line}"),
            None if found.get(3).is_some() => format!("{page} (wrapper)\", line {line}"),
            None => format!("{page} (wrapper):{line}"),
        }
    });
    replaced.into_owned()
}
