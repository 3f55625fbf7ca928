//! How pages are named: by their place in the list of all pages.
//!
//! Must not know: what a page holds.

/// The index of a page in [`Site::pages`](super::Site::pages).
pub type PageIndex = usize;
