//! oxlint lints all blocks in one call, and parses JSX blocks.
//!
//! Must not know: how a block becomes a program.

use super::check::is_jsx;
use super::tools::OXLINT;
use crate::diagnostic::Severity;
use crate::error::Result;
use crate::fs;
use crate::snippet::language::adapter::tool_for;
use crate::snippet::language::findings;
use crate::snippet::model::message::Message;
use crate::snippet::model::verdict::{Step, StepOutcome};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use serde::Deserialize;
use serde_json::{Value, json};

/// oxlint's rules that are errors (S1.4). The others in `correctness` are warnings.
const ERRORS: &[&str] = &["no-undef", "no-const-assign", "no-dupe-keys", "no-unreachable"];

/// Rules that every fragment would break.
const QUIET: &[&str] = &["no-unused-vars", "no-unused-expressions", "no-console", "no-debugger"];

#[derive(Deserialize)]
struct OxlintReport {
    diagnostics: Vec<Value>,
}

#[derive(Deserialize)]
struct OxlintFinding {
    message: String,
    severity: String,
    #[serde(default)]
    code: String,
    help: Option<String>,
    #[serde(default)]
    labels: Vec<OxlintLabel>,
}

#[derive(Deserialize)]
struct OxlintLabel {
    span: OxlintSpan,
}

#[derive(Deserialize)]
struct OxlintSpan {
    offset: usize,
    length: usize,
}

/// oxlint's configuration: the rules of S1.4, and for each block the globals it may use.
pub(super) fn configuration(units: &[Unit]) -> Value {
    let rules: serde_json::Map<String, Value> = ERRORS
        .iter()
        .map(|rule| ((*rule).to_owned(), json!("error")))
        .chain(QUIET.iter().map(|rule| ((*rule).to_owned(), json!("off"))))
        .collect();
    // The compiler knows which names and types TypeScript defines.
    let typed = json!({ "files": ["**/*.ts", "**/*.tsx"], "rules": { "no-undef": "off" } });
    let overrides: Vec<Value> = std::iter::once(typed)
        .chain(units.iter().filter_map(|unit| {
            let env = match unit.globals.as_deref()? {
                "node" => json!({ "node": true, "browser": false }),
                "browser" => json!({ "node": false, "browser": true, "commonjs": false }),
                _ => return None,
            };
            Some(json!({ "files": [unit.path], "env": env }))
        }))
        .collect();
    json!({
        "plugins": [],
        "categories": { "correctness": "warn" },
        "env": { "builtin": true, "es2026": true, "node": true, "browser": true, "commonjs": true },
        "rules": rules,
        "overrides": overrides,
    })
}

pub(super) fn lint(workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
    let wanted = |unit: &Unit| unit.wants(Step::Lint) || (is_jsx(unit) && unit.wants(Step::Parse));
    if !units.iter().any(wanted) {
        return Ok(());
    }
    for unit in units.iter_mut().filter(|unit| is_jsx(unit)) {
        if workspace.tools.require(&OXLINT).is_err() {
            unit.missing(Step::Parse, "oxlint parses JSX; `docgen doctor --fix` installs it");
        }
    }
    let Some(oxlint) = tool_for(workspace.tools, &OXLINT, Step::Lint, units) else { return Ok(()) };
    let config = workspace.folder.join("oxlint.docgen.json");
    let text = serde_json::to_vec_pretty(&configuration(units)).expect("JSON serializes");
    fs::write_if_changed(&config, &text)?;
    // The npm package's launcher is a Node script.
    let mut job = workspace.linter(&oxlint.path).args([
        "--format=json",
        "--no-ignore",
        "--disable-nested-config",
        "-c",
        "oxlint.docgen.json",
    ]);
    for unit in units.iter().filter(|unit| wanted(unit)) {
        job = job.arg(&unit.path);
    }
    let finished = workspace.supervisor.run(&job)?;
    let Ok(report) = serde_json::from_slice::<OxlintReport>(&finished.stdout) else {
        findings::all_broke_down("oxlint", Step::Lint, &finished, units);
        return Ok(());
    };
    findings::note_each("oxlint", report.diagnostics, units, note);
    for unit in units {
        for step in [Step::Parse, Step::Lint] {
            if unit.wants(step) {
                unit.evidence.steps.insert(step, StepOutcome::Pass);
            }
        }
    }
    Ok(())
}

fn note(unit: &mut Unit, finding: &OxlintFinding) {
    let code = finding.code.rsplit_once('(').map_or("", |(_, code)| code.trim_end_matches(')')).to_owned();
    let range = finding.labels.last().map(|label| label.span.offset..label.span.offset + label.span.length);
    let syntax = code.is_empty();
    let error = finding.severity == "error" && (syntax || ERRORS.contains(&code.as_str()));
    let severity = if error { Severity::Error } else { Severity::Warning };
    let step = if syntax && is_jsx(unit) { Step::Parse } else { Step::Lint };
    if step == Step::Parse {
        unit.skip(Step::Lint);
    }
    // For an undefined name, oxlint advises to change its configuration, which the author does not have.
    let help = finding.help.clone().filter(|_| code != "no-undef");
    unit.say_at(step, range, Message { severity, tool: "oxlint".into(), code, message: finding.message.clone(), help });
}
