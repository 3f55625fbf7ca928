//! The input files of a site, with a hash of each. A preview changes only if one of them changes.
//!
//! Files that docgen writes are no inputs: the site, the ledger, the cache, and files that its output is redirected to.
//! Must not know: the meaning of the files, how a site is built.

use crate::config::Config;
use crate::error::Result;
use crate::fs::{self, Stamp};
use crate::snippet::store::ledger;
use crate::snippet::workspace::fixture::built_folders;
use crate::source;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The files and folders that docgen writes.
#[derive(Debug, Default)]
pub struct Own {
    paths: Vec<PathBuf>,
    printed_to: Vec<(u64, u64)>,
}

impl Own {
    /// Collects the output folder, the ledger, `cache`, and the files that this process prints to.
    pub fn new(config: &Config, cache: PathBuf) -> Self {
        Self { paths: vec![config.out.clone(), ledger::path(config), cache], printed_to: fs::own_output() }
    }

    /// Whether docgen writes this file or folder.
    pub fn has(&self, path: &Path) -> bool {
        self.is_own(path, fs::stamp(path))
    }

    fn is_own(&self, path: &Path, stamp: Option<Stamp>) -> bool {
        self.paths.iter().any(|own| path.starts_with(own))
            || stamp.is_some_and(|stamp| self.printed_to.contains(&stamp.identity))
    }
}

/// The recorded state of a file.
#[derive(Debug, Clone, Copy)]
struct Known {
    stamp: Option<Stamp>,
    hash: Option<blake3::Hash>,
}

/// Used as the hash of a file whose content does not matter, only its existence.
const ANY_CONTENT: blake3::Hash = blake3::Hash::from_bytes([0; 32]);

/// The inputs of a site at one moment.
#[derive(Debug, Default, Clone)]
pub struct Inputs {
    files: BTreeMap<PathBuf, Known>,
    /// Folders whose files are all inputs.
    folders: BTreeSet<PathBuf>,
    /// Files and folders that become inputs when they are created.
    awaited: BTreeSet<PathBuf>,
}

impl Inputs {
    /// Reads the state of the inputs from disk. `named` are the files that pages name. A hash in `before` is reused if
    /// the file's stamp is the same and the file is not in `touched`.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if the content folder cannot be read.
    pub fn look(
        (config, own): (&Config, &Own),
        named: &BTreeSet<PathBuf>,
        before: &Self,
        touched: &BTreeSet<PathBuf>,
    ) -> Result<Self> {
        let Listing { files, folders, awaited } = list(config, named)?;
        let known = |(path, content_counts): (PathBuf, bool)| {
            let stamp = fs::stamp(&path);
            if own.is_own(&path, stamp) {
                return None;
            }
            let same = before.files.get(&path).filter(|known| known.stamp == stamp && !touched.contains(&path));
            let hash = match stamp {
                Some(_) if !content_counts => Some(ANY_CONTENT),
                Some(stamp) if stamp.is_file => same.map_or_else(|| fs::hash(&path), |known| known.hash),
                _ => None,
            };
            Some((path, Known { stamp, hash }))
        };
        let files = files.into_iter().filter_map(known).collect();
        Ok(Self { files, folders: folders.into_iter().filter(|path| !own.has(path)).collect(), awaited })
    }

    /// Looks only at the `touched` files, if all of them are known files that still exist. Returns those whose content
    /// has changed. `None` if that is not enough, and nothing is noted then.
    pub fn look_again(&mut self, touched: &BTreeSet<PathBuf>) -> Option<BTreeSet<PathBuf>> {
        let mut now = Vec::new();
        for path in touched {
            let before = self.files.get(path)?;
            let stamp = fs::stamp(path).filter(|stamp| stamp.is_file)?;
            let is_plain_file = before.hash.is_some_and(|hash| hash != ANY_CONTENT);
            now.push((path.clone(), Known { stamp: Some(stamp), hash: fs::hash(path).filter(|_| is_plain_file) }));
        }
        if touched.is_empty() || now.iter().any(|(_, known)| known.hash.is_none()) {
            return None;
        }
        let mut changed = BTreeSet::new();
        for (path, known) in now {
            if self.files.insert(path.clone(), known).is_none_or(|before| before.hash != known.hash) {
                changed.insert(path);
            }
        }
        Some(changed)
    }

