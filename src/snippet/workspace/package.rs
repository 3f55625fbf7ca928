//! Finds the package that a page belongs to, so the examples of a README compile against the code they document (S3.6).
//!
//! Must not know: how a language binds a package; its adapter does that.

use crate::fs::{self, check_within, is_hidden};
use crate::snippet::model::language::LanguageSpec;
use crate::snippet::toolchain::ecosystem;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The folder of a package that the site is built into.
const SITE: &str = "public";

/// What the tools of a package read elsewhere in its project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Files, and folders with all that blocks may read of a package.
    pub read: Vec<PathBuf>,
    /// Folders whose entries' names they read, and nothing more.
    pub list: Vec<PathBuf>,
}

/// The nearest package of a language at or above a page's folder. The search ends at the top of the project.
pub(crate) fn nearest(
    spec: &LanguageSpec,
    is_package: impl Fn(&Path) -> bool,
    folder: &Path,
    project: &Path,
) -> Option<PathBuf> {
    for folder in folder.ancestors() {
        // A manifest that links out of the package would reveal the link's target.
        let mut readable =
            spec.manifests.iter().map(|name| folder.join(&**name)).filter(|it| check_within(folder, it).is_ok());
        if readable.any(|manifest| is_package(&manifest)) {
            return Some(folder.to_path_buf());
        }
        if folder == project || folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// A hash over the files of a package, or over one file of another package, that blocks may read: names and contents;
/// for large files size and time.
pub(crate) fn tree_hash(package: &Path) -> crate::error::Result<String> {
    const LARGE: u64 = 1 << 20;
    let mut tree = blake3::Hasher::new();
    let mut add = |part: &[u8]| {
        tree.update(&part.len().to_le_bytes());
        tree.update(part);
    };
    let entries = if package.is_file() { vec![package.to_owned()] } else { fs::list(package)? };
    let entries = entries.into_iter().filter(|entry| {
        let name = entry.file_name().unwrap_or_default();
        !is_hidden(name) && !ecosystem::built().chain([SITE]).any(|built| name == built) && !entry.is_symlink()
    });
    for entry in entries {
        let below = if entry.is_dir() { fs::list_recursively(&entry)? } else { vec![PathBuf::new()] };
        for path in below.iter().filter(|path| !path.iter().any(is_hidden)) {
            let file = if path.as_os_str().is_empty() { entry.clone() } else { entry.join(path) };
            if !file.is_file() {
                continue;
            }
            let meta = file.metadata().ok();
            add(file.strip_prefix(package).unwrap_or(&file).as_os_str().as_encoded_bytes());
            match meta.filter(|meta| meta.len() > LARGE) {
                Some(meta) => add(format!("{} {:?}", meta.len(), meta.modified().ok()).as_bytes()),
                None => add(&fs::read(&file)?),
            }
        }
    }
    Ok(tree.finalize().to_hex().to_string())
}

/// Max parts that a package is opened by. Each part costs every block a rule of the sandbox.
const MAX_PARTS: usize = 4096;
/// Max files and folders of a package that docgen looks at.
const MAX_ENTRIES: usize = 200_000;
/// Max depth of folders that docgen looks at.
const MAX_DEPTH: usize = 64;

/// The parts of a package that blocks may read: everything but hidden files at any depth (`.git` and `.env` hold
/// secrets) and links, which lead anywhere. A folder with nothing hidden below it is one part; so is a single file.
///
/// # Errors
/// Why the package cannot be opened: it has too many parts or files.
pub(crate) fn parts(package: &Path) -> Result<Vec<PathBuf>, String> {
    if package.is_file() {
        return Ok(vec![package.to_owned()]);
    }
    let mut entries = 0;
    // The package itself is never opened as a whole: hidden files that are created later must stay closed.
    let parts = visible(package, 0, &mut entries)?.unwrap_or_else(|| shown(package));
    if parts.len() > MAX_PARTS {
        return Err(format!(
            "it has {} readable files and folders beside hidden ones; the max is {MAX_PARTS}. Move the hidden ones together",
            parts.len()
        ));
    }
    Ok(parts)
}

/// The entries of a folder that are neither hidden nor links.
fn shown(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::list(folder).unwrap_or_default().into_iter();
    entries.filter(|entry| !entry.file_name().is_some_and(is_hidden) && !entry.is_symlink()).collect()
}

/// The parts of a folder that may be read; `None` is all of it.
fn visible(folder: &Path, depth: usize, entries: &mut usize) -> Result<Option<Vec<PathBuf>>, String> {
    let (mut whole, mut parts) = (true, Vec::new());
    for entry in fs::list(folder).unwrap_or_default() {
        *entries += 1;
        if *entries > MAX_ENTRIES {
            return Err(format!("it has more than {MAX_ENTRIES} files and folders"));
        }
        let name = entry.file_name().unwrap_or_default();
        if is_hidden(name) {
            whole = false;
        } else if entry.is_symlink() {
            // The sandbox checks the target of a link, so a link in an open folder opens nothing else.
        } else if !entry.is_dir() || is_installed(name) {
            parts.push(entry);
        } else if depth >= MAX_DEPTH || entry.join(CACHE).exists() {
            whole = false;
        } else if let Some(below) = visible(&entry, depth + 1, entries)? {
            whole = false;
            parts.extend(below);
        } else {
            parts.push(entry);
        }
    }
    Ok((!whole).then_some(parts))
}

/// Whether a package manager fills this folder. It is one part, even with hidden files.
fn is_installed(name: &OsStr) -> bool {
    ecosystem::ALL.iter().filter_map(|row| row.installed).any(|installed| name == installed)
}

/// Marks a folder that a tool can recreate, such as cargo's `target` (bford.info/cachedir).
const CACHE: &str = "CACHEDIR.TAG";

/// Whether a text contains a name as a whole word.
pub(crate) fn mentions(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let is_word = |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !is_word(text[..at].chars().next_back()) && !is_word(text[at + name.len()..].chars().next())
    })
}

/// A short hash of a folder's path, for the name of another folder.
pub(crate) fn short_hash(path: &Path) -> String {
    blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex().as_str()[..8].to_owned()
}
