//! One run of verification: the selected blocks with their verdicts. Pure data.
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
    /// The selected blocks, in order.
    pub selected: Vec<SnippetId>,
    /// Wall-clock time of the run.
    pub duration: Duration,
    /// How well programs were confined.
    pub sandbox: Confinement,
    /// The command lines of all programs it started, as far as they are known.
    pub started: Vec<String>,
    /// How many programs it started.
    pub tool_starts: usize,
    /// How long each batch took.
    pub batches: Vec<BatchTime>,
    /// Content hashes of docgen 0.1 with their new hashes, if they were asked for.
    pub renewed: BTreeMap<String, String>,
}

/// How long the blocks of one language and fixture took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchTime {
    /// The language's name.
    pub language: String,
    /// The fixture's name.
    pub fixture: String,
    /// How many blocks were verified, not counting those whose verdict was known.
    pub verified: usize,
    /// Wall-clock time for all of them.
    pub duration: Duration,
}

/// The blocks of a run with their verdicts, ordered by page and line.
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

    /// How many blocks have each status. The sum is the number of selected blocks.
    pub fn totals(&self) -> BTreeMap<Status, usize> {
        totals(self.iter().map(|(_, verdict)| verdict))
    }

    /// How many verdicts come from the cache.
    pub fn cached(&self) -> usize {
        self.iter().filter(|(_, verdict)| verdict.origin == Origin::Cache).count()
    }
}
