//! When each file was last edited, in which commit, and what changed since one, from version control.
//!
//! Must not know: pages, review dates.

use crate::error::{Error, Result};
use crate::process::{Environment, Job, Limits, Supervisor};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The last commit of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Its day.
    pub day: Date,
    /// Its id, in full.
    pub commit: String,
}

/// The last commit of each file, by its path from the root.
pub type Edits = BTreeMap<String, Edit>;

/// The last commit of each file below `root`. Empty without git or a repository.
pub fn edited(supervisor: &Supervisor, environment: &Environment, root: &Path) -> Edits {
    let folders = environment.path_folders();
    let Some(git) =
        Environment::find_in(&folders, "git").filter(|_| root.ancestors().any(|it| it.join(".git").exists()))
    else {
        return Edits::new();
    };
    let job = Job::new(git, root)
        .inherit(environment, &["HOME", "PATH", "XDG_CONFIG_HOME"])
        .args(["-c", "core.quotePath=false", "log", "--relative", "--no-renames", "--name-only", "--format=%x01%cs %H"])
        .args(["--", "."])
        .limits(Limits { wall: Limits::PROBE.wall, output: Limits::TOOL.output });
    match supervisor.run(&job) {
        Ok(finished) if finished.success() => read(&finished.stdout_text()),
        _ => Edits::new(),
    }
}

/// The files that differ from a commit, with those that git does not track yet: absolute paths. The commit is taken where
/// the history of `HEAD` left its own, so what others changed there meanwhile does not count.
///
/// # Errors
/// [`Error::Usage`] without git or a repository, or if git does not know the commit.
pub fn changed(
    supervisor: &Supervisor,
    environment: &Environment,
    root: &Path,
    commit: &str,
) -> Result<BTreeSet<PathBuf>> {
    let help = "give a commit, branch or tag that `git log` knows; in CI fetch it first, as with `fetch-depth: 0`";
    let refuse = |message: String| Error::usage(message, help);
    let git = Environment::find_in(&environment.path_folders(), "git");
    let git =
        git.ok_or_else(|| refuse(format!("git is not installed, so nobody knows what changed since `{commit}`")))?;
    let call = |folder: &Path, arguments: &[&str]| {
        let job = Job::new(git.clone(), folder)
            .inherit(environment, &["HOME", "PATH", "XDG_CONFIG_HOME"])
            .args(arguments.iter().copied())
            .limits(Limits { wall: Limits::PROBE.wall, output: Limits::TOOL.output });
        let finished = supervisor.run(&job)?;
        let failed = || refuse(format!("git cannot tell what changed since `{commit}`: {}", finished.summary()));
        if finished.success() { Ok(finished.stdout_text()) } else { Err(failed()) }
    };
    // A name that begins with a hyphen would be an option.
    if commit.starts_with('-') {
        return Err(refuse(format!("`{commit}` is not a commit")));
    }
    let top = PathBuf::from(call(root, &["rev-parse", "--show-toplevel"])?.trim_end_matches('\n'));
    let differ = ["diff", "--name-only", "-z", "--no-renames"];
    let since = call(&top, &[&differ[..], &["--merge-base", commit, "--"]].concat());
    let since = since.or_else(|_| call(&top, &[&differ[..], &[commit, "--"]].concat()))?;
    let new = call(&top, &["ls-files", "--others", "--exclude-standard", "-z"])?;
    let names = since.split('\0').chain(new.split('\0')).filter(|name| !name.is_empty());
    Ok(names.map(|name| top.join(name)).collect())
}

/// Parses days, commits and names from `git log`, newest first.
fn read(log: &str) -> Edits {
    let mut edits = Edits::new();
    let mut edit = None;
    for line in log.lines().filter(|line| !line.is_empty()) {
        if let Some(head) = line.strip_prefix('\u{1}') {
            let words = head.split_once(' ');
            edit = words.and_then(|(day, commit)| Some(Edit { day: day.parse().ok()?, commit: commit.to_owned() }));
        } else if let Some(edit) = &edit {
            edits.entry(line.to_owned()).or_insert_with(|| edit.clone());
        }
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_commit_of_each_file_counts() {
        let edits = read("\u{1}2026-03-02 f00\n\ncontent/a.md\n\u{1}2026-01-01 b44\n\ncontent/a.md\ncontent/b c.md\n");
        let shown: Vec<_> = edits.iter().map(|(name, edit)| format!("{name} {} {}", edit.day, edit.commit)).collect();
        assert_eq!(shown, ["content/a.md 2026-03-02 f00", "content/b c.md 2026-01-01 b44"]);
    }
}
