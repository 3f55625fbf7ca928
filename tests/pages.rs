//! Every folder of `tests/pages/` is a project whose pages say beside each block what docgen must find; a page that lies
//! in `tests/pages/` itself belongs to no project. How the comments are written: `tests/common/pages.rs`.
//! `DOCGEN_BLESS=1 cargo test --test pages` writes them anew.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::pages::{compare, pages_of, verify_bare, verify_folder};
use common::repository;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    repository().join("tests/pages")
}

/// The folders, or the files, of `tests/pages/`.
fn there(wanted: impl Fn(&Path) -> bool) -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the folder").map(|entry| entry.expect("an entry").path());
    let mut names: Vec<String> = entries
        .filter(|path| wanted(path))
        .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn verify(name: &str) {
    verify_folder(&folder().join(name));
}

/// The files whose tests verify folders of pages.
const TESTS: [&str; 2] = [include_str!("pages.rs"), include_str!("rustdoc.rs")];

#[test]
fn every_folder_is_a_test() {
    for name in there(Path::is_dir) {
        let call = format!("verify(\"{name}\")");
        assert!(TESTS.iter().any(|test| test.contains(&call)), "no test verifies tests/pages/{name}/");
    }
}

#[test]
fn rules_that_pages_name_are_rules_of_the_manual() {
    let manual: String = pages_of(&repository().join("content/snippets"))
        .iter()
        .map(|page| std::fs::read_to_string(repository().join("content/snippets").join(page)).expect("a page"))
        .collect();
    let mut named = BTreeSet::new();
    for page in pages_of(&folder()) {
        let text = std::fs::read_to_string(folder().join(page)).expect("a page");
        let rules = text.split("<!-- rule: ").skip(1).filter_map(|rest| rest.split(" -->").next());
        named.extend(rules.map(str::to_owned));
    }
    assert!(named.len() > 10, "{named:?}");
    for rule in named {
        assert!(manual.contains(&rule), "the manual does not speak of {rule}");
    }
}

#[test]
fn what_python_finds_is_at_its_place() {
    verify("python");
}

#[test]
fn s1_7_names_of_a_python_fixture_are_read_and_nothing_is_run() {
    verify("python-fixture");
}

#[test]
fn what_javascript_finds_is_at_its_place() {
    verify("javascript");
}

#[test]
fn s2_2_a_diff_applies_to_the_block_that_it_names() {
    verify("changes");
}

#[test]
fn names_of_a_javascript_package_are_linked_and_nothing_is_run() {
    verify("javascript-package");
}

#[test]
fn what_go_finds_is_at_its_place() {
    verify("go");
}

#[test]
fn what_rust_finds_is_at_its_place() {
    verify("rust");
}

#[test]
fn s1_1_what_data_languages_take_and_refuse() {
    verify("data");
}

#[test]
fn s7_4_bash_points_at_what_failed_and_what_is_never_closed() {
    verify("bash");
}

#[test]
fn transcripts_are_unchecked_whatever_is_asked_of_them() {
    verify("transcripts");
}

#[test]
fn s1_1_any_language_by_commands() {
    verify("commands");
}

#[test]
fn s1_3_what_a_language_is_asked_to_do_holds_for_its_blocks() {
    verify("ran");
}

#[test]
fn s1_4_configuration_promotes_codes_to_errors() {
    verify("denied");
}

#[test]
fn s1_5_no_configuration_is_discovered_upward() {
    verify("no-discovery");
}

#[test]
fn s2_5_words_stand_in_the_fence_or_in_a_comment_above() {
    verify("words");
}

#[test]
fn s3_3_members_of_a_group_are_one_program() {
    verify("groups");
}

#[test]
fn s3_3_a_member_cannot_speak_for_the_next_one() {
    verify("attacks");
}

#[test]
fn s3_3_configuration_makes_one_program_of_a_page() {
    verify("group-page");
}

#[test]
fn s3_4_fixtures_and_preludes_give_context() {
    verify("fixtures");
}

