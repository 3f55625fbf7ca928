//! What a child may touch and use, and how well it is held in.
//!
//! Must not know: how it is held in.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Processes and threads that the kernel lets a run have. The supervisor allows fewer processes, but looks at intervals
/// only; this limit holds at once. Node, Go and Java start a dozen threads each.
pub(in crate::process) const TASKS: u64 = 512;
/// The same for tools, which compile many blocks at once on as many threads as there are cores.
pub(in crate::process) const TOOL_TASKS: u64 = 4096;

/// How well a child is held in, by what was applied and tried out (S8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confinement {
    /// A process group, an environment, and limits.
    #[default]
    None,
    /// Landlock or seccomp, and a limit of processes that the kernel holds; no namespaces.
    Partial,
    /// Namespaces, Landlock from ABI 4 on, seccomp, limits.
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

    /// The level of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, level)| *level)
    }
}

/// What a child may touch, and how much it may use.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Policy {
    /// Files and folders that may be read and executed, with all below them.
    pub read: Vec<PathBuf>,
    /// Folders that may be listed, but whose files may not be read for that.
    pub list: Vec<PathBuf>,
    /// Folders that may be changed.
    pub write: Vec<PathBuf>,
    /// A folder that gets a disk of its own, as large as `disk`, where namespaces are to be had.
    pub scratch: Option<PathBuf>,
    /// Whether the host's network may be used.
    pub network: bool,
    /// Bytes of memory, of all processes together.
    pub memory: u64,
    /// Bytes on disk; 0 is no limit.
    pub disk: u64,
    /// How many processes there may be at a time; 0 is no limit.
    pub processes: usize,
    /// Whether several programs run one after another under this policy. None of them may then leave anything to the
    /// next one: limits of their common parent, System V memory.
    #[serde(default)]
    pub shared: bool,
}
