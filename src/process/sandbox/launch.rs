//! Stage one: outside of what holds the program in, for as long as the program lives.
//!
//! Must not know: what the program is.

use super::{Confinement, Ended, INSIDE, Line, SHARED_MEMORY, namespaces, note, read_plan, watch};
use rustix::process::{Signal, getpid, set_child_subreaper, set_parent_process_death_signal};
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;

/// Makes namespaces and the scratch disk, starts stage two, waits, and ends what outlived the program.
pub(super) fn run(plan_path: &Path, report: &Path, arguments: &[OsString]) -> Result<u8, String> {
    // Files that docgen was started with are nobody's business here; Landlock does not look at what is open.
    close_fds::set_fds_cloexec(3, &[]);
    // If docgen is gone, nobody keeps the time any more.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    let plan = read_plan(plan_path)?;
    let own_disk = plan.policy.scratch.as_deref().filter(|_| plan.level == Confinement::Full && plan.policy.disk > 0);
    if plan.level == Confinement::Full {
        namespaces::leave(plan.policy.network)?;
        // The stages go on writing their report; the program cannot open it.
        crate::fs::append(report, b"").map_err(|error| error.to_string())?;
        let mut writable = plan.policy.write.clone();
        writable.push(report.to_path_buf());
        namespaces::only_read(&writable)?;
    }
    if let Some(folder) = own_disk {
        namespaces::disk(folder, plan.policy.disk)?;
        // Semaphores and shared memory, as `multiprocessing` uses them, have a place of their own.
        let _ = namespaces::disk(Path::new(SHARED_MEMORY), plan.policy.disk);
    }
    // What the program leaves behind becomes ours.
    let _ = set_child_subreaper(Some(getpid()));
    #[expect(clippy::disallowed_methods, reason = "the launcher is one half of the door to other programs")]
    let mut command = std::process::Command::new(&plan.launcher);
    // The program's environment is in the plan: nothing of it may reach a process that is not held in.
    command.arg(INSIDE).arg(plan_path).arg(report).args(arguments).env_clear().current_dir("/");
    let mut child = command.spawn().map_err(|error| format!("cannot start myself again: {error}"))?;
    let status = child.wait().map_err(|error| error.to_string())?;
    if plan.level != Confinement::Full {
        watch::end_descendants(getpid());
    }
    if own_disk.is_some_and(is_full) {
        note(report, &Line::DiskFull)?;
    }
    let ended = match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exited(code),
        (None, signal) => Ended::Signaled(signal.unwrap_or(0)),
    };
    // With namespaces stage two outlives the program, and says itself how it ended.
    if plan.level != Confinement::Full {
        note(report, &Line::Ended(ended))?;
    }
    Ok(0)
}

/// Whether nothing more can be written.
fn is_full(folder: &Path) -> bool {
    rustix::fs::statvfs(folder).is_ok_and(|disk| disk.f_bavail == 0)
}
