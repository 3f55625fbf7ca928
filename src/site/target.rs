//! Where a link leads, as data.
//!
//! Must not know: how that is found out.

use super::index::PageIndex;

/// What a link's destination turns out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Another site, a mail address, `data:`: left alone.
    External,
    /// A page of this site, perhaps at an anchor.
    Page {
        /// The page.
        page: PageIndex,
        /// Anchor without `#`.
        anchor: Option<String>,
    },
    /// A page that docgen makes.
    Generated {
        /// Its URL.
        url: String,
        /// Anchor without `#`.
        anchor: Option<String>,
    },
    /// A file beside the pages.
    Asset(String),
    /// Nothing; the path that was looked for, relative to the content folder.
    Missing(String),
}
