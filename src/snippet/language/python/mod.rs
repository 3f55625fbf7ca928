//! Python: `ast` and `compile()` in one process for all blocks, ruff once for all, the interpreter to run.
//!
//! Must not know: pages.

use crate::diagnostic::Severity;
use crate::error::Result;
use crate::fs;
use crate::process::Job;
use crate::snippet::language::adapter::{Language, PartsJob, marked_lines, tool_for};
use crate::snippet::language::{answers, elsewhere};
use crate::snippet::model::language::Canary;
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::program::{Parts, Program, Promised};
use crate::snippet::model::seam;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{self, Level, Step};
use crate::snippet::toolchain::tool::{Source, Tool, ToolSpec};
use crate::snippet::workspace::dependencies;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::{ColumnUnit, MappedText};
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The adapter.
pub(super) struct Python;

static PYTHON: ToolSpec = ToolSpec {
    name: "python",
    programs: &["python3", "python"],
    role: "parses, compiles and runs Python",
    version_args: &[
        "-I",
        "-c",
        "import sys; print('%d.%d.%d' % sys.version_info[:3]); print('path=' + sys.executable)",
    ],
    behind: None,
    minimum: &[3, 8],
    source: Source::Manual("install Python 3.8 or newer, for example `apt-get install python3`"),
};

static RUFF: ToolSpec = ToolSpec {
    name: "ruff",
    programs: &["ruff"],
    role: "lints Python",
    version_args: &["--version"],
    behind: None,
    minimum: &[0, 5],
    source: Source::Pypi { package: "ruff", version: "0.17.6", megabytes: 12, programs: "bin" },
};

/// ruff's rules: errors (S1.4), and pyflakes as warnings without those that every fragment would trip.
const ERRORS: &[&str] = &["E9", "F63", "F7", "F82", "invalid-syntax"];
const SELECT: &str = "E9,F";
const IGNORE: &str = "F401,F841";

static REDEFINED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"from line (\d+)").expect("a valid pattern"));

/// Parses and compiles many blocks.
const CHECK: &str = concat!(include_str!("imports.py"), "\n", include_str!("check.py"));
/// What other versions and platforms have in their standard library.
const ELSEWHERE: &str = include_str!("elsewhere.txt");
/// Runs many blocks from one interpreter.
const WARM: &str = concat!(include_str!("parts.py"), include_str!("warm.py"));
/// Runs a program of several parts, or one that has `await` at its top level.
const RUN: &str = concat!(include_str!("parts.py"), include_str!("run.py"));
/// Stands in a program's file where one part ends and the next begins.
const PART: &str = "pass  # docgen: the next block\n";

#[derive(Serialize)]
struct Request<'a> {
    roots: &'a [String],
    /// The source tree of the package around the page, where not all is there that a build makes.
    package: Option<String>,
    blocks: &'a [&'a str],
}

/// What the check says of one block.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Broken { broken: String },
    Checked(Box<Checked>),
}

#[derive(Deserialize)]
struct Checked {
    parse: Option<SyntaxProblem>,
    compile: Option<SyntaxProblem>,
    #[serde(default)]
    warnings: Vec<SyntaxProblem>,
    #[serde(default)]
    missing: Vec<String>,
    #[serde(default)]
    unknown: Vec<Unknown>,
    #[serde(default)]
    asynchronous: bool,
}

/// A name that a known module does not have.
#[derive(Deserialize)]
struct Unknown {
    module: String,
    name: String,
    #[serde(flatten)]
    problem: SyntaxProblem,
}

#[derive(Deserialize)]
struct SyntaxProblem {
    code: String,
    message: String,
    line: usize,
    column: usize,
    end_line: Option<usize>,
    end_column: Option<usize>,
}

impl SyntaxProblem {
    fn place(&self) -> Position {
        let end = match (self.end_line, self.end_column) {
            (Some(line), Some(column)) => Some((line, column)),
            _ => None,
        };
        Position { line: self.line, column: self.column, end, unit: ColumnUnit::Char }
    }

    fn said(&self, severity: Severity) -> Message {
        Message { severity, tool: "python", code: self.code.clone(), message: self.message.clone(), help: None }
    }
}

#[derive(Deserialize)]
struct RuffFinding {
    code: Option<String>,
    message: String,
    location: RuffPlace,
    end_location: RuffPlace,
}

#[derive(Deserialize)]
struct RuffPlace {
    row: usize,
    column: usize,
}

