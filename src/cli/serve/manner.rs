//! What a build prints.
//!
//! Must not know: how a site is built.

use crate::error::Error;

/// What a build prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// It prints what it did and what is wrong.
    Heard,
    /// It prints only news. This follows a change that docgen's own output can cause: `docgen serve | tee` may write
    /// into the content folder, and a line for each build would cause a build for each line.
    Silent,
}

/// An error as the terminal shows it.
pub(super) fn wrong(error: &Error) -> String {
    format!("\x1b[1;31merror\x1b[0m: {error}")
}
