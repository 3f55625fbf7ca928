//! Stage one: stays outside the confinement while the program lives.
//!
//! Must not know: what the program is.

use super::plan::{Ended, INSIDE, Line, SHARED_MEMORY, note, read_plan};
use super::policy::Confinement;
use super::{identity, namespaces, watch};
use nix::sys::signal::{self, SigSet};
use rustix::process::{Pid, Signal, getpid, set_child_subreaper, set_parent_process_death_signal};
use std::ffi::OsString;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, ExitStatus};

/// Makes namespaces and the scratch disk, starts stage two, waits, and ends processes that outlive the program.
pub(super) fn run(plan_path: &Path, report: &Path, arguments: &[OsString]) -> Result<u8, String> {
    // The program must not inherit docgen's open files: Landlock does not check open files.
    close_fds::set_fds_cloexec(3, &[]);
    let plan = read_plan(plan_path)?;
    let full = plan.level == Confinement::Full;
    follow_docgen(full)?;
    if let Some(group) = &plan.group {
        // Zero means the writing process (cgroups(7)).
        crate::fs::overwrite(&group.join("cgroup.procs"), b"0").map_err(|error| error.to_string())?;
    }
    let own_disk = plan.policy.scratch.as_deref().filter(|_| full && plan.policy.disk > 0);
    let owner = identity::other(&plan.policy);
    if full {
        namespaces::leave(&plan.policy, &plan.launcher)?;
        // The stages still write their report; the program cannot open it.
        crate::fs::append(report, b"").map_err(|error| error.to_string())?;
        let mut writable = plan.policy.write.clone();
        writable.push(report.to_path_buf());
        namespaces::make_read_only(&writable)?;
    }
    if let Some(folder) = own_disk {
        let owner = identity::other(&plan.policy);
        namespaces::mount_disk(folder, plan.policy.disk, owner)?;
        // A separate disk for semaphores and shared memory, which `multiprocessing` uses.
        if Path::new(SHARED_MEMORY).is_dir() {
            namespaces::mount_disk(Path::new(SHARED_MEMORY), plan.policy.disk, owner)?;
        }
    } else if let (Some(folder), Some(owner)) = (&plan.policy.scratch, owner) {
        crate::fs::change_owner(folder, owner).map_err(|error| error.to_string())?;
    }
    // This process adopts the processes that the program leaves behind.
    set_child_subreaper(Some(getpid())).map_err(|error| format!("cannot adopt orphaned processes: {error}"))?;
    #[expect(clippy::disallowed_methods, reason = "the launcher starts programs too")]
    let mut command = std::process::Command::new(&plan.launcher);
    // The program's environment is in the plan. It must not reach a process that is not confined.
    command.arg(INSIDE).arg(plan_path).arg(report).args(arguments).env_clear().current_dir("/");
    if !full {
        // That process becomes the program, which must not signal us through a common group.
        command.process_group(0);
    }
    let child = command.spawn().map_err(|error| format!("docgen cannot start itself again: {error}"))?;
    let status = wait_for(child, full)?;
    if !full {
        watch::end_descendants(getpid());
    }
    // docgen asked this process to end, or is gone. Nothing to report.
    let Some(status) = status else { return Ok(0) };
    if own_disk.is_some_and(is_full) {
        note(report, &Line::DiskFull)?;
    }
    let ended = match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exited(code),
        (None, signal) => Ended::Signaled(signal.unwrap_or(0)),
    };
    // With namespaces, stage two outlives the program and reports its end itself.
    if plan.level != Confinement::Full {
        note(report, &Line::Ended(ended))?;
    }
    Ok(0)
}

/// Ends this process when docgen dies, because nothing else enforces the time limit then. With namespaces, the kernel
/// ends all other processes with this one. Without, this process gets a signal instead, and ends the others first.
fn follow_docgen(full: bool) -> Result<(), String> {
    let signal = if full { Signal::KILL } else { Signal::TERM };
    if !full {
        signals().thread_block().map_err(|error| format!("signals cannot be waited for: {error}"))?;
    }
    set_parent_process_death_signal(Some(signal)).map_err(|error| format!("docgen's end cannot be heard of: {error}"))
}

/// The signals of a child's end and of docgen's end.
fn signals() -> SigSet {
    [signal::SIGCHLD, signal::SIGTERM].into_iter().collect()
}

/// Waits for stage two. Without namespaces, also reaps orphans. `None` if docgen has ended or wants this process to
/// end.
fn wait_for(mut child: Child, full: bool) -> Result<Option<ExitStatus>, String> {
    if full {
        return child.wait().map(Some).map_err(|error| error.to_string());
    }
    loop {
        let heard = signals().wait().map_err(|error| error.to_string())?;
        if heard == signal::SIGTERM {
            return Ok(None);
        }
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(Some(status));
        }
        watch::reap(&[Pid::from_child(&child).as_raw_nonzero().get()]);
    }
}

/// Whether a disk is full.
fn is_full(folder: &Path) -> bool {
    rustix::fs::statvfs(folder).is_ok_and(|disk| disk.f_bavail == 0)
}
