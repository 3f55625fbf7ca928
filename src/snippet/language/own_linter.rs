//! Linters that a project brings for a language, with their configuration. Their findings are warnings (S1.4).
//!
//! The program is the fixture's own, else one on `PATH`. Must not know: which linters exist.

use crate::diagnostic::Severity;
use crate::error::Result;
use crate::snippet::model::language::texts;
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::tool::{ToolSource, ToolSpec};
use crate::snippet::model::verdict::Step;
use crate::snippet::toolchain::tool::Found;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::ColumnUnit;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::LazyLock;

/// The folder of the programs of a fixture's npm packages.
const PROGRAMS: &str = "node_modules/.bin";

/// A linter.
pub(crate) struct OwnLinter {
    /// The tool.
    pub(crate) tool: &'static LazyLock<ToolSpec>,
    /// The files in the fixture that configure it; it works only if one of them is there. Empty: it needs none.
    pub(crate) configurations: &'static [&'static str],
    /// The arguments before the files.
    pub(crate) args: &'static [&'static str],
    /// Reads its report; `None` if it is unreadable.
    pub(crate) read: fn(&str) -> Option<Vec<OwnFinding>>,
}

/// What a linter found.
pub(crate) struct OwnFinding {
    /// The file, as printed.
    pub(crate) file: String,
    /// 1-based line and column.
    pub(crate) start: (usize, usize),
    /// The same of the end.
    pub(crate) end: Option<(usize, usize)>,
    /// The rule; empty for a syntax error, which the parser finds too.
    pub(crate) code: String,
    /// What it says.
    pub(crate) message: String,
}

/// A linter's tool, which nobody must have.
pub(crate) fn optional(name: &'static str, role: &'static str, minimum: &[u32], how: &'static str) -> ToolSpec {
    ToolSpec {
        name: name.into(),
        programs: texts(&[name]),
        role: role.into(),
        version_args: texts(&["--version"]),
        behind: None,
        minimum: minimum.to_vec(),
        is_optional: true,
        source: ToolSource::Manual(how.into()),
    }
}

/// Lints the units that parse and that `wanted` names, in one call.
///
/// # Errors
/// If the call cannot be started.
pub(crate) fn lint(
    workspace: &Workspace<'_>,
    linter: &OwnLinter,
    units: &mut [Unit],
    wanted: impl Fn(&Unit) -> bool,
) -> Result<()> {
    // A configuration can be a program of its author.
    if workspace.no_exec || !is_configured(workspace, linter) {
        return Ok(());
    }
    let Some((program, tool)) = program(workspace, linter.tool) else { return Ok(()) };
    let is_right = |unit: &Unit| wanted(unit) && !unit.failed(Step::Parse);
    let right: Vec<usize> = (0..units.len()).filter(|index| is_right(&units[*index])).collect();
    if right.is_empty() {
        return Ok(());
    }
    let files = right.iter().map(|index| units[*index].path.clone());
    let job = workspace.linter(&program).args(linter.args.iter().copied()).args(files);
    let finished = workspace.supervisor.run(&job)?;
    // Some linters print their report to standard error.
    let said = [finished.stdout_text(), finished.stderr_text()];
    let Some(findings) = said.iter().find_map(|text| (linter.read)(text)) else {
        for index in right {
            units[index].broke_down(Step::Lint, &linter.tool.name, &finished);
        }
        return Ok(());
    };
    for index in right {
        let unit = &mut units[index];
        unit.tools.insert(linter.tool.name.clone(), tool.clone());
        for finding in &findings {
            if !finding.code.is_empty() && unit.is_file(&finding.file) {
                note(unit, linter, finding);
            }
        }
        unit.pass(Step::Lint);
    }
    Ok(())
}

fn is_configured(workspace: &Workspace<'_>, linter: &OwnLinter) -> bool {
    let mut names = linter.configurations.iter();
    linter.configurations.is_empty() || names.any(|name| workspace.folder.join(name).is_file())
}

/// The program and its version.
fn program(workspace: &Workspace<'_>, spec: &ToolSpec) -> Option<(PathBuf, String)> {
    let own = workspace.folder.join(PROGRAMS).join(&*spec.programs[0]);
    if own.is_file() {
        return Some((own, "of the fixture".to_owned()));
    }
    match workspace.tools.find(spec) {
        Found::Yes(tool) => Some((tool.path, tool.version)),
        Found::No | Found::Unusable(_) => None,
    }
}

fn note(unit: &mut Unit, linter: &OwnLinter, finding: &OwnFinding) {
    let (line, column) = finding.start;
    let place = Position { line, column, unit: ColumnUnit::Utf16, end: finding.end };
    let message = Message {
        severity: Severity::Warning,
        tool: linter.tool.name.clone(),
        code: finding.code.clone(),
        message: finding.message.clone(),
        help: None,
    };
    unit.say(Step::Lint, Some(place), message);
}

/// The findings in a JSON array of files, each with a list of messages.
pub(crate) fn by_file(
    text: &str,
    (file, list): (&str, &str),
    read: fn(&Value, String) -> Option<OwnFinding>,
) -> Option<Vec<OwnFinding>> {
    let files = report(text)?;
    let each = |one: &Value| {
        let name = one[file].as_str().unwrap_or_default().to_owned();
        let messages = one[list].as_array().cloned().unwrap_or_default();
        messages.iter().filter_map(|message| read(message, name.clone())).collect::<Vec<_>>()
    };
    Some(files.iter().flat_map(each).collect())
}

/// A report that is an array in JSON, below any other lines.
pub(crate) fn report(text: &str) -> Option<Vec<Value>> {
    text.find('[').and_then(|start| serde_json::from_str(text[start..].trim_end()).ok())
}

/// A finding with these keys: line, column, rule, text. Its end is in `endLine` and `endColumn`.
pub(crate) fn finding(message: &Value, file: String, keys: [&str; 4]) -> Option<OwnFinding> {
    let number = |key: &str| message[key].as_u64().and_then(|number| usize::try_from(number).ok());
    let text = |key: &str| message[key].as_str().unwrap_or_default().to_owned();
    let [line, column, code, said] = keys;
    Some(OwnFinding {
        file,
        start: (number(line)?, number(column).unwrap_or(1)),
        end: number("endLine").zip(number("endColumn")),
        code: text(code),
        message: text(said),
    })
}
