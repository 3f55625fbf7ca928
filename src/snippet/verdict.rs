//! Statuses, levels and steps, and how a verdict follows from them (S1, S5). Pure.
//!
//! Must not know: tools, disk, how anything is printed.

use crate::diagnostic::Severity;
use crate::span::Span;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::time::Duration;

/// How deep a block was found good: the highest rung passed before the first that failed (S1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Level {
    /// No rung passed.
    Unchecked,
    /// It is a text of its language.
    Parsed,
    /// Its linter has no error to report.
    Linted,
    /// Its compiler accepts it.
    Compiled,
    /// It ran and ended as promised.
    Ran,
    /// It printed what the page says.
    OutputMatched,
}

impl Level {
    /// All levels, with the names that configuration uses.
    pub const ALL: &'static [(&'static str, Level)] = &[
        ("unchecked", Level::Unchecked),
        ("parsed", Level::Parsed),
        ("linted", Level::Linted),
        ("compiled", Level::Compiled),
        ("ran", Level::Ran),
        ("outputmatched", Level::OutputMatched),
    ];

    /// The level of a name in configuration; case and hyphens do not count.
    pub fn from_name(name: &str) -> Option<Level> {
        let plain = name.to_lowercase().replace(['-', '_'], "");
        Self::ALL.iter().find(|(known, _)| *known == plain).map(|(_, level)| *level)
    }

    /// The name as in reports: `OutputMatched`.
    pub fn name(self) -> &'static str {
        match self {
            Level::Unchecked => "Unchecked",
            Level::Parsed => "Parsed",
            Level::Linted => "Linted",
            Level::Compiled => "Compiled",
            Level::Ran => "Ran",
            Level::OutputMatched => "OutputMatched",
        }
    }
}

/// What became of a block (S5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// As promised.
    Pass,
    /// Not as promised.
    Fail,
    /// Failed, as promised.
    Xfail,
    /// Did not fail, though it had to; or is ignored and would pass.
    Xpass,
    /// Too slow.
    Timeout,
    /// Too much memory, output, disk or processes.
    Limit,
    /// An earlier member of its group failed.
    Blocked,
    /// A tool or dependency is missing: not the author's fault.
    EnvError,
    /// The author says not to judge it.
    Ignored,
    /// No adapter for its language.
    Unchecked,
    /// Not code.
    NotCode,
}

impl Status {
    /// All statuses, in the order of the totals, with their names in reports.
    pub const ALL: &'static [(&'static str, Status)] = &[
        ("pass", Status::Pass),
        ("fail", Status::Fail),
        ("xfail", Status::Xfail),
        ("xpass", Status::Xpass),
        ("timeout", Status::Timeout),
        ("limit", Status::Limit),
        ("blocked", Status::Blocked),
        ("env_error", Status::EnvError),
        ("ignored", Status::Ignored),
        ("unchecked", Status::Unchecked),
        ("not_code", Status::NotCode),
    ];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, status)| *status == self).expect("ALL lists every status").0
    }
}

/// One rung as a step that a tool does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// To [`Level::Parsed`].
    Parse,
    /// To [`Level::Linted`].
    Lint,
    /// To [`Level::Compiled`].
    Compile,
    /// To [`Level::Ran`].
    Run,
    /// To [`Level::OutputMatched`].
    Output,
}

impl Step {
    /// The level that a block has when it has passed this step.
    pub fn level(self) -> Level {
        match self {
            Step::Parse => Level::Parsed,
            Step::Lint => Level::Linted,
            Step::Compile => Level::Compiled,
            Step::Run => Level::Ran,
            Step::Output => Level::OutputMatched,
        }
    }

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Step::Parse => "parse",
            Step::Lint => "lint",
            Step::Compile => "compile",
            Step::Run => "run",
            Step::Output => "output",
        }
    }
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// No error.
    Pass,
    /// An error.
    Fail,
    /// Its tool is missing or broken.
    Missing,
    /// Not tried, because an earlier step failed.
    Skipped,
}

