//! One process parses and compiles every block, and checks that their imports exist.
//!
//! Must not know: how a block becomes a program.

use super::interpreter::{installed, program, roots};
use super::tools::PYTHON;
use crate::diagnostic::Severity;
use crate::error::Result;
use crate::process::End;
use crate::snippet::language::adapter::tool_for;
use crate::snippet::language::{answers, elsewhere};
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::verdict::{MissingTool, Step, StepOutcome};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::ColumnUnit;
use serde::{Deserialize, Serialize};

/// The script that parses and compiles many blocks.
const CHECK: &str = concat!(include_str!("imports.py"), "\n", include_str!("check.py"));

/// Names in the standard library of other versions and platforms.
const ELSEWHERE: &str = include_str!("elsewhere.txt");

#[derive(Serialize)]
struct Request<'a> {
    roots: &'a [String],
    /// The source tree of the package around the page. Files that a build makes may be missing in it.
    package: Option<String>,
    blocks: &'a [&'a str],
}

/// The answer for one block.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Broken { broken: String },
    Checked(Box<Checked>),
}

#[derive(Deserialize)]
struct Checked {
    parse: Option<SyntaxProblem>,
    compile: Option<SyntaxProblem>,
    #[serde(default)]
    warnings: Vec<SyntaxProblem>,
    #[serde(default)]
    missing: Vec<String>,
    #[serde(default)]
    unknown: Vec<Unknown>,
    #[serde(default)]
    asynchronous: bool,
}

/// A name that a known module lacks.
#[derive(Deserialize)]
struct Unknown {
    module: String,
    name: String,
    #[serde(flatten)]
    problem: SyntaxProblem,
}

#[derive(Deserialize)]
struct SyntaxProblem {
    code: String,
    message: String,
    line: usize,
    column: usize,
    end_line: Option<usize>,
    end_column: Option<usize>,
}

impl SyntaxProblem {
    fn place(&self) -> Position {
        let end = match (self.end_line, self.end_column) {
            (Some(line), Some(column)) => Some((line, column)),
            _ => None,
        };
        Position { line: self.line, column: self.column, end, unit: ColumnUnit::Char }
    }

    fn said(&self, severity: Severity) -> Message {
        Message { severity, tool: "python".into(), code: self.code.clone(), message: self.message.clone(), help: None }
    }
}

/// One process parses and compiles every block, and checks that their imports exist.
pub(super) fn parse_and_compile(workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
    let Some(python) = tool_for(workspace.tools, &PYTHON, Step::Parse, units) else {
        for unit in units.iter_mut().filter(|unit| unit.wants(Step::Compile)) {
            unit.evidence.steps.insert(Step::Compile, StepOutcome::Missing);
        }
        return Ok(());
    };
    let blocks: Vec<&str> = units.iter().map(|unit| unit.program.as_str()).collect();
    let installed = installed(workspace);
    let roots: Vec<String> =
        roots(workspace, installed.as_deref()).iter().map(|root| root.display().to_string()).collect();
    let package = workspace.package.as_ref().map(|folder| folder.display().to_string());
    let interpreter = program(&python.path, installed.as_deref());
    let answers = answers::ask("python", blocks.len(), &workspace.time, |first| {
        let request = Request { roots: &roots, package: package.clone(), blocks: &blocks[first..] };
        let json = serde_json::to_vec(&request).expect("strings serialize");
        workspace.supervisor.run(&workspace.linter(&interpreter).args(["-I", "-c", CHECK]).stdin(json))
    })?;
    for (unit, answer) in units.iter_mut().zip(answers) {
        match answer {
            Ok(Answer::Checked(checked)) => note(unit, &checked),
            Ok(Answer::Broken { broken }) => {
                let message = format!("python cannot check this block: {broken}");
                give_up(unit, MissingTool::over_block(End::Exited(0), message));
            }
            Err(why) => give_up(unit, why),
        }
    }
    Ok(())
}

/// Records that nothing is known about a block.
fn give_up(unit: &mut Unit, why: MissingTool) {
    unit.unavailable(Step::Parse, why);
    unit.skip(Step::Lint);
    unit.skip(Step::Compile);
}

fn note(unit: &mut Unit, answer: &Checked) {
    if let Some(problem) = &answer.parse {
        unit.say(Step::Parse, Some(problem.place()), problem.said(Severity::Error));
        unit.skip(Step::Lint);
        unit.skip(Step::Compile);
        return;
    }
    unit.pass(Step::Parse);
    if !unit.wants(Step::Lint) && !unit.wants(Step::Compile) {
        return; // `check`: only parse it
    }
    for name in &answer.missing {
        unit.dependency(name);
    }
    if answer.asynchronous {
        unit.notes.asynchronous = true;
    }
    if unit.wants(Step::Compile) {
        for warning in &answer.warnings {
            unit.say(Step::Compile, Some(warning.place()), warning.said(Severity::Warning));
        }
        if let Some(problem) = &answer.compile {
            unit.say(Step::Compile, Some(problem.place()), problem.said(Severity::Error));
        }
        // The author promises a failure at run time, so it is no error before that.
        if !unit.fails_at_run {
            for unknown in &answer.unknown {
                note_unknown(unit, unknown);
            }
        }
        unit.pass(Step::Compile);
    }
}

/// Records a name that a known module lacks. If another Python has it, the author is not to blame (S1.7).
fn note_unknown(unit: &mut Unit, Unknown { module, name, problem }: &Unknown) {
    let version = unit.tools.get(&PYTHON.name).cloned().unwrap_or_default();
    match elsewhere::find(ELSEWHERE, module, name) {
        Some(since) if since.comes_after(&version) => {
            unit.missing(Step::Compile, &format!("`{module}.{name}` needs {since}; python here is {version}"));
        }
        _ => unit.say(Step::Compile, Some(problem.place()), problem.said(Severity::Error)),
    }
}
