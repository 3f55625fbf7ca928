//! Pages are identified by their index in the list of all pages.
//!
//! Must not know: the content of pages.

/// The index of a page in [`Site::pages`](super::Site::pages).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageIndex(usize);

impl From<usize> for PageIndex {
    fn from(index: usize) -> Self {
        Self(index)
    }
}

impl From<PageIndex> for usize {
    fn from(index: PageIndex) -> Self {
        index.0
    }
}
