//! Reads the JSON messages of cargo, clippy and rustc, and assigns each to its block.
//!
//! Must not know: how the tools are called, except for asking rustc about one block that does not parse.

use crate::diagnostic::Severity;
use crate::process::{End, Finished};
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::verdict::Step;
use crate::snippet::toolchain::tool::Tool;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::ColumnUnit;
use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static UNLINKED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:use of unresolved module or unlinked crate|can't find crate for) `(\w+)`").expect("a valid pattern")
});

#[derive(Deserialize)]
struct CargoMessage {
    reason: String,
    #[serde(default)]
    target: Target,
    message: Option<RustcMessage>,
}

/// The program that a message is about.
#[derive(Deserialize, Default)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct RustcMessage {
    #[serde(rename = "message")]
    text: String,
    level: String,
    code: Option<MessageCode>,
    #[serde(default)]
    spans: Vec<MessageSpan>,
    #[serde(default)]
    children: Vec<RustcMessage>,
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
    fn place(&self) -> Position {
        Position {
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

/// Records rustc's own errors for a block that syn cannot parse; rustc stops after parsing. Returns whether rustc can
/// parse the block: it may have an older edition, or syntax that syn does not know yet.
pub(super) fn ask_rustc(workspace: &Workspace<'_>, cargo: &Tool, edition: &str, unit: &mut Unit) -> bool {
    let job = workspace
        .linter(&cargo.path.with_file_name("rustc"))
        .arg(format!("--edition={}", unit.edition.as_deref().unwrap_or(edition)))
        .args(["--crate-type=lib", "--emit=metadata", "--error-format=json", "-o", "/dev/null"])
        .arg(&unit.path);
    let Ok(finished) = workspace.supervisor.run(&job) else { return false };
    for line in finished.stderr_text().lines() {
        let Ok(message) = serde_json::from_str::<RustcMessage>(line) else { continue };
        // The primary place may be the wrapper's closing brace. The unclosed brace is on the page.
        let mut places = message.spans.clone();
        places.sort_by_key(|span| !span.is_primary);
        let on_page =
            |span: &&MessageSpan| unit.range_of(span.place()).and_then(|range| unit.program.span_of(range)).is_some();
        let Some(span) = places.iter().find(on_page).or(places.first()) else { continue };
        // Only the parser's errors have no code.
        if message.level == "error" && message.code.is_none() && !message.is_summary() {
            let said = Message {
                severity: Severity::Error,
                tool: "rustc".into(),
                code: "syntax".to_owned(),
                message: message.text.clone(),
                help: None,
            };
            unit.say(Step::Parse, Some(span.place()), said);
        }
    }
    matches!(finished.end, End::Exited(0 | 1)) && !unit.failed(Step::Parse)
}

pub(super) fn has_error(unit: &Unit) -> bool {
    !unit.evidence.missing_dependencies.is_empty() || unit.failed(Step::Lint) || unit.notes.compile_error
}

/// Which of cargo's messages count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// rustc's messages. They decide whether a block compiles.
    Rustc,
    /// The messages of clippy's own lints. clippy's driver reads programs a little differently from rustc, so its other
    /// messages are not advice on the block.
    Lints,
}

fn messages(call: &Finished) -> Vec<(String, RustcMessage)> {
    let mut found = Vec::new();
    for line in call.stdout_text().lines() {
        if let Ok(CargoMessage { reason, target, message: Some(message) }) = serde_json::from_str(line)
            && reason == "compiler-message"
        {
            found.push((target.name, message));
        }
    }
    found
}

/// The units with errors of rustc. A denied lint of clippy is not one of them.
pub(super) fn with_errors(call: &Finished, units: &[Unit]) -> BTreeSet<usize> {
    let errors = messages(call).into_iter().filter(|(_, message)| message.level == "error" && !message.is_lint());
    errors.filter_map(|(target, message)| Some(message.owner(&target, units)?.0)).collect()
}

/// Records every message in its unit.
pub(super) fn note_messages(call: &Finished, voice: Voice, units: &mut [Unit]) {
    for (target, message) in messages(call) {
        if (voice == Voice::Lints) == message.is_lint() {
            note(&target, &message, units);
        }
    }
}

impl RustcMessage {
    fn is_lint(&self) -> bool {
        self.code.as_ref().is_some_and(|code| code.code.starts_with("clippy::"))
    }

    /// Whether this is the summary that ends a list of errors.
    fn is_summary(&self) -> bool {
        self.code.is_none() && self.text.starts_with("aborting due to")
    }

    /// The unit of a message, and the place in it: by the primary place, by another one, by those of its notes, or
    /// because the program belongs to one unit.
    fn owner(&self, target: &str, units: &[Unit]) -> Option<(usize, Option<MessageSpan>)> {
        let primary = self.spans.iter().filter(|span| span.is_primary);
        let notes = self.children.iter().flat_map(|child| &child.spans);
        let placed = primary.chain(&self.spans).chain(notes).find_map(|span| owner(span, units));
        let by_program = || units.iter().position(|unit| unit.name == target).map(|index| (index, None));
        placed.map(|(index, span)| (index, Some(span))).or_else(by_program)
    }
}

fn note(target: &str, message: &RustcMessage, units: &mut [Unit]) {
    let severity = match message.level.as_str() {
        "error" if !message.is_summary() => Severity::Error,
        "warning" if !message.spans.is_empty() => Severity::Warning,
        _ => return,
    };
    let Some((index, span)) = message.owner(target, units) else { return };
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
    let lint = message.is_lint();
    if severity == Severity::Error && !lint {
        unit.notes.compile_error = true;
    }
    let help = message.children.iter().find(|child| child.level == "help").map(|child| child.text.clone());
    let label = span.as_ref().and_then(|span| span.label.as_deref()).filter(|label| !message.text.contains(label));
    let text = label.map_or_else(|| message.text.clone(), |label| format!("{}: {label}", message.text));
    // docgen chose the crate's name and file; the block has neither.
    let text = text.replace(&format!(" in crate `{}`", unit.name), "");
    let text = text.replace(&format!(" to `{}`", unit.path), "");
    let tool = if lint { "clippy" } else { "rustc" };
    let step = if lint { Step::Lint } else { Step::Compile };
    unit.say(step, span.map(|span| span.place()), Message { severity, tool: tool.into(), code, message: text, help });
}

/// The unit that contains a span, following macro expansions outward.
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

/// A missing crate also lacks its macros and attributes. The author is not to blame for those errors.
pub(super) fn forget_consequences(unit: &mut Unit) {
    if unit.evidence.missing_dependencies.is_empty() {
        return;
    }
    let consequence = |message: &str| {
        ["attribute", "derive macro", "macro"].iter().any(|what| message.starts_with(&format!("cannot find {what} ")))
    };
    unit.evidence.findings.retain(|finding| !consequence(&finding.message));
    if !unit.evidence.findings.iter().any(|finding| finding.severity == Severity::Error) {
        unit.notes.compile_error = false;
        unit.evidence.steps.remove(&Step::Compile);
    }
}
