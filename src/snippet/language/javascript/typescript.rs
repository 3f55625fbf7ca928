//! TypeScript: one call of tsc checks all blocks, oxlint lints them, Node runs what tsc makes of them.
//!
//! Must not know: pages, what the compiler's messages look like.

use super::eslint::{self, ESLINT};
use super::lint::{configuration, lint};
use super::session::NAME;
use super::tools::{NODE, OXLINT, TSC};
use super::v8::{PARTS, read_traceback};
use super::{npm, tsc};
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
use serde_json::json;
use std::path::{Path, PathBuf};
use std::result::Result as StdResult;

/// The adapter.
pub(super) struct TypeScript {
    spec: LanguageSpec,
}

/// The line between two parts in a program's file.
const PART: &str = "void (globalThis as any)[Symbol.for(\"docgen part\")]?.();\n";

/// The configuration of a fixture that has none: strict, for Node and browsers.
const TSCONFIG: &str = r#"{
  "compilerOptions": {
    "strict": true,
    "target": "esnext",
    "module": "preserve",
    "resolveJsonModule": true,
    "jsx": "react-jsx"
  }
}
"#;

/// The codes of an undefined name.
const UNDEFINED: &[&str] = &["TS2304", "TS2503", "TS2552", "TS18004"];

impl TypeScript {
    /// The adapter with the facts of its language.
    pub(super) fn new() -> Self {
        let spec = LanguageSpec {
            name: "typescript".into(),
            title: "TypeScript".into(),
            extension: "ts".into(),
            aliases: texts(&["ts", "tsx", "mts", "cts"]),
            steps: vec![Step::Parse, Step::Lint, Step::Compile, Step::Run],
            default_target: Level::Compiled,
            tools: vec![TSC.clone(), OXLINT.clone(), NODE.clone(), eslint::TOOL.clone()],
            fixture: None,
            by_command: false,
            minimal_fixture: vec![
                ("package.json".into(), "{ \"name\": \"snippets\", \"private\": true }\n".into()),
                ("tsconfig.json".into(), TSCONFIG.into()),
            ],
            manifests: texts(&["package.json"]),
            adds_packages: Some("`npm install` it there".into()),
            native_command: "npx tsc -p tsconfig.docgen.json".into(),
            sessions: Some(Sessions { language: NAME.into(), comment: "//".into() }),
            undefined: UNDEFINED.iter().map(|code| Undefined::Code((*code).into())).collect(),
            dialect: None,
            canaries: vec![
                Canary::new(Step::Parse, "const = 1;\n"),
                Canary::new(Step::Lint, "function f() {\n  return 1;\n  f();\n}\nf();\n"),
                Canary::new(Step::Compile, "const n: number = \"one\";\n"),
                Canary::new(Step::Run, "throw new Error('canary');\n"),
            ],
        };
        Self { spec }
    }
}

/// The JavaScript of a unit.
fn emitted(workspace: &Workspace<'_>, unit: &Unit) -> StdResult<PathBuf, String> {
    let file = unit.notes.binary.as_ref().ok_or("tsc made no JavaScript of this block")?;
    Ok(workspace.folder.join(file))
}

impl Language for TypeScript {
    fn spec(&self) -> &LanguageSpec {
        &self.spec
    }

    fn install(&self, workspace: &Workspace<'_>) -> Result<StdResult<(), String>> {
        npm::install(workspace)
    }

    fn assemble(&self, parts: &Parts, name: &str) -> Program {
        let extension = if parts.label == "tsx" { "tsx" } else { "ts" };
        let text = parts.join(parts.is_joined().then_some(PART), true);
        Program { text, path: format!("blocks/{name}.{extension}") }
    }

    fn promised_output(&self, code: &MappedText) -> Option<Promised> {
        marked_lines(code, "//>")
    }

    fn stub(&self, name: &str, called: bool) -> Option<String> {
        Some(if called {
            format!("function {name}(..._: any[]): any {{\n  throw new Error(\"{name} is a stub\");\n}}\n")
        } else {
            format!("const {name}: any = undefined;\n")
        })
    }

    fn check(&self, workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        tsc::check(workspace, units)?;
        for unit in units.iter_mut().filter(|unit| unit.failed(Step::Parse)) {
            unit.skip(Step::Lint);
        }
        lint(workspace, units)?;
        own_linter::lint(workspace, &ESLINT, units, |unit| unit.ceiling >= Level::Linted)
    }

    fn build(&self, workspace: &Workspace<'_>, units: &mut [Unit], wanted: &[usize]) -> Result<()> {
        fs::write(&workspace.folder.join("docgen_parts.cjs"), PARTS.as_bytes())?;
        tsc::emit(workspace, units, wanted)
    }

    fn traceback(&self, unit: &Unit, stderr: &str) -> Traceback {
        read_traceback(unit, stderr)
    }

    fn command(&self, workspace: &Workspace<'_>, unit: &Unit, scratch: &Path) -> StdResult<Job, String> {
        let node = workspace.tools.require(&NODE)?;
        let options = ["--no-warnings", "--enable-source-maps"];
        Ok(Job::new(&node.path, scratch).args(options).arg(emitted(workspace, unit)?))
    }

    fn command_in_parts(
        &self,
        workspace: &Workspace<'_>,
        unit: &Unit,
        scratch: &Path,
        secrets: &[String],
    ) -> CallWithInput {
        let node = workspace.tools.require(&NODE)?;
        let file = emitted(workspace, unit)?;
        let map = file.with_extension("js.map");
        let input = json!({ "file": file, "map": map, "lines": unit.seams, "secrets": secrets }).to_string();
        let job = Job::new(&node.path, scratch)
            .args(["--no-warnings", "--enable-source-maps", "--require"])
            .arg(workspace.folder.join("docgen_parts.cjs"))
            .arg(file)
            .env(seam::SIZE, input.len().to_string());
        Ok((job, input.into_bytes()))
    }

    fn finish_extract(&self, folder: &Path, units: &mut [Unit]) -> Result<()> {
        let text = serde_json::to_vec_pretty(&configuration(units)).expect("JSON serializes");
        fs::write_if_changed(&folder.join("oxlint.docgen.json"), &text)?;
        tsc::write_for_people(folder, units)
    }

    fn packages(&self) -> Option<&dyn Packages> {
        Some(self)
    }
}

impl Packages for TypeScript {
    fn bind(&self, workspace: &Workspace<'_>, _code: &str) -> Result<StdResult<(), String>> {
        npm::bind(workspace)
    }
}
