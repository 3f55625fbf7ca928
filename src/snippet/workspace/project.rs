//! The project that blocks are checked in: a copy of a fixture with the blocks written into it, and how tools are called there.
//!
//! Must not know: which tool is called, or what a verdict is.

use crate::process::{Environment, Job, Policy, Supervisor};
use crate::progress::Progress;
use crate::snippet::model::tool::ToolSpec;
use crate::snippet::toolchain::tool::Tools;
use crate::snippet::toolchain::{access, ecosystem, homes};
use crate::snippet::workspace::package;
use crate::snippet::workspace::time_budget::TimeBudget;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A fixture project with blocks written into it.
pub struct Workspace<'a> {
    /// Its folder, absolute.
    pub folder: PathBuf,
    /// The project's root.
    pub root: PathBuf,
    /// The folder that files which pages ask for must lie in.
    pub project: PathBuf,
    /// What installers have put there; tools only read it.
    pub cache: PathBuf,
    /// A folder for the tools' own caches, and their home.
    pub build: PathBuf,
    /// The tools.
    pub tools: &'a Tools,
    /// What starts and ends children.
    pub supervisor: &'a Supervisor,
    /// The package around the pages, bound as a dependency (S3.6).
    pub package: Option<PathBuf>,
    /// Nothing of the author's may run, not even a build script (S8.4).
    pub no_exec: bool,
    /// Who wants to know.
    pub progress: &'a dyn Progress,
    /// How long tools may take.
    pub time: TimeBudget,
    /// What everything here may read; put together when it is first asked for.
    pub readable: OnceLock<Vec<PathBuf>>,
    /// The language's tools.
    pub specs: &'a [ToolSpec],
}

/// Memory of a compiler or linter, which works on all blocks of a language at once.
const TOOL_MEMORY: u64 = 8 << 30;

impl Workspace<'_> {
    /// A call of a compiler in `folder`.
    pub fn compiler(&self, program: &Path, folder: &Path) -> Job {
        self.held_in(self.tools.job(program, folder).limits(self.time.limits(1)))
    }

    /// A call of a parser or linter in the workspace's folder.
    pub fn linter(&self, program: &Path) -> Job {
        self.held_in(self.tools.job(program, &self.folder).limits(self.time.limits(10)))
    }

    /// What anything that reads or runs a block may touch.
    pub fn policy(&self) -> Policy {
        let readable = || {
            let parts = self.package.iter().flat_map(|package| package::parts(package).unwrap_or_default());
            access::readable(self.tools, self.specs).into_iter().chain(parts).collect()
        };
        let read = self.readable.get_or_init(readable).clone();
        let mut policy = Policy { read, ..Policy::default() };
        policy.read.extend([self.folder.clone(), self.cache.clone(), self.build.clone()]);
        policy.list.extend(self.package.clone());
        policy
    }

    /// A tool may write what it makes, and finds its toolchain where it is; the home folder is not its own.
    fn held_in(&self, job: Job) -> Job {
        let mut policy = self.policy();
        policy.write = vec![self.folder.clone(), self.build.clone()];
        policy.read.extend(access::looked_for_above(&self.folder));
        policy.memory = TOOL_MEMORY;
        let homes = homes::all(self.tools.environment());
        let job = homes.fold(job, |job, (variable, folder)| job.env(variable, folder.into_os_string()));
        job.env("HOME", self.build.as_os_str()).env("TMPDIR", self.build.join("tmp")).policy(policy)
    }

    /// What installers write in the home folders of their toolchains.
    pub fn written_by_installers(&self) -> Vec<PathBuf> {
        access::written_by_installers(self.tools)
    }

    /// A call that installs what the project pins: with the network and the registries as the user has set them up, but
    /// without the user's other variables, and writing nowhere but here and into `also`.
    pub fn installer(&self, job: Job, also: &[PathBuf]) -> Job {
        let mut policy = self.policy();
        policy.read.extend(access::for_installers(self.tools));
        policy.read.extend(access::looked_for_above(&self.folder));
        policy.write = vec![self.folder.clone(), self.cache.clone(), self.build.clone()];
        policy.write.extend_from_slice(also);
        policy.network = true;
        policy.memory = TOOL_MEMORY;
        let passed = self.environment().all().filter(|(name, _)| access::is_for_installers(name));
        let job = passed.fold(job, |job, (name, value)| job.env(name, value)).env("TMPDIR", self.build.join("tmp"));
        let caches = ecosystem::ALL.iter().filter_map(|row| row.cache);
        caches.fold(job, |job, (variable, folder)| job.env(variable, self.build.join(folder))).policy(policy)
    }

    /// The user's environment.
    pub fn environment(&self) -> &Environment {
        self.tools.environment()
    }
}
