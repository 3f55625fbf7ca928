//! Parses each block in process. Asks rustc about blocks that syn refuses.
//!
//! Must not know: how a block becomes a program.

use super::crates;
use super::messages::ask_rustc;
use super::tools::CARGO;
use crate::diagnostic::Severity;
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::verdict::Step;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::ColumnUnit;
use rayon::prelude::*;

/// Max nesting. Deeper code overflows the stack of the recursive parser, and rustc itself refuses it.
const MAX_DEPTH: usize = 120;

/// The place where brackets are nested too deep. Strings and comments count too, since nobody writes that by hand.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Some(at);
        }
    }
    None
}

/// Decides whether each unit parses.
pub(super) fn parse(workspace: &Workspace<'_>, units: &mut [Unit]) {
    let edition = crates::edition(&workspace.folder).unwrap_or_default();
    units.par_iter_mut().for_each(|unit| {
        parse_one(workspace, &edition, unit);
        if unit.failed(Step::Parse) {
            unit.skip(Step::Lint);
            unit.skip(Step::Compile);
        }
    });
}

/// syn decides. If it refuses a block, rustc itself is asked: its messages handle unbalanced braces better.
fn parse_one(workspace: &Workspace<'_>, edition: &str, unit: &mut Unit) {
    if let Some(at) = too_deep(unit.program.as_str()) {
        let message = format!("brackets are nested more than {MAX_DEPTH} deep");
        unit.say_at(Step::Parse, Some(at..at + 1), syntax_error("docgen", message));
        return;
    }
    let Err(problem) = syn::parse_file(unit.program.as_str()) else {
        unit.pass(Step::Parse);
        return;
    };
    if let (false, Ok(cargo)) = (workspace.no_exec, workspace.tools.require(&CARGO))
        && ask_rustc(workspace, &cargo, edition, unit)
    {
        unit.pass(Step::Parse);
    } else if unit.failed(Step::Parse) {
        unit.forget_wrapper_noise();
    } else {
        let (start, end) = (problem.span().start(), problem.span().end());
        let place = Position {
            line: start.line,
            column: start.column + 1,
            end: Some((end.line, end.column + 1)),
            unit: ColumnUnit::Char,
        };
        unit.say(Step::Parse, Some(place), syntax_error("syn", problem.to_string()));
    }
}

fn syntax_error(tool: &'static str, message: String) -> Message {
    Message { severity: Severity::Error, tool: tool.into(), code: "syntax".to_owned(), message, help: None }
}
