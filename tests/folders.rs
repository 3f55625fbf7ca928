//! Folders of other generators: `docgen init && docgen verify && docgen build` works in each, without an edit.
//!
//! A folder's `expected.txt` names pages of the site and what is in them, or is not.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{copy_of, repository, run, stderr, stdout};
use std::path::{Path, PathBuf};

fn check(name: &str) {
    let temp = copy_of(&repository().join("tests/folders").join(name));
    let root = temp.path();
    let expected = std::fs::read_to_string(root.join("expected.txt")).expect("expected.txt");
    std::fs::remove_file(root.join("expected.txt")).expect("removed");
    let mut said = String::new();
    for command in ["init", "verify", "build"] {
        let output = run(root, &[command]);
        said = stderr(&output);
        assert_eq!(output.status.code(), Some(0), "{name}: docgen {command}: {}{said}", stdout(&output));
    }
    assert!(said.lines().count() < 45, "what docgen did not understand is one screen: {said}");
    for line in expected.lines().filter(|line| !line.starts_with('#')) {
        let (is_there, line) = line.strip_prefix('!').map_or((true, line), |line| (false, line));
        let (page, words) = line.split_once(' ').expect("a page and words");
        let html = std::fs::read_to_string(root.join(page)).unwrap_or_else(|error| panic!("{name}: {page}: {error}"));
        let main = html.split("<body").nth(1).expect("a body");
        assert_eq!(main.contains(words), is_there, "{name}: {line}\n{main}");
    }
    again(name, root);
}

/// A Markdown file in a folder or below.
fn first_page(folder: &Path) -> Option<PathBuf> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).ok()?.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let hidden = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let is_page = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
    paths.iter().find(|path| is_page(path)).cloned().or_else(|| {
        let folders = paths.iter().filter(|path| path.is_dir() && !hidden(path) && !path.ends_with("public"));
        folders.filter(|path| !path.ends_with("site")).find_map(|path| first_page(path))
    })
}

/// A block that gets worse fails, and is all that CI is told.
fn again(name: &str, root: &Path) {
    let page = first_page(root).expect("a page");
    let text = std::fs::read_to_string(&page).expect("a page");
    std::fs::write(&page, format!("{text}\n```json\n{{\n```\n")).expect("written");
    let output = run(root, &["verify", "--report", "github"]);
    assert_eq!(output.status.code(), Some(1), "{name}: {}", stdout(&output));
    let errors = stdout(&output).lines().filter(|line| line.starts_with("::error")).count();
    assert_eq!(errors, 1, "{name}: {}", stdout(&output));
}

#[test]
fn s6_6_folders_of_other_generators_need_no_edit() {
    let names = ["mkdocs", "docusaurus", "starlight", "vitepress", "hugo"];
    let mut found: Vec<String> = std::fs::read_dir(repository().join("tests/folders"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    let mut sorted = names;
    sorted.sort_unstable();
    assert_eq!(found, sorted);
    names.into_iter().for_each(check);
}
