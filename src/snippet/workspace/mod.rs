//! The project that blocks are checked in: a copy of a fixture project with the blocks written into it.
//!
//! Must not know: languages, verdicts.

pub mod dependencies;
pub mod fixture;
pub mod package;
pub mod project;
pub mod time_budget;
pub mod unit;
