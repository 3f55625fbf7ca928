//! One test for each fault that was once there, named after what went wrong.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{markdown, project, run, statuses, stderr, stdout, verify_json, write};
use serde_json::Value;

fn verified(config: &str, page: &str) -> Value {
    verify_json(project(config, page).path(), &[]).0
}

#[test]
fn a_fixture_named_by_a_path_touched_files_outside_the_work_folder() {
    let victim = tempfile::tempdir().expect("a temporary folder");
    write(victim.path(), "blocks/data.txt", "precious\n");
    for name in [victim.path().display().to_string(), "../../x".to_owned(), "..".to_owned(), "a/b".to_owned()] {
        let page = format!("# P\n\n```python {{fixture=\"{name}\"}}\nx = 1\n```\n");
        assert_eq!(statuses(&verified("[book]\n", &page)), ["fail"], "{name}");
    }
    assert!(victim.path().join("blocks/data.txt").is_file());
}

#[test]
fn the_order_of_promise_words_lost_the_promise() {
    let rule = "[[verify.rule]]\npath = \"**\"\nset = { compile_fail = true, code = \"F999\" }\n";
    assert_eq!(statuses(&verified(rule, "# P\n\n```python\nundefined\n```\n")), ["fail"]);
}

#[test]
fn rust_asked_to_be_linted_was_not() {
    let page = "# P\n\n```rust\nlet x: i32 = \"s\";\n```\n";
    assert_eq!(statuses(&verified("[verify.lang.rust]\nlevel = \"linted\"\n", page)), ["fail"]);
}

#[test]
fn check_fix_dropped_words_that_the_project_declares() {
    let page = markdown("check-fix-dropped-words-that-the-project-declares");
    let site = project("[verify]\nforeign-words = [\"livedemo\", \"theme\"]\n", page);
    run(site.path(), &["check", "--fix"]);
    let after = std::fs::read_to_string(site.path().join("content/page.md")).expect("the page");
    assert!(after.contains("```js,livedemo theme=dark\n") && after.contains("```python check\n"), "{after}");
}

#[test]
fn bless_panicked_where_two_pages_include_one() {
    let site = project("[book]\n", "# P\n\n{{#include shared.txt}}\n");
    write(site.path(), "content/other.md", "# Q\n\n{{#include shared.txt}}\n");
    write(site.path(), "content/shared.txt", "```python\nprint(2)\n```\n\n```text output\n1\n```\n");
    let output = run(site.path(), &["verify", "--bless"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let after = std::fs::read_to_string(site.path().join("content/shared.txt")).expect("the file");
    assert!(after.contains("```text output\n2\n```"), "{after}");
}

#[test]
fn hostile_pages_stopped_the_program() {
    let deep = "(".repeat(20_000);
    let braces = "{".repeat(200_000);
    let page = format!(
        "# P\n\n```rust check\n{deep}\n```\n\n```js {braces}\nlet a;\n```\n\n```python\nx = 1\n```\n\n{{{{#include page.md}}}}\n"
    );
    let report = verified("[book]\n", &page);
    assert_eq!(report["snippets"][0]["status"], "fail");
    assert_eq!(report["snippets"][2]["status"], "pass");
}

#[test]
fn a_block_from_an_included_page_had_the_wrong_file_beside_its_line() {
    let site = project("[book]\n", "# P\n\n{{#include inc.txt}}\n");
    write(site.path(), "content/inc.txt", "Text.\n\nMore.\n\n```python\nundefined\n```\n");
    let (report, _) = verify_json(site.path(), &[]);
    let block = &report["snippets"][0];
    assert_eq!((block["page"].as_str(), block["line"].as_u64()), (Some("content/inc.txt"), Some(5)));
    assert!(block["id"].as_str().is_some_and(|id| id.starts_with("content/page.md#")));
}

#[test]
fn without_execution_what_could_not_be_judged_failed() {
    let page = markdown("without-execution-what-could-not-be-judged-failed");
    let site = project("[book]\n", page);
    let (report, exit) = verify_json(site.path(), &["--no-exec", "--strict"]);
    assert_eq!((statuses(&report), exit), (vec!["ignored".into(), "ignored".into(), "xfail".into()], 0));
}

#[test]
fn build_did_not_mind_a_rule_that_matches_nothing() {
    let site = project(
        "[book]\n\n[[verify.rule]]\npath = \"gone/*.md\"\nset = { check = true }\n",
        "# P\n\n```json\n[1]\n```\n",
    );
    assert_eq!(run(site.path(), &["build", "--verify"]).status.code(), Some(2));
    assert!(!site.path().join("public").exists());
}

#[test]
fn names_that_must_be_undefined_were_summed_up() {
    let page = "# P\n\n```python compile_fail {code=F821}\nprint(nowhere)\n```\n";
    let site = project("[book]\n", page);
    let output = run(site.path(), &["verify"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(!stdout(&output).contains("nothing defines"), "{}", stdout(&output));
}

#[test]
fn aligned_columns_need_no_inline_style() {
    let site = project("[book]\n", "# T\n\n| a | b | c | d |\n|:--|:-:|--:|---|\n| 1 | 2 | 3 | 4 |\n");
    let output = run(site.path(), &["build"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let html = std::fs::read_to_string(site.path().join("public/page.html")).expect("a page");
    for (element, numbers) in [("th", ["a", "b", "c"]), ("td", ["1", "2", "3"])] {
        for (class, text) in ["left", "center", "right"].iter().zip(numbers) {
            let cell = format!("<{element} class=\"to-{class}\">{text}</{element}>");
            assert!(html.contains(&cell), "{cell}: {html}");
        }
    }
    assert!(html.contains("<th>d</th>") && html.contains("<td>4</td>") && !html.contains("style="), "{html}");
}
