//! Turns a unit with its evidence into a verdict: the judgement, and messages about a failed run.
//!
//! Must not know: tools, disk.

use crate::diagnostic::Severity;
use crate::process::Confinement;
use crate::site::PageIndex;
use crate::snippet::context::Context;
use crate::snippet::judge::status::{Judgement, judge};
use crate::snippet::language::adapter::Language;
use crate::snippet::model::blocks::{Block, Blocks};
use crate::snippet::model::output;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Finding, Promise, RunEnd, Status, Step, StepOutcome, Unavailable, Verdict};
use crate::snippet::workspace::unit::Unit;
use std::collections::BTreeMap;
use std::time::Duration;

pub(crate) fn conclude(context: &Context<'_>, language: &dyn Language, snippet: &Snippet, unit: &mut Unit) -> Verdict {
    let spec = language.spec();
    let names: Vec<&str> = spec.tools.iter().filter(|tool| !tool.is_optional).map(|tool| &*tool.name).collect();
    let judgement = Judgement {
        target: unit.ceiling,
        wanted: wanted(context, language, snippet, unit),
        tools: if names.is_empty() { spec.title.to_string() } else { names.join(", ") },
        promise: &snippet.settings.promise,
        exit: snippet.settings.exit,
        strict: context.options.strict,
        held_back: context.options.no_exec && snippet.target > unit.ceiling,
        linter_optional: context.options.bare,
    };
    if snippet.is_ignored() {
        unit.evidence.findings.extend(snippet.in_fence(context.options.bare));
    }
    if unit.evidence.missing_tools.iter().any(|tool| tool.unavailable == Unavailable::NoPackage) {
        unit.evidence.missing_dependencies.clear();
    }
    // Each tool has its own order. Sort by place in the code.
    let position = |name: &String| (snippet.code.as_str().find(name.as_str()).unwrap_or(usize::MAX), name.clone());
    unit.evidence.missing_dependencies.sort_by_key(position);
    note_dependencies(language, snippet, unit);
    // The error is in the text of an earlier block, which passes alone but not with this block.
    if !unit.elsewhere.is_empty() && !unit.evidence.findings.iter().any(|finding| finding.severity == Severity::Error) {
        unit.evidence.findings.push(Finding {
            severity: Severity::Error,
            code: "group".to_owned(),
            tool: "docgen".into(),
            message: "this block breaks an earlier block of its group".to_owned(),
            span: Some(snippet.open),
            help: Some("if both define the same name, `nest` gives this block a scope of its own".to_owned()),
        });
    }
    note_lone_session(snippet, unit);
    if let Some(why) = unit.unreached.take().filter(|_| snippet.runs) {
        note_unreached(snippet, unit, why);
    }
    let (status, level, reason) = judge(&unit.evidence, &judgement);
    if status == Status::Fail {
        explain_run(language, snippet, unit);
    }
    // Each tool has its own order. Authors read from top to bottom.
    unit.evidence.findings.sort_by_key(|finding| finding.span);
    let run = unit.evidence.run.take();
    Verdict {
        reason: reason.filter(|_| status != Status::Pass),
        steps: unit.evidence.steps.clone(),
        tools: unit.tools.clone(),
        exit_code: run.as_ref().and_then(|run| match run.end {
            RunEnd::Exited(code) => Some(code),
            _ => None,
        }),
        command: unit.command.take(),
        sandbox: run.as_ref().map_or(Confinement::None, |run| run.confinement),
        findings: std::mem::take(&mut unit.evidence.findings),
        duration: run.as_ref().map_or(Duration::ZERO, |run| run.duration),
        output: run.map(|run| run.stdout),
        level,
        ..Verdict::new(status, None)
    }
}

/// Says where to add each import that nothing provides.
fn note_dependencies(language: &dyn Language, snippet: &Snippet, unit: &mut Unit) {
    for name in unit.evidence.missing_dependencies.clone() {
        let fixture = snippet.fixture();
        let how = language.spec().adds_packages.as_ref().map_or(String::new(), |how| format!(": {how}"));
        unit.evidence.findings.push(Finding {
            severity: Severity::Warning,
            code: "dependency".to_owned(),
            tool: "docgen".into(),
            message: format!("nothing provides `{name}`"),
            span: import_of(snippet, &name).or(Some(snippet.open)),
            help: Some(format!("add it to the fixture snippets/{fixture}{how}")),
        });
    }
}

/// A session has no frame around it and is in no file.
fn note_lone_session(snippet: &Snippet, unit: &mut Unit) {
    let settings = &snippet.settings;
    if (settings.setup || settings.teardown || settings.file.is_some()) && snippet.session.is_some() {
        unit.evidence.findings.push(Finding {
            severity: Severity::Warning,
            code: "transcript".to_owned(),
            tool: "docgen".into(),
            message: "a session is never `setup`, `teardown` or part of a file".to_owned(),
            span: Some(snippet.open),
            help: Some("give the sessions that belong together one `group=`".to_owned()),
        });
    }
}

