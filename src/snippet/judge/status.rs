//! Works out status and level from the evidence (S1.1, S1.6, S1.7, S2.2, S5.1). Pure.
//!
//! Must not know: tools, disk, how anything is printed.

use crate::diagnostic::Severity;
use crate::snippet::model::verdict::{
    Evidence, Finding, Level, Promise, RunEnd, RunResult, Status, Step, StepOutcome, Unavailable,
};

/// The requirements on a block.
#[derive(Debug, Clone)]
pub struct Judgement<'a> {
    /// The level to reach.
    pub target: Level,
    /// The steps that need an outcome: passed, failed, missing a tool, or skipped for a reason.
    pub wanted: Vec<Step>,
    /// The tools that decide them, for the message if one does not.
    pub tools: String,
    /// The author's promise.
    pub promise: &'a Promise,
    /// The exit code that counts as success.
    pub exit: i32,
    /// An absent program of `needs=` is an `env_error`, not a reason to ignore the block.
    pub strict: bool,
    /// `--no-exec` keeps the block below its target, so an error may still be hidden.
    pub held_back: bool,
    /// The file is bare, so a missing linter does no harm (S1.6).
    pub linter_optional: bool,
}

/// Status, level and reason, from the evidence.
pub fn judge(evidence: &Evidence, judgement: &Judgement<'_>) -> (Status, Level, Option<String>) {
    let level = reached(evidence);
    if let Promise::Ignored(reason) = judgement.promise {
        let would_pass = !judgement.held_back
            && evidence.steps.values().all(|outcome| *outcome == StepOutcome::Pass)
            && !evidence.steps.is_empty();
        return if would_pass && evidence.missing_dependencies.is_empty() {
            let reason = "ignored, but every step up to Compiled passes: remove `ignore`".to_owned();
            (Status::Xpass, level, Some(reason))
        } else {
            (Status::Ignored, level, Some(reason.clone().unwrap_or_else(|| "ignored without a reason".to_owned())))
        };
    }
    if let Promise::FailsToCompile { code, error } = judgement.promise {
        let (status, level, reason) = judge_compile_fail(evidence, level, code.as_deref(), error.as_deref());
        if let (Status::Xpass, Some((status, reason))) = (status, undecided(evidence, judgement)) {
            return (status, level, Some(reason));
        }
        if status == Status::Xpass && judgement.held_back {
            return (Status::Ignored, level, Some("must fail to compile, but --no-exec compiles nothing".to_owned()));
        }
        return (status, level, reason);
    }
    if let Some(failed) = evidence.findings.iter().find(|finding| finding.severity == Severity::Error) {
        return (Status::Fail, level, Some(failed.message.clone()));
    }
    if let Some((status, reason)) = environment(evidence, judgement) {
        return (status, level, Some(reason));
    }
    if let Some(absent) = &evidence.absent {
        let status = if judgement.strict { Status::EnvError } else { Status::Ignored };
        return (status, level, Some(format!("needs {absent}, which is not available here")));
    }
    if let Some((status, reason)) = undecided(evidence, judgement).filter(|_| !has_failed(evidence)) {
        return (status, level, Some(reason));
    }
    match &evidence.run {
        Some(run) => judge_run(evidence, run, judgement, level),
        None if has_failed(evidence) => (Status::Fail, level, None),
        None => (Status::Pass, level, None),
    }
}

fn has_failed(evidence: &Evidence) -> bool {
    evidence.steps.values().any(|outcome| *outcome == StepOutcome::Fail)
}

fn reached(evidence: &Evidence) -> Level {
    let mut level = Level::Unchecked;
    for (step, outcome) in &evidence.steps {
        match outcome {
            StepOutcome::Pass => level = step.level(),
            StepOutcome::Fail => break,
            StepOutcome::Missing | StepOutcome::Skipped => {}
        }
    }
    level
}

fn environment(evidence: &Evidence, judgement: &Judgement<'_>) -> Option<(Status, String)> {
    if let Some(unbound) = evidence.missing_tools.iter().find(|tool| tool.unavailable == Unavailable::NoPackage) {
        return Some((Status::EnvError, unbound.message.clone()));
    }
    if !evidence.missing_dependencies.is_empty() {
        let names = evidence.missing_dependencies.join(", ");
        let reason = format!("dependency {names}: neither the standard library nor the fixture provides it");
        return Some((Status::EnvError, reason));
    }
    let held_back = evidence.steps.iter().any(|(step, outcome)| {
        *outcome == StepOutcome::Missing
            && step.level() <= judgement.target
            && !(judgement.linter_optional && *step == Step::Lint)
    });
    held_back.then(|| (Status::EnvError, missing(evidence).join("; ")))
}

