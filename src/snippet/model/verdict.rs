//! Statuses, levels and steps, and how a verdict follows from them (S1, S5). Pure.
//!
//! Must not know: tools, disk, how anything is printed.

use crate::diagnostic::Severity;
use crate::process::{Confinement, End};
use crate::span::Span;
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

/// How deep a block was found good: the highest rung passed before the first that failed (S1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
pub enum Level {
    /// No rung passed.
    #[default]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// No error.
    Pass,
    /// An error.
    Fail,
    /// Its tool is missing or broken.
    Missing,
    /// Not tried: an earlier step failed, or there is nothing for this one to do.
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
    pub tool: Cow<'static, str>,
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
    /// Out of time: it was given this much.
    TimedOut(Duration),
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
    /// What held it in.
    pub confinement: Confinement,
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
            confinement: Confinement::None,
        }
    }
}

/// Why a tool did not do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// It is not there, too old, or cannot be used for this block here.
    NotInstalled,
    /// It is there, and broke down.
    Crashed,
    /// It took more time than it was given.
    OutOfTime,
}

/// A tool that could not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingTool {
    /// Why.
    pub unavailable: Unavailable,
    /// A sentence for people, with the cure where one is known.
    pub message: String,
    /// Whether it is known that this block is to blame, and none of those that were checked with it.
    pub isolated: bool,
}

impl MissingTool {
    /// A tool that broke down over this block alone.
    pub fn over_block(end: End, message: String) -> Self {
        Self { unavailable: Unavailable::of(end), message, isolated: true }
    }
}

impl Unavailable {
    /// What the end of a call that gave no answer means.
    pub fn of(end: End) -> Self {
        if end == End::TimedOut { Self::OutOfTime } else { Self::Crashed }
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
    /// Tools that could not do their work.
    pub missing_tools: Vec<MissingTool>,
    /// The run, if there was one.
    pub run: Option<RunResult>,
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
    pub tools: BTreeMap<Cow<'static, str>, String>,
    /// The run's exit code.
    pub exit_code: Option<i32>,
    /// The call that ran it.
    pub command: Option<String>,
    /// What held the run in.
    pub sandbox: Confinement,
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
    /// Where it comes from.
    pub origin: Origin,
    /// When it was reached, RFC 3339, where that was not in this run.
    pub date: Option<String>,
}

/// Where a verdict comes from, best first (S6.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// This run.
    #[default]
    Run,
    /// The cache: the same content and tools.
    Cache,
    /// The ledger: the same content, on another machine perhaps.
    Ledger,
    /// The ledger: a block of this id with other content.
    Stale,
}

impl Verdict {
    /// A verdict that no tool had a part in.
    pub fn new(status: Status, reason: Option<String>) -> Self {
        Self {
            status,
            level: Level::Unchecked,
            reason,
            blocked_by: None,
            steps: BTreeMap::new(),
            tools: BTreeMap::new(),
            exit_code: None,
            command: None,
            sandbox: Confinement::None,
            findings: Vec::new(),
            output: None,
            duration: Duration::ZERO,
            hash: String::new(),
            key: String::new(),
            origin: Origin::Run,
            date: None,
        }
    }

    /// Whether the block is as promised, and something was looked at; a block that has changed since is not.
    pub fn is_proven(&self) -> bool {
        let as_promised =
            self.status == Status::Xfail || (self.status == Status::Pass && self.level > Level::Unchecked);
        as_promised && self.origin != Origin::Stale
    }
}

impl Serialize for Verdict {
    /// As a template sees it: status, level and reason.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.status, self.level, &self.reason).serialize(serializer)
    }
}
