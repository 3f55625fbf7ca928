//! `docgen init` and `docgen new`: what they write works at once, and they never overwrite anything.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{run, stderr, stdout, write};
use std::path::Path;

fn read(root: &Path, path: &str) -> String {
    std::fs::read_to_string(root.join(path)).expect(path)
}

#[test]
fn an_empty_folder_becomes_a_project_that_verifies_and_builds() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let output = run(temp.path(), &["init", "docs-of-me"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("wrote docs-of-me/book.toml"), "{}", stdout(&output));
    let root = temp.path().join("docs-of-me");
    for command in [["verify"].as_slice(), ["build"].as_slice(), ["check", "--deny", "warnings"].as_slice()] {
        let output = run(&root, command);
        assert_eq!(output.status.code(), Some(0), "{command:?}: {}{}", stdout(&output), stderr(&output));
    }
    assert!(read(&root, "public/index.html").contains("docs-of-me"));
    let again = run(&root, &["init"]);
    assert!(!stdout(&again).contains("wrote"), "{}", stdout(&again));
}

#[test]
fn nothing_that_is_there_is_overwritten() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let mine = [("book.toml", "[book]\ntitle = \"Mine\"\n"), (".gitignore", "/target\n"), ("docs/a.md", "# A\n")];
    for (path, text) in mine {
        write(temp.path(), path, text);
    }
    write(temp.path(), ".github/workflows/docs.yml", "name: mine\n");
    let output = run(temp.path(), &["init"]);
    assert!(stdout(&output).contains("kept  .gitignore: add the line `/public`"), "{}", stdout(&output));
    for (path, text) in mine {
        assert_eq!(read(temp.path(), path), text);
    }
    assert_eq!(read(temp.path(), ".github/workflows/docs.yml"), "name: mine\n");
    assert!(!temp.path().join("content").exists());
}

#[test]
fn what_a_folder_tells_is_not_asked_for() {
    for (files, expected) in [
        (
            [("mkdocs.yml", "site_name: The shop\ndocs_dir: manual\n"), ("manual/index.md", "# Shop\n")],
            ["title = \"The shop\"", "src = \"manual\""],
        ),
        (
            [
                ("package.json", "{ \"author\": { \"name\": \"me\" }, \"name\": \"@me/shop\" }"),
                ("docs/guide/a.md", "# A\n"),
            ],
            ["title = \"@me/shop\"", "src = \"docs\""],
        ),
        (
            [("Cargo.toml", "[lib]\nname = \"other\"\n\n[package]\nname = \"shop\"\n"), ("README.md", "# Shop\n")],
            ["title = \"shop\"", "language = \"en\""],
        ),
        (
            [
                (".git/config", "[remote \"origin\"]\n\turl = git@example.com:me/shop.git\n"),
                ("content/index.md", "# S\n"),
            ],
            ["title = \"shop\"", "repository = \"https://example.com/me/shop\""],
        ),
    ] {
        let temp = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in files {
            write(temp.path(), path, text);
        }
        let output = run(temp.path(), &["init"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let book = read(temp.path(), "book.toml");
        assert!(expected.iter().all(|line| book.contains(line)), "{book}");
        assert_eq!(run(temp.path(), &["build"]).status.code(), Some(0));
    }
}

#[test]
fn a_new_page_has_its_front_matter() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    write(temp.path(), "book.toml", "[governance]\nrequired = [\"owner\"]\n");
    write(temp.path(), "content/index.md", "---\nowner: me\n---\n\n# Home\n");
    let new = |page: &str| run(temp.path(), &["new", page, "--date", "2026-01-15"]);
    let output = new("guides/first-steps");
    assert_eq!(stdout(&output), "wrote content/guides/first-steps.md\n", "{}", stderr(&output));
    let text = read(temp.path(), "content/guides/first-steps.md");
    assert!(text.starts_with("---\ntitle: \"First steps\"\n") && text.ends_with("---\n\n# First steps\n"), "{text}");
    for line in ["last_reviewed: 2026-01-15", "owner:"] {
        assert!(text.lines().any(|found| found == line), "{text}");
    }
    let id = text.lines().find_map(|line| line.strip_prefix("id: ")).expect("an id");
    assert!(id.len() == 26 && id.chars().all(|character| character.is_ascii_alphanumeric()), "{id}");
    assert!(new("content/other.md").status.success() && temp.path().join("content/other.md").is_file());
    for page in ["guides/first-steps.md", "../outside", "/tmp/outside"] {
        assert_eq!(new(page).status.code(), Some(2), "{page}");
    }
    let check = run(temp.path(), &["check"]);
    assert!(stdout(&check).contains("owner"), "the empty owner is said: {}", stdout(&check));
}

#[test]
fn the_workflow_is_yaml_with_the_jobs() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    run(temp.path(), &["init"]);
    let page = format!("# W\n\n```yaml\n{}```\n", read(temp.path(), ".github/workflows/docs.yml"));
    write(temp.path(), "content/w.md", &page);
    let output = run(temp.path(), &["verify", "content/w.md"]);
    assert!(stdout(&output).contains("1 pass"), "{}", stdout(&output));
}
