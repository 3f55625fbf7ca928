//! Decides which blocks are verified, in which groups, as which programs.
//!
//! Must not know: what a tool says, how a verdict follows from it.

pub mod assemble;
pub mod batch;
pub mod collect;
pub mod fingerprint;
pub mod fingerprint_v1;
pub mod group;
pub mod hidden;
pub mod immediate;
pub mod inputs;
pub mod partition;
mod patch;
pub mod select;
