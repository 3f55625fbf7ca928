//! A static search index: sections of pages, ranked, in shards that the browser loads on demand.
//!
//! 1. [`sections`] cuts pages into sections, and notes the code blocks in them.
//! 2. [`tokenize`] makes terms of text: words, operators, identifiers whole and in parts.
//! 3. [`weigh`] weighs them: BM25F over title, heading, body, code and tags, its result one small number.
//! 4. [`facets`] says what hits can be filtered by.
//! 5. [`shard`] cuts it all into `.js` files, so that it works from `file://` under a strict content policy; [`pack`]
//!    writes their numbers, and leaves out what no one would see, so that a search stays cheap on large sites.
//!
//! `themes/default/assets/search.js` is the other half; both tokenize alike, and a test holds them together.
//! Must not know: HTML, how verdicts are reached.

pub mod facets;
pub mod pack;
pub mod sections;
pub mod shard;
pub mod tokenize;
pub mod weigh;

use crate::config::Config;
use crate::site::Site;
use crate::snippet::model::blocks::Blocks;
pub use shard::SearchIndex;

/// Indexes the whole site.
pub fn build(site: &Site, config: &Config, blocks: &Blocks) -> SearchIndex {
    let pages = sections::sections(site, config, blocks);
    let facets = facets::facets(site, &pages);
    shard::cut(weigh::weigh(pages), &facets)
}
