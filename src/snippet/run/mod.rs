//! Programs that are run, and what their runs showed.
//!
//! Must not know: languages, verdicts.

pub mod limits;
mod parts;
pub(crate) mod program;
pub mod programs;
pub mod trace;
mod warm;
