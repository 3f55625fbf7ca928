//! Looking at a tree of processes from outside: how many there are, what they use; and ending them all.
//!
//! Must not know: why.

use crate::fs;
use rustix::process::{Pid, Signal, kill_process};
use std::path::{Path, PathBuf};

/// Rounds of ending whatever is left: a process that forks faster than it is found is gone by then.
const ROUNDS: usize = 200;

/// All processes below one, without those that have ended.
pub(in crate::process) fn descendants(root: Pid) -> Vec<Pid> {
    let mut found = Vec::new();
    let mut open = children(root);
    while let Some(pid) = open.pop() {
        if !found.contains(&pid) {
            open.extend(children(pid));
            found.push(pid);
        }
    }
    found.retain(|pid| !is_zombie(*pid));
    found
}

/// A process's children, by each of its threads.
fn children(pid: Pid) -> Vec<Pid> {
    let tasks = fs::list(&proc_file(pid, "task")).unwrap_or_default();
    let lists = tasks.iter().map(|task| fs::read_to_string(&task.join("children")).unwrap_or_default());
    lists
        .flat_map(|list| {
            list.split_whitespace().filter_map(|word| Pid::from_raw(word.parse().ok()?)).collect::<Vec<_>>()
        })
        .collect()
}

fn proc_file(pid: Pid, name: &str) -> PathBuf {
    Path::new("/proc").join(pid.as_raw_nonzero().to_string()).join(name)
}

fn is_zombie(pid: Pid) -> bool {
    let stat = fs::read_to_string(&proc_file(pid, "stat")).unwrap_or_default();
    // The name may hold anything; the state follows the last parenthesis.
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('Z'))
}

/// Ends every process below one, again and again until there are none.
pub(in crate::process) fn end_descendants(root: Pid) {
    for _ in 0..ROUNDS {
        let alive = descendants(root);
        if alive.is_empty() {
            return;
        }
        for pid in alive {
            let _ = kill_process(pid, Signal::KILL);
        }
        std::thread::yield_now();
    }
}

/// Bytes of memory that processes use together; what they share is counted once if it matters for `limit`.
pub(in crate::process) fn memory(pids: &[Pid], limit: u64) -> u64 {
    let resident: u64 = pids.iter().map(|pid| kilobytes(*pid, "status", "VmRSS:")).sum();
    if resident * 1024 <= limit {
        return resident * 1024;
    }
    let proportional = |pid: &Pid| match kilobytes(*pid, "smaps_rollup", "Pss:") {
        0 => kilobytes(*pid, "status", "VmRSS:"),
        known => known,
    };
    pids.iter().map(proportional).sum::<u64>() * 1024
}

fn kilobytes(pid: Pid, file: &str, field: &str) -> u64 {
    let text = fs::read_to_string(&proc_file(pid, file)).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Bytes of the files below a folder.
pub(in crate::process) fn disk(folder: &Path) -> u64 {
    let files = fs::list_recursively(folder).unwrap_or_default();
    files.iter().filter_map(|file| folder.join(file).symlink_metadata().ok()).map(|meta| meta.len()).sum()
}
