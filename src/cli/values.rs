//! The values of options: how they are written, and what they mean.
//!
//! Must not know: which command has the option.

use crate::error::Error;
use crate::process::Confinement;
use crate::report::Color;
use crate::snippet::model::verdict::Level;
use crate::snippet::plan::partition::Rule;
use clap::ValueEnum;
use std::path::PathBuf;

/// When to use colour.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ColorChoice {
    Auto,
    Always,
    Never,
}

impl From<ColorChoice> for Color {
    fn from(choice: ColorChoice) -> Self {
        match choice {
            ColorChoice::Auto => Color::Auto,
            ColorChoice::Always => Color::Always,
            ColorChoice::Never => Color::Never,
        }
    }
}

/// What a schema describes.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum SchemaOf {
    /// `book.toml`
    Book,
    /// The front matter of pages
    FrontMatter,
}

/// How well programs must be confined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SandboxLevel {
    /// No requirement
    None,
    /// Landlock or seccomp, and limits
    Partial,
    /// Namespaces too
    Full,
}

impl From<SandboxLevel> for Confinement {
    fn from(level: SandboxLevel) -> Self {
        match level {
            SandboxLevel::None => Self::None,
            SandboxLevel::Partial => Self::Partial,
            SandboxLevel::Full => Self::Full,
        }
    }
}

/// The level that code must reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum MinLevel {
    /// It parses
    Parsed,
    /// Its linter reports no error
    Linted,
    /// Its compiler accepts it
    Compiled,
    /// It ran and ended as promised
    Ran,
    /// It printed what the page says
    #[value(alias = "outputmatched")]
    OutputMatched,
}

impl From<MinLevel> for Level {
    fn from(level: MinLevel) -> Self {
        match level {
            MinLevel::Parsed => Self::Parsed,
            MinLevel::Linted => Self::Linted,
            MinLevel::Compiled => Self::Compiled,
            MinLevel::Ran => Self::Ran,
            MinLevel::OutputMatched => Self::OutputMatched,
        }
    }
}

/// A report and its destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReportTo {
    /// Its format.
    pub(super) kind: ReportKind,
    /// A file; `None` is standard output.
    pub(super) file: Option<PathBuf>,
}

/// The format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReportKind {
    /// For people.
    Terminal,
    /// For machines.
    Json,
    /// As GitHub annotations, and as a summary where GitHub asks for one.
    Github,
    /// As tests, for CI systems.
    Junit,
    /// For code scanning.
    Sarif,
    /// As Markdown, for the page of a CI run.
    Summary,
}

impl ReportTo {
    /// The terminal.
    pub(super) const TERMINAL: &Self = &Self { kind: ReportKind::Terminal, file: None };

    /// The wanted reports, or the terminal if none is named.
    pub(super) fn or_terminal(wanted: &[Self]) -> &[Self] {
        if wanted.is_empty() { std::slice::from_ref(Self::TERMINAL) } else { wanted }
    }

    /// The error for a command that has no such report.
    pub(super) fn refused(&self, command: &str) -> Error {
        let message = format!("`docgen {command}` has no {} report", format!("{:?}", self.kind).to_lowercase());
        Error::usage(message, "use `terminal`, `json=PATH` or `github`")
    }
}

impl std::str::FromStr for ReportTo {
    type Err = String;

    /// `KIND` or `KIND=PATH`; the path `-` is standard output.
    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, path) = text.split_once('=').unwrap_or((text, "-"));
        let kind = match kind {
            "terminal" => ReportKind::Terminal,
            "json" => ReportKind::Json,
            "github" => ReportKind::Github,
            "junit" => ReportKind::Junit,
            "sarif" => ReportKind::Sarif,
            "summary" => ReportKind::Summary,
            _ => {
                let kinds = "`terminal`, `json=PATH`, `junit=PATH`, `sarif=PATH`, `summary=PATH` or `github`";
                return Err(format!("unknown report `{kind}`; use {kinds}"));
            }
        };
        Ok(Self { kind, file: (path != "-").then(|| PathBuf::from(path)) })
    }
}

/// A shard, and how blocks are divided, if that is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shard {
    pub(super) rule: Option<Rule>,
    pub(super) number: usize,
    pub(super) of: usize,
}

impl std::str::FromStr for Shard {
    type Err = String;

    /// `K/N`, `hash:K/N` or `cost:K/N`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (rule, part) = match text.split_once(':') {
            None => (None, text),
            Some(("hash", part)) => (Some(Rule::Hash), part),
            Some(("cost", part)) => (Some(Rule::Cost), part),
            Some((other, _)) => return Err(format!("unknown rule `{other}`; use `hash:K/N` or `cost:K/N`")),
        };
        let numbers = part.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((number, of)) if (1..=of).contains(&number) && of <= MAX_SHARDS => Ok(Self { rule, number, of }),
            _ => Err(format!("write K/N with K from 1 to N and N at most {MAX_SHARDS}, for example `2/4`")),
        }
    }
}

/// Max number of shards. GitHub allows 256 jobs in a matrix.
const MAX_SHARDS: usize = 10_000;

/// Problems to treat as errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Deny {
    /// Every warning, overdue reviews too
    Warnings,
    /// Only pages whose review is overdue
    Overdue,
}
