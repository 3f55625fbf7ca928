//! A build after edits gives the same site, byte for byte, as a clean build; on one core or two.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, write};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// The files of a folder, by their paths in it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let relative = path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
                found.insert(relative, std::fs::read(&path).expect("read"));
            }
        }
    }
    found
}

/// Builds into `public`, with the cache of this project.
fn build(folder: &Path, args: &[&str]) -> String {
    let output = docgen(folder).env("DOCGEN_CACHE", folder.join(".cache")).arg("build").args(args).output();
    common::stderr(&output.expect("docgen starts"))
}

/// A clean build with one thread and an empty cache.
fn clean(folder: &Path, args: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let (out, cache) = (folder.join("../clean"), folder.join("../clean-cache"));
    for left in [&out, &cache] {
        let _ = std::fs::remove_dir_all(left);
    }
    let mut command = docgen(folder);
    command.env("DOCGEN_CACHE", &cache).env("RAYON_NUM_THREADS", "1").arg("build").arg("--out").arg(&out).args(args);
    command.output().expect("docgen starts");
    files(&out)
}

fn assert_same(folder: &Path, args: &[&str], after: &str) {
    let (built, clean) = (files(&folder.join("public")), clean(folder, args));
    let differing: Vec<&String> =
        built.keys().chain(clean.keys()).filter(|path| built.get(*path) != clean.get(*path)).collect();
    assert!(differing.is_empty(), "after {after}: {differing:?}");
}

fn project() -> (tempfile::TempDir, std::path::PathBuf) {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let folder = temp.path().join("project");
    write(&folder, "book.toml", "[book]\ntitle = \"Book\"\n");
    for page in 0..12 {
        let next = (page + 1) % 12;
        let text = format!(
            "---\ntags: [t{}]\n---\n\n# Page {page}\n\nWords {page}.\n\n[next](p{next}.md)\n\n```json\n[{page}]\n```\n",
            page % 3
        );
        write(&folder, &format!("content/p{page}.md"), &text);
    }
    write(&folder, "content/file.txt", "a file\n");
    write(&folder, "parts/part.md", "included\n");
    write(&folder, "content/including.md", "# Including\n\n{{#include ../parts/part.md}}\n");
    (temp, folder)
}

#[test]
fn a_build_in_which_nothing_changed_does_nothing_and_says_the_same() {
    let (_temp, folder) = project();
    write(&folder, "content/broken.md", "# Broken\n\n[x](gone.md)\n");
    build(&folder, &[]);
    let second = build(&folder, &[]);
    let third = build(&folder, &[]);
    // The first build may not know whether a file changed while it ran; the second does.
    assert!(second.contains(": 0 written"), "{second}");
    assert!(!third.contains("docgen: "), "{third}");
    let without_progress: Vec<&str> = second.lines().filter(|line| !line.starts_with("docgen: ")).collect();
    assert_eq!(third.lines().collect::<Vec<_>>(), without_progress);
    assert!(third.contains("broken-link"), "{third}");
}

/// What is edited, the options of the next build, and the edit.
type Edit<'a> = (&'a str, &'a [&'a str], &'a dyn Fn());