/// Something a tool said about a block, on the author's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Error or warning (S1.4).
    pub severity: Severity,
    /// The tool's own code: `F821`, `E0308`, `SC2045`; may be empty.
    pub code: String,
    /// The tool.
    pub tool: &'static str,
    /// What it said.
    pub message: String,
    /// Where on the page; `None` where it cannot be mapped, and then the message says where it is.
    pub span: Option<Span>,
    /// What to do, if the tool or we know.
    pub help: Option<String>,
}

/// What the author promises about a block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Promise {
    /// It is good.
    #[default]
    Good,
    /// Not judged; the reason, if one was given.
    Ignored(Option<String>),
    /// It compiles, runs, and ends in failure; the text must occur in standard error.
    FailsAtRun(Option<String>),
    /// It does not compile; the code or text must occur in an error.
    FailsToCompile {
        /// The error's code.
        code: Option<String>,
        /// A part of the error's text.
        error: Option<String>,
    },
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEnd {
    /// By itself.
    Exited(i32),
    /// By a signal.
    Signaled(i32),
    /// Out of time.
    TimedOut,
    /// Too much of something, with what it was.
    Limit(&'static str),
    /// It could not be started.
    NotStarted(String),
}

/// What a run showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunResult {
    /// How it ended.
    pub end: RunEnd,
    /// Standard output as compared and shown: paths of the scratch folder read `/work`.
    pub stdout: String,
    /// Standard error, likewise.
    pub stderr: String,
    /// The error's message, as the language prints it.
    pub message: Option<String>,
    /// Where on the page it happened.
    pub span: Option<Span>,
    /// Wall-clock time.
    pub duration: Duration,
}

impl RunResult {
    /// A run that never began.
    pub fn not_started(why: String) -> Self {
        Self {
            end: RunEnd::NotStarted(why),
            stdout: String::new(),
            stderr: String::new(),
            message: None,
            span: None,
            duration: Duration::ZERO,
        }
    }
}

/// Everything the steps found out about a block.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The steps that were tried, or would have been.
    pub steps: BTreeMap<Step, StepOutcome>,
    /// What tools said.
    pub findings: Vec<Finding>,
    /// Imports that nothing provides (S1.7).
    pub missing_dependencies: Vec<String>,
    /// What `needs=` names and this machine lacks.
    pub absent: Option<String>,
    /// Tools that are missing or broken, with the cure.
    pub missing_tools: Vec<String>,
    /// The run, if there was one.
    pub run: Option<RunResult>,
}

/// What a block is held to.
#[derive(Debug, Clone)]
pub struct Judgement<'a> {
    /// The rung to reach.
    pub target: Level,
    /// The author's promise.
    pub promise: &'a Promise,
    /// The exit code that counts as success.
    pub exit: i32,
    /// What `needs=` names and is absent is an `env_error`, not a reason to ignore the block.
    pub strict: bool,
    /// In a bare file a missing linter holds nothing back (S1.6).
    pub linter_optional: bool,
}

/// Status, level and reason, from the evidence.
pub fn judge(evidence: &Evidence, judgement: &Judgement<'_>) -> (Status, Level, Option<String>) {
    let level = reached(evidence);
    if let Promise::Ignored(reason) = judgement.promise {
        let would_pass =
            evidence.steps.values().all(|outcome| *outcome == StepOutcome::Pass) && !evidence.steps.is_empty();
        return if would_pass && evidence.missing_dependencies.is_empty() {
            let reason = "ignored, but every rung up to Compiled passes: take `ignore` away".to_owned();
            (Status::Xpass, level, Some(reason))
        } else {
            (Status::Ignored, level, Some(reason.clone().unwrap_or_else(|| "ignored without a reason".to_owned())))
        };
    }
    if let Promise::FailsToCompile { code, error } = judgement.promise {
        return judge_compile_fail(evidence, level, code.as_deref(), error.as_deref());
    }
    if let Some(failed) = evidence.findings.iter().find(|finding| finding.severity == Severity::Error) {
        return (Status::Fail, level, Some(failed.message.clone()));
    }
    if let Some((status, reason)) = environment(evidence, judgement) {
        return (status, level, Some(reason));
    }
    if let Some(absent) = &evidence.absent {
        let status = if judgement.strict { Status::EnvError } else { Status::Ignored };
        return (status, level, Some(format!("needs {absent}, which is not here")));
    }
    match &evidence.run {
        Some(run) => judge_run(evidence, run, judgement, level),
        None if evidence.steps.values().any(|outcome| *outcome == StepOutcome::Fail) => (Status::Fail, level, None),
        None => (Status::Pass, level, None),
    }
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
    held_back.then(|| (Status::EnvError, evidence.missing_tools.join("; ")))
}

