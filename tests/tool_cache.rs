//! What tools compile of their own library is found again in the next project, and blocks never touch it.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, repository, stderr, verify_json, write};
use std::path::{Path, PathBuf};

fn cache() -> PathBuf {
    repository().join("target/test-cache/docgen/tools")
}

/// The number of files in Go's cache in a cache folder.
fn entries(cache: &Path) -> usize {
    let folders = std::fs::read_dir(cache.join("tools")).into_iter().flatten().filter_map(Result::ok);
    let of_go = folders.map(|entry| entry.path());
    let of_go = of_go.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("go-")));
    of_go.map(|path| count(&path)).sum()
}

fn count(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
}

/// With a cache of its own, because other tests write to the common one meanwhile.
#[test]
fn a_second_file_without_a_project_compiles_only_its_own_blocks() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let cache = temp.path().join("cache");
    let verify = |name: &str| {
        write(temp.path(), &format!("{name}/a.md"), &format!("# A\n\n```go\nfmt.Println({name:?})\n```\n"));
        let mut verify = docgen(&temp.path().join(name));
        let output = verify.env("DOCGEN_CACHE", &cache).args(["verify", "a.md"]).output().expect("docgen starts");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        entries(&cache)
    };
    let (first, second) = (verify("first"), verify("second"));
    // The library of `fmt` has hundreds of entries.
    assert!(first > 200 && second < first + 100, "{first}, then {second}");
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
