//! Folders: making, listing, counting and removing them.
//!
//! Must not know: what the files mean.

use super::failure::failed;
use crate::error::{Error, Result};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Creates a folder and its parents.
pub fn create_dir_all(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).map_err(failed("create", path))
}

/// Removes a folder and its content; a missing folder is no error.
pub fn remove_dir_all(path: &Path) -> Result<()> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("remove", path)(error)),
        _ => Ok(()),
    }
}

/// The paths of a folder's entries, sorted; empty if there is no such folder.
pub fn list(path: &Path) -> Result<Vec<PathBuf>> {
    match std::fs::read_dir(path) {
        Ok(entries) => {
            let mut paths = Vec::new();
            for entry in entries {
                paths.push(entry.map_err(failed("list", path))?.path());
            }
            paths.sort();
            Ok(paths)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(failed("list", path)(error)),
    }
}

/// The size of a file in bytes.
pub fn size(path: &Path) -> Result<u64> {
    let meta = path.metadata().map_err(|source| Error::Io { action: "read", path: path.to_path_buf(), source })?;
    Ok(meta.len())
}

/// All files below a folder, relative to it, sorted; symbolic links are not followed.
pub fn list_recursively(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let entry = entry.map_err(|error| Error::Io {
            action: "list",
            path: root.to_path_buf(),
            source: error.into_io_error().unwrap_or_else(|| std::io::Error::other("a loop of links")),
        })?;
        if entry.file_type().is_file() {
            files.push(entry.path().strip_prefix(root).expect("below its root").to_path_buf());
        }
    }
    Ok(files)
}

/// The size of a folder.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    /// Bytes of its files.
    pub bytes: u64,
    /// Files, folders and links.
    pub entries: usize,
}

/// Counts the content of a folder, at all depths. Stops after `max` + 1 entries. Skips entries that cannot be read.
pub fn usage(folder: &Path, max: usize) -> Usage {
    let entries = walkdir::WalkDir::new(folder).min_depth(1).into_iter().filter_map(std::result::Result::ok);
    entries.take(max + 1).fold(Usage::default(), |usage, entry| {
        let bytes = entry.metadata().map_or(0, |meta| if meta.is_file() { meta.len() } else { 0 });
        Usage { bytes: usage.bytes + bytes, entries: usage.entries + 1 }
    })
}

/// All files and all folders below `root`, with `root` itself. Does not follow links, does not enter folders named in
/// `left_out`, and skips entries that cannot be read.
pub fn tree(root: &Path, left_out: &[&str]) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let is_entered = |entry: &walkdir::DirEntry| {
        !(entry.file_type().is_dir() && left_out.iter().any(|name| entry.file_name() == *name))
    };
    let entries = walkdir::WalkDir::new(root).into_iter().filter_entry(is_entered).filter_map(std::result::Result::ok);
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in entries {
        let kind = entry.file_type();
        if kind.is_dir() {
            folders.push(entry.into_path());
        } else if kind.is_file() {
            files.push(entry.into_path());
        }
    }
    (files, folders)
}

/// The path with links resolved.
pub fn canonicalize(path: &Path) -> Result<PathBuf> {
    std::fs::canonicalize(path).map_err(failed("find", path))
}

/// Sets a folder's mode to 0755 so that a web server may read it (a temporary folder is 0700).
pub fn make_public(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
            .map_err(failed("set the mode of", path))?;
    }
    Ok(())
}
