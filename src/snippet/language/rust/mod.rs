//! Rust: syn parses in process. One crate with a module for each block is checked in one call, and one binary runs them
//! all, told apart by the name it is called by. Blocks that cannot share a crate, and all that fail in company, get a crate
//! of their own, as rustdoc gives each block; one call of cargo checks these too.
//!
//! rustc decides whether a block compiles, and clippy gives advice on what does. Must not know: pages.

mod alone;
mod crates;
mod messages;
mod package;
mod wrap;

use crate::diagnostic::Severity;
use crate::error::Result;
use crate::fs;
use crate::process::{End, Finished, Job};
use crate::snippet::language::adapter::{Language, marked_lines, tool_for};
use crate::snippet::model::language::Canary;
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::program::{Parts, Program, Promised};
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Level, Step, StepOutcome};
use crate::snippet::toolchain::tool::{Behind, Source, Tool, ToolSpec};
use crate::snippet::verify::blocks;
use crate::snippet::workspace::dependencies;
use crate::snippet::workspace::package::mentions;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::{ColumnUnit, MappedText};
use alone::is_about_its_crate;
use crates::{is_alone, set_alone};
use messages::{Voice, ask_rustc, forget_consequences, has_error, note_messages, with_errors};
use package::Cargo;
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;
use wrap::wrap;

/// The adapter.
pub(super) struct Rust;

static CARGO: ToolSpec = ToolSpec {
    name: "cargo",
    programs: &["cargo"],
    role: "compiles and runs Rust",
    version_args: &["--version"],
    behind: Some(Behind { program: "rustc", args: &["--print=sysroot"], file: "bin/cargo" }),
    minimum: &[1, 74],
    source: Source::Manual("install Rust with rustup, https://rustup.rs"),
};

static CLIPPY: ToolSpec = ToolSpec {
    name: "clippy",
    programs: &["cargo-clippy"],
    role: "lints Rust",
    version_args: &["--version"],
    behind: Some(Behind { program: "rustc", args: &["--print=sysroot"], file: "bin/cargo-clippy" }),
    minimum: &[],
    source: Source::Manual("`rustup component add clippy` installs it"),
};

/// More rounds than rustc has phases that can hide one another's errors.
const MAX_ROUNDS: usize = 8;

