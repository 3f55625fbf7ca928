//! JSON, JSON with comments, YAML and TOML: parsed in process.
//!
//! Must not know: pages.

mod json;
mod problem;
mod schema;
mod yaml;

use crate::diagnostic::Severity;
use crate::error::Result;
use crate::snippet::language::adapter::Language;
use crate::snippet::language::data::problem::Problem;
use crate::snippet::model::language::Canary;
use crate::snippet::model::message::Message;
use crate::snippet::model::program::{Parts, Program};
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Level, Step};
use crate::snippet::toolchain::tool::ToolSpec;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::{ColumnUnit, LineIndex};
use serde::de::IgnoredAny;
use serde_json::Value;

/// An adapter for one data language.
pub(super) struct Data {
    name: &'static str,
    title: &'static str,
    aliases: &'static [&'static str],
    tool: &'static str,
    parse: fn(&str) -> std::result::Result<(), Problem>,
    /// What is odd about a text that parses, for a warning.
    odd: fn(&str) -> Vec<Problem>,
    values: fn(&str) -> Option<Vec<Value>>,
    canary: &'static [Canary],
}

/// JSON, RFC 8259.
pub(super) static JSON: Data = Data {
    name: "json",
    title: "JSON",
    aliases: &["geojson"],
    tool: "serde_json",
    parse: json,
    odd: json::duplicates,
    values: |text| Some(vec![serde_json::from_str(text).ok()?]),
    canary: &[Canary { step: Step::Parse, code: "{ \"a\": 1, }\n" }],
};

/// JSON with comments and trailing commas.
pub(super) static JSONC: Data = Data {
    name: "jsonc",
    title: "JSON with comments",
    aliases: &["json5c"],
    tool: "jsonc-parser",
    parse: json::parse,
    odd: json::duplicates,
    values: |text| Some(vec![jsonc_parser::parse_to_serde_value(text, &json::JSONC).ok()?]),
    canary: &[Canary { step: Step::Parse, code: "{ \"a\": }\n" }],
};

/// YAML 1.2.
pub(super) static YAML: Data = Data {
    name: "yaml",
    title: "YAML",
    aliases: &["yml"],
    tool: "serde-saphyr",
    parse: yaml::parse,
    odd: |_| Vec::new(),
    values: yaml::values,
    canary: &[Canary { step: Step::Parse, code: "a: [1\n" }],
};

/// TOML 1.
pub(super) static TOML: Data = Data {
    name: "toml",
    title: "TOML",
    aliases: &[],
    tool: "toml",
    parse: toml_text,
    odd: |_| Vec::new(),
    values: |text| Some(vec![serde_json::to_value(toml::from_str::<toml::Table>(text).ok()?).ok()?]),
    canary: &[Canary { step: Step::Parse, code: "a = \n" }],
};

impl Language for Data {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn extension(&self) -> &'static str {
        self.name
    }

    fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    fn steps(&self) -> &'static [Step] {
        &[Step::Parse, Step::Lint]
    }

    fn default_target(&self) -> Level {
        Level::Parsed
    }

    fn tools(&self) -> &'static [&'static ToolSpec] {
        &[]
    }

    fn minimal_fixture(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    fn native_command(&self) -> &'static str {
        "any parser of the format"
    }

    fn program(&self, pieces: &Parts, _snippet: &Snippet, name: &str) -> Program {
        Program { text: pieces.join(None, false), path: format!("blocks/{name}.{}", self.name) }
    }

    fn check(&self, bench: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        let said = |severity, code: &str, problem: Problem| {
            let Problem { range, message, help } = problem;
            (Some(range), Message { severity, tool: self.tool, code: code.to_owned(), message, help })
        };
        for unit in units {
            match (self.parse)(unit.program.as_str()) {
                Ok(()) => {
                    unit.pass(Step::Parse);
                    for problem in (self.odd)(unit.program.as_str()) {
                        let (range, said) = said(Severity::Warning, "duplicate-key", problem);
                        unit.say_at(Step::Parse, range, said);
                    }
                    schema::validate(bench, unit, self.values);
                }
                Err(problem) => {
                    let (range, said) = said(Severity::Error, "", problem);
                    unit.say_at(Step::Parse, range, said);
                }
            }
        }
        Ok(())
    }

    fn canaries(&self) -> &'static [Canary] {
        self.canary
    }
}

fn json(text: &str) -> std::result::Result<(), Problem> {
    let Err(error) = serde_json::from_str::<IgnoredAny>(text) else { return Ok(()) };
    let lines = LineIndex::new(text);
    let at = lines.offset(text, error.line(), error.column().max(1), ColumnUnit::Byte).unwrap_or(text.len());
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
    let help = (text[at..].starts_with('/') || text[at..].starts_with('#'))
        .then(|| "comments are not JSON; label the block `jsonc` if the reader's tool takes them".to_owned());
    Err(Problem { range: at..(at + 1).min(text.len()), message, help })
}

fn toml_text(text: &str) -> std::result::Result<(), Problem> {
    let Err(error) = toml::from_str::<toml::Table>(text) else { return Ok(()) };
    let range = error.span().unwrap_or(0..0);
    Err(Problem { range, message: error.message().trim().replace('\n', "; "), help: None })
}
