//! Each language has a page for each step that it has, in `tests/languages/NAME/`: a good block, and a bad one that is
//! found at its place. How the comments are written: `tests/common/pages.rs`.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::pages::{pages_of, verify_folder};
use common::repository;
use docgen::snippet::model::language::LanguageSpec;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The languages of this docgen, each with its steps.
fn languages() -> BTreeMap<String, Vec<&'static str>> {
    let languages = docgen::snippet::language::builtin();
    let steps = |spec: &LanguageSpec| spec.steps.iter().map(|step| step.name()).collect();
    languages.specs().map(|spec| (spec.name.to_string(), steps(spec))).collect()
}

/// Whether a language is that of an interpreter's sessions.
fn is_of_sessions(language: &str) -> bool {
    let languages = docgen::snippet::language::builtin();
    languages.specs().any(|spec| spec.name == language && spec.dialect.is_some())
}

/// The pages that a language with these steps must have. What can run can also be grouped, print and fail somewhere, and
/// may have lines that readers do not see. A session shows what it prints, and is a program of its own.
fn demanded(language: &str, steps: &[&str]) -> BTreeSet<String> {
    let of_programs: &[&str] = match steps.contains(&"run") {
        true if is_of_sessions(language) => &["output"],
        true => &["group", "hidden", "output", "traceback"],
        false => &[],
    };
    steps.iter().chain(of_programs).map(|name| format!("{name}.md")).collect()
}

fn blocks<'a>(report: &'a Value, page: &str) -> Vec<&'a Value> {
    let all = report["snippets"].as_array().expect("snippets");
    all.iter().filter(|block| block["page"] == page && block["status"] != "not_code").collect()
}

/// Whether a block failed at a line of its own.
fn fails_inside(block: &Value) -> bool {
    let found = block["diagnostics"].as_array().expect("diagnostics");
    block["status"] == "fail" && found.iter().any(|found| found["line"].as_u64() > block["line"].as_u64())
}

/// The page's step, and no other, parts its good blocks from its bad ones.
fn shows_its_step(language: &str, page: &str, report: &Value) {
    let step = page.trim_end_matches(".md");
    let blocks = blocks(report, page);
    let goes = |block: &Value, how: &str| block["steps"][step].as_str().is_none_or(|outcome| outcome == how);
    let is_step = languages()[language].contains(&step) || step == "output";
    let reaches = |block: &Value, how: &str| goes(block, how) && (!is_step || block["steps"][step] == how);
    let good = blocks.iter().any(|block| block["status"] == "pass" && reaches(block, "pass"));
    let bad = blocks.iter().any(|block| fails_inside(block) && reaches(block, "fail"));
    assert!(good, "tests/languages/{language}/{page}: no block passes `{step}`");
    assert!(bad, "tests/languages/{language}/{page}: no block fails `{step}` at a line of its own");
    match step {
        "group" => assert!(blocks.iter().all(|block| !block["group"].is_null()), "{language}/{page}: all are members"),
        "traceback" => {
            assert!(blocks.iter().any(|block| block["steps"]["run"] == "fail"), "{language}/{page}: it runs");
        }
        _ => {}
    }
}

fn hold(language: &str) {
    let folder = repository().join("tests/languages").join(language);
    let report = verify_folder(&folder);
    for page in pages_of(&folder) {
        shows_its_step(language, &page, &report);
    }
}

macro_rules! languages {
    ($($language:ident)*) => {
        $(#[test] fn $language() { hold(&stringify!($language).replace('_', "-")); })*

        #[test]
        fn every_language_has_a_page_for_each_of_its_steps() {
            let tested = BTreeSet::from([$(stringify!($language).replace('_', "-")),*]);
            let languages = languages();
            assert_eq!(tested, languages.keys().cloned().collect(), "the list at the end of this file");
            for (language, steps) in languages {
                let there = pages_of(&repository().join("tests/languages").join(&language));
                assert_eq!(there, demanded(&language, &steps), "tests/languages/{language}/");
            }
        }
    };
}

languages! {
    bash
    console
    css
    dockerfile
    go
    graphql
    hcl
    html
    java
    javascript
    json
    jsonc
    less
    makefile
    node_repl
    protobuf
    pycon
    python
    regex
    rust
    sass
    scss
    sql
    toml
    typescript
    yaml
}
