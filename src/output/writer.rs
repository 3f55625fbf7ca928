//! Writes the files of a site, from several threads, in any order.
//!
//! Must not know: what is in the files.

use super::fingerprints::{Fingerprint, Fingerprints};
use crate::error::{Error, Result};
use crate::fs::{self, Stamp};
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
    /// What they were made from.
    known: Fingerprints,
    /// What the files of the new tree are made from.
    made: Mutex<Vec<(String, Fingerprint)>>,
    /// The folders of the new tree so far.
    folders: Mutex<BTreeSet<PathBuf>>,
    written: AtomicUsize,
    replaced: AtomicUsize,
    unchanged: AtomicUsize,
}

impl Writer {
    /// Prepares a new tree for `out`. `known` are the fingerprints of the old one.
    ///
    /// # Errors
    /// [`Error::ForeignOutput`] if `out` contains something that docgen did not write. `Io` if the disk fails.
    pub fn new(out: &Path, known: Fingerprints) -> Result<Self> {
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
            known,
            made: Mutex::default(),
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
        if let Some(same) = self.same(path, content)
            && self.take(path, same)?
        {
            return Ok(());
        }
        self.written.fetch_add(1, Ordering::Relaxed);
        self.replaced.fetch_add(usize::from(self.old.contains_key(path)), Ordering::Relaxed);
        fs::write_new(&self.target(path)?, content)
    }

    /// Takes a file from the old tree if it was made from the same; `false` if it must be made and put.
    ///
    /// # Errors
    /// `Io` if the disk fails.
    pub fn keep(&self, path: &str, fingerprint: Fingerprint) -> Result<bool> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).push((path.to_owned(), fingerprint));
        let known = self.known.made_from(path, fingerprint).filter(|_| self.old.contains_key(path));
        match known.filter(|known| fs::stamp(&self.out.join(path)) == Some(*known)) {
            Some(known) => self.take(path, known),
            None => Ok(false),
        }
    }

    /// Takes a file from the old tree. `false` if it is another file now, because another build has put its own tree in
    /// place.
    fn take(&self, path: &str, wanted: Stamp) -> Result<bool> {
        let (old, target) = (self.out.join(path), self.target(path)?);
        let linked = fs::link_or_copy(&old, &target).is_ok();
        if linked && fs::stamp(&old).is_some_and(|now| now.identity == wanted.identity) {
            self.unchanged.fetch_add(1, Ordering::Relaxed);
            return Ok(true);
        }
        fs::remove_file(&target)?;
        Ok(false)
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

    /// The file of the old tree at a path, if it has the same content. Compares sizes first, to avoid most reads.
    fn same(&self, path: &str, content: &[u8]) -> Option<Stamp> {
        self.old.get(path).filter(|size| **size == content.len() as u64)?;
        let old = self.out.join(path);
        let stamp = fs::stamp(&old)?;
        fs::read(&old).is_ok_and(|bytes| bytes == content).then_some(stamp)
    }

    /// Puts the new tree in place of the old one, if they differ. Also returns the fingerprints of the new tree.
    ///
    /// # Errors
    /// `Io` if the disk fails; then the old tree is still in place.
    pub fn finish(self) -> Result<(SyncReport, Fingerprints)> {
        let Self { out, beside, old, known, made, .. } = self;
        let (written, unchanged) = (self.written.into_inner(), self.unchanged.into_inner());
        let removed = old.len() - unchanged - self.replaced.into_inner();
        if written > 0 || removed > 0 || !out.is_dir() {
            let new = beside.path();
            fs::write_new(&new.join(MARKER), b"This folder is written by docgen, which replaces it as a whole.\n")?;
            fs::make_public(new)?;
            fs::swap_dirs(new, &out)?;
        }
        // A file's state changes when its other name goes.
        drop(beside);
        let made = made.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter();
        let made = made.filter_map(|(path, from)| Some((fs::stamp(&out.join(&path))?, path, from)));
        let fingerprints = known.with(made.map(|(stamp, path, from)| (path, from, stamp)));
        Ok((SyncReport { written, unchanged, removed }, fingerprints))
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
        let writer = Writer::new(out, Fingerprints::default())?;
        for (path, content) in files {
            writer.put(path, content.as_bytes())?;
        }
        Ok(writer.finish()?.0)
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

    #[test]
    fn a_file_is_kept_only_if_it_was_made_from_the_same_and_is_untouched() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let out = temp.path().join("public");
        let from = |text: &str| blake3::hash(text.as_bytes());
        // Makes a file and says whether it was kept.
        let make = |known: Fingerprints, from: Fingerprint| {
            let writer = Writer::new(&out, known).expect("a writer");
            let kept = writer.keep("a.html", from).expect("asked");
            if !kept {
                writer.put("a.html", b"a").expect("put");
            }
            // Something else changes each time, so the tree is swapped.
            writer.put("b.html", format!("{from:?} {kept}").as_bytes()).expect("put");
            (kept, writer.finish().expect("finished").1)
        };
        let (kept, known) = make(Fingerprints::on("1".to_owned()), from("x"));
        assert!(!kept, "it is new");
        let (kept, known) = make(known, from("x"));
        assert!(kept, "nothing changed");
        let (kept, known) = make(known, from("x"));
        assert!(kept, "it was kept before");
        let (kept, known) = make(known, from("y"));
        assert!(!kept, "its source changed");
        fs::write(&out.join("a.html"), b"mine").expect("written");
        let (kept, known) = make(known, from("y"));
        assert!(!kept && fs::read(&out.join("a.html")).expect("read") == b"a", "someone changed the file");
        let (kept, known) = make(known.only_on("2".to_owned()), from("y"));
        assert!(!kept, "the basis changed");
        fs::remove_dir_all(&out).expect("removed");
        let (kept, _) = make(known, from("y"));
        assert!(!kept, "the folder is gone");
    }
}
