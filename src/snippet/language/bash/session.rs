//! Sessions of a shell: `$ ` before each command, `# ` for root, `[1]` for an exit code. One bash runs all commands.
//!
//! Must not know: pages, what an output is compared with.

use super::open;
use super::parse::parse;
use super::tools::{BASH, call_with_text};
use crate::error::Result;
use crate::process::Job;
use crate::snippet::language::adapter::{CallWithInput, Language};
use crate::snippet::language::sessions;
use crate::snippet::model::language::{Canary, LanguageSpec, texts};
use crate::snippet::model::program::{Parts, Program};
use crate::snippet::model::session::Dialect;
use crate::snippet::model::verdict::{Level, Step};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use regex::Regex;
use std::path::Path;
use std::result::Result as StdResult;
use std::sync::LazyLock;

/// The name of the language of sessions.
pub(super) const NAME: &str = "console";

/// The line between two commands in a session's file.
const SEPARATOR: &str = ": docgen: the next input\n";

/// Reads a text and evaluates it. The text is in no file and no variable while it runs.
const RUN: &str = r#"IFS= read -r -d '' docgen_text; exec 2>&1; eval "unset -v docgen_text; $docgen_text""#;

static DIALECT: LazyLock<Dialect> = LazyLock::new(|| {
    let pattern = |text: &str| Regex::new(text).expect("a valid pattern");
    Dialect {
        language: "bash",
        // `$ `, `(venv) $ `, `me@host:~/folder$ `, `[me@host folder]# `
        prompt: pattern(r"^(?:\([\w.-]+\) ?)?(?:[$%❯]|\[?[\w.-]+@[\w.-]+[^$#%]*[$#%])(?: |$)"),
        other_prompt: Some(pattern(r"^#(?: |$)")),
        continuation: pattern(r"^>(?: |$)"),
        prompt_continues: false,
        open_continues: true,
        is_open: |input| input.trim_end_matches('\n').ends_with('\\') || open::innermost(input).is_some(),
        result: None,
        shows_exit_codes: true,
        stack: None,
        no_value: None,
        rewritten: Some((pattern(r"(?m)^bash: (?:eval: )?line \d+: "), "bash: ")),
        doctest: false,
    }
});

/// The adapter.
pub(super) struct BashSession {
    spec: LanguageSpec,
}

impl BashSession {
    /// The adapter with the facts of its language.
    pub(super) fn new() -> Self {
        let spec = LanguageSpec {
            name: NAME.into(),
            title: "Console".into(),
            extension: "sh".into(),
            aliases: texts(&["shell-session", "shellsession", "sh-session", "bash-session", "zsh-session"]),
            steps: vec![Step::Parse, Step::Run],
            default_target: Level::Parsed,
            tools: vec![BASH.clone()],
            fixture: Some("bash".into()),
            native_command: "bash blocks/NAME.sh".into(),
            dialect: Some(&DIALECT),
            canaries: vec![
                Canary::new(Step::Parse, "$ if true; then\n"),
                Canary::new(Step::Run, "$ exit 3\n$ echo one\n"),
            ],
            ..LanguageSpec::default()
        };
        Self { spec }
    }
}

impl Language for BashSession {
    fn spec(&self) -> &LanguageSpec {
        &self.spec
    }

    fn assemble(&self, parts: &Parts, name: &str) -> Program {
        sessions::assemble(&DIALECT, parts, SEPARATOR, format!("blocks/{name}.sh"))
    }

    fn check(&self, workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        parse(workspace, units)
    }

    fn command(&self, workspace: &Workspace<'_>, unit: &Unit, scratch: &Path) -> StdResult<Job, String> {
        let bash = workspace.tools.require(&BASH)?;
        Ok(Job::new(&bash.path, scratch).args(["--noprofile", "--norc"]).arg(unit.file(workspace)))
    }

    fn command_in_parts(
        &self,
        workspace: &Workspace<'_>,
        unit: &Unit,
        scratch: &Path,
        secrets: &[String],
    ) -> CallWithInput {
        let mut secrets = secrets.iter();
        let mut text = String::new();
        for (_, input) in sessions::inputs(unit) {
            let input = shlex::try_quote(input).map_err(|error| format!("a command cannot be quoted: {error}"))?;
            let secret = secrets.next().map_or("", String::as_str);
            text.push_str(&one(&input, secret));
        }
        call_with_text(workspace, "bash", scratch, RUN, text)
    }
}

/// Runs a quoted command, prints its exit code behind a mark, and then the secret. The next command sees the code.
fn one(command: &str, secret: &str) -> String {
    let secret = if secret.is_empty() { String::new() } else { format!(r" builtin printf '%s\n' {secret};") };
    format!(
        "eval {command}\n{{ docgen_code=$?; builtin printf '\\036%s\\n' \"$docgen_code\";{secret} }} 2>/dev/null\n(exit \"$docgen_code\")\n"
    )
}
