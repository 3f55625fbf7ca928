//! rustc decides whether blocks compile, together and alone; clippy gives advice.
//!
//! Must not know: how a block becomes a program.

use super::alone::is_about_its_crate;
use super::crates::{self, Program, is_alone, set_alone};
use super::messages::{Voice, forget_consequences, has_error, note_messages, with_errors};
use crate::error::Result;
use crate::process::{End, Finished};
use crate::snippet::model::verdict::Step;
use crate::snippet::toolchain::tool::Tool;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use std::collections::BTreeSet;

/// Max rounds: more than the phases of rustc that can hide errors of each other.
const MAX_ROUNDS: usize = 8;

/// Gives its own crate to every block that cannot share one, or that must not compile. The others share crates.
pub(super) fn set_apart(workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
    let edition = crates::edition(&workspace.folder)?;
    for unit in units.iter_mut() {
        // In Rust's first edition, paths begin at the crate's root.
        let first_edition = unit.edition.as_deref().unwrap_or(&edition) == "2015";
        if unit.standalone || unit.must_not_compile || first_edition || is_about_its_crate(unit.program.as_str()) {
            set_alone(unit);
        }
    }
    crates::share_out(units);
    Ok(())
}

fn is_to_compile(unit: &Unit) -> bool {
    unit.wants(Step::Compile) || unit.wants(Step::Lint)
}

fn broke_down(unit: &mut Unit, call: &Finished) {
    let step = if unit.wants(Step::Compile) { Step::Compile } else { Step::Lint };
    unit.broke_down(step, "cargo", call);
}

/// Checks the blocks that share a crate. Removes those with errors and repeats until the rest is clean. A block with an
/// error is judged alone, where no neighbour can cause or hide it.
pub(super) fn check_together(workspace: &Workspace<'_>, cargo: &Tool, units: &mut [Unit]) -> Result<()> {
    for _ in 0..MAX_ROUNDS {
        let members: Vec<&Unit> = units.iter().filter(|unit| is_to_compile(unit) && !is_alone(unit)).collect();
        if members.is_empty() {
            return Ok(());
        }
        let programs = crates::write(&workspace.folder, &members)?;
        let call = crates::call(workspace, cargo, "check", &programs)?;
        if call.success() {
            note_messages(&call, Voice::Rustc, units);
            return Ok(());
        }
        if !matches!(call.end, End::Exited(_)) {
            let members = units.iter_mut().filter(|unit| is_to_compile(unit) && !is_alone(unit));
            members.for_each(|unit| broke_down(unit, &call));
            return Ok(());
        }
        let found = with_errors(&call, units);
        if found.is_empty() {
            break;
        }
        for index in found {
            set_alone(&mut units[index]);
        }
    }
    units.iter_mut().filter(|unit| is_to_compile(unit)).for_each(set_alone);
    Ok(())
}

/// Checks every separate block in its own crate. If a block must not compile but does, it is built too: some errors
/// only appear during code generation.
pub(super) fn check_alone(workspace: &Workspace<'_>, cargo: &Tool, units: &mut [Unit]) -> Result<()> {
    let members: Vec<&Unit> = units.iter().filter(|unit| is_to_compile(unit) && is_alone(unit)).collect();
    if members.is_empty() {
        return Ok(());
    }
    let programs = crates::write(&workspace.folder, &members)?;
    let call = crates::call(workspace, cargo, "check", &programs)?;
    note_messages(&call, Voice::Rustc, units);
    let done = crates::finished(&call);
    for unit in units.iter_mut().filter(|unit| is_to_compile(unit) && is_alone(unit)) {
        if !has_error(unit) && !done.contains_key(&unit.name) {
            broke_down(unit, &call);
        }
    }
    let suspects = units.iter().filter(|unit| unit.must_not_compile && unit.wants(Step::Compile) && !has_error(unit));
    let programs: BTreeSet<Program> = suspects.map(Program::of).collect();
    if !programs.is_empty() {
        let call = crates::call(workspace, cargo, "build", &programs)?;
        note_messages(&call, Voice::Rustc, units);
    }
    Ok(())
}

