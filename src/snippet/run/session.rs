//! What an interactive session printed, input by input, beside what the page shows.
//!
//! Must not know: languages, how a session is run.

use crate::diagnostic::Severity;
use crate::snippet::model::session::{Exchange, Session};
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Finding, RunEnd, RunResult, Step};
use crate::snippet::workspace::unit::Unit;
use crate::span::{LineIndex, Span};

/// Comes before the exit code below an output, if the interpreter has exit codes.
pub(crate) const EXIT_MARK: char = '\u{1e}';

/// Notes how a session went. `outputs` are those of the inputs that began, and before them those of preludes.
pub(crate) fn note(snippet: &Snippet, unit: &mut Unit, session: &Session, mut result: RunResult, outputs: &[&str]) {
    let count = session.exchanges.len();
    let preludes = (unit.seams.len() + 1).saturating_sub(count);
    let printed: Vec<(String, Option<i32>)> =
        outputs.iter().skip(preludes).map(|text| split_exit(&session.dialect.as_at_prompt(text))).collect();
    let texts: Vec<String> = session.exchanges.iter().zip(&printed).map(|(exchange, it)| shown(exchange, it)).collect();
    result.stdout = session.with_outputs(snippet.code.as_str(), &texts);
    match &result.end {
        RunEnd::Exited(_) | RunEnd::Signaled(_) if printed.len() < count => {
            let (message, at) = match printed.len().checked_sub(1) {
                Some(last) => (ended_early(&result.end, count - printed.len()), last),
                None => ("never reached: an earlier block of the group ended the session".to_owned(), 0),
            };
            unit.evidence.findings.push(error("run", message, input_span(&session.exchanges[at]), None));
            unit.fail(Step::Run);
        }
        RunEnd::Exited(_) | RunEnd::Signaled(_) => {
            // The last input may end the session.
            if snippet.settings.exit == 0 {
                result.end = RunEnd::Exited(0);
            }
            if result.end == RunEnd::Exited(snippet.settings.exit) {
                unit.pass(Step::Run);
            } else {
                unit.fail(Step::Run);
            }
            compare(snippet, unit, session, &printed);
        }
        RunEnd::TimedOut(_) | RunEnd::Limit(_) | RunEnd::NotStarted(_) => unit.fail(Step::Run),
    }
    unit.evidence.run = Some(result);
}

/// Compares each output with the page.
fn compare(snippet: &Snippet, unit: &mut Unit, session: &Session, printed: &[(String, Option<i32>)]) {
    let settings = &snippet.settings;
    if let Some(expected) = &snippet.expected {
        // The page shows all output in a block of its own.
        let all: String = printed.iter().map(|(text, _)| text.as_str()).collect();
        match crate::snippet::model::output::compare(expected.text.as_str(), &all, expected.matching, &expected.filters)
        {
            Ok(()) => unit.pass(Step::Output),
            Err(mismatch) => {
                let lines = LineIndex::new(expected.text.as_str());
                let line = lines.line_range(expected.text.as_str(), mismatch.line + 1);
                let span = line.and_then(|line| expected.text.span_of(line)).or(Some(snippet.open));
                unit.evidence.findings.push(differs(span, &mismatch.diff));
                unit.fail(Step::Output);
            }
        }
        return;
    }
    for (exchange, (text, exit)) in session.exchanges.iter().zip(printed) {
        if exchange.is_skipped() {
            continue;
        }
        if let Err(mismatch) = exchange.compare(session.dialect, text, settings.matching, &settings.filters) {
            unit.evidence.findings.push(differs(output_span(exchange, mismatch.line), &mismatch.diff));
            unit.fail(Step::Output);
        } else if let (Some(wanted), Some(found)) = (exchange.exit, *exit)
            && wanted != found
        {
            let message = format!("this input ended with exit code {found}; the page says [{wanted}]");
            unit.evidence.findings.push(error("output", message, input_span(exchange), None));
            unit.fail(Step::Output);
        }
    }
    if session.shows_output() {
        unit.pass(Step::Output);
    }
}

/// An output as a page shows it: with the exit code, if the page shows one there.
fn shown(exchange: &Exchange, (text, exit): &(String, Option<i32>)) -> String {
    match exit.filter(|_| exchange.exit.is_some()) {
        Some(code) if text.is_empty() || text.ends_with('\n') => format!("{text}[{code}]"),
        Some(code) => format!("{text}\n[{code}]"),
        None => text.clone(),
    }
}

/// An output, and the exit code below it.
fn split_exit(text: &str) -> (String, Option<i32>) {
    match text.rsplit_once(EXIT_MARK) {
        Some((output, code)) => (output.to_owned(), code.trim().parse().ok()),
        None => (text.to_owned(), None),
    }
}

fn ended_early(end: &RunEnd, left: usize) -> String {
    let how = match end {
        RunEnd::Exited(code) => format!("with exit code {code}"),
        RunEnd::Signaled(signal) => format!("by signal {signal}"),
        _ => "early".to_owned(),
    };
    let inputs = if left == 1 { "the input below it was" } else { "the inputs below it were" };
    format!("the session ended here {how}; {inputs} never reached")
}

fn differs(span: Option<Span>, diff: &str) -> Finding {
    let help = format!("expected (-) and printed (+):\n{}", diff.trim_end());
    error("output", "the output differs from the page".to_owned(), span, Some(help))
}

fn error(code: &str, message: String, span: Option<Span>, help: Option<String>) -> Finding {
    Finding { severity: Severity::Error, code: code.to_owned(), tool: "docgen".into(), message, span, help }
}

/// The place of an input's first line.
fn input_span(exchange: &Exchange) -> Option<Span> {
    let text = exchange.input.as_str();
    exchange.input.span_of(0..text.find('\n').unwrap_or(text.len()).max(1))
}

/// The place of a line of the output on the page; the input, if there is no such line.
fn output_span(exchange: &Exchange, line: usize) -> Option<Span> {
    let text = exchange.output.as_str();
    let range = LineIndex::new(text).line_range(text, line + 1).filter(|range| !range.is_empty());
    range.and_then(|range| exchange.output.span_of(range)).or_else(|| input_span(exchange))
}