impl Language for Rust {
    fn name(&self) -> &'static str {
        "rust"
    }

    fn title(&self) -> &'static str {
        "Rust"
    }

    fn extension(&self) -> &'static str {
        "rs"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["rs"]
    }

    fn steps(&self) -> &'static [Step] {
        &[Step::Parse, Step::Lint, Step::Compile, Step::Run]
    }

    fn default_target(&self) -> Level {
        Level::Compiled
    }

    fn tools(&self) -> &'static [&'static ToolSpec] {
        const { &[&CARGO, &CLIPPY] }
    }

    fn minimal_fixture(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                "Cargo.toml",
                "[package]\nname = \"snippets\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[workspace]\n",
            ),
            ("Cargo.lock", "version = 4\n\n[[package]]\nname = \"snippets\"\nversion = \"0.0.0\"\n"),
        ]
    }

    fn install(&self, bench: &Workspace<'_>) -> Result<std::result::Result<(), String>> {
        let manifest = fs::read_optional(&bench.folder.join("Cargo.toml"))?.unwrap_or_default();
        let table: toml::Table = toml::from_str(&manifest).unwrap_or_default();
        let named = table.get("dependencies").and_then(toml::Value::as_table).is_some_and(|list| !list.is_empty());
        let Ok(cargo) = bench.tools.require(&CARGO) else { return Ok(Ok(())) };
        if !named {
            return Ok(Ok(()));
        }
        let Some(lock) = fs::read_optional(&bench.folder.join("Cargo.lock"))? else {
            return Ok(Err(dependencies::no_lock("Cargo.toml", "Cargo.lock", "`cargo generate-lockfile` writes it")));
        };
        if !bench.folder.join("src/main.rs").is_file() {
            fs::write(&bench.folder.join("src/main.rs"), b"fn main() {}\n")?;
        }
        let fetched = dependencies::once(bench, "cargo", &lock, &bench.cargo_writes(), |_| {
            Ok(bench.tools.job(&cargo.path, &bench.folder).args(["fetch", "--locked", "--quiet"]))
        })?;
        Ok(fetched.map(|_| ()))
    }

    fn adds_packages(&self) -> Option<&'static str> {
        Some("`cargo add` it there")
    }

    fn manifests(&self) -> &'static [&'static str] {
        &["Cargo.toml"]
    }

    fn is_package(&self, manifest: &Path) -> bool {
        package::is_package(manifest)
    }

    fn uses_package(&self, package: &Path, code: &str) -> bool {
        package::library_name(package).is_some_and(|name| mentions(code, &name))
    }

    fn bind(&self, bench: &Workspace<'_>, code: &str) -> Result<std::result::Result<(), String>> {
        let (Some(package), Ok(cargo)) = (&bench.package, bench.tools.require(&CARGO)) else { return Ok(Ok(())) };
        // Resolving and fetching needs the network as the user has set it up.
        let writes = bench.cargo_writes();
        let job = |folder: &Path| bench.installer(bench.tools.job(&cargo.path, folder), &writes);
        package::bind(&Cargo { job: &job, supervisor: bench.supervisor }, &bench.folder, package, code)
    }

    fn native_command(&self) -> &'static str {
        "cargo check"
    }

    fn program(&self, pieces: &Parts, _snippet: &Snippet, name: &str) -> Program {
        Program { text: wrap(pieces), path: format!("src/{name}.rs") }
    }

    fn promised_output(&self, code: &MappedText) -> Option<Promised> {
        marked_lines(code, "//>")
    }

    fn shown<'a>(&self, code: &'a str) -> Cow<'a, str> {
        wrap::visible(code)
    }

    fn check(&self, bench: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        parse(bench, units);
        if bench.no_exec {
            // Build scripts and procedural macros are code too (S8.4), and the linter runs them.
            for unit in units.iter_mut().filter(|unit| unit.wants(Step::Lint)) {
                unit.skip(Step::Lint);
            }
            return Ok(());
        }
        let compiling = units.iter().any(|unit| unit.wants(Step::Compile) || unit.wants(Step::Lint));
        if !compiling {
            return Ok(());
        }
        let Some(cargo) = tool_for(bench.tools, &CARGO, Step::Compile, units) else {
            for unit in units.iter_mut().filter(|unit| unit.wants(Step::Lint)) {
                unit.evidence.steps.insert(Step::Lint, StepOutcome::Missing);
            }
            return Ok(());
        };
        let clippy = tool_for(bench.tools, &CLIPPY, Step::Lint, units).is_some();
        crates::declare(&bench.folder, &units.iter().collect::<Vec<_>>())?;
        crates::declare_shared(&bench.folder, units)?;
        set_apart(bench, units)?;
        check_together(bench, &cargo, units)?;
        check_alone(bench, &cargo, units)?;
        if clippy {
            // clippy looks upward for its configuration until it finds one: a stray one is never reached (S1.5).
            if !["clippy.toml", ".clippy.toml"].iter().any(|name| bench.folder.join(name).is_file()) {
                fs::write(&bench.folder.join("clippy.toml"), b"")?;
            }
            crates::set_lints(&bench.folder)?;
            lint(bench, &cargo, units)?;
        }
        settle(units, clippy);
        Ok(())
    }

    fn prepare_run(&self, bench: &Workspace<'_>, units: &mut [Unit], wanted: &[usize]) -> Result<()> {
        bench.progress.phase(&format!("building {} to run", blocks(wanted.len(), self)), None);
        let Ok(cargo) = bench.tools.require(&CARGO) else { return Ok(()) };
        build(bench, &cargo, units, wanted)
    }

    fn run_job(&self, bench: &Workspace<'_>, unit: &Unit, scratch: &Path) -> std::result::Result<Job, String> {
        let binary = unit.marks.get("binary").ok_or("the program was not built")?;
        let _ = bench;
        Ok(Job::new(binary, scratch).arg0(unit.name.clone()).env("RUST_BACKTRACE", "0"))
    }

    fn finish_extract(&self, folder: &Path, units: &mut [Unit]) -> Result<()> {
        for unit in units.iter_mut() {
            if unit.standalone || unit.edition.is_some() || is_about_its_crate(unit.program.as_str()) {
                set_alone(unit);
            }
        }
        let (alone, shared): (Vec<&Unit>, Vec<&Unit>) = units.iter().partition(|unit| is_alone(unit));
        crates::write(folder, &alone)?;
        fs::write_if_changed(&folder.join("src/main.rs"), crates::shared_root(&shared).as_bytes())?;
        crates::declare(folder, &alone)
    }

    fn canaries(&self) -> &'static [Canary] {
        &[
            Canary { step: Step::Parse, code: "fn main( {}\n" },
            Canary {
                step: Step::Lint,
                code: "#![deny(clippy::eq_op)]\nfn main() { let x = 1; if x == x { println!(\"{x}\"); } }\n",
            },
            Canary { step: Step::Compile, code: "let x: i32 = \"s\";\n" },
            Canary { step: Step::Run, code: "panic!(\"canary\");\n" },
        ]
    }
}

