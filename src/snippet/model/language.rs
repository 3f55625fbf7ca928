//! The facts of a language, as data. The language's adapter acts on code.
//!
//! Must not know: how a language is checked.

use crate::snippet::model::session::Dialect;
use crate::snippet::model::tool::ToolSpec;
use crate::snippet::model::verdict::{Level, Step};
use std::borrow::Cow;

/// The number of a language, among the languages with an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageId(pub(crate) usize);

/// The facts of a language.
#[derive(Debug, Clone, Default)]
pub struct LanguageSpec {
    /// Its name in info strings, configuration and reports: `python`.
    pub name: Cow<'static, str>,
    /// Its name as people write it: `Python`.
    pub title: Cow<'static, str>,
    /// The extension of its files, without the dot.
    pub extension: Cow<'static, str>,
    /// Other names for it in info strings.
    pub aliases: Vec<Cow<'static, str>>,
    /// How its interactive sessions begin, and the language that they are, if it has sessions.
    pub sessions: Option<Sessions>,
    /// How a block looks, if the language is that of an interpreter's sessions.
    pub dialect: Option<&'static Dialect>,
    /// Its steps, in order.
    pub steps: Vec<Step>,
    /// The level that a block must reach by default (S1.2).
    pub default_target: Level,
    /// The tools it uses. It needs at least the first one.
    pub tools: Vec<ToolSpec>,
    /// The language whose fixture it uses, if not its own.
    pub fixture: Option<Cow<'static, str>>,
    /// The files of the fixture for projects that have none, as path and text (S3.4).
    pub minimal_fixture: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    /// Files whose presence makes a folder a package of this language.
    pub manifests: Vec<Cow<'static, str>>,
    /// How a person adds a package to a fixture, in a few words.
    pub adds_packages: Option<Cow<'static, str>>,
    /// The command that a person types in the fixture to check everything, for `docgen extract`.
    pub native_command: Cow<'static, str>,
    /// How its tools report an undefined name (S3.7).
    pub undefined: Vec<Undefined>,
    /// Its steps are commands of `book.toml`.
    pub by_command: bool,
    /// Self-tests: blocks known to be bad, at each step.
    pub canaries: Vec<Canary>,
}

/// How the interactive sessions of a language begin: with a prompt of their language, perhaps below comments.
#[derive(Debug, Clone)]
pub struct Sessions {
    /// The name of the language of sessions.
    pub language: Cow<'static, str>,
    /// The text that begins a comment.
    pub comment: Cow<'static, str>,
}

/// How a tool reports an undefined name.
#[derive(Debug, Clone)]
pub enum Undefined {
    /// By this code. The name is in quotes in the message.
    Code(Cow<'static, str>),
    /// By a message with this prefix. The name follows.
    Prefix(Cow<'static, str>),
}

/// A self-test: a block known to be bad, which the adapter must find bad (S1.9).
#[derive(Debug, Clone)]
pub struct Canary {
    /// The step that must fail.
    pub step: Step,
    /// The block.
    pub code: Cow<'static, str>,
    /// More words of its fence.
    pub words: &'static str,
}

impl Canary {
    /// A block that must fail at a step.
    pub fn new(step: Step, code: &'static str) -> Self {
        Self { step, code: code.into(), words: "" }
    }

    /// The same block, whose fence has these words too.
    #[must_use]
    pub fn with(self, words: &'static str) -> Self {
        Self { words, ..self }
    }
}

impl LanguageSpec {
    /// A number of blocks, as progress words it: `1 Python block`, `120 Go blocks`.
    pub fn count(&self, number: usize) -> String {
        format!("{number} {} block{}", self.title, if number == 1 { "" } else { "s" })
    }

    /// Whether a label in an info string means this language.
    pub fn is_called(&self, label: &str) -> bool {
        self.name == label || self.aliases.iter().any(|alias| alias == label)
    }

    /// The deepest level without running, up to a limit.
    pub fn level_up_to(&self, limit: Level) -> Level {
        let levels = self.steps.iter().map(|step| step.level());
        levels.filter(|level| *level <= limit && *level <= Level::Compiled).max().unwrap_or_default()
    }
}

/// Texts of a specification.
pub fn texts(texts: &[&'static str]) -> Vec<Cow<'static, str>> {
    texts.iter().map(|text| Cow::Borrowed(*text)).collect()
}
