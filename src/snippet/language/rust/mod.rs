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
use crate::snippet::language::adapter::{Language, Packages, marked_lines, tool_for};
use crate::snippet::language::traceback::{self, Traceback};
use crate::snippet::model::language::{Canary, LanguageSpec, Undefined, texts};
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::program::{Parts, Program, Promised};
use crate::snippet::model::tool::{Behind, ToolSource, ToolSpec};
use crate::snippet::model::verdict::{Level, Step, StepOutcome};
use crate::snippet::toolchain::tool::Tool;
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
use std::sync::{Arc, LazyLock};
use wrap::wrap;

/// The adapters of this folder.
pub(super) fn adapters() -> Vec<Arc<dyn Language>> {
    vec![Arc::new(Rust::new())]
}

/// The adapter.
struct Rust {
    spec: LanguageSpec,
}

static CARGO: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "cargo".into(),
    programs: texts(&["cargo"]),
    role: "compiles and runs Rust".into(),
    version_args: texts(&["--version"]),
    behind: Some(Behind { program: "rustc", args: &["--print=sysroot"], file: "bin/cargo" }),
    minimum: vec![1, 74],
    source: ToolSource::Manual("install Rust with rustup, https://rustup.rs".into()),
});

static CLIPPY: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "clippy".into(),
    programs: texts(&["cargo-clippy"]),
    role: "lints Rust".into(),
    version_args: texts(&["--version"]),
    behind: Some(Behind { program: "rustc", args: &["--print=sysroot"], file: "bin/cargo-clippy" }),
    minimum: vec![],
    source: ToolSource::Manual("`rustup component add clippy` installs it".into()),
});

/// More rounds than rustc has phases that can hide one another's errors.
const MAX_ROUNDS: usize = 8;

impl Rust {
    /// The adapter with the facts of its language.
    fn new() -> Self {
        let spec = LanguageSpec {
            name: "rust".into(),
            title: "Rust".into(),
            extension: "rs".into(),
            aliases: texts(&["rs"]),
            steps: vec![Step::Parse, Step::Lint, Step::Compile, Step::Run],
            default_target: Level::Compiled,
            tools: vec![CARGO.clone(), CLIPPY.clone()],
            minimal_fixture: vec![("Cargo.toml".into(), "[package]\nname = \"snippets\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[workspace]\n".into()), ("Cargo.lock".into(), "version = 4\n\n[[package]]\nname = \"snippets\"\nversion = \"0.0.0\"\n".into())],
            manifests: texts(&["Cargo.toml"]),
            adds_packages: Some("`cargo add` it there".into()),
            native_command: "cargo check".into(),
            session: None,
            undefined: vec![Undefined::Code("E0425".into())],
            canaries: vec![
                Canary::new(Step::Parse, "fn main( {}\n"),
                Canary::new(Step::Lint, "#![deny(clippy::eq_op)]\nfn main() { let x = 1; if x == x { println!(\"{x}\"); } }\n"),
                Canary::new(Step::Compile, "let x: i32 = \"s\";\n"),
                Canary::new(Step::Run, "panic!(\"canary\");\n"),
            ],
        };
        Self { spec }
    }
}

impl Language for Rust {
    fn spec(&self) -> &LanguageSpec {
        &self.spec
    }

    fn install(&self, workspace: &Workspace<'_>) -> Result<std::result::Result<(), String>> {
        let manifest = fs::read_optional(&workspace.folder.join("Cargo.toml"))?.unwrap_or_default();
        let table: toml::Table = toml::from_str(&manifest).unwrap_or_default();
        let named = table.get("dependencies").and_then(toml::Value::as_table).is_some_and(|list| !list.is_empty());
        let Ok(cargo) = workspace.tools.require(&CARGO) else { return Ok(Ok(())) };
        if !named {
            return Ok(Ok(()));
        }
        let Some(lock) = fs::read_optional(&workspace.folder.join("Cargo.lock"))? else {
            return Ok(Err(dependencies::no_lock("Cargo.toml", "Cargo.lock", "`cargo generate-lockfile` writes it")));
        };
        if !workspace.folder.join("src/main.rs").is_file() {
            fs::write(&workspace.folder.join("src/main.rs"), b"fn main() {}\n")?;
        }
        let fetched = dependencies::once(workspace, "cargo", &lock, &workspace.written_by_installers(), |_| {
            Ok(workspace.tools.job(&cargo.path, &workspace.folder).args(["fetch", "--locked", "--quiet"]))
        })?;
        Ok(fetched.map(|_| ()))
    }

    fn assemble(&self, parts: &Parts, name: &str) -> Program {
        Program { text: wrap(parts), path: format!("src/{name}.rs") }
    }

    fn promised_output(&self, code: &MappedText) -> Option<Promised> {
        marked_lines(code, "//>")
    }

