//! The crates that blocks are compiled in: shared crates with a module per block, and a separate crate for each block
//! that cannot share one. All are programs of the fixture's package, so one call of cargo builds them, on all cores.
//!
//! Must not know: messages, verdicts.

use super::wrap;
use crate::error::Result;
use crate::fs;
use crate::process::{Finished, Job};
use crate::snippet::toolchain::tool::Tool;
use crate::snippet::workspace::package::short_hash;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use toml::Table;

/// A program of the package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Program {
    name: String,
    /// Cargo builds it as a crate of tests.
    is_test: bool,
}

impl Program {
    /// The crate of a block that has one of its own.
    pub(super) fn of(unit: &Unit) -> Self {
        Self { name: unit.name.clone(), is_test: unit.test_harness }
    }
}

/// The program of blocks that share a crate.
const SHARED: &str = "docgen_shared";
/// Max blocks in a shared crate. rustc checks a crate on one core, and checks all of it again if one block has an error.
const MAX_SHARED: usize = 128;

/// Whether a block gets a separate crate.
pub(super) fn is_alone(unit: &Unit) -> bool {
    unit.notes.alone
}

/// Gives a block a separate crate.
pub(super) fn set_alone(unit: &mut Unit) {
    unit.notes.alone = true;
}

/// Shares the blocks out to crates, in order.
pub(super) fn share_out(units: &mut [Unit]) {
    let mut counts: BTreeMap<Option<String>, usize> = BTreeMap::new();
    for unit in units.iter_mut().filter(|unit| !is_alone(unit)) {
        let before = counts.entry(unit.edition.clone()).or_default();
        unit.notes.part = *before / MAX_SHARED;
        *before += 1;
    }
}

/// The edition of a fixture. A manifest without one means Rust's first edition.
pub(super) fn edition(folder: &Path) -> Result<String> {
    let table = manifest(folder)?;
    let edition = table.get("package").and_then(|package| package.get("edition")?.as_str());
    Ok(edition.unwrap_or("2015").to_owned())
}

fn manifest(folder: &Path) -> Result<Table> {
    let text = fs::read_optional(&folder.join("Cargo.toml"))?.unwrap_or_default();
    // If the manifest is broken, cargo reports that.
    Ok(text.parse().unwrap_or_default())
}

/// Declares every block as a program of the package.
pub(super) fn declare(folder: &Path, units: &[&Unit]) -> Result<()> {
    let programs = units.iter().map(|unit| (unit.name.clone(), unit.path.clone(), unit.edition.clone()));
    declare_all(folder, programs.collect())
}

/// Declares the shared crates as programs of the package.
pub(super) fn declare_shared(folder: &Path, units: &[Unit]) -> Result<()> {
    let shared = units.iter().filter(|unit| !is_alone(unit));
    let named: BTreeMap<String, Option<String>> =
        shared.map(|unit| (shared_name(unit), unit.edition.clone())).collect();
    let program = |(name, edition): (String, Option<String>)| (name.clone(), format!("src/{name}.rs"), edition);
    declare_all(folder, named.into_iter().map(program).collect())
}

/// Adds programs to a manifest, with name, path and edition.
fn declare_all(folder: &Path, added: Vec<(String, String, Option<String>)>) -> Result<()> {
    let mut table = manifest(folder)?;
    let programs = table.entry("bin").or_insert_with(|| toml::Value::Array(Vec::new()));
    let Some(programs) = programs.as_array_mut() else { return Ok(()) };
    let name_of = |program: &toml::Value| program.get("name").and_then(toml::Value::as_str).map(str::to_owned);
    let known: BTreeSet<String> = programs.iter().filter_map(name_of).collect();
    for (name, path, edition) in added.into_iter().filter(|(name, ..)| !known.contains(name)) {
        let mut program = Table::from_iter([("name".to_owned(), name.into()), ("path".to_owned(), path.into())]);
        if let Some(edition) = edition {
            program.insert("edition".to_owned(), edition.into());
        }
        programs.push(toml::Value::Table(program));
    }
    write_manifest(folder, &table)
}

fn write_manifest(folder: &Path, table: &Table) -> Result<()> {
    fs::write_if_changed(&folder.join("Cargo.toml"), table.to_string().as_bytes()).map(|_| ())
}

/// Writes docgen's lint levels with a lower priority than the fixture's: correctness and suspicious lints are warnings.
pub(super) fn set_lints(folder: &Path) -> Result<()> {
    let mut table = manifest(folder)?;
    let lints = table.entry("lints").or_insert_with(|| Table::new().into());
    let Some(lints) = lints.as_table_mut().filter(|lints| !lints.contains_key("workspace")) else { return Ok(()) };
    let clippy = lints.entry("clippy").or_insert_with(|| Table::new().into());
    let Some(clippy) = clippy.as_table_mut() else { return Ok(()) };
    for (priority, group, level) in [(-100, "all", "allow"), (-99, "correctness", "warn"), (-98, "suspicious", "warn")]
    {
        let level = Table::from_iter([("level".to_owned(), level.into()), ("priority".to_owned(), priority.into())]);
        clippy.entry(group).or_insert_with(|| level.into());
    }
    write_manifest(folder, &table)
}

