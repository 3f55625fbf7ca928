//! JavaScript, and in `typescript.rs` TypeScript: one Node process parses every block, oxlint lints them all, Node runs them.
//!
//! A block with `import`, `export` or top-level `await` is a module; any other block is `CommonJS`. oxlint parses JSX,
//! since Node cannot. Must not know: pages.

mod check;
mod eslint;
mod lint;
pub(crate) mod npm;
mod session;
mod tools;
mod tsc;
mod typescript;
mod v8;

use crate::error::Result;
use crate::fs;
use crate::process::Job;
use crate::snippet::language::adapter::{CallWithInput, Language, Packages, marked_lines};
use crate::snippet::language::own_linter;
use crate::snippet::language::traceback::Traceback;
use crate::snippet::model::language::{Canary, LanguageSpec, Sessions, Undefined, texts};
use crate::snippet::model::program::{Parts, Program, Promised};
use crate::snippet::model::seam;
use crate::snippet::model::verdict::{Level, Step};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::MappedText;
use check::{is_jsx, note_unknown, parse, rename_to_module};
use eslint::ESLINT;
use lint::{configuration, lint};
use regex::Regex;
use serde_json::json;
use session::NodeSession;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use tools::{NODE, OXLINT};
use typescript::TypeScript;
use v8::{PARTS, read_traceback};

/// The adapters of this folder.
pub(super) fn adapters() -> Vec<Arc<dyn Language>> {
    vec![Arc::new(JavaScript::new()), Arc::new(TypeScript::new()), Arc::new(NodeSession::new())]
}

/// The adapter.
struct JavaScript {
    spec: LanguageSpec,
}

/// Code that only a module can contain. Where Node's own parser can be asked, it decides.
static MODULE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*(?:import\b[^(]|export\b|await\b)").expect("a valid pattern"));

/// The line between two parts in a program's file.
const PART: &str = "globalThis[Symbol.for(\"docgen part\")]?.();\n";

impl JavaScript {
    /// The adapter with the facts of its language.
    fn new() -> Self {
        let spec = LanguageSpec {
            name: "javascript".into(),
            title: "JavaScript".into(),
            extension: "js".into(),
            aliases: texts(&["js", "mjs", "cjs", "jsx", "node"]),
            steps: vec![Step::Parse, Step::Lint, Step::Run],
            default_target: Level::Linted,
            tools: vec![NODE.clone(), OXLINT.clone(), eslint::TOOL.clone()],
            fixture: None,
            by_command: false,
            minimal_fixture: vec![("package.json".into(), "{ \"name\": \"snippets\", \"private\": true }\n".into())],
            manifests: texts(&["package.json"]),
            adds_packages: Some("`npm install` it there".into()),
            native_command: "npx oxlint -c oxlint.docgen.json blocks".into(),
            sessions: Some(Sessions { language: session::NAME.into(), comment: "//".into() }),
            undefined: vec![Undefined::Code("no-undef".into())],
            dialect: None,
            canaries: vec![
                Canary::new(Step::Parse, "const = 1;\n"),
                Canary::new(Step::Lint, "console.log(undefinedName);\n"),
                Canary::new(Step::Run, "throw new Error('canary');\n"),
            ],
        };
        Self { spec }
    }
}

impl Language for JavaScript {
    fn spec(&self) -> &LanguageSpec {
        &self.spec
    }

    fn install(&self, workspace: &Workspace<'_>) -> Result<std::result::Result<(), String>> {
        npm::install(workspace)
    }

    fn assemble(&self, parts: &Parts, name: &str) -> Program {
        // Node recognizes a module by its extension, which the parser chooses later. oxlint reads JSX only in `.jsx`.
        let extension = if parts.label == "jsx" { "jsx" } else { "js" };
        let text = parts.join(parts.is_joined().then_some(PART), true);
        Program { text, path: format!("blocks/{name}.{extension}") }
    }

    fn promised_output(&self, code: &MappedText) -> Option<Promised> {
        marked_lines(code, "//>")
    }

    fn stub(&self, name: &str, called: bool) -> Option<String> {
        Some(if called {
            format!("function {name}() {{\n  throw new Error(\"{name} is a stub\");\n}}\n")
        } else {
            format!("const {name} = undefined;\n")
        })
    }

    fn check(&self, workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        let unknown = parse(workspace, units)?;
        lint(workspace, units)?;
        own_linter::lint(workspace, &ESLINT, units, |unit| unit.ceiling >= Level::Linted)?;
        for (index, unknown) in unknown {
            note_unknown(&mut units[index], &unknown);
        }
        Ok(())
    }

    fn traceback(&self, unit: &Unit, stderr: &str) -> Traceback {
        read_traceback(unit, stderr)
    }

    fn command(&self, workspace: &Workspace<'_>, unit: &Unit, scratch: &Path) -> std::result::Result<Job, String> {
        if is_jsx(unit) {
            return Err("JSX cannot be run by Node; use `check` or `no_run`".to_owned());
        }
        let node = workspace.tools.require(&NODE)?;
        Ok(Job::new(&node.path, scratch).arg("--no-warnings").arg(unit.file(workspace)))
    }

    fn build(&self, workspace: &Workspace<'_>, _units: &mut [Unit], _wanted: &[usize]) -> Result<()> {
        fs::write(&workspace.folder.join("docgen_parts.cjs"), PARTS.as_bytes())
    }

    fn command_in_parts(
        &self,
        workspace: &Workspace<'_>,
        unit: &Unit,
        scratch: &Path,
        secrets: &[String],
    ) -> CallWithInput {
        self.command(workspace, unit, scratch)?;
        let node = workspace.tools.require(&NODE)?;
        let input = json!({ "file": unit.file(workspace), "lines": unit.seams, "secrets": secrets }).to_string();
        let job = Job::new(&node.path, scratch)
            .args(["--no-warnings", "--require"])
            .arg(workspace.folder.join("docgen_parts.cjs"))
            .arg(unit.file(workspace))
            .env(seam::SIZE, input.len().to_string());
        Ok((job, input.into_bytes()))
    }

    fn finish_extract(&self, folder: &Path, units: &mut [Unit]) -> Result<()> {
        for unit in units.iter_mut().filter(|unit| MODULE.is_match(unit.program.as_str())) {
            rename_to_module(folder, unit)?;
        }
        let text = serde_json::to_vec_pretty(&configuration(units)).expect("JSON serializes");
        fs::write_if_changed(&folder.join("oxlint.docgen.json"), &text).map(|_| ())
    }

    fn packages(&self) -> Option<&dyn Packages> {
        Some(self)
    }
}

impl Packages for JavaScript {
    fn bind(&self, workspace: &Workspace<'_>, _code: &str) -> Result<std::result::Result<(), String>> {
        npm::bind(workspace)
    }
}
