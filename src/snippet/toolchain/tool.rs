//! The tools of the languages: their places, their versions, how to get them.
//!
//! A tool is searched in the user's tools folder first (`docgen doctor --fix` puts pinned versions there), then on
//! `PATH`. Must not know: what a tool is used for.

use crate::fs;
use crate::process::{Environment, Job, Limits, Supervisor};
use crate::snippet::model::tool::{Behind, ToolSource, ToolSpec};
use crate::snippet::toolchain::identity::{Answer, FileIdentity, Memo};
use crate::snippet::toolchain::{ecosystem, homes, shims};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A tool that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// Its name.
    pub name: Cow<'static, str>,
    /// The program.
    pub path: PathBuf,
    /// The version that it printed: `0.17.6`.
    pub version: String,
    /// The identity of its real file (S6.3).
    pub identity: String,
    /// The program as it was found, which may be a shim.
    pub found: PathBuf,
    /// The program behind the shim; equal to `found` if there is no shim.
    pub real: PathBuf,
}

impl Tool {
    /// The path to the real program: `found`, and the programs behind it.
    pub fn chain(&self) -> Vec<&Path> {
        let mut chain = vec![self.found.as_path()];
        chain.extend([&self.path, &self.real].into_iter().map(PathBuf::as_path));
        chain.dedup();
        chain
    }
}

/// The result of a search for a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is usable.
    Yes(Tool),
    /// It is installed, but too old, or does not answer. The sentence says which.
    Unusable(String),
    /// It is not installed.
    No,
}

/// The arguments of a program.
type Words = &'static [&'static str];

/// The tools of this machine, each probed at most once.
#[derive(Debug)]
pub struct Tools {
    environment: Environment,
    folder: PathBuf,
    supervisor: Supervisor,
    found: Mutex<BTreeMap<Cow<'static, str>, Found>>,
    /// What programs said of the folder behind a shim. The tools of one toolchain ask the same program.
    behind: Mutex<BTreeMap<(PathBuf, Words), Option<PathBuf>>>,
    memo: Mutex<Memo>,
    memo_file: Option<PathBuf>,
}

impl Tools {
    /// Tools in `folder` (`$XDG_DATA_HOME/docgen/tools`) and on the environment's `PATH`.
    pub fn new(environment: Environment, folder: PathBuf, supervisor: Supervisor) -> Self {
        let (found, behind, memo) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { environment, folder, supervisor, found, behind, memo, memo_file: None }
    }

    /// Keeps the versions of tools in a file, so only tools that have changed are asked again.
    #[must_use]
    pub fn remembering(self, file: PathBuf) -> Self {
        Self { memo: Mutex::new(Memo::load(&file)), memo_file: Some(file), ..self }
    }

    /// Writes the known versions to that file.
    pub fn remember(&self) {
        if let Some(file) = &self.memo_file {
            self.memo.lock().unwrap_or_else(PoisonError::into_inner).save(file);
        }
    }

    /// A job with the variables that every tool needs: toolchains and their homes, a plain locale. Installed tools may
    /// call each other (oxlint's launcher is a Node script), so all of them are on its `PATH`.
    pub fn job(&self, program: &Path, cwd: &Path) -> Job {
        let homes = ecosystem::homes().map(|home| home.variable);
        let passed = ecosystem::ALL.iter().flat_map(|row| row.passed).copied();
        let passed: Vec<&str> = homes.chain(passed).chain(["HOME", "TMPDIR"]).collect();
        Job::new(program, cwd)
            .inherit(&self.environment, &passed)
            .env("PATH", self.path(program))
            .env("LC_ALL", "C.UTF-8")
            .env("NO_COLOR", "1")
            .env("TZ", "UTC")
    }

    /// `PATH` for a call of `program`: its own folder, the user's folders, those of installed tools.
    pub(crate) fn path(&self, program: &Path) -> OsString {
        let own = program.parent().map(Path::to_path_buf);
        std::env::join_paths(own.into_iter().chain(self.path_folders())).unwrap_or_default()
    }

    /// The user's `PATH`, and the folders of docgen's installed tools.
    pub fn path_folders(&self) -> Vec<PathBuf> {
        let mut folders = self.environment.path_folders();
        folders.extend(self.installed_folders());
        folders
    }

