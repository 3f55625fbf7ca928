//! Live preview: the site in memory, served on loopback, rebuilt when a file changes.
//!
//! 1. [`watch`] turns file-system events into paths that may have changed; [`inputs`] tells whether the site's inputs
//!    have changed.
//! 2. The builder from `cli` reads what has changed and gives the shared [`Preview`] a new set of [`Files`].
//! 3. [`http`] makes a file when a browser asks for it, with the answers of [`answer`]. Browsers wait on `/-/events` and
//!    update when their page has changed.
//!
//! Must not know: how a site is built.

pub mod answer;
pub mod http;
pub mod inputs;
mod preview;
pub mod watch;

pub use preview::{Files, Preview, Version};
