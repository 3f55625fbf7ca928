//! Python: `ast` and `compile()` in one process for all blocks, ruff once for all, the interpreter to run.
//!
//! Must not know: pages.

use crate::diagnostic::Severity;
use crate::error::Result;
use crate::fs;
use crate::process::{End, Job};
use crate::snippet::language::adapter::{CallWithInput, Language, Packages, marked_lines, tool_for};
use crate::snippet::language::traceback::{self, Traceback};
use crate::snippet::language::{answers, elsewhere};
use crate::snippet::model::language::{Canary, LanguageSpec, Session, Undefined, texts};
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::program::{Parts, Program, Promised};
use crate::snippet::model::seam;
use crate::snippet::model::tool::{ToolSource, ToolSpec};
use crate::snippet::model::verdict::{self, Level, MissingTool, Step};
use crate::snippet::toolchain::tool::Tool;
use crate::snippet::workspace::dependencies;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::{ColumnUnit, MappedText};
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

/// The adapters of this folder.
pub(super) fn adapters() -> Vec<Arc<dyn Language>> {
    vec![Arc::new(Python::new())]
}

/// The adapter.
struct Python {
    spec: LanguageSpec,
}

static PYTHON: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "python".into(),
    programs: texts(&["python3", "python"]),
    role: "parses, compiles and runs Python".into(),
    version_args: texts(&[
        "-I",
        "-c",
        "import sys; print('%d.%d.%d' % sys.version_info[:3]); print('path=' + sys.executable)",
    ]),
    behind: None,
    minimum: vec![3, 8],
    source: ToolSource::Manual("install Python 3.8 or newer, for example `apt-get install python3`".into()),
});

static RUFF: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "ruff".into(),
    programs: texts(&["ruff"]),
    role: "lints Python".into(),
    version_args: texts(&["--version"]),
    behind: None,
    minimum: vec![0, 5],
    source: ToolSource::Pypi { package: "ruff", version: "0.17.6", megabytes: 12, programs: "bin" },
});

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
        Message { severity, tool: "python".into(), code: self.code.clone(), message: self.message.clone(), help: None }
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

impl Python {
    /// The adapter with the facts of its language.
    fn new() -> Self {
        let spec = LanguageSpec {
            name: "python".into(),
            title: "Python".into(),
            extension: "py".into(),
            aliases: texts(&["py", "python3"]),
            steps: vec![Step::Parse, Step::Lint, Step::Compile, Step::Run],
            default_target: Level::Compiled,
            tools: vec![PYTHON.clone(), RUFF.clone()],
            minimal_fixture: vec![(
                "pyproject.toml".into(),
                "[project]\nname = \"snippets\"\nversion = \"0\"\nrequires-python = \">=3.8\"\n".into(),
            )],
            manifests: texts(&["pyproject.toml", "setup.py", "setup.cfg"]),
            adds_packages: Some("pin it in requirements.txt, as `pip freeze` does".into()),
            native_command: "ruff check blocks && python3 -m compileall -q blocks".into(),
            session: Some(Session { comment: "#".into(), prompts: texts(&[">>> ", "In ["]) }),
            undefined: vec![Undefined::Code("F821".into())],
            canaries: vec![
                Canary::new(Step::Parse, "def f(:\n    pass\n"),
                Canary::new(Step::Lint, "print(undefined_name)\n"),
                Canary::new(Step::Compile, "def f():\n    nonlocal x\n"),
                Canary::new(Step::Run, "raise SystemExit(3)\n"),
            ],
        };
        Self { spec }
    }
}

impl Language for Python {
    fn spec(&self) -> &LanguageSpec {
        &self.spec
    }

    fn install(&self, workspace: &Workspace<'_>) -> Result<std::result::Result<(), String>> {
        Ok(dependencies(workspace)?.map(|_| ()))
    }

