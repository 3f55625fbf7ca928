//! JSON, JSON with comments, YAML and TOML, and formats that hold no data: parsed in process.
//!
//! Must not know: pages.

mod guard;
mod html;
mod json;
mod linters;
mod pattern;
mod problem;
mod schema;
mod style;
mod template;
mod text;
mod yaml;

use crate::diagnostic::Severity;
use crate::error::Result;
use crate::process::End;
use crate::snippet::language::adapter::Language;
use crate::snippet::language::data::problem::Problem;
use crate::snippet::language::javascript::npm;
use crate::snippet::language::own_linter::{self, OwnLinter};
use crate::snippet::model::language::{Canary, LanguageSpec, texts};
use crate::snippet::model::message::Message;
use crate::snippet::model::program::{Parts, Program};
use crate::snippet::model::verdict::{Level, MissingTool, Step};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::{ColumnUnit, LineIndex};
use serde::de::IgnoredAny;
use serde_json::Value;
use std::sync::Arc;

/// Parses a text.
type Parse = fn(&str) -> std::result::Result<(), Problem>;

/// An adapter for one data language.
struct Data {
    spec: LanguageSpec,
    tool: &'static str,
    parse: Parse,
    /// Finds oddities in a text that parses, for warnings.
    odd: fn(&str) -> Vec<Problem>,
    values: fn(&str) -> Option<Vec<Value>>,
    /// A linter that the project may bring.
    linter: Option<&'static OwnLinter>,
}

/// The adapters of the formats that are parsed in process.
pub(super) fn adapters() -> Vec<Arc<dyn Language>> {
    let all = with_data().into_iter().chain(others());
    all.map(|data| Arc::new(data) as Arc<dyn Language>).collect()
}

/// Languages of data.
fn with_data() -> Vec<Data> {
    vec![
        // JSON, RFC 8259.
        Data {
            spec: spec("json", "JSON", &["geojson"], "{ \"a\": 1, }\n"),
            tool: "serde_json",
            parse: json,
            odd: json::duplicates,
            values: |text| Some(vec![serde_json::from_str(text).ok()?]),
            linter: None,
        },
        // JSON with comments and trailing commas.
        Data {
            spec: spec("jsonc", "JSON with comments", &["json5c"], "{ \"a\": }\n"),
            tool: "jsonc-parser",
            parse: json::parse,
            odd: json::duplicates,
            values: |text| Some(vec![jsonc_parser::parse_to_serde_value(text, &json::JSONC).ok()?]),
            linter: None,
        },
        // YAML 1.2.
        Data {
            spec: spec("yaml", "YAML", &["yml"], "a: [1\n"),
            tool: "serde-saphyr",
            parse: yaml::parse,
            odd: |_| Vec::new(),
            values: yaml::values,
            linter: None,
        },
        // TOML 1.
        Data {
            spec: spec("toml", "TOML", &[], "a = \n"),
            tool: "toml",
            parse: toml_text,
            odd: |_| Vec::new(),
            values: |text| Some(vec![serde_json::to_value(toml::from_str::<toml::Table>(text).ok()?).ok()?]),
            linter: None,
        },
    ]
}

/// Formats without data, which no schema can describe.
fn others() -> Vec<Data> {
    vec![
        linted(
            without_data(
                "dockerfile",
                "Dockerfile",
                &["docker", "containerfile"],
                ("parse-dockerfile", text::dockerfile),
                "FORM a\n",
            ),
            &linters::HADOLINT,
        ),
        without_data("hcl", "HCL", &["terraform", "tf"], ("hcl-edit", text::hcl), "a = \n"),
        without_data("graphql", "GraphQL", &["gql"], ("apollo-parser", text::graphql), "{ user {\n"),
        without_data(
            "protobuf",
            "Protocol Buffers",
            &["proto", "proto3"],
            ("protox-parse", text::protobuf),
            "message {\n",
        ),
        linted(
            without_data("html", "HTML", &["htm", "xhtml"], ("html5gum", html::parse), "<div><b></div>\n"),
            &linters::HTML_VALIDATE,
        ),
        linted(
            without_data("css", "CSS", &["postcss"], ("oxc-css-parser", style::css), "a { b: }\n}"),
            &linters::STYLELINT,
        ),
        beside_css(linted(
            without_data("scss", "SCSS", &[], ("oxc-css-parser", style::scss), "a { b: $c\n"),
            &linters::STYLELINT,
        )),
        beside_css(linted(
            without_data("less", "Less", &[], ("oxc-css-parser", style::less), "a { b: @c\n"),
            &linters::STYLELINT,
        )),
        without_data("sass", "Sass", &[], ("oxc-css-parser", style::sass), "a\n  b: (\n"),
        without_data(
            "makefile",
            "Makefile",
            &["make", "mk"],
            ("makefile-lossless", text::makefile),
            "ifeq (a,b)\nc:\n",
        ),
        without_data("regex", "Regular expression", &["regexp", "re"], ("fancy-regex", pattern::parse), "a(b\n"),
    ]
}

