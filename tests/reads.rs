//! A page can make docgen read only inside the project and write only inside the output folder (S8.1). Each test tries
//! to escape.

#![allow(clippy::format_collect, reason = "plain to read; speed does not matter here")]
#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{project, run, statuses, stderr, stdout, verify_json, write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

const SECRET: &str = "not-for-readers";

/// A git repository with a project in the folder `docs`, and a secret file beside the repository.
fn repository() -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let top = temp.path().join("repository");
    write(temp.path(), "outside/secret.md", &format!("{SECRET}\n"));
    write(temp.path(), "outside/secret.txt", &format!("{SECRET}\n"));
    write(&top, ".git/config", SECRET);
    write(&top, ".env", SECRET);
    write(&top, "src/example.py", "shown = 1\n");
    write(&top, "docs/book.toml", "[book]\n");
    write(&top, "docs/content/index.md", "# Home\n");
    (temp, top)
}

/// The output and exit status of `docgen build` in `docs`.
fn build(top: &Path) -> (String, Option<i32>) {
    let output = run(&top.join("docs"), &["build"]);
    (format!("{}{}", stdout(&output), stderr(&output)), output.status.code())
}

/// The text of every file of the site.
fn site(top: &Path) -> String {
    let mut text = String::new();
    for entry in walkdir::WalkDir::new(top.join("docs/public")).follow_links(true) {
        let entry = entry.expect("an entry");
        if entry.file_type().is_file() {
            text.push_str(&String::from_utf8_lossy(&std::fs::read(entry.path()).expect("readable")));
        }
    }
    text
}

#[test]
fn includes_stay_in_the_repository_and_see_nothing_hidden() {
    let (_temp, top) = repository();
    let page = "# P\n\n{{#include ../../src/example.py}}\n\n{{#include ../../.git/config}}\n\n{{#include ../../.env}}\n\n{{#include ../../../outside/secret.md}}\n\n{{#include /etc/hostname}}\n\n{{#include link.txt}}\n\n{{#include folder/secret.txt}}\n\n{{#include env.txt}}\n\n{{#include ../content}}\n";
    write(&top, "docs/content/p.md", page);
    symlink("../../../outside/secret.txt", top.join("docs/content/link.txt")).expect("linked");
    symlink("../../../outside", top.join("docs/content/folder")).expect("linked");
    symlink("../../.env", top.join("docs/content/env.txt")).expect("linked");
    let (said, status) = build(&top);
    assert_eq!(status, Some(1), "{said}");
    for (line, why) in [
        (5, "`../../.git/config` is hidden: `.git` begins with a dot"),
        (7, "`../../.env` is hidden: `.env` begins with a dot"),
        (9, "`../../../outside/secret.md` lies outside the project"),
        (11, "`/etc/hostname` lies outside the project"),
        (13, "`link.txt` lies outside the project"),
        (15, "`folder/secret.txt` lies outside the project"),
        (17, "`env.txt` is hidden: `.env` begins with a dot"),
        (19, "`../content` is a folder, not an ordinary file"),
    ] {
        let place = format!("the included file {why}\n");
        let at = said.find(&place).unwrap_or_else(|| panic!("{place} is not in\n{said}"));
        assert!(said[at + place.len()..].trim_start().starts_with(&format!("--> content/p.md:{line}:1")), "{said}");
    }
    let site = site(&top);
    assert!(site.contains("shown = 1"), "{said}");
    assert!(!site.contains(SECRET));
}