/// Asks clippy about the blocks that compile. Its findings are advice. If only clippy's driver finds an error, the
/// error does not count, and the block gets no lints.
pub(super) fn lint(workspace: &Workspace<'_>, cargo: &Tool, units: &mut [Unit]) -> Result<()> {
    let mut silent = BTreeSet::new();
    for _ in 0..MAX_ROUNDS {
        let is_clean = |unit: &Unit| unit.wants(Step::Lint) && !has_error(unit) && !unit.is_broken_down();
        let numbered = units.iter().enumerate().filter(|(index, unit)| is_clean(unit) && !silent.contains(index));
        let members: Vec<&Unit> = numbered.map(|(_, unit)| unit).collect();
        if members.is_empty() {
            return Ok(());
        }
        let programs = crates::write(&workspace.folder, &members)?;
        let call = crates::call(workspace, cargo, "clippy", &programs)?;
        if !matches!(call.end, End::Exited(_)) {
            for unit in units.iter_mut().filter(|unit| is_clean(unit)) {
                unit.broke_down(Step::Lint, "clippy", &call);
            }
            return Ok(());
        }
        let found = with_errors(&call, units);
        if call.success() || found.is_empty() {
            note_messages(&call, Voice::Lints, units);
            return Ok(());
        }
        silent.extend(found);
    }
    Ok(())
}

/// Sets the outcome of both steps for every unit, from the messages.
pub(super) fn settle(units: &mut [Unit], clippy: bool) {
    for unit in units {
        forget_consequences(unit);
        if unit.notes.compile_error {
            unit.fail(Step::Compile);
            unit.skip(Step::Lint);
        } else if !unit.evidence.missing_dependencies.is_empty() || unit.evidence.steps.contains_key(&Step::Compile) {
            unit.skip(Step::Lint);
            unit.skip(Step::Compile);
        } else {
            for step in [Step::Lint, Step::Compile] {
                if unit.wants(step) && (clippy || step == Step::Compile) {
                    unit.pass(step);
                }
            }
        }
    }
}

/// Builds the blocks to run. If a shared crate cannot be built, blocks with an error of code generation get their own
/// crate. If no block can be blamed, each one is built alone.
pub(super) fn build(workspace: &Workspace<'_>, cargo: &Tool, units: &mut [Unit], wanted: &[usize]) -> Result<()> {
    for round in 0.. {
        let members: Vec<&Unit> = wanted.iter().map(|index| &units[*index]).collect();
        let programs = crates::write(&workspace.folder, &members)?;
        let call = crates::call(workspace, cargo, "build", &programs)?;
        let done = crates::finished(&call);
        let built = |unit: &Unit| {
            let program = if is_alone(unit) { unit.name.clone() } else { crates::shared_name(unit) };
            done.get(&program).cloned().flatten()
        };
        let unbuilt: Vec<usize> = wanted
            .iter()
            .copied()
            .filter(|index| !is_alone(&units[*index]) && built(&units[*index]).is_none())
            .collect();
        if !unbuilt.is_empty() && matches!(call.end, End::Exited(_)) {
            let guilty = with_errors(&call, units);
            let named = round < MAX_ROUNDS && unbuilt.iter().any(|index| guilty.contains(index));
            unbuilt
                .iter()
                .filter(|index| !named || guilty.contains(index))
                .for_each(|index| set_alone(&mut units[*index]));
            continue;
        }
        note_messages(&call, Voice::Rustc, units);
        for index in wanted {
            let unit = &mut units[*index];
            match built(unit) {
                Some(program) => unit.notes.binary = Some(program.into()),
                None if has_error(unit) => {}
                None => unit.broke_down(Step::Run, "cargo build", &call),
            }
        }
        break;
    }
    Ok(())
}
