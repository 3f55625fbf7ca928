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

/// How an ecosystem pins packages.
pub(crate) struct Pinned {
    /// Its name in progress and in folders: `npm`.
    pub(crate) kind: &'static str,
    /// The file that names dependencies.
    pub(crate) manifest: &'static str,
    /// The file that pins them.
    pub(crate) lock: &'static str,
    /// What writes the lock file, as the end of a sentence.
    pub(crate) how: &'static str,
    /// How the installer begins a line of its own that says what is wrong.
    pub(crate) mark: &'static str,
}

/// The folder for what a lock file pins. `identity` is its content, and what else decides about the result. `install`
/// fills the folder the first time, whole or not at all; it may also write to `also`.
pub(crate) fn once(
    workspace: &Workspace<'_>,
    pinned: &Pinned,
    identity: &str,
    also: &[PathBuf],
    install: impl FnOnce(&Path) -> Result<Job>,
) -> Result<Installed> {
    let kind = pinned.kind;
    let hash = blake3::hash(identity.as_bytes()).to_hex();
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
        let stderr = finished.stderr_text();
        let why = reason(&stderr, pinned.mark).map_or_else(|| finished.summary(), str::to_owned);
        let Pinned { manifest, lock, how, .. } = pinned;
        return Ok(Err(format!(
            "the {kind} packages of snippets/{} cannot be installed: {why}; if {lock} is older than {manifest}, {how}",
            workspace.fixture
        )));
    }
    fs::swap_dirs(&beside, &place)?;
    Ok(Ok(place))
}

/// What an installer says is wrong: its first sentence behind `mark`, without what it lists in brackets.
fn reason<'a>(stderr: &'a str, mark: &str) -> Option<&'a str> {
    stderr.lines().find_map(|line| {
        let said = line.trim().strip_prefix(mark)?.trim();
        let text = said.split(" (").next().unwrap_or(said).trim_end_matches('.');
        // A code or a number is no sentence.
        (text.split(' ').count() > 2).then_some(text)
    })
}

/// The message for a fixture that names dependencies but does not pin them.
pub(crate) fn no_lock(pinned: &Pinned) -> String {
    let Pinned { manifest, lock, how, .. } = pinned;
    format!("the fixture's {manifest} names dependencies, but there is no {lock} to pin them: {how}")
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn the_line_that_says_what_is_wrong() {
        let codes =
            "tool error code EUSAGE\ntool error\ntool error The files are not in sync.\ntool error Missing: a b";
        assert_eq!(reason(codes, "tool error"), Some("The files are not in sync"));
        let listed = "ERROR: There is no version 99.1 (from versions: 0.1, 0.2)\nERROR: No matching one was found";
        assert_eq!(reason(listed, "ERROR:"), Some("There is no version 99.1"));
        assert_eq!(reason("note: no network is here\n", "error:"), None);
    }
}
