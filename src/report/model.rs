//! The input of reporters: a verification, and one shape for problems and findings.
//!
//! Must not know: how a report looks.

use crate::diagnostic::{Diagnostic, Severity};
use crate::report::words;
use crate::snippet::judge::policy::{Ledgers, Policy};
use crate::snippet::judge::ratchet::Standing;
use crate::snippet::language::languages::Languages;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Finding, Status, Verdict};
use crate::snippet::model::verdicts::Verdicts;
use crate::snippet::plan::partition::Partition;
use crate::source::{SourceFile, Sources, slash_path};
use crate::span::Span;
use std::path::PathBuf;

/// The repository around a project. Annotations and machines name files relative to it; terminal output names them
/// relative to the project.
#[derive(Debug, Clone)]
pub struct Repository {
    folder: PathBuf,
}

impl Repository {
    /// The repository in `folder`.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// A file's path relative to the repository, with `/`. A file outside keeps its name in the project.
    pub fn path(&self, file: &SourceFile) -> String {
        file.path.strip_prefix(&self.folder).map_or_else(|_| file.name.clone(), slash_path)
    }
}

/// A verification as reporters see it: the verdicts, the policy and the ledgers.
#[derive(Clone, Copy)]
pub struct Verification<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// The blocks with their verdicts.
    pub verdicts: Verdicts<'a>,
    /// The languages of the blocks.
    pub languages: &'a Languages,
    /// How strictly they are handled.
    pub policy: Policy,
    /// The ledgers that they are compared with.
    pub ledgers: Ledgers<'a>,
    /// The part of the blocks that this run verified, if it was one of several.
    pub shard: Option<Partition>,
    /// Nothing was run (`--no-exec`).
    pub no_exec: bool,
}

impl Verification<'_> {
    /// The blocks by number, each with its breaches of policy.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = (usize, &Snippet, &Verdict, Vec<String>)> {
        self.verdicts.iter().enumerate().map(|(block, (snippet, verdict))| {
            (block, snippet, verdict, self.ledgers.breaches(block, snippet, verdict, self.policy))
        })
    }

    /// Why a block is worse than in the ledger, if it is.
    pub(crate) fn worse(&self, block: usize, verdict: &Verdict) -> Option<String> {
        match self.ledgers.ratchet?.standing(block) {
            Standing::Even | Standing::Better => None,
            Standing::Sunk(level) => {
                Some(format!("worse than in the ledger: {} before, {} now", level.name(), verdict.level.name()))
            }
            Standing::Broken(status) => {
                Some(format!("worse than in the ledger: {} before, {} now", status.name(), verdict.status.name()))
            }
            Standing::New => Some("it fails, and the ledger does not contain it".to_owned()),
        }
    }

    /// The comparison with the ledger, for people: how many blocks are known, how many got better.
    pub(crate) fn ratchet(&self) -> Vec<String> {
        let Some(ratchet) = self.ledgers.ratchet else { return Vec::new() };
        let better = (ratchet.better() > 0 && !self.ledgers.written).then(|| {
            let what = if ratchet.better() == 1 { "1 block is" } else { &format!("{} blocks are", ratchet.better()) };
            format!("{what} better; the ledger can be tightened: run docgen verify --write-ledger")
        });
        let known = (ratchet.known() > 0)
            .then(|| format!("{} known to the ledger (--ratchet)", words::plural(ratchet.known(), "failing block")));
        better.into_iter().chain(known).collect()
    }
}

/// Whether a block with this status is shown as wrong.
pub(crate) fn is_bad(status: Status) -> bool {
    matches!(status, Status::Fail | Status::Timeout | Status::Limit | Status::Xpass | Status::Blocked)
}

/// Whether the findings of a block with this status are the author's fault: not those that the page promises, and not
/// those of an ignored block.
pub(crate) fn counts(status: Status) -> bool {
    !matches!(status, Status::Xfail | Status::Ignored)
}

/// A problem or a finding, as reporters see it.
#[derive(Debug, Clone)]
pub struct Item<'a> {
    /// Its severity.
    pub severity: Severity,
    /// The code in brackets, which may be empty.
    pub code: &'a str,
    /// The tool, for findings.
    pub tool: Option<&'a str>,
    /// What is wrong.
    pub message: &'a str,
    /// Its place.
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
