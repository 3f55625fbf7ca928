//! Checks a project's policy, and works out the exit status (S2.4, S5.1). Pure.
//!
//! Must not know: how it is printed.

use crate::error::ExitStatus;
use crate::snippet::judge::ratchet::Ratchet;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Level, Promise, Status, Verdict};
use crate::snippet::model::verdicts::Verdicts;
use crate::snippet::store::ledger::Ledger;
use std::collections::BTreeSet;

/// How strict the verdicts are handled.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// `--strict`, the default in CI: missing tools are exit 3, an ignored block that would pass is exit 4.
    pub strict: bool,
    /// `--min-level`
    pub min_level: Level,
    /// S2.4 is only a hint: there is no project, or it is an mdBook folder.
    pub lenient: bool,
}

/// How a block breaks the policy, if it does.
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

/// The ledgers that verdicts are compared with. Blocks are identified by their number in the run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ledgers<'a> {
    /// `--ratchet`: only a block that is worse than in the ledger fails.
    pub ratchet: Option<&'a Ratchet>,
    /// `--locked`: a block that this ledger does not know breaks the policy.
    pub locked: Option<&'a Ledger>,
    /// `--write-ledger`: this run rewrites it.
    pub written: bool,
}

impl Ledgers<'_> {
    /// Whether the ledger knows that a block fails or lacks something. Such a block is counted, but not shown.
    pub fn knows(&self, block: usize) -> bool {
        self.ratchet.is_some_and(|ratchet| ratchet.is_known(block) || ratchet.excuses(block))
    }

    /// Whether a block should be in the ledger, but is not.
    fn misses(&self, snippet: &Snippet, verdict: &Verdict) -> bool {
        let judged = snippet.is_code && snippet.language.is_some();
        self.locked.is_some_and(|ledger| judged && !ledger.knows(&verdict.hash))
    }

    /// How a block breaks the policy, beyond what the ledger knows.
    pub fn breaches(&self, block: usize, snippet: &Snippet, verdict: &Verdict, policy: Policy) -> Vec<String> {
        let excused = self.ratchet.is_some_and(|ratchet| ratchet.excuses_policy(block));
        let unknown = self
            .misses(snippet, verdict)
            .then(|| format!("the ledger does not know the current content of {}", snippet.id));
        violation(snippet, verdict, policy).filter(|_| !excused).into_iter().chain(unknown).collect()
    }
}

/// The exit status. 3 wins over 1, 1 over 4, 4 over 5; 2 ends the program earlier.
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
        // If the blocker is in this run, it decides the exit status itself. Without it, the block just did not run.
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
