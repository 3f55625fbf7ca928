//! Reads JSON reports back: those of shards, to join them, and those of earlier runs, for what blocks cost.
//!
//! Must not know: how verdicts are shown.

use crate::diagnostic::Severity;
use crate::error::{Error, Result};
use crate::fs;
use crate::process::Confinement;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Finding, Level, Origin, Status, Step, StepOutcome, Verdict};
use crate::snippet::plan::partition::{Costs, Partition};
use crate::source::Sources;
use crate::span::{ColumnUnit, Span};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The schema of reports that this docgen writes and reads.
pub const SCHEMA: &str = "docgen.verify/1";

/// A report that docgen wrote.
#[derive(Debug, Deserialize)]
pub struct Report {
    /// Its file.
    #[serde(skip)]
    pub path: PathBuf,
    /// The version of the docgen that wrote it.
    pub docgen: String,
    /// The part of the blocks that it is about, if it is one of several.
    pub shard: Option<Partition>,
    /// Nothing was run.
    pub no_exec: bool,
    /// When the run began, RFC 3339.
    pub started: String,
    /// Wall-clock time of the run.
    pub duration_ms: u64,
    /// How well programs were confined.
    pub sandbox: Confinement,
    /// How many programs it started.
    pub tool_starts: usize,
    /// How long each language took.
    pub batches: Vec<Batch>,
    /// The blocks.
    pub snippets: Vec<Record>,
}

/// How long the blocks of one language and fixture took.
#[derive(Debug, Deserialize)]
pub struct Batch {
    /// The language's name.
    pub lang: String,
    /// The fixture's name.
    pub fixture: String,
    /// How many blocks were verified.
    pub verified: usize,
    /// Wall-clock time for all of them.
    pub duration_ms: u64,
}

/// A block and its verdict.
#[derive(Debug, Deserialize)]
pub struct Record {
    /// The block.
    pub id: String,
    lang: String,
    status: Status,
    level: Level,
    reason: Option<String>,
    blocked_by: Option<String>,
    steps: BTreeMap<Step, StepOutcome>,
    tools: BTreeMap<String, String>,
    exit_code: Option<i32>,
    command: Option<String>,
    sandbox: Confinement,
    cached: bool,
    date: Option<String>,
    duration_ms: u64,
    hash: String,
    key: String,
    output: Option<String>,
    diagnostics: Vec<Note>,
}

/// A finding. Lines and columns count from 1.
#[derive(Debug, Deserialize)]
struct Note {
    severity: Severity,
    code: String,
    tool: String,
    message: String,
    help: Option<String>,
    page: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

/// The report in a file.
///
/// # Errors
/// [`Error::Config`] if it is not a report of docgen, is damaged, or has another schema.
pub fn read(path: &Path) -> Result<Report> {
    let text = fs::read_to_string(path)?;
    let refuse = |place: String, message: String, help: &str| Error::Config {
        path: path.to_owned(),
        place,
        message,
        help: help.to_owned(),
    };
    let place = |error: &serde_json::Error| format!("{}:{}", error.line(), error.column());
    let any: serde_json::Value = serde_json::from_str(&text).map_err(|error| {
        let help = "give a file that `docgen verify --report json=FILE` wrote";
        refuse(place(&error), format!("this is not a JSON report: {error}"), help)
    })?;
    match any["schema"].as_str() {
        Some(SCHEMA) => {}
        Some(other) => {
            let message = format!("this report has the schema `{other}`, and this docgen reads `{SCHEMA}`");
            return Err(refuse("1:1".to_owned(), message, "verify again with this docgen"));
        }
        None => {
            let help = "give a file that `docgen verify --report json=FILE` wrote";
            return Err(refuse(
                "1:1".to_owned(),
                "this is not a report of docgen: it has no `schema`".to_owned(),
                help,
            ));
        }
    }
    let report: Report = serde_json::from_str(&text).map_err(|error| {
        let help = "another version of docgen wrote it, or it was changed: verify again with this docgen";
        refuse(place(&error), format!("this report cannot be read: {error}"), help)
    })?;
    Ok(Report { path: path.to_owned(), ..report })
}

impl Report {
    /// What its blocks cost. A batch's time is divided among its blocks; a block whose own time is known costs at least
    /// that.
    pub fn costs(&self) -> Costs {
        let mut times: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for batch in &self.batches {
            let (time, blocks) = times.entry(&batch.lang).or_default();
            *time += millis(batch.duration_ms);
            *blocks += f64::from(u32::try_from(batch.verified).unwrap_or(u32::MAX));
        }
        let languages = times.into_iter().map(|(lang, (time, blocks))| (lang.to_owned(), time / blocks.max(1.0)));
        let own = self.snippets.iter().filter(|record| record.duration_ms > 0);
        let mut costs = Costs { blocks: BTreeMap::new(), languages: languages.collect() };
        for record in own {
            let mean = costs.languages.get(&record.lang).copied().unwrap_or_default();
            costs.blocks.insert(record.id.clone(), mean.max(millis(record.duration_ms)));
        }
        costs
    }
}

#[expect(clippy::cast_precision_loss, reason = "no run takes that long")]
fn millis(time: u64) -> f64 {
    time as f64
}

impl Record {
    /// The verdict, with its findings back on the page.
    pub fn verdict(&self, sources: &Sources, snippet: &Snippet) -> Verdict {
        let tools = self.tools.iter().map(|(tool, version)| (tool.clone().into(), version.clone())).collect();
        Verdict {
            status: self.status,
            level: self.level,
            reason: self.reason.clone(),
            blocked_by: self.blocked_by.clone(),
            steps: self.steps.clone(),
            tools,
            exit_code: self.exit_code,
            command: self.command.clone(),
            sandbox: self.sandbox,
            findings: self.diagnostics.iter().map(|note| note.finding(sources, snippet)).collect(),
            output: self.output.clone(),
            duration: Duration::from_millis(self.duration_ms),
            hash: self.hash.clone(),
            key: self.key.clone(),
            origin: if self.cached { Origin::Cache } else { Origin::Run },
            date: self.date.clone(),
        }
    }
}

impl Note {
    fn finding(&self, sources: &Sources, snippet: &Snippet) -> Finding {
        let own = &sources[snippet.open.file];
        let file = if own.name == self.page { Some(own) } else { sources.iter().find(|file| file.name == self.page) };
        let span = file.and_then(|file| {
            let offset = |line, column| file.lines.offset(&file.text, line, column, ColumnUnit::Char);
            Some(Span::new(file.id, offset(self.line, self.column)?..offset(self.end_line, self.end_column)?))
        });
        Finding {
            severity: self.severity,
            code: self.code.clone(),
            tool: self.tool.clone().into(),
            message: self.message.clone(),
            span,
            help: self.help.clone(),
        }
    }
}
