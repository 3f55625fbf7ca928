//! A job with a policy → the call of a launcher that holds it in, and what the launcher reports.
//!
//! Must not know: how the launcher does it.

use super::sandbox::{Applied, Confinement, Ended, Line, OUTSIDE, Plan, Policy};
use super::{End, Exceeded, Finished, Job};
use crate::error::{Error, Result};
use crate::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Where the launcher is, and how far it can go on this machine.
#[derive(Debug, Default)]
pub(super) struct Sandbox {
    launcher: Option<PathBuf>,
    most: Confinement,
    level: OnceLock<Confinement>,
    /// What stood in the way of a higher level.
    obstacle: Mutex<Option<String>>,
    /// Plans and reports lie in a folder that no policy allows.
    folder: Mutex<Option<tempfile::TempDir>>,
    launches: AtomicUsize,
}

impl Sandbox {
    pub(super) fn new(launcher: PathBuf, most: Confinement) -> Self {
        Self { launcher: Some(launcher), most, ..Self::default() }
    }

    /// The level that holds here: the best that `probe` finds to work.
    pub(super) fn level(&self, probe: impl Fn(&Policy, Confinement) -> Confinement) -> Confinement {
        *self.level.get_or_init(|| {
            let Ok(scratch) = tempfile::tempdir() else { return Confinement::None };
            // As little as the tools themselves need to start.
            let read = ["/usr", "/lib", "/lib64", "/proc"].map(PathBuf::from).to_vec();
            let policy =
                Policy { read, scratch: Some(scratch.path().to_path_buf()), disk: 1 << 20, ..Policy::default() };
            [Confinement::Full, Confinement::Partial]
                .into_iter()
                .filter(|level| *level <= self.most && self.launcher.is_some())
                .find(|level| probe(&policy, *level) >= *level)
                .unwrap_or_default()
        })
    }

    /// Remembers what stood in the way of a level.
    pub(super) fn note_obstacle(&self, why: String) {
        self.obstacle.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
    }

    /// What stood in the way of a higher level.
    pub(super) fn obstacle(&self) -> Option<String> {
        self.obstacle.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The launcher.
    pub(super) fn launcher(&self) -> Option<&Path> {
        self.launcher.as_deref()
    }

    /// The launcher's call for a job; nothing where there is no launcher or no policy.
    pub(super) fn confine(&self, job: &Job, level: Confinement, program: Option<&Path>) -> Result<Option<Confined>> {
        let (Some(launcher), Some(policy)) = (&self.launcher, &job.policy) else { return Ok(None) };
        let folder = self.folder()?;
        let number = self.launches.fetch_add(1, Ordering::Relaxed);
        let (plan, report) = (folder.join(format!("{number}.plan")), folder.join(format!("{number}.report")));
        let text = |value: &std::ffi::OsString| {
            let name = || Error::usage("a variable is not UTF-8".to_owned(), "take it out of the environment");
            value.clone().into_string().map_err(|_| name())
        };
        let env: Result<_> = job.env.iter().map(|(name, value)| Ok((name.clone(), text(value)?))).collect();
        let content = Plan {
            policy: policy.clone(),
            level,
            launcher: launcher.clone(),
            program: program.map(Path::to_path_buf),
            arg0: job.arg0.clone(),
            cwd: job.cwd.clone(),
            env: env?,
        };
        fs::write(&plan, &serde_json::to_vec(&content).expect("a plan serializes"))?;
        let mut call = Job::new(launcher, Path::new("/")).arg(OUTSIDE).arg(&plan).arg(&report).args(&job.args);
        (call.stdin, call.limits, call.policy) = (job.stdin.clone(), job.limits, Some(policy.clone()));
        Ok(Some(Confined { job: call, plan, report }))
    }

    /// Removes the folder of plans and reports.
    pub(super) fn forget(&self) {
        self.folder.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn folder(&self) -> Result<PathBuf> {
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = &*folder {
            return Ok(folder.path().to_path_buf());
        }
        let made = tempfile::Builder::new().prefix("docgen-launch-").tempdir();
        let made = made.map_err(|source| Error::Io { action: "make", path: std::env::temp_dir(), source })?;
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
}

/// What a launcher reported.
pub(super) struct Report {
    pub(super) level: Confinement,
    ended: Option<Ended>,
    disk_full: bool,
    pub(super) refused: Option<String>,
}

impl Confined {
    /// What the launcher reported, if it said anything.
    pub(super) fn report(&self) -> Option<Report> {
        let text = fs::read_optional(&self.report).ok().flatten()?;
        let mut applied = Applied::default();
        let mut report = Report { level: Confinement::None, ended: None, disk_full: false, refused: None };
        for line in text.lines().filter_map(|line| serde_json::from_str(line).ok()) {
            match line {
                Line::Applied(found) => applied = found,
                Line::Ended(ended) => report.ended = Some(ended),
                Line::DiskFull => report.disk_full = true,
                Line::Refused(why) => report.refused = Some(why),
            }
        }
        report.level = applied.level();
        Some(report)
    }

    /// The launcher's end as the program's own.
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
            // Not the program's doing: its exit code is the launcher's.
            return Finished { end: End::Refused, stdout: Vec::new(), stderr: why.into_bytes(), ..finished };
        }
        if let Some(report) = report {
            finished.confinement = report.level;
            finished.end = match report.ended {
                _ if killed => finished.end,
                Some(Ended::Exited(0)) => End::Exited(0),
                // A program that fails on a full disk failed for that reason.
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