/// The name of the shared crate of a block: by its edition and its part.
pub(super) fn shared_name(unit: &Unit) -> String {
    let edition = unit.edition.as_ref().map_or_else(String::new, |edition| format!("_{edition}"));
    format!("{SHARED}{edition}_{}", unit.notes.part + 1)
}

/// Writes the crates of these blocks. Returns the names of all programs, shared or separate.
pub(super) fn write(folder: &Path, units: &[&Unit]) -> Result<BTreeSet<Program>> {
    let mut shared: BTreeMap<String, Vec<&Unit>> = BTreeMap::new();
    let mut names = BTreeSet::new();
    for unit in units {
        if is_alone(unit) {
            fs::write_if_changed(&folder.join(&unit.path), wrap::crate_root(unit.program.as_str()).as_bytes())?;
            names.insert(Program::of(unit));
        } else {
            fs::write_if_changed(&folder.join(&unit.path), unit.program.as_str().as_bytes())?;
            shared.entry(shared_name(unit)).or_default().push(unit);
        }
    }
    for (name, members) in shared {
        fs::write_if_changed(&folder.join(format!("src/{name}.rs")), shared_root(&members).as_bytes())?;
        names.insert(Program { name, is_test: false });
    }
    Ok(names)
}

/// The root of a shared crate: a module per block, and a dispatch by the name that the program is called by.
pub(super) fn shared_root(members: &[&Unit]) -> String {
    let mut root = String::from(
        "//! Written by docgen: one module for each block, told apart by the name the program is called by.\n#![allow(unused)]\n\n",
    );
    for unit in members {
        let _ = writeln!(root, "mod {};", unit.name);
    }
    root.push_str("\nfn main() -> std::process::ExitCode {\n    let name = std::env::args().next().unwrap_or_default();\n    match name.as_str() {\n");
    for unit in members {
        let _ = writeln!(root, "        {:?} => {}::{}(),", unit.name, unit.name, wrap::ENTRY);
    }
    root.push_str("        _ => std::process::ExitCode::from(127),\n    }\n}\n");
    root
}

/// Calls cargo for these programs: `check`, `clippy` or `build`. If one fails, cargo still tries the others. Crates of
/// tests need a call of their own.
pub(super) fn call(
    workspace: &Workspace<'_>,
    cargo: &Tool,
    command: &str,
    programs: &BTreeSet<Program>,
) -> Result<Finished> {
    let (tests, others): (Vec<&Program>, Vec<&Program>) = programs.iter().partition(|program| program.is_test);
    if tests.is_empty() {
        return call_one(workspace, cargo, &[command, "--keep-going"], &others);
    }
    let of_tests: &[&str] = match command {
        "build" => &["test", "--no-run", "--no-fail-fast"],
        command => &[command, "--keep-going", "--profile", "test"],
    };
    let of_tests = call_one(workspace, cargo, of_tests, &tests)?;
    if others.is_empty() {
        return Ok(of_tests);
    }
    let mut call = call_one(workspace, cargo, &[command, "--keep-going"], &others)?;
    call.stdout.extend(&of_tests.stdout);
    if call.success() {
        call.end = of_tests.end;
    }
    Ok(call)
}

fn call_one(workspace: &Workspace<'_>, cargo: &Tool, command: &[&str], programs: &[&Program]) -> Result<Finished> {
    let job: Job = workspace
        .compiler(&cargo.path, &workspace.folder)
        .env("CARGO_TARGET_DIR", workspace.build.join("cargo-target").join(short_hash(&workspace.folder)))
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_NET_OFFLINE", "true")
        // Small crates that change as a whole gain nothing from incremental builds or debug data, which cost time and
        // disk.
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CLIPPY_CONF_DIR", &workspace.folder)
        .args(command)
        .args(["--offline", "--quiet", "--message-format=json"])
        .args(programs.iter().flat_map(|program| ["--bin", program.name.as_str()]));
    workspace.supervisor.run(&job)
}

/// The programs that a call of cargo finished, each with its file if it was linked.
pub(super) fn finished(call: &Finished) -> BTreeMap<String, Option<String>> {
    let mut found = BTreeMap::new();
    for line in call.stdout_text().lines() {
        let Ok(value) = serde_json::from_str::<Value>(line) else { continue };
        if value["reason"] == "compiler-artifact"
            && let Some(name) = value["target"]["name"].as_str()
        {
            found.insert(name.to_owned(), value["executable"].as_str().map(str::to_owned));
        }
    }
    found
}