impl Language for Python {
    fn name(&self) -> &'static str {
        "python"
    }

    fn title(&self) -> &'static str {
        "Python"
    }

    fn extension(&self) -> &'static str {
        "py"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["py", "python3"]
    }

    fn steps(&self) -> &'static [Step] {
        &[Step::Parse, Step::Lint, Step::Compile, Step::Run]
    }

    fn default_target(&self) -> Level {
        Level::Compiled
    }

    fn tools(&self) -> &'static [&'static ToolSpec] {
        const { &[&PYTHON, &RUFF] }
    }

    fn minimal_fixture(&self) -> &'static [(&'static str, &'static str)] {
        &[("pyproject.toml", "[project]\nname = \"snippets\"\nversion = \"0\"\nrequires-python = \">=3.8\"\n")]
    }

    fn install(&self, bench: &Workspace<'_>) -> Result<std::result::Result<(), String>> {
        Ok(dependencies(bench)?.map(|_| ()))
    }

    fn adds_packages(&self) -> Option<&'static str> {
        Some("pin it in requirements.txt, as `pip freeze` does")
    }

    fn manifests(&self) -> &'static [&'static str] {
        &["pyproject.toml", "setup.py", "setup.cfg"]
    }

    fn native_command(&self) -> &'static str {
        "ruff check blocks && python3 -m compileall -q blocks"
    }

    fn program(&self, pieces: &Parts, _snippet: &Snippet, name: &str) -> Program {
        let text = pieces.join(pieces.is_joined().then_some(PART), false);
        Program { text, path: format!("blocks/{name}.py") }
    }

    fn promised_output(&self, code: &MappedText) -> Option<Promised> {
        marked_lines(code, "#>")
    }

    fn stub(&self, name: &str, called: bool) -> Option<String> {
        let constructor = name.starts_with(|c: char| c.is_uppercase());
        Some(match (constructor, called) {
            (true, _) => format!("class {name}(Exception):\n    pass\n"),
            (false, true) => format!("def {name}(*args, **kwargs):\n    raise NotImplementedError(\"{name}\")\n"),
            (false, false) => format!("{name} = None\n"),
        })
    }

    fn check(&self, bench: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        self.parse_and_compile(bench, units)?;
        lint(bench, units)
    }

    fn surroundings(&self, tool: &Tool) -> Option<String> {
        let prefix = tool.path.parent()?.parent()?;
        let mut listing = String::new();
        let versions = fs::list(&prefix.join("lib")).unwrap_or_default();
        let sites =
            versions.iter().flat_map(|version| ["site-packages", "dist-packages"].map(|name| version.join(name)));
        for package in sites.flat_map(|site| fs::list(&site).unwrap_or_default()) {
            let time = package.metadata().and_then(|meta| meta.modified()).ok();
            let _ = writeln!(listing, "{} {time:?}", package.display());
        }
        let _ = write!(listing, "{:?}", fs::read_optional(&prefix.join("pyvenv.cfg")).ok().flatten());
        Some(listing)
    }

    fn warm_job(&self, bench: &Workspace<'_>, scratch: &Path) -> Option<Job> {
        Some(interpreter(bench, scratch).ok()?.args(["-c", WARM]))
    }

    fn run_job(&self, bench: &Workspace<'_>, unit: &Unit, scratch: &Path) -> std::result::Result<Job, String> {
        let job = interpreter(bench, scratch)?;
        let asynchronous = unit.marks.contains_key("asynchronous");
        let job = if asynchronous { job.args(["-c", RUN, "", "async"]) } else { job };
        Ok(job.arg(unit.file(bench)))
    }

    fn parts_job(&self, bench: &Workspace<'_>, unit: &Unit, scratch: &Path, secrets: &[String]) -> PartsJob {
        let lines: Vec<String> = unit.seams.iter().map(usize::to_string).collect();
        let how = if unit.marks.contains_key("asynchronous") { "async" } else { "" };
        let job = interpreter(bench, scratch)?.args(["-c", RUN, &lines.join(","), how]).arg(unit.file(bench));
        Ok((job, seam::lines(secrets)))
    }

    fn canaries(&self) -> &'static [Canary] {
        &[
            Canary { step: Step::Parse, code: "def f(:\n    pass\n" },
            Canary { step: Step::Lint, code: "print(undefined_name)\n" },
            Canary { step: Step::Compile, code: "def f():\n    nonlocal x\n" },
            Canary { step: Step::Run, code: "raise SystemExit(3)\n" },
        ]
    }
}

