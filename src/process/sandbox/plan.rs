//! What docgen tells the stages of its launcher, and what they report.
//!
//! Must not know: how a stage does its work.

use super::policy::{Confinement, Policy};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// First argument of a docgen that is stage one.
pub(in crate::process) const OUTSIDE: &str = "__sandbox";
/// First argument of a docgen that is stage two.
pub(super) const INSIDE: &str = "__sandbox-inside";
/// First argument of a docgen that gives a user namespace its users, from outside of it.
pub(super) const MAP: &str = "__sandbox-map";
/// Where POSIX shared memory lives; at `full` a disk of the block's own.
pub(super) const SHARED_MEMORY: &str = "/dev/shm";
/// Exit code of a stage that could not do its work.
pub(super) const REFUSED: u8 = 125;

/// What the launcher is told. Everything but the program's arguments, which it gets as its own.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::process) struct Plan {
    pub(in crate::process) policy: Policy,
    pub(in crate::process) level: Confinement,
    pub(in crate::process) launcher: PathBuf,
    /// `None` only tries out what can be applied.
    pub(in crate::process) program: Option<PathBuf>,
    pub(in crate::process) arg0: Option<String>,
    pub(in crate::process) cwd: PathBuf,
    pub(in crate::process) env: BTreeMap<String, String>,
    /// The control group that stage one joins, if this machine has one to give.
    pub(in crate::process) group: Option<PathBuf>,
}

/// What stage two applied, each tried out after it was applied.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(in crate::process) struct Applied {
    pub(in crate::process) namespaces: bool,
    pub(in crate::process) landlock: u8,
    pub(in crate::process) seccomp: bool,
    /// The kernel limits the number of processes, or nobody asked for a limit.
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

/// How the program ended, as its parent saw it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::process) enum Ended {
    Exited(i32),
    Signaled(i32),
}

/// A line of the report.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::process) enum Line {
    /// By stage two, before the program starts.
    Applied(Applied),
    /// By whoever waited for the program.
    Ended(Ended),
    /// By stage one: the scratch disk was full at the end.
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
