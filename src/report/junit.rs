//! The `JUnit` report, for CI systems that show tests: a suite for each page, a case for each block of code.
//!
//! Source: the format that Jenkins and GitLab read, as the crate `quick-junit` writes it.
//! Must not know: the terminal.

use super::model::{Repository, Verification};
use crate::diagnostic::Severity;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Status, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The report. A failure that the ledger knows is a skipped case.
pub fn verdicts(found: &Verification<'_>, repository: &Repository) -> String {
    let mut suites: BTreeMap<String, TestSuite> = BTreeMap::new();
    for (number, snippet, verdict, breaches) in found.blocks().filter(|(_, snippet, ..)| snippet.is_code) {
        let path = repository.path(&found.sources[snippet.open.file]);
        let name = snippet.id.split_once('#').map_or(snippet.id.as_str(), |(_, name)| name);
        let mut case = TestCase::new(name, status(found, number, verdict, &breaches));
        case.set_classname(path.clone()).set_time(verdict.duration);
        case.extra.insert("file".into(), path.clone().into());
        case.extra.insert("line".into(), snippet.line.to_string().into());
        if let TestCaseStatus::NonSuccess { .. } = case.status {
            case.status.set_description(findings(found, repository, snippet, verdict));
        }
        suites.entry(path.clone()).or_insert_with(|| TestSuite::new(path)).add_test_case(case);
    }
    let mut report = Report::new("docgen");
    report.set_time(found.verdicts.run.duration).add_test_suites(suites.into_values());
    report.to_string().expect("memory takes it, and characters that XML forbids are left out")
}

fn status(found: &Verification<'_>, number: usize, verdict: &Verdict, breaches: &[String]) -> TestCaseStatus {
    let skipped = |why: &str| {
        let mut status = TestCaseStatus::skipped();
        status.set_message(why);
        status
    };
    let reason = verdict.reason.as_deref();
    let failed = |kind: NonSuccessKind, name: &str, message: &str| {
        let mut status = TestCaseStatus::non_success(kind);
        status.set_type(name).set_message(message);
        status
    };
    if found.ledgers.knows(number) {
        return skipped("the ledger knows that it fails");
    }
    if let Some(breach) = breaches.first() {
        return failed(NonSuccessKind::Failure, "policy", breach);
    }
    let error = verdict.findings.iter().find(|finding| finding.severity == Severity::Error);
    let message = reason.or(error.map(|finding| finding.message.as_str())).unwrap_or_else(|| verdict.status.name());
    match verdict.status {
        Status::Pass | Status::Xfail => TestCaseStatus::success(),
        Status::Ignored | Status::Unchecked | Status::NotCode => skipped(message),
        Status::EnvError => failed(NonSuccessKind::Error, verdict.status.name(), message),
        _ => failed(NonSuccessKind::Failure, verdict.status.name(), message),
    }
}

/// The findings with their places, one a line.
fn findings(found: &Verification<'_>, repository: &Repository, snippet: &Snippet, verdict: &Verdict) -> String {
    let mut text = String::new();
    for finding in &verdict.findings {
        let span = finding.span.unwrap_or(snippet.open);
        let file = &found.sources[span.file];
        let at = file.line_col(span.start);
        let place = format!("{}:{}:{}", repository.path(file), at.line, at.column);
        let _ = writeln!(text, "{place}: {} ({})", finding.message, finding.tool);
    }
    text
}
