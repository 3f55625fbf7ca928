//! GitHub annotations: workflow commands on standard output.
//!
//! Source: "Workflow commands for GitHub Actions", docs.github.com. Must not know: the terminal.

use super::groups::grouped;
use super::model::{Item, Repository, Verification, counts, is_bad};
use crate::diagnostic::{Diagnostic, Severity};
use crate::snippet::model::verdict::{Status, Verdict};
use crate::source::Sources;
use std::fmt::Write as _;

/// Annotations for verdicts: errors of failing blocks, then warnings, then a comparison with the ledger. Failures that
/// the ledger knows are only counted.
pub fn verdicts(found: &Verification<'_>, repository: &Repository) -> String {
    let mut text = String::new();
    let files = (found.sources, repository);
    for severity in [Severity::Error, Severity::Warning] {
        for (number, snippet, verdict, breaches) in found.blocks() {
            let shown = counts(verdict.status) && !found.ledgers.knows(number);
            for finding in verdict.findings.iter().filter(|finding| shown && finding.severity == severity) {
                let item = Item::from(finding);
                annotate(&mut text, files, &Item { span: item.span.or(Some(snippet.open)), ..item });
            }
            let whole = if severity == Severity::Error { whole(found, number, verdict) } else { None };
            let breaches = breaches.into_iter().map(|breach| (Severity::Error, "policy", breach));
            for (severity, code, message) in whole.into_iter().chain(breaches.filter(|_| severity == Severity::Error)) {
                let span = Some(snippet.open);
                let item = Item { severity, code, tool: None, message: &message, span, notes: Vec::new(), help: None };
                annotate(&mut text, files, &item);
            }
        }
    }
    for line in found.ratchet() {
        let _ = writeln!(text, "::notice title=ledger::{}", data(&line));
    }
    text
}

/// A message about a block as a whole: it is worse than in the ledger, or it fails without an error finding.
fn whole(found: &Verification<'_>, number: usize, verdict: &Verdict) -> Option<(Severity, &'static str, String)> {
    let status = verdict.status;
    let said = verdict.findings.iter().any(|finding| finding.severity == Severity::Error) && is_bad(status);
    if said || found.ledgers.knows(number) {
        return None;
    }
    let reason = verdict.reason.clone();
    if let Some(why) = found.worse(number, verdict) {
        return Some((Severity::Error, "worse", reason.map_or(why.clone(), |reason| format!("{reason}\n{why}"))));
    }
    let severity = if status == Status::Xpass { Severity::Warning } else { Severity::Error };
    // The blocker has its own message.
    let bad = is_bad(status) && status != Status::Blocked;
    bad.then(|| (severity, status.name(), reason.unwrap_or_else(|| status.name().to_owned())))
}

/// Annotations for content problems. Equal hints become one.
pub fn diagnostics(sources: &Sources, problems: &[Diagnostic], repository: &Repository) -> String {
    let mut text = String::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Hint] {
        for group in grouped(problems, severity) {
            let elsewhere = group.elsewhere(|span| {
                let file = &sources[span.file];
                let at = file.line_col(span.start);
                format!("{}:{}:{}", repository.path(file), at.line, at.column)
            });
            let places = elsewhere.map_or_else(String::new, |places| format!("\n{places}"));
            let message = format!("{}{places}", group.message());
            annotate(&mut text, (sources, repository), &Item { message: &message, ..Item::from(group.first) });
        }
    }
    text
}

fn annotate(text: &mut String, (sources, repository): (&Sources, &Repository), item: &Item<'_>) {
    let command = match item.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "notice",
    };
    let mut properties = Vec::new();
    if let Some(span) = item.span {
        let file = &sources[span.file];
        let (start, end) = (file.line_col(span.start), file.line_col(span.end));
        properties.push(format!("file={}", property(&repository.path(file))));
        properties.push(format!("line={}", start.line));
        properties.push(format!("endLine={}", end.line));
        // GitHub accepts columns only for a range on one line.
        if start.line == end.line {
            properties.push(format!("col={}", start.column));
            properties.push(format!("endColumn={}", end.column));
        }
    }
    let title = item.tool.map_or(item.code.to_owned(), |tool| format!("{tool} {}", item.code));
    properties.push(format!("title={}", property(title.trim())));
    let message = item.help.map_or(item.message.to_owned(), |help| format!("{}\n{help}", item.message));
    let _ = writeln!(text, "::{command} {}::{}", properties.join(","), data(&message));
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
