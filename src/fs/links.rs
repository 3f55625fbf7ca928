//! Links, and swapping two folders.
//!
//! Must not know: what the files mean.

use super::failure::failed;
use super::file::remove_file;
use super::folder::{create_dir_all, remove_dir_all};
use crate::error::Result;
use std::path::Path;

/// Hard-links `from` to `to`, or copies it if the file system has no hard links.
pub fn link_or_copy(from: &Path, to: &Path) -> Result<()> {
    if std::fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    std::fs::copy(from, to).map(|_| ()).map_err(failed("copy", from))
}

/// Makes `link` a symbolic link to `target`; replaces a file or link at `link`.
pub fn link(target: &Path, link: &Path) -> Result<()> {
    create_dir_all(link.parent().unwrap_or(Path::new(".")))?;
    remove_file(link)?;
    std::os::unix::fs::symlink(target, link).map_err(failed("link", link))
}

/// Moves the folder `new` to `old` in one step, and removes the folder that was there.
pub fn swap_dirs(new: &Path, old: &Path) -> Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    if !old.exists() {
        return std::fs::rename(new, old).map_err(failed("move into place", old));
    }
    if renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE).is_err() {
        // The file system cannot exchange: two renames, with as little time between them as possible.
        let aside = old.with_extension("docgen-old");
        remove_dir_all(&aside)?;
        std::fs::rename(old, &aside).map_err(failed("move aside", old))?;
        std::fs::rename(new, old).map_err(failed("move into place", old))?;
        return remove_dir_all(&aside);
    }
    remove_dir_all(new)
}
