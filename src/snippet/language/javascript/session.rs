//! Sessions of Node's prompt: `> `. Node's own REPL runs all inputs of a session.
//!
//! Must not know: pages, what an output is compared with.

use super::npm;
use super::tools::NODE;
use crate::error::Result;
use crate::fs;
use crate::process::Job;
use crate::snippet::language::adapter::{CallWithInput, Language, tool_for};
use crate::snippet::language::sessions;
use crate::snippet::model::language::{Canary, LanguageSpec, texts};
use crate::snippet::model::program::{Parts, Program};
use crate::snippet::model::seam;
use crate::snippet::model::session::{Dialect, Stack};
use crate::snippet::model::verdict::{Level, Step};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use regex::Regex;
use std::path::Path;
use std::result::Result as StdResult;
use std::sync::LazyLock;

/// The name of the language of sessions.
pub(super) const NAME: &str = "node-repl";

/// The script that runs a session.
const RUN: &str = include_str!("session.cjs");
/// Its file in the workspace. It is in the folder of packages, so that inputs can load them.
const RUN_FILE: &str = "docgen_session.cjs";
/// The script that compiles the inputs of many sessions.
const CHECK: &str = include_str!("session_check.mjs");
/// What the page shows for an input that cannot be compiled.
const SHOWN: &[&str] = &["SyntaxError"];
/// The line between two inputs in a session's file.
const SEPARATOR: &str = "// docgen: the next input\n";

static DIALECT: LazyLock<Dialect> = LazyLock::new(|| {
    let pattern = |text: &str| Regex::new(text).expect("a valid pattern");
    Dialect {
        language: "javascript",
        prompt: pattern(r"^>(?: |$)"),
        other_prompt: None,
        continuation: pattern(r"^(?:\.\.\.(?: |$)|\|(?: |$))"),
        prompt_continues: false,
        open_continues: true,
        is_open,
        result: None,
        shows_exit_codes: false,
        stack: Some(Stack { header: None, line: pattern(r"^\s+at ") }),
        no_value: Some("undefined"),
        rewritten: None,
        doctest: false,
    }
});

/// Whether an input needs more lines, by its brackets.
fn is_open(input: &str) -> bool {
    input.matches(['(', '[', '{']).count() > input.matches([')', ']', '}']).count()
}

/// The adapter.
pub(super) struct NodeSession {
    spec: LanguageSpec,
}

impl NodeSession {
    /// The adapter with the facts of its language.
    pub(super) fn new() -> Self {
        let spec = LanguageSpec {
            name: NAME.into(),
            title: "Node session".into(),
            extension: "js".into(),
            aliases: texts(&["js-repl"]),
            steps: vec![Step::Parse, Step::Run],
            default_target: Level::Parsed,
            tools: vec![NODE.clone()],
            fixture: Some("javascript".into()),
            native_command: "node < blocks/NAME.js".into(),
            dialect: Some(&DIALECT),
            canaries: vec![
                Canary::new(Step::Parse, "> const = 1\n"),
                Canary::new(Step::Run, "> process.exit(3)\n> 1 + 1\n"),
            ],
            ..LanguageSpec::default()
        };
        Self { spec }
    }
}

impl Language for NodeSession {
    fn spec(&self) -> &LanguageSpec {
        &self.spec
    }

    fn install(&self, workspace: &Workspace<'_>) -> Result<StdResult<(), String>> {
        npm::install(workspace)
    }

    fn assemble(&self, parts: &Parts, name: &str) -> Program {
        sessions::assemble(&DIALECT, parts, SEPARATOR, format!("blocks/{name}.js"))
    }

    fn check(&self, workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        let Some(node) = tool_for(workspace.tools, &NODE, Step::Parse, units) else { return Ok(()) };
        sessions::check("node", SHOWN, workspace, units, |request| {
            workspace.linter(&node.path).args(["--no-warnings", "--input-type=module", "-e", CHECK]).stdin(request)
        })
    }

    fn build(&self, workspace: &Workspace<'_>, _units: &mut [Unit], _wanted: &[usize]) -> Result<()> {
        fs::write(&workspace.folder.join(RUN_FILE), RUN.as_bytes())
    }

    fn command(&self, workspace: &Workspace<'_>, unit: &Unit, scratch: &Path) -> StdResult<Job, String> {
        let node = workspace.tools.require(&NODE)?;
        let lines: Vec<String> = unit.seams.iter().map(usize::to_string).collect();
        let script = workspace.folder.join(RUN_FILE);
        let modules = workspace.folder.join("node_modules");
        Ok(Job::new(&node.path, scratch)
            .env("NODE_PATH", modules)
            .arg("--no-warnings")
            .arg(script)
            .arg(unit.file(workspace))
            .arg(lines.join(",")))
    }

    fn command_in_parts(
        &self,
        workspace: &Workspace<'_>,
        unit: &Unit,
        scratch: &Path,
        secrets: &[String],
    ) -> CallWithInput {
        Ok((self.command(workspace, unit, scratch)?, seam::lines(secrets)))
    }
}
