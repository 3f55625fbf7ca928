//! Installs the dependencies of a fixture once per lock file (S3.5): the code that adapters share.
//!
//! Must not know: which lock file a language has.

use crate::error::Result;
use crate::fs;
use crate::process::Job;
use crate::snippet::workspace::project::Workspace;
use std::path::{Path, PathBuf};

/// The result of an installation: its folder, or the sentence that says why it is missing.
pub(crate) type Installed = std::result::Result<PathBuf, String>;

/// The folder for what `lock` pins. `install` fills it the first time, whole or not at all; it may also write to
/// `also`.
pub(crate) fn once(
    workspace: &Workspace<'_>,
    kind: &str,
    lock: &str,
    also: &[PathBuf],
    install: impl FnOnce(&Path) -> Result<Job>,
) -> Result<Installed> {
    let hash = blake3::hash(lock.as_bytes()).to_hex();
    let place = workspace.cache.join(format!("{kind}-{}", &hash.as_str()[..16]));
    if workspace.no_exec {
        // An installation runs code that the repository names: build backends, hooks.
        return Ok(Err("--no-exec installs nothing".to_owned()));
    }
    if place.is_dir() {
        return Ok(Ok(place));
    }
    let beside = workspace.cache.join(format!(".{kind}-{}", std::process::id()));
    fs::remove_dir_all(&beside)?;
    fs::create_dir_all(&beside)?;
    let job = workspace.installer(install(&beside)?, also);
    workspace.progress.phase(&format!("installing the fixture's {kind} dependencies"), None);
    let finished = workspace.supervisor.run(&job)?;
    if !finished.success() {
        fs::remove_dir_all(&beside)?;
        return Ok(Err(format!("the fixture's dependencies cannot be installed: {}", finished.summary())));
    }
    fs::swap_dirs(&beside, &place)?;
    Ok(Ok(place))
}

/// The message for a fixture that names dependencies but does not pin them.
pub(crate) fn no_lock(manifest: &str, lock: &str, how: &str) -> String {
    format!("the fixture's {manifest} names dependencies, but there is no {lock} to pin them: {how}")
}
