//! `bash -n` parses each block, and its messages become places.
//!
//! Must not know: what else is done with a block.

use super::open;
use super::tools::BASH;
use crate::diagnostic::Severity;
use crate::error::Result;
use crate::snippet::language::adapter::tool_for;
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::verdict::Step;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::ColumnUnit;
use rayon::prelude::*;
use regex::Regex;
use std::sync::LazyLock;

static SYNTAX: LazyLock<Regex> = LazyLock::new(|| Regex::new(r": line (\d+): (.+)$").expect("a valid pattern"));
static TOKEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"token `(.+)'$").expect("a valid pattern"));

pub(super) fn parse(workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
    let Some(bash) = tool_for(workspace.tools, &BASH, Step::Parse, units) else { return Ok(()) };
    units.par_iter_mut().filter(|unit| unit.wants(Step::Parse)).try_for_each(|unit| {
        let job = workspace.linter(&bash.path).arg("-n").arg(unit.file(workspace));
        let finished = workspace.supervisor.run(&job)?;
        let stderr = finished.stderr_text();
        let mut lines = stderr.lines().filter_map(|line| SYNTAX.captures(line));
        if let Some(found) = lines.next() {
            // The first line has the message; the second one repeats the source.
            let line: usize = found[1].parse().unwrap_or(1);
            let message = found[2].to_owned();
            let said = |message| Message {
                severity: Severity::Error,
                tool: "bash".into(),
                code: String::new(),
                message,
                help: None,
            };
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
            unit.broke_down(Step::Parse, "bash", &finished);
        }
        Ok(())
    })
}

/// Whether bash only says that the text ended too soon.
fn ends_too_soon(message: &str) -> bool {
    ["unexpected end of file", "unexpected EOF", "delimited by end-of-file"].iter().any(|words| message.contains(words))
}

/// The place of a syntax error. bash names the line and the token; the column is the token's place in the line.
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
