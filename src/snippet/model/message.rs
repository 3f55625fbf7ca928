//! The messages of tools about a program, and their places. Pure data.
//!
//! Must not know: pages, what the tools are.

use crate::diagnostic::Severity;
use crate::span::ColumnUnit;
use std::borrow::Cow;

/// A range as a tool reports it: 1-based, columns in the tool's unit, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// The last line and the column after the range; `None` for a point.
    pub end: Option<(usize, usize)>,
    /// The unit of columns.
    pub unit: ColumnUnit,
}

impl Position {
    /// A point.
    pub fn point(line: usize, column: usize, unit: ColumnUnit) -> Self {
        Self { line, column, end: None, unit }
    }
}

/// A message of a tool, before it is mapped onto the page.
#[derive(Debug, Clone)]
pub struct Message {
    /// Error or warning.
    pub severity: Severity,
    /// The tool.
    pub tool: Cow<'static, str>,
    /// The tool's code, which may be empty.
    pub code: String,
    /// The message.
    pub message: String,
    /// What to do about it, if known.
    pub help: Option<String>,
}
