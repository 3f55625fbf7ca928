//! The finished site in memory, and how it is written to disk. A new tree is built beside the old one, with hard links
//! to unchanged files; then one step swaps the two. If nothing changed, nothing is written.
//!
//! Must not know: what is in the files.

use crate::error::{Error, Result};
use crate::fs;
use crate::site::url::why_invalid;
use std::collections::BTreeMap;
use std::path::Path;

/// The file that marks a folder as written by docgen. Only such a folder is replaced.
pub const MARKER: &str = ".docgen";

/// Every file of the site.
#[derive(Debug, Default, Clone)]
pub struct OutputTree {
    files: BTreeMap<String, Vec<u8>>,
}

/// What writing a tree changed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct SyncReport {
    /// Files that are new or differ.
    pub written: usize,
    /// Files that were the same.
    pub unchanged: usize,
    /// Files that are gone.
    pub removed: usize,
}

/// The prefix of a new tree's name, until it is in place.
const NEW: &str = ".docgen-new-";

impl OutputTree {
    /// Path relative to the site's root, with `/`, and content of every file.
    pub fn files(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.files
    }

    /// Adds a file; the first file at a path stays. Every file enters the tree here, so no path leaves the output
    /// folder, and no path is both a file and a folder.
    ///
    /// # Errors
    /// [`Error::OutputPath`] if the site cannot have this path.
    pub fn add(&mut self, path: impl Into<String>, content: impl Into<Vec<u8>>) -> Result<()> {
        let path = path.into();
        if let Some(why) = why_invalid(&path).or_else(|| self.conflict(&path)) {
            return Err(Error::OutputPath { path, why });
        }
        self.files.entry(path).or_insert_with(|| content.into());
        Ok(())
    }

    fn conflict(&self, path: &str) -> Option<String> {
        let above = path.match_indices('/').map(|(at, _)| &path[..at]).find(|above| self.files.contains_key(*above));
        if let Some(above) = above {
            return Some(format!("is in `{above}`, which is a file"));
        }
        let below = format!("{path}/");
        let first = self.files.range(below.clone()..).next().filter(|(other, _)| other.starts_with(&below));
        first.map(|(other, _)| format!("is the folder of `{other}`"))
    }

    /// Writes the tree to `out`.
    ///
    /// # Errors
    /// [`Error::ForeignOutput`] if `out` contains something that docgen did not write. `Io` if the disk fails; then the
    /// old tree is still in place.
    pub fn write(&self, out: &Path) -> Result<SyncReport> {
        let old = existing(out)?;
        let report = self.compare(out, &old);
        if report.written == 0 && report.removed == 0 && out.is_dir() {
            return Ok(report);
        }
        let parent = out.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent)?;
        fs::sweep(parent, NEW);
        let beside = fs::Temporary::new(parent, NEW)?;
        self.fill(out, beside.path(), &old)?;
        fs::make_public(beside.path())?;
        fs::swap_dirs(beside.path(), out)?;
        Ok(report)
    }

    fn compare(&self, out: &Path, old: &BTreeMap<String, u64>) -> SyncReport {
        let mut report = SyncReport::default();
        for (path, content) in &self.files {
            if same(out, old, path, content) {
                report.unchanged += 1;
            } else {
                report.written += 1;
            }
        }
        report.removed = old.keys().filter(|path| !self.files.contains_key(*path)).count();
        report
    }

    fn fill(&self, out: &Path, folder: &Path, old: &BTreeMap<String, u64>) -> Result<()> {
        for (path, content) in &self.files {
            let target = folder.join(path);
            fs::create_dir_all(target.parent().unwrap_or(folder))?;
            if same(out, old, path, content) {
                fs::link_or_copy(&out.join(path), &target)?;
            } else {
                fs::write_new(&target, content)?;
            }
        }
        fs::write_new(&folder.join(MARKER), b"This folder is written by docgen, which replaces it as a whole.\n")
    }
}

/// Whether the old tree has the same file. Compares sizes first, to avoid most reads.
fn same(out: &Path, old: &BTreeMap<String, u64>, path: &str, content: &[u8]) -> bool {
    old.get(path).is_some_and(|size| *size == content.len() as u64)
        && fs::read(&out.join(path)).is_ok_and(|bytes| bytes == content)
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

    fn tree(files: &[(&str, &str)]) -> OutputTree {
        let mut tree = OutputTree::default();
        for (path, content) in files {
            tree.add(*path, *content).expect("a path of the site");
        }
        tree
    }

    #[test]
    fn only_what_changed_is_written() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let out = temp.path().join("public");
        let first = tree(&[("a.html", "a"), ("b/c.html", "c")]).write(&out).expect("written");
        assert_eq!(first, SyncReport { written: 2, unchanged: 0, removed: 0 });
        let again = tree(&[("a.html", "a"), ("b/c.html", "c")]).write(&out).expect("written");
        assert_eq!(again, SyncReport { written: 0, unchanged: 2, removed: 0 });
        let changed = tree(&[("a.html", "A")]).write(&out).expect("written");
        assert_eq!(changed, SyncReport { written: 1, unchanged: 0, removed: 1 });
        assert!(!out.join("b").exists());
        assert_eq!(fs::list(temp.path()).expect("listed").len(), 1, "nothing is left beside it");
    }

    #[test]
    fn no_path_leaves_the_tree() {
        let mut tree = tree(&[("a.html", "a"), ("b/c.html", "c")]);
        for path in ["../x", "/x", "b/../../x", "a.html/x", "b", ".docgen"] {
            assert!(matches!(tree.add(path, "x"), Err(Error::OutputPath { .. })), "{path}");
        }
        assert_eq!(tree.files().len(), 2);
    }

    #[test]
    fn a_folder_that_is_not_ours_is_refused() {
        let temp = tempfile::tempdir().expect("a temporary folder");
        fs::write(&temp.path().join("public/precious.txt"), b"x").expect("written");
        let error = tree(&[("a.html", "a")]).write(&temp.path().join("public")).expect_err("refused");
        assert!(matches!(error, Error::ForeignOutput { .. }));
        assert!(temp.path().join("public/precious.txt").exists());
    }
}
