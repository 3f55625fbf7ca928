//! Every folder of `tests/pages/` is a project whose pages say beside each block what docgen must find; a page that lies
//! in `tests/pages/` itself belongs to no project. How the comments are written: `tests/common/pages.rs`.
//! `DOCGEN_BLESS=1 cargo test --test pages` writes them anew.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::pages::{compare, verify_bare, verify_folder};
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

macro_rules! folders {
    ($($(#[$about:meta])* $test:ident: $folder:literal)*) => {
        $($(#[$about])* #[test] fn $test() {
            verify_folder(&folder().join($folder));
        })*

        #[test]
        fn every_folder_is_a_test() {
            let mut listed = vec![$($folder.to_owned()),*];
            listed.sort();
            assert_eq!(listed, there(Path::is_dir));
        }
    };
}

folders! {
    python: "python"
    groups: "groups"
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
