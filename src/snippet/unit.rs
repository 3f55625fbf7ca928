//! A unit is a block as a program in a fixture; a bench is the fixture it stands in.
//!
//! Adapters note what they find in [`Unit`]; positions in the program become positions on the page here, and only here
//! (S7.4). Must not know: which tool said what, or what a verdict is.

use super::confine;
use super::package;
use super::plan::Owner;
use super::tool::{Tool, ToolSpec, Tools};
use super::verdict::{Evidence, Finding, Level, Step, StepOutcome};
use crate::diagnostic::Severity;
use crate::process::{Environment, Job, Limits, OUT_OF_TIME, Policy, Supervisor};
use crate::progress::Progress;
use crate::span::{ColumnUnit, LineIndex, MappedText, char_range};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

/// A fixture project with blocks written into it.
pub struct Bench<'a> {
    /// Its folder, absolute.
    pub folder: PathBuf,
    /// The project's root.
    pub root: PathBuf,
    /// The folder that files which pages ask for must lie in.
    pub project: PathBuf,
    /// What installers have put there; tools only read it.
    pub cache: PathBuf,
    /// A folder for the tools' own caches, and their home.
    pub build: PathBuf,
    /// The tools.
    pub tools: &'a Tools,
    /// What starts and ends children.
    pub supervisor: &'a Supervisor,
    /// The package around the pages, bound as a dependency (S3.6).
    pub package: Option<PathBuf>,
    /// Nothing of the author's may run, not even a build script (S8.4).
    pub no_exec: bool,
    /// Who wants to know.
    pub progress: &'a dyn Progress,
    /// How long tools may take.
    pub patience: Patience,
    /// What everything here may read; put together when it is first asked for.
    pub readable: OnceLock<Vec<PathBuf>>,
    /// The language's tools.
    pub specs: &'static [&'static ToolSpec],
}

/// Memory of a compiler or linter, which works on all blocks of a language at once.
const TOOL_MEMORY: u64 = 8 << 30;

/// How long tools may take over all blocks of a bench.
pub struct Patience {
    compiler: Duration,
    /// Calls that have to share the time, once a tool has run out of it.
    sharers: AtomicU32,
}

impl Patience {
    /// A compiler may take this long, a parser or a linter a tenth of it.
    pub fn new(compiler: Duration) -> Self {
        Self { compiler, sharers: AtomicU32::new(1) }
    }

    /// From now on this many calls together get what one had: a tool that hangs costs no more than twice its limit.
    pub fn share(&self, calls: u32) {
        self.sharers.fetch_max(calls, Ordering::Relaxed);
    }

    fn limits(&self, part: u32) -> Limits {
        Limits { wall: self.compiler / part / self.sharers.load(Ordering::Relaxed), ..Limits::TOOL }
    }
}

