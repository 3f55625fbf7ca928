//! Live preview: the site in memory, served on loopback, rebuilt when a file changes.
//!
//! 1. [`watch`] turns file-system events into paths that may have changed; [`inputs`] tells whether the site's inputs
//!    have changed.
//! 2. The builder from `cli` makes a new [`OutputTree`](crate::output::OutputTree). The shared [`Preview`] stores it
//!    and increases its version.
//! 3. [`http`] serves the tree with the answers of [`answer`]. Browsers wait on `/-/events` and reload when the version
//!    changes.
//!
//! Must not know: how a site is built.

pub mod answer;
pub mod http;
pub mod inputs;
mod preview;
pub mod watch;

pub use preview::Preview;
