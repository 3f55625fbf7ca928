//! When each file was last edited, and in which commit, from version control.
//!
//! Must not know: pages, review dates.

use crate::process::{Environment, Job, Limits, Supervisor};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::Path;

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
