//! Lists of a large site are split: a reader never loads more than 150 KB of HTML for a list, and nothing is lost.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, write};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Max bytes of HTML for a list.
const MAX: u64 = 150_000;

const PAGES: usize = 700;

/// A site of many pages in one folder, each with three blocks of JSON, of one tag and of one agent.
fn built() -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().expect("a temporary folder");
    write(temp.path(), "book.toml", "[book]\ntitle = \"Large\"\n");
    for page in 0..PAGES {
        let words = "A sentence that says what the page is about, as long as such sentences are in real documentation.";
        let text = format!(
            "---\ntitle: The page with the number {page}\ndescription: {words}\ntags: [all, own-{page}]\nagents: [reader]\nrisk: low\n---\n\n```json\n[1]\n```\n\n```json\n[2]\n```\n\n```json\n[3]\n```\n"
        );
        write(temp.path(), &format!("content/many/p{page:03}.md"), &text);
    }
    let output = docgen(temp.path()).args(["build"]).output().expect("docgen starts");
    assert_eq!(output.status.code(), Some(0), "{}", common::stderr(&output));
    let out = temp.path().join("public");
    (temp, out)
}

/// The parts of a list, in order.
fn parts(out: &Path, first: &str) -> Vec<String> {
    let (stem, ending) = first.rsplit_once('.').expect("an ending");
    let others = (2..).map(|number| format!("{stem}-{number}.{ending}")).take_while(|path| out.join(path).exists());
    std::iter::once(first.to_owned()).chain(others).collect()
}

fn read(out: &Path, path: &str) -> String {
    std::fs::read_to_string(out.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn links(html: &str, wanted: &str) -> BTreeSet<String> {
    let main = html.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).expect("a main part");
    main.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|it| it.contains(wanted))
        .map(str::to_owned)
        .collect()
}

#[test]
fn lists_are_split_and_complete() {
    let (_temp, out) = built();
    for first in [
        "many/index.html",
        "tags/all.html",
        "tags/index.html",
        "agents/reader.html",
        "search.html",
        "health.html",
        "index.html",
    ] {
        for part in parts(&out, first) {
            let size = out.join(&part).metadata().expect("a file").len();
            assert!(size <= MAX, "{part} has {size} bytes");
        }
    }
    for first in ["many/index.html", "tags/all.html", "agents/reader.html", "search.html", "health.html"] {
        let parts = parts(&out, first);
        assert!(parts.len() > 1, "{first} is split");
        let found: BTreeSet<String> = parts
            .iter()
            .flat_map(|part| links(&read(&out, part), "p"))
            .filter_map(|link| Some(link.rsplit('/').next()?.to_owned()))
            .filter(|name| name.len() == "p000.html".len() && name.starts_with('p'))
            .collect();
        assert_eq!(found.len(), PAGES, "{first}");
        // Each part leads to the others without a script.
        let next = parts[1].rsplit('/').next().expect("a name");
        assert!(read(&out, first).contains(&format!("href=\"{next}\" rel=\"next\"")), "{first}");
    }
    let terms: BTreeSet<String> =
        parts(&out, "tags/index.html").iter().flat_map(|part| links(&read(&out, part), "own-")).collect();
    assert_eq!(terms.len(), PAGES);
}

#[test]
fn the_wall_has_each_block_once_and_badges_lead_to_their_rows() {
    let (_temp, out) = built();
    let parts = parts(&out, "verification.html");
    assert!(parts.len() > 2, "{parts:?}");
    let mut rows = 0;
    for part in &parts {
        let html = read(&out, part);
        assert!(html.len() as u64 <= MAX, "{part} has {} bytes", html.len());
        rows += html.matches("<tr id=\"s-").count();
    }
    assert_eq!(rows, PAGES * 3);
    let page = read(&out, "many/p399.html");
    let badges: Vec<&str> = page
        .split("<a class=\"badge")
        .skip(1)
        .filter_map(|rest| rest.split("href=\"../").nth(1)?.split('"').next())
        .collect();
    assert_eq!(badges.len(), 3);
    for badge in badges {
        let (file, row) = badge.split_once('#').expect("a row");
        assert!(read(&out, file).contains(&format!("<tr id=\"{row}\"")), "{badge}");
    }
}

#[test]
fn data_for_agents_is_split_with_an_index() {
    let (_temp, out) = built();
    let json = |path: &str| -> Value { serde_json::from_str(&read(&out, path)).expect("JSON") };
    let verification = json("verification.json");
    assert_eq!(verification["found"], PAGES * 3);
    let parts = verification["parts"].as_array().expect("parts").clone();
    let count = |path: &Value| json(path.as_str().expect("a path"))["snippets"].as_array().expect("snippets").len();
    assert_eq!(parts.iter().map(count).sum::<usize>(), PAGES * 3);
    let agents = json("agents.json");
    let parts = agents["agents"][0]["parts"].as_array().expect("parts").clone();
    let count = |path: &Value| json(path.as_str().expect("a path"))["pages"].as_array().expect("pages").len();
    assert_eq!(parts.iter().map(count).sum::<usize>(), PAGES);
    let llms = read(&out, "llms.txt");
    assert!(llms.contains("many/llms.txt") && read(&out, "many/llms.txt").matches("\n- [").count() == PAGES);
}
