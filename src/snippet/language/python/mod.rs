//! Python: one process parses and compiles all blocks (`ast`, `compile()`), one call of ruff lints them, the
//! interpreter runs them.
//!
//! Must not know: pages.

mod check;
mod interpreter;
mod lint;
mod session;
mod tools;

use crate::error::Result;
use crate::fs;
use crate::process::Job;
use crate::snippet::language::adapter::{CallWithInput, Language, Packages, marked_lines};
use crate::snippet::language::traceback::{self, Traceback};
use crate::snippet::model::language::{Canary, LanguageSpec, Sessions, Undefined, texts};
use crate::snippet::model::program::{Parts, Program, Promised};
use crate::snippet::model::seam;
use crate::snippet::model::verdict::{Level, Step};
use crate::snippet::toolchain::tool::Tool;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::MappedText;
use check::parse_and_compile;
use interpreter::{dependencies, interpreter};
use lint::lint;
use session::PythonSession;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use tools::{PYTHON, RUFF};

/// The adapters of this folder.
pub(super) fn adapters() -> Vec<Arc<dyn Language>> {
    vec![Arc::new(Python::new()), Arc::new(PythonSession::new())]
}

/// The adapter.
struct Python {
    spec: LanguageSpec,
}

/// The script that runs many blocks from one interpreter.
const WARM: &str = concat!(include_str!("parts.py"), include_str!("warm.py"));

/// The script that runs a program of several parts, or one with `await` at its top level.
const RUN: &str = concat!(include_str!("parts.py"), include_str!("run.py"));

/// The line between two parts in a program's file.
const PART: &str = "pass  # docgen: the next block\n";

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
            fixture: None,
            by_command: false,
            minimal_fixture: vec![(
                "pyproject.toml".into(),
                "[project]\nname = \"snippets\"\nversion = \"0\"\nrequires-python = \">=3.8\"\n".into(),
            )],
            manifests: texts(&["pyproject.toml", "setup.py", "setup.cfg"]),
            adds_packages: Some("pin it in requirements.txt, as `pip freeze` does".into()),
            native_command: "ruff check blocks && python3 -m compileall -q blocks".into(),
            sessions: Some(Sessions { language: session::NAME.into(), comment: "#".into() }),
            undefined: vec![Undefined::Code("F821".into())],
            dialect: None,
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
        parse_and_compile(workspace, units)?;
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
        // A forked program sees its parent's stack frames, and it ends a little differently. Programs that use these
        // names run alone.
        const LOOKS: &[&str] =
            &["inspect", "_getframe", "print_stack", "stacklevel", "faulthandler", "__del__", "weakref"];
        // A child must not change things that outlive it: limits, priorities, shared memory.
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
