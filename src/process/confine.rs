//! Turns a job with a policy into a call of the launcher that confines it, and reads the launcher's report.
//!
//! Must not know: how the launcher confines a program.

use super::finished::{End, Exceeded, Finished};
use super::group::{Group, Groups};
use super::job::Job;
use super::sandbox::{
    Applied, Confinement, Ended, Line, OUTSIDE, Plan, Policy, TASKS, TOOL_TASKS, tasks_of_user, watch,
};
use crate::error::{Error, Result};
use crate::fs;
use rustix::process::{getpid, set_child_subreaper};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// How to reach all processes of a child, to kill them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// All are in its process group, or in a namespace whose first process is in that group; the kernel ends them with
    /// it.
    Group,
    /// Some may have left the group. The child is a launcher: it adopts all orphans below it and ends them.
    Subreaper,
}

/// The launcher, and the confinement that it reaches on this machine.
#[derive(Debug, Default)]
pub(super) struct Sandbox {
    launcher: Option<PathBuf>,
    max_level: Confinement,
    level: OnceLock<Confinement>,
    /// Why the level is not higher.
    obstacle: Mutex<Option<String>>,
    /// The folder of plans and reports. No policy gives access to it.
    folder: Mutex<Option<fs::Temporary>>,
    launches: AtomicUsize,
    groups: OnceLock<Option<Groups>>,
    adopts: AtomicBool,
}

/// The prefix of the folder of plans and reports.
const LAUNCH: &str = "docgen-launch-";

impl Sandbox {
    pub(super) fn new(launcher: PathBuf, max_level: Confinement) -> Self {
        Self { launcher: Some(launcher), max_level, ..Self::default() }
    }

    /// The level of this machine: the highest that `probe` confirms.
    pub(super) fn level(&self, probe: impl Fn(&Policy, Confinement) -> Confinement) -> Confinement {
        *self.level.get_or_init(|| {
            let Ok(scratch) = tempfile::tempdir() else { return Confinement::None };
            // Only what the tools need to start.
            let read = ["/usr", "/lib", "/lib64", "/proc"].map(PathBuf::from).to_vec();
            let scratch = Some(scratch.path().to_path_buf());
            let policy = Policy { read, scratch, disk: 1 << 20, processes: 1, ..Policy::default() };
            [Confinement::Full, Confinement::Partial]
                .into_iter()
                .filter(|level| *level <= self.max_level && self.launcher.is_some())
                .find(|level| probe(&policy, *level) >= *level)
                .unwrap_or_default()
        })
    }

    /// Records why a level was not reached.
    pub(super) fn note_obstacle(&self, why: String) {
        self.obstacle.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
    }

