//! One program to run: its call, and its result in terms of the page.
//!
//! Must not know: languages, verdicts.

use crate::process::{Confinement, End, Finished, Job};
use crate::snippet::context::Context;
use crate::snippet::language::adapter::Language;
use crate::snippet::language::traceback;
use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::seam;
use crate::snippet::model::settings::Settings;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Promise, RunEnd, RunResult};
use crate::snippet::run::limits::{WORK, confine, ended, scratch};
use crate::snippet::run::{parts, trace};
use crate::snippet::toolchain::needs::is_available;
use crate::snippet::toolchain::shims;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use std::path::Path;

/// A program to run: its whole unit, and how to run it.
pub(crate) struct Program<'a> {
    pub(crate) index: usize,
    pub(crate) unit: &'a Unit,
    pub(crate) snippet: &'a Snippet,
    pub(crate) settings: Settings,
    /// The secrets between its parts, if it has several that can be told apart.
    pub(crate) secrets: Vec<String>,
}

impl<'a> Program<'a> {
    pub(crate) fn new(blocks: &'a Blocks, units: &'a [Unit], members: &[usize]) -> Self {
        let index = members[members.len() - 1];
        let unit = &units[index];
        let settings = merged(blocks, units, members);
        Self { index, unit, snippet: &blocks[unit.snippet], settings, secrets: seam::secrets(unit.seams.len()) }
    }

    /// The call that runs it alone, as a person would type it.
    pub(crate) fn plain_job(
        &self,
        context: &Context<'_>,
        workspace: &Workspace<'_>,
        language: &dyn Language,
        scratch: &Path,
    ) -> Called {
        let job = language.command(workspace, self.unit, scratch)?;
        Ok(confine(workspace, job, &self.settings, scratch, context))
    }

    /// The call that runs it alone and tells its parts apart.
    fn job(&self, context: &Context<'_>, workspace: &Workspace<'_>, language: &dyn Language, scratch: &Path) -> Called {
        if self.secrets.is_empty() && self.snippet.session.is_none() {
            return self.plain_job(context, workspace, language, scratch);
        }
        let (job, mut input) = language.command_in_parts(workspace, self.unit, scratch, &self.secrets)?;
        input.extend(self.settings.stdin.iter().flat_map(|text| text.bytes()));
        Ok(confine(workspace, job, &self.settings, scratch, context).stdin(input))
    }

    /// Whether it may be forked from a warm parent: it does not depend on how an interpreter starts.
    pub(crate) fn is_plain(&self, language: &dyn Language) -> bool {
        let settings = &self.settings;
        !self.unit.standalone
            && settings.stdin.is_none()
            && !settings.net
            && language.can_be_forked(self.unit, &settings.vars)
    }

    /// Runs it alone.
    pub(crate) fn run(
        &self,
        context: &Context<'_>,
        workspace: &Workspace<'_>,
        language: &dyn Language,
    ) -> Result<Ran, String> {
        if let Some(absent) = self.settings.needs.iter().find(|need| !is_available(context.tools, need)) {
            return Ok(Ran::Absent(absent.clone()));
        }
        let scratch = scratch(&context.work)?;
        let job = self.job(context, workspace, language, scratch.path())?;
        let finished = workspace.supervisor.run(&job).map_err(|error| error.to_string())?;
        let mut ran = self.conclude(context, workspace, language, scratch.path(), &finished)?;
        if let Ran::Finished { result, .. } = &mut ran
            && let RunEnd::Exited(code) = result.end
        {
            result.span = result.span.or_else(|| self.look_again(context, workspace, language, code));
        }
        Ok(ran)
    }

    /// Finds where a program fails that does not say so: runs it once more and traces its commands. Only the place from
    /// that run counts.
    fn look_again(
        &self,
        context: &Context<'_>,
        workspace: &Workspace<'_>,
        language: &dyn Language,
        code: i32,
    ) -> Option<crate::span::Span> {
        let as_promised = code == self.settings.exit || matches!(self.settings.promise, Promise::FailsAtRun(_));
        if as_promised || self.settings.net {
            return None;
        }
        let scratch = scratch(&context.work).ok()?;
        let (job, mut input) = language.traced_command(workspace, self.unit, scratch.path())?.ok()?;
        input.extend(self.settings.stdin.iter().flat_map(|text| text.bytes()));
        let job = confine(workspace, job, &self.settings, scratch.path(), context).stdin(input);
        let finished = workspace.supervisor.run(&job).ok()?;
        // A shell that reads its program from a string ends with another code than one that reads a file.
        let again = matches!(finished.end, End::Exited(again) if (again == 0) == (code == 0));
        if !again {
            return None;
        }
        let line = language.traced_line(self.unit, &finished.stderr_text())?;
        traceback::line_span(self.unit, line)
    }

