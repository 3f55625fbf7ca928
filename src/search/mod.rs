//! A static search index: sections of pages, ranked, in shards that the browser loads on demand.
//!
//! 1. [`tokenize`] makes terms of text: words and identifiers, whole and in parts, lightly stemmed.
//! 2. [`index`] weighs them: BM25F over title, heading, body, code and tags, its result stored as one small number.
//! 3. [`shard`] cuts the index into `.js` files, so that it works from `file://` under a strict content policy.
//!
//! `themes/default/assets/search.js` is the other half; both tokenize alike, and a test holds them together.
//! Must not know: HTML, verdicts.

pub mod index;
pub mod shard;
pub mod tokenize;

use crate::config::Config;
use crate::site::Site;

/// The files of the index, by path relative to the site's root.
#[derive(Debug, Default)]
pub struct SearchIndex {
    /// Path and content.
    pub files: Vec<(String, String)>,
}

/// Indexes the whole site.
pub fn build(site: &Site, config: &Config) -> SearchIndex {
    shard::cut(&index::weigh(&index::sections(site, config)))
}
