//! Bash: `bash -n` parses and shellcheck lints. Blocks run only if asked to (S1.3).
//!
//! Must not know: pages.

mod open;
mod parse;
mod session;
mod tools;

use crate::diagnostic::Severity;
use crate::error::Result;
use crate::process::Job;
use crate::snippet::language::adapter::{CallWithInput, Language, tool_for};
use crate::snippet::language::findings;
use crate::snippet::model::language::{Canary, LanguageSpec, Sessions, texts};
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::program::{Parts, Program};
use crate::snippet::model::verdict::{Level, Step};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::ColumnUnit;
use parse::parse;
use regex::Regex;
use serde::Deserialize;
use session::BashSession;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use tools::{BASH, SHELLCHECK, call_with_text};

/// The adapters of this folder.
pub(super) fn adapters() -> Vec<Arc<dyn Language>> {
    vec![Arc::new(Bash::new()), Arc::new(BashSession::new())]
}

/// The adapter.
struct Bash {
    spec: LanguageSpec,
}

/// The line between two parts in a program's file.
const PART: &str = ": docgen: the next block\n";
/// Runs a program of several parts. Its text with the secrets comes on standard input, before a NUL. While it runs, the
/// text is in no file and no variable.
const RUN_PARTS: &str = r#"IFS= read -r -d '' docgen_text; eval "unset -v docgen_text; $docgen_text""#;

/// Runs a text in the same way, and prints the line of each command.
const RUN_TRACED: &str = r#"IFS= read -r -d '' docgen_text; eval "PS4='+ docgen:\${BASH_SOURCE[0]-}:\$LINENO '; set -x; unset -v docgen_text; $docgen_text""#;

/// A command of the text, as such a run prints it. It skips commands of the author's traps, which are one level higher,
/// and of files that the text reads.
static TRACED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\+(\+)+ docgen:(?:environment)?:(\d+) ").expect("a valid pattern"));
/// How bash reports a command that it cannot start.
static COMPLAINT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(.+): line (\d+): ").expect("a valid pattern"));
/// Code that turns tracing off or redirects it.
static UNTRACEABLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)\bset [+-]\w*x|xtrace|PS4|(?:^|[;&|({])\s*exec\b").expect("a valid pattern"));
#[derive(Deserialize)]
struct Report {
    comments: Vec<Comment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comment {
    file: String,
    line: usize,
    end_line: usize,
    column: usize,
    end_column: usize,
    level: String,
    code: u32,
    message: String,
}

impl Bash {
    /// The adapter with the facts of its language.
    fn new() -> Self {
        let spec = LanguageSpec {
            name: "bash".into(),
            title: "Bash".into(),
            extension: "sh".into(),
            aliases: texts(&["sh", "shell", "zsh"]),
            steps: vec![Step::Parse, Step::Lint, Step::Run],
            default_target: Level::Linted,
            tools: vec![BASH.clone(), SHELLCHECK.clone()],
            fixture: None,
            by_command: false,
            minimal_fixture: vec![],
            manifests: Vec::new(),
            adds_packages: None,
            native_command: "shellcheck -s bash blocks/*.sh".into(),
            sessions: Some(Sessions { language: session::NAME.into(), comment: "#".into() }),
            undefined: Vec::new(),
            dialect: None,
            canaries: vec![
                Canary::new(Step::Parse, "if true; then\n"),
                Canary::new(Step::Lint, "for file in $(ls *.txt); do\n  echo \"$file\"\ndone\n"),
                Canary::new(Step::Run, "exit 3\n"),
            ],
        };
        Self { spec }
    }
}

impl Language for Bash {
    fn spec(&self) -> &LanguageSpec {
        &self.spec
    }

    fn assemble(&self, parts: &Parts, name: &str) -> Program {
        let text = parts.join(parts.is_joined().then_some(PART), false);
        Program { text, path: format!("blocks/{name}.sh") }
    }

    fn check(&self, workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        parse(workspace, units)?;
        lint(workspace, units)
    }

    fn command(&self, workspace: &Workspace<'_>, unit: &Unit, scratch: &Path) -> std::result::Result<Job, String> {
        let bash = workspace.tools.require(&BASH)?;
        Ok(Job::new(&bash.path, scratch).args(["--noprofile", "--norc"]).arg(unit.file(workspace)))
    }

    fn command_in_parts(
        &self,
        workspace: &Workspace<'_>,
        unit: &Unit,
        scratch: &Path,
        secrets: &[String],
    ) -> CallWithInput {
        let mut secrets = unit.seams.iter().zip(secrets).peekable();
        let mut text = String::new();
        for (line, number) in unit.program.as_str().split_inclusive('\n').zip(1..) {
            match secrets.next_if(|(seam, _)| **seam == number) {
                Some((_, secret)) => text.extend(["builtin printf '%s\\n' ", secret, "\n"]),
                None => text.push_str(line),
            }
        }
        call_with_text(workspace, unit.file(workspace), scratch, RUN_PARTS, text)
    }

    fn traced_command(&self, workspace: &Workspace<'_>, unit: &Unit, scratch: &Path) -> Option<CallWithInput> {
        let traceable = !UNTRACEABLE.is_match(unit.program.as_str());
        traceable.then(|| {
            call_with_text(workspace, unit.file(workspace), scratch, RUN_TRACED, unit.program.as_str().to_owned())
        })
    }

    fn traced_line(&self, unit: &Unit, stderr: &str) -> Option<usize> {
        stderr.lines().rev().find_map(|line| {
            let found = TRACED.captures(line).or_else(|| {
                let complaint = COMPLAINT.captures(line)?;
                unit.is_file(&complaint[1]).then_some(complaint)
            })?;
            found[2].parse().ok()
        })
    }
}

fn lint(workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
    if !units.iter().any(|unit| unit.wants(Step::Lint)) {
        return Ok(());
    }
    let Some(shellcheck) = tool_for(workspace.tools, &SHELLCHECK, Step::Lint, units) else { return Ok(()) };
    // SC2148 asks for a shebang, which a fragment does not have.
    let mut job = workspace.linter(&shellcheck.path).args([
        "--norc",
        "--shell=bash",
        "--format=json1",
        "--exclude=SC2148,SC2034,SC2154",
    ]);
    for unit in units.iter().filter(|unit| unit.wants(Step::Lint)) {
        job = job.arg(&unit.path);
    }
    let finished = workspace.supervisor.run(&job)?;
    let Ok(report) = serde_json::from_slice::<Report>(&finished.stdout) else {
        findings::all_broke_down("shellcheck", Step::Lint, &finished, units);
        return Ok(());
    };
    for comment in report.comments {
        let severity = match comment.level.as_str() {
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            _ => continue,
        };
        let Some(unit) = units.iter_mut().find(|unit| unit.is_file(&comment.file)) else { continue };
        let place = Position {
            line: comment.line,
            column: comment.column,
            end: Some((comment.end_line, comment.end_column)),
            unit: ColumnUnit::Char,
        };
        let code = format!("SC{}", comment.code);
        unit.say(
            Step::Lint,
            Some(place),
            Message { severity, tool: "shellcheck".into(), code, message: comment.message, help: None },
        );
    }
    for unit in units.iter_mut().filter(|unit| unit.wants(Step::Lint)) {
        unit.pass(Step::Lint);
    }
    Ok(())
}