/// An adapter for a format without data, which no schema can describe.
fn without_data(
    name: &'static str,
    title: &'static str,
    aliases: &[&'static str],
    (tool, parse): (&'static str, Parse),
    bad: &'static str,
) -> Data {
    let spec = LanguageSpec { steps: vec![Step::Parse], ..spec(name, title, aliases, bad) };
    Data { spec, tool, parse, odd: |_| Vec::new(), values: |_| None, linter: None }
}

/// The same, with a linter that the project may bring.
fn linted(data: Data, linter: &'static OwnLinter) -> Data {
    let spec = LanguageSpec { tools: vec![(*linter.tool).clone()], ..data.spec };
    Data { spec, linter: Some(linter), ..data }
}

/// The same, in the fixture of CSS.
fn beside_css(data: Data) -> Data {
    let spec = LanguageSpec { fixture: Some("css".into()), ..data.spec };
    Data { spec, ..data }
}

/// The facts of a data language; `bad` is a text that does not parse.
fn spec(name: &'static str, title: &'static str, aliases: &[&'static str], bad: &'static str) -> LanguageSpec {
    LanguageSpec {
        name: name.into(),
        title: title.into(),
        extension: name.into(),
        aliases: texts(aliases),
        steps: vec![Step::Parse, Step::Lint],
        default_target: Level::Parsed,
        native_command: "any parser of the format".into(),
        canaries: vec![Canary::new(Step::Parse, bad)],
        ..LanguageSpec::default()
    }
}

impl Language for Data {
    fn spec(&self) -> &LanguageSpec {
        &self.spec
    }

    fn assemble(&self, parts: &Parts, name: &str) -> Program {
        Program { text: parts.join(None, false), path: format!("blocks/{name}.{}", self.spec.extension) }
    }

    fn check(&self, workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        let said = |severity, code: &str, problem: Problem| {
            let Problem { range, message, help } = problem;
            (Some(range), Message { severity, tool: self.tool.into(), code: code.to_owned(), message, help })
        };
        for unit in units.iter_mut() {
            match guard::call(self.parse, unit.program.as_str()) {
                Ok(Ok(())) => {
                    unit.pass(Step::Parse);
                    for problem in (self.odd)(unit.program.as_str()) {
                        let (range, said) = said(Severity::Warning, "duplicate-key", problem);
                        unit.say_at(Step::Parse, range, said);
                    }
                    schema::validate(workspace, unit, self.values);
                }
                Ok(Err(problem)) => {
                    let (range, said) = said(Severity::Error, "", problem);
                    unit.say_at(Step::Parse, range, said);
                }
                Err(why) => {
                    let message = format!("{} cannot parse this block: {why}", self.tool);
                    unit.unavailable(Step::Parse, MissingTool::over_block(End::Exited(1), message));
                }
            }
        }
        match self.linter {
            Some(linter) => own_linter::lint(workspace, linter, units, |_| true),
            None => Ok(()),
        }
    }

    fn install(&self, workspace: &Workspace<'_>) -> Result<std::result::Result<(), String>> {
        if self.linter.is_some() { npm::install(workspace) } else { Ok(Ok(())) }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of pieces that mean something to some format, and such pieces nested deeply.
    fn texts() -> Vec<String> {
        const PIECES: &[&str] = &[
            "<", ">", "</", "/>", "<!--", "<p", "=", "\"", "'", "&", ";", ":", "{", "}", "{{", "}}", "{%", "%}", "(",
            ")", "[", "]", "\\", "/", "*", "+", "?", "|", "é", "日", "\u{feff}", "a", "b ", "\n", "\r\n", "\t", " ",
            "#", "@", "$", "%", "1", "-", ",", ".", "message", "ifeq", "<?", "?>", "&amp", "<script>", "</p>",
        ];
        let mut state = 1_u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let mut texts: Vec<String> = Vec::new();
        for _ in 0..4_000 {
            let length = 1 + random(9);
            texts.push((0..length).map(|_| PIECES[random(PIECES.len())]).collect());
        }
        for open in
            ["(", "[", "{", "a{", "a:(", "<b>", "<p><b>", "message M {", "a = [", "{ a", "ifdef a\n", "a: {", "- "]
        {
            texts.push(open.repeat(20_000));
        }
        texts
    }

    #[test]
    fn no_text_breaks_a_parser() {
        for data in with_data().into_iter().chain(others()) {
            for text in texts() {
                let Ok(Err(problem)) = guard::call(data.parse, &text) else { continue };
                let said = format!("{} {:?} {:?}", data.spec.name, text.get(..80).unwrap_or(&text), problem.range);
                assert!(problem.range.start <= problem.range.end, "{said}");
            }
        }
    }
}