    /// `PATH` for blocks. The real programs behind shims come first, since a shim may not find its version from a
    /// block's home folder.
    pub fn block_folders<'a>(&self, specs: impl Iterator<Item = &'a ToolSpec>) -> Vec<PathBuf> {
        let is_shim = |spec: &&ToolSpec| {
            let first = self.candidates(spec).into_iter().next();
            first.is_some_and(|path| spec.behind.is_some() || shims::is_shim(&path))
        };
        let mut folders = Vec::new();
        for spec in specs.filter(is_shim) {
            let Found::Yes(tool) = self.find(spec) else { continue };
            let folder = tool.real.parent().filter(|_| tool.real != tool.found).map(Path::to_path_buf);
            folders.extend(folder.filter(|folder| !folders.contains(folder)));
        }
        folders.extend(self.path_folders());
        folders
    }

    /// Folders with programs below the tools folder. pip's `bin` comes last: its programs are often starters that need
    /// pip's own settings.
    fn installed_folders(&self) -> Vec<PathBuf> {
        let versions = fs::list(&self.folder).unwrap_or_default();
        let versions = versions.iter().flat_map(|package| fs::list(package).unwrap_or_default());
        versions
            .flat_map(|version| {
                // The table is read backwards, and `bin` comes last of all.
                let places = ecosystem::ALL.iter().rev().flat_map(|row| row.programs).chain(&["bin"]);
                places.map(|place| version.join(place)).collect::<Vec<_>>()
            })
            .filter(|folder| folder.is_dir())
            .collect()
    }

    /// The environment that tools are started from.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// What starts and ends children.
    pub fn supervisor(&self) -> &Supervisor {
        &self.supervisor
    }

    /// Where `doctor --fix` installs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where this tool's pinned version is installed.
    pub fn install_folder(&self, spec: &ToolSpec) -> PathBuf {
        match spec.source.package() {
            Some(package) => self.folder.join(package.name).join(package.version),
            None => self.folder.join(&*spec.name),
        }
    }

    /// The tool, or a sentence with what is missing and how to fix it.
    pub fn require(&self, spec: &ToolSpec) -> Result<Tool, String> {
        match self.find(spec) {
            Found::Yes(tool) => Ok(tool),
            Found::Unusable(why) => Err(format!("{why}; {}", cure(spec))),
            Found::No => Err(format!("{} is not installed; {}", spec.name, cure(spec))),
        }
    }

    /// Searches a tool and asks its version, once.
    pub fn find(&self, spec: &ToolSpec) -> Found {
        let known = self.found.lock().unwrap_or_else(PoisonError::into_inner).get(&spec.name).cloned();
        if let Some(found) = known {
            return found;
        }
        let found = self.probe(spec);
        self.found.lock().unwrap_or_else(PoisonError::into_inner).insert(spec.name.clone(), found.clone());
        found
    }

    /// Forgets what was found, after an installation.
    pub fn forget(&self) {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.behind.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The tool, if it is known without starting anything.
    pub fn known(&self, spec: &ToolSpec) -> Option<Tool> {
        let found = self.search(spec, &|path| self.remembered(spec, path).ok_or_else(String::new));
        if let Found::Yes(tool) = found { Some(tool) } else { None }
    }

    fn probe(&self, spec: &ToolSpec) -> Found {
        self.search(spec, &|path| {
            if let Some(answer) = self.remembered(spec, path) {
                return Ok(answer);
            }
            let answer = match self.ask_version(spec, path) {
                // Any version will do, also of a program that does not tell it.
                Err(_) if spec.minimum.is_empty() => Answer { version: String::new(), real: None },
                answer => answer?,
            };
            let mut memo = self.memo.lock().unwrap_or_else(PoisonError::into_inner);
            memo.keep(&spec.name, path, &self.shim_context(), &answer);
            Ok(answer)
        })
    }

    fn remembered(&self, spec: &ToolSpec, path: &Path) -> Option<Answer> {
        self.memo.lock().unwrap_or_else(PoisonError::into_inner).answer(&spec.name, path, &self.shim_context())
    }

    /// What shims use to choose a version, besides the working directory.
    fn shim_context(&self) -> String {
        let settings: Vec<_> = ecosystem::homes()
            .filter_map(|home| Some(homes::folder(&self.environment, home).join(home.chooses_by?)))
            .map(|file| FileIdentity::of(&file).map(|it| it.short()))
            .collect();
        let variables: Vec<_> =
            ecosystem::ALL.iter().flat_map(|row| row.chooses_by).map(|name| self.environment.get(name)).collect();
        format!("{settings:?} {variables:?}")
    }

    /// The first candidate with a sufficient version, which `ask` finds out.
    fn search(&self, spec: &ToolSpec, ask: &dyn Fn(&Path) -> Result<Answer, String>) -> Found {
        let mut unusable = None;
        for path in self.candidates(spec) {
            match ask(&path) {
                Ok(Answer { version, real }) if new_enough(&version, &spec.minimum) => {
                    let file = real.as_deref().unwrap_or(&path);
                    let identity = FileIdentity::of(file).map(|it| it.short()).unwrap_or_default();
                    let found = path.clone();
                    let behind = real.clone().unwrap_or_else(|| path.clone());
                    // A toolchain's shim does more than the program behind it; other shims only cost time.
                    let path = if spec.behind.is_some() { path } else { behind.clone() };
                    return Found::Yes(Tool { name: spec.name.clone(), path, version, identity, found, real: behind });
                }
                Ok(Answer { version, .. }) => {
                    let least = spec.minimum.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
                    unusable.get_or_insert(format!("{} {version} is older than {least}", spec.name));
                }
                Err(why) => {
                    unusable.get_or_insert(format!("{} at {} does not answer ({why})", spec.name, path.display()));
                }
            }
        }
        unusable.map_or(Found::No, Found::Unusable)
    }

    fn candidates(&self, spec: &ToolSpec) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        let installed = self.install_folder(spec);
        folders.extend(spec.source.package().map(|package| installed.join(package.programs)));
        folders.extend(self.environment.path_folders());
        let found = spec.programs.iter().flat_map(|program| {
            folders.iter().filter_map(|folder| Environment::find_in(std::slice::from_ref(folder), program))
        });
        let mut paths: Vec<PathBuf> = Vec::new();
        for path in found {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        paths
    }

    /// Asks for the version, and for the real program if a shim prints `path=…`.
    fn ask_version(&self, spec: &ToolSpec, path: &Path) -> Result<Answer, String> {
        let job =
            self.job(path, Path::new("/")).args(spec.version_args.iter().map(|word| &**word)).limits(Limits::PROBE);
        let finished = self.supervisor.run(&job).map_err(|error| error.to_string())?;
        let text = format!("{}\n{}", finished.stdout_text(), finished.stderr_text());
        if !finished.success() {
            return Err(finished.summary());
        }
        let real = text.lines().find_map(|line| line.strip_prefix("path=")).map(PathBuf::from);
        let version = version_in(&text).ok_or_else(|| "it prints no version".to_owned())?;
        let real = real.or_else(|| spec.behind.as_ref().and_then(|behind| self.look_behind(behind, path)));
        let real = real.or_else(|| shims::behind(path, &self.environment, &self.supervisor));
        Ok(Answer { version, real: real.filter(|path| path.is_file()) })
    }

    fn look_behind(&self, behind: &Behind, path: &Path) -> Option<PathBuf> {
        let asked = (path.with_file_name(behind.program), behind.args);
        let known = self.behind.lock().unwrap_or_else(PoisonError::into_inner).get(&asked).cloned();
        let folder = known.unwrap_or_else(|| {
            let job = self.job(&asked.0, Path::new("/")).args(behind.args).limits(Limits::PROBE);
            let finished = self.supervisor.run(&job).ok();
            let folder = finished.map(|finished| PathBuf::from(finished.stdout_text().trim()));
            self.behind.lock().unwrap_or_else(PoisonError::into_inner).insert(asked, folder.clone());
            folder
        })?;
        Some(folder.join(behind.file))
    }
}

