//! What programs under Node have in common: V8's report of an error, and the script between two parts.
//!
//! Must not know: how a block becomes a program.

use crate::snippet::language::traceback::{self, Frame, Traceback};
use crate::snippet::workspace::unit::Unit;
use crate::span::ColumnUnit;

/// The script that separates the parts of a program while it runs.
pub(super) const PARTS: &str = include_str!("parts.cjs");

/// The message and the place in V8's report of an error.
pub(super) fn read_traceback(unit: &Unit, stderr: &str) -> Traceback {
    let mut frames = traceback::frames(unit, stderr);
    // V8 prints the place alone on a line above its frames, which have columns.
    let is_headline = frames.first().is_some_and(|first| before(stderr, first).is_empty() && first.column.is_none());
    for frame in &mut frames {
        let caret = frame.column.is_none().then(|| above_caret(&stderr[frame.named.end..])).flatten();
        if caret.is_some() || before(stderr, frame).trim_start().starts_with("at ") {
            (frame.column, frame.unit) = (frame.column.or(caret), ColumnUnit::Utf16);
        }
    }
    let below = frames.iter().skip(1).find(|frame| frame.column.is_some());
    let frame = below.filter(|_| is_headline).or(frames.first());
    let span = frame.and_then(|frame| traceback::span(unit, frame));
    Traceback { message: stderr.lines().find_map(traceback::message), span }
}

/// The text before a place on its line.
fn before<'a>(stderr: &'a str, frame: &Frame) -> &'a str {
    stderr[..frame.named.start].rsplit('\n').next().unwrap_or_default()
}

/// The column of V8's caret below the source line, if a place ends its line.
fn above_caret(rest: &str) -> Option<usize> {
    let mut lines = rest.lines();
    let (end, _source, caret) = (lines.next()?, lines.next()?, lines.next()?);
    (end.is_empty() && caret.trim_start().starts_with('^')).then(|| caret.find('^').map(|at| at + 1))?
}
