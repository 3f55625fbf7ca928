//! Java: one process parses, lints and compiles all blocks with the compiler's own library; each block runs in a JVM.
//!
//! Must not know: pages.

mod check;
mod wrap;

use crate::error::Result;
use crate::process::Job;
use crate::snippet::language::adapter::{CallWithInput, Language, marked_lines};
use crate::snippet::language::traceback::{self, Traceback};
use crate::snippet::model::language::{Canary, LanguageSpec, Undefined};
use crate::snippet::model::program::{Parts, Program, Promised};
use crate::snippet::model::seam;
use crate::snippet::model::verdict::{Level, Step};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::MappedText;
use check::{JAVA, class_path};
use regex::Regex;
use std::path::Path;
use std::result::Result as StdResult;
use std::sync::{Arc, LazyLock};

/// The adapters of this folder.
pub(super) fn adapters() -> Vec<Arc<dyn Language>> {
    vec![Arc::new(Java::new())]
}

/// The adapter.
struct Java {
    spec: LanguageSpec,
}

/// `\tat b_page_001.Docgen.docgen(Docgen.java:7)`
static FRAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s+at (?:\S*/)?\S+\(([\w$]+\.java):(\d+)\)").expect("a valid pattern"));
/// `Exception in thread "main" java.lang.IllegalStateException: no`
static THROWN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?m)^(?:Exception in thread "[^"]*" |Caused by: )(.+)$"#).expect("a valid pattern"));

impl Java {
    /// The adapter with the facts of its language.
    fn new() -> Self {
        let spec = LanguageSpec {
            name: "java".into(),
            title: "Java".into(),
            extension: "java".into(),
            steps: vec![Step::Parse, Step::Lint, Step::Compile, Step::Run],
            default_target: Level::Compiled,
            tools: vec![JAVA.clone()],
            adds_packages: Some("put its jar into the folder lib/ there".into()),
            native_command: "javac -Xlint -d bin -cp 'lib/*' $(find blocks -name '*.java')".into(),
            undefined: ["class", "variable", "method"]
                .map(|what| Undefined::Prefix(format!("cannot find symbol: {what} ").into()))
                .to_vec(),
            canaries: vec![
                Canary::new(Step::Parse, "int = 1;\n"),
                // Everything that `-Xlint` finds is a warning.
                Canary::new(Step::Lint, "java.util.List names = null;\n").with("{lint=deny}"),
                Canary::new(Step::Compile, "int n = \"one\";\n"),
                Canary::new(Step::Run, "throw new IllegalStateException(\"canary\");\n"),
            ],
            ..LanguageSpec::default()
        };
        Self { spec }
    }
}

impl Language for Java {
    fn spec(&self) -> &LanguageSpec {
        &self.spec
    }

    fn assemble(&self, parts: &Parts, name: &str) -> Program {
        let wrapped = wrap::wrap(parts, name);
        Program { text: wrapped.text, path: format!("blocks/{name}/{}.java", wrapped.file) }
    }

    fn promised_output(&self, code: &MappedText) -> Option<Promised> {
        marked_lines(code, "//>")
    }

    fn check(&self, workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        check::check(workspace, units)
    }

    fn traceback(&self, unit: &Unit, stderr: &str) -> Traceback {
        let file = unit.path.rsplit('/').next().unwrap_or_default();
        let frame = FRAME.captures_iter(stderr).find(|found| &found[1] == file);
        let span = frame.and_then(|found| traceback::line_span(unit, found[2].parse().ok()?));
        let message = THROWN.captures(stderr).map(|found| found[1].to_owned());
        Traceback { message: message.or_else(|| stderr.lines().find_map(traceback::message)), span }
    }

    fn command(&self, workspace: &Workspace<'_>, unit: &Unit, scratch: &Path) -> StdResult<Job, String> {
        let java = workspace.tools.require(&JAVA)?;
        let main = unit.notes.main.as_ref().ok_or("there is nothing to run: is there a `main` method?")?;
        // A short program has no use for the second compiler, and the simplest collector starts fastest.
        let options = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-cp"];
        Ok(Job::new(&java.path, scratch).args(options).arg(class_path(workspace)).arg(main))
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
}
