//! The last look at a site before it is published, and what editors and other systems read of docgen.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{project, repository, run, stderr, stdout, write};
use regex::Regex;

#[test]
fn a_site_passes_the_preflight_until_something_in_it_is_wrong() {
    let site = project("[site]\nbase-url = \"https://example.org/repo\"\n", "# Home\n\n[Top](#home)\n");
    let root = site.path();
    assert_eq!(run(root, &["build"]).status.code(), Some(0));
    let preflight = || run(root, &["publish", "--preflight", "public"]);
    let output = preflight();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    for (path, text, said) in [
        (
            "public/escapes.html",
            "<a href=\"/elsewhere/\">x</a>",
            "escapes.html links out of the site's own path: /elsewhere/",
        ),
        ("public/up.html", "<img src='../../x.png'>", "up.html links out of the site's own path: ../../x.png"),
        (
            "public/gone.html",
            "<a href=nothing.html>x</a>",
            "gone.html links to a file that the site does not have: nothing.html",
        ),
        ("public/INDEX.html", "", "INDEX.html and index.html are one file"),
    ] {
        write(root, path, text);
        let output = preflight();
        assert_eq!(output.status.code(), Some(1), "{path}");
        assert!(stdout(&output).contains(said), "{said}: {}", stdout(&output));
        std::fs::remove_file(root.join(path)).expect("removed");
    }
    let output = run(root, &["publish", "--preflight", "nowhere"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    write(root, "empty/a.txt", "");
    assert_eq!(run(root, &["publish", "--preflight", "empty"]).status.code(), Some(1), "no index.html");
}

#[test]
fn s9_1_the_problem_matcher_reads_the_terminal_report() {
    let text = std::fs::read_to_string(repository().join("problem-matcher.json")).expect("a matcher");
    let matcher: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let patterns = matcher["problemMatcher"][0]["pattern"].as_array().expect("patterns");
    let pattern = |number: usize| Regex::new(patterns[number]["regexp"].as_str().expect("text")).expect("a pattern");
    let site = project("[book]\n", "# P\n\n[x](gone.md)\n\n```json\n[1, 2\n```\n");
    let said = [run(site.path(), &["check"]), run(site.path(), &["verify"])].map(|output| stdout(&output)).concat();
    let (first, second) = (pattern(0), pattern(1));
    let lines: Vec<&str> = said.lines().collect();
    let found: Vec<String> = lines
        .windows(2)
        .filter_map(|pair| Some((first.captures(pair[0])?, second.captures(pair[1])?)))
        .map(|(what, place)| {
            let code = what.get(2).map_or("", |code| code.as_str());
            format!("{} {code} {}:{}:{}", &what[1], &place[1], &place[2], &place[3])
        })
        .collect();
    assert_eq!(found, ["error broken-link content/page.md:3:1", "error  content/page.md:7:1"], "{said}");
}

#[test]
fn the_schemas_accept_what_docgen_accepts() {
    let schema = |what: &str| -> jsonschema::Validator {
        let text = stdout(&run(&repository(), &["schema", what]));
        jsonschema::validator_for(&serde_json::from_str(&text).expect("JSON")).expect("a schema")
    };
    let book = schema("book");
    let json = |text: &str| serde_json::to_value(text.parse::<toml::Table>().expect("TOML")).expect("JSON");
    let own = std::fs::read_to_string(repository().join("book.toml")).expect("book.toml");
    assert!(book.is_valid(&json(&own)));
    assert!(book.is_valid(&json("[site]\nraw-html = \"escape\"\n\n[verify.lang.zig]\nparse = [\"zig\", \"fmt\"]\n")));
    assert!(!book.is_valid(&json("[site]\nraw-htm = \"escape\"\n")), "an unknown key");
    assert!(!book.is_valid(&json("[site]\nraw-html = \"no\"\n")), "an unknown value");
    let front = schema("front-matter");
    let json = |text: &str| serde_saphyr::from_str::<serde_json::Value>(text).expect("YAML");
    assert!(front.is_valid(&json("title: A\ntags: [x]\nstatus: active\nreview_every: 180d\nother: 1\n")));
    assert!(!front.is_valid(&json("weight: heavy\n")) && !front.is_valid(&json("risk: huge\n")));
}
