//! Runs programs and records the results.
//!
//! Must not know: languages, verdicts.

pub mod limits;
mod parts;
pub(crate) mod program;
pub mod programs;
mod session;
pub mod trace;
mod warm;