#[test]
fn links_in_the_content_folder_lead_nowhere_outside() {
    let (temp, top) = repository();
    write(&top, "docs/content/p.md", "# P\n\n![a picture](picture.txt)\n\n[shared](shared.txt)\n");
    for (target, link) in [
        ("../../../outside/secret.md", "page.md"),
        ("../../../outside/secret.txt", "picture.txt"),
        ("../../../outside", "folder"),
        ("../../.git", "git"),
        ("../../.env", "env.txt"),
        ("../../src/example.py", "shared.txt"),
        ("nowhere.md", "dangling.md"),
        ("..", "round"),
    ] {
        symlink(target, top.join("docs/content").join(link)).expect("linked");
    }
    symlink(temp.path().join("outside/secret.txt"), top.join("docs/content/absolute.txt")).expect("linked");
    symlink(top.join("src/example.py"), top.join("docs/content/own.txt")).expect("linked");
    let (said, status) = build(&top);
    assert_eq!(status, Some(1), "{said}");
    for (file, why) in [
        ("page.md", "reached through a link out of the project"),
        ("picture.txt", "reached through a link out of the project"),
        ("folder", "reached through a link out of the project"),
        ("absolute.txt", "reached through a link out of the project"),
        ("git", "reached through a link to a hidden path: `.git`"),
        ("env.txt", "reached through a link to a hidden path: `.env`"),
        ("dangling.md", "a link to nothing"),
        ("round", "a link to a folder that contains it"),
    ] {
        let place = format!("content/{file}:1:1");
        let before = said.split(&place).next().unwrap_or_default();
        assert!(
            said.contains(&place) && before.lines().rev().nth(1).is_some_and(|line| line.contains(why)),
            "{file}: {said}"
        );
    }
    assert!(
        said.contains("docgen does not read the file of this image: `picture.txt` lies outside the project"),
        "{said}"
    );
    assert!(!site(&top).contains(SECRET));
    for own in ["shared.txt", "own.txt"] {
        let copied = std::fs::read_to_string(top.join("docs/public").join(own)).expect("copied");
        assert_eq!(copied, "shown = 1\n");
    }
}

#[test]
fn a_schema_is_an_ordinary_file_of_the_project() {
    let (_temp, top) = repository();
    let schemas =
        ["/etc/passwd", "../../../outside/secret.txt", "../../.env", "pipe", "zero", "large.json", "gone.json"];
    let blocks: String = schemas.iter().map(|schema| format!("```json {{schema={schema}}}\n[1]\n```\n\n")).collect();
    write(&top, "docs/content/p.md", &format!("# P\n\n{blocks}"));
    let pipe = Command::new("mkfifo").arg(top.join("docs/content/pipe")).status().expect("mkfifo is there");
    assert!(pipe.success());
    symlink("/dev/zero", top.join("docs/content/zero")).expect("linked");
    let large = std::fs::File::create(top.join("docs/content/large.json")).expect("made");
    large.set_len((32 << 20) + 1).expect("as long as a file of zeros");
    let (report, status) = verify_json(&top.join("docs"), &[]);
    assert_eq!(status, 1);
    let said: Vec<&str> = report["snippets"]
        .as_array()
        .expect("snippets")
        .iter()
        .map(|snippet| snippet["diagnostics"][0]["message"].as_str().expect("a message"))
        .collect();
    assert_eq!(
        said,
        [
            "the schema `/etc/passwd` lies outside the project",
            "the schema `../../../outside/secret.txt` lies outside the project",
            "the schema `../../.env` is hidden: `.env` begins with a dot",
            "the schema `pipe` is a named pipe, not an ordinary file",
            "the schema `zero` lies outside the project",
            "the schema `large.json` has 33 MB; docgen reads at most 32 MB of a file",
            "the schema `gone.json` is neither beside the page nor below the root",
        ]
    );
}

#[test]
fn pipes_and_large_files_in_the_content_folder_cost_themselves_only() {
    let (_temp, top) = repository();
    write(&top, "docs/content/p.md", "# P\n\n![a film](film.mp4)\n\n{{#include pipe.md}}\n");
    let pipe = Command::new("mkfifo").arg(top.join("docs/content/pipe.md")).status().expect("mkfifo is there");
    assert!(pipe.success());
    let film = std::fs::File::create(top.join("docs/content/film.mp4")).expect("made");
    film.set_len((32 << 20) + 1).expect("as long as a file of zeros");
    let (said, status) = build(&top);
    assert_eq!(status, Some(1), "{said}");
    for wanted in [
        "this page is a named pipe, not an ordinary file",
        "content/pipe.md:1:1",
        "this file has 33 MB; docgen reads at most 32 MB of a file",
        "`film.mp4` has 33 MB; docgen reads at most 32 MB of a file\n --> content/p.md:3:1",
        "the included file `pipe.md` is a named pipe, not an ordinary file\n --> content/p.md:5:1",
    ] {
        assert!(said.contains(wanted), "{wanted} is not in\n{said}");
    }
    assert!(top.join("docs/public/p.html").is_file() && !top.join("docs/public/film.mp4").exists());
}