/// Deeper nesting overflows the stack of the parser, which recurses; rustc itself refuses it.
const MAX_DEPTH: usize = 120;

/// Where brackets are nested too deep, strings and comments included: nobody writes that by hand.
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
fn parse(bench: &Workspace<'_>, units: &mut [Unit]) {
    let edition = crates::edition(&bench.folder).unwrap_or_default();
    units.par_iter_mut().for_each(|unit| {
        parse_one(bench, &edition, unit);
        if unit.failed(Step::Parse) {
            unit.skip(Step::Lint);
            unit.skip(Step::Compile);
        }
    });
}

/// syn decides; of a block that it refuses, rustc itself is asked, whose messages know unbalanced braces.
fn parse_one(bench: &Workspace<'_>, edition: &str, unit: &mut Unit) {
    if let Some(at) = too_deep(unit.program.as_str()) {
        let message = format!("brackets are nested more than {MAX_DEPTH} deep");
        unit.say_at(Step::Parse, Some(at..at + 1), syntax_error("docgen", message));
        return;
    }
    let Err(problem) = syn::parse_file(unit.program.as_str()) else {
        unit.pass(Step::Parse);
        return;
    };
    if let (false, Ok(cargo)) = (bench.no_exec, bench.tools.require(&CARGO))
        && ask_rustc(bench, &cargo, edition, unit)
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
    Message { severity: Severity::Error, tool, code: "syntax".to_owned(), message, help: None }
}

/// Sets apart the blocks that cannot be a module among others, and those that must not compile.
fn set_apart(bench: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
    let edition = crates::edition(&bench.folder)?;
    for unit in units {
        // Paths of Rust's first edition begin at the crate's root.
        let first_edition = unit.edition.as_deref().unwrap_or(&edition) == "2015";
        if unit.standalone || unit.must_not_compile || first_edition || is_about_its_crate(unit.program.as_str()) {
            set_alone(unit);
        }
    }
    Ok(())
}

fn is_to_compile(unit: &Unit) -> bool {
    unit.wants(Step::Compile) || unit.wants(Step::Lint)
}

fn broke_down(unit: &mut Unit, call: &Finished) {
    let step = if unit.wants(Step::Compile) { Step::Compile } else { Step::Lint };
    unit.missing(step, &format!("cargo broke down: {}", call.summary()));
}

