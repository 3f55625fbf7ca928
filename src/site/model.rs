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
use std::path::Path;
use typed_index_collections::TiVec;

/// Whether a path exists: the one question that `site` has to the disk.
pub type PathExists<'a> = &'a (dyn Fn(&Path) -> bool + Sync);

/// The whole site, resolved.
#[derive(Debug)]
pub struct Site {
    /// Its pages, in the order of their paths.
    pub pages: TiVec<PageIndex, Page>,
    /// The URL of each page.
    pub urls: TiVec<PageIndex, String>,
    /// Page by URL.
    pub by_url: BTreeMap<String, PageIndex>,
    /// The order and the tree.
    pub nav: Nav,
    /// Tags, agents and the others, those with terms.
    pub taxonomies: Vec<Taxonomy>,
    /// URLs that docgen makes itself: indexes, terms, sections, search.
    pub generated: BTreeSet<String>,
    /// Files beside the pages, by their path relative to the content folder.
    pub assets: BTreeMap<String, Asset>,
    /// Those of them that become part of the site.
    pub copied: Vec<String>,
    /// Where the destinations of each page lead, by their numbers on the page.
    pub targets: TiVec<PageIndex, Box<[Target]>>,
    /// Former URLs and where they lead.
    pub redirects: BTreeMap<String, String>,
    /// The site's title: from the configuration, else the home page's.
    pub title: String,
}

impl Site {
    /// The page at a path relative to the content folder. Pages are in the order of their paths.
    pub fn page_at(&self, relative: &str) -> Option<PageIndex> {
        self.pages.binary_search_by(|page| page.relative.as_str().cmp(relative)).ok()
    }

    /// Where a destination of a page leads, by its number on the page.
    pub fn target(&self, page: PageIndex, number: usize) -> &Target {
        &self.targets[page][number]
    }
}
