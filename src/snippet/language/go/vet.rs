//! Runs `go vet` on Go blocks, and decides which analyzers fail a block.
//!
//! Must not know: how a block becomes a program.

use super::call::{command, package};
use super::messages::{MESSAGE, note_lines};
use crate::diagnostic::Severity;
use crate::error::Result;
use crate::snippet::language::findings;
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::verdict::{Step, StepOutcome};
use crate::snippet::toolchain::tool::Tool;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::ColumnUnit;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Vetted {
    posn: String,
    #[serde(default)]
    end: String,
    message: String,
}

/// Vets the units that compile, in one call.
pub(super) fn vet(workspace: &Workspace<'_>, go: &Tool, units: &mut [Unit]) -> Result<()> {
    // vet type-checks first, so it can check only blocks that compile.
    for unit in units.iter_mut() {
        let unused = unit.notes.unused_names;
        let missing = unit.evidence.steps.get(&Step::Compile) == Some(&StepOutcome::Missing);
        if unused || missing || unit.failed(Step::Compile) || !unit.evidence.missing_dependencies.is_empty() {
            unit.skip(Step::Lint);
        }
    }
    let packages: Vec<_> = units.iter().filter(|unit| unit.wants(Step::Lint)).map(package).collect();
    if packages.is_empty() {
        return Ok(());
    }
    let finished = workspace.supervisor.run(&command(workspace, go)?.args(["vet", "-json"]).args(packages))?;
    // Lines with `#` name packages, and compile errors have a place. The remaining lines are a series of JSON objects.
    let text = format!("{}\n{}", finished.stdout_text(), finished.stderr_text());
    let is_said = |line: &&str| MESSAGE.is_match(line) && !line.starts_with([' ', '\t', '"']);
    let said: Vec<&str> = text.lines().filter(is_said).collect();
    note_lines(&said.join("\n"), Step::Lint, "go vet", units);
    let is_json = |line: &&str| !line.starts_with('#') && !is_said(line);
    let json: String = text.lines().filter(is_json).collect::<Vec<_>>().join("\n");
    for package in
        serde_json::Deserializer::from_str(&json).into_iter::<BTreeMap<String, BTreeMap<String, Vec<Vetted>>>>()
    {
        let Ok(package) = package else {
            findings::all_broke_down("go", Step::Lint, &finished, units);
            return Ok(());
        };
        for (analyzer, findings) in package.into_values().flatten() {
            for finding in findings {
                note_vet(&analyzer, &finding, units);
            }
        }
    }
    for unit in units.iter_mut().filter(|unit| unit.wants(Step::Lint)) {
        unit.pass(Step::Lint);
    }
    Ok(())
}

/// The analyzers that `go test` itself runs on every package. All others are advice.
const CERTAIN: &[&str] = &[
    "atomic",
    "bool",
    "bools",
    "buildtag",
    "directive",
    "errorsas",
    "ifaceassert",
    "nilfunc",
    "printf",
    "stringintconv",
    "tests",
];

fn note_vet(analyzer: &str, finding: &Vetted, units: &mut [Unit]) {
    let Some((file, line, column)) = position(&finding.posn) else { return };
    let Some(unit) = units.iter_mut().find(|unit| unit.is_file(file)) else { return };
    let end = position(&finding.end).map(|(_, line, column)| (line, column));
    let place = Position { line, column, end, unit: ColumnUnit::Byte };
    let said = Message {
        severity: if CERTAIN.contains(&analyzer) { Severity::Error } else { Severity::Warning },
        tool: "go vet".into(),
        code: analyzer.to_owned(),
        message: finding.message.clone(),
        help: None,
    };
    unit.say(Step::Lint, Some(place), said);
}

/// `file:line:column`.
fn position(text: &str) -> Option<(&str, usize, usize)> {
    let (rest, column) = text.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some((file, line.parse().ok()?, column.parse().ok()?))
}
