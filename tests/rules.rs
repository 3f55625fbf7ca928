//! Rules S2 to S4 and S7.4 of the specification with real tools: each test is named after the rule it holds.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, markdown, project, run, statuses, stderr, stdout, verify_json, write};
use serde_json::Value;

fn verified(config: &str, page: &str) -> Value {
    verify_json(project(config, page).path(), &[]).0
}

#[test]
fn s2_4_ignore_needs_a_reason_in_a_project_only() {
    let page = "# P\n\n```python ignore\nundefined\n```\n";
    let site = project("[book]\n", page);
    let output = run(site.path(), &["verify"]);
    assert_eq!(output.status.code(), Some(4), "{}", stdout(&output));
    let bare = tempfile::tempdir().expect("a temporary folder");
    write(bare.path(), "README.md", page);
    assert_eq!(run(bare.path(), &["verify", "README.md"]).status.code(), Some(0));
    let book = tempfile::tempdir().expect("a temporary folder");
    write(book.path(), "book.toml", "[book]\n");
    write(book.path(), "src/SUMMARY.md", "- [P](page.md)\n");
    write(book.path(), "src/page.md", page);
    assert_eq!(run(book.path(), &["verify"]).status.code(), Some(0));
}

fn two() -> &'static str {
    markdown("four-blocks-below-two-headings")
}

#[test]
fn s2_6_rules_reach_blocks_by_path_language_heading_and_number() {
    let rule = |extra: &str| format!("[[verify.rule]]\npath = \"content/*.md\"\n{extra}\nset = {{ check = true }}\n");
    let cases = [
        ("", ["pass", "pass", "pass", "pass"]),
        ("lang = \"py\"", ["pass", "pass", "pass", "fail"]),
        ("heading = \"Two\"", ["fail", "pass", "pass", "pass"]),
        ("lang = \"python\"\nheading = \"two\"\nnth = 2", ["fail", "fail", "pass", "fail"]),
    ];
    for (extra, expected) in cases {
        assert_eq!(statuses(&verified(&rule(extra), two())), expected, "{extra}");
    }
}