    /// Takes back what is known of files that an earlier state knew differently.
    pub fn forget(&mut self, before: &Self) {
        for (path, known) in &mut self.files {
            match before.files.get(path) {
                Some(earlier) if earlier.hash != known.hash => *known = *earlier,
                _ => {}
            }
        }
    }

    /// The folders to watch: those that contain inputs, and those in which an input can be created.
    pub fn watched(&self) -> BTreeSet<PathBuf> {
        let above = self.awaited.iter().filter_map(|path| path.parent()).filter(|folder| folder.is_dir());
        self.folders.iter().cloned().chain(above.map(Path::to_path_buf)).collect()
    }

    /// Whether an event at this path can concern an input.
    pub fn concern(&self, path: &Path, own: &Own) -> bool {
        let in_folder = || path.parent().is_some_and(|folder| self.folders.contains(folder)) && !is_hidden(path);
        (self.files.contains_key(path) || self.awaited.contains(path) || in_folder()) && !own.has(path)
    }

    /// The files that differ in content, or that only one of the two states has.
    pub fn difference(&self, before: &Self) -> BTreeSet<PathBuf> {
        let hash = |inputs: &Self, path: &Path| inputs.files.get(path).map(|known| known.hash);
        let paths: BTreeSet<&PathBuf> = self.files.keys().chain(before.files.keys()).collect();
        paths.into_iter().filter(|path| hash(self, path) != hash(before, path)).cloned().collect()
    }

    /// Whether the file is an input and exists.
    pub fn has(&self, path: &Path) -> bool {
        self.files.get(path).is_some_and(|known| known.hash.is_some())
    }
}

/// The inputs of a site, by path.
struct Listing {
    /// The files, and whether their content counts.
    files: BTreeMap<PathBuf, bool>,
    folders: BTreeSet<PathBuf>,
    awaited: BTreeSet<PathBuf>,
}

fn list(config: &Config, named: &BTreeSet<PathBuf>) -> Result<Listing> {
    let content = source::content_paths(config)?;
    // If the content folder is the whole project, the site contains only files that pages name.
    let whole_project = config.content == config.root;
    let mut folders = content.folders;
    let mut files: BTreeMap<PathBuf, bool> =
        content.files.into_iter().map(|path| (path.clone(), !whole_project || source::is_page(&path))).collect();
    let mut awaited = BTreeSet::from([config.root.join("book.toml"), config.content.clone()]);
    if config.has_project {
        let themes = config.root.join("themes");
        let (theme, snippets) = (themes.join(&config.theme), config.root.join("snippets"));
        for found in [fs::tree(&theme, &[]), fs::tree(&snippets, &built_folders())] {
            files.extend(found.0.into_iter().map(|path| (path, true)));
            folders.extend(found.1);
        }
        awaited.extend([themes, theme, snippets]);
    }
    awaited.extend(named.iter().cloned());
    files.extend(awaited.iter().filter(|path| !path.is_dir()).map(|path| (path.clone(), true)));
    Ok(Listing { files, folders: folders.into_iter().collect(), awaited })
}

/// The files and the folders that a build of this site reads.
///
/// # Errors
/// [`crate::error::Error::Io`] if the content folder cannot be read.
pub fn paths(config: &Config, named: &BTreeSet<PathBuf>) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let Listing { files, folders, .. } = list(config, named)?;
    Ok((files.into_keys().collect(), folders.into_iter().collect()))
}

/// Folders of a package that no build reads: tools fill them.
pub fn never_read() -> Vec<&'static str> {
    built_folders().into_iter().chain([".git"]).collect()
}

fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.starts_with('.') && name != ".gitignore"
}
