//! What is wrong with a text of data: where, what, and what to do.
//!
//! Must not know: formats.

use std::ops::Range;

/// What is wrong with a text: where, what, and what to do.
pub(super) struct Problem {
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}
