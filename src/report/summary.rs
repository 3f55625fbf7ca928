//! The summary of a verification as Markdown, for the page of a CI run.
//!
//! Source: "Adding a job summary", docs.github.com. Must not know: the terminal.

use super::model::{Repository, Verification, is_bad};
use crate::diagnostic::Severity;
use crate::snippet::model::verdict::Status;
use std::fmt::Write as _;

/// Max rows of the table. GitHub cuts a summary at 1 MB.
const MAX_ROWS: usize = 200;

/// The totals, and a table of what is wrong. Failures that the ledger knows are only counted.
pub fn verdicts(found: &Verification<'_>, repository: &Repository) -> String {
    let counted = found.verdicts.totals();
    let mut text = format!("### docgen verify: {} blocks\n\n", found.verdicts.len());
    let totals = Status::ALL.iter().filter(|(_, status)| counted[status] > 0);
    let totals: Vec<String> = totals.map(|(name, status)| format!("{} {name}", counted[status])).collect();
    let _ = writeln!(text, "{}\n", totals.join(" · "));
    for line in found.ratchet() {
        let _ = writeln!(text, "{line}\n");
    }
    let mut rows = Vec::new();
    for (number, snippet, verdict, breaches) in found.blocks() {
        let is_wrong = is_bad(verdict.status) || verdict.status == Status::EnvError || !breaches.is_empty();
        if !is_wrong || found.ledgers.knows(number) {
            continue;
        }
        let error = verdict.findings.iter().find(|finding| finding.severity == Severity::Error);
        let span = error.and_then(|finding| finding.span).unwrap_or(snippet.open);
        let file = &found.sources[span.file];
        let message = error.map(|finding| finding.message.as_str()).or(verdict.reason.as_deref());
        let message = breaches.first().map(String::as_str).or(message).unwrap_or_default();
        let place = format!("{}:{}", repository.path(file), file.line_col(span.start).line);
        rows.push(format!("| {} | `{place}` | {} |", verdict.status.name(), cell(message)));
    }
    if !rows.is_empty() {
        let more = rows.len().saturating_sub(MAX_ROWS);
        rows.truncate(MAX_ROWS);
        let _ = writeln!(text, "| status | place | what |\n|---|---|---|\n{}\n", rows.join("\n"));
        if more > 0 {
            let _ = writeln!(text, "{more} more are in the reports.\n");
        }
    }
    text
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;")
}
