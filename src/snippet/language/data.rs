//! JSON, JSON with comments, YAML and TOML: parsed in process.
//!
//! Must not know: pages.

use super::data_schema;
use super::{Canary, Language, Program};
use crate::diagnostic::Severity;
use crate::error::Result;
use crate::snippet::collect::Snippet;
use crate::snippet::plan::Pieces;
use crate::snippet::tool::ToolSpec;
use crate::snippet::unit::{Bench, Said, Unit};
use crate::snippet::verdict::{Level, Step};
use crate::span::{ColumnUnit, LineIndex};
use serde::de::IgnoredAny;
use serde_json::Value;
use std::ops::Range;

/// What is wrong with a text: where, what, and what to do.
struct Problem {
    range: Range<usize>,
    message: String,
    help: Option<String>,
}

/// An adapter for one data language.
pub(super) struct Data {
    name: &'static str,
    title: &'static str,
    aliases: &'static [&'static str],
    tool: &'static str,
    parse: fn(&str) -> std::result::Result<(), Problem>,
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
    values: |text| Some(vec![serde_json::from_str(text).ok()?]),
    canary: &[Canary { step: Step::Parse, code: "{ \"a\": 1, }\n" }],
};

/// JSON with comments and trailing commas.
pub(super) static JSONC: Data = Data {
    name: "jsonc",
    title: "JSON with comments",
    aliases: &["json5c"],
    tool: "jsonc-parser",
    parse: jsonc,
    values: |text| Some(vec![jsonc_parser::parse_to_serde_value(text, &jsonc_parser::ParseOptions::default()).ok()?]),
    canary: &[Canary { step: Step::Parse, code: "{ \"a\": }\n" }],
};

/// YAML 1.2.
pub(super) static YAML: Data = Data {
    name: "yaml",
    title: "YAML",
    aliases: &["yml"],
    tool: "serde-saphyr",
    parse: yaml,
    values: |text| serde_saphyr::from_multiple(text).ok(),
    canary: &[Canary { step: Step::Parse, code: "a: [1\n" }],
};

/// TOML 1.
pub(super) static TOML: Data = Data {
    name: "toml",
    title: "TOML",
    aliases: &[],
    tool: "toml",
    parse: toml_text,
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

    fn program(&self, pieces: &Pieces, _snippet: &Snippet, name: &str) -> Program {
        Program { text: pieces.join(None, false), path: format!("blocks/{name}.{}", self.name) }
    }

    fn check(&self, bench: &Bench<'_>, units: &mut [Unit]) -> Result<()> {
        for unit in units {
            match (self.parse)(unit.program.as_str()) {
                Ok(()) => {
                    unit.pass(Step::Parse);
                    data_schema::validate(bench, unit, self.values);
                }
                Err(problem) => unit.say_at(
                    Step::Parse,
                    Some(problem.range),
                    Said {
                        severity: Severity::Error,
                        tool: self.tool,
                        code: String::new(),
                        message: problem.message,
                        help: problem.help,
                    },
                ),
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

fn jsonc(text: &str) -> std::result::Result<(), Problem> {
    let options = jsonc_parser::ParseOptions::default();
    match jsonc_parser::parse_to_value(text, &options) {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(Problem { range: 0..text.len().min(1), message: "there is no value".to_owned(), help: None }),
        Err(error) => {
            let range = error.range();
            let message = error.kind().to_string();
            Err(Problem { range: range.start..range.end.max(range.start + 1).min(text.len()), message, help: None })
        }
    }
}

fn yaml(text: &str) -> std::result::Result<(), Problem> {
    let Err(error) = serde_saphyr::from_multiple::<IgnoredAny>(text) else { return Ok(()) };
    let error = error.without_snippet();
    let lines = LineIndex::new(text);
    let at = error
        .location()
        .and_then(|place| {
            let line = usize::try_from(place.line()).ok()?;
            let column = usize::try_from(place.column()).ok()?;
            lines.offset(text, line, column, ColumnUnit::Char)
        })
        .unwrap_or(0);
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
    let message = message.rsplit_once(": line ").map_or(message.clone(), |(head, _)| head.to_owned());
    Err(Problem { range: at..(at + 1).min(text.len().max(at)), message, help: None })
}

fn toml_text(text: &str) -> std::result::Result<(), Problem> {
    let Err(error) = toml::from_str::<toml::Table>(text) else { return Ok(()) };
    let range = error.span().unwrap_or(0..0);
    Err(Problem { range, message: error.message().trim().replace('\n', "; "), help: None })
}
