//! The files and resources that a child may use, and the levels of confinement.
//!
//! Must not know: how a child is confined.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The kernel's max of processes and threads for a run. The supervisor allows fewer processes but checks only at
/// intervals; the kernel enforces this limit at once. Node, Go and Java start a dozen threads each.
pub(in crate::process) const TASKS: u64 = 512;
/// The same for tools, which compile many blocks at once, with one thread per core.
pub(in crate::process) const TOOL_TASKS: u64 = 4096;

/// The level of confinement, by the restrictions that were applied and tested (S8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confinement {
    /// A process group, an environment, and limits.
    #[default]
    None,
    /// Landlock or seccomp, and a limit of processes that the kernel enforces; no namespaces.
    Partial,
    /// Namespaces, Landlock with ABI 4 or newer, seccomp, limits.
    Full,
}

impl Confinement {
    /// All of them, with their names.
    pub const ALL: &[(&str, Confinement)] =
        &[("none", Confinement::None), ("partial", Confinement::Partial), ("full", Confinement::Full)];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, level)| *level == self).map_or("none", |(name, _)| name)
    }

    /// The level with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, level)| *level)
    }
}

/// The files and resources that a child may use.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Policy {
    /// Files and folders that may be read and executed, with all below them.
    pub read: Vec<PathBuf>,
    /// Folders that may be listed. This gives no right to read their files.
    pub list: Vec<PathBuf>,
    /// Folders that may be written.
    pub write: Vec<PathBuf>,
    /// A folder that becomes a separate disk with `disk` bytes, if there are namespaces.
    pub scratch: Option<PathBuf>,
    /// Whether the host's network may be used.
    pub network: bool,
    /// Bytes of memory, of all processes together.
    pub memory: u64,
    /// Bytes on disk; 0 is no limit.
    pub disk: u64,
    /// Max processes at one time; 0 is no limit.
    pub processes: usize,
    /// Whether several programs run one after another under this policy. Then no program may influence the next one,
    /// for example through limits of their common parent or System V memory.
    #[serde(default)]
    pub shared: bool,
}
