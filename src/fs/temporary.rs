//! Temporary folders, and removal of folders with any content.
//!
//! A killed program cannot clean up. So a process locks its folders while it lives, and a later run removes unlocked
//! folders.
//! Must not know: what the folders are for.

use super::failure::failed;
use super::folder::list;
use crate::error::Result;
use rustix::fs::{FlockOperation, flock};
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// A folder that is removed with its content when this value is dropped. If the process dies first, [`sweep`] removes
/// it.
#[derive(Debug)]
pub struct Temporary {
    path: PathBuf,
    _lock: File,
}

impl Temporary {
    /// A new folder in `parent` whose name starts with `prefix`.
    ///
    /// # Errors
    /// `Io` if the folder cannot be made.
    pub fn new(parent: &Path, prefix: &str) -> Result<Self> {
        loop {
            let made = tempfile::Builder::new().prefix(prefix).tempdir_in(parent);
            let path = made.map_err(failed("create a folder in", parent))?.keep();
            // Another process may sweep the folder before it is locked. Then we make a new one.
            let lock = match File::open(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                opened => opened.map_err(failed("open", &path))?,
            };
            let same = |file: &File| {
                let (Ok(here), Ok(there)) = (file.metadata(), path.metadata()) else { return false };
                (here.dev(), here.ino()) == (there.dev(), there.ino())
            };
            if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok() && same(&lock) {
                return Ok(Self { path, _lock: lock });
            }
        }
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = remove_tree(&self.path);
    }
}

/// Removes the folders in `parent` whose names start with `prefix` and that no process has locked.
pub fn sweep(parent: &Path, prefix: &str) {
    for path in list(parent).unwrap_or_default() {
        let ours = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix));
        if !ours || path.is_symlink() || !path.is_dir() {
            continue;
        }
        let _ = make_accessible(&path);
        let abandoned = |lock: File| flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok();
        if File::open(&path).is_ok_and(abandoned) {
            let _ = remove_tree(&path);
        }
    }
}

fn make_accessible(folder: &Path) -> std::io::Result<()> {
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

/// Removes a folder and its content, including folders without permissions and folders so deep that their paths are too
/// long. Moves each folder of the second level up to the first, so paths stay short. Does not follow links. A missing
/// folder is no error.
///
/// # Errors
/// `Io` for the first entry that cannot be removed.
pub fn remove_tree(root: &Path) -> Result<()> {
    // This is nearly always enough.
    match std::fs::remove_dir_all(root) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(_) => {}
    }
    let mut next = 0_u64;
    make_accessible(root).map_err(failed("open", root))?;
    loop {
        let entries = list(root)?;
        if entries.is_empty() {
            return std::fs::remove_dir(root).map_err(failed("remove", root));
        }
        for entry in entries {
            remove_entry(root, &entry, &mut next)?;
        }
    }
}

/// Removes a file, or a folder whose own folders are first moved up into `root`.
fn remove_entry(root: &Path, entry: &Path, next: &mut u64) -> Result<()> {
    if !is_folder(entry) {
        return std::fs::remove_file(entry).map_err(failed("remove", entry));
    }
    make_accessible(entry).map_err(failed("open", entry))?;
    for inner in list(entry)? {
        if is_folder(&inner) {
            make_accessible(&inner).map_err(failed("open", &inner))?;
            let place = loop {
                *next += 1;
                let place = root.join(format!(".up-{next}"));
                if !place.exists() {
                    break place;
                }
            };
            std::fs::rename(&inner, &place).map_err(failed("move", &inner))?;
        } else {
            std::fs::remove_file(&inner).map_err(failed("remove", &inner))?;
        }
    }
    std::fs::remove_dir(entry).map_err(failed("remove", entry))
}

fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|meta| meta.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_goes_with_its_value_whatever_is_in_it() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = Temporary::new(parent.path(), "one-").expect("made");
        let closed = folder.path().join("closed");
        std::fs::create_dir(&closed).expect("made");
        std::fs::write(closed.join("file"), "x").expect("written");
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).expect("closed");
        drop(folder);
        assert_eq!(list(parent.path()).expect("listed"), Vec::<PathBuf>::new());
    }

    #[test]
    fn three_thousand_levels_are_removed() {
        let parent = tempfile::tempdir().expect("a folder");
        let root = parent.path().join("deep");
        std::fs::create_dir(&root).expect("made");
        // Built from the inside out, because such a path is too long for one call.
        for level in 0..3000 {
            let (inner, outer) = (root.join("inner"), root.join(format!("outer-{level}")));
            std::fs::create_dir(&outer).expect("made");
            if level > 0 {
                std::fs::rename(&inner, outer.join("inner")).expect("moved");
            }
            std::fs::rename(&outer, &inner).expect("moved");
        }
        remove_tree(&root).expect("removed");
        assert!(!root.exists());
    }

    #[test]
    fn unlocked_folders_are_removed() {
        let parent = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(parent.path().join("one-dead")).expect("made");
        std::fs::create_dir(parent.path().join("two-other")).expect("made");
        let alive = Temporary::new(parent.path(), "one-").expect("made");
        sweep(parent.path(), "one-");
        assert!(alive.path().is_dir());
        assert!(!parent.path().join("one-dead").exists());
        assert!(parent.path().join("two-other").exists());
    }
}
