//! The resolved site as data.
//!
//! Must not know: how it is resolved.

use super::index::PageIndex;
use super::nav::Nav;
use super::target::Target;
use super::taxonomy::Taxonomy;
use crate::page::Page;
use crate::source::Asset;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::Arc;
use typed_index_collections::TiVec;

/// Whether a path exists. `site` accesses the disk only through this.
pub type PathExists<'a> = &'a (dyn Fn(&Path) -> bool + Sync);

/// The whole site, resolved. Its parts are shared, so a copy is cheap.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its pages, in the order of their paths.
    pub pages: TiVec<PageIndex, Arc<Page>>,
    /// The targets of each page's destinations, by their numbers on the page.
    pub targets: TiVec<PageIndex, Arc<[Target]>>,
    /// Everything that does not depend on the text of the pages.
    pub(super) frame: Arc<Frame>,
}

/// What a site keeps when only the text of its pages changes.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// The URL of each page.
    pub urls: TiVec<PageIndex, String>,
    /// Page by URL.
    pub by_url: BTreeMap<String, PageIndex>,
    /// The same in lower case.
    pub by_folded: BTreeMap<String, PageIndex>,
    /// Links may name pages without their extension: the folder is of another generator.
    pub bare_links: bool,
    /// The navigation.
    pub nav: Nav,
    /// Tags, agents and the other taxonomies that have terms.
    pub taxonomies: Vec<Taxonomy>,
    /// URLs of generated pages: indexes, terms, sections, search.
    pub generated: BTreeSet<String>,
    /// Files that are not pages, by their path relative to the content folder.
    pub assets: BTreeMap<String, Asset>,
    /// The assets that the site contains.
    pub copied: Vec<String>,
    /// Former URLs and where they lead.
    pub redirects: BTreeMap<String, Redirect>,
    /// The site's title: from the configuration, else the home page's.
    pub title: String,
}

impl Deref for Site {
    type Target = Frame;

    fn deref(&self) -> &Frame {
        &self.frame
    }
}

impl DerefMut for Site {
    fn deref_mut(&mut self) -> &mut Frame {
        Arc::make_mut(&mut self.frame)
    }
}

/// Where a former address leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redirect {
    /// To the URL of a page.
    Page(String),
    /// To an address as `book.toml` writes it: of another host, or relative to the former address.
    Address(String),
}

impl Site {
    /// The page at a path relative to the content folder. Pages are sorted by path.
    pub fn page_at(&self, relative: &str) -> Option<PageIndex> {
        self.pages.binary_search_by(|page| page.relative.as_str().cmp(relative)).ok()
    }

    /// The target of a destination, by its number on the page.
    pub fn target(&self, page: PageIndex, number: usize) -> &Target {
        &self.targets[page][number]
    }
}