/// The messages of the tools that did not do their work.
fn missing(evidence: &Evidence) -> Vec<&str> {
    evidence.missing_tools.iter().map(|tool| tool.message.as_str()).collect()
}

/// A required step without an outcome. Silence is never a success.
fn undecided(evidence: &Evidence, judgement: &Judgement<'_>) -> Option<(Status, String)> {
    let step = judgement.wanted.iter().find(|step| !evidence.steps.contains_key(step))?;
    let reason = format!(
        "no result for the step `{}` ({}): docgen or one of these tools did not do its work; please report it",
        step.name(),
        judgement.tools
    );
    Some((Status::EnvError, reason))
}

fn judge_compile_fail(
    evidence: &Evidence,
    level: Level,
    code: Option<&str>,
    error: Option<&str>,
) -> (Status, Level, Option<String>) {
    let errors: Vec<_> = evidence.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    // A failure because of a missing package proves nothing, unless the author names the error.
    let unproven = !evidence.missing_dependencies.is_empty() && code.or(error).is_none();
    if errors.is_empty() || unproven {
        if evidence.missing_dependencies.is_empty() && evidence.missing_tools.is_empty() {
            return (Status::Xpass, level, Some("must fail to compile, but compiles".to_owned()));
        }
        let package = || evidence.missing_dependencies.first().map(|name| format!("dependency {name}"));
        return (Status::EnvError, level, missing(evidence).first().map(|why| (*why).to_owned()).or_else(package));
    }
    let matches = |finding: &&&Finding| {
        code.is_none_or(|code| finding.code == code) && error.is_none_or(|text| finding.message.contains(text))
    };
    if let Some(found) = errors.iter().find(matches) {
        (Status::Xfail, level, Some(found.message.clone()))
    } else {
        let wanted = code.or(error).unwrap_or_default();
        (Status::Fail, level, Some(format!("fails to compile, but not with `{wanted}`")))
    }
}