    fn shown<'a>(&self, code: &'a str) -> Cow<'a, str> {
        wrap::visible(code)
    }

    fn check(&self, workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        parse(workspace, units);
        if workspace.no_exec {
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
        let Some(cargo) = tool_for(workspace.tools, &CARGO, Step::Compile, units) else {
            for unit in units.iter_mut().filter(|unit| unit.wants(Step::Lint)) {
                unit.evidence.steps.insert(Step::Lint, StepOutcome::Missing);
            }
            return Ok(());
        };
        let clippy = tool_for(workspace.tools, &CLIPPY, Step::Lint, units).is_some();
        crates::declare(&workspace.folder, &units.iter().collect::<Vec<_>>())?;
        crates::declare_shared(&workspace.folder, units)?;
        set_apart(workspace, units)?;
        check_together(workspace, &cargo, units)?;
        check_alone(workspace, &cargo, units)?;
        if clippy {
            // clippy looks upward for its configuration until it finds one: a stray one is never reached (S1.5).
            if !["clippy.toml", ".clippy.toml"].iter().any(|name| workspace.folder.join(name).is_file()) {
                fs::write(&workspace.folder.join("clippy.toml"), b"")?;
            }
            crates::set_lints(&workspace.folder)?;
            lint(workspace, &cargo, units)?;
        }
        settle(units, clippy);
        Ok(())
    }

    fn build(&self, workspace: &Workspace<'_>, units: &mut [Unit], wanted: &[usize]) -> Result<()> {
        workspace.progress.phase(&format!("building {} to run", self.spec.count(wanted.len())), None);
        let Ok(cargo) = workspace.tools.require(&CARGO) else { return Ok(()) };
        build(workspace, &cargo, units, wanted)
    }

    fn traceback(&self, unit: &Unit, stderr: &str) -> Traceback {
        let mut lines = stderr.lines();
        let mut message = None;
        while let (None, Some(line)) = (&message, lines.next()) {
            // A panic puts its message on the next line.
            message = if line.contains("panicked at") {
                lines.next().map(|next| format!("panicked: {}", next.trim()))
            } else {
                traceback::message(line)
            };
        }
        Traceback { message, ..traceback::first(unit, stderr) }
    }

    fn command(&self, workspace: &Workspace<'_>, unit: &Unit, scratch: &Path) -> std::result::Result<Job, String> {
        let binary = unit.notes.binary.as_ref().ok_or("the program was not built")?;
        let _ = workspace;
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

    fn packages(&self) -> Option<&dyn Packages> {
        Some(self)
    }
}

impl Packages for Rust {
    fn is_package(&self, manifest: &Path) -> bool {
        package::is_package(manifest)
    }

    fn uses_package(&self, package: &Path, code: &str) -> bool {
        package::library_name(package).is_some_and(|name| mentions(code, &name))
    }

    fn bind(&self, workspace: &Workspace<'_>, code: &str) -> Result<std::result::Result<(), String>> {
        let (Some(package), Ok(cargo)) = (&workspace.package, workspace.tools.require(&CARGO)) else {
            return Ok(Ok(()));
        };
        // Resolving and fetching needs the network as the user has set it up.
        let writes = workspace.written_by_installers();
        let job = |folder: &Path| workspace.installer(workspace.tools.job(&cargo.path, folder), &writes);
        package::bind(&Cargo { job: &job, supervisor: workspace.supervisor }, &workspace.folder, package, code)
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
fn parse(workspace: &Workspace<'_>, units: &mut [Unit]) {
    let edition = crates::edition(&workspace.folder).unwrap_or_default();
    units.par_iter_mut().for_each(|unit| {
        parse_one(workspace, &edition, unit);
        if unit.failed(Step::Parse) {
            unit.skip(Step::Lint);
            unit.skip(Step::Compile);
        }
    });
}

/// syn decides; of a block that it refuses, rustc itself is asked, whose messages know unbalanced braces.
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

/// Sets apart the blocks that cannot be a module among others, and those that must not compile.
fn set_apart(workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
    let edition = crates::edition(&workspace.folder)?;
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
    unit.broke_down(step, "cargo", call);
}

/// Checks the blocks that share a crate, again and again without those that rustc finds errors in, until the rest is
/// clean. What has an error in company is judged alone: then no neighbour can have caused it, nor hidden another.
fn check_together(workspace: &Workspace<'_>, cargo: &Tool, units: &mut [Unit]) -> Result<()> {
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

/// Checks every block that is set apart in a crate of its own. One that must not compile and does is built too: some
/// errors come with code generation.
fn check_alone(workspace: &Workspace<'_>, cargo: &Tool, units: &mut [Unit]) -> Result<()> {
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
    let programs: BTreeSet<String> = suspects.map(|unit| unit.name.clone()).collect();
    if !programs.is_empty() {
        let call = crates::call(workspace, cargo, "build", &programs)?;
        note_messages(&call, Voice::Rustc, units);
    }
    Ok(())
}

/// Asks clippy about the blocks that compile. It is advice: an error that only its driver finds is none, and costs the
/// block its lints.
fn lint(workspace: &Workspace<'_>, cargo: &Tool, units: &mut [Unit]) -> Result<()> {
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

/// Decides the two steps of every unit from what was said.
fn settle(units: &mut [Unit], clippy: bool) {
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

/// Builds what is to run. A shared crate that cannot be built is taken apart: an error of code generation is its block's,
/// and where nobody can tell whose it is, each block is built alone.
fn build(workspace: &Workspace<'_>, cargo: &Tool, units: &mut [Unit], wanted: &[usize]) -> Result<()> {
    for round in 0.. {
        let members: Vec<&Unit> = wanted.iter().map(|index| &units[*index]).collect();
        let programs = crates::write(&workspace.folder, &members)?;
        let call = crates::call(workspace, cargo, "build", &programs)?;
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
                Some(program) => unit.notes.binary = Some(program.into()),
                None if has_error(unit) => {}
                None => unit.broke_down(Step::Run, "cargo build", &call),
            }
        }
        break;
    }
    Ok(())
}
