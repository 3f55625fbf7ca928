//! The ratchet (S6.6): failures in the ledger are silent and accepted. Every report shows failures that are worse.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, project, stderr, stdout, write};
use serde_json::Value;
use std::path::Path;
use std::process::Output;

const PAGE: &str = "content/page.md";

/// Runs docgen with a separate cache for the site.
fn run(site: &Path, args: &[&str]) -> Output {
    docgen(site).env("DOCGEN_CACHE", site.join("cache")).args(args).output().expect("docgen starts")
}

/// A project with a ledger of its current blocks.
fn with_ledger(page: &str) -> tempfile::TempDir {
    let site = project("[book]\n", page);
    run(site.path(), &["verify", "--write-ledger"]);
    assert!(site.path().join("snippets/ledger.json").is_file());
    site
}

fn edit(site: &Path, path: &str, from: &str, to: &str) {
    let text = std::fs::read_to_string(site.join(path)).expect("readable");
    assert!(text.contains(from), "{path} does not hold {from}");
    std::fs::write(site.join(path), text.replace(from, to)).expect("written");
}

/// The exit status and the output of `docgen verify --ratchet`.
fn ratchet(site: &Path, args: &[&str]) -> (i32, String) {
    let output = run(site, &[&["--quiet", "verify", "--ratchet"], args].concat());
    (output.status.code().unwrap_or(-1), format!("{}{}", stdout(&output), stderr(&output)))
}

fn json(site: &Path, args: &[&str]) -> (Value, i32) {
    let output = run(site, &[&["--quiet", "verify", "--report", "json=-"], args].concat());
    let text = stdout(&output);
    let report = serde_json::from_str(&text).unwrap_or_else(|error| panic!("no JSON ({error}): {text}"));
    (report, output.status.code().unwrap_or(-1))
}

const MANY: &str = "# P\n\n```rust\nlet x = 1;\n```\n\n```rust\nlet x: i32 = \"s\";\n```\n\n```rust should_fail\npanic!(\"x\")\n```\n\n```rust compile_fail {code=E0308}\nlet x: i32 = \"s\";\n```\n\n```go\nfmt.Println(1)\n```\n\n```go\nfmt.Println(nowhere)\n```\n\n```python run\nprint(1)\n```\n\n```python\nundefined\n```\n\n```python run\n1 / 0\n```\n\n```python run {timeout=100ms}\nimport time\n\ntime.sleep(60)\n```\n\n```js run\nconsole.log(1);\n```\n\n```js run\nthrow new Error(\"x\");\n```\n\n```bash\necho hi\n```\n\n```json\n[1]\n```\n";