fn judge_run(
    evidence: &Evidence,
    run: &RunResult,
    judgement: &Judgement<'_>,
    level: Level,
) -> (Status, Level, Option<String>) {
    let how = match &run.end {
        RunEnd::TimedOut(given) => {
            let reason = format!("did not end within {given:?}");
            return (Status::Timeout, level, Some(reason));
        }
        RunEnd::Limit(what) => return (Status::Limit, level, Some((*what).to_owned())),
        RunEnd::NotStarted(why) => return (Status::EnvError, level, Some(why.clone())),
        RunEnd::Exited(code) => format!("ended with exit code {code}"),
        RunEnd::Signaled(signal) => format!("was killed by signal {signal}"),
    };
    let succeeded = run.end == RunEnd::Exited(judgement.exit);
    if let Promise::FailsAtRun(text) = judgement.promise {
        return match text {
            _ if run.end == RunEnd::Exited(0) => {
                (Status::Xpass, level, Some("must fail when run, but succeeded".to_owned()))
            }
            Some(text) if !run.stderr.contains(text) => {
                (Status::Fail, level, Some(format!("failed, but standard error does not contain `{text}`")))
            }
            _ if evidence.steps.get(&Step::Output) == Some(&StepOutcome::Fail) => {
                (Status::Fail, level, Some("failed as promised, but the output differs from the page".to_owned()))
            }
            _ => (Status::Xfail, level, Some(how)),
        };
    }
    if !succeeded {
        let reason = run.message.as_ref().map_or(how.clone(), |message| format!("{how}: {message}"));
        return (Status::Fail, level, Some(reason));
    }
    if evidence.steps.get(&Step::Output) == Some(&StepOutcome::Fail) {
        return (Status::Fail, level, Some("the output differs from the page".to_owned()));
    }
    (Status::Pass, level, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Confinement;
    use std::time::Duration;

    fn evidence(steps: &[(Step, StepOutcome)]) -> Evidence {
        Evidence { steps: steps.iter().copied().collect(), ..Evidence::default() }
    }

    fn hold(target: Level, promise: &Promise) -> Judgement<'_> {
        let (wanted, tools) = (Vec::new(), "ruff".to_owned());
        Judgement { target, wanted, tools, promise, exit: 0, strict: false, held_back: false, linter_optional: false }
    }

    #[test]
    fn s1_1_the_level_is_the_highest_step_before_the_first_failure() {
        let mut found = evidence(&[
            (Step::Parse, StepOutcome::Pass),
            (Step::Lint, StepOutcome::Fail),
            (Step::Compile, StepOutcome::Pass),
        ]);
        found.findings.push(Finding {
            severity: Severity::Error,
            code: "F821".into(),
            tool: "ruff".into(),
            message: "undefined name".into(),
            span: None,
            help: None,
        });
        let (status, level, _) = judge(&found, &hold(Level::Compiled, &Promise::Good));
        assert_eq!((status, level), (Status::Fail, Level::Parsed));
    }

    #[test]
    fn s1_6_a_missing_linter_is_an_env_error_but_not_in_a_bare_file() {
        let found = evidence(&[
            (Step::Parse, StepOutcome::Pass),
            (Step::Lint, StepOutcome::Missing),
            (Step::Compile, StepOutcome::Pass),
        ]);
        let good = Promise::Good;
        let strict = hold(Level::Compiled, &good);
        assert_eq!(judge(&found, &strict).0, Status::EnvError);
        assert_eq!(judge(&found, &strict).1, Level::Compiled);
        let bare = Judgement { linter_optional: true, ..strict };
        assert_eq!(judge(&found, &bare).0, Status::Pass);
    }

    #[test]
    fn s1_7_an_unknown_package_is_an_env_error_an_unknown_name_a_failure() {
        let mut found = evidence(&[(Step::Parse, StepOutcome::Pass), (Step::Compile, StepOutcome::Pass)]);
        found.missing_dependencies.push("fastapi".into());
        let (status, _, reason) = judge(&found, &hold(Level::Compiled, &Promise::Good));
        assert_eq!(status, Status::EnvError);
        assert!(reason.expect("a reason").contains("dependency fastapi"));
    }

    #[test]
    fn s1_7_what_fails_for_want_of_a_package_has_not_failed_as_promised() {
        let mut found = evidence(&[(Step::Parse, StepOutcome::Pass), (Step::Compile, StepOutcome::Fail)]);
        found.missing_dependencies.push("tokio".into());
        found.findings.push(Finding {
            severity: Severity::Error,
            code: "E0752".to_owned(),
            tool: "rustc".into(),
            message: "`main` function is not allowed to be `async`".to_owned(),
            span: None,
            help: None,
        });
        let promise = |code: Option<&str>| Promise::FailsToCompile { code: code.map(str::to_owned), error: None };
        let (status, _, reason) = judge(&found, &hold(Level::Compiled, &promise(None)));
        assert_eq!((status, reason.as_deref()), (Status::EnvError, Some("dependency tokio")));
        assert_eq!(judge(&found, &hold(Level::Compiled, &promise(Some("E0752")))).0, Status::Xfail);
    }

    #[test]
    fn s2_2_a_block_that_must_fail_and_does_not_is_xpass() {
        let mut found = evidence(&[(Step::Compile, StepOutcome::Pass), (Step::Run, StepOutcome::Pass)]);
        found.run = Some(RunResult {
            end: RunEnd::Exited(0),
            stdout: String::new(),
            stderr: String::new(),
            message: None,
            span: None,
            duration: Duration::ZERO,
            confinement: Confinement::None,
        });
        assert_eq!(judge(&found, &hold(Level::Ran, &Promise::FailsAtRun(None))).0, Status::Xpass);
        if let Some(run) = &mut found.run {
            run.end = RunEnd::Exited(101);
            run.stderr = "attempt to divide by zero".into();
        }
        let divides = Promise::FailsAtRun(Some("divide by zero".into()));
        assert_eq!(judge(&found, &hold(Level::Ran, &divides)).0, Status::Xfail);
        let other = Promise::FailsAtRun(Some("overflow".into()));
        assert_eq!(judge(&found, &hold(Level::Ran, &other)).0, Status::Fail);
    }

    #[test]
    fn s1_6_a_wanted_step_that_nobody_decided_is_an_env_error() {
        let all = [Step::Parse, Step::Lint, Step::Compile, Step::Run, Step::Output];
        for missing in all {
            let steps = all.iter().filter(|step| **step != missing).map(|step| (*step, StepOutcome::Pass));
            let found = Evidence { steps: steps.collect(), ..Evidence::default() };
            for promise in [Promise::Good, Promise::FailsToCompile { code: None, error: None }] {
                let held = Judgement { wanted: all.to_vec(), ..hold(Level::OutputMatched, &promise) };
                let (status, _, reason) = judge(&found, &held);
                let reason = reason.expect("a reason");
                assert_eq!(status, Status::EnvError, "{missing:?} {promise:?}");
                assert!(reason.contains(&format!("`{}`", missing.name())) && reason.contains("ruff"), "{reason}");
            }
            // Skipped is decided, and so is a step that is not wanted.
            let skipped =
                Evidence { steps: all.iter().map(|step| (*step, StepOutcome::Skipped)).collect(), ..found.clone() };
            let held = Judgement { wanted: all.to_vec(), ..hold(Level::OutputMatched, &Promise::Good) };
            assert_eq!(judge(&skipped, &held).0, Status::Pass);
            assert_eq!(judge(&found, &hold(Level::OutputMatched, &Promise::Good)).0, Status::Pass);
        }
    }
}
