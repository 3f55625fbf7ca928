//! Keeps verdicts between runs, by key (S6.2), and the inputs of each block's last verdict (`--why`).
//!
//! Each verdict has its own file, which is written whole or not at all, so parallel runs do no harm. Damaged or
//! outdated cache files are ignored. Must not know: how a verdict is reached.

use crate::diagnostic::Severity;
use crate::fs;
use crate::process::Confinement;
use crate::snippet::model::fingerprint::Fingerprint;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{self, Finding, Level, Promise, Status, Step, StepOutcome, Verdict};
use crate::snippet::workspace::unit::Unit;
use crate::span::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

const SCHEMA: &str = "docgen.cache/1";

/// The cache of a project.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

/// A verdict without its place on a page.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    schema: String,
    key: String,
    hash: String,
    status: Status,
    level: Level,
    reason: Option<String>,
    steps: BTreeMap<Step, StepOutcome>,
    tools: BTreeMap<String, String>,
    exit_code: Option<i32>,
    command: Option<String>,
    sandbox: Confinement,
    findings: Vec<Note>,
    output: Option<String>,
    duration_ms: u64,
    date: String,
}

/// A finding, with its place in the program.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    severity: Severity,
    code: String,
    tool: String,
    message: String,
    help: Option<String>,
    place: Place,
}

#[derive(Debug, Serialize, Deserialize)]
enum Place {
    Program(usize, usize),
    Fence,
    Nowhere,
}

/// The inputs of a block's last verdict.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Last {
    pub(crate) key: String,
    pub(crate) status: Status,
    pub(crate) inputs: BTreeMap<String, String>,
}

/// Stands for the page in a command.
const PAGE: &str = "{page}";

impl Cache {
    /// The cache in a folder. The folder is created with the first entry.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The folders that hold its verdicts. A new or renewed verdict changes the state of one of them.
    pub fn folders(&self) -> Vec<PathBuf> {
        fs::list(&self.folder.join("verdicts")).unwrap_or_default()
    }

    /// Whether it has no verdicts.
    pub(crate) fn is_empty(&self) -> bool {
        self.folders().is_empty()
    }

    fn file(&self, kind: &str, name: &str) -> PathBuf {
        self.folder.join(kind).join(&name[..2]).join(&name[2..])
    }

    /// The verdict of a key, mapped back onto the page.
    pub(crate) fn get(&self, key: &str, snippet: &Snippet, unit: &Unit) -> Option<Verdict> {
        let record: Record = sealed(&self.file("verdicts", key))?;
        (record.schema == SCHEMA && record.key == key).then(|| restore(record, snippet, unit)).flatten()
    }

    /// Keeps a verdict, if it may be kept and its texts do not name its place.
    pub(crate) fn put(&self, verdict: &Verdict, snippet: &Snippet, unit: &Unit, date: &str) {
        if let Some(record) = record(verdict, snippet, unit, date) {
            let _ = fs::write(&self.file("verdicts", &verdict.key), &seal(&record));
        }
    }

    /// Keeps the inputs of a block's verdict.
    pub(crate) fn remember(&self, id: &str, verdict: &Verdict, inputs: &Fingerprint) {
        let last = Last { key: verdict.key.clone(), status: verdict.status, inputs: inputs.all() };
        let _ = fs::write(&self.file("last", &name_of(id)), &seal(&last));
    }

    /// The inputs of a block's last verdict.
    pub(crate) fn last(&self, id: &str) -> Option<Last> {
        sealed(&self.file("last", &name_of(id)))
    }

    /// Removes entries that are older than 90 days.
    pub(crate) fn prune(&self, now: std::time::SystemTime) {
        const OLD: Duration = Duration::from_hours(90 * 24);
        for file in fs::list_recursively(&self.folder).unwrap_or_default() {
            let path = self.folder.join(file);
            let age =
                path.metadata().and_then(|meta| meta.modified()).ok().and_then(|time| now.duration_since(time).ok());
            if age.is_some_and(|age| age > OLD) {
                let _ = fs::remove_file(&path);
            }
        }
    }
}

fn name_of(id: &str) -> String {
    blake3::hash(id.as_bytes()).to_hex().to_string()
}

