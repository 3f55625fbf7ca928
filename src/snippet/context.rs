//! Everything that verification needs from outside.
//!
//! Must not know: what verification does with it.

use crate::config::Config;
use crate::process::Supervisor;
use crate::progress::Progress;
use crate::site::PageIndex;
use crate::snippet::language::languages::Languages;
use crate::snippet::model::snippet::SnippetId;
use crate::snippet::store::cache::Cache;
use crate::snippet::toolchain::tool::Tools;
use crate::source::Sources;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What the user asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Parse and lint only (S8.4).
    pub no_exec: bool,
    /// The file has no project: linters are optional, unknown words are warnings.
    pub bare: bool,
    /// Programs that `needs=` names must be installed (S2.2).
    pub strict: bool,
    /// The run reads all pages of the project, so a rule that matches nothing is a mistake.
    pub whole_project: bool,
    /// The ledger holds hashes of docgen 0.1, so each block needs its old hash too.
    pub outdated_hashes: bool,
    /// Only these languages.
    pub languages: Vec<String>,
    /// Only blocks with this name.
    pub name: Option<String>,
    /// Only blocks of this group.
    pub group: Option<String>,
    /// Only the block with this id.
    pub id: Option<String>,
    /// Only blocks of these pages.
    pub pages: Option<BTreeSet<PageIndex>>,
    /// Only these blocks.
    pub only: Option<BTreeSet<SnippetId>>,
}

/// Everything verification needs from outside.
pub struct Context<'a> {
    /// The project.
    pub config: &'a Config,
    /// The texts.
    pub sources: &'a Sources,
    /// The languages.
    pub languages: Languages,
    /// The tools.
    pub tools: &'a Tools,
    /// Starts and ends child processes.
    pub supervisor: &'a Supervisor,
    /// Receives progress.
    pub progress: &'a dyn Progress,
    /// The folder for workspaces and scratch folders, outside the repository.
    pub work: PathBuf,
    /// The folder for caches of tools that all projects of this user share: what Go compiled of its own library. Blocks
    /// never see it.
    pub tool_caches: PathBuf,
    /// Verdicts of earlier runs; `None` if this run must not use them.
    pub cache: Option<Cache>,
    /// Today's date, as verdicts store it: `2026-01-31`.
    pub date: String,
    /// What the user asked for.
    pub options: Options,
}
