//! The target of a link, as data.
//!
//! Must not know: how links are resolved.

use super::index::PageIndex;

/// The target of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Another site, a mail address, `data:`. Not checked.
    External,
    /// A page of this site, with or without an anchor.
    Page {
        /// The page.
        page: PageIndex,
        /// Anchor without `#`.
        anchor: Option<String>,
    },
    /// A page that docgen generates.
    Generated {
        /// Its URL.
        url: String,
        /// Anchor without `#`.
        anchor: Option<String>,
    },
    /// A file that is not a page.
    Asset(String),
    /// Nothing exists at this path, which is relative to the content folder.
    Missing(String),
}
