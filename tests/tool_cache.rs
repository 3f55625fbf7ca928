//! What tools compile of their own library is found again in the next project, and blocks never touch it.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{repository, verify_json, write};
use std::path::{Path, PathBuf};

fn cache() -> PathBuf {
    repository().join("target/test-cache/docgen/tools")
}

/// The number of files in the caches of Go.
fn entries() -> usize {
    let folders = std::fs::read_dir(cache()).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let of_go = folders.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("go-")));
    of_go.map(|path| count(&path)).sum()
}

fn count(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
}

#[test]
fn a_second_file_without_a_project_compiles_only_its_own_blocks() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    for (name, words) in [("first", "one"), ("second", "two")] {
        let text = format!("# A\n\n```go\nfmt.Println(\"{words}\", {})\n```\n", std::process::id());
        write(temp.path(), &format!("{name}/a.md"), &text);
    }
    let verify = |name: &str| {
        let (report, code) = verify_json(&temp.path().join(name), &["a.md"]);
        assert_eq!(code, 0, "{report}");
    };
    verify("first");
    let after_first = entries();
    verify("second");
    // The library of `fmt` has hundreds of entries.
    assert!(after_first > 200 && entries() < after_first + 100, "{after_first}, then {}", entries());
}

#[test]
fn a_block_cannot_touch_the_caches_of_tools() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir_all(cache()).expect("created");
    let file = cache().join(format!("planted-{}", std::process::id()));
    let code = format!(
        "import os\n\nfor what in (lambda: open({file:?}, \"w\"), lambda: os.listdir({:?})):\n    try:\n        what()\n        print(\"open\")\n    except OSError:\n        print(\"closed\")",
        cache()
    );
    write(temp.path(), "a.md", &format!("# A\n\n```python run\n{code}\n```\n\n```text output\nclosed\nclosed\n```\n"));
    let (report, code) = verify_json(temp.path(), &["a.md"]);
    assert_eq!(code, 0, "{report}");
    assert!(!file.exists());
}
