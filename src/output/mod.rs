//! The paths of a site, and how its files are written to disk.
//!
//! 1. [`OutputTree`] knows every path of the site; what makes a file is up to its type parameter.
//! 2. [`Writer`] builds a new folder beside the old one, with hard links to unchanged files; then one step swaps the
//!    two. If nothing changed, the old folder stays.
//! 3. [`mod@preflight`] looks at a finished site as its host will.
//! 4. [`Fingerprints`] say which files of the old folder need not be made again.
//!
//! Must not know: what is in the files.

mod fingerprints;
pub mod preflight;
mod writer;

use crate::error::{Error, Result};
use crate::site::url::why_invalid;
pub use fingerprints::{Fingerprint, Fingerprints};
use std::collections::BTreeMap;
pub use writer::{MARKER, SyncReport, Writer};

/// Every path of the site, each with an `F`, which says how its file is made.
#[derive(Debug, Clone)]
pub struct OutputTree<F> {
    files: BTreeMap<String, F>,
}

impl<F> Default for OutputTree<F> {
    fn default() -> Self {
        Self { files: BTreeMap::new() }
    }
}

impl<F> OutputTree<F> {
    /// Every path, relative to the site's root, with `/`.
    pub fn files(&self) -> &BTreeMap<String, F> {
        &self.files
    }

    /// Adds a file; the first file at a path stays. Every path enters the tree here, so no path leaves the output
    /// folder, and no path is both a file and a folder.
    ///
    /// # Errors
    /// [`Error::OutputPath`] if the site cannot have this path.
    pub fn add(&mut self, path: impl Into<String>, file: F) -> Result<()> {
        let path = path.into();
        if let Some(why) = why_invalid(&path).or_else(|| self.conflict(&path)) {
            return Err(Error::OutputPath { path, why });
        }
        self.files.entry(path).or_insert(file);
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leaves_the_tree() {
        let mut tree = OutputTree::default();
        for path in ["a.html", "b/c.html"] {
            tree.add(path, ()).expect("a path of the site");
        }
        for path in ["../x", "/x", "b/../../x", "a.html/x", "b", ".docgen"] {
            assert!(matches!(tree.add(path, ()), Err(Error::OutputPath { .. })), "{path}");
        }
        assert_eq!(tree.files().len(), 2);
    }
}
