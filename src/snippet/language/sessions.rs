//! What the adapters of interactive sessions have in common: the inputs of a session as a program, and how their syntax is
//! checked.
//!
//! Must not know: which interpreter it is, how a session is run.

use crate::diagnostic::Severity;
use crate::error::Result;
use crate::process::Job;
use crate::snippet::language::answers;
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::program::{Parts, Program, SEAM};
use crate::snippet::model::session::{Dialect, Exchange, Session};
use crate::snippet::model::verdict::Step;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::{ColumnUnit, MappedText};
use serde::{Deserialize, Serialize};

/// A program of the inputs of a session, with `separator` between two of them. Preludes come first, whole.
pub(crate) fn assemble(dialect: &'static Dialect, parts: &Parts, separator: &str, path: String) -> Program {
    let mut text = MappedText::new();
    let mut push = |input: &MappedText| {
        if !text.is_empty() {
            text.push_generated(separator, SEAM);
        }
        text.push_mapped(input, 0..input.len());
        if !input.as_str().ends_with('\n') {
            text.push_generated("\n", "end of line");
        }
    };
    for part in &parts.parts {
        let session = Session::parse(dialect, &part.text);
        if session.exchanges.is_empty() {
            push(&part.text);
        }
        for exchange in &session.exchanges {
            push(&exchange.input);
        }
    }
    Program { text, path }
}

/// The inputs of a session's program, preludes first, each with the line that it starts on.
pub(crate) fn inputs(unit: &Unit) -> Vec<(usize, &str)> {
    let text = unit.program.as_str();
    let start = |line: usize| unit.lines.line_range(text, line).map_or(text.len(), |range| range.start);
    let firsts = std::iter::once(1).chain(unit.seams.iter().map(|seam| seam + 1));
    let ends = unit.seams.iter().map(|seam| start(*seam)).chain([text.len()]);
    firsts.zip(ends).map(|(line, end)| (line, &text[start(line).min(end)..end])).collect()
}

/// The exchange of an input of the program, by its number among all inputs.
fn exchange(unit: &Unit, number: usize) -> Option<&Exchange> {
    let session = unit.session.as_ref()?;
    let preludes = (unit.seams.len() + 1).saturating_sub(session.exchanges.len());
    session.exchanges.get(number.checked_sub(preludes)?)
}

/// The numbers of the inputs that the author asks not to run.
pub(crate) fn skipped(unit: &Unit) -> impl Iterator<Item = usize> {
    (0..=unit.seams.len()).filter(|number| exchange(unit, *number).is_some_and(Exchange::is_skipped))
}

#[derive(Serialize)]
struct Request<'a> {
    blocks: &'a [Vec<Input<'a>>],
}

#[derive(Serialize)]
struct Input<'a> {
    text: &'a str,
    /// The line of the program that it starts on.
    line: usize,
    /// The page shows that it cannot be compiled.
    fails: bool,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
    message: String,
    line: usize,
    column: usize,
}

/// Asks one process about the syntax of all inputs of these sessions. An input is not asked about if the page shows one
/// of the texts `failures` for it.
pub(crate) fn check(
    tool: &'static str,
    failures: &[&str],
    workspace: &Workspace<'_>,
    units: &mut [Unit],
    call: impl Fn(Vec<u8>) -> Job,
) -> Result<()> {
    let fails = |unit: &Unit, number: usize| {
        exchange(unit, number).is_some_and(|it| failures.iter().any(|text| it.output.as_str().contains(text)))
    };
    let inputs = |unit| {
        let inputs = inputs(unit).into_iter().enumerate();
        inputs.map(|(number, (line, text))| Input { text, line, fails: fails(unit, number) }).collect()
    };
    let blocks: Vec<Vec<Input<'_>>> = units.iter().map(inputs).collect();
    let answers = answers::ask::<Option<Problem>>(tool, blocks.len(), &workspace.time, |first| {
        let json = serde_json::to_vec(&Request { blocks: &blocks[first..] }).expect("strings serialize");
        workspace.supervisor.run(&call(json))
    })?;
    for (unit, answer) in units.iter_mut().zip(answers) {
        match answer {
            Ok(None) => unit.pass(Step::Parse),
            Ok(Some(Problem { code, message, line, column })) => {
                let place = Position::point(line, column, ColumnUnit::Utf16);
                let said = Message { severity: Severity::Error, tool: tool.into(), code, message, help: None };
                unit.say(Step::Parse, Some(place), said);
            }
            Err(why) => unit.unavailable(Step::Parse, why),
        }
    }
    Ok(())
}
