//! What one run of verification was about: the blocks that were selected, with their verdicts. Pure data.
//!
//! Must not know: how a verdict is reached or shown.

use crate::process::Confinement;
use crate::snippet::model::blocks::{Blocks, totals};
use crate::snippet::model::snippet::{Snippet, SnippetId};
use crate::snippet::model::verdict::{Origin, Status, Verdict};
use std::collections::BTreeMap;
use std::time::Duration;

/// A run of verification.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// The blocks it was about, in order.
    pub selected: Vec<SnippetId>,
    /// Wall-clock time of it all.
    pub duration: Duration,
    /// How well programs were confined.
    pub sandbox: Confinement,
    /// The calls of the programs that were started.
    pub started: Vec<String>,
    /// Content hashes that docgen 0.1 would have made, with those that are made now; only where they were asked for.
    pub renewed: BTreeMap<String, String>,
}

/// The blocks of a run with their verdicts, in the order of pages and lines.
#[derive(Debug, Clone, Copy)]
pub struct Verdicts<'a> {
    /// All blocks.
    pub blocks: &'a Blocks,
    /// The run.
    pub run: &'a Run,
}

impl<'a> Verdicts<'a> {
    /// Selected blocks and their verdicts together.
    pub fn iter(&self) -> impl Iterator<Item = (&'a Snippet, &'a Verdict)> + use<'a> {
        let blocks = self.blocks;
        self.run.selected.iter().map(move |id| (&blocks[*id], blocks.verdict(*id)))
    }

    /// How many blocks were selected.
    pub fn len(&self) -> usize {
        self.run.selected.len()
    }

    /// Whether no block was selected.
    pub fn is_empty(&self) -> bool {
        self.run.selected.is_empty()
    }

    /// How many blocks have each status; together all that were selected.
    pub fn totals(&self) -> BTreeMap<Status, usize> {
        totals(self.iter().map(|(_, verdict)| verdict))
    }

    /// How many verdicts were reached in an earlier run.
    pub fn cached(&self) -> usize {
        self.iter().filter(|(_, verdict)| verdict.origin == Origin::Cache).count()
    }
}