#[test]
fn s3_5_a_dependency_that_cannot_be_had_is_not_the_authors_fault() {
    verify("no-such-dependency");
}

#[test]
fn s3_8_blocks_assemble_a_file_and_includes_keep_their_place() {
    verify("assembled");
}

#[test]
fn s4_1_s4_2_what_is_printed_is_compared_as_it_is_asked() {
    verify("output");
}

#[test]
fn pages_that_belong_to_no_project() {
    let pages = there(Path::is_file);
    assert!(!pages.is_empty());
    for page in pages {
        verify_bare(&folder().join(page));
    }
}

/// A report on one block at the lines 3 to 5, with one diagnostic.
fn report() -> serde_json::Value {
    let found = json!({"severity": "error", "code": "F821", "message": "Undefined name `x`", "page": "p.md",
        "line": 4, "column": 1, "end_line": 4, "end_column": 2});
    json!({"snippets": [{"id": "p.md#p/1", "page": "p.md", "line": 3, "end_line": 5, "status": "fail",
        "level": "Parsed", "reason": "Undefined name `x`", "output": "one\n", "diagnostics": [found]}]})
}

fn faults(comments: &str) -> Vec<String> {
    let temp = tempfile::tempdir().expect("a temporary folder");
    common::write(temp.path(), "p.md", &format!("# P\n\n```python\nx\n```\n{comments}\n"));
    let faults = compare(temp.path(), &BTreeSet::from(["p.md".to_owned()]), &report());
    faults.iter().map(|fault| fault.rsplit_once("p.md:").expect("a place").1.to_owned()).collect()
}

#[test]
fn a_comment_that_is_not_true_is_a_fault_and_so_is_one_that_is_missing() {
    if std::env::var_os("DOCGEN_BLESS").is_some() {
        return;
    }
    let (status, found) =
        ("<!-- expect: fail Parsed -->", "<!-- expect: line +1 column 1-2 error F821 \"Undefined name `x`\" -->");
    let told = "3: not expected: line +1 column 1-2 error F821 \"Undefined name `x`\"";
    let no_faults: [&str; 0] = [];
    assert_eq!(faults(&format!("{status}\n{found}")), no_faults);
    let short = "<!-- expect: line 4 error F821 \"Undefined … `x`\" -->\n<!-- expect: output \"…e\\n\" -->";
    assert_eq!(faults(&format!("<!-- expect: fail -->\n{short}")), no_faults);
    assert_eq!(faults(status), [told]);
    assert_eq!(faults(found), ["3: not expected: fail Parsed"]);
    for wrong in [
        "line +2 column 1 error F821 \"Undefined name `x`\"",
        "line +1 column 2 error F821 \"Undefined name `x`\"",
        "line +1 column 1-3 error F821 \"Undefined name `x`\"",
        "line +1 column 1 warning F821 \"Undefined name `x`\"",
        "line +1 column 1 error F401 \"Undefined name `x`\"",
        "line +1 column 1 error F821 \"Undefined name\"",
        "line +1 column 1 error F821 \"name `x`\"",
        "line 4 column 1 of q.md error F821 \"Undefined name `x`\"",
        "nowhere error F821 \"Undefined name `x`\"",
        "line 4 and so on",
    ] {
        assert_eq!(faults(&format!("{status}\n<!-- expect: {wrong} -->")), [&format!("7: expected: {wrong}"), told]);
    }
    for wrong in ["pass Parsed", "fail Linted", "fail Parsed \"Undefined\""] {
        let expected = [&format!("6: expected: {wrong}"), "3: not expected: fail Parsed"];
        assert_eq!(faults(&format!("<!-- expect: {wrong} -->\n{found}")), expected);
    }
    assert_eq!(faults(&format!("{status}\n{found}\n{found}")).len(), 1, "one diagnostic, one comment");
    assert_eq!(faults(&format!("{status}\n{found}\n<!-- expect: output \"two\" -->")).len(), 1);
}
