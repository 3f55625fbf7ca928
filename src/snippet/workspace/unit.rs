//! A unit is a block as a program in a workspace.
//!
//! Adapters record findings in [`Unit`]. Only this file maps positions in the program to positions on the page (S7.4).
//! Must not know: which tool sent a message, what a verdict is.

use crate::diagnostic::Severity;
use crate::process::Finished;
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::program::PartSource;
use crate::snippet::model::session::Session;
use crate::snippet::model::snippet::SnippetId;
use crate::snippet::model::verdict::{Evidence, Finding, Level, MissingTool, Step, StepOutcome, Unavailable};
use crate::snippet::toolchain::tool::Tool;
use crate::snippet::workspace::project::Workspace;
use crate::span::{ColumnUnit, LineIndex, MappedText, char_range};
use regex::Regex;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

static LINE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r" (on|from|at) line (\d+)").expect("a valid pattern"));

/// A block as a program.
#[derive(Debug)]
pub struct Unit {
    /// Whether nothing may be run, installed or built for it (S8.4).
    pub no_exec: bool,
    /// The block's number.
    pub snippet: SnippetId,
    /// An identifier, unique in the run.
    pub name: String,
    /// The program's text.
    pub program: MappedText,
    /// Its lines.
    pub lines: LineIndex,
    /// Its inputs and outputs, if it is an interactive session.
    pub session: Option<Arc<Session>>,
    /// The path in the fixture, with `/`.
    pub path: String,
    /// The max level to reach without running.
    pub ceiling: Level,
    /// Rust edition, if the block names one.
    pub edition: Option<String>,
    /// `env=`: whose globals JavaScript may use.
    pub globals: Option<String>,
    /// It is not batched with other blocks.
    pub standalone: bool,
    /// A Rust block is a crate of tests, and its tests run.
    pub test_harness: bool,
    /// The author promises that it fails when it runs.
    pub fails_at_run: bool,
    /// The page's file, and the path of the schema for a data block, from there or from the root.
    pub schema: Option<(PathBuf, String)>,
    /// Codes that the configuration turns into errors.
    pub deny: Vec<String>,
    /// `lint=deny`: every warning that has a code is an error.
    pub deny_lints: bool,
    /// The author promises that it does not compile.
    pub must_not_compile: bool,
    /// The source of each part of the program; part n has `owners[n - 1]`.
    pub owners: Vec<PartSource>,
    /// The page's line on which the block's code starts.
    pub first_line: usize,
    /// The lines of the program that separate two parts whose outputs can be told apart.
    pub seams: Vec<usize>,
    /// Why its program never reached the block.
    pub unreached: Option<String>,
    /// Other blocks that contain errors of this program.
    pub elsewhere: BTreeSet<SnippetId>,
    /// Everything found out about it.
    pub evidence: Evidence,
    /// The tools that checked it, with versions.
    pub tools: BTreeMap<Cow<'static, str>, String>,
    /// Whether it runs alone, not as a part of a group's program.
    pub runs_alone: bool,
    /// The adapter's notes about its program.
    pub notes: Notes,
    /// The call that ran it, as a person would type it.
    pub command: Option<String>,
}

/// What an adapter learns while checking a program and needs for building and running it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// The built program: absolute, or relative to the workspace's folder.
    pub binary: Option<PathBuf>,
    /// The class with its `main` method.
    pub main: Option<String>,
    /// It has `await` outside of functions.
    pub asynchronous: bool,
    /// It has unused names or imports, as fragments may.
    pub unused_names: bool,
    /// Its compiler found an error.
    pub compile_error: bool,
    /// It is compiled alone, not together with other blocks.
    pub alone: bool,
    /// The number of the blocks that it is compiled together with.
    pub part: usize,
}

impl Unit {
    /// Whether this step is within the block's ceiling and has no outcome yet.
    pub fn wants(&self, step: Step) -> bool {
        step.level() <= self.ceiling && !self.evidence.steps.contains_key(&step)
    }

    /// Whether a step has failed.
    pub fn failed(&self, step: Step) -> bool {
        self.evidence.steps.get(&step) == Some(&StepOutcome::Fail)
    }

    /// Records that a tool checked this unit.
    pub fn uses(&mut self, tool: &Tool) {
        self.tools.insert(tool.name.clone(), tool.version.clone());
    }

    /// Records that a step's tool cannot be used here.
    pub fn missing(&mut self, step: Step, why: &str) {
        let message = why.to_owned();
        self.unavailable(step, MissingTool { unavailable: Unavailable::NotInstalled, message, isolated: false });
    }

    /// Records that the package around the page cannot be bound. What no tool finds now may come from that package.
    pub fn lacks_package(&mut self, why: &str) {
        let step = if self.wants(Step::Compile) { Step::Compile } else { Step::Lint };
        let message = format!("the package around the page cannot be bound: {why}");
        self.unavailable(step, MissingTool { unavailable: Unavailable::NoPackage, message, isolated: true });
    }

    /// Records that a step's tool is installed, but failed.
    pub fn broke_down(&mut self, step: Step, tool: &str, finished: &Finished) {
        let message = format!("{tool} broke down: {}", finished.summary());
        let unavailable = Unavailable::of(finished.end);
        self.unavailable(step, MissingTool { unavailable, message, isolated: false });
    }

    /// Records that a step's tool did not do its work, with the known reason.
    pub fn unavailable(&mut self, step: Step, missing: MissingTool) {
        self.evidence.steps.insert(step, StepOutcome::Missing);
        if !self.evidence.missing_tools.contains(&missing) {
            self.evidence.missing_tools.push(missing);
        }
    }

