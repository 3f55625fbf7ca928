//! The SARIF report, for code scanning: a result for each finding.
//!
//! Source: SARIF 2.1.0, OASIS. Must not know: the terminal.

use super::model::{Repository, Verification, counts, is_bad};
use crate::diagnostic::Severity;
use crate::site::url;
use crate::snippet::model::verdict::Status;
use crate::source::Sources;
use crate::span::Span;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The report: findings of blocks, and blocks that fail without one. Failures that the ledger knows are left out, and so
/// are those that the page promises, and ignored blocks.
pub fn verdicts(found: &Verification<'_>, repository: &Repository) -> String {
    let mut rules = BTreeSet::new();
    let mut results = Vec::new();
    let place = |span: Span| location(found.sources, repository, span);
    for (number, snippet, verdict, breaches) in found.blocks() {
        if found.ledgers.knows(number) || !counts(verdict.status) {
            continue;
        }
        let mut add = |rule: String, level: &str, message: &str, span: Span| {
            results.push(json!({
                "ruleId": rule,
                "level": level,
                "message": { "text": message },
                "locations": [place(span)],
                "partialFingerprints": { "docgenBlock/v1": format!("{} {rule}", verdict.hash) },
            }));
            rules.insert(rule);
        };
        let mut said = false;
        for finding in &verdict.findings {
            let level = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Hint => "note",
            };
            said |= finding.severity == Severity::Error;
            let rule = [&*finding.tool, &*finding.code].join("/");
            add(rule.trim_matches('/').to_owned(), level, &finding.message, finding.span.unwrap_or(snippet.open));
        }
        if !said && is_bad(verdict.status) && verdict.status != Status::Blocked {
            let message = verdict.reason.as_deref().unwrap_or_else(|| verdict.status.name());
            add(format!("docgen/{}", verdict.status.name()), "error", message, snippet.open);
        }
        for breach in &breaches {
            add("docgen/policy".to_owned(), "error", breach, snippet.open);
        }
    }
    let rules: Vec<Value> = rules.into_iter().map(|rule| json!({ "id": rule })).collect();
    let driver = json!({ "name": "docgen", "version": crate::VERSION, "rules": rules });
    let report = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results }],
    });
    let mut text = serde_json::to_string_pretty(&report).expect("JSON serializes");
    text.push('\n');
    text
}

fn location(sources: &Sources, repository: &Repository, span: Span) -> Value {
    let file = &sources[span.file];
    let (start, end) = (file.line_col(span.start), file.line_col(span.end));
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": url::encode(&repository.path(file)) },
            "region": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            },
        },
    })
}
