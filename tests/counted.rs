//! Counted work: none of these counts grows faster than the site, and a change costs only what depends on it.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, write};
use std::collections::BTreeMap;
use std::path::Path;

/// A site of pages in folders of 20, each with text, links, terms and blocks of code in three languages.
fn project(pages: usize) -> tempfile::TempDir {
    let temp = tempfile::tempdir().expect("a temporary folder");
    write(temp.path(), "book.toml", "[book]\ntitle = \"Counted\"\n");
    for number in 0..pages {
        write(temp.path(), &path(number), &page(number, pages));
    }
    temp
}

fn path(number: usize) -> String {
    format!("content/part-{}/p{number}.md", number / 20)
}

fn page(number: usize, pages: usize) -> String {
    let to = (number * 7 + 1) % pages;
    format!(
        "---\ntitle: The page with the number {number:04}\ntags: [t{}]\nagents: [reader-{}]\n---\n\nSome words about word{number:04}.\n\n## Part\n\n[to](../part-{}/p{to}.md)\n\n```json\n[{number:04}]\n```\n\n```js\nf({number:04});\n```\n\n```python\n\
         print({number:04})\n```\n",
        number % 12,
        number % 5,
        to / 20
    )
}

type Counts = BTreeMap<String, u64>;

/// Runs a command of docgen and returns what it counted.
fn counted(folder: &Path, args: &[&str]) -> Counts {
    let mut command = docgen(folder);
    let output = command.env("DOCGEN_CACHE", folder.join(".cache")).arg("--verbose").args(args).output();
    let said = common::stderr(&output.expect("docgen starts"));
    let line = said.lines().rev().find_map(|line| line.strip_prefix("work: "));
    let line = line.unwrap_or_else(|| panic!("no counts in {said}"));
    let count = |part: &str| {
        let (number, name) = part.split_once(' ').expect("a number and a name");
        (name.to_owned(), number.parse().expect("a number"))
    };
    line.split(", ").map(count).collect()
}

/// A site of four times as many pages takes at most four times as much of this, and a tenth for what has no pages.
fn grows_no_faster_than_the_site(name: &str) {
    let of = |pages: usize| counted(project(pages).path(), &["build"])[name];
    let (small, large) = (of(60), of(240));
    assert!(small > 0 || name == "programs started", "nothing was counted");
    assert!(large * 10 <= small * 44, "{name}: {small} for 60 pages, {large} for 240");
}

#[test]
fn files_read() {
    grows_no_faster_than_the_site("files read");
}

#[test]
fn bytes_read() {
    grows_no_faster_than_the_site("bytes read");
}

#[test]
fn files_written() {
    grows_no_faster_than_the_site("files written");
}

#[test]
fn bytes_written() {
    grows_no_faster_than_the_site("bytes written");
}

#[test]
fn pages_parsed() {
    grows_no_faster_than_the_site("pages parsed");
}

#[test]
fn pages_rendered() {
    grows_no_faster_than_the_site("pages rendered");
}

#[test]
fn templates_rendered() {
    grows_no_faster_than_the_site("templates rendered");
}

#[test]
fn blocks_highlighted() {
    grows_no_faster_than_the_site("blocks highlighted");
}

#[test]
fn terms_indexed() {
    grows_no_faster_than_the_site("terms indexed");
}

#[test]
fn programs_started() {
    grows_no_faster_than_the_site("programs started");
}

/// Each block is highlighted once, though the page and the print page show it.
#[test]
fn each_block_is_highlighted_once() {
    let project = project(30);
    let counts = counted(project.path(), &["build"]);
    assert_eq!(counts["blocks highlighted"], 90);
    assert_eq!(counts["pages parsed"], 30);
}

#[test]
fn a_build_in_which_nothing_changed_does_nothing() {
    let project = project(30);
    for _ in 0..2 {
        counted(project.path(), &["build"]);
    }
    let counts = counted(project.path(), &["build"]);
    let idle =
        ["files written", "pages parsed", "pages rendered", "templates rendered", "terms indexed", "programs started"];
    for name in idle {
        assert_eq!(counts[name], 0, "{name}");
    }
}

/// Too many pages for a print page, which shows them all.
const MANY: usize = 520;

#[test]
fn only_pages_that_depend_on_a_change_are_rendered() {
    let project = project(MANY);
    let folder = project.path();
    let all = counted(folder, &["build"]);
    assert_eq!(all["pages rendered"], MANY as u64);
    let change = |text: &str| {
        write(folder, &path(100), text);
        counted(folder, &["build"])
    };
    let of_text = change(&page(100, MANY).replace("[to]", "Go [to]"));
    assert_eq!(of_text["pages rendered"], 1, "its text");
    assert_eq!(of_text["blocks highlighted"], 3, "its text");
    let of_first = change(&page(100, MANY).replace("Some words", "Other words"));
    assert_eq!(of_first["pages rendered"], 3, "its first paragraph, which its neighbours know as its description");
    let of_title = change(&page(100, MANY).replace("The page", "Another page"));
    // The 20 pages of its folder show it beside their text, and the page before it leads to it.
    assert_eq!(of_title["pages rendered"], 21, "its title");
    std::fs::remove_file(folder.join(path(100))).expect("removed");
    let of_page = counted(folder, &["build"]);
    // Every page names the part of the verification page that shows its blocks: these move by at most a page.
    assert!(of_page["pages rendered"] < 50, "a page: {}", of_page["pages rendered"]);
}
