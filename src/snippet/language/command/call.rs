//! One command of `book.toml`: its program, its words, and what its end means for a block.
//!
//! Must not know: what the command checks.

use super::messages::Reader;
use crate::diagnostic::Severity;
use crate::error::Result;
use crate::process::{End, Finished, Limits};
use crate::snippet::model::message::Message;
use crate::snippet::model::tool::{ToolSource, ToolSpec};
use crate::snippet::model::verdict::{MissingTool, Step};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use std::path::PathBuf;
use std::result::Result as StdResult;

/// The folder of the workspace for what commands build.
pub(super) const BUILT: &str = "bin";
/// Bytes that a command may print about one block.
const MAX_OUTPUT: usize = 1 << 20;
/// The longest text that becomes a message, in characters.
const MAX_MESSAGE: usize = 300;

/// The places in a command: the block's file, and the file that it builds.
pub(super) const PLACES: &[&str] = &["{file}", "{binary}"];

/// One command.
pub(super) struct Call {
    words: Vec<String>,
    /// Its program, unless the command before it builds that.
    tool: Option<ToolSpec>,
}

impl Call {
    /// A command, from its words. If none of them names the file, the file comes last.
    pub(super) fn new(mut words: Vec<String>, role: String) -> Self {
        if !words.iter().any(|word| PLACES.iter().any(|place| word.contains(place))) {
            words.push("{file}".to_owned());
        }
        let program = words[0].clone();
        let tool = (!program.contains('{')).then(|| ToolSpec {
            name: program.clone().into(),
            programs: vec![program.clone().into()],
            role: role.into(),
            version_args: vec!["--version".into()],
            behind: None,
            // Any version will do, and a program that does not tell its version.
            minimum: Vec::new(),
            is_optional: false,
            source: ToolSource::Manual(format!("install {program}: a command in book.toml names it").into()),
        });
        Self { words, tool }
    }

    /// Its program, if it is a tool of this machine.
    pub(super) fn tool(&self) -> Option<&ToolSpec> {
        self.tool.as_ref()
    }

    /// The program and the arguments for a unit.
    pub(super) fn words(&self, workspace: &Workspace<'_>, unit: &Unit) -> StdResult<(PathBuf, Vec<String>), String> {
        let binary = workspace.folder.join(BUILT).join(&unit.name);
        let file = unit.file(workspace);
        let filled = |word: &String| {
            word.replace("{file}", &file.display().to_string()).replace("{binary}", &binary.display().to_string())
        };
        let program = match &self.tool {
            Some(tool) => workspace.tools.require(tool)?.path,
            None => PathBuf::from(filled(&self.words[0])),
        };
        Ok((program, self.words[1..].iter().map(filled).collect()))
    }

    /// Calls it on a unit and records what it says.
    pub(super) fn check(&self, workspace: &Workspace<'_>, unit: &mut Unit, step: Step, reader: &Reader) -> Result<()> {
        let (program, words) = match self.words(workspace, unit) {
            Ok(words) => words,
            Err(why) => {
                unit.missing(step, &why);
                return Ok(());
            }
        };
        if let Some(tool) = self.tool.as_ref().and_then(|tool| workspace.tools.require(tool).ok()) {
            unit.uses(&tool);
        }
        let limits = Limits { output: MAX_OUTPUT, ..workspace.time.limits(10) };
        let job = workspace.compiler(&program, &workspace.folder).args(words).limits(limits);
        let finished = workspace.supervisor.run(&job)?;
        match finished.end {
            End::Exited(code) => self.note(workspace, unit, step, reader, (&finished, code)),
            end => {
                let message = format!("`{}` broke down over this block: {}", self.name(), finished.summary());
                unit.unavailable(step, MissingTool::over_block(end, message));
            }
        }
        Ok(())
    }

    fn name(&self) -> &str {
        &self.words[0]
    }

    /// Records the messages of a command that has ended.
    fn note(
        &self,
        workspace: &Workspace<'_>,
        unit: &mut Unit,
        step: Step,
        reader: &Reader,
        (finished, code): (&Finished, i32),
    ) {
        let (stdout, stderr) = (finished.stdout_text(), finished.stderr_text());
        let mut said = reader.read(&stdout);
        said.extend(reader.read(&stderr));
        said.retain(|it| it.file.as_ref().is_none_or(|file| unit.is_file(file)));
        let is_error = |severity| severity == Severity::Error;
        for found in &said {
            let message = Message {
                severity: found.severity,
                tool: self.name().to_owned().into(),
                code: found.code.clone(),
                message: without_paths(&found.message, workspace, unit),
                help: None,
            };
            unit.say(step, Some(found.place), message);
        }
        if code != 0 && !said.iter().any(|found| is_error(found.severity)) {
            let first = telling(&stderr).or_else(|| telling(&stdout));
            let first = first.map(|line| without_paths(line, workspace, unit));
            let message = match first {
                Some(line) => line.chars().take(MAX_MESSAGE).collect(),
                None => format!("`{}` ended with exit code {code} and said nothing", self.name()),
            };
            let help = Some(format!("its messages name no place in the block; it ended with exit code {code}"));
            let tool = self.name().to_owned().into();
            let message = Message { severity: Severity::Error, tool, code: String::new(), message, help };
            let end = unit.program.as_str().find('\n').unwrap_or(unit.program.len()).max(1);
            unit.say_at(step, Some(0..end), message);
        }
        unit.pass(step);
    }
}

/// The line of an output that tells most: the first one about an error, else the first one.
fn telling(output: &str) -> Option<&str> {
    let lines = || output.lines().map(str::trim).filter(|line| !line.is_empty());
    let about_error =
        |line: &&str| ["error", "undefined", "fail"].iter().any(|word| line.to_lowercase().contains(word));
    lines().find(about_error).or_else(|| lines().next())
}

/// A message that does not show where docgen put the block.
fn without_paths(message: &str, workspace: &Workspace<'_>, unit: &Unit) -> String {
    let file = unit.file(workspace).display().to_string();
    message.replace(&file, "the block").replace(&unit.path, "the block")
}
