//! What the last build read and wrote. If nothing of it has changed, the next build has nothing to do.
//!
//! Files are compared by their stamps (size, time of change, number), which no program can set back.
//! Must not know: what is in the files.

use super::shell::Shell;
use super::work;
use crate::config::Config;
use crate::fs::{self, Stamp};
use crate::output::Fingerprints;
use crate::pipeline::{self, Project};
use crate::serve::inputs;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Version of the format.
const SCHEMA: &str = "docgen.built/1";
/// The system notes times of change in steps of up to this length.
const STEP: Duration = Duration::from_millis(20);
/// Folders in which package managers install what blocks may import.
const INSTALLED: [&str; 3] = [".venv", "venv", "node_modules"];

/// The receipt of a build.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Receipt {
    schema: String,
    /// A hash of everything that the build read.
    read: String,
    /// A hash of the output folder's state.
    written: String,
    /// Files that pages name, beside those of the content folder.
    named: BTreeSet<PathBuf>,
    /// What the build said about the pages.
    pub(super) problems: String,
    /// Whether that was about errors.
    pub(super) has_errors: bool,
    /// Its summary, if nothing is written.
    pub(super) summary: String,
}

/// A build to compare with.
pub(super) struct Build<'a> {
    shell: &'a Shell,
    config: &'a Config,
    /// Everything of the command line that decides what is built or said.
    options: String,
    started: SystemTime,
}

impl<'a> Build<'a> {
    pub(super) fn new(shell: &'a Shell, config: &'a Config, options: String) -> Self {
        Self { shell, config, options, started: SystemTime::now() }
    }

    fn path(&self) -> PathBuf {
        work::folder_of(self.shell, &self.config.root).join("built.json")
    }

    fn fingerprints_path(&self) -> PathBuf {
        self.path().with_file_name("pages.json")
    }

    /// What the last build's pages were made from, unless something has changed that decides all of them.
    pub(super) fn fingerprints(&self, theme: &str) -> Fingerprints {
        let mut basis = blake3::Hasher::new();
        let configuration = self.config.root.join("book.toml");
        let configuration = fs::read_optional(&configuration).ok().flatten().unwrap_or_default();
        let program = self.shell.supervisor.launcher_identity();
        let Config { base_url, drafts, out, .. } = self.config;
        let options = format!("{base_url} {drafts} {}", out.display());
        for text in [crate::VERSION, &program, &options, &configuration, theme] {
            basis.update(&text.len().to_le_bytes()).update(text.as_bytes());
        }
        let text = fs::read_optional(&self.fingerprints_path()).ok().flatten().unwrap_or_default();
        let known: Fingerprints = serde_json::from_str(&text).unwrap_or_default();
        known.only_on(basis.finalize().to_hex().to_string())
    }

    /// Keeps them for the next build. Without them it makes all pages, so failures do not matter.
    pub(super) fn keep_fingerprints(&self, made: &Fingerprints) {
        let path = self.fingerprints_path();
        let _ = fs::remove_file(&path);
        if let Ok(text) = serde_json::to_vec(made) {
            let _ = fs::write(&path, &text);
        }
    }

    /// The receipt of the last build, if nothing has changed since.
    pub(super) fn unchanged(&self) -> Option<Receipt> {
        let text = fs::read_optional(&self.path()).ok().flatten()?;
        let receipt: Receipt = serde_json::from_str(&text).ok()?;
        let same = receipt.schema == SCHEMA
            && self.read(&receipt.named)?.0 == receipt.read
            && self.written()? == receipt.written;
        same.then_some(receipt)
    }

    /// Keeps a receipt of this build. Without one the next build does everything, so failures do not matter.
    pub(super) fn keep(&self, named: BTreeSet<PathBuf>, problems: String, has_errors: bool, summary: String) {
        let _ = fs::remove_file(&self.path());
        let Some((read, newest)) = self.read(&named) else { return };
        // A file that changed while it was read may be another one than the site shows.
        if newest.is_none_or(|newest| newest + STEP >= self.started) {
            return;
        }
        let Some(written) = self.written() else { return };
        let schema = SCHEMA.to_owned();
        let receipt = Receipt { schema, read, written, named, problems, has_errors, summary };
        if let Ok(text) = serde_json::to_vec(&receipt) {
            let _ = fs::write(&self.path(), &text);
        }
    }

