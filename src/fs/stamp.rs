//! Detects changes of a file, by its stamp or its hash.
//!
//! Must not know: what the files mean.

use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Identifies a file and its state without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Device and inode: identifies the file, independent of its path.
    pub identity: (u64, u64),
    /// Whether it is an ordinary file.
    pub is_file: bool,
    len: u64,
    changed: (i64, i64),
}

impl Stamp {
    /// When the file was last changed: its content, its name or its rights.
    pub fn changed(self) -> SystemTime {
        let (seconds, nanos) = self.changed;
        let since = Duration::new(u64::try_from(seconds).unwrap_or(0), u32::try_from(nanos).unwrap_or(0));
        SystemTime::UNIX_EPOCH + since
    }
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

/// The stamp of a file; follows links. `None` if there is no file.
pub fn stamp(path: &Path) -> Option<Stamp> {
    std::fs::metadata(path).ok().map(Stamp::from)
}

/// The identities of the ordinary files that this process's standard output and standard error go to.
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

/// A hash of a file's content, read in pieces; `None` if it cannot be read.
pub fn hash(path: &Path) -> Option<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(std::fs::File::open(path).ok()?).ok()?;
    Some(hasher.finalize())
}
