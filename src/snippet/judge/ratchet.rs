//! Compares verdicts with the ledger: what is unchanged, better or worse (S6.6). Pure.
//!
//! Each block is compared with one ledger line, and each line serves one block. Content comes first, so a block that
//! moves keeps its line. A copy of a failing block finds no line and is a new failure. Must not know: how it is
//! printed.

use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Level, Promise, Status, Step, StepOutcome, Verdict};
use crate::snippet::model::verdicts::Verdicts;
use crate::snippet::store::ledger::{Entry, Ledger, is_bad};
use std::collections::{BTreeMap, BTreeSet};

/// The reach of a run: what it could have checked.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// `--no-exec`: the higher levels were out of reach for every block.
    pub no_exec: bool,
    /// The run verified all blocks of the project, so a line without a block belongs to a removed block.
    pub whole: bool,
}

/// How a block compares with its line of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Unchanged, or not comparable.
    Even,
    /// It passes and did not before, or it reaches a higher level.
    Better,
    /// It reached this level before, and a lower one now.
    Sunk(Level),
    /// It fails, and had this status before.
    Broken(Status),
    /// It fails, and has no line.
    New,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    standing: Standing,
    /// It would count as a failure without the ratchet.
    failing: bool,
    /// It lacks something, or would pass although it is ignored; and it did so before.
    excused: bool,
    /// If it breaks the policy, it did so before.
    settled: bool,
}

/// Every block of a run, compared with the ledger.
#[derive(Debug, Clone)]
pub struct Ratchet {
    rows: Vec<Row>,
    gone: usize,
}

impl Ratchet {
    /// Compares the verdicts of a run with the ledger.
    pub fn new(ledger: &Ledger, verdicts: Verdicts<'_>, reach: Reach) -> Self {
        let lines = lines(ledger, verdicts);
        let rows = verdicts.iter().zip(&lines).map(|((snippet, verdict), line)| row(*line, snippet, verdict, reach));
        let taken: BTreeSet<&str> = lines.iter().flatten().map(|entry| entry.id.as_str()).collect();
        let left = ledger.entries().filter(|entry| is_bad(entry.status) && !taken.contains(entry.id.as_str()));
        let gone = if reach.whole && !reach.no_exec { left.count() } else { 0 };
        Self { rows: rows.collect(), gone }
    }

    /// How a block compares with the ledger.
    pub fn standing(&self, block: usize) -> Standing {
        self.rows[block].standing
    }

    /// Whether a block is worse than in the ledger.
    pub fn is_worse(&self, block: usize) -> bool {
        matches!(self.rows[block].standing, Standing::Sunk(_) | Standing::Broken(_) | Standing::New)
    }

    /// Whether a block fails, but is not worse than in the ledger.
    pub fn is_known(&self, block: usize) -> bool {
        self.rows[block].failing && !self.is_worse(block)
    }

    /// Whether the ledger knows that a block lacks something, or would pass although it is ignored.
    pub fn excuses(&self, block: usize) -> bool {
        self.rows[block].excused
    }

    /// Whether a block that breaks the policy did so before: its content is the same, or it passes at no lower level.
    pub fn excuses_policy(&self, block: usize) -> bool {
        self.rows[block].settled
    }

    /// How many blocks fail, but are not worse than in the ledger.
    pub fn known(&self) -> usize {
        (0..self.rows.len()).filter(|block| self.is_known(*block)).count()
    }

    /// How many blocks are worse.
    pub fn worse(&self) -> usize {
        (0..self.rows.len()).filter(|block| self.is_worse(*block)).count()
    }

    /// How many blocks are better. Failing blocks that were removed count too. The ledger can be tightened by this
    /// many.
    pub fn better(&self) -> usize {
        self.rows.iter().filter(|row| row.standing == Standing::Better).count() + self.gone
    }
}

