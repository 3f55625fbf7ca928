//! A control group for each launch, if the machine allows it. The kernel counts all processes in the group, and no
//! process can leave it.
//!
//! Source: cgroups(7), for version 2 and for the `pids` hierarchy of version 1.
//! Must not know: which programs run.

use super::sandbox::watch;
use crate::fs;
use rustix::process::{Signal, kill_process};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Max rounds of killing the processes of a group. No process can start in it during these rounds.
const ROUNDS: usize = 1000;

/// Where groups can be made.
#[derive(Debug)]
pub(super) struct Groups {
    base: PathBuf,
    made: AtomicUsize,
}

impl Groups {
    /// The nearest group, from this process's own group upward, that can contain a group with a limit.
    pub(super) fn find() -> Option<Self> {
        let mounts = fs::read_to_string(Path::new("/proc/self/mountinfo")).ok()?;
        let own = fs::read_to_string(Path::new("/proc/self/cgroup")).ok()?;
        let places = places(&mounts, &own);
        let groups = places.into_iter().map(|base| Self { base, made: AtomicUsize::new(0) });
        let mut usable = groups.filter(|groups| groups.make(1).is_some());
        let found = usable.next()?;
        found.sweep();
        Some(found)
    }

    /// A new group with at most `tasks` processes and threads.
    pub(super) fn make(&self, tasks: u64) -> Option<Group> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let folder = self.base.join(format!("docgen-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).ok()?;
        let group = Group(folder);
        fs::overwrite(&group.0.join("pids.max"), tasks.to_string().as_bytes()).ok()?;
        Some(group)
    }

    /// Ends the remaining groups of this docgen.
    pub(super) fn finish(&self) {
        self.end_those_of(|owner| owner == std::process::id());
    }

    /// Ends the groups of docgens that were killed.
    fn sweep(&self) {
        self.end_those_of(|owner| !Path::new("/proc").join(owner.to_string()).exists());
    }

    fn end_those_of(&self, gone: impl Fn(u32) -> bool) {
        for folder in fs::list(&self.base).unwrap_or_default() {
            let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let owner = name.strip_prefix("docgen-").and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
            if owner.is_some_and(&gone) {
                drop(Group(folder));
            }
        }
    }
}

/// A control group. Its processes are killed when this value is dropped.
#[derive(Debug)]
pub(super) struct Group(PathBuf);

impl Group {
    pub(super) fn folder(&self) -> &Path {
        &self.0
    }

    /// Kills every process of the group. No process can start in the group meanwhile.
    pub(super) fn end(&self) {
        let _ = fs::overwrite(&self.0.join("pids.max"), b"0");
        for _ in 0..ROUNDS {
            let text = fs::read_to_string(&self.0.join("cgroup.procs")).unwrap_or_default();
            let alive = watch::numbers(&text);
            if alive.is_empty() {
                return;
            }
            for pid in alive {
                let _ = kill_process(pid, Signal::KILL);
            }
            std::thread::yield_now();
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
        // A killed process leaves its group a moment later.
        for _ in 0..ROUNDS {
            if rustix::fs::rmdir(&self.0).is_ok() || !self.0.exists() {
                return;
            }
            std::thread::yield_now();
        }
    }
}

/// Folders that can contain a group. Version 1: this process's own. Version 2: those above it that delegate `pids`, the
/// nearest first.
fn places(mounts: &str, own: &str) -> Vec<PathBuf> {
    let mut places = Vec::new();
    for line in mounts.lines() {
        // proc(5): root in its file system, mount point, …, `-`, kind, source, options.
        let Some((left, right)) = line.split_once(" - ") else { continue };
        let (mut left, mut right) = (left.split(' ').skip(3), right.split(' '));
        let (Some(root), Some(mount)) = (left.next(), left.next()) else { continue };
        let (kind, options) = (right.next().unwrap_or_default(), right.nth(1).unwrap_or_default());
        let has = |list: &str, name: &str| list.split(',').any(|entry| entry == name);
        let mine = own.lines().find_map(|line| {
            let mut fields = line.splitn(3, ':').skip(1);
            let (controllers, path) = (fields.next()?, fields.next()?);
            let wanted = match kind {
                "cgroup" => has(controllers, "pids"),
                _ => controllers.is_empty(),
            };
            wanted.then_some(path)
        });
        let Some(mine) = mine else { continue };
        let below = Path::new(mine).strip_prefix(root).unwrap_or(Path::new(""));
        let folder = Path::new(mount).join(below);
        match kind {
            "cgroup" if has(options, "pids") => places.push(folder),
            "cgroup2" => {
                let above = folder.ancestors().take_while(|folder| folder.starts_with(mount));
                let hands_down = |folder: &&Path| {
                    let file = folder.join("cgroup.subtree_control");
                    fs::read_to_string(&file).is_ok_and(|text| text.split_whitespace().any(|name| name == "pids"))
                };
                places.extend(above.filter(hands_down).map(Path::to_path_buf));
            }
            _ => {}
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_group_of_version_1_is_found() {
        let mounts = "31 24 0:27 / /sys/fs/cgroup/pids rw,nosuid - cgroup cgroup rw,pids\n\
                      32 24 0:28 / /sys/fs/cgroup/cpu rw,nosuid - cgroup cgroup rw,cpu\n";
        assert_eq!(places(mounts, "8:pids:/ci/job\n1:cpu:/\n"), [Path::new("/sys/fs/cgroup/pids/ci/job")]);
        assert!(places(mounts, "1:cpu:/\n").is_empty());
    }

    #[test]
    fn a_container_sees_its_own_part_of_the_hierarchy() {
        let mounts = "31 24 0:27 /docker/1a /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids\n";
        assert_eq!(places(mounts, "8:pids:/docker/1a/x\n"), [Path::new("/sys/fs/cgroup/pids/x")]);
    }
}