#[test]
fn everything_that_a_build_reads_is_noticed() {
    let (_temp, folder) = project();
    let git = |words: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=A", "-c", "user.email=a@example.org"]).args(words).current_dir(&folder);
        assert!(git.output().expect("git is there").status.success(), "{words:?}");
    };
    write(&folder, ".gitignore", "public/\n.cache/\n");
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "one"]);
    let ledger = || {
        let mut verify = docgen(&folder);
        verify.env("DOCGEN_CACHE", folder.join("../other-cache")).args(["verify", "--write-ledger"]);
        let output = verify.output().expect("docgen starts");
        assert_eq!(output.status.code(), Some(0), "{}", common::stderr(&output));
    };
    let edits: [Edit<'_>; 14] = [
        ("a page", &[], &|| write(&folder, "content/p1.md", "# Another\n")),
        ("a new page", &[], &|| write(&folder, "content/new.md", "# New\n")),
        ("a page that is gone", &[], &|| std::fs::remove_file(folder.join("content/new.md")).expect("removed")),
        ("an asset", &[], &|| write(&folder, "content/file.txt", "another\n")),
        ("an included file", &[], &|| write(&folder, "parts/part.md", "other words\n")),
        ("the configuration", &[], &|| write(&folder, "book.toml", "[book]\ntitle = \"Other\"\n")),
        ("a style", &[], &|| write(&folder, "themes/default/assets/style.css", "h1 { color: red }\n")),
        ("a template", &[], &|| {
            write(
                &folder,
                "themes/default/404.html",
                "{% extends \"default/404.html\" %}{% block title %}X{% endblock %}",
            );
        }),
        ("an option", &["--base-url", "https://example.org/x"], &|| {}),
        ("the date", &["--date", "2031-01-01"], &|| {}),
        ("a commit", &[], &|| git(&["commit", "-qam", "two"])),
        ("a file that left the output", &[], &|| std::fs::remove_file(folder.join("public/p2.html")).expect("removed")),
        ("a file that changed in the output", &[], &|| write(&folder, "public/p3.html", "mine")),
        ("the ledger", &[], &ledger),
    ];
    for (what, args, edit) in edits {
        build(&folder, &[]);
        build(&folder, &[]);
        edit();
        build(&folder, args);
        assert_same(&folder, args, what);
    }
}

#[test]
fn a_new_verdict_reaches_its_page() {
    let (_temp, folder) = project();
    build(&folder, &[]);
    let page = || std::fs::read_to_string(folder.join("public/p3.html")).expect("a page");
    assert!(!page().contains("class=\"badge pass"), "nothing is verified yet");
    let verified = docgen(&folder).env("DOCGEN_CACHE", folder.join(".cache")).arg("verify").output();
    assert_eq!(verified.expect("docgen starts").status.code(), Some(0));
    build(&folder, &[]);
    let known = page();
    assert!(known.contains("<details class=\"evidence"), "{known}");
}

#[test]
fn builds_beside_each_other_do_no_harm() {
    let (_temp, folder) = project();
    for round in 0..5 {
        write(&folder, "content/p4.md", &format!("# Round {round}\n"));
        let start = |_| {
            let mut build = docgen(&folder);
            build.env("DOCGEN_CACHE", folder.join(".cache")).arg("build").spawn().expect("docgen starts")
        };
        for mut build in (0..3).map(start).collect::<Vec<_>>() {
            assert!(build.wait().expect("it ends").success(), "round {round}");
        }
        build(&folder, &[]);
        assert_same(&folder, &[], &format!("round {round}"));
    }
}

/// Numbers without pattern, the same in each run (Vigna, "`SplitMix64`").
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

#[test]
fn after_200_random_edits_the_site_is_that_of_a_clean_build() {
    let (_temp, folder) = project();
    let mut random = Random(11);
    let mut done = Vec::new();
    for number in 0..200 {
        let page = format!("content/p{}.md", random.below(16));
        let kind = random.below(8);
        match kind {
            0 => drop(std::fs::remove_file(folder.join(&page))),
            1 => write(&folder, "content/file.txt", &format!("file {number}\n")),
            2 => write(&folder, "parts/part.md", &format!("part {number}\n\n```json\n[{number}]\n```\n")),
            3 => write(&folder, "book.toml", &format!("[book]\ntitle = \"Book {}\"\n", random.below(3))),
            _ => {
                let (to, tag) = (random.below(16), random.below(4));
                let text = format!(
                    "---\ntags: [t{tag}]\n---\n\n# Title {}\n\nEdit {number}.\n\n## Part {}\n\n[to](p{to}.md)\n\n```js\nx({number});\n```\n",
                    random.below(5),
                    random.below(3)
                );
                write(&folder, &page, &text);
            }
        }
        done.push(format!("{kind} {page}"));
        for _ in 0..random.below(3) {
            build(&folder, &[]);
        }
        if number % 20 == 19 {
            build(&folder, &[]);
            assert_same(&folder, &[], &done.join(", "));
        }
    }
}