/// The line of each block: by its id and content, else by its content, else by its id, else by the id that it had
/// before its page, section or folder was renamed.
fn lines<'a>(ledger: &'a Ledger, verdicts: Verdicts<'_>) -> Vec<Option<&'a Entry>> {
    let by_id: BTreeMap<&str, &Entry> = ledger.entries().map(|entry| (entry.id.as_str(), entry)).collect();
    let found: Vec<(&Snippet, &Verdict)> = verdicts.iter().collect();
    let mut free: BTreeSet<&str> = by_id.keys().copied().collect();
    let mut lines: Vec<Option<&Entry>> = vec![None; verdicts.len()];
    let judged: Vec<usize> = (0..lines.len()).filter(|block| !found[*block].1.hash.is_empty()).collect();
    let hash = |block: usize| found[block].1.hash.as_str();
    let id = |block: usize| found[block].0.id.as_str();
    for block in &judged {
        if let Some(entry) = by_id.get(id(*block)).filter(|entry| entry.hash == hash(*block)) {
            lines[*block] = Some(entry);
            free.remove(entry.id.as_str());
        }
    }
    let mut by_hash: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for id in free.iter().rev() {
        by_hash.entry(&by_id[id].hash).or_default().push(by_id[id]);
    }
    let mut moved: BTreeMap<(&str, char), &str> = BTreeMap::new();
    for block in &judged {
        if lines[*block].is_none()
            && let Some(entry) = by_hash.get_mut(hash(*block)).and_then(Vec::pop)
        {
            lines[*block] = Some(entry);
            free.remove(entry.id.as_str());
            for (now, before) in places(id(*block)).zip(places(&entry.id)) {
                moved.entry(now.0).or_insert(before.0.0);
            }
        }
    }
    for block in judged {
        if lines[block].is_some() {
            continue;
        }
        let before =
            places(id(block)).filter_map(|(place, own)| Some(format!("{}{}{own}", moved.get(&place)?, place.1)));
        let mut candidates = std::iter::once(id(block).to_owned()).chain(before);
        if let Some(entry) = candidates.find_map(|id| by_id.get(id.as_str()).filter(|_| free.contains(id.as_str()))) {
            lines[block] = Some(entry);
            free.remove(entry.id.as_str());
        }
    }
    lines
}

/// Splits an id into a place and a name: `page#section` and `n`, `page` and `name`. The place has the sign between
/// them.
fn places(id: &str) -> impl Iterator<Item = ((&str, char), &str)> {
    ['/', '#'].into_iter().filter_map(|cut| id.rsplit_once(cut).map(|(place, own)| ((place, cut), own)))
}

fn row(line: Option<&Entry>, snippet: &Snippet, verdict: &Verdict, reach: Reach) -> Row {
    // An ignored block that would pass is no failure.
    let ignored = matches!(snippet.settings.promise, Promise::Ignored(_));
    let failing = is_bad(verdict.status) && !ignored;
    let untouched = line.is_some_and(|entry| entry.hash == verdict.hash);
    let standing = match line {
        None if failing => Standing::New,
        None => Standing::Even,
        Some(entry) => beside(entry, snippet, verdict, (failing, reach)),
    };
    let excused = line.is_some_and(|entry| match verdict.status {
        // --no-exec may be the only reason. The ledger decides for untouched blocks and for blocks that failed.
        Status::EnvError => entry.status == Status::EnvError || (reach.no_exec && (untouched || is_bad(entry.status))),
        Status::Xpass => ignored && entry.status == Status::Xpass,
        _ => false,
    });
    let passes_as_ever = verdict.status == Status::Pass && !matches!(standing, Standing::Sunk(_));
    Row { standing, failing, excused, settled: untouched || (line.is_some() && passes_as_ever) }
}

fn beside(entry: &Entry, snippet: &Snippet, verdict: &Verdict, (failing, reach): (bool, Reach)) -> Standing {
    let passes = matches!(verdict.status, Status::Pass | Status::Xfail);
    if !failing && !passes {
        return Standing::Even;
    }
    // A block that had to fail and did not does not excuse another failure.
    let failed = is_bad(entry.status) && (entry.status != Status::Xpass || verdict.status == Status::Xpass);
    if failing && !failed {
        return Standing::Broken(entry.status);
    }
    if verdict.status == Status::Blocked {
        return Standing::Even;
    }
    if verdict.level < within_reach(entry.level, snippet, verdict, reach) {
        return Standing::Sunk(entry.level);
    }
    let good_before = matches!(entry.status, Status::Pass | Status::Xfail);
    let better = (passes && !good_before) || verdict.level > entry.level;
    if better && !reach.no_exec { Standing::Better } else { Standing::Even }
}

/// Lowers a level to what this run could reach: without what `--no-exec` leaves out, and without steps that lack a
/// tool.
fn within_reach(level: Level, snippet: &Snippet, verdict: &Verdict, reach: Reach) -> Level {
    let mut level = level;
    if reach.no_exec {
        let tried = |outcome: &StepOutcome| matches!(outcome, StepOutcome::Pass | StepOutcome::Fail);
        let tried = verdict.steps.iter().filter(|(_, outcome)| tried(outcome)).map(|(step, _)| step.level()).max();
        let tried = tried.unwrap_or_default();
        // Under --no-exec Rust is not linted either. A block whose target was tried must still reach its old level.
        let held_back = tried < snippet.target.min(Level::Linted);
        level = level.min(if held_back { tried } else { Level::Linted });
    }
    let missing = |level: Level| {
        let is = |(step, outcome): (&Step, &StepOutcome)| step.level() == level && *outcome == StepOutcome::Missing;
        verdict.steps.iter().any(is)
    };
    while missing(level) {
        level = Level::ALL.iter().rev().map(|(_, other)| *other).find(|other| *other < level).unwrap_or_default();
    }
    level
}