#[test]
fn s2_6_a_rule_that_matches_nothing_is_an_error() {
    let site = project("[book]\n\n[[verify.rule]]\npath = \"gone/*.md\"\nset = { check = true }\n", two());
    let output = run(site.path(), &["verify"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("book.toml:3:1: the rule for `gone/*.md` matches no code block"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn s2_6_a_word_that_no_block_knows_is_not_passed_over() {
    let rule = "[[verify.rule]]\npath = \"**\"\nset = { preldue = \"x\" }\n";
    let report = verified(rule, "# P\n\n```python\nx = 1\n```\n");
    assert_eq!(statuses(&report), ["fail"]);
    assert!(report["snippets"][0]["reason"].as_str().is_some_and(|reason| reason.contains("did you mean `prelude`?")));
}

#[test]
fn s2_7_the_later_word_wins() {
    // language < page < rule < comment < fence
    let page = |front: &str, comment: &str, fence: &str| {
        format!(
            "---\nverify: {{ timeout: {front} }}\n---\n\n# P\n\n{comment}```python run {{{fence}}}\nimport time\ntime.sleep(0.4)\n```\n"
        )
    };
    let rule = "[[verify.rule]]\npath = \"**\"\nset = { timeout = \"10s\" }\n";
    assert_eq!(statuses(&verified("[book]\n", &page("100ms", "", ""))), ["timeout"]);
    assert_eq!(statuses(&verified(rule, &page("100ms", "", ""))), ["pass"]);
    assert_eq!(statuses(&verified(rule, &page("10s", "<!-- docgen: timeout=100ms -->\n", ""))), ["timeout"]);
    assert_eq!(statuses(&verified(rule, &page("10s", "<!-- docgen: timeout=100ms -->\n", "timeout=10s"))), ["pass"]);
}

#[test]
fn s3_2_hidden_lines_are_compiled_and_not_shown() {
    let page = markdown("hidden-lines-are-compiled-and-not-shown");
    let site = project("[book]\n", page);
    assert_eq!(statuses(&verify_json(site.path(), &[]).0), ["pass", "pass", "pass"]);
    run(site.path(), &["build"]);
    let html = std::fs::read_to_string(site.path().join("public/page.html")).expect("the page");
    assert_eq!(html.matches("<figure").count(), 3, "{html}");
    for figure in html.split("<figure").skip(1) {
        let (shown, whole) = figure.split_once("class=\"whole\"").expect("hidden lines can be unfolded");
        assert!(!shown.contains("import") && !shown.contains("const secret") && !shown.contains("hidden ="), "{shown}");
        assert!(whole.contains("import") || whole.contains("secret") || whole.contains("hidden"));
    }
}

#[test]
fn s3_3_setup_and_teardown_surround_every_block() {
    let page = markdown("setup-and-teardown-surround-every-block");
    let site = project("[book]\n", page);
    assert_eq!(statuses(&verify_json(site.path(), &[]).0), ["pass"; 4]);
    run(site.path(), &["build"]);
    let html = std::fs::read_to_string(site.path().join("public/page.html")).expect("the page");
    assert_eq!(html.matches("<figure").count(), 3, "a hidden block is not shown");
}

#[test]
fn s3_4_a_fixture_that_is_not_there_is_an_error() {
    let site = project("[book]\n", "# P\n\n```python {fixture=gone}\nx = 1\n```\n");
    let output = run(site.path(), &["verify"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("there is no fixture `gone`"), "{}", stderr(&output));
}

#[test]
fn s3_6_a_package_may_be_a_member_of_a_workspace() {
    let site = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(site.path().join(".git")).expect("made");
    let member = "version.workspace = true\nedition.workspace = true\n";
    for (path, text) in [
        ("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"2\"\n\n[workspace.package]\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace.dependencies]\npricing = { path = \"crates/pricing\" }\n".to_owned()),
        (".cargo/config.toml", "[alias]\nx = \"run\"\n".to_owned()),
        ("crates/shop/Cargo.toml", format!("[package]\nname = \"shop\"\n{member}\n[dependencies]\npricing.workspace = true\n")),
        ("crates/shop/src/lib.rs", "pub fn total() -> u32 { 2 * pricing::tea() }\n".to_owned()),
        ("crates/pricing/Cargo.toml", format!("[package]\nname = \"pricing\"\n{member}")),
        ("crates/pricing/src/lib.rs", "pub fn tea() -> u32 { 3 }\n".to_owned()),
        ("crates/tool/Cargo.toml", format!("[package]\nname = \"tool\"\n{member}")),
        ("crates/tool/src/bin/tool.rs", "fn main() {}\n".to_owned()),
        ("book.toml", "[book]\nsrc = \"crates/shop\"\n".to_owned()),
        ("crates/shop/README.md", "# Shop\n\n```rust run\nprintln!(\"{}\", shop::total()); //> 6\n```\n".to_owned()),
    ] {
        write(site.path(), path, &text);
    }
    assert_eq!(statuses(&verify_json(site.path(), &[]).0), ["pass"]);
    write(site.path(), "crates/pricing/src/lib.rs", "pub fn tea() -> u32 { 4 }\n");
    assert_eq!(statuses(&verify_json(site.path(), &[]).0), ["fail"], "what the package depends on counts");
    let manifest = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n\n[dependencies]\nprices.workspace = true\n";
    write(site.path(), "crates/shop/Cargo.toml", manifest);
    let (report, _) = verify_json(site.path(), &[]);
    assert_eq!(statuses(&report), ["env_error"]);
    let reason = report["snippets"][0]["reason"].as_str().expect("a reason");
    assert!(reason.contains("cannot be bound") && reason.contains("prices"), "{reason}");
}

#[test]
fn s3_6_a_readme_compiles_against_its_own_package() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let root = temp.path();
    write(root, "Cargo.toml", "[package]\nname = \"my-crate\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    write(root, "src/lib.rs", "/// Twice.\npub fn twice(n: u32) -> u32 {\n    2 * n\n}\n");
    write(root, "pyproject.toml", "[project]\nname = \"my-package\"\nversion = \"0\"\n");
    write(root, "src/my_package/__init__.py", "def twice(n):\n    return 2 * n\n");
    write(root, "package.json", "{ \"name\": \"my-module\", \"version\": \"0.0.0\", \"main\": \"index.js\" }\n");
    write(root, "index.js", "exports.twice = (n) => 2 * n;\n");
    write(root, "go.mod", "module example.org/mymodule\n\ngo 1.22\n");
    write(root, "twice.go", "package mymodule\n\n// Twice doubles.\nfunc Twice(n int) int { return 2 * n }\n");
    let readme = markdown("a-readme-compiles-against-its-own-package");
    write(root, "README.md", readme);
    let (report, _) = verify_json(root, &["README.md"]);
    assert_eq!(statuses(&report), ["pass", "fail", "pass", "pass", "pass"], "{report:#}");
}

#[test]
fn s3_7_missing_names_are_summed_up_with_the_ways_out() {
    let page = markdown("missing-names-are-summed-up-with-the-ways-out");
    let site = project("[book]\n", page);
    let output = run(site.path(), &["verify", "--suggest-prelude"]);
    let printed = stdout(&output);
    assert!(printed.contains("names that nothing defines: logger (2 blocks), fetch (1 block)"), "{printed}");
    write(site.path(), "book.toml", "[verify.lang.python]\nprelude = [\"suggested\"]\n");
    assert_eq!(statuses(&verify_json(site.path(), &[]).0), ["pass", "pass"]);
}

#[test]
fn s4_3_runs_are_pinned() {
    let page = markdown("runs-are-pinned");
    let site = project("[book]\n", page);
    let output = docgen(site.path()).env("SECRET", "bait").arg("verify").output().expect("docgen starts");
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn s4_4_bless_rewrites_expected_output_and_nothing_else() {
    let page = "# P\r\n\r\n- item\r\n\r\n  ```python\r\n  print(1)\r\n  print(2)\r\n  print(3)\r\n  ```\r\n\r\n  ```text output\r\n  0\r\n  ...\r\n  9\r\n  ```\r\n\r\n> ```python run\r\n> print(4)  #> 5\r\n> ```\r\n\r\nEnd.\r\n";
    let site = project("[book]\n", page);
    let refused = docgen(site.path()).env("CI", "true").args(["verify", "--bless"]).output().expect("docgen starts");
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    let output = run(site.path(), &["verify", "--bless"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("- 0") && stdout(&output).contains("+ 1"), "the diff is shown");
    let after = std::fs::read_to_string(site.path().join("content/page.md")).expect("the page");
    assert_eq!(after, page.replace("  0\r\n  ...\r\n  9\r\n", "  1\r\n  ...\r\n  3\r\n").replace("#> 5", "#> 4"));
}

#[test]
fn s4_4_what_cannot_be_blessed_stays_and_is_said() {
    let page = "# P\n\n```python run\nprint(1)\nprint(2)\n#> 1\n```\n\n```python run\nprint(3)  #> 4\n```\n";
    let site = project("[book]\n", page);
    let output = run(site.path(), &["verify", "--bless"]);
    let error = stderr(&output);
    assert!(error.contains("the number of lines in its comments is 1, and it prints 2"), "{error}");
    assert!(error.contains("content/page.md:3") && error.contains("+ 2"), "{error}");
    assert!(stdout(&output).starts_with("content/page.md:9\n"), "{}", stdout(&output));
    let after = std::fs::read_to_string(site.path().join("content/page.md")).expect("the page");
    assert_eq!(after, page.replace("#> 4", "#> 3"));
}

#[test]
fn s3_5_dependencies_are_installed_once_per_lock_file() {
    let page = "# P\n\n```js run\nimport { twice } from \"local-pkg\";\nif (twice(2) !== 4) throw new Error();\n```\n";
    let site = project("[book]\n", page);
    write(
        site.path(),
        "snippets/javascript/local-pkg/package.json",
        "{ \"name\": \"local-pkg\", \"version\": \"1.0.0\", \"main\": \"index.js\" }\n",
    );
    write(site.path(), "snippets/javascript/local-pkg/index.js", "exports.twice = (n) => 2 * n;\n");
    let manifest = "{ \"name\": \"x\", \"private\": true, \"dependencies\": { \"local-pkg\": \"file:local-pkg\" } }\n";
    write(site.path(), "snippets/javascript/package.json", manifest);
    let (report, _) = verify_json(site.path(), &[]);
    assert_eq!(statuses(&report), ["env_error"]);
    let reason = report["snippets"][0]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("no package-lock.json") && reason.contains("npm install"), "{reason}");
    let lock = "{ \"name\": \"x\", \"lockfileVersion\": 3, \"requires\": true, \"packages\": { \"\": { \"name\": \"x\", \"dependencies\": { \"local-pkg\": \"file:local-pkg\" } }, \"local-pkg\": { \"version\": \"1.0.0\" }, \"node_modules/local-pkg\": { \"resolved\": \"local-pkg\", \"link\": true } } }\n";
    write(site.path(), "snippets/javascript/package-lock.json", lock);
    assert_eq!(statuses(&verify_json(site.path(), &[]).0), ["pass"]);
    let newer = manifest.replace("{ \"local-pkg\"", "{ \"other-pkg\": \"file:other-pkg\", \"local-pkg\"");
    write(
        site.path(),
        "snippets/javascript/other-pkg/package.json",
        "{ \"name\": \"other-pkg\", \"version\": \"1.0.0\" }\n",
    );
    write(site.path(), "snippets/javascript/package.json", &newer);
    write(site.path(), "snippets/javascript/package-lock.json", &format!("{lock}\n"));
    let (report, _) = verify_json(site.path(), &[]);
    let reason = report["snippets"][0]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("snippets/javascript cannot be installed") && reason.contains("in sync"), "{reason}");
    assert!(reason.contains("if package-lock.json is older than package.json, `npm install` writes it"), "{reason}");
}

#[test]
fn s2_2_the_hosts_network_is_refused_unless_the_page_is_listed() {
    let page = "# P\n\n```python run net\nx = 1\n```\n";
    assert_eq!(statuses(&verified("[book]\n", page)), ["fail"]);
    assert_eq!(statuses(&verified("[verify]\nallow-net = [\"content/page.md\"]\n", page)), ["pass"]);
}

/// A tool of this name that answers for its version and then does what the script says.
fn broken_tool(name: &str, script: &str) -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let temp = tempfile::tempdir().expect("a temporary folder");
    let path = temp.path().join(name);
    let text = format!("#!/bin/sh\ncase \"$1\" in --version) echo \"{name} 9.9.9\"; exit 0;; esac\n{script}\n");
    std::fs::write(&path, text).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("executable");
    temp
}

/// A project verified with a tool of ours first on `PATH`, and none of those that docgen has installed.
fn verified_with(site: &tempfile::TempDir, tool: &tempfile::TempDir) -> Value {
    let path = format!("{}:{}", tool.path().display(), std::env::var("PATH").unwrap_or_default());
    let output = docgen(site.path())
        .env("PATH", path)
        .env("XDG_DATA_HOME", tool.path())
        .args(["--quiet", "verify", "--report", "json=-"])
        .output()
        .expect("docgen starts");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn a_tool_that_breaks_down_is_said_so_and_the_rest_goes_on() {
    for script in ["echo garbage", "kill -SEGV $$", "exit 7"] {
        let tool = broken_tool("ruff", script);
        let site = project("[book]\n", "# P\n\n```python\nx = 1\n```\n\n```json\n[1]\n```\n");
        let report = verified_with(&site, &tool);
        assert_eq!(statuses(&report), ["env_error", "pass"], "{script}");
        assert_eq!(report["snippets"][0]["steps"]["compile"], "pass", "its other steps run");
        let reason = report["snippets"][0]["reason"].as_str().unwrap_or_default();
        assert!(reason.contains("ruff broke down"), "{reason}");
    }
}

#[test]
fn a_tool_that_hangs_is_ended_and_hangs_for_its_block_only() {
    let hangs = "case \"$(cat $(echo \"$@\" | xargs -n1 | grep '^blocks') 2>/dev/null)\" in *poison*) sleep 300;; esac; echo '[]'";
    let tool = broken_tool("ruff", hangs);
    let block = |n: usize| format!("```python\n{} = {n}\n```\n", if n == 5 { "poison" } else { "fine" });
    let blocks = (0..8).map(block).collect::<Vec<_>>().join("\n");
    let site = project("[book]\n[verify]\ntool-timeout = \"60s\"\n", &format!("# P\n\n{blocks}"));
    let report = verified_with(&site, &tool);
    let expected: Vec<&str> = (0..8).map(|n| if n == 5 { "env_error" } else { "pass" }).collect();
    assert_eq!(statuses(&report), expected);
    let reason = report["snippets"][5]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("ran out of time"), "{reason}");
}

#[test]
fn s2_1_check_fix_writes_fences_in_their_canonical_form() {
    let page = "# P\r\n\r\n> ```rust,no_run,edition2021\r\n> fn main() {}\r\n> ```\r\n\r\n```js {1} title=\"a.js\"\r\nlet a;\r\n```\r\n\r\n```rust,editable\r\nfn main() {}\r\n```\r\n";
    let site = project("[book]\n", page);
    run(site.path(), &["check", "--fix"]);
    let after = std::fs::read_to_string(site.path().join("content/page.md")).expect("the page");
    let expected = page
        .replace("rust,no_run,edition2021", "rust no_run edition2021")
        .replace("js {1} title=\"a.js\"", "js {title=\"a.js\" 1}");
    assert_eq!(after, expected);
}

#[test]
fn a_block_that_breaks_its_tool_breaks_it_for_itself_only() {
    // A linter that dies where it sees the word, and has nothing to say otherwise.
    let tool = broken_tool(
        "ruff",
        "if grep -rql poison blocks 2>/dev/null && echo \"$@\" | xargs -n1 | grep '^blocks' | xargs grep -ql poison; then kill -SEGV $$; fi; echo '[]'",
    );
    let block = |n: usize| format!("```python\n{} = {n}\n```\n", if n == 13 { "poison" } else { "fine" });
    let blocks = (0..20).map(block).collect::<Vec<_>>().join("\n");
    let site = project("[book]\n", &format!("# P\n\n{blocks}"));
    let report = verified_with(&site, &tool);
    let expected: Vec<&str> = (0..20).map(|n| if n == 13 { "env_error" } else { "pass" }).collect();
    assert_eq!(statuses(&report), expected);
}