    /// A hash of the state of everything that a build reads, and the newest time of change. `None` if it cannot be known.
    fn read(&self, named: &BTreeSet<PathBuf>) -> Option<(String, Option<SystemTime>)> {
        let config = self.config;
        let (files, folders) = inputs::paths(config, named).ok()?;
        let mut paths: BTreeSet<PathBuf> = files.into_iter().chain(named.iter().cloned()).collect();
        // docgen itself may write into the root.
        paths.extend(folders.into_iter().filter(|folder| *folder != config.root));
        paths.extend(self.packages());
        let (state, git) = git_state(&config.root, &config.project)?;
        paths.extend(git);
        let of_inputs = stamps(&paths);
        let newest = of_inputs.iter().filter_map(|(_, stamp)| stamp.map(Stamp::changed)).max();
        // What docgen itself writes is compared, but may be new.
        let verdicts = work::cache_of_project(self.shell, &config.root).folders();
        let own: BTreeSet<PathBuf> =
            verdicts.into_iter().chain([self.shell.cache_folder().join("tools.json")]).collect();
        let mut hasher = digest(&config.root, of_inputs.into_iter().chain(stamps(&own)));
        let program = self.shell.supervisor.launcher_identity();
        let path = self.shell.environment.get("PATH").unwrap_or_default();
        for text in [crate::VERSION, &program, &self.options, &config.today.to_string(), &state, path] {
            hasher.update(text.as_bytes()).update(&[0]);
        }
        Some((hasher.finalize().to_hex().to_string(), newest))
    }

    /// The files of the packages around the project, which its blocks may use, and folders of installed packages.
    fn packages(&self) -> Vec<PathBuf> {
        let config = self.config;
        let above = config.content.ancestors().take_while(|folder| folder.starts_with(&config.project));
        let above: Vec<&Path> = above.collect();
        let mut found: Vec<PathBuf> =
            above.iter().flat_map(|folder| INSTALLED.iter().map(|name| folder.join(name))).collect();
        let languages = self.shell.languages();
        let specs = languages.specs();
        let manifests: BTreeSet<&str> = specs.flat_map(|spec| spec.manifests.iter().map(AsRef::as_ref)).collect();
        let has_manifest = |folder: &&&Path| manifests.iter().any(|name| folder.join(name).is_file());
        if let Some(outermost) = above.iter().rfind(has_manifest) {
            let skipped: Vec<&str> = inputs::never_read();
            let (files, _) = fs::tree(outermost, &skipped);
            found.extend(files.into_iter().filter(|file| !file.starts_with(&config.out)));
        }
        found
    }

    /// A hash of the state of the output folder.
    fn written(&self) -> Option<String> {
        let out = &self.config.out;
        if !out.is_dir() {
            return None;
        }
        let paths: BTreeSet<PathBuf> =
            fs::list_recursively(out).ok()?.into_iter().map(|relative| out.join(relative)).collect();
        Some(digest(out, stamps(&paths).into_iter()).finalize().to_hex().to_string())
    }
}

fn stamps(paths: &BTreeSet<PathBuf>) -> Vec<(&Path, Option<Stamp>)> {
    let paths: Vec<&PathBuf> = paths.iter().collect();
    paths.into_par_iter().map(|path| (path.as_path(), fs::stamp(path))).collect()
}

fn digest<'a>(root: &Path, stamps: impl Iterator<Item = (&'a Path, Option<Stamp>)>) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new();
    for (path, stamp) in stamps {
        hasher.update(path.strip_prefix(root).unwrap_or(path).as_os_str().as_encoded_bytes());
        hasher.update(format!("\0{stamp:?}\0").as_bytes());
    }
    hasher
}

/// The commit of the repository around `root`, and the files that say so. `None` for a repository of another form: then
/// the last edits of pages cannot be known without asking git.
fn git_state(root: &Path, project: &Path) -> Option<(String, Vec<PathBuf>)> {
    let mut folders = root.ancestors().take_while(|folder| folder.starts_with(project));
    let Some(git) = folders.find_map(|folder| Some(folder.join(".git")).filter(|git| git.exists())) else {
        return Some((String::new(), Vec::new()));
    };
    if git.join("reftable").exists() {
        return None;
    }
    let head = fs::read_optional(&git.join("HEAD")).ok().flatten()?;
    let commit = match head.trim().strip_prefix("ref: ") {
        Some(name) => fs::read_optional(&git.join(name)).ok()?.unwrap_or_default(),
        None => String::new(),
    };
    Some((format!("{head}{commit}"), ["packed-refs", "shallow"].map(|name| git.join(name)).to_vec()))
}

/// The files that decide what a project's pages look like, beside its content: those that pages name.
pub(super) fn named(project: &Project, config: &Config) -> BTreeSet<PathBuf> {
    let mut named = pipeline::named_files(project, config);
    named.extend(pipeline::checked_paths(project, config));
    named
}
