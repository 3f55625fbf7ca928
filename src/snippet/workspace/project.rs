//! The project that blocks are checked in: a copy of a fixture with the blocks in it, and how tools are called there.
//!
//! Must not know: which tool is called, what a verdict is.

use crate::error::Result;
use crate::fs;
use crate::process::{Environment, Job, Policy, Supervisor};
use crate::progress::Progress;
use crate::snippet::model::tool::ToolSpec;
use crate::snippet::toolchain::tool::{Tool, Tools};
use crate::snippet::toolchain::{access, ecosystem, homes};
use crate::snippet::workspace::package::{self, Needs};
use crate::snippet::workspace::time_budget::TimeBudget;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A fixture project with blocks written into it.
pub struct Workspace<'a> {
    /// Its folder, absolute.
    pub folder: PathBuf,
    /// The name of the fixture that it copies.
    pub fixture: String,
    /// The project's root.
    pub root: PathBuf,
    /// Files that pages name must be in this folder.
    pub project: PathBuf,
    /// Filled by installers; tools only read it.
    pub cache: PathBuf,
    /// A folder for the tools' own caches, and their home.
    pub build: PathBuf,
    /// Caches that all projects of this user share. Only tools write here; blocks never see it.
    pub tool_caches: PathBuf,
    /// The tools.
    pub tools: &'a Tools,
    /// Starts and ends child processes.
    pub supervisor: &'a Supervisor,
    /// The package around the pages, bound as a dependency (S3.6).
    pub package: Option<PathBuf>,
    /// What this package needs from elsewhere in the project.
    pub needs: Needs,
    /// No code of the author may run, not even a build script (S8.4).
    pub no_exec: bool,
    /// Receives progress.
    pub progress: &'a dyn Progress,
    /// The time budget of tools.
    pub time: TimeBudget,
    /// The paths that everything here may read; collected on first use.
    pub readable: OnceLock<Vec<PathBuf>>,
    /// The language's tools.
    pub specs: &'a [ToolSpec],
}

/// Memory of a compiler or linter, which works on all blocks of a language at once.
const TOOL_MEMORY: u64 = 8 << 30;

impl Workspace<'_> {
    /// A call of a compiler in `folder`.
    pub fn compiler(&self, program: &Path, folder: &Path) -> Job {
        self.confine(self.tools.job(program, folder).limits(self.time.limits(1)), None)
    }

    /// A call of a compiler in the workspace's folder, and the folder of a cache that it shares with all projects. Another
    /// version of the tool has another cache.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn compiler_with_cache(&self, tool: &Tool) -> Result<(Job, PathBuf)> {
        let identity = blake3::hash(format!("{} {}", tool.version, tool.identity).as_bytes()).to_hex();
        let cache = self.tool_caches.join(format!("{}-{}", tool.name, &identity.as_str()[..8]));
        fs::create_dir_all(&cache)?;
        let job = self.tools.job(&tool.path, &self.folder).limits(self.time.limits(1));
        Ok((self.confine(job, Some(&cache)), cache))
    }

    /// A call of a parser or linter in the workspace's folder.
    pub fn linter(&self, program: &Path) -> Job {
        self.confine(self.tools.job(program, &self.folder).limits(self.time.limits(10)), None)
    }

    /// The access of everything that reads or runs a block.
    pub fn policy(&self) -> Policy {
        let readable = || {
            let parts =
                self.package.iter().chain(&self.needs.read).flat_map(|part| package::parts(part).unwrap_or_default());
            access::readable(self.tools, self.specs).into_iter().chain(parts).collect()
        };
        let read = self.readable.get_or_init(readable).clone();
        let mut policy = Policy { read, ..Policy::default() };
        policy.read.extend([self.folder.clone(), self.cache.clone(), self.build.clone()]);
        let packages = self.package.iter().chain(&self.needs.read).filter(|part| part.is_dir());
        policy.list.extend(packages.chain(&self.needs.list).cloned());
        policy
    }

    /// Confines a tool. It may write its output and finds its toolchain; it does not see the user's home folder as its
    /// own. `cache` is one more folder that it may write.
    fn confine(&self, job: Job, cache: Option<&Path>) -> Job {
        let mut policy = self.policy();
        policy.read.extend(cache.map(Path::to_path_buf));
        policy.write = vec![self.folder.clone(), self.build.clone()];
        policy.write.extend(cache.map(Path::to_path_buf));
        policy.read.extend(access::looked_for_above(&self.folder));
        policy.memory = TOOL_MEMORY;
        let homes = homes::all(self.tools.environment());
        let job = homes.fold(job, |job, (variable, folder)| job.env(variable, folder.into_os_string()));
        job.env("HOME", self.build.as_os_str()).env("TMPDIR", self.build.join("tmp")).policy(policy)
    }

    /// The paths in toolchains' home folders that installers write.
    pub fn written_by_installers(&self) -> Vec<PathBuf> {
        access::written_by_installers(self.tools)
    }

    /// A call that installs what the project pins. It gets the network and the user's registry settings, but not the
    /// user's other variables. It may write only here and into `also`.
    pub fn installer(&self, job: Job, also: &[PathBuf]) -> Job {
        let mut policy = self.policy();
        policy.read.extend(access::for_installers(self.tools));
        policy.read.extend(access::looked_for_above(&self.folder));
        // Those that bind the package begin in its folder.
        let package = self.package.iter().map(|package| package.join("manifest"));
        policy.read.extend(package.flat_map(|inside| access::looked_for_above(&inside)));
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