/// A call of the interpreter as runs are given it.
fn interpreter(bench: &Workspace<'_>, scratch: &Path) -> std::result::Result<Job, String> {
    let python = bench.tools.require(&PYTHON)?;
    Ok(Job::new(&python.path, scratch)
        .env("PYTHONPATH", std::env::join_paths(roots(bench)).unwrap_or_default())
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONIOENCODING", "utf-8"))
}

/// Where what `requirements.txt` pins is installed; nothing where the fixture has none.
fn dependencies(bench: &Workspace<'_>) -> Result<std::result::Result<Option<PathBuf>, String>> {
    let Some(lock) = fs::read_optional(&bench.folder.join("requirements.txt"))? else {
        let manifest = fs::read_optional(&bench.folder.join("pyproject.toml"))?.unwrap_or_default();
        let table: toml::Table = toml::from_str(&manifest).unwrap_or_default();
        let named =
            table.get("project").and_then(|project| project.get("dependencies")).and_then(toml::Value::as_array);
        return Ok(if named.is_some_and(|list| !list.is_empty()) {
            Err(dependencies::no_lock(
                "pyproject.toml",
                "requirements.txt",
                "write one with `pip freeze` or `uv pip compile`",
            ))
        } else {
            Ok(None)
        });
    };
    let python = match bench.tools.require(&PYTHON) {
        Ok(python) => python,
        Err(why) => return Ok(Err(why)),
    };
    let placed = dependencies::once(bench, "python", &format!("{} {lock}", python.version), &[], |target| {
        let job = bench.tools.job(&python.path, &bench.folder);
        let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--target"];
        Ok(job.args(quiet).arg(target).args(["-r", "requirements.txt"]))
    })?;
    Ok(placed.map(Some))
}

/// Where imports are looked for beside the interpreter's own folders: the fixture, and the package around the page.
fn roots(bench: &Workspace<'_>) -> Vec<PathBuf> {
    if bench.no_exec {
        // To look for `a.b`, Python runs `a`.
        return Vec::new();
    }
    let mut roots = vec![bench.folder.clone()];
    // Installed before the first block was looked at; here it is only found again.
    if let Ok(Ok(Some(installed))) = dependencies(bench) {
        roots.push(installed);
    }
    if let Some(package) = &bench.package {
        roots.extend([package.join("src"), package.clone()].into_iter().filter(|root| root.is_dir()));
    }
    roots
}

impl Python {
    /// One process parses and compiles every block, and looks whether what they import is there.
    #[expect(clippy::unused_self, reason = "a step of the adapter, beside the others")]
    fn parse_and_compile(&self, bench: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        let Some(python) = tool_for(bench.tools, &PYTHON, Step::Parse, units) else {
            for unit in units.iter_mut().filter(|unit| unit.wants(Step::Compile)) {
                unit.evidence.steps.insert(Step::Compile, verdict::StepOutcome::Missing);
            }
            return Ok(());
        };
        let blocks: Vec<&str> = units.iter().map(|unit| unit.program.as_str()).collect();
        let roots: Vec<String> = roots(bench).iter().map(|root| root.display().to_string()).collect();
        let package = bench.package.as_ref().map(|folder| folder.display().to_string());
        let answers = answers::ask("python", blocks.len(), &bench.patience, |first| {
            let request = Request { roots: &roots, package: package.clone(), blocks: &blocks[first..] };
            let json = serde_json::to_vec(&request).expect("strings serialize");
            bench.supervisor.run(&bench.linter(&python.path).args(["-I", "-c", CHECK]).stdin(json))
        })?;
        for (unit, answer) in units.iter_mut().zip(answers) {
            match answer {
                Ok(Answer::Checked(checked)) => note(unit, &checked),
                Ok(Answer::Broken { broken }) => give_up(unit, &format!("python cannot check this block: {broken}")),
                Err(why) => give_up(unit, &why),
            }
        }
        Ok(())
    }
}

/// Nothing is known of a block.
fn give_up(unit: &mut Unit, why: &str) {
    unit.missing(Step::Parse, why);
    unit.skip(Step::Lint);
    unit.skip(Step::Compile);
}

fn note(unit: &mut Unit, answer: &Checked) {
    if let Some(problem) = &answer.parse {
        unit.say(Step::Parse, Some(problem.place()), problem.said(Severity::Error));
        unit.skip(Step::Lint);
        unit.skip(Step::Compile);
        return;
    }
    unit.pass(Step::Parse);
    if !unit.wants(Step::Lint) && !unit.wants(Step::Compile) {
        return; // `check`: nothing but whether it is a text of its language
    }
    for name in &answer.missing {
        unit.dependency(name);
    }
    if answer.asynchronous {
        unit.marks.insert("asynchronous", "yes".to_owned());
    }
    if unit.wants(Step::Compile) {
        for warning in &answer.warnings {
            unit.say(Step::Compile, Some(warning.place()), warning.said(Severity::Warning));
        }
        if let Some(problem) = &answer.compile {
            unit.say(Step::Compile, Some(problem.place()), problem.said(Severity::Error));
        }
        // What fails only when it runs, as its author says it does, is no error before that.
        if !unit.fails_at_run {
            for unknown in &answer.unknown {
                note_unknown(unit, unknown);
            }
        }
        unit.pass(Step::Compile);
    }
}

/// Notes a name that a known module does not have; one that another Python has is not the author's fault (S1.7).
fn note_unknown(unit: &mut Unit, Unknown { module, name, problem }: &Unknown) {
    let version = unit.tools.get(PYTHON.name).cloned().unwrap_or_default();
    match elsewhere::find(ELSEWHERE, module, name) {
        Some(since) if since.comes_after(&version) => {
            unit.missing(Step::Compile, &format!("`{module}.{name}` needs {since}; python here is {version}"));
        }
        _ => unit.say(Step::Compile, Some(problem.place()), problem.said(Severity::Error)),
    }
}

fn lint(bench: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
    if !units.iter().any(|unit| unit.wants(Step::Lint)) {
        return Ok(());
    }
    let Some(ruff) = tool_for(bench.tools, &RUFF, Step::Lint, units) else { return Ok(()) };
    let mut job = bench.linter(&ruff.path).args([
        "check",
        "--no-cache",
        "--output-format=json",
        "--exit-zero",
        "--force-exclude",
        "--no-respect-gitignore",
    ]);
    job = match own_rules(&bench.folder)? {
        Some(own) => job.arg("--config").arg(own),
        None => job.args(["--isolated", "--select", SELECT, "--ignore", IGNORE]),
    };
    for unit in units.iter().filter(|unit| unit.wants(Step::Lint)) {
        job = job.arg(&unit.path);
    }
    let finished = bench.supervisor.run(&job)?;
    let findings: Vec<Value> = match serde_json::from_slice(&finished.stdout) {
        Ok(findings) if finished.success() => findings,
        _ => {
            for unit in units.iter_mut().filter(|unit| unit.wants(Step::Lint)) {
                unit.missing(Step::Lint, &format!("ruff broke down: {}", finished.summary()));
            }
            return Ok(());
        }
    };
    for finding in findings {
        let file = finding["filename"].as_str().unwrap_or_default().to_owned();
        let finding =
            serde_json::from_value(finding).map_err(|error| format!("ruff said something unreadable: {error}"));
        // What no file is named for may be about any of them.
        for unit in units.iter_mut().filter(|unit| file.is_empty() || unit.is_file(&file)) {
            match &finding {
                Ok(finding) => note_lint(unit, finding),
                Err(why) => unit.missing(Step::Lint, why),
            }
        }
    }
    for unit in units.iter_mut().filter(|unit| unit.wants(Step::Lint)) {
        unit.pass(Step::Lint);
    }
    Ok(())
}

/// The fixture's own configuration of ruff (S1.5).
fn own_rules(folder: &Path) -> Result<Option<PathBuf>> {
    let own = folder.join("ruff.toml");
    if own.is_file() {
        return Ok(Some(own));
    }
    let manifest = folder.join("pyproject.toml");
    let table: toml::Table = toml::from_str(&fs::read_optional(&manifest)?.unwrap_or_default()).unwrap_or_default();
    let named = table.get("tool").and_then(|tools| tools.get("ruff")).is_some();
    Ok(named.then_some(manifest))
}

fn note_lint(unit: &mut Unit, finding: &RuffFinding) {
    let code = finding.code.clone().unwrap_or_else(|| "invalid-syntax".to_owned());
    // What the wrapping allows is no error: `await` at the top level.
    if unit.marks.contains_key("asynchronous") && (code == "F704" || finding.message.contains("await")) {
        return;
    }
    // A block that defines again what its prelude or setup provides is as it should be.
    let first = REDEFINED.captures(&finding.message).and_then(|found| found[1].parse().ok());
    if code == "F811" && first.is_some_and(|line| unit.page_line(line).is_none()) {
        return;
    }
    let error = ERRORS.iter().any(|prefix| code.starts_with(prefix));
    let place = Position {
        line: finding.location.row,
        column: finding.location.column,
        end: Some((finding.end_location.row, finding.end_location.column)),
        unit: ColumnUnit::Char,
    };
    let severity = if error { Severity::Error } else { Severity::Warning };
    unit.say(
        Step::Lint,
        Some(place),
        Message { severity, tool: "ruff", code, message: finding.message.clone(), help: None },
    );
}
