//! Pages are identified by their index in the list of all pages.
//!
//! Must not know: the content of pages.

/// The index of a page in [`Site::pages`](super::Site::pages).
pub type PageIndex = usize;
