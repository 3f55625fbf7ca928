//! Where the verification page shows each block.
//!
//! The page of a large site has many parts: the first is an overview, the others have the blocks in order.
//! Must not know: what a row looks like.

use super::input::Input;
use crate::snippet::model::snippet::SnippetId;
use typed_index_collections::TiVec;

/// Max blocks in one part. A row takes about 500 bytes, so a reader loads at most 150 KB.
pub(super) const MAX_ROWS: usize = 250;
/// The address of the first part.
pub(super) const FIRST: &str = "verification.html";

/// The parts of the verification page.
pub struct Wall {
    urls: Vec<String>,
    /// The part of each block, from 0.
    part_of: TiVec<SnippetId, u32>,
    /// The blocks of each part, in order. If there is one part, it has all.
    blocks: Vec<Vec<SnippetId>>,
}

impl Wall {
    /// Shares the blocks out. A page's blocks stay together where they fit.
    pub(super) fn new(input: &Input<'_>) -> Self {
        let blocks = input.blocks;
        let code = |id: &SnippetId| blocks[*id].is_code;
        let all: Vec<SnippetId> = blocks.ids().filter(code).collect();
        let mut parts: Vec<Vec<SnippetId>> = vec![Vec::new()];
        if all.len() <= MAX_ROWS {
            parts[0] = all;
        } else {
            parts.push(Vec::new());
            for page in input.site.pages.keys() {
                let own: Vec<SnippetId> = blocks.on_page(page).filter(code).collect();
                let room = |parts: &[Vec<SnippetId>]| MAX_ROWS - parts.last().map_or(MAX_ROWS, Vec::len);
                if own.len() > room(&parts) && room(&parts) < MAX_ROWS {
                    parts.push(Vec::new());
                }
                for id in own {
                    if room(&parts) == 0 {
                        parts.push(Vec::new());
                    }
                    parts.last_mut().expect("not empty").push(id);
                }
            }
        }
        let mut part_of: TiVec<SnippetId, u32> = vec![0; blocks.len()].into();
        for (number, part) in (0..).zip(&parts) {
            for id in part {
                part_of[*id] = number;
            }
        }
        let urls = (1..=parts.len()).map(|number| input.site.part_url(FIRST, number)).collect();
        Self { urls, part_of, blocks: parts }
    }

    /// The number of parts.
    pub(super) fn count(&self) -> usize {
        self.blocks.len()
    }

    /// The blocks of part `number`, from 1.
    pub(super) fn part(&self, number: usize) -> &[SnippetId] {
        &self.blocks[number - 1]
    }

    /// The address of part `number`, from 1.
    pub(super) fn part_url(&self, number: usize) -> &str {
        &self.urls[number - 1]
    }

    /// The address of the part that shows a block; of the first part for other blocks.
    pub(super) fn url(&self, id: Option<SnippetId>) -> &str {
        &self.urls[id.map_or(0, |id| self.part_of[id] as usize)]
    }
}
