//! The messages between docgen and the stages of its launcher: plan and report.
//!
//! Must not know: how a stage does its work.

use super::policy::{Confinement, Policy};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// First argument of docgen as stage one.
pub(in crate::process) const OUTSIDE: &str = "__sandbox";
/// First argument of docgen as stage two.
pub(super) const INSIDE: &str = "__sandbox-inside";
/// First argument of docgen as the process that maps a user namespace's users from outside.
pub(super) const MAP: &str = "__sandbox-map";
/// The folder of POSIX shared memory; at `full` a separate disk for each block.
pub(super) const SHARED_MEMORY: &str = "/dev/shm";
/// Exit code of a stage that failed.
pub(super) const REFUSED: u8 = 125;

/// The plan for the launcher. The program's arguments are not in it; the launcher gets them as its own arguments.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::process) struct Plan {
    pub(in crate::process) policy: Policy,
    pub(in crate::process) level: Confinement,
    pub(in crate::process) launcher: PathBuf,
    /// `None` only tests which restrictions can be applied.
    pub(in crate::process) program: Option<PathBuf>,
    pub(in crate::process) arg0: Option<String>,
    pub(in crate::process) cwd: PathBuf,
    pub(in crate::process) env: BTreeMap<String, String>,
    /// The control group that stage one joins, if this machine has one.
    pub(in crate::process) group: Option<PathBuf>,
    /// Processes and threads that the user has already, besides this program's. In a separate namespace, the kernel
    /// counts only the program's own.
    pub(in crate::process) others: u64,
}

/// The restrictions that stage two applied. Each was tested after it was applied.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(in crate::process) struct Applied {
    pub(in crate::process) namespaces: bool,
    pub(in crate::process) landlock: u8,
    pub(in crate::process) seccomp: bool,
    /// The kernel limits the number of processes, or no limit was requested.
    pub(in crate::process) processes: bool,
}

impl Applied {
    pub(in crate::process) fn level(&self) -> Confinement {
        if !self.processes {
            Confinement::None
        } else if self.namespaces && self.landlock >= 4 && self.seccomp {
            Confinement::Full
        } else if self.landlock > 0 || self.seccomp {
            Confinement::Partial
        } else {
            Confinement::None
        }
    }
}

/// How the program ended, as its parent observed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::process) enum Ended {
    Exited(i32),
    Signaled(i32),
}

/// A line of the report.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::process) enum Line {
    /// Written by stage two before the program starts.
    Applied(Applied),
    /// Written by the stage that waited for the program.
    Ended(Ended),
    /// Written by stage one: the scratch disk was full at the end.
    DiskFull,
    /// Why the program was not started.
    Refused(String),
}

/// Adds a line to the report.
pub(super) fn note(report: &Path, line: &Line) -> Result<(), String> {
    crate::fs::append(report, &text(line)).map_err(|error| error.to_string())
}

pub(super) fn text(line: &Line) -> Vec<u8> {
    let mut text = serde_json::to_vec(line).unwrap_or_default();
    text.push(b'\n');
    text
}

pub(super) fn read_plan(path: &Path) -> Result<Plan, String> {
    let text = crate::fs::read(path).map_err(|error| error.to_string())?;
    serde_json::from_slice(&text).map_err(|error| format!("the plan cannot be read: {error}"))
}
