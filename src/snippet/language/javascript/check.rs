//! One Node process parses every block, and checks that their imports exist.
//!
//! Must not know: how a block becomes a program.

use super::tools::NODE;
use crate::diagnostic::Severity;
use crate::error::Result;
use crate::fs;
use crate::process::End;
use crate::snippet::language::adapter::tool_for;
use crate::snippet::language::{answers, elsewhere};
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::verdict::{Level, MissingTool, Step};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::ColumnUnit;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The script that parses many blocks.
const CHECK: &str =
    concat!(include_str!("places.mjs"), "\n", include_str!("imports.mjs"), "\n", include_str!("check.mjs"));

/// Names in the built-in modules of later versions.
const ELSEWHERE: &str = include_str!("elsewhere.txt");

#[derive(Serialize)]
struct Request<'a> {
    root: &'a str,
    blocks: &'a [Block<'a>],
}

#[derive(Serialize)]
struct Block<'a> {
    code: &'a str,
    kind: &'a str,
    /// Whether to look up the names that it imports.
    names: bool,
}

/// The answer for one block.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Broken { broken: String },
    Checked(Checked),
}

#[derive(Deserialize)]
struct Checked {
    module: bool,
    error: Option<SyntaxProblem>,
    #[serde(default)]
    missing: Vec<String>,
    #[serde(default)]
    unknown: Vec<Unknown>,
}

/// A name that a known module does not export.
#[derive(Deserialize)]
pub(super) struct Unknown {
    module: String,
    name: String,
    end_line: usize,
    end_column: usize,
    #[serde(flatten)]
    problem: SyntaxProblem,
}

#[derive(Deserialize)]
struct SyntaxProblem {
    code: String,
    message: String,
    line: usize,
    column: usize,
}

/// Parses the units. Returns imported names that do not exist, with the unit's index.
pub(super) fn parse(workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<Vec<(usize, Unknown)>> {
    let mut unknown = Vec::new();
    let Some(node) = tool_for(workspace.tools, &NODE, Step::Parse, units) else { return Ok(unknown) };
    let root = workspace.folder.display().to_string();
    let kind = |unit: &Unit| if is_jsx(unit) { "jsx" } else { "js" };
    // For the browser, a bundler finds other files of a package. A promised failure at run time needs no check before.
    let names = |unit: &Unit| !unit.fails_at_run && unit.globals.as_deref() != Some("browser");
    let blocks: Vec<Block<'_>> =
        units.iter().map(|unit| Block { code: unit.program.as_str(), kind: kind(unit), names: names(unit) }).collect();
    let answers = answers::ask("node", blocks.len(), &workspace.time, |first| {
        let request = Request { root: &root, blocks: &blocks[first..] };
        let json = serde_json::to_vec(&request).expect("strings serialize");
        let options = ["--experimental-vm-modules", "--no-warnings", "--input-type=module", "-e", CHECK];
        workspace.supervisor.run(&workspace.linter(&node.path).args(options).stdin(json))
    })?;
    for (index, (unit, answer)) in units.iter_mut().zip(answers).enumerate() {
        let why = match answer {
            Ok(Answer::Checked(mut checked)) => {
                unknown.extend(checked.unknown.drain(..).map(|name| (index, name)));
                note_parsed(workspace, unit, checked)?;
                continue;
            }
            Ok(Answer::Broken { broken }) => {
                MissingTool::over_block(End::Exited(0), format!("node cannot check this block: {broken}"))
            }
            Err(why) => why,
        };
        unit.unavailable(Step::Parse, why);
        unit.skip(Step::Lint);
    }
    unknown.retain(|(index, _)| units[*index].ceiling >= Level::Linted);
    Ok(unknown)
}

/// Records a name that a known module does not export. If a later Node has it, the author is not to blame (S1.7).
pub(super) fn note_unknown(unit: &mut Unit, Unknown { module, name, end_line, end_column, problem }: &Unknown) {
    let version = unit.tools.get(&NODE.name).cloned().unwrap_or_default();
    let SyntaxProblem { code, message, line, column } = problem;
    match elsewhere::find(ELSEWHERE, module, name) {
        Some(since) if since.comes_after(&version) => {
            unit.missing(Step::Lint, &format!("`{name}` of `{module}` needs {since}; node here is {version}"));
        }
        _ => {
            let end = Some((*end_line, *end_column));
            let place = Position { line: *line, column: *column, end, unit: ColumnUnit::Utf16 };
            let (code, message) = (code.clone(), message.clone());
            unit.say(
                Step::Lint,
                Some(place),
                Message { severity: Severity::Error, tool: "node".into(), code, message, help: None },
            );
        }
    }
}

/// Records the answer of Node's parser for a block.
fn note_parsed(workspace: &Workspace<'_>, unit: &mut Unit, checked: Checked) -> Result<()> {
    if let Some(SyntaxProblem { code, message, line, column }) = checked.error {
        let place = Position::point(line, column, ColumnUnit::Utf16);
        let said = Message { severity: Severity::Error, tool: "node".into(), code, message, help: None };
        unit.say(Step::Parse, Some(place), said);
        unit.skip(Step::Lint);
        return Ok(());
    }
    if !is_jsx(unit) {
        unit.pass(Step::Parse);
    }
    if unit.wants(Step::Lint) {
        for name in checked.missing {
            unit.dependency(&name);
        }
    }
    if checked.module {
        rename_to_module(&workspace.folder, unit)?;
    }
    Ok(())
}

/// Node cannot parse JSX; oxlint can.
pub(super) fn is_jsx(unit: &Unit) -> bool {
    unit.path.ends_with(".jsx")
}

/// Renames a module's file: Node runs it as a module only if it ends in `.mjs`.
pub(super) fn rename_to_module(folder: &Path, unit: &mut Unit) -> Result<()> {
    let old = folder.join(&unit.path);
    let Some(stem) = unit.path.strip_suffix(".js") else { return Ok(()) };
    unit.path = format!("{stem}.mjs");
    fs::write(&folder.join(&unit.path), unit.program.as_str().as_bytes())?;
    fs::remove_file(&old)
}
