//! Parts of a verification: shards and their reports joined, changed pages, failed blocks, standard input.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{copy_of, docgen, repository, run, stderr, stdout, write};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A copy of the site whose blocks the tests divide.
fn site() -> tempfile::TempDir {
    copy_of(&repository().join("tests/shards/site"))
}

/// docgen on a machine of its own, which keeps its verdicts in `machine`.
fn on(machine: &Path, site: &Path, args: &[&str]) -> Output {
    docgen(site).env("DOCGEN_CACHE", machine).arg("--quiet").args(args).output().expect("docgen starts")
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("a report")).expect("JSON")
}

/// Blocks with all that a report says of them, but for times and where a verdict comes from.
fn blocks(report: &Value) -> BTreeMap<String, Value> {
    let blocks = report["snippets"].as_array().expect("blocks").iter().map(|block| {
        let mut block = block.clone();
        for key in ["duration_ms", "cached", "date"] {
            block.as_object_mut().expect("an object").remove(key);
        }
        (block["id"].as_str().expect("an id").to_owned(), block)
    });
    blocks.collect()
}

/// Verifies all shards, each on its own machine. Returns the reports' names in the site.
fn shards(machines: &Path, site: &Path, rule: &str, of: usize) -> Vec<String> {
    let shard = |number: usize| {
        let name = format!("{rule}-{number}-of-{of}.json");
        let part = format!("{rule}:{number}/{of}");
        let report = format!("json={name}");
        let mut args = vec!["verify", "--partition", &part, "--report", &report];
        if rule == "cost" {
            args.extend(["--costs", "whole.json"]);
        }
        let output = on(&machines.join(number.to_string()), site, &args);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
        name
    };
    (1..=of).map(shard).collect()
}

#[test]
fn s9_3_each_block_is_in_exactly_one_shard_and_merge_joins_them() {
    let (site, machines) = (site(), tempfile::tempdir().expect("a temporary folder"));
    let (site, machines) = (site.path(), machines.path());
    let whole = on(&machines.join("whole"), site, &["verify", "--report", "json=whole.json"]);
    assert_eq!(whole.status.code(), Some(1), "{}", stderr(&whole));
    let whole = blocks(&json(&site.join("whole.json")));
    for (rule, of) in [("hash", 1), ("hash", 3), ("hash", 40), ("cost", 2), ("cost", 5)] {
        let names = shards(&machines.join(format!("{rule}{of}")), site, rule, of);
        let mut seen = BTreeMap::new();
        for name in &names {
            for (id, block) in blocks(&json(&site.join(name))) {
                assert!(seen.insert(id.clone(), (block, name.clone())).is_none(), "{id} is in two shards of {of}");
            }
        }
        assert_eq!(seen.keys().collect::<Vec<_>>(), whole.keys().collect::<Vec<_>>(), "{rule} {of}");
        let shard_of = |id: &str| &seen[id].1;
        let page = "content/index.md#blocks-that-belong-together";
        for (one, other, what) in [
            (format!("{page}/1"), format!("{page}/2"), "a group"),
            (format!("{page}/3"), format!("{page}/4"), "one output"),
            (format!("{page}/5"), "content/more/second.md#a-second-page/1".to_owned(), "a named fixture"),
        ] {
            assert_eq!(shard_of(&one), shard_of(&other), "{what} stays together");
        }
        let machine = machines.join(format!("merged-{rule}{of}"));
        let mut args = vec!["merge", "--report", "json=merged.json", "--report", "github"];
        args.extend(names.iter().map(String::as_str));
        let merged = on(&machine, site, &args);
        assert_eq!(merged.status.code(), Some(1), "as one run would end: {}", stderr(&merged));
        assert_eq!(blocks(&json(&site.join("merged.json"))), whole, "{rule} {of}");
        assert!(stdout(&merged).contains("::error file=content/index.md,line=32"), "{}", stdout(&merged));
        // The caches are joined too: only what failed is verified again.
        let again = on(&machine, site, &["verify", "--report", "json=again.json"]);
        assert_eq!(again.status.code(), Some(1));
        for block in json(&site.join("again.json"))["snippets"].as_array().expect("blocks") {
            let kept = matches!(block["status"].as_str(), Some("pass" | "ignored"));
            assert_eq!(block["cached"], kept, "{block}");
        }
    }
}

