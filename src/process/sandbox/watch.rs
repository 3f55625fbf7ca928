//! Watches a tree of processes from outside: counts them, measures their memory and disk, ends them all.
//!
//! Must not know: limits and their reasons.

use super::namespaces::INODES;
use crate::fs;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Max rounds of ending processes. They are enough for a process that forks faster than it is found.
const ROUNDS: usize = 1000;

/// All living descendants of a process.
pub(in crate::process) fn descendants(root: Pid) -> Vec<Pid> {
    let mut found = BTreeSet::new();
    let mut open = children(root);
    while let Some(pid) = open.pop() {
        if found.insert(pid.as_raw_nonzero()) {
            open.extend(children(pid));
        }
    }
    found
        .into_iter()
        .map(|number| Pid::from_raw(number.get()).expect("it was one"))
        .filter(|pid| is_alive(*pid))
        .collect()
}

/// The children of a process, from all its threads.
fn children(pid: Pid) -> Vec<Pid> {
    let tasks = fs::list(&proc_file(pid, "task")).unwrap_or_default();
    let lists = tasks.iter().map(|task| fs::read_to_string(&task.join("children")).unwrap_or_default());
    lists.flat_map(|list| numbers(&list)).collect()
}

/// The process ids in a text.
pub(in crate::process) fn numbers(text: &str) -> Vec<Pid> {
    text.split_whitespace().filter_map(|word| Pid::from_raw(word.parse().ok()?)).collect()
}

fn proc_file(pid: Pid, name: &str) -> PathBuf {
    Path::new("/proc").join(pid.as_raw_nonzero().to_string()).join(name)
}

fn is_alive(pid: Pid) -> bool {
    let stat = fs::read_to_string(&proc_file(pid, "stat")).unwrap_or_default();
    // The name may contain any character; the state follows the last parenthesis.
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// Ends all descendants of `root`. First stops them, so that none forks while the others are found; then kills them.
/// Repeats this until none is left. If `root` is this process, also reaps them.
pub(in crate::process) fn end_descendants(root: Pid) {
    for _ in 0..ROUNDS {
        let mut stopped = BTreeSet::new();
        loop {
            let alive = descendants(root);
            let new: Vec<Pid> = alive.into_iter().filter(|pid| stopped.insert(pid.as_raw_nonzero())).collect();
            if new.is_empty() {
                break;
            }
            for pid in new {
                let _ = kill_process(pid, Signal::STOP);
            }
        }
        if root == rustix::process::getpid() {
            reap(&[]);
        }
        if stopped.is_empty() {
            return;
        }
        for number in stopped {
            let _ = Pid::from_raw(number.get()).map(|pid| kill_process(pid, Signal::KILL));
        }
        std::thread::yield_now();
    }
}

/// Reaps all ended children except `kept`. Until then, the kernel counts them as processes of their user.
pub(in crate::process) fn reap(kept: &[i32]) {
    for pid in children(rustix::process::getpid()) {
        if !kept.contains(&pid.as_raw_nonzero().get()) {
            let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOHANG);
        }
    }
}

/// The memory of several processes, in bytes. Shared memory is counted once if that matters for `limit`.
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

/// Whether the files below a folder are larger than `bytes` in total, or more than a disk of that size can hold.
pub(in crate::process) fn is_over(folder: &Path, bytes: u64) -> bool {
    let usage = fs::usage(folder, INODES as usize);
    usage.bytes > bytes || usage.entries > INODES as usize
}
