//! What cargo, clippy and rustc say, as JSON: each message to the block it belongs to.
//!
//! Must not know: how the tools are called, but for asking rustc about one block that does not parse.

use crate::diagnostic::Severity;
use crate::process::Finished;
use crate::snippet::tool::Tool;
use crate::snippet::unit::{Bench, Place, Said, Unit};
use crate::snippet::verdict::Step;
use crate::span::ColumnUnit;
use regex::Regex;
use serde::Deserialize;
use std::sync::LazyLock;

static UNLINKED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:use of unresolved module or unlinked crate|can't find crate for) `(\w+)`").expect("a valid pattern")
});

#[derive(Deserialize)]
struct CargoMessage {
    reason: String,
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "message")]
    text: String,
    level: String,
    code: Option<MessageCode>,
    #[serde(default)]
    spans: Vec<MessageSpan>,
    #[serde(default)]
    children: Vec<Message>,
}

#[derive(Deserialize)]
struct MessageCode {
    code: String,
}

#[derive(Deserialize, Clone)]
struct MessageSpan {
    file_name: String,
    line_start: usize,
    line_end: usize,
    column_start: usize,
    column_end: usize,
    is_primary: bool,
    label: Option<String>,
    expansion: Option<Box<Expansion>>,
}

impl MessageSpan {
    fn place(&self) -> Place {
        Place {
            line: self.line_start,
            column: self.column_start,
            end: Some((self.line_end, self.column_end)),
            unit: ColumnUnit::Char,
        }
    }
}

#[derive(Deserialize, Clone)]
struct Expansion {
    span: MessageSpan,
}

/// rustc's own errors for a block that does not parse; it stops before anything else.
pub(super) fn ask_rustc(bench: &Bench<'_>, cargo: &Tool, unit: &mut Unit) {
    let job = bench
        .linter(&cargo.path.with_file_name("rustc"))
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata", "--error-format=json", "-o", "/dev/null"])
        .arg(&unit.path);
    let Ok(finished) = bench.supervisor.run(&job) else { return };
    for line in finished.stderr_text().lines() {
        let Ok(message) = serde_json::from_str::<Message>(line) else { continue };
        // The primary place may be the wrapper's closing brace; the one that was never closed is the author's.
        let mut places = message.spans.clone();
        places.sort_by_key(|span| !span.is_primary);
        let on_page =
            |span: &&MessageSpan| unit.range_of(span.place()).and_then(|range| unit.program.span_of(range)).is_some();
        let Some(span) = places.iter().find(on_page).or(places.first()) else { continue };
        // Only errors without a code are the parser's.
        if message.level == "error" && message.code.is_none() {
            let said = Said {
                severity: Severity::Error,
                tool: "rustc",
                code: "syntax".to_owned(),
                message: message.text.clone(),
                help: None,
            };
            unit.say(Step::Parse, Some(span.place()), said);
        }
    }
}

pub(super) fn has_error(unit: &Unit) -> bool {
    !unit.evidence.missing_dependencies.is_empty()
        || unit.failed(Step::Lint)
        || unit.marks.contains_key("compile-error")
}

/// Notes every message in the unit it belongs to; returns how many units now have an error.
pub(super) fn note_messages(finished: &Finished, units: &mut [Unit]) -> usize {
    let before = units.iter().filter(|unit| has_error(unit)).count();
    for line in finished.stdout_text().lines() {
        let Ok(CargoMessage { reason, message: Some(message) }) = serde_json::from_str(line) else { continue };
        if reason == "compiler-message" {
            note(&message, units);
        }
    }
    units.iter().filter(|unit| has_error(unit)).count() - before
}

fn note(message: &Message, units: &mut [Unit]) {
    let severity = match message.level.as_str() {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => return,
    };
    let primary = message.spans.iter().filter(|span| span.is_primary);
    let Some((index, span)) = primary.chain(&message.spans).find_map(|span| owner(span, units)) else { return };
    let unit = &mut units[index];
    let code = message.code.as_ref().map(|code| code.code.clone()).unwrap_or_default();
    let labels = message.spans.iter().filter_map(|span| span.label.as_deref()).collect::<Vec<_>>().join(" ");
    if let Some(found) = UNLINKED.captures(&format!("{} {labels}", message.text))
        && severity == Severity::Error
        && found[1].starts_with(|c: char| c.is_ascii_lowercase())
    {
        unit.dependency(&found[1]);
        return;
    }
    let lint = code.starts_with("clippy::");
    if severity == Severity::Error && !lint {
        unit.marks.insert("compile-error", "yes".to_owned());
    }
    let help = message.children.iter().find(|child| child.level == "help").map(|child| child.text.clone());
    let label = span.label.as_deref().filter(|label| !message.text.contains(label));
    let text = label.map_or_else(|| message.text.clone(), |label| format!("{}: {label}", message.text));
    let tool = if lint { "clippy" } else { "rustc" };
    let step = if lint { Step::Lint } else { Step::Compile };
    unit.say(step, Some(span.place()), Said { severity, tool, code, message: text, help });
}

/// The unit that a span lies in, following macro expansions outward.
fn owner(span: &MessageSpan, units: &[Unit]) -> Option<(usize, MessageSpan)> {
    let mut span = span.clone();
    loop {
        if let Some(index) = units.iter().position(|unit| unit.is_file(&span.file_name)) {
            return Some((index, span));
        }
        let label = span.label.clone();
        span = span.expansion?.span;
        span.label = span.label.or(label);
    }
}

/// A missing crate takes its macros and attributes with it; those errors are not the author's.
pub(super) fn forget_consequences(unit: &mut Unit) {
    if unit.evidence.missing_dependencies.is_empty() {
        return;
    }
    let consequence = |message: &str| {
        ["attribute", "derive macro", "macro"].iter().any(|what| message.starts_with(&format!("cannot find {what} ")))
    };
    unit.evidence.findings.retain(|finding| !consequence(&finding.message));
    if !unit.evidence.findings.iter().any(|finding| finding.severity == Severity::Error) {
        unit.marks.remove("compile-error");
        unit.evidence.steps.remove(&Step::Compile);
    }
}
