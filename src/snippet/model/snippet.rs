//! One code block of a page, with its settings. Pure data.
//!
//! Must not know: tools, disk, how pages are read.

use crate::diagnostic::Severity;
use crate::page::FenceIndex;
use crate::site::PageIndex;
use crate::snippet::model::language::{LanguageId, LanguageSpec};
use crate::snippet::model::output::{Filter, Matching};
use crate::snippet::model::session::Session;
use crate::snippet::model::settings::Settings;
use crate::snippet::model::verdict::{Finding, Level, Promise, Step};
use crate::span::{FileId, MappedText, Span};
use std::path::PathBuf;
use std::sync::Arc;

/// The number of a block. Blocks are counted by page, then by fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnippetId(usize);

impl From<usize> for SnippetId {
    fn from(number: usize) -> Self {
        Self(number)
    }
}

impl From<SnippetId> for usize {
    fn from(id: SnippetId) -> Self {
        id.0
    }
}

/// The expected output of a block.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The text; each byte knows where it was written.
    pub text: MappedText,
    /// How it is compared.
    pub matching: Matching,
    /// What is masked on both sides.
    pub filters: Vec<Filter>,
    /// Its fence; `None` if it is a comment in the code.
    pub fence: Option<FenceIndex>,
}

/// One code block of a page.
#[derive(Debug, Clone)]
pub struct Snippet {
    /// `page#name`, else `page#heading-slug/n` (S5.4).
    pub id: String,
    /// Index of the page among the pages of the run.
    pub page: PageIndex,
    /// The page's file.
    pub file: FileId,
    /// The page's path relative to the root, with `/`.
    pub page_name: String,
    /// The page's file, absolute.
    pub page_path: PathBuf,
    /// Index of the fence on its page.
    pub fence: FenceIndex,
    /// 1-based line of the opening fence.
    pub line: usize,
    /// 1-based line of the closing fence.
    pub end_line: usize,
    /// The language, if it has an adapter.
    pub language: Option<LanguageId>,
    /// The language's name. Without an adapter it is the label as written; without a label it is empty.
    pub language_name: String,
    /// The label as written, lower case: `jsx`.
    pub label: String,
    /// Whether it is code at all (S1.8).
    pub is_code: bool,
    /// Its inputs and outputs, if it is an interactive session.
    pub session: Option<Arc<Session>>,
    /// Its settings, from the info string, the page and the configuration.
    pub settings: Settings,
    /// The code.
    pub code: MappedText,
    /// The opening line.
    pub open: Span,
    /// The code as readers see it, if some of it is hidden (S3.2).
    pub visible: Option<String>,
    /// The output that the page promises.
    pub expected: Option<Expected>,
    /// Whether it runs (S1.3).
    pub runs: bool,
    /// The level it must reach (S1.2, S1.3).
    pub target: Level,
    /// A fault of the fence itself: an unknown word (S2.3), or an output without a block.
    pub fault: Option<Fault>,
}

/// What is wrong with a fence, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// It counts in a bare file too, where an unknown word is none.
    pub in_bare_file: bool,
}

impl Snippet {
    /// Its page and the line of its opening fence, as a report shows them.
    pub fn place(&self) -> String {
        format!("{}:{}", self.page_name, self.line)
    }

    /// Whether it must never run: `no_run`, `check` and `ignore` always win (S1.3).
    pub fn never_runs(&self) -> bool {
        let settings = &self.settings;
        let promise = matches!(settings.promise, Promise::Ignored(_) | Promise::FailsToCompile { .. });
        settings.check || settings.no_run || promise || settings.globals.as_deref() == Some("browser")
    }

    /// Whether its author asks docgen not to judge it.
    pub fn is_ignored(&self) -> bool {
        self.is_code && matches!(self.settings.promise, Promise::Ignored(_))
    }

    /// The fault of the words in its fence. It is an error, but a warning if the block is ignored. In a bare file an
    /// unknown word is no fault.
    pub(crate) fn in_fence(&self, bare: bool) -> Option<Finding> {
        let fault = self.fault.clone().filter(|fault| !bare || fault.in_bare_file);
        let fault = fault.map(|fault| (fault.message, fault.span));
        let value = self.settings.problem.clone().map(|problem| (problem, self.open));
        let (message, span) = fault.or(value)?;
        Some(Finding {
            severity: if self.is_ignored() { Severity::Warning } else { Severity::Error },
            code: "fence".to_owned(),
            tool: "docgen".into(),
            message,
            span: Some(span),
            help: None,
        })
    }

    /// Whether it runs, given the steps of its language (S1.3).
    pub(crate) fn is_to_run(&self, spec: &LanguageSpec) -> bool {
        let settings = &self.settings;
        spec.steps.contains(&Step::Run)
            && !self.never_runs()
            && (settings.run
                || (self.expected.is_some() && self.session.is_none())
                || settings.level.is_some_and(|level| level >= Level::Ran))
    }

    /// Whether the page shows what it prints.
    pub fn promises_output(&self) -> bool {
        self.expected.is_some() || self.session.as_ref().is_some_and(|session| session.shows_output())
    }

    /// Sets whether it runs and the level it must reach, once its settings are complete (S1.2, S1.3).
    pub(crate) fn settle(&mut self, spec: Option<&LanguageSpec>) {
        if self.settings.fixture.is_none() {
            self.settings.fixture = spec.and_then(|spec| spec.fixture.as_ref()).map(ToString::to_string);
        }
        self.runs = spec.is_some_and(|spec| self.is_to_run(spec));
        self.target = spec.map_or(Level::Unchecked, |spec| self.level_to_reach(spec));
    }

    fn level_to_reach(&self, spec: &LanguageSpec) -> Level {
        let settings = &self.settings;
        if settings.check {
            return Level::Parsed;
        }
        if settings.no_run || matches!(settings.promise, Promise::Ignored(_) | Promise::FailsToCompile { .. }) {
            return spec.level_up_to(Level::Compiled);
        }
        if self.runs {
            return if self.promises_output() { Level::OutputMatched } else { Level::Ran };
        }
        spec.level_up_to(settings.level.unwrap_or(spec.default_target))
    }

    /// The folder of its fixture below `snippets/`: the named one, else its language's.
    pub fn fixture(&self) -> &str {
        self.settings.fixture.as_deref().unwrap_or(&self.language_name)
    }
}
