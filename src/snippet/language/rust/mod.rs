//! Rust: syn parses in process. Crates with a module per block are checked in one call, and their binaries run the
//! blocks, chosen by the name they are called by. Blocks that cannot share a crate, or fail in it, get a separate crate,
//! as in rustdoc. One call of cargo checks these too.
//!
//! rustc decides whether a block compiles. clippy gives advice on blocks that compile. Must not know: pages.

mod alone;
mod check;
mod crates;
mod members;
mod messages;
mod package;
mod parse;
mod tools;
mod wrap;

use crate::error::Result;
use crate::fs;
use crate::process::Job;
use crate::snippet::language::adapter::{Language, Packages, UseOfPackage, marked_lines, tool_for};
use crate::snippet::language::traceback::{self, Traceback};
use crate::snippet::model::language::{Canary, LanguageSpec, Undefined, texts};
use crate::snippet::model::program::{Parts, Program, Promised};
use crate::snippet::model::verdict::{Level, Step, StepOutcome};
use crate::snippet::workspace::dependencies::{self, Pinned};
use crate::snippet::workspace::package::{Needs, mentions};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::MappedText;
use alone::is_about_its_crate;
use check::{build, check_alone, check_together, lint, set_apart, settle};
use crates::{is_alone, set_alone};
use package::Cargo;
use parse::parse;
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use tools::{CARGO, CLIPPY};
use wrap::wrap;

/// The adapters of this folder.
pub(super) fn adapters() -> Vec<Arc<dyn Language>> {
    vec![Arc::new(Rust::new())]
}

/// The adapter.
struct Rust {
    spec: LanguageSpec,
}

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
            fixture: None,
            by_command: false,
            minimal_fixture: vec![("Cargo.toml".into(), "[package]\nname = \"snippets\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[workspace]\n".into()), ("Cargo.lock".into(), "version = 4\n\n[[package]]\nname = \"snippets\"\nversion = \"0.0.0\"\n".into())],
            manifests: texts(&["Cargo.toml"]),
            adds_packages: Some("`cargo add` it there".into()),
            native_command: "cargo check".into(),
            sessions: None,
            dialect: None,
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

const PINNED: Pinned = Pinned {
    kind: "cargo",
    manifest: "Cargo.toml",
    lock: "Cargo.lock",
    how: "`cargo generate-lockfile` writes it",
    mark: "error:",
};

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
            return Ok(Err(dependencies::no_lock(&PINNED)));
        };
        if !workspace.folder.join("src/main.rs").is_file() {
            fs::write(&workspace.folder.join("src/main.rs"), b"fn main() {}\n")?;
        }
        let fetched = dependencies::once(workspace, &PINNED, &lock, &workspace.written_by_installers(), |_| {
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
            // Build scripts and procedural macros are code too (S8.4). The linter would run them.
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
        set_apart(workspace, units)?;
        crates::declare_shared(&workspace.folder, units)?;
        check_together(workspace, &cargo, units)?;
        check_alone(workspace, &cargo, units)?;
        if clippy {
            // clippy searches upward for its configuration. This file stops it before it finds a stray one (S1.5).
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

    fn command(&self, _workspace: &Workspace<'_>, unit: &Unit, scratch: &Path) -> std::result::Result<Job, String> {
        let binary = unit.notes.binary.as_ref().ok_or("the program was not built")?;
        let job = Job::new(binary, scratch).arg0(unit.name.clone()).env("RUST_BACKTRACE", "0");
        // The harness would keep a panic's message, and print it in another form.
        Ok(if unit.test_harness { job.args(["--nocapture", "--test-threads=1"]) } else { job })
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

    fn use_of_package(&self, package: &Path) -> UseOfPackage {
        let name = package::library_name(package);
        Box::new(move |code| name.as_ref().is_some_and(|name| mentions(code, name)))
    }

    fn needs(&self, package: &Path, project: &Path) -> Needs {
        members::needs(package, project)
    }

    fn bind(&self, workspace: &Workspace<'_>, code: &str) -> Result<std::result::Result<(), String>> {
        let (Some(package), Ok(cargo)) = (&workspace.package, workspace.tools.require(&CARGO)) else {
            return Ok(Ok(()));
        };
        // Resolving and fetching need the network, with the user's settings.
        let writes = workspace.written_by_installers();
        let job = |folder: &Path| workspace.installer(workspace.tools.job(&cargo.path, folder), &writes);
        package::bind(&Cargo { job: &job, supervisor: workspace.supervisor }, &workspace.folder, package, code)
    }
}
