//! The user that a program runs as, and the kernel's limit of processes for that user.
//!
//! The kernel does not enforce `RLIMIT_NPROC` for root. So if docgen is root, its programs run as another user. That
//! user keeps one capability, so that root's own files stay readable, such as toolchains below a closed home folder.
//! Landlock decides which of these files are readable.
//!
//! Must not know: what the program is.

use super::plan::MAP;
use super::policy::Policy;
use crate::fs;
use rustix::process::{Gid, Pid, Resource, Rlimit, Uid, geteuid, getrlimit, getuid, setrlimit};
use rustix::thread::{
    CapabilitiesSecureBits, CapabilitySet, capabilities, capabilities_secure_bits, set_capabilities_secure_bits,
    set_keep_capabilities, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
};
use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// `nobody` on every Linux; the overflow user of user namespaces (`user_namespaces(7)`).
const NOBODY: u32 = 65_534;

/// The capability of root that the other user keeps.
pub(super) const KEPT: CapabilitySet = CapabilitySet::DAC_OVERRIDE;

/// The user and group that a program of this policy runs as, if they are not docgen's own.
pub(super) fn other(policy: &Policy) -> Option<u32> {
    let is_mapped = |file: &str| {
        let map = fs::read_to_string(Path::new(file)).unwrap_or_default();
        map.lines().any(|line| {
            // First number inside, first number outside, count (user_namespaces(7)).
            let numbers: Vec<u64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            matches!(numbers[..], [first, _, count] if (first..first + count).contains(&NOBODY.into()))
        })
    };
    let change = CapabilitySet::SETUID | CapabilitySet::SETGID;
    let may = || capabilities(None).is_ok_and(|own| own.effective.contains(change));
    let needed = policy.processes > 0 && getuid().is_root() && geteuid().is_root();
    (needed && may() && is_mapped("/proc/self/uid_map") && is_mapped("/proc/self/gid_map")).then_some(NOBODY)
}

/// The capabilities that stay when all others are dropped. Only the other user has any.
pub(super) fn kept() -> CapabilitySet {
    let own = capabilities(None).map_or(CapabilitySet::empty(), |own| own.permitted);
    if getuid().is_root() { CapabilitySet::empty() } else { own & KEPT }
}

/// Becomes the other user, if there is one.
pub(super) fn become_other(policy: &Policy) -> Result<(), String> {
    let Some(number) = other(policy) else { return Ok(()) };
    let (uid, gid) = (Uid::from_raw(number), Gid::from_raw(number));
    let failed = |error: rustix::io::Errno| format!("another user cannot be had: {error}");
    set_keep_capabilities(true).map_err(failed)?;
    // `access(2)` forgets the capabilities of users other than root, unless this bit is set (`capabilities(7)`). Then git,
    // `test -w` and `os.access` would find a scratch folder below root's closed home folder closed, and `open` would not.
    let bits = capabilities_secure_bits().map_err(failed)?;
    set_capabilities_secure_bits(bits | CapabilitiesSecureBits::NO_SETUID_FIXUP).map_err(failed)?;
    set_thread_groups(&[]).map_err(failed)?;
    set_thread_res_gid(gid, gid, gid).map_err(failed)?;
    set_thread_res_uid(uid, uid, uid).map_err(failed)
}

/// Sets the limit of processes and threads. The kernel counts all processes of the user, `others` too.
pub(super) fn limit_tasks(others: u64, max: u64) -> Result<(), String> {
    let maximum = getrlimit(Resource::Nproc).maximum;
    let value = maximum.map_or(others + max, |maximum| maximum.min(others + max));
    setrlimit(Resource::Nproc, Rlimit { current: Some(value), maximum: Some(value) })
        .map_err(|error| format!("the limit of processes is refused: {error}"))
}

/// Whether the kernel enforces the limit for this user: tries to start `program` with a limit of 0.
pub(super) fn is_limited(program: &Path) -> bool {
    let limit = getrlimit(Resource::Nproc);
    if limit.current.is_none() || setrlimit(Resource::Nproc, Rlimit { current: Some(0), ..limit }).is_err() {
        return false;
    }
    #[expect(clippy::disallowed_methods, reason = "the launcher starts programs too")]
    let started = std::process::Command::new(program).arg(MAP).arg("0").stdin(Stdio::null()).spawn();
    let held = started.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock);
    if let Ok(mut child) = started {
        let _ = child.wait();
    }
    setrlimit(Resource::Nproc, limit).is_ok() && held
}

