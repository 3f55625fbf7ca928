//! Ledgers of docgen 0.1 have hashes without a version. They are still valid, and are rewritten with new hashes.
//!
//! `tests/ledger_v1/snippets/ledger.json` was written by docgen 0.1; it is never blessed.

#![allow(clippy::disallowed_methods, reason = "tests look at disk from outside")]

mod common;

use common::{copy_of, docgen, repository, stderr, stdout};
use serde_json::Value;
use std::path::Path;

fn project() -> tempfile::TempDir {
    copy_of(&repository().join("tests/ledger_v1"))
}

fn run(folder: &Path, args: &[&str]) -> std::process::Output {
    // A separate cache, so that only the ledger knows the blocks.
    docgen(folder).env("XDG_CACHE_HOME", folder.join("cache")).args(args).output().expect("docgen starts")
}

fn ledger(folder: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join("snippets/ledger.json")).expect("a ledger");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    document["blocks"].as_array().expect("blocks").clone()
}

#[test]
fn s6_5_a_site_shows_what_an_old_ledger_knows() {
    let folder = project();
    let built = run(folder.path(), &["build", "--quiet"]);
    let text = std::fs::read_to_string(folder.path().join("public/verification.json"))
        .unwrap_or_else(|error| panic!("{error}: {}", stderr(&built)));
    let site: Value = serde_json::from_str(&text).expect("JSON");
    let shown = site["snippets"].as_array().expect("snippets");
    for entry in ledger(folder.path()) {
        let block = shown.iter().find(|block| block["id"] == entry["id"]).expect("it is shown");
        assert_eq!((&block["stale"], &block["status"]), (&Value::Bool(false), &entry["status"]), "{block}");
    }
}

#[test]
fn s6_4_an_old_ledger_is_brought_up_to_date() {
    let folder = project();
    let before = ledger(folder.path());
    assert_eq!(before.len(), 12);
    let locked = run(folder.path(), &["verify", "--locked"]);
    assert!(!stdout(&locked).contains("does not know the current content"), "{}", stdout(&locked));
    run(folder.path(), &["verify", "--quiet", "--write-ledger"]);
    let after = ledger(folder.path());
    for (old, new) in before.iter().zip(&after) {
        assert_eq!((&old["id"], &old["status"]), (&new["id"], &new["status"]));
        assert!(!old["hash"].as_str().expect("a hash").contains(':'), "{old}");
        assert!(new["hash"].as_str().expect("a hash").starts_with("v2:"), "{new}");
        // A line keeps its date while it does not change. Tools of other machines may have other versions.
        if old["tools"] == new["tools"] {
            assert_eq!(old["date"], new["date"], "{new}");
        }
    }
    assert_eq!(before.len(), after.len());
    // A block that changes is no longer known.
    let page = folder.path().join("content/index.md");
    let text = std::fs::read_to_string(&page).expect("a page").replace("\"port\": 80", "\"port\": 81");
    std::fs::write(&page, text).expect("written");
    let changed = run(folder.path(), &["verify", "--locked", "--lang", "json"]);
    assert!(stdout(&changed).contains("does not know the current content"), "{}", stdout(&changed));
}