impl Bench<'_> {
    /// A call of a compiler in `folder`.
    pub fn compiler(&self, program: &Path, folder: &Path) -> Job {
        self.held_in(self.tools.job(program, folder).limits(self.patience.limits(1)))
    }

    /// A call of a parser or linter in the bench's folder.
    pub fn linter(&self, program: &Path) -> Job {
        self.held_in(self.tools.job(program, &self.folder).limits(self.patience.limits(10)))
    }

    /// What anything that reads or runs a block may touch.
    pub fn policy(&self) -> Policy {
        let readable = || {
            let parts = self.package.iter().flat_map(|package| package::parts(package).unwrap_or_default());
            confine::readable(self.tools, self.specs).into_iter().chain(parts).collect()
        };
        let read = self.readable.get_or_init(readable).clone();
        let mut policy = Policy { read, ..Policy::default() };
        policy.read.extend([self.folder.clone(), self.cache.clone(), self.build.clone()]);
        policy.list.extend(self.package.clone());
        policy
    }

    /// A tool may write what it makes, and finds its toolchain where it is; the home folder is not its own.
    fn held_in(&self, job: Job) -> Job {
        let mut policy = self.policy();
        policy.write = vec![self.folder.clone(), self.build.clone()];
        policy.read.extend(confine::looked_for_above(&self.folder));
        policy.memory = TOOL_MEMORY;
        let job = ["CARGO_HOME", "RUSTUP_HOME", "PYENV_ROOT"]
            .iter()
            .fold(job, |job, name| job.env(name, confine::home_of(self.tools, name).into_os_string()));
        job.env("HOME", self.build.as_os_str()).env("TMPDIR", self.build.join("tmp")).policy(policy)
    }

    /// What cargo writes in its home when it fetches.
    pub fn cargo_writes(&self) -> Vec<PathBuf> {
        confine::cargo_writes(self.tools)
    }

    /// A call that installs what the project pins: with the network and the registries as the user has set them up, but
    /// without the user's other variables, and writing nowhere but here and into `also`.
    pub fn installer(&self, job: Job, also: &[PathBuf]) -> Job {
        let mut policy = self.policy();
        policy.read.extend(confine::for_installers(self.tools));
        policy.read.extend(confine::looked_for_above(&self.folder));
        policy.write = vec![self.folder.clone(), self.cache.clone(), self.build.clone()];
        policy.write.extend_from_slice(also);
        policy.network = true;
        policy.memory = TOOL_MEMORY;
        let passed = self.environment().all().filter(|(name, _)| confine::is_for_installers(name));
        passed
            .fold(job, |job, (name, value)| job.env(name, value))
            .env("TMPDIR", self.build.join("tmp"))
            .env("PIP_CACHE_DIR", self.build.join("pip"))
            .env("npm_config_cache", self.build.join("npm"))
            .policy(policy)
    }

    /// The user's environment.
    pub fn environment(&self) -> &Environment {
        self.tools.environment()
    }
}

/// A position range as a tool reports it: 1-based, columns in the tool's unit, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line and the column after the last; `None` for a point.
    pub end: Option<(usize, usize)>,
    /// What the tool counts.
    pub unit: ColumnUnit,
}

impl Place {
    /// A point.
    pub fn point(line: usize, column: usize, unit: ColumnUnit) -> Self {
        Self { line, column, end: None, unit }
    }
}

/// Something a tool said, before it is put on the page.
#[derive(Debug, Clone)]
pub struct Said {
    /// Error or warning.
    pub severity: Severity,
    /// The tool.
    pub tool: &'static str,
    /// The tool's code; may be empty.
    pub code: String,
    /// The message.
    pub message: String,
    /// What to do, if anything is known.
    pub help: Option<String>,
}

/// The words by which adapters say that a tool is there and does not do its work.
const BROKE_DOWN: &str = "broke down";

static LINE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r" (on|from|at) line (\d+)").expect("a valid pattern"));

/// A block as a program.
#[derive(Debug)]
pub struct Unit {
    /// Whether nothing may be run, installed or built for it (S8.4).
    pub no_exec: bool,
    /// Index of the snippet.
    pub snippet: usize,
    /// An identifier, unique in the run.
    pub name: String,
    /// The program's text.
    pub program: MappedText,
    /// Its lines.
    pub lines: LineIndex,
    /// The path in the fixture, with `/`.
    pub path: String,
    /// The rung to climb to without running.
    pub ceiling: Level,
    /// Rust edition, if the block names one.
    pub edition: Option<String>,
    /// `env=`: whose globals JavaScript may use.
    pub globals: Option<String>,
    /// Not batched with others.
    pub standalone: bool,
    /// Its author says that it fails when it runs.
    pub fails_at_run: bool,
    /// The page's file and, from there or from the root, the schema that a data block is held to.
    pub schema: Option<(PathBuf, String)>,
    /// Codes that configuration promotes to errors.
    pub deny: Vec<String>,
    /// `lint=deny`: every warning that has a code is an error.
    pub deny_lints: bool,
    /// The author promises that it does not compile.
    pub must_not_compile: bool,
    /// Whose text each part of the program is; part n is `owners[n - 1]`.
    pub owners: Vec<Owner>,
    /// The page's line on which the block's code starts.
    pub first_line: usize,
    /// The lines of the program that stand between two parts whose outputs can be told apart.
    pub seams: Vec<usize>,
    /// Why its program never got to the block.
    pub unreached: Option<String>,
    /// Other blocks that errors of this program lie in.
    pub elsewhere: BTreeSet<usize>,
    /// What was found.
    pub evidence: Evidence,
    /// The tools that looked at it, with versions.
    pub tools: BTreeMap<&'static str, String>,
    /// Notes of the adapter to itself, between `check` and `run_job`.
    pub marks: BTreeMap<&'static str, String>,
}

