//! The run phase: one process per block, as many at a time as there are cores (S7.3). Each runs in the sandbox, in its
//! own scratch folder, with an explicit environment and limits. Short programs may be forked from a warm parent.
//!
//! Must not know: languages, verdicts.

use crate::process::{Finished, Job};
use crate::site::PageIndex;
use crate::snippet::context::Context;
use crate::snippet::language::adapter::Language;
use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::output;
use crate::snippet::model::settings::Settings;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Promise, RunEnd, RunResult, Step, StepOutcome};
use crate::snippet::plan::group;
use crate::snippet::run::limits::{confine, scratch};
use crate::snippet::run::program::{Program, Ran};
use crate::snippet::run::{parts, session, warm};
use crate::snippet::toolchain::needs::is_available;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Runs the units that should run and passed the earlier steps. Members of a group run as one program, as long as
/// possible; each gets its own part of the output (S3.3).
pub(crate) fn run_units(
    context: &Context<'_>,
    workspace: &Workspace<'_>,
    language: &dyn Language,
    blocks: &Blocks,
    units: &mut [Unit],
) -> crate::error::Result<()> {
    if context.options.no_exec {
        return Ok(());
    }
    let mut leaders = leaders(blocks, units);
    note_left_out(blocks, units, &leaders);
    if leaders.is_empty() {
        return Ok(());
    }
    let wanted: Vec<usize> = leaders.iter().map(|members| members[members.len() - 1]).collect();
    language.build(workspace, units, &wanted)?;
    // Building may find an error that checking missed.
    leaders.retain(|members| members.len() > 1 || can_run(&units[members[0]]));
    context.progress.phase(&format!("running {}", language.spec().count(wanted.len())), Some(wanted.len() as u64));
    let programs: Vec<Program<'_>> = leaders.iter().map(|members| Program::new(blocks, units, members)).collect();
    let warm = run_warm(context, workspace, language, &programs);
    let results: Vec<Ran> = programs
        .par_iter()
        .map(|program| {
            let ran = match warm.get(&program.index) {
                Some((scratch, finished)) => program.conclude(context, workspace, language, scratch, finished),
                None => program.run(context, workspace, language),
            };
            context.progress.advance(1);
            ran.unwrap_or_else(Ran::NotStarted)
        })
        .collect();
    let programs: Vec<_> = programs.into_iter().map(|program| (program.index, program.secrets)).collect();
    for ((members, (index, secrets)), ran) in leaders.iter().zip(programs).zip(results) {
        distribute((language, blocks), units, members, (index, &secrets), ran);
    }
    Ok(())
}