    /// The result of a run, in terms of the page.
    pub(crate) fn conclude(
        &self,
        context: &Context<'_>,
        workspace: &Workspace<'_>,
        language: &dyn Language,
        scratch: &Path,
        finished: &Finished,
    ) -> Result<Ran, String> {
        let Self { unit, snippet, settings, .. } = self;
        let command = shown_command(&self.plain_job(context, workspace, language, scratch)?, unit, snippet);
        let clean = |text: String| normalize_output(&text, scratch, workspace, unit, snippet, context);
        let stderr = parts::without(&self.secrets, &finished.stderr_text());
        let traceback = language.traceback(unit, &stderr);
        let raw_stdout = clean(finished.stdout_text());
        let result = RunResult {
            message: traceback.message,
            span: traceback.span,
            end: match ended(finished, settings, context.config.verify.memory as u64) {
                End::Exited(code) if code != settings.exit && finished.confinement > Confinement::None => {
                    let refused = shims::refused(&finished.stderr_text(), &workspace.policy().read);
                    refused.map_or(RunEnd::Exited(code), RunEnd::NotStarted)
                }
                End::Exited(code) => RunEnd::Exited(code),
                End::Signaled(signal) => RunEnd::Signaled(signal),
                End::TimedOut => RunEnd::TimedOut(settings.timeout.unwrap_or(context.config.verify.timeout)),
                End::Limit(exceeded) => RunEnd::Limit(exceeded.what()),
                End::Refused => RunEnd::NotStarted(format!("the sandbox refused it: {}", finished.stderr_text())),
            },
            duration: finished.duration,
            confinement: finished.confinement,
            stdout: String::new(),
            stderr: clean(stderr),
        };
        Ok(Ran::Finished { result, raw_stdout, command })
    }
}

type Called = Result<Job, String>;

/// The result of one program, before it is distributed to its blocks.
pub(crate) enum Ran {
    Absent(String),
    Finished { result: RunResult, raw_stdout: String, command: String },
    NotStarted(String),
}

/// Merges the settings of a program's members: the last member's arguments and input, all variables and needs, the
/// longest timeout.
fn merged(blocks: &Blocks, units: &[Unit], members: &[usize]) -> Settings {
    let mut all = members.iter().rev().map(|index| &blocks[units[*index].snippet].settings);
    let mut merged = all.next().cloned().unwrap_or_default();
    for earlier in all {
        for (name, value) in &earlier.vars {
            merged.vars.entry(name.clone()).or_insert_with(|| value.clone());
        }
        if merged.args.is_empty() {
            merged.args.clone_from(&earlier.args);
        }
        merged.stdin = merged.stdin.or_else(|| earlier.stdin.clone());
        merged.timeout = merged.timeout.max(earlier.timeout);
        merged.needs.extend(earlier.needs.iter().cloned());
    }
    merged
}

/// The call as evidence: the block's file has its page's name.
fn shown_command(job: &Job, unit: &Unit, snippet: &Snippet) -> String {
    job.command_line()
        .split(' ')
        .map(|word| if unit.is_file(word) { snippet.page_name.as_str() } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Normalizes output for comparing and showing: `/work` replaces the scratch folder, the page replaces the block's
/// file.
fn normalize_output(
    text: &str,
    scratch: &Path,
    workspace: &Workspace<'_>,
    unit: &Unit,
    snippet: &Snippet,
    context: &Context<'_>,
) -> String {
    let text = text.replace(&*scratch.to_string_lossy(), WORK);
    let text = trace::on_the_page(unit, &text, &snippet.page_name, context.sources);
    text.replace(&*workspace.folder.to_string_lossy(), WORK).replace("\r\n", "\n")
}
