//! The JSON report, schema `docgen.verify/1` (S5.3).
//!
//! Must not know: the terminal.

use super::model::{Repository, Verification};
use crate::diagnostic::{Diagnostic, Severity};
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Finding, Level, Origin, Status, Verdict};
use crate::snippet::model::verdicts::BatchTime;
use crate::source::Sources;
use serde_json::{Map, Value, json};

/// The report. `started` is an RFC 3339 time. `page` is relative to the project, like ids; `path` is relative to the
/// repository. With `--ratchet`, `known` marks failures that the ledger knows, and `worse` marks blocks that are worse.
pub fn verify(found: &Verification<'_>, repository: &Repository, started: &str) -> String {
    let verdicts = found.verdicts;
    let counted = verdicts.totals();
    let mut totals = Map::new();
    totals.insert("found".to_owned(), json!(verdicts.len()));
    for (name, status) in Status::ALL {
        totals.insert((*name).to_owned(), json!(counted[status]));
    }
    let mut levels = Map::new();
    for (_, level) in Level::ALL {
        let number = verdicts.iter().filter(|(snippet, verdict)| snippet.is_code && verdict.level == *level).count();
        levels.insert(level.name().to_owned(), json!(number));
    }
    let ratchet = found.ledgers.ratchet;
    let blocks = verdicts.iter().enumerate().map(|(number, (snippet, verdict))| {
        let mut value = block((found.sources, repository), snippet, verdict);
        // The day of the evidence, of this run or of the one that the cache knows it from.
        let today = || started.get(..10).filter(|_| !verdict.key.is_empty());
        value["date"] = json!(verdict.date.as_deref().or_else(today));
        if let Some(ratchet) = ratchet {
            value["known"] = json!(ratchet.is_known(number));
            value["worse"] = json!(ratchet.is_worse(number));
        }
        value
    });
    let mut report = json!({
        "schema": super::read::SCHEMA,
        "docgen": crate::VERSION,
        "started": started,
        "duration_ms": millis(verdicts.run.duration),
        "sandbox": verdicts.run.sandbox,
        "tool_starts": verdicts.run.tool_starts,
        "no_exec": found.no_exec,
        "shard": found.shard,
        "batches": verdicts.run.batches.iter().map(batch).collect::<Vec<_>>(),
        "totals": totals,
        "levels": levels,
        "snippets": blocks.collect::<Vec<_>>(),
    });
    if let Some(it) = ratchet {
        report["ratchet"] = json!({ "known": it.known(), "worse": it.worse(), "better": it.better() });
    }
    let mut text = serde_json::to_string_pretty(&report).expect("JSON serializes");
    text.push('\n');
    text
}

/// The report of `docgen check`, schema `docgen.check/1`. Lines and columns count from 1.
pub fn check(sources: &Sources, problems: &[Diagnostic], repository: &Repository, pages: usize) -> String {
    let count = |severity: Severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let listed = problems.iter().map(|problem| {
        let file = &sources[problem.span.file];
        let (start, end) = (file.line_col(problem.span.start), file.line_col(problem.span.end));
        json!({
            "severity": problem.severity,
            "code": problem.code.info().name,
            "message": problem.message,
            "help": problem.help,
            "page": file.name,
            "path": repository.path(file),
            "line": start.line,
            "column": start.column,
            "end_line": end.line,
            "end_column": end.column,
        })
    });
    let report = json!({
        "schema": "docgen.check/1",
        "docgen": crate::VERSION,
        "pages": pages,
        "totals": {
            "errors": count(Severity::Error),
            "warnings": count(Severity::Warning),
            "hints": count(Severity::Hint),
        },
        "problems": listed.collect::<Vec<_>>(),
    });
    let mut text = serde_json::to_string_pretty(&report).expect("JSON serializes");
    text.push('\n');
    text
}

fn batch(batch: &BatchTime) -> Value {
    json!({
        "lang": batch.language,
        "fixture": batch.fixture,
        "verified": batch.verified,
        "duration_ms": millis(batch.duration),
    })
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn block(files: (&Sources, &Repository), snippet: &Snippet, verdict: &Verdict) -> Value {
    let steps: Map<String, Value> =
        verdict.steps.iter().map(|(step, outcome)| (step.name().to_owned(), json!(outcome))).collect();
    json!({
        "id": snippet.id,
        "page": snippet.page_name,
        "path": files.1.path(&files.0[snippet.open.file]),
        "line": snippet.line,
        "end_line": snippet.end_line,
        "lang": snippet.language_name,
        "name": snippet.settings.name,
        "group": snippet.settings.group,
        "status": verdict.status,
        "level": verdict.level,
        "reason": verdict.reason,
        "blocked_by": verdict.blocked_by,
        "steps": steps,
        "tools": verdict.tools,
        "exit_code": verdict.exit_code,
        "command": verdict.command,
        "sandbox": verdict.sandbox,
        "cached": verdict.origin == Origin::Cache,
        "duration_ms": millis(verdict.duration),
        "hash": verdict.hash,
        "key": verdict.key,
        "output": verdict.output,
        "diagnostics": verdict.findings.iter().map(|finding| diagnostic(files, snippet, finding)).collect::<Vec<_>>(),
    })
}

fn diagnostic((sources, repository): (&Sources, &Repository), snippet: &Snippet, finding: &Finding) -> Value {
    let mut value = json!({
        "severity": finding.severity,
        "code": finding.code,
        "tool": finding.tool,
        "message": finding.message,
        "help": finding.help,
    });
    let span = finding.span.unwrap_or(snippet.open);
    let file = &sources[span.file];
    let (start, end) = (file.line_col(span.start), file.line_col(span.end));
    value["page"] = json!(file.name);
    value["path"] = json!(repository.path(file));
    value["line"] = json!(start.line);
    value["column"] = json!(start.column);
    value["end_line"] = json!(end.line);
    value["end_column"] = json!(end.column);
    value
}
