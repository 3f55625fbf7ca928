//! gofmt parses all blocks, `go list -export` compiles all packages without linking, `go build` links programs to run.
//!
//! Must not know: how a block becomes a program.

use super::call::{command, package};
use super::messages::{EXCLUDED, NO_PACKAGE, error, excluded, note_lines};
use crate::error::Result;
use crate::snippet::language::findings;
use crate::snippet::model::verdict::Step;
use crate::snippet::toolchain::tool::Tool;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use serde::Deserialize;

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

pub(super) fn build_alone(workspace: &Workspace<'_>, go: &Tool, unit: &mut Unit) -> Result<bool> {
    let output = workspace.folder.join("bin").join(&unit.name);
    let job = command(workspace, go)?.args(["build", "-o"]).arg(output).arg(package(unit));
    let finished = workspace.supervisor.run(&job)?;
    if !finished.success() {
        let said = finished.stderr_text();
        let message = said.lines().find(|line| !line.starts_with('#')).unwrap_or("cannot be linked").to_owned();
        let message = message.replace("runtime.main_main·f: ", "");
        unit.say(Step::Compile, None, error(message));
    }
    Ok(finished.success())
}

pub(super) fn parse(workspace: &Workspace<'_>, go: &Tool, units: &mut [Unit]) -> Result<()> {
    let gofmt = go.path.with_file_name("gofmt");
    let files: Vec<_> = units.iter().map(|unit| unit.path.clone()).collect();
    let job = workspace.linter(&gofmt).args(["-e", "-l"]).args(files);
    let finished = workspace.supervisor.run(&job)?;
    note_lines(&finished.stderr_text(), Step::Parse, "gofmt", units);
    let broke = !matches!(finished.end, crate::process::End::Exited(0 | 2));
    for unit in units {
        if broke {
            unit.broke_down(Step::Parse, "gofmt", &finished);
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

pub(super) fn compile(workspace: &Workspace<'_>, go: &Tool, units: &mut [Unit]) -> Result<()> {
    let packages: Vec<_> = units.iter().filter(|unit| unit.wants(Step::Compile)).map(package).collect();
    if packages.is_empty() {
        return Ok(());
    }
    let job = command(workspace, go)?
        .args(["list", "-e", "-export", "-gcflags=-e", "-json=ImportPath,Error,DepsErrors"])
        .args(packages);
    let finished = workspace.supervisor.run(&job)?;
    let stream = serde_json::Deserializer::from_slice(&finished.stdout).into_iter::<Package>();
    let Ok(found) = stream.collect::<std::result::Result<Vec<_>, _>>() else {
        findings::all_broke_down("go", Step::Compile, &finished, units);
        return Ok(());
    };
    if found.is_empty() {
        findings::all_broke_down("go", Step::Compile, &finished, units);
        return Ok(());
    }
    note_packages(workspace, found, units);
    for unit in units.iter_mut().filter(|unit| unit.wants(Step::Compile)) {
        if unit.evidence.missing_dependencies.is_empty() {
            unit.pass(Step::Compile);
        } else {
            unit.skip(Step::Compile);
        }
    }
    Ok(())
}

/// Records Go's messages about each package in the package's block.
fn note_packages(workspace: &Workspace<'_>, found: Vec<Package>, units: &mut [Unit]) {
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
            // If a bound package lacks something, the block that uses it lacks it too.
            if let Some(missing) = NO_PACKAGE.captures(&text)
                && let Some(unit) = units.iter_mut().find(|unit| unit.name == owner)
            {
                unit.dependency(missing.iter().skip(1).flatten().next().map_or("", |name| name.as_str()));
            }
        }
        // An error without a place in a file still fails the block.
        if let (Some(text), Some(unit)) = (failed, units.iter_mut().find(|unit| unit.name == owner))
            && !unit.evidence.findings.iter().any(|finding| finding.tool == "go")
            && unit.evidence.missing_dependencies.is_empty()
            && unit.wants(Step::Compile)
        {
            let line = text.lines().find(|line| !line.starts_with('#')).unwrap_or("the package cannot be loaded");
            unit.say(Step::Compile, None, error(line.replace(&*workspace.folder.to_string_lossy(), "/work")));
        }
    }
}