/// How to get a tool, as part of a sentence.
pub fn cure(spec: &ToolSpec) -> String {
    match &spec.source {
        ToolSource::Manual(how) => how.to_string(),
        ToolSource::Package(package) => format!("`docgen doctor --fix` installs it ({} MB)", package.megabytes),
    }
}

/// The first thing in a text that looks like a version: numbers with dots between them.
fn version_in(text: &str) -> Option<String> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .map(|word| word.trim_matches('.'))
        .find(|word| word.contains('.') && word.split('.').all(|part| !part.is_empty()))
        .map(str::to_owned)
}

fn new_enough(version: &str, minimum: &[u32]) -> bool {
    let numbers: Vec<u32> = version.split('.').map(|part| part.parse().unwrap_or(0)).collect();
    numbers.as_slice() >= minimum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_tools_print_them() {
        assert_eq!(version_in("go version go1.27.3 linux/amd64").as_deref(), Some("1.27.3"));
        assert_eq!(version_in("Python 3.11.7").as_deref(), Some("3.11.7"));
        assert_eq!(version_in("v20.20.2").as_deref(), Some("20.20.2"));
        assert_eq!(version_in("ShellCheck - shell script analysis tool\nversion: 0.11.0").as_deref(), Some("0.11.0"));
        assert!(new_enough("20.20.2", &[20, 19]) && !new_enough("20.9.0", &[20, 19]));
    }
}
