//! What several files of the site need and is computed once, when the first of them is made.
//!
//! Must not know: what a file looks like.

use crate::site::PageIndex;

/// How large files are split: the pages of each part.
pub(super) struct Runs {
    /// `llms-full.txt`
    pub(super) full: Vec<Vec<PageIndex>>,
    /// `verification.json`
    pub(super) verdicts: Vec<Vec<PageIndex>>,
    /// Each agent's pages.
    pub(super) agents: Vec<Vec<Vec<PageIndex>>>,
    /// Whether the agents' pages are too large for one `agents.json`.
    pub(super) agents_are_split: bool,
}

/// Counts over all blocks.
pub(super) struct Totals {
    /// For each group: class, name, blocks of code.
    pub(super) counts: Vec<(&'static str, &'static str, usize)>,
    /// Blocks that are proven, or fail as shown.
    pub(super) proven: usize,
}
