//! The environment, the sandbox and the limits of a program's run, and how the run ended (S4.3, S8.1).
//!
//! Must not know: languages, verdicts.

use crate::fs;
use crate::process::{Confinement, End, Exceeded, Finished, Job, Limits};
use crate::snippet::context::Context;
use crate::snippet::model::settings::Settings;
use crate::snippet::model::verdict::Promise;
use crate::snippet::workspace::project::Workspace;
use std::path::Path;

/// The name of the scratch folder in all output that is compared or shown (S4.3).
pub(crate) const WORK: &str = "/work";

/// Bytes that a run may write to its scratch folder (S8.1).
const DISK: u64 = 64 << 20;

/// Processes that a run may have at the same time (S8.1).
const PROCESSES: usize = 64;

/// How a program ended. If the kernel refused it memory or disk and it failed because of that, it exceeded a limit.
pub(crate) fn ended(finished: &Finished, settings: &Settings, memory: u64) -> End {
    const SAYS_MEMORY: &[&str] = &[
        "memoryerror",
        "memory allocation of",
        "out of memory",
        "outofmemory",
        "cannot allocate memory",
        "array buffer allocation failed",
        "bad_alloc",
    ];
    const SAYS_DISK: &[&str] = &["no space left on device", "file too large", "enospc", "efbig"];
    const SAYS_PROCESSES: &[&str] = &[
        "can't start new thread",
        "cannot fork",
        "failed to create new os thread",
        "failed to spawn thread",
        "fork: retry: resource temporarily unavailable",
        "spawn /bin/sh eagain",
    ];
    /// The signal for a file that exceeds its limit.
    const SIGXFSZ: i32 = 25;
    let failed = match finished.end {
        End::Exited(code) => code != 0 && code != settings.exit,
        End::Signaled(_) => true,
        End::TimedOut | End::Limit(_) | End::Refused => false,
    };
    let promised = matches!(settings.promise, Promise::FailsAtRun(_));
    if !failed || promised || finished.confinement == Confinement::None {
        return finished.end;
    }
    let stderr = finished.stderr_text().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| stderr.contains(word));
    match finished.end {
        End::Signaled(SIGXFSZ) => End::Limit(Exceeded::Disk),
        _ if says(SAYS_MEMORY) => End::Limit(Exceeded::Memory),
        // A program that crashes for lack of memory does not always say so.
        End::Signaled(_) if finished.peak_memory > memory / 4 * 3 => End::Limit(Exceeded::Memory),
        _ if says(SAYS_DISK) => End::Limit(Exceeded::Disk),
        _ if says(SAYS_PROCESSES) => End::Limit(Exceeded::Processes),
        end => end,
    }
}

/// The prefix of scratch folder names.
pub const SCRATCH: &str = "run-";

pub(crate) fn scratch(work: &Path) -> Result<fs::Temporary, String> {
    fs::Temporary::new(work, SCRATCH).map_err(|error| format!("no scratch folder: {error}"))
}

/// Confines a call: the pinned environment (S4.3), the block's variables, arguments and input, the sandbox and the
/// limits.
pub(crate) fn confine(
    workspace: &Workspace<'_>,
    job: Job,
    settings: &Settings,
    scratch: &Path,
    context: &Context<'_>,
) -> Job {
    let mut policy = workspace.policy();
    policy.scratch = Some(scratch.to_path_buf());
    policy.network = settings.net;
    policy.memory = context.config.verify.memory as u64;
    (policy.disk, policy.processes) = (DISK, PROCESSES);
    let mut job = job
        .policy(policy)
        .env("HOME", scratch.as_os_str())
        .env("TMPDIR", scratch.as_os_str())
        .env("PATH", std::env::join_paths(workspace.tools.block_folders(context.languages.tools())).unwrap_or_default())
        .env("TZ", "UTC")
        .env("LC_ALL", "C.UTF-8")
        .env("NO_COLOR", "1")
        .args(&settings.args)
        .limits(Limits {
            wall: settings.timeout.unwrap_or(context.config.verify.timeout),
            output: context.config.verify.output,
        });
    for (name, value) in &settings.vars {
        job = job.env(name, value.as_str());
    }
    match &settings.stdin {
        Some(text) => job.stdin(text.as_bytes()),
        None => job,
    }
}
