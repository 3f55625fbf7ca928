//! Live preview: the site in memory, served on loopback, rebuilt when a file changes.
//!
//! 1. [`watch`] turns file-system events into paths that may have changed; [`inputs`] says whether the site's inputs did.
//! 2. The builder given by `cli` makes a new [`OutputTree`](crate::output::OutputTree); the shared [`Preview`] takes it and bumps its version.
//! 3. [`http`] serves the tree as [`answer`] says; browsers wait on `/-/events` and reload when the version changes.
//!
//! Must not know: how a site is built.

pub mod answer;
pub mod http;
pub mod inputs;
mod preview;
pub mod watch;

pub use preview::Preview;