#[test]
fn nothing_is_written_outside_the_output_folder() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let top = temp.path().join("site");
    write(&top, "book.toml", "[book]\n");
    write(temp.path(), "victim.html", "precious\n");
    let aliases =
        ["../../victim", "/../../made", "a/../../../made", "x/./y", "C:/made", ".docgen/", "p.html/below", "old"];
    write(&top, "content/p.md", &format!("---\naliases: {aliases:?}\n---\n\n# P\n"));
    let output = run(&top, &["build"]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for alias in &aliases[..3] {
        assert!(
            said.contains(&format!("the alias `{alias}` is not an address of this site: it leaves the output folder")),
            "{said}"
        );
    }
    assert_eq!(said.matches("content/p.md:2:").count(), aliases.len() - 1, "{said}");
    assert_eq!(std::fs::read_to_string(temp.path().join("victim.html")).expect("still there"), "precious\n");
    let mut beside: Vec<_> =
        std::fs::read_dir(temp.path()).expect("a folder").map(|it| it.expect("an entry").file_name()).collect();
    beside.sort();
    assert_eq!(beside, ["site", "victim.html"]);
    assert!(top.join("public/old.html").is_file() && top.join("public/p.html").is_file());
}

#[test]
fn a_bound_package_shows_nothing_hidden_at_any_depth() {
    let (temp, top) = repository();
    write(&top, "pyproject.toml", "[project]\nname = \"tool\"\nversion = \"1\"\n");
    write(&top, "tool/__init__.py", "ANSWER = 42\n");
    write(&top, "tool/data/notes.txt", "to be read\n");
    write(&top, "deploy/.env", SECRET);
    write(&top, "deploy/a/b/.ssh/key", SECRET);
    write(&top, "deploy/a/b/plain.txt", "to be read\n");
    symlink(temp.path().join("outside"), top.join("deploy/outside")).expect("linked");
    symlink("a/b/.ssh", top.join("deploy/link")).expect("linked");
    let hidden = ["deploy/.env", "deploy/a/b/.ssh/key", "deploy/outside/secret.txt", "deploy/link/key", ".git/config"];
    let open = ["tool/data/notes.txt", "deploy/a/b/plain.txt"];
    let paths =
        |names: &[&str]| format!("{:?}", names.iter().map(|it| top.join(it).display().to_string()).collect::<Vec<_>>());
    let page = format!(
        "# P\n\n```python run\nimport tool\n\nfor path in {}:\n    open(path).read()\nfor path in {}:\n    try:\n        open(path)\n        print(\"open\", path)\n    except OSError:\n        pass\nprint(tool.ANSWER)\n```\n\n```text output\n42\n```\n",
        paths(&open),
        paths(&hidden),
    );
    write(&top, "README.md", &page);
    let (report, _) = verify_json(&top, &["README.md"]);
    assert_eq!(statuses(&report), ["pass", "not_code"], "{report:#}");
}

#[test]
fn fixtures_and_themes_come_from_the_project() {
    let (temp, top) = repository();
    write(temp.path(), "outside/page.html", SECRET);
    write(temp.path(), "outside/assets/secret.txt", SECRET);
    write(&top, "docs/book.toml", "[book]\n[site]\ntheme = \"evil\"\n");
    std::fs::create_dir_all(top.join("docs/themes")).expect("made");
    symlink(temp.path().join("outside"), top.join("docs/themes/evil")).expect("linked");
    let (said, status) = build(&top);
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("the theme `evil` lies outside the project"), "{said}");
    write(&top, "docs/book.toml", "[book]\n[site]\ntheme = \"../../../outside\"\n");
    let (said, status) = build(&top);
    assert_eq!(status, Some(2), "{said}");

    let site = project("[book]\n", "# P\n\n```python run {prelude=secret}\nprint(1)\n```\n");
    write(temp.path(), "outside/preludes/secret.py", "leaked = 1\n");
    std::fs::create_dir_all(site.path().join("snippets/python")).expect("made");
    symlink(temp.path().join("outside/preludes"), site.path().join("snippets/python/preludes")).expect("linked");
    assert_eq!(statuses(&verify_json(site.path(), &[]).0), ["fail"]);
}
