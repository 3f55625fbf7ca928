//! The blocks of a run with their verdicts. Pure data.
//!
//! Must not know: how a verdict is reached or shown.

use crate::process::Confinement;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Level, Origin, Status, Verdict};
use std::collections::BTreeMap;
use std::time::Duration;

/// Snippets with their verdicts, in the order of pages and lines.
#[derive(Default)]
pub struct Verdicts {
    /// The blocks.
    pub snippets: Vec<Snippet>,
    /// Their verdicts, at the same index.
    pub verdicts: Vec<Verdict>,
    /// Wall-clock time of it all.
    pub duration: Duration,
    /// How well runs were held in.
    pub sandbox: Confinement,
    /// The calls of the programs that were started.
    pub started: Vec<String>,
}

impl Verdicts {
    /// Blocks and verdicts together.
    pub fn iter(&self) -> impl Iterator<Item = (&Snippet, &Verdict)> {
        self.snippets.iter().zip(&self.verdicts)
    }

    /// How many blocks have each status; together all that were found.
    pub fn totals(&self) -> BTreeMap<Status, usize> {
        let mut totals: BTreeMap<Status, usize> = Status::ALL.iter().map(|(_, status)| (*status, 0)).collect();
        for verdict in &self.verdicts {
            *totals.entry(verdict.status).or_default() += 1;
        }
        totals
    }

    /// Whether anything is known of any block, beyond that it is there.
    pub fn say_anything(&self) -> bool {
        self.verdicts.iter().any(|verdict| verdict.level > Level::Unchecked || verdict.status == Status::Fail)
    }

    /// How many blocks of code of each page are proven, or fail as shown, and how many there are.
    pub fn proven(&self) -> BTreeMap<crate::span::FileId, (usize, usize)> {
        let mut pages: BTreeMap<_, (usize, usize)> = BTreeMap::new();
        for (snippet, verdict) in self.iter().filter(|(snippet, _)| snippet.is_code) {
            let (proven, all) = pages.entry(snippet.file).or_default();
            *proven += usize::from(verdict.is_proven());
            *all += 1;
        }
        pages
    }

    /// How many of them were reached in an earlier run.
    pub fn cached(&self) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.origin == Origin::Cache).count()
    }
}
