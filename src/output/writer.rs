//! Writes the files of a site, from several threads, in any order.
//!
//! Must not know: what is in the files.

use crate::error::{Error, Result};
use crate::fs;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The file that marks a folder as written by docgen. Only such a folder is replaced.
pub const MARKER: &str = ".docgen";
/// The prefix of a new tree's name, until it is in place.
const NEW: &str = ".docgen-new-";

/// What writing a site changed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct SyncReport {
    /// Files that are new or differ.
    pub written: usize,
    /// Files that were the same.
    pub unchanged: usize,
    /// Files that are gone.
    pub removed: usize,
}

/// A new tree beside the old one. If it is dropped before [`Writer::finish`], the old tree stays as it is.
pub struct Writer {
    out: PathBuf,
    beside: fs::Temporary,
    /// The files of the old tree with their sizes.
    old: BTreeMap<String, u64>,
    /// The folders of the new tree so far.
    folders: Mutex<BTreeSet<PathBuf>>,
    written: AtomicUsize,
    replaced: AtomicUsize,
    unchanged: AtomicUsize,
}

impl Writer {
    /// Prepares a new tree for `out`.
    ///
    /// # Errors
    /// [`Error::ForeignOutput`] if `out` contains something that docgen did not write. `Io` if the disk fails.
    pub fn new(out: &Path) -> Result<Self> {
        let old = existing(out)?;
        let parent = out.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent)?;
        fs::sweep(parent, NEW);
        let beside = fs::Temporary::new(parent, NEW)?;
        let folders = Mutex::new(BTreeSet::from([beside.path().to_path_buf()]));
        let count = AtomicUsize::default;
        Ok(Self {
            out: out.to_path_buf(),
            beside,
            old,
            folders,
            written: count(),
            replaced: count(),
            unchanged: count(),
        })
    }

    /// Writes a file of the new tree, once for each path. A file with the same content is taken from the old tree.
    ///
    /// # Errors
    /// `Io` if the disk fails.
    pub fn put(&self, path: &str, content: &[u8]) -> Result<()> {
        let target = self.target(path)?;
        if self.has_same(path, content) {
            self.unchanged.fetch_add(1, Ordering::Relaxed);
            return fs::link_or_copy(&self.out.join(path), &target);
        }
        self.written.fetch_add(1, Ordering::Relaxed);
        self.replaced.fetch_add(usize::from(self.old.contains_key(path)), Ordering::Relaxed);
        fs::write_new(&target, content)
    }

    /// A path in the new tree, with its folder.
    fn target(&self, path: &str) -> Result<PathBuf> {
        let target = self.beside.path().join(path);
        let folder = target.parent().unwrap_or(&target);
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if !folders.contains(folder) {
            fs::create_dir_all(folder)?;
            folders.insert(folder.to_path_buf());
        }
        drop(folders);
        Ok(target)
    }

    /// Whether the old tree has the same file. Compares sizes first, to avoid most reads.
    fn has_same(&self, path: &str, content: &[u8]) -> bool {
        self.old.get(path).is_some_and(|size| *size == content.len() as u64)
            && fs::read(&self.out.join(path)).is_ok_and(|bytes| bytes == content)
    }

    /// Puts the new tree in place of the old one, if they differ.
    ///
    /// # Errors
    /// `Io` if the disk fails; then the old tree is still in place.
    pub fn finish(self) -> Result<SyncReport> {
        let (written, unchanged) = (self.written.into_inner(), self.unchanged.into_inner());
        let removed = self.old.len() - unchanged - self.replaced.into_inner();
        let report = SyncReport { written, unchanged, removed };
        if written == 0 && removed == 0 && self.out.is_dir() {
            return Ok(report);
        }
        let beside = self.beside.path();
        fs::write_new(&beside.join(MARKER), b"This folder is written by docgen, which replaces it as a whole.\n")?;
        fs::make_public(beside)?;
        fs::swap_dirs(beside, &self.out)?;
        Ok(report)
    }
}

/// The files of the old tree with their sizes. Refuses a folder that docgen did not write.
fn existing(out: &Path) -> Result<BTreeMap<String, u64>> {
    if !out.exists() {
        return Ok(BTreeMap::new());
    }
    let files = if out.is_dir() { fs::list_recursively(out)? } else { Vec::new() };
    let ours = out.join(MARKER).is_file();
    if !out.is_dir() || (!ours && !fs::list(out)?.is_empty()) {
        return Err(Error::ForeignOutput { path: out.to_path_buf() });
    }
    Ok(files
        .into_iter()
        .filter(|path| path != Path::new(MARKER))
        .map(|path| {
            let size = out.join(&path).metadata().map_or(u64::MAX, |meta| meta.len());
            (crate::source::slash_path(&path), size)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(out: &Path, files: &[(&str, &str)]) -> Result<SyncReport> {
        let writer = Writer::new(out)?;
        for (path, content) in files {
            writer.put(path, content.as_bytes())?;
        }
        writer.finish()
    }

    #[test]
    fn only_what_changed_is_written() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let out = temp.path().join("public");
        let first = write(&out, &[("a.html", "a"), ("b/c.html", "c")]).expect("written");
        assert_eq!(first, SyncReport { written: 2, unchanged: 0, removed: 0 });
        let again = write(&out, &[("a.html", "a"), ("b/c.html", "c")]).expect("written");
        assert_eq!(again, SyncReport { written: 0, unchanged: 2, removed: 0 });
        let changed = write(&out, &[("a.html", "A")]).expect("written");
        assert_eq!(changed, SyncReport { written: 1, unchanged: 0, removed: 1 });
        assert!(!out.join("b").exists());
        assert_eq!(fs::list(temp.path()).expect("listed").len(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_folder_that_is_not_ours_is_refused() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        fs::write(&temp.path().join("public/precious.txt"), b"x").expect("written");
        let error = write(&temp.path().join("public"), &[("a.html", "a")]).expect_err("refused");
        assert!(matches!(error, Error::ForeignOutput { .. }));
        assert!(temp.path().join("public/precious.txt").exists());
    }
}