impl Unit {
    /// Whether this step is below the block's ceiling and not decided yet.
    pub fn wants(&self, step: Step) -> bool {
        step.level() <= self.ceiling && !self.evidence.steps.contains_key(&step)
    }

    /// Whether a step has failed.
    pub fn failed(&self, step: Step) -> bool {
        self.evidence.steps.get(&step) == Some(&StepOutcome::Fail)
    }

    /// Notes that a tool looked at this unit.
    pub fn uses(&mut self, tool: &Tool) {
        self.tools.insert(tool.name, tool.version.clone());
    }

    /// A step's tool is missing or broken.
    pub fn missing(&mut self, step: Step, why: &str) {
        self.evidence.steps.insert(step, StepOutcome::Missing);
        if !self.evidence.missing_tools.iter().any(|known| known == why) {
            self.evidence.missing_tools.push(why.to_owned());
        }
    }

    /// Whether a tool broke down over this unit, or over those it was checked with.
    pub fn is_broken_down(&self) -> bool {
        self.evidence.missing_tools.iter().any(|why| why.contains(BROKE_DOWN))
    }

    /// Whether that was for want of time.
    pub fn is_out_of_time(&self) -> bool {
        self.evidence.missing_tools.iter().any(|why| why.contains(OUT_OF_TIME))
    }

    /// Forgets what was found, to look again.
    pub fn forget(&mut self) {
        self.evidence = Evidence::default();
        self.tools.clear();
        self.elsewhere.clear();
        self.marks.retain(|name, _| *name == "runs");
    }

    /// A step went well, unless it already failed.
    pub fn pass(&mut self, step: Step) {
        self.evidence.steps.entry(step).or_insert(StepOutcome::Pass);
    }

    /// A step was not tried: an earlier one failed, or there is nothing for it to do.
    pub fn skip(&mut self, step: Step) {
        self.evidence.steps.entry(step).or_insert(StepOutcome::Skipped);
    }

    /// A step failed.
    pub fn fail(&mut self, step: Step) {
        self.evidence.steps.insert(step, StepOutcome::Fail);
    }

    /// An import that nothing provides.
    pub fn dependency(&mut self, name: &str) {
        // Without execution nothing was installed, so nothing can be missed.
        if !self.no_exec && !self.evidence.missing_dependencies.iter().any(|known| known == name) {
            self.evidence.missing_dependencies.push(name.to_owned());
        }
    }

    /// Notes what a tool said at a place of the program; an error fails the step.
    pub fn say(&mut self, step: Step, place: Option<Place>, said: Said) {
        let range = place.and_then(|place| self.range_of(place));
        self.say_at(step, range, said);
    }