    fn assemble(&self, parts: &Parts, name: &str) -> Program {
        let text = parts.join(parts.is_joined().then_some(PART), false);
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

    fn check(&self, workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        self.parse_and_compile(workspace, units)?;
        lint(workspace, units)
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

    fn warm_parent(&self, workspace: &Workspace<'_>, scratch: &Path) -> Option<Job> {
        Some(interpreter(workspace, scratch).ok()?.args(["-c", WARM]))
    }

    fn can_be_forked(&self, unit: &Unit, variables: &BTreeMap<String, String>) -> bool {
        const STARTS: &[&str] = &["PYTHON", "LD_", "MALLOC_", "TZ", "LC_", "LANG"];
        // A forked program sees its parent's stack frames, and an interpreter's end is not quite its own. Programs that use
        // these names run alone.
        const LOOKS: &[&str] =
            &["inspect", "_getframe", "print_stack", "stacklevel", "faulthandler", "__del__", "weakref"];
        // A parent must not let its children change what outlives them: limits, priorities, shared memory.
        const KEEPS: &[&str] =
            &["ctypes", "resource", "prlimit", "sched_set", "setpriority", "os.nice", "sysv", "multiprocessing"];
        let starts = |name: &String| STARTS.iter().any(|prefix| name.starts_with(prefix));
        let says = |word: &&str| unit.program.as_str().contains(*word);
        !unit.notes.asynchronous && !variables.keys().any(starts) && !LOOKS.iter().chain(KEEPS).any(says)
    }

    fn traceback(&self, unit: &Unit, stderr: &str) -> Traceback {
        // Python names the innermost frame last.
        let span = traceback::frames(unit, stderr).last().and_then(|frame| traceback::span(unit, frame));
        Traceback { message: stderr.lines().find_map(traceback::message), span }
    }

    fn command(&self, workspace: &Workspace<'_>, unit: &Unit, scratch: &Path) -> std::result::Result<Job, String> {
        let job = interpreter(workspace, scratch)?;
        let asynchronous = unit.notes.asynchronous;
        let job = if asynchronous { job.args(["-c", RUN, "", "async"]) } else { job };
        Ok(job.arg(unit.file(workspace)))
    }

    fn command_in_parts(
        &self,
        workspace: &Workspace<'_>,
        unit: &Unit,
        scratch: &Path,
        secrets: &[String],
    ) -> CallWithInput {
        let lines: Vec<String> = unit.seams.iter().map(usize::to_string).collect();
        let how = if unit.notes.asynchronous { "async" } else { "" };
        let job = interpreter(workspace, scratch)?.args(["-c", RUN, &lines.join(","), how]).arg(unit.file(workspace));
        Ok((job, seam::lines(secrets)))
    }

    fn packages(&self) -> Option<&dyn Packages> {
        Some(self)
    }
}

impl Packages for Python {}

/// A call of the interpreter as runs are given it.
fn interpreter(workspace: &Workspace<'_>, scratch: &Path) -> std::result::Result<Job, String> {
    let python = workspace.tools.require(&PYTHON)?;
    Ok(Job::new(&python.path, scratch)
        .env("PYTHONPATH", std::env::join_paths(roots(workspace)).unwrap_or_default())
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONIOENCODING", "utf-8"))
}

/// Where what `requirements.txt` pins is installed; nothing where the fixture has none.
fn dependencies(workspace: &Workspace<'_>) -> Result<std::result::Result<Option<PathBuf>, String>> {
    let Some(lock) = fs::read_optional(&workspace.folder.join("requirements.txt"))? else {
        let manifest = fs::read_optional(&workspace.folder.join("pyproject.toml"))?.unwrap_or_default();
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
    let python = match workspace.tools.require(&PYTHON) {
        Ok(python) => python,
        Err(why) => return Ok(Err(why)),
    };
    let placed = dependencies::once(workspace, "python", &format!("{} {lock}", python.version), &[], |target| {
        let job = workspace.tools.job(&python.path, &workspace.folder);
        let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--target"];
        Ok(job.args(quiet).arg(target).args(["-r", "requirements.txt"]))
    })?;
    Ok(placed.map(Some))
}

/// Where imports are looked for beside the interpreter's own folders: the fixture, and the package around the page.
fn roots(workspace: &Workspace<'_>) -> Vec<PathBuf> {
    if workspace.no_exec {
        // To look for `a.b`, Python runs `a`.
        return Vec::new();
    }
    let mut roots = vec![workspace.folder.clone()];
    // Installed before the first block was looked at; here it is only found again.
    if let Ok(Ok(Some(installed))) = dependencies(workspace) {
        roots.push(installed);
    }
    if let Some(package) = &workspace.package {
        roots.extend([package.join("src"), package.clone()].into_iter().filter(|root| root.is_dir()));
    }
    roots
}

impl Python {
    /// One process parses and compiles every block, and looks whether what they import is there.
    #[expect(clippy::unused_self, reason = "a step of the adapter, beside the others")]
    fn parse_and_compile(&self, workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        let Some(python) = tool_for(workspace.tools, &PYTHON, Step::Parse, units) else {
            for unit in units.iter_mut().filter(|unit| unit.wants(Step::Compile)) {
                unit.evidence.steps.insert(Step::Compile, verdict::StepOutcome::Missing);
            }
            return Ok(());
        };
        let blocks: Vec<&str> = units.iter().map(|unit| unit.program.as_str()).collect();
        let roots: Vec<String> = roots(workspace).iter().map(|root| root.display().to_string()).collect();
        let package = workspace.package.as_ref().map(|folder| folder.display().to_string());
        let answers = answers::ask("python", blocks.len(), &workspace.time, |first| {
            let request = Request { roots: &roots, package: package.clone(), blocks: &blocks[first..] };
            let json = serde_json::to_vec(&request).expect("strings serialize");
            workspace.supervisor.run(&workspace.linter(&python.path).args(["-I", "-c", CHECK]).stdin(json))
        })?;
        for (unit, answer) in units.iter_mut().zip(answers) {
            match answer {
                Ok(Answer::Checked(checked)) => note(unit, &checked),
                Ok(Answer::Broken { broken }) => {
                    let message = format!("python cannot check this block: {broken}");
                    give_up(unit, MissingTool::over_block(End::Exited(0), message));
                }
                Err(why) => give_up(unit, why),
            }
        }
        Ok(())
    }
}

/// Nothing is known of a block.
fn give_up(unit: &mut Unit, why: MissingTool) {
    unit.unavailable(Step::Parse, why);
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
        unit.notes.asynchronous = true;
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
    let version = unit.tools.get(&PYTHON.name).cloned().unwrap_or_default();
    match elsewhere::find(ELSEWHERE, module, name) {
        Some(since) if since.comes_after(&version) => {
            unit.missing(Step::Compile, &format!("`{module}.{name}` needs {since}; python here is {version}"));
        }
        _ => unit.say(Step::Compile, Some(problem.place()), problem.said(Severity::Error)),
    }
}

fn lint(workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
    if !units.iter().any(|unit| unit.wants(Step::Lint)) {
        return Ok(());
    }
    let Some(ruff) = tool_for(workspace.tools, &RUFF, Step::Lint, units) else { return Ok(()) };
    let mut job = workspace.linter(&ruff.path).args([
        "check",
        "--no-cache",
        "--output-format=json",
        "--exit-zero",
        "--force-exclude",
        "--no-respect-gitignore",
    ]);
    job = match own_rules(&workspace.folder)? {
        Some(own) => job.arg("--config").arg(own),
        None => job.args(["--isolated", "--select", SELECT, "--ignore", IGNORE]),
    };
    for unit in units.iter().filter(|unit| unit.wants(Step::Lint)) {
        job = job.arg(&unit.path);
    }
    let finished = workspace.supervisor.run(&job)?;
    let findings: Vec<Value> = match serde_json::from_slice(&finished.stdout) {
        Ok(findings) if finished.success() => findings,
        _ => {
            for unit in units.iter_mut().filter(|unit| unit.wants(Step::Lint)) {
                unit.broke_down(Step::Lint, "ruff", &finished);
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
    if unit.notes.asynchronous && (code == "F704" || finding.message.contains("await")) {
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
        Message { severity, tool: "ruff".into(), code, message: finding.message.clone(), help: None },
    );
}