#[test]
fn s9_3_reports_that_do_not_belong_together_are_refused() {
    let (site, machines) = (site(), tempfile::tempdir().expect("a temporary folder"));
    let (site, machines) = (site.path(), machines.path());
    let names = shards(machines, site, "hash", 2);
    shards(machines, site, "hash", 3);
    let refused = |files: &[&str], said: &str| {
        let output = on(&machines.join("merge"), site, &[&["merge"], files].concat());
        assert_eq!(output.status.code(), Some(2), "{files:?}: {}", stdout(&output));
        let text = stderr(&output);
        assert!(text.contains(said) && text.contains("help: "), "{said} is not in {text}");
    };
    let (one, two) = (names[0].as_str(), names[1].as_str());
    refused(&[one], "these shards of 2 are missing: 2");
    refused(&[one, one], "are both shard 1 of 2");
    refused(&[one, "hash-2-of-3.json"], "shards of different runs");
    refused(&[one, "book.toml"], "this is not a JSON report");
    write(site, "other.json", "{}");
    refused(&[one, "other.json"], "it has no `schema`");
    let text = std::fs::read_to_string(site.join(two)).expect("a report");
    write(site, "older.json", &text.replace("docgen.verify/1", "docgen.verify/0"));
    refused(&[one, "older.json"], "has the schema `docgen.verify/0`, and this docgen reads `docgen.verify/1`");
    write(site, "cut.json", &text[..text.len() / 2]);
    refused(&[one, "cut.json"], "cut.json:");
    write(site, "version.json", &text.replace("\"docgen\": \"", "\"docgen\": \"9."));
    refused(&[one, "version.json"], "two versions of docgen wrote the reports");
    // A page that was changed since, and a block that nobody verified.
    let page = std::fs::read_to_string(site.join("content/index.md")).expect("a page");
    write(site, "content/index.md", &page.replace("[1, 2]", "[1, 3]"));
    refused(&[one, two], "the reports are about other content: 1 differ, the first is content/index.md#alone/3");
    write(site, "content/index.md", &format!("{page}\n```json\n{{}}\n```\n"));
    refused(&[one, two], "a block is in no report; the first is content/index.md#alone/6");
}

#[test]
fn s9_3_impossible_partitions_are_refused() {
    let site = site();
    for (part, said) in [
        ("0/4", "write K/N with K from 1 to N"),
        ("5/4", "write K/N with K from 1 to N"),
        ("1", "write K/N"),
        ("size:1/4", "unknown rule `size`"),
        ("cost:1/4", "`cost:` needs to know what blocks cost"),
    ] {
        let output = run(site.path(), &["verify", "--partition", part]);
        assert_eq!(output.status.code(), Some(2), "{part}");
        assert!(stderr(&output).contains(said), "{part}: {}", stderr(&output));
    }
}

/// The ids that a verification tells of.
fn ids(machine: &Path, site: &Path, args: &[&str]) -> BTreeSet<String> {
    let args = [&["verify", "--report", "json=out.json"], args].concat();
    let output = on(machine, site, &args);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
    blocks(&json(&site.join("out.json"))).into_keys().collect()
}