/// A value as JSON, with the hash of that JSON before it.
fn seal(value: &impl Serialize) -> Vec<u8> {
    let text = serde_json::to_string(value).unwrap_or_default();
    format!("{}\n{text}", blake3::hash(text.as_bytes()).to_hex()).into_bytes()
}

/// The value in a file, if its hash is right.
fn sealed<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    let text = fs::read_optional(path).ok()??;
    let (hash, text) = text.split_once('\n')?;
    (blake3::hash(text.as_bytes()).to_hex().as_str() == hash).then(|| serde_json::from_str(text).ok()).flatten()
}

/// Whether a verdict holds until something changes (S6.2). An ignored block is tried silently and never runs, so one try
/// is enough, whatever comes of it.
pub(crate) fn is_reused(status: Status, snippet: &Snippet) -> bool {
    match status {
        Status::Pass | Status::Xfail => true,
        Status::Ignored | Status::Xpass => matches!(snippet.settings.promise, Promise::Ignored(_)),
        _ => false,
    }
}

fn record(verdict: &Verdict, snippet: &Snippet, unit: &Unit, date: &str) -> Option<Record> {
    if !is_reused(verdict.status, snippet) {
        return None;
    }
    let findings: Option<Vec<Note>> = verdict.findings.iter().map(|finding| note(finding, snippet, unit)).collect();
    let texts = [verdict.output.as_deref(), verdict.reason.as_deref()];
    if texts.into_iter().flatten().any(|text| text.contains(&snippet.page_name)) {
        return None;
    }
    Some(Record {
        schema: SCHEMA.to_owned(),
        key: verdict.key.clone(),
        hash: verdict.hash.clone(),
        status: verdict.status,
        level: verdict.level,
        reason: verdict.reason.clone(),
        steps: verdict.steps.clone(),
        tools: verdict.tools.iter().map(|(tool, version)| (tool.to_string(), version.clone())).collect(),
        exit_code: verdict.exit_code,
        command: verdict.command.as_ref().map(|command| command.replace(&snippet.page_name, PAGE)),
        sandbox: verdict.sandbox,
        findings: findings?,
        output: verdict.output.clone(),
        duration_ms: u64::try_from(verdict.duration.as_millis()).unwrap_or(u64::MAX),
        date: date.to_owned(),
    })
}

/// A finding with its place in the program; `None` if its text or its place belongs to the current page only.
fn note(finding: &Finding, snippet: &Snippet, unit: &Unit) -> Option<Note> {
    let texts = [Some(finding.message.as_str()), finding.help.as_deref()];
    if texts.into_iter().flatten().any(|text| text.contains(&snippet.page_name) || text.contains(" line ")) {
        return None;
    }
    let place = match finding.span {
        None => Place::Nowhere,
        Some(span) if span == snippet.open => Place::Fence,
        Some(span) => {
            let range = unit.program.range_of(span)?;
            Place::Program(range.start, range.end)
        }
    };
    Some(Note {
        severity: finding.severity,
        code: finding.code.clone(),
        tool: finding.tool.to_string(),
        message: finding.message.clone(),
        help: finding.help.clone(),
        place,
    })
}

fn restore(record: Record, snippet: &Snippet, unit: &Unit) -> Option<Verdict> {
    let findings: Option<Vec<Finding>> =
        record.findings.into_iter().map(|note| restore_note(note, snippet, unit)).collect();
    Some(Verdict {
        status: record.status,
        level: record.level,
        reason: record.reason,
        blocked_by: None,
        steps: record.steps,
        tools: record.tools.into_iter().map(|(tool, version)| (tool.into(), version)).collect(),
        exit_code: record.exit_code,
        command: record.command.map(|command| command.replace(PAGE, &snippet.page_name)),
        sandbox: record.sandbox,
        findings: findings?,
        output: record.output,
        duration: Duration::from_millis(record.duration_ms),
        hash: record.hash,
        key: record.key,
        origin: verdict::Origin::Cache,
        date: Some(record.date),
    })
}

fn restore_note(note: Note, snippet: &Snippet, unit: &Unit) -> Option<Finding> {
    let span: Option<Span> = match note.place {
        Place::Nowhere => None,
        Place::Fence => Some(snippet.open),
        Place::Program(start, end) => Some(unit.program.span_of(start..end)?),
    };
    Some(Finding {
        severity: note.severity,
        code: note.code,
        tool: note.tool.into(),
        message: note.message,
        span,
        help: note.help,
    })
}
