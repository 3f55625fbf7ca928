//! Judges the evidence: statuses, explanations on the page, policy.
//!
//! Must not know: tools, disk.

pub mod explain;
pub mod policy;
pub mod ratchet;
pub mod status;
