//! Shout, a language that nobody speaks: a program prints itself, and every letter of it is a capital.
//!
//! All that docgen must be told of it is here.

use docgen::diagnostic::Severity;
use docgen::error::Result;
use docgen::process::Job;
use docgen::snippet::language::adapter::Language;
use docgen::snippet::model::language::{Canary, LanguageSpec, texts};
use docgen::snippet::model::message::Message;
use docgen::snippet::model::program::{Parts, Program};
use docgen::snippet::model::tool::{ToolSource, ToolSpec};
use docgen::snippet::model::verdict::{Level, Step};
use docgen::snippet::workspace::project::Workspace;
use docgen::snippet::workspace::unit::Unit;
use std::path::Path;
use std::sync::Arc;

struct Shout {
    spec: LanguageSpec,
}

/// The adapter.
pub(crate) fn adapter() -> Arc<dyn Language> {
    let interpreter = ToolSpec {
        name: "cat".into(),
        programs: texts(&["cat"]),
        role: "runs Shout".into(),
        version_args: texts(&["--version"]),
        behind: None,
        minimum: Vec::new(),
        is_optional: false,
        source: ToolSource::Manual("install coreutils".into()),
    };
    let spec = LanguageSpec {
        name: "shout".into(),
        title: "Shout".into(),
        extension: "shout".into(),
        aliases: texts(&["loud"]),
        steps: vec![Step::Parse, Step::Run],
        default_target: Level::Parsed,
        tools: vec![interpreter],
        canaries: vec![Canary::new(Step::Parse, "whisper\n")],
        ..LanguageSpec::default()
    };
    Arc::new(Shout { spec })
}

impl Language for Shout {
    fn spec(&self) -> &LanguageSpec {
        &self.spec
    }

    fn assemble(&self, parts: &Parts, name: &str) -> Program {
        Program { text: parts.join(None, false), path: format!("blocks/{name}.shout") }
    }

    fn check(&self, _workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        for unit in units {
            let quiet = unit.program.as_str().find(char::is_lowercase);
            if let Some(at) = quiet {
                let message = Message {
                    severity: Severity::Error,
                    tool: "shout".into(),
                    code: "quiet".to_owned(),
                    message: "louder".to_owned(),
                    help: None,
                };
                unit.say_at(Step::Parse, Some(at..at + 1), message);
            }
            unit.pass(Step::Parse);
        }
        Ok(())
    }

    fn command(&self, workspace: &Workspace<'_>, unit: &Unit, scratch: &Path) -> std::result::Result<Job, String> {
        let cat = workspace.tools.require(&self.spec.tools[0])?;
        Ok(Job::new(&cat.path, scratch).arg(unit.file(workspace)))
    }
}
