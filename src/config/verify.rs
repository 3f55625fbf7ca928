//! The part of the configuration that verification reads: languages, rules, limits.
//!
//! Must not know: what a rule does to a block.

use super::mdbook::MdBook;
use super::raw::{self, RawLanguage, RawRule};
use super::values::{BookToml, globs, parse_duration, parse_size};
use crate::error::Result;
use crate::span::LineIndex;
use std::collections::BTreeMap;
use std::time::Duration;

/// The settings of verification.
#[derive(Debug, Clone)]
pub struct VerifyConfig {
    /// The minimum level of a code block, as a name of S1.1.
    pub min_level: Option<String>,
    /// Only blocks that are worse than in the ledger fail, as with `--ratchet`.
    pub ratchet: bool,
    /// More words that other tools use in info strings.
    pub foreign_words: Vec<String>,
    /// Pages whose `net` blocks may use the host's network.
    pub allow_net: globset::GlobSet,
    /// Max wall-clock time of a run.
    pub timeout: Duration,
    /// Max output of a run, bytes.
    pub output: usize,
    /// Max memory of a run, bytes.
    pub memory: usize,
    /// Max wall-clock time of a compiler for all blocks of a language; parsers and linters get a tenth of it.
    pub tool_timeout: Duration,
    /// Settings by language.
    pub languages: BTreeMap<String, RawLanguage>,
    /// `line:column` in `book.toml` of each language's table.
    pub places: BTreeMap<String, String>,
    /// Rules for Markdown that cannot be edited, in order, each with its glob.
    pub rules: Vec<Rule>,
}

/// A rule with its glob compiled.
#[derive(Debug, Clone)]
pub struct Rule {
    /// As written.
    pub raw: RawRule,
    /// `line:column` of the rule in `book.toml`.
    pub place: String,
    glob: globset::GlobMatcher,
}

impl Rule {
    /// Whether the rule applies to a page. Both of the page's paths are tried: from the root and from the content
    /// folder.
    pub fn is_about(&self, from_root: &str, from_content: &str) -> bool {
        self.glob.is_match(from_root) || self.glob.is_match(from_content)
    }
}

/// Like `mdbook test`: runs the Rust blocks of a book, in the edition that its `[rust]` table names. Hides the lines that
/// the book hides.
pub(super) fn like_mdbook(
    mut verify: raw::RawVerify,
    rust: Option<&toml::Table>,
    mdbook: bool,
    of_mdbook: &MdBook,
) -> raw::RawVerify {
    for (label, prefix) in &of_mdbook.hide_prefixes {
        let language = verify.lang.entry(label.clone()).or_default();
        language.hide_prefix.get_or_insert_with(|| prefix.clone());
    }
    let edition = rust.and_then(|table| table.get("edition")?.as_str()).map(str::to_owned);
    if mdbook || edition.is_some() {
        let language = verify.lang.entry("rust".to_owned()).or_default();
        language.edition = edition;
        if mdbook && language.level.is_none() {
            language.level = Some("ran".to_owned());
        }
    }
    verify
}

pub(super) fn verify(raw: raw::RawVerify, book_toml: &BookToml<'_>) -> Result<VerifyConfig> {
    let duration = |value: &Option<String>, default: u64| match value {
        None => Ok(Duration::from_secs(default)),
        Some(value) => parse_duration(value).ok_or_else(|| {
            book_toml.error(value, format!("`{value}` is not a duration"), "write `500ms`, `10s` or `2m`".to_owned())
        }),
    };
    let timeout = duration(&raw.timeout, 10)?;
    let tool_timeout = duration(&raw.tool_timeout, 600)?;
    let size = |value: &Option<String>, default: usize| match value {
        None => Ok(default),
        Some(value) => parse_size(value).ok_or_else(|| {
            book_toml.error(value, format!("`{value}` is not a size"), "write `64KiB`, `1MiB` or `1GiB`".to_owned())
        }),
    };
    let some = |value: &Option<String>, default: usize| match size(value, default)? {
        // The kernel reads a limit of 0 as "no limit".
        0 => Err(book_toml.error(
            value.as_deref().unwrap_or_default(),
            "the limit is 0, so no block could run".to_owned(),
            "write how much a block may use, such as `1GiB`".to_owned(),
        )),
        some => Ok(some),
    };
    let output = some(&raw.output, 1 << 20)?;
    let memory = some(&raw.memory, 1 << 30)?;
    Ok(VerifyConfig {
        min_level: raw.min_level,
        ratchet: raw.ratchet,
        foreign_words: raw.foreign_words,
        timeout,
        output,
        memory,
        tool_timeout,
        places: raw.lang.keys().map(|name| (name.clone(), place(name, book_toml))).collect(),
        languages: raw.lang,
        rules: rules(raw.rule, book_toml)?,
        allow_net: globs(&raw.allow_net, book_toml)?,
    })
}

/// The place of a language's table.
fn place(name: &str, book_toml: &BookToml<'_>) -> String {
    let headers =
        [format!("[verify.lang.{name}]"), format!("[verify.lang.{name:?}]"), format!("[verify.lang.'{name}']")];
    let at = headers.iter().find_map(|header| book_toml.text.find(header)).unwrap_or(0);
    let place = LineIndex::new(book_toml.text).line_col(book_toml.text, at);
    format!("{}:{}", place.line, place.column)
}

fn rules(raw: Vec<RawRule>, book_toml: &BookToml<'_>) -> Result<Vec<Rule>> {
    let mut starts = book_toml.text.match_indices("[[verify.rule]]").map(|(at, _)| at);
    let lines = LineIndex::new(book_toml.text);
    let mut rules = Vec::new();
    for rule in raw {
        let at = lines.line_col(book_toml.text, starts.next().unwrap_or(0));
        let glob = globset::GlobBuilder::new(if rule.path.is_empty() { "**" } else { &rule.path })
            .literal_separator(true)
            .build()
            .map_err(|error| {
                book_toml.error(
                    &rule.path,
                    format!("`{}` is not a glob: {error}", rule.path),
                    "write `docs/**/*.md`".to_owned(),
                )
            })?;
        rules.push(Rule { raw: rule, place: format!("{}:{}", at.line, at.column), glob: glob.compile_matcher() });
    }
    Ok(rules)
}
