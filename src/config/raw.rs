//! The keys of `book.toml`. An unknown key is an error, so docgen never ignores a typo.
//!
//! Must not know: how the program uses the keys. [`super::Config`] holds the result.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The whole file.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RawConfig {
    /// mdBook's own table.
    pub book: RawBook,
    /// The site as a whole.
    pub site: RawSite,
    /// Tags, agents and the others.
    pub taxonomies: BTreeMap<String, RawTaxonomy>,
    /// Review clocks and required keys.
    pub governance: RawGovernance,
    /// Snippet verification.
    pub verify: RawVerify,
    /// The search index.
    pub search: RawSearch,
    /// mdBook: has no effect here.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub build: Option<toml::Table>,
    /// mdBook: the edition of Rust blocks.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub rust: Option<toml::Table>,
    /// mdBook: has no effect here.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub preprocessor: Option<toml::Table>,
    /// mdBook: [`super::MdBook`] reads `[output.html]`.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub output: Option<toml::Table>,
}

/// `[book]`, as mdBook reads it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RawBook {
    /// The site's title.
    pub title: Option<String>,
    /// Its authors.
    pub authors: Vec<String>,
    /// One sentence about it.
    pub description: Option<String>,
    /// BCP 47 language tag.
    pub language: Option<String>,
    /// The content folder.
    pub src: Option<String>,
    /// mdBook: means nothing here.
    pub multilingual: Option<bool>,
    /// mdBook: `ltr` or `rtl`.
    pub text_direction: Option<String>,
}

/// `[site]`
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RawSite {
    /// The start of absolute addresses.
    pub base_url: Option<String>,
    /// The output folder.
    pub out: Option<String>,
    /// The theme's name.
    pub theme: Option<String>,
    /// Turns on edit links.
    pub repository: Option<String>,
    /// `allow` or `escape`.
    pub raw_html: Option<RawHtml>,
    /// Whether text between dollar signs is a formula.
    pub math: Option<bool>,
    /// `strict`, `relaxed` or `off`.
    pub content_policy: Option<ContentPolicy>,
}

/// How HTML in Markdown is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawHtml {
    /// It is copied to the page.
    Allow,
    /// It is shown as text.
    Escape,
}

/// How strict the pages' content security policy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ContentPolicy {
    /// Only files of the site itself.
    Strict,
    /// Also inline styles and scripts, and images from any host. mdBook folders need these.
    Relaxed,
    /// No policy.
    Off,
}

/// `[taxonomies.NAME]`
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RawTaxonomy {
    /// Whether only declared terms may be used.
    pub closed: bool,
    /// The declared terms.
    pub terms: BTreeMap<String, RawTerm>,
}

/// `[taxonomies.NAME.terms.TERM]`
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RawTerm {
    /// How the term is shown.
    pub title: Option<String>,
    /// One sentence for its page.
    pub description: String,
    /// Other spellings of this term.
    pub synonyms: Vec<String>,
}

/// `[governance]`
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RawGovernance {
    /// Review interval by risk, as `90d`.
    pub review: BTreeMap<String, String>,
    /// Front-matter keys that every page must have.
    pub required: Vec<String>,
}

/// `[verify]`
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RawVerify {
    /// The minimum level of a code block.
    pub min_level: Option<String>,
    /// Only blocks that are worse than in the ledger fail, as with `--ratchet`.
    pub ratchet: bool,
    /// More words that other tools use in info strings.
    pub foreign_words: Vec<String>,
    /// Globs of pages whose `net` blocks may use the host's network.
    pub allow_net: Vec<String>,
    /// Max wall-clock time of a run.
    pub timeout: Option<String>,
    /// Max output of a run.
    pub output: Option<String>,
    /// Max memory of a run.
    pub memory: Option<String>,
    /// Max wall-clock time of a compiler for all blocks of a language.
    pub tool_timeout: Option<String>,
    /// Settings by language.
    pub lang: BTreeMap<String, RawLanguage>,
    /// Rules for Markdown that cannot be edited, in order.
    pub rule: Vec<RawRule>,
}

/// `[[verify.rule]]`
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RawRule {
    /// Glob of pages, relative to the root or to the content folder.
    pub path: String,
    /// Only blocks of this language.
    pub lang: Option<String>,
    /// Only blocks below this heading, by its text or its anchor.
    pub heading: Option<String>,
    /// Only the nth matching block of each page, counted from 1.
    pub nth: Option<usize>,
    /// The settings: words of a fence, and `level`.
    #[schemars(with = "Map<String, Value>")]
    pub set: toml::Table,
}

/// `[verify.lang.NAME]`
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RawLanguage {
    /// The target level.
    pub level: Option<String>,
    /// The fixture's folder below `snippets/`.
    pub fixture: Option<String>,
    /// `page`: all blocks of this language on a page are one program.
    pub group: Option<String>,
    /// Preludes put before every block, by name.
    pub prelude: Vec<String>,
    /// Lines with this prefix are compiled but not shown.
    pub hide_prefix: Option<String>,
    /// Warnings to treat as errors.
    pub deny: Vec<String>,
    /// Other labels of a language that `book.toml` defines.
    pub aliases: Vec<String>,
    /// The name of such a language as people write it.
    pub title: Option<String>,
    /// The extension of its files, without the dot.
    pub extension: Option<String>,
    /// The text that begins a comment. `//> ` then promises output.
    pub comment: Option<String>,
    /// The command that parses a block.
    pub parse: Option<RawCommand>,
    /// The command that lints a block.
    pub lint: Option<RawCommand>,
    /// The command that compiles a block, to `{binary}`.
    pub compile: Option<RawCommand>,
    /// The command that runs a block.
    pub run: Option<RawCommand>,
    /// How the commands report: `gcc`, `json-lines`, `sarif`, `checkstyle`.
    pub format: Option<String>,
    /// A regular expression for the lines of their reports, instead of a format.
    pub pattern: Option<String>,
    /// Rust's edition, from mdBook's `[rust]` table.
    #[serde(skip)]
    pub edition: Option<String>,
}

/// A command: a text as in a shell, or its words.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RawCommand {
    /// `gcc -c {file}`
    Text(String),
    /// `["gcc", "-c", "{file}"]`
    Words(Vec<String>),
}

/// `[search]`
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RawSearch {
    /// Whether code blocks are indexed.
    pub code: Option<bool>,
    /// Globs of pages that are left out.
    pub exclude: Vec<String>,
}
