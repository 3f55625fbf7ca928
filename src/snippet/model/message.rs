//! What tools say of a program, and where. Pure data.
//!
//! Must not know: pages, which tool said what.

use crate::diagnostic::Severity;
use crate::span::ColumnUnit;
use std::borrow::Cow;

/// A position range as a tool reports it: 1-based, columns in the tool's unit, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line and the column after the last; `None` for a point.
    pub end: Option<(usize, usize)>,
    /// What the tool counts.
    pub unit: ColumnUnit,
}

impl Position {
    /// A point.
    pub fn point(line: usize, column: usize, unit: ColumnUnit) -> Self {
        Self { line, column, end: None, unit }
    }
}

/// Something a tool said, before it is put on the page.
#[derive(Debug, Clone)]
pub struct Message {
    /// Error or warning.
    pub severity: Severity,
    /// The tool.
    pub tool: Cow<'static, str>,
    /// The tool's code; may be empty.
    pub code: String,
    /// The message.
    pub message: String,
    /// What to do, if anything is known.
    pub help: Option<String>,
}