/// Runs programs from warm parents, where possible. Returns scratch folder and result of those that ended normally.
fn run_warm(
    context: &Context<'_>,
    workspace: &Workspace<'_>,
    language: &dyn Language,
    programs: &[Program<'_>],
) -> BTreeMap<usize, (PathBuf, Finished)> {
    let plain = |program: &&Program<'_>| {
        program.is_plain(language) && program.settings.needs.iter().all(|need| is_available(context.tools, need))
    };
    let plain: Vec<&Program<'_>> = programs.iter().filter(plain).collect();
    if !warm::is_worth_it(workspace, language, plain.len()) {
        return BTreeMap::new();
    }
    let Ok(folder) = scratch(&context.work) else { return BTreeMap::new() };
    // Every parent has its own disk over the same folder.
    let place = |index: usize| folder.path().join(index.to_string());
    let settings = Settings::default();
    let finished = warm::share_out(plain, |share| {
        let Some(parent) = language.warm_parent(workspace, folder.path()) else { return BTreeMap::new() };
        let parent = confine(workspace, parent, &settings, folder.path(), context).shared();
        let jobs: Vec<(&Program<'_>, Job)> = share
            .into_iter()
            .filter_map(|it| Some((it, it.plain_job(context, workspace, language, &place(it.index)).ok()?)))
            .collect();
        let calls = jobs.iter().map(|(program, job)| {
            let timeout = program.settings.timeout.unwrap_or(context.config.verify.timeout);
            let parts = (program.unit.seams.as_slice(), program.secrets.as_slice());
            (program.index, warm::Call { job, folder: place(program.index), timeout, parts })
        });
        let calls: Vec<(usize, warm::Call<'_>)> = calls.collect();
        warm::run(context, workspace, &parent, &calls)
    });
    finished.into_iter().map(|(index, finished)| (index, (place(index), finished))).collect()
}

/// The units of each program to run; the last one is the whole program.
fn leaders(blocks: &Blocks, units: &[Unit]) -> Vec<Vec<usize>> {
    let mut programs: Vec<Vec<usize>> = Vec::new();
    let mut groups: BTreeMap<(PageIndex, String), usize> = BTreeMap::new();
    for (index, unit) in units.iter().enumerate() {
        let snippet = &blocks[unit.snippet];
        // A session runs the inputs of the earlier ones again: each of them shows only its own outputs.
        let alone = snippet.session.is_some() || group::is_frame(snippet);
        match group::group_of(snippet).filter(|_| !alone) {
            None => programs.push(vec![index]),
            Some(key) => {
                if let Some(program) = groups.get(&key) {
                    programs[*program].push(index);
                } else {
                    groups.insert(key, programs.len());
                    programs.push(vec![index]);
                }
            }
        }
    }
    for members in &mut programs {
        // Stop at the first member that cannot run, and after the last one that should run.
        let runnable = members
            .iter()
            .take_while(|index| can_run(&units[**index]) && !blocks[units[**index].snippet].never_runs())
            .count();
        let is_asked = |index: &usize| blocks[units[*index].snippet].runs;
        let asked = members.iter().rposition(is_asked).map_or(0, |last| last + 1);
        members.truncate(runnable.min(asked));
        // A part of a group may leave names for the next one; alone, its program could not be built.
        while members.last().is_some_and(|index| !is_asked(index) && units[*index].notes.unused_names) {
            members.pop();
        }
    }
    programs.retain(|members| !members.is_empty());
    programs
}

/// Whether a unit can run, from what was found so far. A missing linter does not prevent it.
pub(crate) fn can_run(unit: &Unit) -> bool {
    let errors = unit.evidence.steps.iter().any(|(step, outcome)| {
        *outcome == StepOutcome::Fail || (*outcome == StepOutcome::Missing && *step != Step::Lint)
    });
    !errors && unit.evidence.missing_dependencies.is_empty()
}

/// Gives each member its part of a program's result.
fn distribute(
    (language, blocks): (&dyn Language, &Blocks),
    units: &mut [Unit],
    members: &[usize],
    program: (usize, &[String]),
    ran: Ran,
) {
    let (whole, secrets) = program;
    let (result, stdout, command) = match ran {
        Ran::Finished { result, raw_stdout, command } => (result, raw_stdout, Some(command)),
        Ran::Absent(what) => {
            for index in members {
                units[*index].evidence.absent = Some(what.clone());
            }
            return;
        }
        Ran::NotStarted(why) => (RunResult::not_started(why), String::new(), None),
    };
    if let Some(session) = &blocks[units[whole].snippet].session {
        let unit = &mut units[whole];
        unit.command = command;
        session::note(&blocks[unit.snippet], unit, session, result, &parts::outputs(&stdout, secrets));
        return;
    }
    let ended = parts::Ended { whole, members, secrets, result, stdout };
    for index in members {
        let found = ended.of(blocks, units, *index);
        let unit = &mut units[*index];
        match found {
            Ok(result) => {
                if let Some(command) = &command {
                    unit.command = Some(command.clone());
                }
                note(language, &blocks[unit.snippet], unit, result);
            }
            Err(why) => unit.unreached = Some(why),
        }
    }
}

/// Notes why a unit that should run is in no program.
fn note_left_out(blocks: &Blocks, units: &mut [Unit], leaders: &[Vec<usize>]) {
    for index in 0..units.len() {
        let left_out = blocks[units[index].snippet].runs && can_run(&units[index]);
        if left_out && !leaders.iter().any(|members| members.contains(&index)) {
            units[index].unreached = parts::left_out(blocks, &group::earlier(blocks, units[index].snippet));
        }
    }
}

fn note(language: &dyn Language, snippet: &Snippet, unit: &mut Unit, result: RunResult) {
    let ended_well = result.end == RunEnd::Exited(snippet.settings.exit);
    if ended_well {
        unit.pass(Step::Run);
    }
    // The output before a promised failure is compared too.
    let promised = matches!(snippet.settings.promise, Promise::FailsAtRun(_)) && result.end != RunEnd::Exited(0);
    if ended_well || promised {
        if let Some(expected) = &snippet.expected {
            let how = (expected.matching, expected.filters.as_slice());
            let form = |text: &str| language.comparable(text);
            match output::compare_in_form(expected.text.as_str(), &result.stdout, how, form) {
                Ok(()) => unit.pass(Step::Output),
                Err(_) => unit.fail(Step::Output),
            }
        }
    } else if snippet.expected.is_some() {
        unit.skip(Step::Output);
    }
    if !ended_well {
        unit.fail(Step::Run);
    }
    unit.evidence.run = Some(result);
}
