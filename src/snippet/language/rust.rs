//! Rust: syn parses in process, one crate per fixture and edition with a module per block is checked by clippy in one
//! call, and one binary runs them all, told apart by the name it is called by.
//!
//! clippy does everything `cargo check` does, so one call serves both rungs; where clippy is missing, `cargo check`
//! serves alone. Must not know: pages.

use super::install;
use super::rust_messages::{ask_rustc, forget_consequences, has_error, note_messages};
use super::rust_package::{self, Cargo};
use super::rust_wrap::{self, wrap};
use super::{Canary, Language, Program, Promised, marked_lines, tool_for};
use crate::diagnostic::Severity;
use crate::error::Result;
use crate::fs;
use crate::process::{Finished, Job};
use crate::snippet::batch::blocks;
use crate::snippet::collect::Snippet;
use crate::snippet::package::{mentions, short_hash};
use crate::snippet::plan::Pieces;
use crate::snippet::tool::{Behind, Source, Tool, ToolSpec};
use crate::snippet::unit::{Bench, Place, Said, Unit};
use crate::snippet::verdict::{Level, Step, StepOutcome};
use crate::span::{ColumnUnit, MappedText};
use regex::Regex;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The adapter.
pub(super) struct Rust;

static CARGO: ToolSpec = ToolSpec {
    name: "cargo",
    programs: &["cargo"],
    role: "compiles and runs Rust",
    version_args: &["--version"],
    behind: Some(Behind { program: "rustc", args: &["--print=sysroot"], file: "bin/cargo" }),
    minimum: &[1, 70],
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

    fn install(&self, bench: &Bench<'_>) -> Result<std::result::Result<(), String>> {
        let manifest = fs::read_optional(&bench.folder.join("Cargo.toml"))?.unwrap_or_default();
        let table: toml::Table = toml::from_str(&manifest).unwrap_or_default();
        let named = table.get("dependencies").and_then(toml::Value::as_table).is_some_and(|list| !list.is_empty());
        let Ok(cargo) = bench.tools.require(&CARGO) else { return Ok(Ok(())) };
        if !named {
            return Ok(Ok(()));
        }
        let Some(lock) = fs::read_optional(&bench.folder.join("Cargo.lock"))? else {
            return Ok(Err(install::no_lock("Cargo.toml", "Cargo.lock", "`cargo generate-lockfile` writes it")));
        };
        if !bench.folder.join("src/main.rs").is_file() {
            fs::write(&bench.folder.join("src/main.rs"), b"fn main() {}\n")?;
        }
        let fetched = install::once(bench, "cargo", &lock, &bench.cargo_writes(), |_| {
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
        rust_package::is_package(manifest)
    }

    fn uses_package(&self, package: &Path, code: &str) -> bool {
        rust_package::library_name(package).is_some_and(|name| mentions(code, &name))
    }

    fn bind(&self, bench: &Bench<'_>, code: &str) -> Result<std::result::Result<(), String>> {
        let (Some(package), Ok(cargo)) = (&bench.package, bench.tools.require(&CARGO)) else { return Ok(Ok(())) };
        // Resolving and fetching needs the network as the user has set it up.
        let writes = bench.cargo_writes();
        let job = |folder: &Path| bench.installer(bench.tools.job(&cargo.path, folder), &writes);
        rust_package::bind(&Cargo { job: &job, supervisor: bench.supervisor }, &bench.folder, package, code)
    }

    fn native_command(&self) -> &'static str {
        "cargo check"
    }

    fn program(&self, pieces: &Pieces, _snippet: &Snippet, name: &str) -> Program {
        Program { text: wrap(pieces), path: format!("src/{name}.rs") }
    }

    fn promised_output(&self, code: &MappedText) -> Option<Promised> {
        marked_lines(code, "//>")
    }

    fn shown<'a>(&self, code: &'a str) -> Cow<'a, str> {
        rust_wrap::visible(code)
    }

    fn check(&self, bench: &Bench<'_>, units: &mut [Unit]) -> Result<()> {
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
        for lane in lanes(units) {
            check_lane(bench, &cargo, clippy, &lane, units)?;
        }
        Ok(())
    }

    fn prepare_run(&self, bench: &Bench<'_>, units: &mut [Unit], wanted: &[usize]) -> Result<()> {
        bench.progress.phase(&format!("building {} to run", blocks(wanted.len(), self)), None);
        let Ok(cargo) = bench.tools.require(&CARGO) else { return Ok(()) };
        for lane in lanes(units) {
            let members: Vec<usize> = wanted.iter().copied().filter(|index| lane_of(&units[*index]) == lane).collect();
            if !members.is_empty() {
                build(bench, &cargo, &lane, units, &members)?;
            }
        }
        Ok(())
    }

    fn run_job(&self, bench: &Bench<'_>, unit: &Unit, scratch: &Path) -> std::result::Result<Job, String> {
        let binary = unit.marks.get("binary").ok_or("the program was not built")?;
        let _ = bench;
        Ok(Job::new(binary, scratch).arg0(unit.name.clone()).env("RUST_BACKTRACE", "0"))
    }

    fn finish_extract(&self, folder: &Path, units: &mut [Unit]) -> Result<()> {
        // From `src/main.rs` a module's file is named without its folder.
        let members: Vec<&Unit> = units.iter().collect();
        write_crate(Path::new(".."), folder, &members)
    }

    fn canaries(&self) -> &'static [Canary] {
        &[
            Canary { step: Step::Parse, code: "fn main( {}\n" },
            Canary { step: Step::Lint, code: "fn main() { let x = 1; if x == x { println!(\"{x}\"); } }\n" },
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

/// syn decides; of a block that it refuses, rustc itself is asked, whose messages know unbalanced braces.
fn parse(bench: &Bench<'_>, units: &mut [Unit]) {
    for unit in units {
        if let Some(at) = too_deep(unit.program.as_str()) {
            let said = Said {
                severity: Severity::Error,
                tool: "docgen",
                code: "syntax".to_owned(),
                message: format!("brackets are nested more than {MAX_DEPTH} deep"),
                help: None,
            };
            unit.say_at(Step::Parse, Some(at..at + 1), said);
            unit.skip(Step::Lint);
            unit.skip(Step::Compile);
            continue;
        }
        match syn::parse_file(unit.program.as_str()) {
            Ok(_) => unit.pass(Step::Parse),
            Err(problem) => {
                if let (false, Ok(cargo)) = (bench.no_exec, bench.tools.require(&CARGO)) {
                    ask_rustc(bench, &cargo, unit);
                }
                if unit.failed(Step::Parse) {
                    unit.forget_wrapper_noise();
                    unit.skip(Step::Lint);
                    unit.skip(Step::Compile);
                    continue;
                }
                let (start, end) = (problem.span().start(), problem.span().end());
                let place = Place {
                    line: start.line,
                    column: start.column + 1,
                    end: Some((end.line, end.column + 1)),
                    unit: ColumnUnit::Char,
                };
                let said = Said {
                    severity: Severity::Error,
                    tool: "syn",
                    code: "syntax".to_owned(),
                    message: problem.to_string(),
                    help: None,
                };
                unit.say(Step::Parse, Some(place), said);
                unit.skip(Step::Lint);
                unit.skip(Step::Compile);
            }
        }
    }
}

/// What makes a crate of its own: an edition other than the fixture's, or a block that is `standalone`.
type Lane = (Option<String>, Option<String>);

fn lane_of(unit: &Unit) -> Lane {
    (unit.edition.clone(), unit.standalone.then(|| unit.name.clone()))
}

fn lanes(units: &[Unit]) -> BTreeSet<Lane> {
    units.iter().map(lane_of).collect()
}

/// The folder of the crate for a lane: the fixture itself, or one below it with the same manifest.
fn crate_folder(bench: &Bench<'_>, lane: &Lane) -> Result<PathBuf> {
    let name = match lane {
        (None, None) => return Ok(bench.folder.clone()),
        (edition, alone) => {
            let words = [edition.as_deref(), alone.as_deref()];
            words.into_iter().flatten().collect::<Vec<_>>().join("-")
        }
    };
    let folder = bench.folder.join(format!("crate-{name}"));
    let manifest = fs::read_to_string(&bench.folder.join("Cargo.toml"))?;
    let edition_key = Regex::new(r#"(?m)^edition\s*=\s*"\d+""#).expect("a valid pattern");
    let manifest = match &lane.0 {
        Some(edition) => edition_key.replace(&manifest, format!("edition = \"{edition}\"")).into_owned(),
        None => manifest,
    };
    fs::write_if_changed(&folder.join("Cargo.toml"), manifest.as_bytes())?;
    if let Some(lock) = fs::read_optional(&bench.folder.join("Cargo.lock"))? {
        fs::write_if_changed(&folder.join("Cargo.lock"), lock.as_bytes())?;
    }
    Ok(folder)
}

/// Writes the crate's `main.rs`: a module for each member, and a dispatch by the name the binary is called by.
fn write_crate(fixture: &Path, folder: &Path, members: &[&Unit]) -> Result<()> {
    let mut main = String::from(
        "//! Written by docgen: one module for each block, told apart by the name the program is called by.\n#![allow(unused)]\n\n",
    );
    for unit in members {
        let _ = writeln!(main, "#[path = {:?}]\nmod {};", fixture.join(&unit.path).display().to_string(), unit.name);
    }
    main.push_str("\nfn main() -> std::process::ExitCode {\n    let name = std::env::args().next().unwrap_or_default();\n    match name.as_str() {\n");
    for unit in members {
        let _ = writeln!(main, "        {:?} => {}::{}(),", unit.name, unit.name, rust_wrap::ENTRY);
    }
    main.push_str("        _ => std::process::ExitCode::from(127),\n    }\n}\n");
    fs::write_if_changed(&folder.join("src/main.rs"), main.as_bytes()).map(|_| ())
}

fn cargo_job(bench: &Bench<'_>, cargo: &Tool, folder: &Path) -> Job {
    bench
        .compiler(&cargo.path, folder)
        // A target folder for each crate: they share a name, and cargo would take one's program for the other's.
        .env("CARGO_TARGET_DIR", bench.build.join("cargo-target").join(short_hash(folder)))
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_NET_OFFLINE", "true")
        .env("CLIPPY_CONF_DIR", &bench.folder)
}

/// Checks again and again without the blocks that had errors, until the rest is clean: an error of one phase hides
/// those of later phases in other blocks.
fn check_lane(bench: &Bench<'_>, cargo: &Tool, clippy: bool, lane: &Lane, units: &mut [Unit]) -> Result<()> {
    let folder = crate_folder(bench, lane)?;
    // clippy looks upward for its configuration until it finds one: a stray one is never reached (S1.5).
    if !["clippy.toml", ".clippy.toml"].iter().any(|name| bench.folder.join(name).is_file()) {
        fs::write(&bench.folder.join("clippy.toml"), b"")?;
    }
    let mine = |unit: &Unit| lane_of(unit) == *lane && (unit.wants(Step::Compile) || unit.wants(Step::Lint));
    let mut last = None;
    for _ in 0..MAX_ROUNDS {
        let members: Vec<&Unit> = units.iter().filter(|unit| mine(unit) && !has_error(unit)).collect();
        if members.is_empty() {
            break;
        }
        write_crate(&bench.folder, &folder, &members)?;
        let job = cargo_job(bench, cargo, &folder);
        let job = if clippy {
            job.args(["clippy", "--offline", "--quiet", "--message-format=json", "--"]).args([
                "-A",
                "clippy::all",
                "-D",
                "clippy::correctness",
                "-W",
                "clippy::suspicious",
            ])
        } else {
            job.args(["check", "--offline", "--quiet", "--message-format=json"])
        };
        let finished = bench.supervisor.run(&job)?;
        let evicted = note_messages(&finished, units);
        let done = finished.success() || evicted == 0;
        last = Some(finished);
        if done {
            break;
        }
    }
    settle(units, lane, last.as_ref(), clippy);
    Ok(())
}

/// Decides the two steps of every unit of a lane from what was said.
fn settle(units: &mut [Unit], lane: &Lane, last: Option<&Finished>, clippy: bool) {
    let clean = last.is_none_or(Finished::success);
    for unit in units.iter_mut().filter(|unit| lane_of(unit) == *lane) {
        forget_consequences(unit);
        if unit.marks.contains_key("compile-error") {
            unit.fail(Step::Compile);
            unit.skip(Step::Lint);
        } else if !unit.evidence.missing_dependencies.is_empty() {
            unit.skip(Step::Lint);
            unit.skip(Step::Compile);
        } else if clean || unit.failed(Step::Lint) {
            for step in [Step::Lint, Step::Compile] {
                if unit.wants(step) && (clippy || step == Step::Compile) {
                    unit.pass(step);
                }
            }
        } else if unit.wants(Step::Compile) {
            let why = last.map(Finished::summary).unwrap_or_default();
            unit.missing(Step::Compile, &format!("cargo broke down: {why}"));
        }
    }
}

fn build(bench: &Bench<'_>, cargo: &Tool, lane: &Lane, units: &mut [Unit], members: &[usize]) -> Result<()> {
    let folder = crate_folder(bench, lane)?;
    let list: Vec<&Unit> = members.iter().map(|index| &units[*index]).collect();
    write_crate(&bench.folder, &folder, &list)?;
    let job = cargo_job(bench, cargo, &folder).args(["build", "--offline", "--quiet", "--message-format=json"]);
    let finished = bench.supervisor.run(&job)?;
    let binary = finished.stdout_text().lines().find_map(executable);
    for index in members {
        let unit = &mut units[*index];
        match &binary {
            Some(binary) if finished.success() => {
                unit.marks.insert("binary", binary.clone());
            }
            _ => unit.missing(Step::Run, &format!("cargo build broke down: {}", finished.summary())),
        }
    }
    Ok(())
}

fn executable(line: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(line).ok()?;
    value.get("executable")?.as_str().map(str::to_owned)
}
