//! What a block, a program and a verdict are. Pure data.
//!
//! Must not know: tools, disk, how anything is printed.

pub mod badge;
pub mod blocks;
pub mod fingerprint;
pub mod language;
pub mod message;
pub mod output;
pub mod program;
pub mod seam;
pub mod session;
pub mod settings;
pub mod snippet;
pub mod tool;
pub mod verdict;
pub mod verdicts;
