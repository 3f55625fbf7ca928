//! Everything verification needs from outside.
//!
//! Must not know: what is done with it.

use crate::config::Config;
use crate::process::Supervisor;
use crate::progress::Progress;
use crate::snippet::language::languages::Languages;
use crate::snippet::store::cache::Cache;
use crate::snippet::toolchain::tool::Tools;
use crate::source::Sources;
use std::path::PathBuf;

/// What the user asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Parse and lint only (S8.4).
    pub no_exec: bool,
    /// A file without a project: linters are optional, unknown words are warnings.
    pub bare: bool,
    /// What `needs=` names must be there (S2.2).
    pub strict: bool,
    /// All pages of the project were read, so a rule that matches nothing is a mistake.
    pub whole_project: bool,
    /// The ledger holds hashes of docgen 0.1, so that each block's is worked out too.
    pub outdated_hashes: bool,
    /// Only these languages.
    pub languages: Vec<String>,
    /// Only the blocks of this name.
    pub name: Option<String>,
    /// Only the block of this id.
    pub id: Option<String>,
}

/// Everything verification needs from outside.
pub struct Context<'a> {
    /// The project.
    pub config: &'a Config,
    /// The texts.
    pub sources: &'a Sources,
    /// The languages.
    pub languages: &'a Languages,
    /// The tools.
    pub tools: &'a Tools,
    /// What starts and ends children.
    pub supervisor: &'a Supervisor,
    /// Who wants to know.
    pub progress: &'a dyn Progress,
    /// The folder for benches and scratch folders; outside the repository.
    pub work: PathBuf,
    /// Verdicts of earlier runs; none where they do not count.
    pub cache: Option<Cache>,
    /// Today, as verdicts remember it: `2026-01-31`.
    pub date: String,
    /// What the user asked for.
    pub options: Options,
}