/// Ended processes that nobody has reaped yet. The kernel counts them until then, so the many that a fork bomb leaves
/// would make room for as many more once they are gone. Fewer than this do not matter.
const MANY_ENDED: u64 = 32;
/// Max time to wait until a docgen reaps them.
const REAPING: Duration = Duration::from_secs(2);

/// The number of processes and threads of the user that a program of this policy runs as. Waits while a docgen, this one
/// or another, still has many ended ones to reap. Those of other parents count: they may stay for ever.
pub(in crate::process) fn tasks_of_user(policy: &Policy) -> u64 {
    let user = other(policy).map_or_else(getuid, Uid::from_raw);
    let own_name = name_of("self");
    let until = Instant::now() + REAPING;
    loop {
        let tasks = tasks_of(user);
        let by_docgen = |parent: &&String| name_of(parent) == own_name;
        let ending = tasks.parents_of_ended.iter().filter(by_docgen).count() as u64;
        if ending < MANY_ENDED || Instant::now() > until {
            return tasks.all - ending.saturating_sub(MANY_ENDED);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The name of a process, by its number.
fn name_of(process: &str) -> String {
    fs::read_to_string(&Path::new("/proc").join(process).join("comm")).unwrap_or_default()
}

/// The processes and threads of a user.
struct Tasks {
    all: u64,
    /// The parent of each process that ended and is not reaped.
    parents_of_ended: Vec<String>,
}

fn tasks_of(user: Uid) -> Tasks {
    let mut tasks = Tasks { all: 0, parents_of_ended: Vec::new() };
    for process in fs::list(Path::new("/proc")).unwrap_or_default() {
        if !process.metadata().is_ok_and(|meta| meta.uid() == user.as_raw()) {
            continue;
        }
        let status = fs::read_to_string(&process.join("status")).unwrap_or_default();
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        tasks.all += field("Threads:").and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
        if field("State:").is_some_and(|state| state.starts_with(['Z', 'X'])) {
            tasks.parents_of_ended.extend(field("PPid:").map(str::to_owned));
        }
    }
    tasks
}

/// A docgen that gives a user namespace more than one user. Only a process outside the namespace can do that. It waits
/// until its parent has made the namespace.
pub(super) struct Mapper(Child);

impl Mapper {
    /// Starts it, before the namespace is made.
    pub(super) fn start(launcher: &Path) -> Option<Self> {
        let own = rustix::process::getpid().as_raw_nonzero().to_string();
        #[expect(clippy::disallowed_methods, reason = "the launcher starts programs too")]
        let mut command = std::process::Command::new(launcher);
        command.arg(MAP).arg(own).env_clear().stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().ok().map(Self)
    }

    /// Lets it do its work, and returns whether that worked.
    pub(super) fn finish(mut self) -> bool {
        let told = self.0.stdin.take().is_some_and(|mut pipe| pipe.write_all(b"x").is_ok());
        self.0.wait().is_ok_and(|status| status.success()) && told
    }
}

/// The work of a [`Mapper`]: gives the namespace of a process two users, root and the other user.
pub(super) fn map_from_outside(pid: &OsStr) -> Option<()> {
    let pid = Pid::from_raw(pid.to_str()?.parse().ok()?)?;
    std::io::stdin().read_exact(&mut [0]).ok()?;
    let folder = Path::new("/proc").join(pid.as_raw_nonzero().to_string());
    let both = format!("0 0 1\n{NOBODY} {NOBODY} 1\n");
    fs::overwrite(&folder.join("gid_map"), both.as_bytes()).ok()?;
    fs::overwrite(&folder.join("uid_map"), both.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test needs processes that nobody reaps")]
    fn ended_processes_are_counted_when_they_are_reaped() {
        const CHILDREN: usize = 40;
        let start = || Command::new("/bin/true").spawn().expect("true is there");
        let children: Vec<Child> = std::iter::repeat_with(start).take(CHILDREN).collect();
        let all_ended = (0..100_000).any(|_| tasks_of(getuid()).parents_of_ended.len() >= CHILDREN);
        assert!(all_ended);
        let reaped = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for mut child in children {
                    child.wait().expect("reaped");
                    reaped.fetch_add(1, Ordering::SeqCst);
                }
            });
            tasks_of_user(&Policy::default());
        });
        assert!(reaped.into_inner() as u64 > CHILDREN as u64 - MANY_ENDED);
    }
}
