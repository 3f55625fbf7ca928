//! One test for each fixed bug, named after it.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{project, run, statuses, stdout, verify_json, write};
use serde_json::Value;

fn verified(config: &str, page: &str) -> Value {
    verify_json(project(config, page).path(), &[]).0
}

fn code(report: &Value) -> Vec<String> {
    statuses(report).into_iter().filter(|status| status != "not_code").collect()
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
    let blocks = [
        ("python run {error=\"no such text\"} should_fail", "1 / 0", "fail"),
        ("python {code=F999} compile_fail", "undefined", "fail"),
        ("python compile_fail {code=F821 reason=\"x\"}", "x = 1", "xpass"),
        ("python ignore should_fail {reason=\"x\"}", "undefined", "ignored"),
    ];
    for (info, text, status) in blocks {
        assert_eq!(statuses(&verified("[book]\n", &format!("# P\n\n```{info}\n{text}\n```\n"))), [status], "{info}");
    }
    let rule = "[[verify.rule]]\npath = \"**\"\nset = { compile_fail = true, code = \"F999\" }\n";
    assert_eq!(statuses(&verified(rule, "# P\n\n```python\nundefined\n```\n")), ["fail"]);
}

#[test]
fn members_that_never_ran_passed() {
    let page = "# P\n\n```python run {group=a}\nraise SystemExit(0)\n```\n\n```python run {group=a}\nprint(\"x\")\n```\n\n```text output\nWRONG\n```\n";
    assert_eq!(code(&verified("[book]\n", page)), ["pass", "fail"]);
    let promised = "# P\n\n```python {group=a exit=3}\nprint()\n```\n\n```python run {group=a}\nprint()\n```\n";
    assert_eq!(code(&verified("[book]\n", promised))[0], "fail");
}

#[test]
fn what_must_not_run_ran_as_part_of_a_group() {
    let site = tempfile::tempdir().expect("a temporary folder");
    let marker = site.path().join("ran");
    let page = format!(
        "# P\n\n```python no_run {{group=z}}\nopen({:?}, 'w')\n```\n\n```python run {{group=z}}\nx = 1\n```\n",
        marker.display().to_string()
    );
    assert_eq!(statuses(&verified("[book]\n", &page)), ["pass", "fail"]);
    assert!(!marker.exists());
    let both = format!("# P\n\n```python no_run run\nopen({:?}, 'w')\n```\n", marker.display().to_string());
    assert_eq!(statuses(&verified("[book]\n", &both)), ["pass"]);
    assert!(!marker.exists());
}

#[test]
fn rust_asked_to_be_linted_was_not() {
    let page = "# P\n\n```rust\nlet x: i32 = \"s\";\n```\n";
    assert_eq!(statuses(&verified("[verify.lang.rust]\nlevel = \"linted\"\n", page)), ["fail"]);
}

#[test]
fn go_that_build_constraints_left_out_passed() {
    let page = "# P\n\n```go\n//go:build ignore\n\npackage main\n\nvar x int = \"s\"\n\nfunc main() {}\n```\n";
    assert_eq!(statuses(&verified("[book]\n", page)), ["env_error"]);
}

#[test]
fn slips_beside_the_fence_were_passed_over() {
    let directive = "# P\n\n<!-- docgen: rnu -->\n```python\nx = 1\n```\n";
    assert_eq!(statuses(&verified("[book]\n", directive)), ["fail"]);
    let output = "# P\n\n```python\nprint(1)\n```\n\n```text output {macth=ws}\n1\n```\n";
    assert_eq!(statuses(&verified("[book]\n", output)), ["pass", "fail"]);
    let of_data = "# P\n\n```json\n[1]\n```\n\n```text output\n1\n```\n";
    assert_eq!(statuses(&verified("[book]\n", of_data)), ["pass", "fail"]);
    let before_failing = "# P\n\n```python should_fail\nprint(1)\n1 / 0\n```\n\n```text output\n2\n```\n";
    assert_eq!(code(&verified("[book]\n", before_failing)), ["fail"]);
}

#[test]
fn only_the_first_yaml_document_met_its_schema() {
    let site = project("[book]\n", "# P\n\n```yaml {schema=s.json}\nport: 1\n---\nport: x\n```\n");
    write(site.path(), "content/s.json", "{ \"properties\": { \"port\": { \"type\": \"integer\" } } }\n");
    assert_eq!(statuses(&verify_json(site.path(), &[]).0), ["fail"]);
}

#[test]
fn check_fix_dropped_words_that_the_project_declares() {
    let page = "# P\n\n```js,livedemo theme=dark\nlet a;\n```\n\n```python {.check}\nx\n```\n";
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
fn earlier_members_settings_were_dropped() {
    let page = "# P\n\n```python {group=g vars=\"WHO=Ada\" stdin=\"line\"}\nimport os\nprint(os.environ[\"WHO\"], input())\n```\n\n```text output\nAda line\n```\n\n```python run {group=g}\nx = 1\n```\n";
    assert_eq!(code(&verified("[book]\n", page)), ["pass", "pass"]);
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
    let page = "# P\n\n```rust compile_fail {code=E0308}\nlet x: i32 = \"s\";\n```\n\n```rust ignore {reason=\"x\"}\nlet x: i32 = \"s\";\n```\n\n```python compile_fail {code=F821}\nundefined\n```\n";
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

/// A Docusaurus plug-in replaces the block by the code at this address. pytest-examples has special words.
#[test]
fn words_of_other_tools_do_not_make_a_block_fail() {
    let site = project(
        "[book]\n",
        "# P\n\n```go reference\nhttps://example.com/server.go\n```\n\n```python {lint=\"skip\" test=\"skip\" requires=\"3.12\"}\nx = 1\n```\n",
    );
    let (report, code) = verify_json(site.path(), &[]);
    assert_eq!(statuses(&report), ["not_code", "pass"], "{report:#}");
    assert_eq!(code, 0);
}
