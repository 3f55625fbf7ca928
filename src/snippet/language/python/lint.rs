//! ruff lints all blocks in one call.
//!
//! Must not know: how a block becomes a program.

use super::tools::RUFF;
use crate::diagnostic::Severity;
use crate::error::Result;
use crate::fs;
use crate::snippet::language::adapter::tool_for;
use crate::snippet::language::findings;
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::verdict::Step;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::ColumnUnit;
use regex::Regex;
use serde::Deserialize;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// ruff's rules: errors (S1.4), and pyflakes as warnings, except rules that every fragment would break.
const ERRORS: &[&str] = &["E9", "F63", "F7", "F82", "invalid-syntax"];

const SELECT: &str = "E9,F";

const IGNORE: &str = "F401,F841";

static REDEFINED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"from line (\d+)").expect("a valid pattern"));

#[derive(Deserialize)]
struct RuffFinding {
    code: Option<String>,
    message: String,
    location: RuffPlace,
    end_location: RuffPlace,
}

#[derive(Deserialize)]
struct RuffPlace {
    row: usize,
    column: usize,
}

pub(super) fn lint(workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
    if !units.iter().any(|unit| unit.wants(Step::Lint)) {
        return Ok(());
    }
    let Some(ruff) = tool_for(workspace.tools, &RUFF, Step::Lint, units) else { return Ok(()) };
    let mut job = workspace.linter(&ruff.path).args([
        "check",
        "--no-cache",
        "--output-format=json",
        "--exit-zero",
        "--force-exclude",
        "--no-respect-gitignore",
    ]);
    job = match own_rules(&workspace.folder)? {
        Some(own) => job.arg("--config").arg(own),
        None => job.args(["--isolated", "--select", SELECT, "--ignore", IGNORE]),
    };
    for unit in units.iter().filter(|unit| unit.wants(Step::Lint)) {
        job = job.arg(&unit.path);
    }
    let finished = workspace.supervisor.run(&job)?;
    let findings: Vec<Value> = match serde_json::from_slice(&finished.stdout) {
        Ok(findings) if finished.success() => findings,
        _ => {
            findings::all_broke_down("ruff", Step::Lint, &finished, units);
            return Ok(());
        }
    };
    findings::note_each("ruff", findings, units, note_lint);
    for unit in units.iter_mut().filter(|unit| unit.wants(Step::Lint)) {
        unit.pass(Step::Lint);
    }
    Ok(())
}

/// The fixture's own configuration of ruff (S1.5).
fn own_rules(folder: &Path) -> Result<Option<PathBuf>> {
    let own = folder.join("ruff.toml");
    if own.is_file() {
        return Ok(Some(own));
    }
    let manifest = folder.join("pyproject.toml");
    let table: toml::Table = toml::from_str(&fs::read_optional(&manifest)?.unwrap_or_default()).unwrap_or_default();
    let named = table.get("tool").and_then(|tools| tools.get("ruff")).is_some();
    Ok(named.then_some(manifest))
}

fn note_lint(unit: &mut Unit, finding: &RuffFinding) {
    let code = finding.code.clone().unwrap_or_else(|| "invalid-syntax".to_owned());
    // The wrapper allows `await` at the top level, so it is no error.
    if unit.notes.asynchronous && (code == "F704" || finding.message.contains("await")) {
        return;
    }
    // A block may redefine names of its prelude or setup.
    let first = REDEFINED.captures(&finding.message).and_then(|found| found[1].parse().ok());
    if code == "F811" && first.is_some_and(|line| unit.page_line(line).is_none()) {
        return;
    }
    let error = ERRORS.iter().any(|prefix| code.starts_with(prefix));
    let place = Position {
        line: finding.location.row,
        column: finding.location.column,
        end: Some((finding.end_location.row, finding.end_location.column)),
        unit: ColumnUnit::Char,
    };
    let severity = if error { Severity::Error } else { Severity::Warning };
    unit.say(
        Step::Lint,
        Some(place),
        Message { severity, tool: "ruff".into(), code, message: finding.message.clone(), help: None },
    );
}
