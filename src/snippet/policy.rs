//! What a project's policy asks beyond the verdicts, and the exit status of it all (S2.4, S5.1). Pure.
//!
//! Must not know: how it is printed.

use super::Verdicts;
use super::collect::Snippet;
use super::ledger::Ledger;
use super::verdict::{Level, Promise, Status, Verdict};
use crate::error::ExitStatus;

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
pub fn violation(snippet: &Snippet, verdict: &Verdict, policy: Policy) -> Option<String> {
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
        .then(|| format!("is {} only, and the least level is {}", verdict.level.name(), policy.min_level.name()))
}

/// What else a verdict is held to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ledgers<'a> {
    /// `--ratchet`: only what is worse than this ledger says is a failure.
    pub ratchet: Option<&'a Ledger>,
    /// `--locked`: what this ledger does not know breaks the policy.
    pub locked: Option<&'a Ledger>,
    /// The level that this run goes to.
    pub most: Level,
}

impl Ledgers<'_> {
    /// Whether a failure is one that the ledger already has.
    pub fn forgives(&self, snippet: &Snippet, verdict: &Verdict) -> bool {
        self.ratchet.is_some_and(|ledger| !ledger.is_worse(snippet, verdict, self.most))
    }

    /// Whether a block is worse than it was, though it does not fail.
    pub fn has_sunk(&self, snippet: &Snippet, verdict: &Verdict) -> bool {
        self.ratchet.is_some_and(|ledger| ledger.is_worse(snippet, verdict, self.most))
    }

    /// Whether a block should be in the ledger and is not.
    pub fn misses(&self, snippet: &Snippet, verdict: &Verdict) -> bool {
        let judged = snippet.is_code && snippet.adapter.is_some();
        self.locked.is_some_and(|ledger| judged && !ledger.knows(&verdict.hash))
    }
}

/// The exit status: 3 before 1 before 4 before 5 (2 never gets here).
pub fn exit(verdicts: &Verdicts, policy: Policy, ledgers: &Ledgers<'_>) -> ExitStatus {
    if verdicts.snippets.is_empty() {
        return ExitStatus::NothingFound;
    }
    let any = |statuses: &[Status]| verdicts.verdicts.iter().any(|verdict| statuses.contains(&verdict.status));
    if policy.strict && any(&[Status::EnvError]) {
        return ExitStatus::Environment;
    }
    let surprised = verdicts.iter().any(|(snippet, verdict)| {
        verdict.status == Status::Xpass && matches!(snippet.settings.promise, Promise::Ignored(_))
    });
    let failed = |snippet: &Snippet, verdict: &Verdict| match verdict.status {
        Status::Fail | Status::Timeout | Status::Limit => true,
        Status::Xpass => !matches!(snippet.settings.promise, Promise::Ignored(_)),
        _ => false,
    };
    let counts = |(snippet, verdict): (&Snippet, &Verdict)| {
        (failed(snippet, verdict) && !ledgers.forgives(snippet, verdict)) || ledgers.has_sunk(snippet, verdict)
    };
    if verdicts.iter().any(counts) {
        return ExitStatus::Content;
    }
    let broken = verdicts
        .iter()
        .any(|(snippet, verdict)| violation(snippet, verdict, policy).is_some() || ledgers.misses(snippet, verdict));
    if broken || (policy.strict && surprised) {
        return ExitStatus::Policy;
    }
    ExitStatus::Success
}
