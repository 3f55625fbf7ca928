//! The programs of this machine: where they are, which version, what they may touch, how to get them.
//!
//! Must not know: pages, blocks.

pub mod access;
pub mod ecosystem;
pub mod homes;
pub mod identity;
pub mod install;
pub mod needs;
pub mod shims;
pub mod tool;