    /// Why the level is not higher.
    pub(super) fn obstacle(&self) -> Option<String> {
        self.obstacle.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The launcher.
    pub(super) fn launcher(&self) -> Option<&Path> {
        self.launcher.as_deref()
    }

    /// The launcher's call for a job; `None` without a launcher or a policy.
    pub(super) fn confine(&self, job: &Job, level: Confinement, program: Option<&Path>) -> Result<Option<Confined>> {
        let (Some(launcher), Some(policy)) = (&self.launcher, &job.policy) else { return Ok(None) };
        if level != Confinement::Full {
            self.adopt();
        }
        let folder = self.folder()?;
        let number = self.launches.fetch_add(1, Ordering::Relaxed);
        let (plan, report) = (folder.join(format!("{number}.plan")), folder.join(format!("{number}.report")));
        let text = |value: &std::ffi::OsString| {
            let name = || Error::usage("a variable is not UTF-8".to_owned(), "remove it from the environment");
            value.clone().into_string().map_err(|_| name())
        };
        let env: Result<_> = job.env.iter().map(|(name, value)| Ok((name.clone(), text(value)?))).collect();
        let tasks = if policy.processes > 0 { TASKS } else { TOOL_TASKS };
        // Plus 2 for the two stages, which are in the group too.
        let group = self.groups.get_or_init(Groups::find).as_ref().and_then(|groups| groups.make(tasks + 2));
        let content = Plan {
            group: group.as_ref().map(|group| group.folder().to_path_buf()),
            policy: policy.clone(),
            level,
            launcher: launcher.clone(),
            program: program.map(Path::to_path_buf),
            arg0: job.arg0.clone(),
            cwd: job.cwd.clone(),
            env: env?,
            // Counted here, because a wait in the launcher would use up the program's time.
            others: if level == Confinement::Full { 0 } else { tasks_of_user(policy) },
        };
        fs::write(&plan, &serde_json::to_vec(&content).expect("a plan serializes"))?;
        let mut call = Job::new(launcher, Path::new("/")).arg(OUTSIDE).arg(&plan).arg(&report).args(&job.args);
        (call.stdin, call.limits, call.policy) = (job.stdin.clone(), job.limits, Some(policy.clone()));
        Ok(Some(Confined { job: call, plan, report, group, level }))
    }

    /// Ends processes that escaped their launcher. Removes the control groups and the folder of plans and reports.
    pub(super) fn finish(&self) {
        if self.adopts.load(Ordering::Relaxed) {
            watch::end_descendants(getpid());
        }
        if let Some(Some(groups)) = self.groups.get() {
            groups.finish();
        }
        self.folder.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Without namespaces, a program may kill its launcher. Then docgen adopts the remaining processes, and ends them
    /// in [`Self::finish`].
    fn adopt(&self) {
        if !self.adopts.swap(true, Ordering::Relaxed) {
            let _ = set_child_subreaper(Some(getpid()));
        }
    }

    fn folder(&self) -> Result<PathBuf> {
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = &*folder {
            return Ok(folder.path().to_path_buf());
        }
        fs::sweep(&std::env::temp_dir(), LAUNCH);
        let made = fs::Temporary::new(&std::env::temp_dir(), LAUNCH)?;
        let path = made.path().to_path_buf();
        *folder = Some(made);
        Ok(path)
    }
}

/// A job as the launcher's call.
pub(super) struct Confined {
    pub(super) job: Job,
    plan: PathBuf,
    report: PathBuf,
    /// Kills its remaining processes when this value is dropped.
    group: Option<Group>,
    level: Confinement,
}

/// What a launcher reported.
pub(super) struct Report {
    pub(super) level: Confinement,
    ended: Option<Ended>,
    disk_full: bool,
    /// Whether the kernel enforces the limit of processes.
    limited: bool,
    pub(super) refused: Option<String>,
}

impl Report {
    /// Why the level is not higher.
    pub(super) fn obstacle(self) -> String {
        let level = self.level.name();
        self.refused.unwrap_or_else(|| {
            if self.limited {
                format!("only {level} could be applied")
            } else {
                "no limit of processes binds here: run docgen as a user other than root, or with a pids control group"
                    .to_owned()
            }
        })
    }
}

impl Confined {
    /// How to reach its processes.
    pub(super) fn reach(&self) -> Reach {
        if self.level == Confinement::Full { Reach::Group } else { Reach::Subreaper }
    }

    /// Kills the processes of its control group, if it has one.
    pub(super) fn end(&self) {
        self.group.iter().for_each(Group::end);
    }

    /// The launcher's report, if there is one.
    pub(super) fn report(&self) -> Option<Report> {
        let text = fs::read_optional(&self.report).ok().flatten()?;
        let mut applied = Applied::default();
        let mut report =
            Report { level: Confinement::None, ended: None, disk_full: false, limited: false, refused: None };
        for line in text.lines().filter_map(|line| serde_json::from_str(line).ok()) {
            match line {
                Line::Applied(found) => applied = found,
                Line::Ended(ended) => report.ended = Some(ended),
                Line::DiskFull => report.disk_full = true,
                Line::Refused(why) => report.refused = Some(why),
            }
        }
        (report.level, report.limited) = (applied.level(), applied.processes);
        Some(report)
    }

    /// Replaces the launcher's end by the program's end.
    pub(super) fn conclude(self, finished: Finished) -> Finished {
        let mut finished = finished;
        let killed = matches!(finished.end, End::TimedOut | End::Limit(_));
        let report = self.report();
        let refused = match &report {
            Some(report) => report.refused.clone(),
            None if killed => None,
            None => Some("the sandbox ended without a word".to_owned()),
        };
        if let Some(why) = refused {
            // The program did not run: the exit code is the launcher's.
            return Finished { end: End::Refused, stdout: Vec::new(), stderr: why.into_bytes(), ..finished };
        }
        if let Some(report) = report {
            finished.confinement = report.level;
            finished.end = match report.ended {
                _ if killed => finished.end,
                Some(Ended::Exited(0)) => End::Exited(0),
                // If the disk is full, the program failed for that reason.
                Some(_) if report.disk_full => End::Limit(Exceeded::Disk),
                Some(Ended::Exited(code)) => End::Exited(code),
                Some(Ended::Signaled(signal)) => End::Signaled(signal),
                None => End::Signaled(9),
            };
        }
        finished
    }
}

impl Drop for Confined {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.plan);
        let _ = fs::remove_file(&self.report);
    }
}
