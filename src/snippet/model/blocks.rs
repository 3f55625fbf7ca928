//! All code blocks of a project with their verdicts: one list, ordered by page and line. Pure data.
//!
//! Must not know: how a verdict is reached or shown.

use crate::page::FenceIndex;
use crate::site::PageIndex;
use crate::snippet::model::snippet::{Snippet, SnippetId};
use crate::snippet::model::verdict::{Level, Status, Verdict};
use crate::span::FileId;
use std::collections::BTreeMap;
use std::ops::{Index, Range};
use std::sync::Arc;
use typed_index_collections::TiVec;

/// A block and its verdict.
#[derive(Debug, Clone)]
pub struct Block {
    /// The block.
    pub snippet: Snippet,
    /// Its verdict; *Unchecked* at first.
    pub verdict: Verdict,
}

/// The blocks of all pages. Block `n` of a page is its fence `n`.
#[derive(Debug, Clone, Default)]
pub struct Blocks {
    all: TiVec<SnippetId, Arc<Block>>,
    pages: TiVec<PageIndex, Range<usize>>,
    /// Rules of the configuration that match no block (S2.6), by number.
    pub unmatched_rules: Vec<usize>,
}

impl Blocks {
    /// Adds the blocks of the next page, in fence order.
    pub fn push_page(&mut self, snippets: Vec<Snippet>) {
        let first = self.all.len();
        let unchecked = || Verdict::new(Status::Unchecked, None);
        self.all.extend(snippets.into_iter().map(|snippet| Arc::new(Block { snippet, verdict: unchecked() })));
        self.pages.push(first..self.all.len());
    }

    /// Replaces the blocks of some pages. A block with the same id and the same code keeps its verdict.
    pub fn renew_pages(&mut self, mut pages: BTreeMap<PageIndex, Vec<Snippet>>) {
        let before = std::mem::take(self);
        self.unmatched_rules = before.unmatched_rules;
        for (page, range) in before.pages.iter_enumerated() {
            let old = &before.all.raw[range.clone()];
            let Some(snippets) = pages.remove(&page) else {
                let first = self.all.len();
                self.all.extend(old.iter().cloned());
                self.pages.push(first..self.all.len());
                continue;
            };
            let first = self.all.len();
            self.push_page(snippets);
            for at in first..self.all.len() {
                let block = Arc::make_mut(&mut self.all.raw[at]);
                let same = |old: &&Arc<Block>| {
                    old.snippet.id == block.snippet.id && old.snippet.code.as_str() == block.snippet.code.as_str()
                };
                if let Some(old) = old.iter().find(same) {
                    block.verdict = old.verdict.clone();
                }
            }
        }
    }

    /// Takes the verdicts of blocks with the same id and the same code.
    pub fn keep_verdicts(&mut self, before: &Self) {
        let old: BTreeMap<&str, &Block> = before.iter().map(|(_, block)| (block.snippet.id.as_str(), block)).collect();
        for block in self.iter_mut() {
            let same = |old: &&&Block| old.snippet.code.as_str() == block.snippet.code.as_str();
            if let Some(old) = old.get(block.snippet.id.as_str()).filter(same) {
                block.verdict = old.verdict.clone();
            }
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The number of every block, in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = SnippetId> + use<> {
        (0..self.all.len()).map(SnippetId::from)
    }

    /// The number of every block of a page, in fence order.
    pub fn on_page(&self, page: PageIndex) -> impl DoubleEndedIterator<Item = SnippetId> + use<> {
        self.pages.get(page).cloned().unwrap_or_default().map(SnippetId::from)
    }

    /// The number of the block of a fence.
    pub fn id_of_fence(&self, page: PageIndex, fence: FenceIndex) -> Option<SnippetId> {
        self.pages.get(page)?.clone().nth(fence.into()).map(SnippetId::from)
    }

    /// The block of a fence.
    pub fn of_fence(&self, page: PageIndex, fence: FenceIndex) -> Option<&Block> {
        self.get(self.id_of_fence(page, fence)?)
    }

    /// A block by its number.
    pub fn get(&self, id: SnippetId) -> Option<&Block> {
        self.all.get(id).map(Arc::as_ref)
    }

    /// All blocks, in order.
    pub fn iter(&self) -> impl Iterator<Item = (SnippetId, &Block)> {
        self.all.iter_enumerated().map(|(id, block)| (id, block.as_ref()))
    }

    /// All snippets, in order.
    pub fn snippets(&self) -> impl Iterator<Item = &Snippet> {
        self.all.iter().map(|block| &block.snippet)
    }

    /// A block's verdict.
    pub fn verdict(&self, id: SnippetId) -> &Verdict {
        &self.all[id].verdict
    }

    /// Replaces a block's verdict.
    pub fn set(&mut self, id: SnippetId, verdict: Verdict) {
        Arc::make_mut(&mut self.all[id]).verdict = verdict;
    }

    /// All blocks, in order; their verdicts may still change.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Block> {
        self.all.iter_mut().map(Arc::make_mut)
    }

    /// How many blocks have each status. The sum is the number of blocks found.
    pub fn totals(&self) -> BTreeMap<Status, usize> {
        totals(self.all.iter().map(|block| &block.verdict))
    }

    /// Whether any block has a verdict beyond *Unchecked*.
    pub fn say_anything(&self) -> bool {
        let says = |verdict: &Verdict| verdict.level > Level::Unchecked || verdict.status == Status::Fail;
        self.all.iter().any(|block| says(&block.verdict))
    }

    /// For each page: how many blocks of code are proven or fail as shown, and how many blocks of code it has.
    pub fn proven(&self) -> BTreeMap<FileId, (usize, usize)> {
        let mut pages: BTreeMap<_, (usize, usize)> = BTreeMap::new();
        for (_, Block { snippet, verdict }) in self.iter().filter(|(_, block)| block.snippet.is_code) {
            let (proven, all) = pages.entry(snippet.file).or_default();
            *proven += usize::from(verdict.is_proven());
            *all += 1;
        }
        pages
    }
}

impl Index<SnippetId> for Blocks {
    type Output = Snippet;

    fn index(&self, id: SnippetId) -> &Snippet {
        &self.all[id].snippet
    }
}

/// How many verdicts have each status.
pub(crate) fn totals<'a>(verdicts: impl Iterator<Item = &'a Verdict>) -> BTreeMap<Status, usize> {
    let mut totals: BTreeMap<Status, usize> = Status::ALL.iter().map(|(_, status)| (*status, 0)).collect();
    for verdict in verdicts {
        *totals.entry(verdict.status).or_default() += 1;
    }
    totals
}
