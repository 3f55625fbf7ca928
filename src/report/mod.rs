//! Values → text that people and machines read: the terminal, JSON, GitHub's annotations.
//!
//! Every reporter is a function from values to a text; [`Terminal`] is the only thing that prints.
//! Must not know: how the values came about.

pub mod freshness;
pub mod github;
mod groups;
pub mod json;
pub mod progress;
pub mod terminal;

use crate::diagnostic::{Diagnostic, Severity};
use crate::error::{Error, Result};
use crate::snippet::judge::policy::{Ledgers, Policy};
use crate::snippet::judge::ratchet::Standing;
use crate::snippet::language::languages::Languages;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Finding, Status, Verdict};
use crate::snippet::model::verdicts::Verdicts;
use crate::source::{SourceFile, Sources, slash_path};
use crate::span::Span;
use std::io::Write as _;
use std::path::PathBuf;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Color {
    /// Where the terminal can show it.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The repository around a project. Annotations and machines name files from its folder; people at a terminal read
/// names from the project.
#[derive(Debug, Clone)]
pub struct Repository {
    folder: PathBuf,
}

impl Repository {
    /// The repository in `folder`.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// A file's path from the repository, with `/`; a file outside keeps its name in the project.
    pub fn path(&self, file: &SourceFile) -> String {
        file.path.strip_prefix(&self.folder).map_or_else(|_| file.name.clone(), slash_path)
    }
}

/// A verification as reporters see it: the verdicts, and what they are held to.
#[derive(Clone, Copy)]
pub struct Verification<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// The blocks with their verdicts.
    pub verdicts: Verdicts<'a>,
    /// The languages of the blocks.
    pub languages: &'a Languages,
    /// How strictly they are taken.
    pub policy: Policy,
    /// What else they are held to.
    pub ledgers: Ledgers<'a>,
}

impl Verification<'_> {
    /// The blocks by number, with how each breaks the policy.
    fn blocks(&self) -> impl Iterator<Item = (usize, &Snippet, &Verdict, Vec<String>)> {
        self.verdicts.iter().enumerate().map(|(block, (snippet, verdict))| {
            (block, snippet, verdict, self.ledgers.breaches(block, snippet, verdict, self.policy))
        })
    }

    /// Why a block is worse than the ledger says, if it is.
    fn worse(&self, block: usize, verdict: &Verdict) -> Option<String> {
        match self.ledgers.ratchet?.standing(block) {
            Standing::Even | Standing::Better => None,
            Standing::Sunk(level) => {
                Some(format!("the ledger has it better: {} before, {} now", level.name(), verdict.level.name()))
            }
            Standing::Broken(status) => {
                Some(format!("the ledger has it better: {} before, {} now", status.name(), verdict.status.name()))
            }
            Standing::New => Some("it fails, and the ledger does not know it".to_owned()),
        }
    }

    /// What the ledger makes of it all, for people: how much is known, how much got better.
    fn ratchet(&self) -> Vec<String> {
        let Some(ratchet) = self.ledgers.ratchet else { return Vec::new() };
        let better = (ratchet.better() > 0 && !self.ledgers.written).then(|| {
            let what = if ratchet.better() == 1 { "1 block is" } else { &format!("{} blocks are", ratchet.better()) };
            format!("{what} better; the ledger can be tightened: run docgen verify --write-ledger")
        });
        let known = (ratchet.known() > 0).then(|| {
            format!("{} as the ledger has it (--ratchet)", terminal::plural(ratchet.known(), "failing block"))
        });
        better.into_iter().chain(known).collect()
    }
}

/// Whether a block of this status is shown as wrong.
fn is_bad(status: Status) -> bool {
    matches!(status, Status::Fail | Status::Timeout | Status::Limit | Status::Xpass | Status::Blocked)
}

/// A problem of either kind, as reporters see it.
#[derive(Debug, Clone)]
pub struct Item<'a> {
    /// How bad.
    pub severity: Severity,
    /// The code in brackets; may be empty.
    pub code: &'a str,
    /// The tool, for findings.
    pub tool: Option<&'a str>,
    /// What is wrong.
    pub message: &'a str,
    /// Where.
    pub span: Option<Span>,
    /// Further places.
    pub notes: Vec<(&'a str, Option<Span>)>,
    /// What to do.
    pub help: Option<&'a str>,
}

impl<'a> From<&'a Diagnostic> for Item<'a> {
    fn from(diagnostic: &'a Diagnostic) -> Self {
        Self {
            severity: diagnostic.severity,
            code: diagnostic.code.info().name,
            tool: None,
            message: &diagnostic.message,
            span: Some(diagnostic.span),
            notes: diagnostic.notes.iter().map(|note| (note.message.as_str(), note.span)).collect(),
            help: diagnostic.help.as_deref(),
        }
    }
}

impl<'a> From<&'a Finding> for Item<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            severity: finding.severity,
            code: &finding.code,
            tool: Some(&finding.tool),
            message: &finding.message,
            span: finding.span,
            notes: Vec::new(),
            help: finding.help.as_deref(),
        }
    }
}

/// Where a command's words go: standard output for results, standard error for what is said on the way.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// When to use colour.
    pub color: Color,
    /// `--quiet`: results only.
    pub quiet: bool,
    /// `--verbose`: everything.
    pub verbose: bool,
}

impl Terminal {
    fn choice(self) -> anstream::ColorChoice {
        match self.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
    }

    /// Prints a result. A reader that has gone away is no error: it has read what it wanted.
    ///
    /// # Errors
    /// [`Error::Io`] where the result cannot be written, to a disk that is full for example.
    pub fn result(self, text: &str) -> Result<()> {
        let mut stream = anstream::AutoStream::new(std::io::stdout(), self.choice());
        match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
            Err(source) if source.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Error::Io { action: "write to", path: "standard output".into(), source })
            }
            _ => Ok(()),
        }
    }

    /// Says something on the way, unless `--quiet`.
    pub fn say(self, text: &str) {
        if !self.quiet {
            self.error(text);
        }
    }

    /// Says something that must be heard.
    pub fn error(self, text: &str) {
        let mut stream = anstream::AutoStream::new(std::io::stderr(), self.choice());
        let _ = writeln!(stream, "{}", text.trim_end());
    }
}
