//! Reading and writing one file. Writes are atomic.
//!
//! Must not know: what the files mean.

use super::failure::failed;
use super::folder::create_dir_all;
use crate::counted::{Work, count};
use crate::error::Result;
use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

/// Opens an ordinary file. Other kinds are refused: a pipe can block, and a device like `/dev/zero` never ends.
fn open_ordinary(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = std::fs::OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::new(ErrorKind::InvalidInput, "it is not an ordinary file"));
    }
    Ok(file)
}

fn count_read(bytes: usize) {
    count(Work::FilesRead, 1);
    count(Work::BytesRead, bytes);
}

fn count_written(bytes: usize) {
    count(Work::FilesWritten, 1);
    count(Work::BytesWritten, bytes);
}

/// The bytes of a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = open_ordinary(path).and_then(|mut file| file.read_to_end(&mut bytes));
    count_read(bytes.len());
    read.map(|_| bytes).map_err(failed("read", path))
}

/// The first bytes of a file, at most `max`.
pub fn head(path: &Path, max: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed("open", path))?;
    file.take(max as u64).read_to_end(&mut bytes).map_err(failed("read", path))?;
    Ok(bytes)
}

/// The text of a file; an error if it is not UTF-8.
pub fn read_to_string(path: &Path) -> Result<String> {
    let mut text = String::new();
    let read = open_ordinary(path).and_then(|mut file| file.read_to_string(&mut text));
    count_read(text.len());
    read.map(|_| text).map_err(failed("read", path))
}

/// The text of a file, or `None` if there is no file.
pub fn read_optional(path: &Path) -> Result<Option<String>> {
    let mut text = String::new();
    match open_ordinary(path).and_then(|mut file| file.read_to_string(&mut text)) {
        Ok(_) => {
            count_read(text.len());
            Ok(Some(text))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", path)(error)),
    }
}

/// Writes a file completely or not at all: writes a temporary file beside it, then renames that. Creates missing
/// folders.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    create_dir_all(folder)?;
    count_written(bytes.len());
    // `make_in`, because a file that `tempfile` makes is readable only by its owner.
    let made = tempfile::Builder::new().prefix(".").suffix(".tmp").make_in(folder, |beside| File::create_new(beside));
    let mut beside = made.map_err(failed("write", path))?;
    beside.as_file_mut().write_all(bytes).map_err(failed("write", path))?;
    beside.persist(path).map(drop).map_err(|error| failed("write", path)(error.error))
}

/// Writes a file only if its content differs, so that tools that compare times see no change.
pub fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<bool> {
    if std::fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    write(path, bytes).map(|()| true)
}

/// Writes a file without the atomic step. Nobody reads it before its folder is moved into place.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    count_written(bytes.len());
    std::fs::write(path, bytes).map_err(failed("write", path))
}

/// Writes a file in place with one call, as the kernel's control files require.
pub fn overwrite(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).open(path).map_err(failed("open", path))?;
    file.write_all(bytes).map_err(failed("write", path))
}

/// Opens a file for appending; creates it if it is missing.
pub fn open_to_append(path: &Path) -> Result<File> {
    std::fs::OpenOptions::new().append(true).create(true).open(path).map_err(failed("open", path))
}

/// Appends bytes to a file; creates it if it is missing.
pub fn append(path: &Path, bytes: &[u8]) -> Result<()> {
    open_to_append(path)?.write_all(bytes).map_err(failed("write", path))
}

/// Removes a file; a missing file is no error.
pub fn remove_file(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Changes the owner and the group of a file or folder to `owner`.
pub fn change_owner(path: &Path, owner: u32) -> Result<()> {
    std::os::unix::fs::chown(path, Some(owner), Some(owner)).map_err(failed("give away", path))
}