#[test]
fn s9_2_failed_means_what_did_not_pass_last_time() {
    let (site, machine) = (site(), tempfile::tempdir().expect("a temporary folder"));
    let (site, machine) = (site.path(), machine.path());
    let output = on(machine, site, &["verify", "--failed"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("run `docgen verify` first"), "{}", stderr(&output));
    ids(machine, site, &[]);
    let failed = ["content/index.md#alone/2", "content/more/second.md#a-second-page/2"];
    assert_eq!(ids(machine, site, &["--failed"]), failed.map(str::to_owned).into());
    let page = std::fs::read_to_string(site.join("content/index.md")).expect("a page");
    write(site, "content/index.md", &page.replace("{\"b\": }", "{\"b\": 1}"));
    ids(machine, site, &["--failed"]);
    assert_eq!(ids(machine, site, &["--failed"]), [failed[1].to_owned()].into());
    assert_eq!(ids(machine, site, &["--group", "cart"]).len(), 2);
}

fn git(folder: &Path, args: &[&str]) {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"])
        .args(args)
        .output()
        .expect("git starts");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn s9_2_since_means_what_a_change_can_have_touched() {
    let (site, machine) = (site(), tempfile::tempdir().expect("a temporary folder"));
    let (site, machine) = (site.path(), machine.path());
    git(site, &["init", "--quiet", "--initial-branch=main"]);
    // A repository without commits.
    let output = on(machine, site, &["verify", "--since", "HEAD"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("git cannot tell what changed since `HEAD`"), "{}", stderr(&output));
    write(site, ".gitignore", "/out.json\n");
    git(site, &["add", "."]);
    git(site, &["commit", "--quiet", "-m", "one"]);
    let nothing = on(machine, site, &["verify", "--since", "HEAD"]);
    assert_eq!(nothing.status.code(), Some(0), "nothing changed: {}", stderr(&nothing));
    write(site, "content/new.md", "# New\n\n```json\n{}\n```\n");
    assert_eq!(ids(machine, site, &["--since", "HEAD"]), ["content/new.md#new/1".to_owned()].into());
    write(site, "snippets/shop/shop.py", "def price():\n    return 4.0\n");
    let found = ids(machine, site, &["--since", "HEAD"]);
    assert_eq!(found.len(), 3, "the new page, and both blocks of the fixture: {found:?}");
    git(site, &["checkout", "--quiet", "-b", "branch"]);
    git(site, &["add", "."]);
    git(site, &["commit", "--quiet", "-m", "two"]);
    git(site, &["checkout", "--quiet", "main"]);
    write(site, "content/index.md", "# Changed on main\n");
    git(site, &["commit", "--quiet", "-am", "three"]);
    git(site, &["checkout", "--quiet", "branch"]);
    assert_eq!(ids(machine, site, &["--since", "main"]), found, "what changed on main meanwhile does not count");
    write(site, "book.toml", "[book]\ntitle = \"Other\"\n");
    assert_eq!(ids(machine, site, &["--since", "main"]).len(), 17, "the configuration is about every block");
    let output = on(machine, site, &["verify", "--since", "--output=x"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[test]
fn s9_2_a_dash_is_standard_input() {
    let site = site();
    let with = |args: &[&str], text: &[u8]| {
        let mut child = docgen(site.path())
            .args(["--quiet", "verify", "-"])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("docgen starts");
        // docgen may refuse its arguments before it reads.
        let _ = child.stdin.take().expect("a pipe").write_all(text);
        child.wait_with_output().expect("docgen ends")
    };
    let output = with(&[], b"# T\n\n```python run\nprint(1)  #> 2\n```\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("--> stdin.md:4:"), "{}", stdout(&output));
    let output = with(&[], b"# T\n\n```python run\nprint(1)  #> 1\n```\n");
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert_eq!(with(&[], b"").status.code(), Some(5), "nothing to check");
    for (args, text) in
        [(&["README.md"][..], &b""[..]), (&["--bless"], b""), (&["--write-ledger"], b""), (&[], b"\xff")]
    {
        let output = with(args, text);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stdout(&output));
        assert!(stderr(&output).contains("help: "), "{}", stderr(&output));
    }
}
