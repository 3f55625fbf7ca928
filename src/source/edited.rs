//! When each file was last edited, by version control: the clock that nobody has to wind.
//!
//! Must not know: pages, review dates.

use crate::process::{Environment, Job, Limits, Supervisor};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::Path;

/// The day of the last commit of each file below `root`, by its path from there. Empty without git or a repository.
pub fn edited(supervisor: &Supervisor, environment: &Environment, root: &Path) -> BTreeMap<String, Date> {
    let folders = environment.path_folders();
    let Some(git) =
        Environment::find_in(&folders, "git").filter(|_| root.ancestors().any(|it| it.join(".git").exists()))
    else {
        return BTreeMap::new();
    };
    let job = Job::new(git, root)
        .inherit(environment, &["HOME", "PATH", "XDG_CONFIG_HOME"])
        .args(["-c", "core.quotePath=false", "log", "--relative", "--no-renames", "--name-only", "--format=%x01%cs"])
        .args(["--", "."])
        .limits(Limits { wall: Limits::PROBE.wall, output: Limits::TOOL.output });
    match supervisor.run(&job) {
        Ok(finished) if finished.success() => read(&finished.stdout_text()),
        _ => BTreeMap::new(),
    }
}

/// Days and names as `git log` prints them, newest first.
fn read(log: &str) -> BTreeMap<String, Date> {
    let mut days = BTreeMap::new();
    let mut day = None;
    for line in log.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix('\u{1}') {
            Some(date) => day = date.parse().ok(),
            None => {
                if let Some(day) = day {
                    days.entry(line.to_owned()).or_insert(day);
                }
            }
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_commit_of_each_file_counts() {
        let days = read("\u{1}2026-03-02\n\ncontent/a.md\n\u{1}2026-01-01\n\ncontent/a.md\ncontent/b c.md\n");
        let shown: Vec<_> = days.iter().map(|(name, day)| format!("{name} {day}")).collect();
        assert_eq!(shown, ["content/a.md 2026-03-02", "content/b c.md 2026-01-01"]);
    }
}