    /// Notes what a tool said at a byte range of the program; an error fails the step.
    pub fn say_at(&mut self, step: Step, range: Option<Range<usize>>, mut said: Said) {
        let range = range.map(|range| char_range(self.program.as_str(), range));
        let denied = (self.deny_lints && !said.code.is_empty()) || self.deny.contains(&said.code);
        if said.severity == Severity::Warning && denied {
            said.severity = Severity::Error;
        }
        let owner = range.as_ref().and_then(|range| self.owner_at(range.start));
        if let Some(Owner::Other(block)) = owner {
            // It is the other block's, and stands in its verdict; this one is only held back by it.
            if said.severity == Severity::Error {
                self.elsewhere.insert(*block);
                self.fail(step);
            }
            return;
        }
        if said.severity == Severity::Warning && matches!(owner, Some(Owner::Prelude(_))) {
            return;
        }
        if said.severity == Severity::Error {
            self.fail(step);
        }
        let span = range.clone().and_then(|range| self.program.span_of(range));
        let mut message = self.with_page_lines(&said.message);
        if span.is_none()
            && let Some(range) = range
            && let Some(place) = self.place_of_ours(range.start)
        {
            message = format!("{message} (in {place})");
        }
        let finding =
            Finding { severity: said.severity, code: said.code, tool: said.tool, message, span, help: said.help };
        if !self.evidence.findings.contains(&finding) {
            self.evidence.findings.push(finding);
        }
    }

    /// A message of the tool in which "on line 7" of the program is the page's line; a line that no page has is left out.
    fn with_page_lines(&self, message: &str) -> String {
        LINE.replace_all(message, |found: &regex::Captures<'_>| {
            let line = found[2].parse().ok().and_then(|line| self.page_line(line));
            line.map_or_else(String::new, |line| format!(" {} line {line}", &found[1]))
        })
        .into_owned()
    }

    /// The line of the block's page that a line of the program stands on, counted from the block's own place.
    pub fn page_line(&self, line: usize) -> Option<usize> {
        let offset = self.lines.offset(self.program.as_str(), line, 1, ColumnUnit::Byte)?;
        self.program.origin_of(offset)?;
        // Lines of one block are as far apart in the program as on the page.
        let first = (1..=self.lines.len()).find(|line| {
            let at = self.lines.offset(self.program.as_str(), *line, 1, ColumnUnit::Byte);
            at.is_some_and(|at| matches!(self.owner_at(at), Some(Owner::Own)))
        })?;
        matches!(self.owner_at(offset), Some(Owner::Own)).then(|| self.first_line + line - first)
    }

    /// Whose text stands at a byte of the program.
    pub fn owner_at(&self, offset: usize) -> Option<&Owner> {
        let part = usize::try_from(self.program.part_at(offset)).ok()?;
        self.owners.get(part.checked_sub(1)?)
    }

    /// What to call a place that no page has: the prelude's name, the line in it, and the excerpt.
    fn place_of_ours(&self, offset: usize) -> Option<String> {
        let (label, start) = self.program.label_at(offset)?;
        let text = self.program.as_str();
        let line = self.lines.line_of(offset) - self.lines.line_of(start) + 1;
        let excerpt =
            self.lines.line_range(text, self.lines.line_of(offset) + 1).map_or("", |range| text[range].trim());
        Some(format!("{label}, line {line}: `{excerpt}`"))
    }

    /// A syntax error goes on into the wrapper, where nobody can follow it: what is on the page is enough.
    pub fn forget_wrapper_noise(&mut self) {
        if self.evidence.findings.iter().any(|finding| finding.span.is_some()) {
            self.evidence.findings.retain(|finding| finding.span.is_some());
        }
    }

    /// The bytes of the program that a tool means.
    pub fn range_of(&self, place: Place) -> Option<Range<usize>> {
        let text = self.program.as_str();
        let start = self
            .lines
            .offset(text, place.line, place.column, place.unit)
            .unwrap_or(text.trim_end_matches(['\n', '\r']).len());
        let end = place
            .end
            .and_then(|(line, column)| self.lines.offset(text, line, column, place.unit))
            .filter(|end| *end > start)
            .unwrap_or(start + 1);
        Some(char_range(text, start..end))
    }

    /// The absolute path of its file.
    pub fn file(&self, bench: &Bench<'_>) -> PathBuf {
        bench.folder.join(&self.path)
    }

    /// Whether a path that a tool printed is this unit's file.
    pub fn is_file(&self, printed: &str) -> bool {
        Path::new(printed).ends_with(&self.path)
    }
}