#[test]
fn s6_6_what_no_exec_cannot_reach_is_not_worse() {
    let site = with_ledger(MANY);
    let in_ci = |args: &[&str]| {
        let output = docgen(site.path())
            .env("DOCGEN_CACHE", site.path().join("cache"))
            .env("CI", "true")
            .args(["--quiet", "verify", "--no-exec", "--ratchet"])
            .args(args)
            .output()
            .expect("docgen starts");
        (output.status.code(), stdout(&output))
    };
    let (code, said) = in_ci(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("worse") && !said.contains("tightened"), "{said}");
    edit(site.path(), PAGE, "Println(nowhere)", "Println(nowhere, 2)");
    let (code, said) = in_ci(&[]);
    assert_eq!(code, Some(0), "it failed before: {said}");
    // Blocks that this machine can verify count as usual.
    edit(site.path(), PAGE, "# P\n", "# P\n\n```python\nnew_and_bad\n```\n");
    let (code, said) = in_ci(&[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("worse content/page.md:3 "), "{said}");
    edit(site.path(), PAGE, "```python\nnew_and_bad\n```\n", "");
    edit(site.path(), PAGE, "```python run\nprint(1)", "```python check\nprint(1)");
    let (code, said) = in_ci(&[]);
    assert_eq!(code, Some(1), "the author asks for less than linting now: {said}");
}

#[test]
fn s6_6_build_takes_the_ratchet() {
    let site = with_ledger("# P\n\n```python\nundefined\n```\n");
    assert_eq!(run(site.path(), &["build", "--verify"]).status.code(), Some(1));
    let output = run(site.path(), &["build", "--verify", "--ratchet"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(site.path().join("public/page.html").is_file());
    let said = stderr(&output);
    assert!(said.contains("1 failing block known to the ledger") && !said.contains("F821"), "{said}");
    edit(site.path(), PAGE, "# P\n", "# P\n\n```python\nnew_and_bad\n```\n");
    let output = run(site.path(), &["build", "--verify", "--ratchet"]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.contains("new_and_bad") && said.contains("worse content/page.md:3 "), "{said}");
    assert_eq!(run(site.path(), &["build", "--ratchet"]).status.code(), Some(2), "nothing is verified");
}

#[test]
fn s6_6_known_failures_are_a_count_in_every_report() {
    let blocks = (0..40).fold(String::new(), |text, number| text + &format!("```python\nunknown_{number}\n```\n\n"));
    let site = with_ledger(&format!("# P\n\n{blocks}"));
    let (code, said) = ratchet(site.path(), &[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("40 failing blocks known to the ledger"), "{said}");
    assert!(!said.contains("unknown_"), "{said}");
    let (code, said) = ratchet(site.path(), &["--report", "github"]);
    assert_eq!((code, said.matches("::").count()), (0, 2), "{said}");
    assert!(said.starts_with("::notice") && said.contains("40 failing blocks"), "{said}");
    let (report, code) = json(site.path(), &["--ratchet"]);
    assert_eq!((code, &report["ratchet"]["known"], &report["ratchet"]["worse"]), (0, &40.into(), &0.into()));
    assert!(report["snippets"].as_array().expect("snippets").iter().all(|it| it["known"] == true));

    edit(site.path(), PAGE, "# P\n", "# P\n\n```python\nnew_and_bad\n```\n");
    let (code, said) = ratchet(site.path(), &[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("new_and_bad") && !said.contains("unknown_"), "{said}");
    let (code, said) = ratchet(site.path(), &["--report", "github"]);
    assert_eq!((code, said.matches("::error").count()), (1, 1), "{said}");
    assert!(said.contains("::error file=content/page.md,line=4,") && said.contains("new_and_bad"), "{said}");
    let (report, code) = json(site.path(), &["--ratchet"]);
    assert_eq!((code, &report["ratchet"]["known"], &report["ratchet"]["worse"]), (1, &40.into(), &1.into()));
    let first = &report["snippets"][0];
    assert_eq!((&first["known"], &first["worse"]), (&false.into(), &true.into()));
    // Without the ratchet, nothing is compared.
    let (report, _) = json(site.path(), &[]);
    assert_eq!((&report["ratchet"], &report["snippets"][0]["known"]), (&Value::Null, &Value::Null));
}

#[test]
fn s6_6_what_got_better_can_be_held() {
    const TIGHTEN: &str = "the ledger can be tightened: run docgen verify --write-ledger";
    let site = with_ledger("# P\n\n```python\nundefined\n```\n\n```python\nx = 1\n```\n\n```python\nmissing\n```\n");
    assert!(!ratchet(site.path(), &[]).1.contains("tightened"));
    edit(site.path(), PAGE, "undefined", "y = 1");
    let (code, said) = ratchet(site.path(), &[]);
    assert!(code == 0 && said.contains(TIGHTEN), "{said}");
    assert!(ratchet(site.path(), &["--report", "github"]).1.contains(TIGHTEN));
    assert_eq!(json(site.path(), &["--ratchet"]).0["ratchet"]["better"], 1);
    let (code, said) = ratchet(site.path(), &["--write-ledger"]);
    assert!(code == 0 && !said.contains("tightened"), "it has just been: {said}");
    edit(site.path(), PAGE, "```python\nx = 1", "```python run\nx = 1");
    assert!(ratchet(site.path(), &[]).1.contains(TIGHTEN), "deeper is better");
    run(site.path(), &["verify", "--write-ledger"]);
    edit(site.path(), PAGE, "```python\nmissing\n```\n", "");
    assert!(ratchet(site.path(), &[]).1.contains(TIGHTEN), "a failing block less is better");
    assert!(!ratchet(site.path(), &["--lang", "json"]).1.contains("tightened"), "what was not looked at is not gone");
}

#[test]
fn s6_6_moving_blocks_and_editing_near_them_is_not_worse() {
    let page = "# P\n\n## One\n\n```python\nundefined\n```\n\n```python run\nprint(1)\n```\n\n```python run\n1 / 0\n```\n\n## Two\n\n```js\nnowhere;\n```\n\n```json {name=twice}\n[1]\n```\n\n```json {name=twice}\n[2]\n```\n";
    let holds = |site: &Path, what: &str| {
        let (code, said) = ratchet(site, &[]);
        assert_eq!(code, 0, "{what}: {said}");
        assert!(said.contains("4 failing blocks"), "{what}: {said}");
        assert!(!said.contains("tightened"), "{what}: {said}");
    };
    let site = with_ledger(page);
    let site = site.path();
    edit(site, PAGE, "# P\n", "# P\n\nA paragraph.\n");
    holds(site, "a paragraph above");
    edit(site, PAGE, "## One\n", "## One\n\n```python\nx = 1\n```\n");
    holds(site, "a block above");
    edit(site, PAGE, "## One\n", "## First\n");
    holds(site, "another heading");
    std::fs::rename(site.join(PAGE), site.join("content/moved.md")).expect("moved");
    holds(site, "another page");
    edit(site, "content/moved.md", "nowhere;", "nowhere2;");
    holds(site, "a moved page and an edited block that still fails");
    edit(site, "content/moved.md", "1 / 0", "2 / 0");
    edit(site, "content/moved.md", "2 / 0", "two / 0");
    let (code, said) = ratchet(site, &[]);
    assert_eq!(code, 1, "it ran, and now its names are not even defined: {said}");
}

#[test]
fn s6_6_a_copy_of_a_failing_block_is_a_new_failure() {
    let block = "```python\nundefined\n```\n\n";
    let site = with_ledger(&format!("# P\n\n{block}{block}"));
    assert_eq!(ratchet(site.path(), &[]).0, 0);
    write(site.path(), PAGE, &format!("# P\n\n{block}{block}{block}"));
    let (code, said) = ratchet(site.path(), &[]);
    assert_eq!((code, said.matches("worse ").count()), (1, 1), "{said}");
    assert!(said.contains("worse content/page.md:11 ") && said.contains("2 failing blocks"), "{said}");
}

#[test]
fn s6_6_what_the_ledger_has_is_no_failure_of_any_kind() {
    let page = "# P\n\n```python ignore\nundefined\n```\n\n```python\nimport no_such_package\n```\n\n```python ignore {reason=\"not yet\"}\nx = 1\n```\n";
    let site = with_ledger(page);
    let strict = |args: &[&str]| ratchet(site.path(), &[&["--strict"], args].concat());
    assert_eq!(run(site.path(), &["verify"]).status.code(), Some(4));
    assert_eq!(run(site.path(), &["verify", "--strict"]).status.code(), Some(3));
    let (code, said) = strict(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("needs a reason"), "{said}");
    edit(site.path(), PAGE, "# P\n", "# P\n\n```python ignore\nnew\n```\n");
    let (code, said) = strict(&[]);
    assert_eq!((code, said.matches("needs a reason").count()), (4, 1), "{said}");
    let (code, said) = strict(&["--report", "github"]);
    assert_eq!((code, said.matches("needs a reason").count()), (4, 1), "{said}");
    assert!(!said.contains("no_such_package") && !said.contains("::warning"), "{said}");
    edit(site.path(), PAGE, "ignore\nnew\n", "ignore {reason=\"x\"}\nnew\n");
    edit(site.path(), PAGE, "# P\n", "# P\n\n```python\nimport another_package\n```\n");
    assert_eq!(strict(&[]).0, 3, "what the ledger does not know is missing as ever");
}

#[test]
fn s6_6_a_fault_in_a_fence_is_known_in_any_language() {
    let page = "# P\n\n```zig pritty\nconst x = 1;\n```\n\n```text output\n1\n```\n\n```json {name=a}\n1\n```\n\n```json {name=a}\n1\n```\n";
    let site = with_ledger(page);
    let (code, said) = ratchet(site.path(), &[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("3 failing blocks known to the ledger"), "{said}");
    edit(site.path(), PAGE, "# P\n", "# P\n\n```zig prittier\nconst y = 1;\n```\n");
    assert_eq!(ratchet(site.path(), &[]).0, 1);
}

#[test]
fn s6_4_locked_leaves_json_whole() {
    let site = with_ledger("# P\n\n```python\nx = 1\n```\n");
    edit(site.path(), PAGE, "x = 1", "x = 2");
    assert_eq!(json(site.path(), &["--locked", "--ratchet"]).1, 4);
    let (code, said) = ratchet(site.path(), &["--locked", "--report", "github"]);
    assert_eq!(code, 4, "{said}");
    assert!(
        said.contains("::error file=content/page.md,line=3,") && said.contains("the ledger does not know"),
        "{said}"
    );
    // An edited known failure is not in the ledger either.
    let site = with_ledger("# P\n\n```python\nundefined\n```\n");
    edit(site.path(), PAGE, "undefined", "undefined2");
    let (code, said) = ratchet(site.path(), &["--locked", "--report", "github"]);
    assert!(code == 4 && said.contains("the ledger does not know") && !said.contains("F821"), "{said}");
}
