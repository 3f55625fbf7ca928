//! Sessions of Python: `>>> ` and `... `, or `In [1]: ` as `IPython` has it. One interpreter runs all inputs of a session.
//!
//! Must not know: pages, what an output is compared with.

use super::interpreter::{dependencies, interpreter};
use super::tools::PYTHON;
use crate::error::Result;
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
pub(super) const NAME: &str = "pycon";

/// The script that runs a session.
const RUN: &str = include_str!("session.py");
/// The script that compiles the inputs of many sessions.
const CHECK: &str = include_str!("session_check.py");
/// What the page shows for an input that cannot be compiled.
const SHOWN: &[&str] = &["SyntaxError", "IndentationError", "TabError"];
/// The line between two inputs in a session's file.
const SEPARATOR: &str = "pass  # docgen: the next input\n";

static DIALECT: LazyLock<Dialect> = LazyLock::new(|| {
    let pattern = |text: &str| Regex::new(text).expect("a valid pattern");
    Dialect {
        language: "python",
        prompt: pattern(r"^(?:>>>|In \[\d+\]:)(?: |$)"),
        other_prompt: None,
        continuation: pattern(r"^(?:\.\.\.(?: |$)| *\.\.\.: ?)"),
        prompt_continues: true,
        open_continues: false,
        is_open,
        result: Some(pattern(r"^Out\[\d+\]: ?")),
        shows_exit_codes: false,
        stack: Some(Stack { header: Some("Traceback (most recent call last):"), line: pattern(r"^\s|^\.\.\.$") }),
        no_value: None,
        rewritten: None,
        doctest: true,
    }
});

/// Whether an input needs more lines: a compound statement, an open bracket, or a line that goes on.
fn is_open(input: &str) -> bool {
    let text = input.trim_end();
    let last = text.rsplit('\n').next().unwrap_or_default();
    let opened = text.matches(['(', '[', '{']).count() > text.matches([')', ']', '}']).count();
    let is_compound = text.lines().any(|line| line.trim_end().ends_with(':')) || text.starts_with('@');
    is_compound || opened || last.ends_with('\\') || text.matches("\"\"\"").count() % 2 == 1
}

/// The adapter.
pub(super) struct PythonSession {
    spec: LanguageSpec,
}

impl PythonSession {
    /// The adapter with the facts of its language.
    pub(super) fn new() -> Self {
        let spec = LanguageSpec {
            name: NAME.into(),
            title: "Python session".into(),
            extension: "py".into(),
            aliases: texts(&["pyrepl", "py-repl", "python-repl", "python-console", "doctest", "ipython"]),
            steps: vec![Step::Parse, Step::Run],
            default_target: Level::Parsed,
            tools: vec![PYTHON.clone()],
            fixture: Some("python".into()),
            native_command: "python3 blocks/NAME.py".into(),
            dialect: Some(&DIALECT),
            canaries: vec![
                Canary::new(Step::Parse, ">>> def f(:\n"),
                Canary::new(Step::Run, ">>> exit(3)\n>>> 1 + 1\n"),
            ],
            ..LanguageSpec::default()
        };
        Self { spec }
    }
}

impl Language for PythonSession {
    fn spec(&self) -> &LanguageSpec {
        &self.spec
    }

    fn install(&self, workspace: &Workspace<'_>) -> Result<StdResult<(), String>> {
        Ok(dependencies(workspace)?.map(|_| ()))
    }

    fn assemble(&self, parts: &Parts, name: &str) -> Program {
        sessions::assemble(&DIALECT, parts, SEPARATOR, format!("blocks/{name}.py"))
    }

    fn check(&self, workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        let Some(python) = tool_for(workspace.tools, &PYTHON, Step::Parse, units) else { return Ok(()) };
        sessions::check("python", SHOWN, workspace, units, |request| {
            workspace.linter(&python.path).args(["-I", "-c", CHECK]).stdin(request)
        })
    }

    fn command(&self, workspace: &Workspace<'_>, unit: &Unit, scratch: &Path) -> StdResult<Job, String> {
        let lines: Vec<String> = unit.seams.iter().map(usize::to_string).collect();
        let skipped: Vec<String> = sessions::skipped(unit).map(|number| number.to_string()).collect();
        let job = interpreter(workspace, scratch)?.args(["-c", RUN, &lines.join(","), &skipped.join(",")]);
        Ok(job.arg(unit.file(workspace)))
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
