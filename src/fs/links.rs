//! Links, and a folder that takes the place of another.
//!
//! Must not know: what the files mean.

use super::failure::failed;
use super::file::remove_file;
use super::folder::{create_dir_all, remove_dir_all};
use crate::error::Result;
use std::path::Path;

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