fn judge_compile_fail(
    evidence: &Evidence,
    level: Level,
    code: Option<&str>,
    error: Option<&str>,
) -> (Status, Level, Option<String>) {
    let errors: Vec<_> = evidence.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    if errors.is_empty() {
        if evidence.missing_dependencies.is_empty() && evidence.missing_tools.is_empty() {
            return (Status::Xpass, level, Some("must fail to compile, but compiles".to_owned()));
        }
        let reason = evidence.missing_tools.first().or(evidence.missing_dependencies.first()).cloned();
        return (Status::EnvError, level, reason);
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
        RunEnd::TimedOut => {
            let reason = format!("did not end within {:?}", run.duration);
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
                (Status::Xpass, level, Some("must fail when run, but ended well".to_owned()))
            }
            Some(text) if !run.stderr.contains(text) => {
                (Status::Fail, level, Some(format!("failed, but standard error does not hold `{text}`")))
            }
            _ if evidence.steps.get(&Step::Output) == Some(&StepOutcome::Fail) => (
                Status::Fail,
                level,
                Some("failed as promised, but printed something else than the page says".to_owned()),
            ),
            _ => (Status::Xfail, level, Some(how)),
        };
    }
    if !succeeded {
        let reason = run.message.as_ref().map_or(how.clone(), |message| format!("{how}: {message}"));
        return (Status::Fail, level, Some(reason));
    }
    if evidence.steps.get(&Step::Output) == Some(&StepOutcome::Fail) {
        return (Status::Fail, level, Some("printed something else than the page says".to_owned()));
    }
    (Status::Pass, level, None)
}

/// A verdict, with its evidence (S5.2).
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What became of the block.
    pub status: Status,
    /// How deep it was found good.
    pub level: Level,
    /// Why, where that is not plain.
    pub reason: Option<String>,
    /// The member of the group that failed first.
    pub blocked_by: Option<String>,
    /// The steps and how they went.
    pub steps: BTreeMap<Step, StepOutcome>,
    /// Tools with versions.
    pub tools: BTreeMap<&'static str, String>,
    /// The run's exit code.
    pub exit_code: Option<i32>,
    /// The call that ran it.
    pub command: Option<String>,
    /// What held the run in.
    pub sandbox: &'static str,
    /// What tools said.
    pub findings: Vec<Finding>,
    /// What it printed, if it ran.
    pub output: Option<String>,
    /// How long it took, where that can be told for one block.
    pub duration: Duration,
    /// Hash of its content (S6.1).
    pub hash: String,
    /// Hash of its content and its tools (S6.1).
    pub key: String,
}

impl Serialize for Verdict {
    /// As a template sees it: status, level and reason.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.status, self.level, &self.reason).serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(steps: &[(Step, StepOutcome)]) -> Evidence {
        Evidence { steps: steps.iter().copied().collect(), ..Evidence::default() }
    }

    fn hold(target: Level, promise: &Promise) -> Judgement<'_> {
        Judgement { target, promise, exit: 0, strict: false, linter_optional: false }
    }

    #[test]
    fn s1_1_the_level_is_the_highest_rung_before_the_first_failure() {
        let mut found = evidence(&[
            (Step::Parse, StepOutcome::Pass),
            (Step::Lint, StepOutcome::Fail),
            (Step::Compile, StepOutcome::Pass),
        ]);
        found.findings.push(Finding {
            severity: Severity::Error,
            code: "F821".into(),
            tool: "ruff",
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
    fn s2_2_a_block_that_must_fail_and_does_not_is_xpass() {
        let mut found = evidence(&[(Step::Compile, StepOutcome::Pass), (Step::Run, StepOutcome::Pass)]);
        found.run = Some(RunResult {
            end: RunEnd::Exited(0),
            stdout: String::new(),
            stderr: String::new(),
            message: None,
            span: None,
            duration: Duration::ZERO,
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
}