    /// Whether a tool failed on this unit together with others, so nobody knows which one is to blame.
    pub fn is_broken_down(&self) -> bool {
        let broke_down = |tool: &MissingTool| tool.unavailable != Unavailable::NotInstalled && !tool.isolated;
        self.evidence.missing_tools.iter().any(broke_down)
    }

    /// Whether a tool ran out of time.
    pub fn is_out_of_time(&self) -> bool {
        self.evidence.missing_tools.iter().any(|tool| tool.unavailable == Unavailable::OutOfTime)
    }

    /// Forgets everything found, to check again.
    pub fn forget(&mut self) {
        self.evidence = Evidence::default();
        self.tools.clear();
        self.elsewhere.clear();
        self.notes = Notes::default();
    }

    /// Records that a step passed, unless it already has an outcome.
    pub fn pass(&mut self, step: Step) {
        self.evidence.steps.entry(step).or_insert(StepOutcome::Pass);
    }

    /// Records that a step was not tried: an earlier one failed, or it has nothing to do.
    pub fn skip(&mut self, step: Step) {
        self.evidence.steps.entry(step).or_insert(StepOutcome::Skipped);
    }

    /// Records that a step failed.
    pub fn fail(&mut self, step: Step) {
        self.evidence.steps.insert(step, StepOutcome::Fail);
    }

    /// Records an import that nothing provides.
    pub fn dependency(&mut self, name: &str) {
        // Without execution nothing was installed, so nothing is missing.
        if !self.no_exec && !self.evidence.missing_dependencies.iter().any(|known| known == name) {
            self.evidence.missing_dependencies.push(name.to_owned());
        }
    }

    /// Records a tool's message at a place of the program. An error fails the step.
    pub fn say(&mut self, step: Step, place: Option<Position>, said: Message) {
        let range = place.and_then(|place| self.range_of(place));
        self.say_at(step, range, said);
    }

    /// Records a tool's message at a byte range of the program. An error fails the step.
    pub fn say_at(&mut self, step: Step, range: Option<Range<usize>>, mut said: Message) {
        let range = range.map(|range| char_range(self.program.as_str(), range));
        let denied = (self.deny_lints && !said.code.is_empty()) || self.deny.contains(&said.code);
        if said.severity == Severity::Warning && denied {
            said.severity = Severity::Error;
        }
        let owner = range.as_ref().and_then(|range| self.owner_at(range.start));
        if let Some(PartSource::Other(block)) = owner {
            // The message belongs to the other block's verdict. It only blocks this one.
            if said.severity == Severity::Error {
                self.elsewhere.insert(*block);
                self.fail(step);
            }
            return;
        }
        if said.severity == Severity::Warning && matches!(owner, Some(PartSource::Prelude(_))) {
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

    /// A tool's message with the page's lines: "on line 7" of the program becomes the page's line. Lines of no page are
    /// cut.
    fn with_page_lines(&self, message: &str) -> String {
        LINE.replace_all(message, |found: &regex::Captures<'_>| {
            let line = found[2].parse().ok().and_then(|line| self.page_line(line));
            line.map_or_else(String::new, |line| format!(" {} line {line}", &found[1]))
        })
        .into_owned()
    }

    /// The page's line for a line of the program, counted from the block's own place.
    pub fn page_line(&self, line: usize) -> Option<usize> {
        let offset = self.lines.offset(self.program.as_str(), line, 1, ColumnUnit::Byte)?;
        self.program.origin_of(offset)?;
        // Lines of one block have the same distance in the program and on the page.
        let first = (1..=self.lines.len()).find(|line| {
            let at = self.lines.offset(self.program.as_str(), *line, 1, ColumnUnit::Byte);
            at.is_some_and(|at| matches!(self.owner_at(at), Some(PartSource::Own)))
        })?;
        matches!(self.owner_at(offset), Some(PartSource::Own)).then(|| self.first_line + line - first)
    }

    /// The source of the text at a byte of the program.
    pub fn owner_at(&self, offset: usize) -> Option<&PartSource> {
        let part = usize::try_from(self.program.part_at(offset)).ok()?;
        self.owners.get(part.checked_sub(1)?)
    }

    /// A name for a place that is on no page: the prelude's name, the line in it, and an excerpt.
    fn place_of_ours(&self, offset: usize) -> Option<String> {
        let (label, start) = self.program.label_at(offset)?;
        let text = self.program.as_str();
        let line = self.lines.line_of(offset) - self.lines.line_of(start) + 1;
        let excerpt =
            self.lines.line_range(text, self.lines.line_of(offset) + 1).map_or("", |range| text[range].trim());
        Some(format!("{label}, line {line}: `{excerpt}`"))
    }

    /// A syntax error often causes more errors in the wrapper. If the page has one, the others go.
    pub fn forget_wrapper_noise(&mut self) {
        if self.evidence.findings.iter().any(|finding| finding.span.is_some()) {
            self.evidence.findings.retain(|finding| finding.span.is_some());
        }
    }

    /// The bytes of the program that a tool means.
    pub fn range_of(&self, place: Position) -> Option<Range<usize>> {
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
    pub fn file(&self, workspace: &Workspace<'_>) -> PathBuf {
        workspace.folder.join(&self.path)
    }

    /// Whether a path that a tool printed is this unit's file.
    pub fn is_file(&self, printed: &str) -> bool {
        Path::new(printed).ends_with(&self.path)
    }
}
