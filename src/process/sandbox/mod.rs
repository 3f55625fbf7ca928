//! The sandbox: what holds a child in while it reads or runs code from a page (S8).
//!
//! docgen starts itself as a launcher, since Rust offers no safe code between `fork` and `exec`:
//!
//! 1. `launch` (stage one) makes the namespaces and the scratch disk, stays outside and ends what is left over.
//! 2. `inside` (stage two) takes away capabilities, files and system calls from itself, tries whether they are gone,
//!    and then starts the program.
//! 3. The supervisor reads what was applied from the report that the stages leave, and watches from outside.
//!
//! Must not know: languages, tools, what a block is.

mod identity;
mod inside;
mod launch;
mod namespaces;
mod rules;
pub(super) mod watch;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// First argument of a docgen that is stage one.
pub(super) const OUTSIDE: &str = "__sandbox";
/// First argument of a docgen that is stage two.
const INSIDE: &str = "__sandbox-inside";
/// First argument of a docgen that gives a user namespace its users, from outside of it.
const MAP: &str = "__sandbox-map";
/// Where POSIX shared memory lives; at `full` a disk of the block's own.
const SHARED_MEMORY: &str = "/dev/shm";
/// Exit code of a stage that could not do its work.
const REFUSED: u8 = 125;
/// Processes and threads that the kernel lets a run have. The supervisor allows fewer processes, but looks at intervals
/// only; this limit holds at once. Node, Go and Java start a dozen threads each.
pub(super) const TASKS: u64 = 512;
/// The same for tools, which compile many blocks at once on as many threads as there are cores.
pub(super) const TOOL_TASKS: u64 = 4096;

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

/// What the launcher is told. Everything but the program's arguments, which it gets as its own.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) policy: Policy,
    pub(super) level: Confinement,
    pub(super) launcher: PathBuf,
    /// `None` only tries out what can be applied.
    pub(super) program: Option<PathBuf>,
    pub(super) arg0: Option<String>,
    pub(super) cwd: PathBuf,
    pub(super) env: BTreeMap<String, String>,
    /// The control group that stage one joins, if this machine has one to give.
    pub(super) group: Option<PathBuf>,
}

/// What stage two applied, each tried out after it was applied.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Applied {
    pub(super) namespaces: bool,
    pub(super) landlock: u8,
    pub(super) seccomp: bool,
    /// The kernel limits the number of processes, or nobody asked for a limit.
    pub(super) processes: bool,
}

impl Applied {
    pub(super) fn level(&self) -> Confinement {
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
pub(super) enum Ended {
    Exited(i32),
    Signaled(i32),
}

/// A line of the report.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Line {
    /// By stage two, before the program starts.
    Applied(Applied),
    /// By whoever waited for the program.
    Ended(Ended),
    /// By stage one: the scratch disk was full at the end.
    DiskFull,
    /// Why the program was not started.
    Refused(String),
}

/// The stages' work, where this process was started as one of them: the exit code.
pub fn launched() -> Option<u8> {
    let mut arguments = std::env::args_os().skip(1);
    let stage = arguments.next()?;
    if stage.to_str()? == MAP {
        let pid = arguments.next()?;
        return Some(identity::map_from_outside(&pid).map_or(REFUSED, |()| 0));
    }
    let (plan, report) = match stage.to_str()? {
        OUTSIDE | INSIDE => (PathBuf::from(arguments.next()?), PathBuf::from(arguments.next()?)),
        _ => return None,
    };
    let arguments: Vec<OsString> = arguments.collect();
    let done = match stage.to_str()? {
        OUTSIDE => launch::run(&plan, &report, &arguments),
        _ => inside::run(&plan, &report, &arguments),
    };
    Some(done.unwrap_or_else(|why| {
        let _ = note(&report, &Line::Refused(why));
        REFUSED
    }))
}

/// Adds a line to the report.
fn note(report: &std::path::Path, line: &Line) -> Result<(), String> {
    crate::fs::append(report, &text(line)).map_err(|error| error.to_string())
}

fn text(line: &Line) -> Vec<u8> {
    let mut text = serde_json::to_vec(line).unwrap_or_default();
    text.push(b'\n');
    text
}

fn read_plan(path: &std::path::Path) -> Result<Plan, String> {
    let text = crate::fs::read(path).map_err(|error| error.to_string())?;
    serde_json::from_slice(&text).map_err(|error| format!("the plan cannot be read: {error}"))
}
