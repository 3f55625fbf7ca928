//! A static search index: sections of pages, ranked, in shards that the browser loads on demand.
//!
//! 1. [`sections`] cuts pages into sections with their code blocks.
//! 2. [`tokenize`] splits text into terms: words, operators, identifiers and their parts.
//! 3. [`weigh`] weighs them: BM25F over title, heading, body, code and tags gives one small number.
//! 4. [`facets`] collects the filters.
//! 5. [`shard`] cuts the index into `.js` files, which work from `file://` under a strict content policy. [`pack`]
//!    writes their numbers and drops postings of low weight, so that a search stays cheap on large sites.
//!
//! `themes/default/assets/search.js` is the other half. Both tokenize alike; a test compares them.
//! Must not know: HTML, verification.

pub mod facets;
pub mod pack;
pub mod sections;
pub mod shard;
pub mod tokenize;
pub mod weigh;

use crate::config::Config;
use crate::site::Site;
use crate::snippet::model::blocks::Blocks;
use rayon::prelude::*;
use sections::PageRecord;
pub use shard::SearchIndex;
use weigh::Counted;

/// Number of pages whose terms one thread counts together.
const RUN: usize = 64;

/// Indexes the whole site. The text of a page is in memory only while its terms are counted.
pub fn build(site: &Site, config: &Config, blocks: &Blocks) -> SearchIndex {
    let cutter = sections::SiteCutter::new(site, config, blocks);
    let excerpt = shard::excerpt_length(cutter.sections());
    let runs: Vec<(Vec<PageRecord>, Counted)> = cutter
        .pages()
        .par_chunks(RUN)
        .map(|pages| {
            let mut counted = Counted::default();
            let records = pages.iter().map(|page| {
                let mut record = cutter.record(*page);
                counted.page(&record);
                record.shorten(excerpt);
                record
            });
            (records.collect(), counted)
        })
        .collect();
    let (pages, counted): (Vec<_>, Vec<_>) = runs.into_iter().unzip();
    let pages: Vec<PageRecord> = pages.into_iter().flatten().collect();
    let facets = facets::facets(site, &pages);
    shard::cut(&pages, weigh::weigh(counted), &facets)
}
