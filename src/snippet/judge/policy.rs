//! What a project's policy asks beyond the verdicts, and the exit status of it all (S2.4, S5.1). Pure.
//!
//! Must not know: how it is printed.

use crate::error::ExitStatus;
use crate::snippet::judge::ratchet::Ratchet;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Level, Promise, Status, Verdict};
use crate::snippet::model::verdicts::Verdicts;
use crate::snippet::store::ledger::Ledger;
use std::collections::BTreeSet;

/// How strictly verdicts are taken.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// `--strict`, the default in CI: missing tools are exit 3, an ignored block that would pass is exit 4.
    pub strict: bool,
    /// `--min-level`
    pub min_level: Level,
    /// Without a project, or in a folder of mdBook's, S2.4 is a hint.
    pub lenient: bool,
}

/// A block that breaks the policy, and how.
fn violation(snippet: &Snippet, verdict: &Verdict, policy: Policy) -> Option<String> {
    let judged = matches!(verdict.status, Status::Pass | Status::Xfail);
    if !policy.lenient {
        match &snippet.settings.promise {
            Promise::Ignored(None) => return Some("`ignore` needs a reason: ignore {reason=\"…\"}".to_owned()),
            Promise::FailsToCompile { code: None, error: None } => {
                return Some("`compile_fail` needs a cause: {code=E0382} or {error=\"…\"}".to_owned());
            }
            _ => {}
        }
    }
    (judged && snippet.is_code && verdict.level < policy.min_level && verdict.status == Status::Pass)
        .then(|| format!("reached only {}, but the min level is {}", verdict.level.name(), policy.min_level.name()))
}

/// What else verdicts are held to. Blocks are named by their number in the run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ledgers<'a> {
    /// `--ratchet`: only what is worse than the ledger says is a failure.
    pub ratchet: Option<&'a Ratchet>,
    /// `--locked`: what this ledger does not know breaks the policy.
    pub locked: Option<&'a Ledger>,
    /// `--write-ledger`: this run writes it anew.
    pub written: bool,
}

impl Ledgers<'_> {
    /// Whether a block fails or lacks something as the ledger has it: that is counted, not shown.
    pub fn knows(&self, block: usize) -> bool {
        self.ratchet.is_some_and(|ratchet| ratchet.is_known(block) || ratchet.excuses(block))
    }

    /// Whether a block should be in the ledger and is not.
    fn misses(&self, snippet: &Snippet, verdict: &Verdict) -> bool {
        let judged = snippet.is_code && snippet.language.is_some();
        self.locked.is_some_and(|ledger| judged && !ledger.knows(&verdict.hash))
    }

    /// How a block breaks the policy, beyond what the ledger has.
    pub fn breaches(&self, block: usize, snippet: &Snippet, verdict: &Verdict, policy: Policy) -> Vec<String> {
        let excused = self.ratchet.is_some_and(|ratchet| ratchet.excuses_policy(block));
        let unknown =
            self.misses(snippet, verdict).then(|| format!("the ledger does not know the current content of {}", snippet.id));
        violation(snippet, verdict, policy).filter(|_| !excused).into_iter().chain(unknown).collect()
    }
}

/// The exit status: 3 before 1 before 4 before 5 (2 never gets here).
pub fn exit(verdicts: Verdicts<'_>, policy: Policy, ledgers: &Ledgers<'_>) -> ExitStatus {
    if verdicts.is_empty() {
        return ExitStatus::NothingFound;
    }
    let blocks = || verdicts.iter().enumerate();
    let excused = |block: usize| ledgers.ratchet.is_some_and(|ratchet| ratchet.excuses(block));
    let lacks =
        |(block, (_, verdict)): (usize, (&Snippet, &Verdict))| verdict.status == Status::EnvError && !excused(block);
    if policy.strict && blocks().any(lacks) {
        return ExitStatus::Environment;
    }
    let is_ignored = |snippet: &Snippet| matches!(snippet.settings.promise, Promise::Ignored(_));
    let stops =
        |verdict: &Verdict| matches!(verdict.status, Status::Fail | Status::Timeout | Status::Limit | Status::EnvError);
    let blockers: BTreeSet<&str> =
        verdicts.iter().filter(|(_, verdict)| stops(verdict)).map(|(snippet, _)| snippet.id.as_str()).collect();
    let failed = |snippet: &Snippet, verdict: &Verdict| match verdict.status {
        Status::Fail | Status::Timeout | Status::Limit => true,
        // Whatever stands in the way of a block says itself what it means; without it, the block just did not run.
        Status::Blocked => !verdict.blocked_by.as_deref().is_some_and(|blocker| blockers.contains(blocker)),
        Status::Xpass => !is_ignored(snippet),
        _ => false,
    };
    let counts = |(block, (snippet, verdict)): (usize, (&Snippet, &Verdict))| match ledgers.ratchet {
        Some(ratchet) => ratchet.is_worse(block),
        None => failed(snippet, verdict),
    };
    if blocks().any(counts) {
        return ExitStatus::Content;
    }
    let breaks = |(block, (snippet, verdict)): (usize, (&Snippet, &Verdict))| {
        let surprising = verdict.status == Status::Xpass && is_ignored(snippet) && !excused(block);
        (policy.strict && surprising) || !ledgers.breaches(block, snippet, verdict, policy).is_empty()
    };
    if blocks().any(breaks) { ExitStatus::Policy } else { ExitStatus::Success }
}
