//! The programs of this machine: their places, their versions, what they may access, how to install them.
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
