//! The three clocks, in a real git repository.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, project, stderr, stdout, write};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn git(site: &Path, args: &[&str], day: &str) {
    let status = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org"])
        .args(args)
        .current_dir(site)
        .env("GIT_AUTHOR_DATE", format!("{day}T12:00:00Z"))
        .env("GIT_COMMITTER_DATE", format!("{day}T12:00:00Z"))
        .output()
        .expect("git starts");
    assert!(status.status.success(), "{}", stderr(&status));
}

fn freshness(site: &Path, args: &[&str]) -> String {
    let output = docgen(site)
        .args(["--quiet", "report", "freshness", "--date", "2026-06-01"])
        .args(args)
        .output()
        .expect("docgen starts");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    stdout(&output)
}

#[test]
fn pages_are_listed_by_owner_with_three_clocks() {
    let site = project(
        "[book]\n",
        "---\nowner: Team B\nrisk: high\nlast_reviewed: 2026-01-01\n---\n\n# Old\n\n```json\n[]\n```\n",
    );
    write(
        site.path(),
        "content/new.md",
        "---\nowner: Team A\nlast_reviewed: 2026-05-20\nreview_every: 30d\n---\n\n# New\n",
    );
    write(site.path(), "content/none.md", "# Nobody's\n");
    git(site.path(), &["init", "--quiet"], "2026-01-01");
    git(site.path(), &["add", "content/page.md"], "2026-01-01");
    git(site.path(), &["commit", "--quiet", "-m", "one"], "2026-01-01");
    git(site.path(), &["add", "."], "2026-05-01");
    git(site.path(), &["commit", "--quiet", "-m", "two"], "2026-05-01");
    docgen(site.path()).arg("verify").output().expect("docgen starts");
    let text = freshness(site.path(), &[]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "Team A");
    assert!(lines[1].contains("content/new.md") && lines[1].contains("in 18 days, edited 2026-05-01"), "{text}");
    assert!(text.contains("due 2026-04-01, 61 days ago, edited 2026-01-01, snippets 1/1 proven"), "{text}");
    assert!(text.contains("nobody\n  content/none.md") && text.contains("never reviewed"), "{text}");
    assert!(text.ends_with("3 pages: 1 overdue, 1 never reviewed\n"), "{text}");
    assert!(!freshness(site.path(), &["--due", "7"]).contains("new.md"));
    let json: Value = serde_json::from_str(&freshness(site.path(), &["--report", "json=-"])).expect("JSON");
    assert_eq!(json["schema"], "docgen.freshness/1");
    assert_eq!(json["pages"][1]["days_left"], -61);
    let github = freshness(site.path(), &["--report", "github"]);
    assert!(github.starts_with("::warning file=content/page.md,line=4"), "{github}");
    // The page shows the same clock.
    docgen(site.path()).arg("build").output().expect("docgen starts");
    let page = std::fs::read_to_string(site.path().join("public/page.html")).expect("the page");
    assert!(page.contains("edited <time datetime=\"2026-01-01\">"), "{page}");
}