/// The steps that need an outcome before a block can pass.
fn wanted(context: &Context<'_>, language: &dyn Language, snippet: &Snippet, unit: &Unit) -> Vec<Step> {
    let runs = snippet.runs && !context.options.no_exec;
    let own = language.spec().steps.iter().copied();
    let mut wanted: Vec<Step> =
        own.filter(|step| if *step == Step::Run { runs } else { step.level() <= unit.ceiling }).collect();
    if runs && snippet.promises_output() {
        wanted.push(Step::Output);
    }
    wanted
}

/// A block that should run and did not never passes (S3.3).
fn note_unreached(snippet: &Snippet, unit: &mut Unit, why: String) {
    unit.fail(Step::Run);
    if snippet.expected.is_some() {
        unit.skip(Step::Output);
    }
    unit.evidence.findings.push(Finding {
        severity: Severity::Error,
        code: "group".to_owned(),
        tool: "docgen".into(),
        message: why,
        span: Some(snippet.open),
        help: Some("a program ends only once: give one of the two blocks a group of its own".to_owned()),
    });
}

/// The first place where a block names a dependency.
pub(crate) fn import_of(snippet: &Snippet, name: &str) -> Option<crate::span::Span> {
    let at = snippet.code.as_str().find(name)?;
    snippet.code.span_of(at..at + name.len())
}

/// Adds a finding for a failed run: where it failed, or where its output differs.
pub(crate) fn explain_run(language: &dyn Language, snippet: &Snippet, unit: &mut Unit) {
    // A session has a finding for each wrong output.
    let Some(run) = unit.evidence.run.clone().filter(|_| snippet.session.is_none()) else { return };
    let finding = |message: String, span, help| Finding {
        severity: Severity::Error,
        code: "run".to_owned(),
        tool: "docgen".into(),
        message,
        span,
        help,
    };
    if unit.failed(Step::Run) {
        let message = run.message.clone().unwrap_or_else(|| match &run.end {
            RunEnd::Exited(code) => format!("ended with exit code {code}"),
            RunEnd::Signaled(signal) => format!("was killed by signal {signal}"),
            other => format!("{other:?}"),
        });
        let help = Some(run.stderr.trim_end().to_owned()).filter(|text| !text.is_empty());
        unit.evidence.findings.push(finding(message, run.span.or(Some(snippet.open)), help));
    } else if unit.evidence.steps.get(&Step::Output) == Some(&StepOutcome::Fail)
        && let Some(expected) = &snippet.expected
        && let Err(mismatch) = output::compare_in_form(
            expected.text.as_str(),
            &run.stdout,
            (expected.matching, &expected.filters),
            |text| language.comparable(text),
        )
    {
        let text = expected.text.as_str();
        let lines = crate::span::LineIndex::new(text);
        let range = lines.line_range(text, mismatch.line + 1).unwrap_or(text.len()..text.len());
        let span = expected.text.span_of(range).or(Some(snippet.open));
        let message = "the output differs from the page".to_owned();
        let help = Some(format!("expected (-) and printed (+):\n{}", mismatch.diff.trim_end()));
        unit.evidence.findings.push(Finding { code: "output".to_owned(), ..finding(message, span, help) });
    } else if let Promise::FailsAtRun(Some(text)) = &snippet.settings.promise {
        let message = format!("the block failed, but its standard error does not contain `{text}`");
        let help = Some(run.stderr.trim_end().to_owned());
        unit.evidence.findings.push(finding(message, Some(snippet.open), help));
    }
}

/// Checks that blocks with the same `same-output` name on a page print the same (S2.2).
pub(crate) fn same_outputs(blocks: &mut Blocks) {
    let mut first: BTreeMap<(PageIndex, String), (usize, String)> = BTreeMap::new();
    for Block { snippet, verdict } in blocks.iter_mut() {
        let Some(name) = snippet.settings.same_output.clone() else { continue };
        let Some(output) = verdict.output.clone().filter(|_| verdict.status == Status::Pass) else { continue };
        match first.get(&(snippet.page, name.clone())) {
            None => {
                first.insert((snippet.page, name), (snippet.line, output));
            }
            Some((_, known)) if known.trim_end() == output.trim_end() => {}
            Some((line, _)) => {
                let message = format!("the output differs from that of the block at line {line}, also `{name}`");
                verdict.status = Status::Fail;
                verdict.reason = Some(message.clone());
                verdict.findings.push(Finding {
                    severity: Severity::Error,
                    code: "same-output".to_owned(),
                    tool: "docgen".into(),
                    message,
                    span: Some(snippet.open),
                    help: None,
                });
            }
        }
    }
}
