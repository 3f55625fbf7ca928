//! Statuses, levels, steps, evidence and verdicts (S1, S5). Pure data.
//!
//! Must not know: tools, disk, how anything is printed.

use crate::diagnostic::Severity;
use crate::process::{Confinement, End};
use crate::span::Span;
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

/// The level that a block reached: the highest step passed before the first one that failed (S1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
pub enum Level {
    /// No step passed.
    #[default]
    Unchecked,
    /// It parses.
    Parsed,
    /// Its linter reports no error.
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

    /// The level with a name; case, hyphens and underscores are ignored.
    pub fn from_name(name: &str) -> Option<Level> {
        let plain = name.to_lowercase().replace(['-', '_'], "");
        Self::ALL.iter().find(|(known, _)| *known == plain).map(|(_, level)| *level)
    }

    /// Its name in reports: `OutputMatched`.
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

/// The result of a block (S5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// As promised.
    Pass,
    /// Not as promised.
    Fail,
    /// Failed, as promised.
    Xfail,
    /// It had to fail and did not, or it is ignored and would pass.
    Xpass,
    /// Too slow.
    Timeout,
    /// Too much memory, output, disk or processes.
    Limit,
    /// An earlier member of its group failed.
    Blocked,
    /// A tool or dependency is missing. The author is not to blame.
    EnvError,
    /// The author asks docgen not to judge it.
    Ignored,
    /// Its language has no adapter.
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

/// A step that a tool tries.
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
    /// The level of a block that passed this step.
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
    /// Not tried: an earlier step failed, or this one has nothing to do.
    Skipped,
}

/// A message of a tool about a block, on the author's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Error or warning (S1.4).
    pub severity: Severity,
    /// The tool's own code: `F821`, `E0308`, `SC2045`. It may be empty.
    pub code: String,
    /// The tool.
    pub tool: Cow<'static, str>,
    /// The message.
    pub message: String,
    /// The place on the page. `None` if it cannot be mapped; then the message names the place.
    pub span: Option<Span>,
    /// What to do, if the tool or docgen knows.
    pub help: Option<String>,
}

/// The author's promise about a block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Promise {
    /// It is good.
    #[default]
    Good,
    /// It is not judged; with the reason, if one is given.
    Ignored(Option<String>),
    /// It compiles and fails when it runs. Standard error must contain the text.
    FailsAtRun(Option<String>),
    /// It does not compile. An error must have the code and contain the text.
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
    /// It ran out of this much time.
    TimedOut(Duration),
    /// It used too much of something, which the text names.
    Limit(&'static str),
    /// It could not be started.
    NotStarted(String),
}

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunResult {
    /// How it ended.
    pub end: RunEnd,
    /// Standard output as compared and shown. Paths of the scratch folder read `/work`.
    pub stdout: String,
    /// Standard error, likewise.
    pub stderr: String,
    /// The error's message, as the language prints it.
    pub message: Option<String>,
    /// The place on the page where it happened.
    pub span: Option<Span>,
    /// Wall-clock time.
    pub duration: Duration,
    /// How it was confined.
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
    /// It is not installed, too old, or unusable for this block on this machine.
    NotInstalled,
    /// It is installed, but crashed.
    Crashed,
    /// It exceeded its time limit.
    OutOfTime,
    /// The package around the page, which the block uses, cannot be bound.
    NoPackage,
}

/// A tool that could not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingTool {
    /// Why.
    pub unavailable: Unavailable,
    /// A sentence for people, with the fix if docgen knows one.
    pub message: String,
    /// Whether this block alone is known to be the cause, and not a block that was checked with it.
    pub isolated: bool,
}

impl MissingTool {
    /// A tool that failed on this block alone.
    pub fn over_block(end: End, message: String) -> Self {
        Self { unavailable: Unavailable::of(end), message, isolated: true }
    }
}

impl Unavailable {
    /// Why a call gave no answer, from how it ended.
    pub fn of(end: End) -> Self {
        if end == End::TimedOut { Self::OutOfTime } else { Self::Crashed }
    }
}

/// Everything that the steps found out about a block.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The outcome of each step.
    pub steps: BTreeMap<Step, StepOutcome>,
    /// What tools said.
    pub findings: Vec<Finding>,
    /// Imports that nothing provides (S1.7).
    pub missing_dependencies: Vec<String>,
    /// A program that `needs=` names and this machine lacks.
    pub absent: Option<String>,
    /// Tools that could not do their work.
    pub missing_tools: Vec<MissingTool>,
    /// The run, if there was one.
    pub run: Option<RunResult>,
}

/// A verdict, with its evidence (S5.2).
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The result.
    pub status: Status,
    /// The level it reached.
    pub level: Level,
    /// Why, unless it is obvious.
    pub reason: Option<String>,
    /// The member of the group that failed first.
    pub blocked_by: Option<String>,
    /// The outcome of each step.
    pub steps: BTreeMap<Step, StepOutcome>,
    /// Tools with versions.
    pub tools: BTreeMap<Cow<'static, str>, String>,
    /// The run's exit code.
    pub exit_code: Option<i32>,
    /// The call that ran it.
    pub command: Option<String>,
    /// How the run was confined.
    pub sandbox: Confinement,
    /// What tools said.
    pub findings: Vec<Finding>,
    /// Its output, if it ran.
    pub output: Option<String>,
    /// How long it took, if that is known for this block alone.
    pub duration: Duration,
    /// Hash of its content (S6.1).
    pub hash: String,
    /// Hash of its content and its tools (S6.1).
    pub key: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The date, if an earlier run reached it.
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
    /// The ledger: the same content, maybe on another machine.
    Ledger,
    /// The ledger: the same id, but other content.
    Stale,
}

impl Verdict {
    /// A verdict without evidence from tools.
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

    /// Whether anything is known of the block, be it only why it was not checked.
    pub fn is_known(&self) -> bool {
        self.status != Status::Unchecked || self.reason.is_some()
    }

    /// Whether the block was checked and is as promised. A block that has changed since is not proven.
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
