//! Stage two: confines itself, tests the confinement, and starts the program.
//!
//! With namespaces, it is their first process: it stays, and when it ends, the kernel ends all others. Without
//! namespaces, it becomes the program.
//! Must not know: what the program is.

use super::plan::{Applied, Ended, Line, Plan, REFUSED, read_plan, text};
use super::policy::{Confinement, TASKS, TOOL_TASKS};
use super::{identity, namespaces, rules};
use rustix::net::{AddressFamily, SocketType};
use rustix::process::{DumpableBehavior, Signal, WaitOptions, set_dumpable_behavior, set_parent_process_death_signal};
use std::ffi::OsString;
use std::fs::File;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;

/// Applies the plan to this process and starts the program.
pub(super) fn run(plan_path: &Path, report: &Path, arguments: &[OsString]) -> Result<u8, String> {
    let plan = read_plan(plan_path)?;
    // Opened before the confinement, which forbids it. Programs do not inherit it.
    let mut report = crate::fs::open_to_append(report).map_err(|error| error.to_string())?;
    if plan.level == Confinement::Full {
        namespaces::mount_proc()?;
    }
    // The confined process cannot open the report again, so errors go to the open file.
    confine(&plan, plan_path).and_then(|applied| start(&plan, applied, &mut report, arguments)).or_else(|why| {
        write(&mut report, &Line::Refused(why))?;
        Ok(REFUSED)
    })
}

/// Starts the program, if the planned level was reached.
fn start(plan: &Plan, applied: Applied, report: &mut File, arguments: &[OsString]) -> Result<u8, String> {
    let reached = applied.level();
    write(report, &Line::Applied(applied))?;
    let Some(program) = &plan.program else { return Ok(0) };
    if reached < plan.level {
        return Err(format!("the sandbox is {} here, and not {} as before", reached.name(), plan.level.name()));
    }
    #[expect(clippy::disallowed_methods, reason = "the launcher starts programs too")]
    let mut command = std::process::Command::new(program);
    command.args(arguments).env_clear().envs(&plan.env).current_dir(&plan.cwd);
    if let Some(name) = &plan.arg0 {
        command.arg0(name);
    }
    let failed = |error: std::io::Error| format!("{} cannot be started: {error}", program.display());
    if plan.level != Confinement::Full {
        return Err(failed(command.exec()));
    }
    // The program must not access its parent's memory, and must not signal it through a common group.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|error| format!("cannot hide this process from the program: {error}"))?;
    let child = command.process_group(0).spawn().map_err(failed)?;
    let ended = wait(child.id());
    write(report, &Line::Ended(ended))?;
    Ok(0)
}

fn write(report: &mut File, line: &Line) -> Result<(), String> {
    report.write_all(&text(line)).map_err(|error| error.to_string())
}

/// Applies all restrictions and tests them.
fn confine(plan: &Plan, outside: &Path) -> Result<Applied, String> {
    let full = plan.level == Confinement::Full;
    rules::set_limits(&plan.policy)?;
    let asked = plan.policy.processes > 0;
    if asked || plan.level > Confinement::None {
        rules::drop_rights(&plan.policy)?;
        identity::limit_tasks(plan.others, if asked { TASKS } else { TOOL_TASKS })?;
    }
    // Without a program to run, there is time for a test.
    let tried = || plan.program.is_some() || plan.group.is_some() || identity::is_limited(&plan.launcher);
    let processes = !asked || tried();
    if full {
        // Changing the user resets this signal, so it is set afterwards.
        set_parent_process_death_signal(Some(Signal::KILL))
            .map_err(|error| format!("cannot end this process with its parent: {error}"))?;
    }
    if plan.level == Confinement::None {
        return Ok(Applied { processes, ..Applied::default() });
    }
    let landlock = rules::restrict_files(&plan.policy, plan.level).unwrap_or(0);
    let seccomp = rules::restrict_calls(&plan.policy, plan.level).is_ok();
    let closed = crate::fs::read(outside).is_err();
    let refused = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None).is_err();
    Ok(Applied {
        namespaces: full && namespaces::is_isolated(plan.policy.network),
        landlock: if closed { landlock } else { 0 },
        seccomp: seccomp && refused,
        processes,
    })
}

/// Waits for the program, and for every orphan that ends before it.
fn wait(program: u32) -> Ended {
    loop {
        match rustix::process::wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid.as_raw_nonzero().get().unsigned_abs() == program => {
                return match status.exit_status() {
                    Some(code) => Ended::Exited(code),
                    None => Ended::Signaled(status.terminating_signal().unwrap_or(0)),
                };
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return Ended::Signaled(0),
        }
    }
}
