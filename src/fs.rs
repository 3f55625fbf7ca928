//! The one door to the disk: the only user of `std::fs`. Every error names its path; writes are atomic.
//!
//! Must not know: what the files mean.

#![expect(clippy::disallowed_methods, reason = "the one door to the disk")]

mod temporary;
mod within;

use crate::error::{Error, Result};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
pub use temporary::{Temporary, remove_tree, sweep};
pub use within::{
    Refused, check_within, find_within, is_hidden, normalise, project_of, read_beside, read_named, read_within,
};

fn failed(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_path_buf();
    move |source| Error::Io { action, path, source }
}

/// Opens an ordinary file. A pipe would make us wait, and a device like `/dev/zero` never ends.
fn open_ordinary(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = std::fs::OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::new(ErrorKind::InvalidInput, "it is not an ordinary file"));
    }
    Ok(file)
}

/// The bytes of a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = open_ordinary(path).and_then(|mut file| file.read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(failed("read", path))
}

/// The first bytes of a file, at most so many.
pub fn head(path: &Path, most: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed("open", path))?;
    file.take(most as u64).read_to_end(&mut bytes).map_err(failed("read", path))?;
    Ok(bytes)
}

/// The text of a file; an error if it is not UTF-8.
pub fn read_to_string(path: &Path) -> Result<String> {
    let mut text = String::new();
    let read = open_ordinary(path).and_then(|mut file| file.read_to_string(&mut text));
    read.map(|_| text).map_err(failed("read", path))
}

/// The text of a file, or `None` where there is none.
pub fn read_optional(path: &Path) -> Result<Option<String>> {
    let mut text = String::new();
    match open_ordinary(path).and_then(|mut file| file.read_to_string(&mut text)) {
        Ok(_) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", path)(error)),
    }
}

/// Writes a file whole or not at all: first beside it, then renamed over it. Missing folders are made.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    create_dir_all(folder)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    std::fs::write(&beside, bytes).map_err(failed("write", path))?;
    std::fs::rename(&beside, path).map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        failed("write", path)(error)
    })
}

/// Writes a file only where its content differs, so that tools which look at times see no change.
pub fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<bool> {
    if std::fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    write(path, bytes).map(|()| true)
}

/// Writes a file that nobody reads before the folder around it is moved into place.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).map_err(failed("write", path))
}

/// Writes a file in place and in one step, as the kernel's control files want it.
pub fn overwrite(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).open(path).map_err(failed("open", path))?;
    file.write_all(bytes).map_err(failed("write", path))
}

/// Opens a file, made if need be, whose end is written to.
pub fn open_to_append(path: &Path) -> Result<std::fs::File> {
    std::fs::OpenOptions::new().append(true).create(true).open(path).map_err(failed("open", path))
}

/// Adds bytes to the end of a file, made if need be.
pub fn append(path: &Path, bytes: &[u8]) -> Result<()> {
    open_to_append(path)?.write_all(bytes).map_err(failed("write", path))
}

/// What tells one state of a file from another without reading it, and one file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Device and inode: which file it is, whatever its path.
    pub identity: (u64, u64),
    /// Whether it is an ordinary file.
    pub is_file: bool,
    len: u64,
    changed: (i64, i64),
}

impl From<std::fs::Metadata> for Stamp {
    fn from(meta: std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self {
            identity: (meta.dev(), meta.ino()),
            is_file: meta.is_file(),
            len: meta.len(),
            changed: (meta.ctime(), meta.ctime_nsec()),
        }
    }
}

/// The stamp of a file, links followed; `None` where there is none.
pub fn stamp(path: &Path) -> Option<Stamp> {
    std::fs::metadata(path).ok().map(Stamp::from)
}

/// The ordinary files, by identity, that this process writes its standard output and standard error to.
pub fn own_output() -> Vec<(u64, u64)> {
    use std::os::fd::AsFd as _;
    let (out, err) = (std::io::stdout(), std::io::stderr());
    [out.as_fd(), err.as_fd()]
        .into_iter()
        .filter_map(|handle| std::fs::File::from(handle.try_clone_to_owned().ok()?).metadata().ok())
        .map(Stamp::from)
        .filter(|stamp| stamp.is_file)
        .map(|stamp| stamp.identity)
        .collect()
}

/// A hash of a file's content, read piece by piece; `None` where it cannot be read.
pub fn hash(path: &Path) -> Option<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(std::fs::File::open(path).ok()?).ok()?;
    Some(hasher.finalize())
}

/// Makes a folder and those above it.
pub fn create_dir_all(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).map_err(failed("create", path))
}

/// Removes a folder and all below it; none there is fine.
pub fn remove_dir_all(path: &Path) -> Result<()> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Removes a file; none there is fine.
pub fn remove_file(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Hard-links `from` to `to`, or copies it where the file system has no links.
pub fn link_or_copy(from: &Path, to: &Path) -> Result<()> {
    if std::fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    std::fs::copy(from, to).map(|_| ()).map_err(failed("copy", from))
}

/// Makes `link` a symbolic link to the folder `target`, in place of what was there.
pub fn link_dir(target: &Path, link: &Path) -> Result<()> {
    create_dir_all(link.parent().unwrap_or(Path::new(".")))?;
    remove_file(link)?;
    std::os::unix::fs::symlink(target, link).map_err(failed("link", link))
}

/// Puts the folder `new` where `old` is, in one step, and removes what was there.
pub fn swap_dirs(new: &Path, old: &Path) -> Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    if !old.exists() {
        return std::fs::rename(new, old).map_err(failed("move into place", old));
    }
    if renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE).is_err() {
        // A file system without exchange: two renames, the gap between them as short as it can be.
        let aside = old.with_extension("docgen-old");
        remove_dir_all(&aside)?;
        std::fs::rename(old, &aside).map_err(failed("move aside", old))?;
        std::fs::rename(new, old).map_err(failed("move into place", old))?;
        return remove_dir_all(&aside);
    }
    remove_dir_all(new)
}

/// The names and kinds of a folder's entries, sorted by name; empty where there is no such folder.
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

/// How much is in a folder.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    /// Bytes of its files.
    pub bytes: u64,
    /// Files, folders and links.
    pub entries: usize,
}

/// What is below a folder, counted until there are more than `most` entries. What cannot be read is not counted.
pub fn usage(folder: &Path, most: usize) -> Usage {
    let entries = walkdir::WalkDir::new(folder).min_depth(1).into_iter().filter_map(std::result::Result::ok);
    entries.take(most + 1).fold(Usage::default(), |usage, entry| {
        let bytes = entry.metadata().map_or(0, |meta| if meta.is_file() { meta.len() } else { 0 });
        Usage { bytes: usage.bytes + bytes, entries: usage.entries + 1 }
    })
}

/// Makes a file or folder another user's and group's.
pub fn give_to(path: &Path, owner: u32) -> Result<()> {
    std::os::unix::fs::chown(path, Some(owner), Some(owner)).map_err(failed("give away", path))
}

/// The files below a folder and the folders they lie in, itself included; links are not followed, and folders of the
/// names `left_out` not entered. What cannot be read is not there.
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
