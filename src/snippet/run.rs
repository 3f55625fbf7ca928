//! The run phase: a process per block, as many at a time as there are cores (S7.3), each in a scratch folder of its own
//! with a spelled-out environment and limits.
//!
//! Until the sandbox comes this is all that holds a block in, and verdicts say `sandbox: none`.
//! Must not know: languages, verdicts.

use super::collect::Snippet;
use super::language::Language;
use super::trace;
use super::unit::{Bench, Unit};
use super::verdict::{RunEnd, RunResult, Step, StepOutcome};
use super::{Context, expect};
use crate::process::{End, Environment, Job, Limits};
use rayon::prelude::*;
use std::path::Path;

/// The name that the scratch folder has in everything that is compared or shown (S4.3).
const WORK: &str = "/work";

/// What holds runs in, as verdicts say it.
pub(super) const SANDBOX: &str = "none";

/// Runs those of the units that are to be run and passed their static rungs.
pub(super) fn run_units(
    context: &Context<'_>,
    bench: &Bench<'_>,
    language: &dyn Language,
    snippets: &[Snippet],
    units: &mut [Unit],
) -> crate::error::Result<()> {
    let wanted: Vec<usize> =
        (0..units.len()).filter(|index| ready(&snippets[units[*index].snippet], &units[*index])).collect();
    if wanted.is_empty() || context.options.no_exec {
        return Ok(());
    }
    context.progress.phase(&format!("preparing {} {} blocks to run", wanted.len(), language.name()), None);
    language.prepare_run(bench, units, &wanted)?;
    context.progress.phase(&format!("running {} blocks", language.name()), Some(wanted.len() as u64));
    units.par_iter_mut().enumerate().for_each(|(index, unit)| {
        if wanted.binary_search(&index).is_ok() {
            run_one(context, bench, language, &snippets[unit.snippet], unit);
            context.progress.advance(1);
        }
    });
    Ok(())
}

/// Whether nothing found so far keeps a unit from being run. A missing linter does not.
fn ready(snippet: &Snippet, unit: &Unit) -> bool {
    let errors = unit.evidence.steps.iter().any(|(step, outcome)| {
        *outcome == StepOutcome::Fail || (*outcome == StepOutcome::Missing && *step != Step::Lint)
    });
    snippet.runs() && !errors && unit.evidence.missing_dependencies.is_empty()
}

fn run_one(context: &Context<'_>, bench: &Bench<'_>, language: &dyn Language, snippet: &Snippet, unit: &mut Unit) {
    if unit.failed(Step::Compile) {
        return; // found while linking
    }
    if let Some(absent) = snippet.settings.needs.iter().find(|need| !available(bench.environment(), need)) {
        unit.evidence.absent = Some(absent.clone());
        return;
    }
    let result = scratch(&context.work).and_then(|scratch| {
        let job = language.run_job(bench, unit, scratch.path())?;
        let job = confine(bench, job, snippet, scratch.path(), context);
        unit.marks.insert("command", shown_command(&job, unit, snippet));
        let finished = bench.supervisor.run(&job).map_err(|error| error.to_string())?;
        let clean = |text: String| tidy(&text, scratch.path(), bench, unit, snippet, context);
        let trace = trace::read(unit, &finished.stderr_text());
        Ok(RunResult {
            message: trace.message,
            span: trace.span,
            end: match finished.end {
                End::Exited(code) => RunEnd::Exited(code),
                End::Signaled(signal) => RunEnd::Signaled(signal),
                End::TimedOut => RunEnd::TimedOut,
                End::OutputLimit => RunEnd::Limit("printed more than the limit allows"),
            },
            duration: finished.duration,
            stdout: clean(finished.stdout_text()),
            stderr: clean(finished.stderr_text()),
        })
    });
    let result = result.unwrap_or_else(|why| RunResult {
        end: RunEnd::NotStarted(why),
        stdout: String::new(),
        stderr: String::new(),
        message: None,
        span: None,
        duration: std::time::Duration::ZERO,
    });
    note(snippet, unit, result);
}

fn note(snippet: &Snippet, unit: &mut Unit, result: RunResult) {
    let ended_well = result.end == RunEnd::Exited(snippet.settings.exit);
    if ended_well {
        unit.pass(Step::Run);
        if let Some(expected) = &snippet.expected {
            match expect::compare(expected.text.as_str(), &result.stdout) {
                Ok(()) => unit.pass(Step::Output),
                Err(_) => unit.fail(Step::Output),
            }
        }
    } else {
        unit.fail(Step::Run);
        if snippet.expected.is_some() {
            unit.skip(Step::Output);
        }
    }
    unit.evidence.run = Some(result);
}

fn scratch(work: &Path) -> Result<tempfile::TempDir, String> {
    tempfile::Builder::new()
        .prefix("run-")
        .tempdir_in(work)
        .map_err(|error| format!("no scratch folder in {}: {error}", work.display()))
}

/// Whether a program, or `loopback`, is there.
fn available(environment: &Environment, need: &str) -> bool {
    need == "loopback" || Environment::find_in(&environment.path_folders(), need).is_some()
}

/// The pinned environment of S4.3, the block's own variables, arguments and input, and the limits.
fn confine(bench: &Bench<'_>, job: Job, snippet: &Snippet, scratch: &Path, context: &Context<'_>) -> Job {
    let settings = &snippet.settings;
    let mut job = job
        .env("HOME", scratch.as_os_str())
        .env("TMPDIR", scratch.as_os_str())
        .env("PATH", std::env::join_paths(bench.environment().path_folders()).unwrap_or_default())
        .env("TZ", "UTC")
        .env("LC_ALL", "C.UTF-8")
        .env("NO_COLOR", "1")
        .args(&settings.args)
        .limits(Limits {
            wall: settings.timeout.unwrap_or(context.config.verify.timeout),
            output: context.config.verify.output,
        });
    for (name, value) in &settings.vars {
        job = job.env(name, value.as_str());
    }
    match &settings.stdin {
        Some(text) => job.stdin(text.as_bytes()),
        None => job,
    }
}

/// The call as evidence: the block's file under its page's name.
fn shown_command(job: &Job, unit: &Unit, snippet: &Snippet) -> String {
    job.command_line()
        .split(' ')
        .map(|word| if unit.is_file(word) { snippet.page_name.as_str() } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Output as compared and shown: the scratch folder reads `/work`, the block's file its page.
fn tidy(
    text: &str,
    scratch: &Path,
    bench: &Bench<'_>,
    unit: &Unit,
    snippet: &Snippet,
    context: &Context<'_>,
) -> String {
    let text = text.replace(&*scratch.to_string_lossy(), WORK);
    let text = trace::on_the_page(unit, &text, &snippet.page_name, context.sources);
    text.replace(&*bench.folder.to_string_lossy(), WORK).replace("\r\n", "\n")
}