/// Checks the blocks that share a crate, again and again without those that rustc finds errors in, until the rest is
/// clean. What has an error in company is judged alone: then no neighbour can have caused it, nor hidden another.
fn check_together(bench: &Workspace<'_>, cargo: &Tool, units: &mut [Unit]) -> Result<()> {
    for _ in 0..MAX_ROUNDS {
        let members: Vec<&Unit> = units.iter().filter(|unit| is_to_compile(unit) && !is_alone(unit)).collect();
        if members.is_empty() {
            return Ok(());
        }
        let programs = crates::write(&bench.folder, &members)?;
        let call = crates::call(bench, cargo, "check", &programs)?;
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

/// Checks every block that is set apart in a crate of its own. One that must not compile and does is built too: some
/// errors come with code generation.
fn check_alone(bench: &Workspace<'_>, cargo: &Tool, units: &mut [Unit]) -> Result<()> {
    let members: Vec<&Unit> = units.iter().filter(|unit| is_to_compile(unit) && is_alone(unit)).collect();
    if members.is_empty() {
        return Ok(());
    }
    let programs = crates::write(&bench.folder, &members)?;
    let call = crates::call(bench, cargo, "check", &programs)?;
    note_messages(&call, Voice::Rustc, units);
    let done = crates::finished(&call);
    for unit in units.iter_mut().filter(|unit| is_to_compile(unit) && is_alone(unit)) {
        if !has_error(unit) && !done.contains_key(&unit.name) {
            broke_down(unit, &call);
        }
    }
    let suspects = units.iter().filter(|unit| unit.must_not_compile && unit.wants(Step::Compile) && !has_error(unit));
    let programs: BTreeSet<String> = suspects.map(|unit| unit.name.clone()).collect();
    if !programs.is_empty() {
        let call = crates::call(bench, cargo, "build", &programs)?;
        note_messages(&call, Voice::Rustc, units);
    }
    Ok(())
}

/// Asks clippy about the blocks that compile. It is advice: an error that only its driver finds is none, and costs the
/// block its lints.
fn lint(bench: &Workspace<'_>, cargo: &Tool, units: &mut [Unit]) -> Result<()> {
    let mut silent = BTreeSet::new();
    for _ in 0..MAX_ROUNDS {
        let is_clean = |unit: &Unit| unit.wants(Step::Lint) && !has_error(unit) && !unit.is_broken_down();
        let numbered = units.iter().enumerate().filter(|(index, unit)| is_clean(unit) && !silent.contains(index));
        let members: Vec<&Unit> = numbered.map(|(_, unit)| unit).collect();
        if members.is_empty() {
            return Ok(());
        }
        let programs = crates::write(&bench.folder, &members)?;
        let call = crates::call(bench, cargo, "clippy", &programs)?;
        if !matches!(call.end, End::Exited(_)) {
            for unit in units.iter_mut().filter(|unit| is_clean(unit)) {
                unit.missing(Step::Lint, &format!("clippy broke down: {}", call.summary()));
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

/// Decides the two steps of every unit from what was said.
fn settle(units: &mut [Unit], clippy: bool) {
    for unit in units {
        forget_consequences(unit);
        if unit.marks.contains_key("compile-error") {
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

/// Builds what is to run. A shared crate that cannot be built is taken apart: an error of code generation is its block's,
/// and where nobody can tell whose it is, each block is built alone.
fn build(bench: &Workspace<'_>, cargo: &Tool, units: &mut [Unit], wanted: &[usize]) -> Result<()> {
    for round in 0.. {
        let members: Vec<&Unit> = wanted.iter().map(|index| &units[*index]).collect();
        let programs = crates::write(&bench.folder, &members)?;
        let call = crates::call(bench, cargo, "build", &programs)?;
        let done = crates::finished(&call);
        let built = |unit: &Unit| {
            let program = if is_alone(unit) { unit.name.clone() } else { crates::shared_name(unit.edition.as_deref()) };
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
                Some(program) => {
                    unit.marks.insert("binary", program);
                }
                None if has_error(unit) => {}
                None => unit.missing(Step::Run, &format!("cargo build broke down: {}", call.summary())),
            }
        }
        break;
    }
    Ok(())
}
