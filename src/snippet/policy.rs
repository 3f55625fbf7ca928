//! What a project's policy asks beyond the verdicts, and the exit status of it all (S2.4, S5.1). Pure.
//!
//! Must not know: how it is printed.

use super::Verdicts;
use super::collect::Snippet;
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

/// The exit status: 3 before 1 before 4 before 5 (2 never gets here).
pub fn exit(verdicts: &Verdicts, policy: Policy) -> ExitStatus {
    if verdicts.snippets.is_empty() {
        return ExitStatus::NothingFound;
    }
    let any = |statuses: &[Status]| verdicts.verdicts.iter().any(|verdict| statuses.contains(&verdict.status));
    if policy.strict && any(&[Status::EnvError]) {
        return ExitStatus::Environment;
    }
    let surprised = |ignored: bool| {
        verdicts.iter().any(|(snippet, verdict)| {
            verdict.status == Status::Xpass && matches!(snippet.settings.promise, Promise::Ignored(_)) == ignored
        })
    };
    if any(&[Status::Fail, Status::Timeout, Status::Limit]) || surprised(false) {
        return ExitStatus::Content;
    }
    let broken = verdicts.iter().any(|(snippet, verdict)| violation(snippet, verdict, policy).is_some());
    if broken || (policy.strict && surprised(true)) {
        return ExitStatus::Policy;
    }
    ExitStatus::Success
}
