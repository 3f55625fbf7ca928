//! Rules S2 to S4 and S7.4 of the specification with real tools. Each test is named after its rule.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, project, run, statuses, stderr, stdout, verify_json, write};
use serde_json::Value;

/// The statuses of the code blocks, without output blocks and prose.
fn code_statuses(report: &Value) -> Vec<String> {
    statuses(report).into_iter().filter(|status| status != "not_code").collect()
}

fn verified(config: &str, page: &str) -> Value {
    verify_json(project(config, page).path(), &[]).0
}

#[test]
fn s2_3_in_a_bare_file_an_unknown_word_is_a_warning() {
    let page = "# P\n\n```python prettily\nx = 1\n```\n";
    assert_eq!(statuses(&verified("[book]\n", page)), ["fail"]);
    let temp = tempfile::tempdir().expect("a temporary folder");
    write(temp.path(), "README.md", page);
    assert_eq!(statuses(&verify_json(temp.path(), &["README.md"]).0), ["pass"]);
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

#[test]
fn s2_5_a_directive_may_stand_in_a_comment_above() {
    let page = "# P\n\n<!-- docgen: run exit=3 -->\n```python\nraise SystemExit(3)\n```\n\n<!-- docgen: check -->\n\n```python\nundefined\n```\n";
    let report = verified("[book]\n", page);
    // The second comment is not on the line above.
    assert_eq!(
        (statuses(&report), report["snippets"][0]["level"].as_str()),
        (vec!["pass".into(), "fail".into()], Some("Ran"))
    );
}

const TWO: &str = "# One\n\n```python\nundefined\n```\n\n# Two\n\n```python\nundefined\n```\n\n```python\nundefined\n```\n\n```js\nundefinedName;\n```\n";

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
        assert_eq!(statuses(&verified(&rule(extra), TWO)), expected, "{extra}");
    }
}

#[test]
fn s2_6_a_rule_that_matches_nothing_is_an_error() {
    let site = project("[book]\n\n[[verify.rule]]\npath = \"gone/*.md\"\nset = { check = true }\n", TWO);
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
fn s3_1_awaits_at_the_top_level_are_a_program() {
    let page = "# P\n\n```python run\nimport asyncio\nawait asyncio.sleep(0)\n```\n\n```js run\nawait Promise.resolve(1);\n```\n";
    assert_eq!(statuses(&verified("[book]\n", page)), ["pass", "pass"]);
}

#[test]
fn s3_2_hidden_lines_are_compiled_and_not_shown() {
    let page = "# P\n\n```python {hide=\"!\"}\n!import os\nprint(os.sep)\n```\n\n```js\n// docgen:hide\nconst secret = 1;\n// docgen:show\nconsole.log(secret);\n```\n\n```rust\n# let hidden = 1;\nassert_eq!(hidden, 1);\n```\n";
    let site = project("[book]\n", page);
    assert_eq!(statuses(&verify_json(site.path(), &[]).0), ["pass", "pass", "pass"]);
    run(site.path(), &["build"]);
    let html = std::fs::read_to_string(site.path().join("public/page.html")).expect("the page");
    for figure in html.split("<figure").skip(1) {
        let (shown, whole) = figure.split_once("class=\"whole\"").expect("hidden lines can be unfolded");
        assert!(!shown.contains("import") && !shown.contains("const secret") && !shown.contains("hidden ="), "{shown}");
        assert!(whole.contains("import") || whole.contains("secret") || whole.contains("hidden"));
    }
}

#[test]
fn s3_3_a_member_is_judged_on_those_before_it_and_prints_its_own() {
    let group = |language: &str, one: &str, two: &str, three: &str| {
        format!(
            "# P\n\n```{language} {{group=g}}\n{one}\n```\n\n```text output\nfirst\n```\n\n```{language} {{group=g}}\n{two}\n```\n\n```text output\nsecond 2\n```\n\n```{language} {{group=g}}\n{three}\n```\n\n```{language} {{group=g run}}\nneverReached\n```\n"
        )
    };
    let pages = [
        group("python", "n = 1\nprint(\"first\")", "n += 1\nprint(\"second\", n)", "nope"),
        group("js", "let n = 1;\nconsole.log(\"first\");", "n += 1;\nconsole.log(\"second\", n);", "nope;"),
        group("go", "n := 1\nfmt.Println(\"first\")", "n++\nfmt.Println(\"second\", n)", "nope()"),
        group("rust", "let mut n = 1;\nprintln!(\"first\");", "n += 1;\nprintln!(\"second {n}\");", "nope();"),
        group("bash", "n=1\necho first", "n=$((n + 1))\necho second $n", "if"),
    ];
    for page in pages {
        let report = verified("[book]\n", &page);
        assert_eq!(code_statuses(&report), ["pass", "pass", "fail", "blocked"], "{page}");
        let snippets = report["snippets"].as_array().expect("snippets");
        let blocks: Vec<&Value> = snippets.iter().filter(|snippet| snippet["status"] != "not_code").collect();
        assert_eq!((blocks[0]["output"].as_str(), blocks[1]["output"].as_str()), (Some("first\n"), Some("second 2\n")));
        assert_eq!(blocks[3]["blocked_by"], blocks[2]["id"]);
    }
}

#[test]
fn s3_3_configuration_makes_one_program_of_a_page() {
    let page = "# P\n\n```python\nshared = 1\n```\n\n```python\nprint(shared)\n```\n";
    assert_eq!(statuses(&verified("[book]\n", page)), ["pass", "fail"]);
    assert_eq!(statuses(&verified("[verify.lang.python]\ngroup = \"page\"\n", page)), ["pass", "pass"]);
}

#[test]
fn s3_3_a_run_that_fails_blocks_those_after_it() {
    let page = "# P\n\n```python {group=g}\nprint(1)\n```\n\n```python {group=g}\nprint(1 / 0)\n```\n\n```python {group=g run}\nprint(3)\n```\n";
    let report = verified("[book]\n", page);
    assert_eq!(statuses(&report), ["pass", "fail", "blocked"]);
    let finding = &report["snippets"][1]["diagnostics"][0];
    assert_eq!(
        (finding["line"].as_u64(), finding["message"].as_str()),
        (Some(8), Some("ZeroDivisionError: division by zero"))
    );
}

#[test]
fn s3_3_nested_members_may_repeat_names() {
    let page = "# P\n\n```go {group=g}\nn := 1\nfmt.Println(n)\n```\n\n```go nest {group=g}\nn := 2\nfmt.Println(n)\n```\n\n```js {group=g}\nconst a = 1;\n```\n\n```js nest {group=g}\nconst a = 2;\n```\n\n```js {group=g}\nconst a = 3;\n```\n";
    assert_eq!(statuses(&verified("[book]\n", page)), ["pass", "pass", "pass", "pass", "fail"]);
}

#[test]
fn s3_3_setup_and_teardown_surround_every_block() {
    let page = "# P\n\n```python setup hidden\nimport json\nlog = []\n```\n\n```python run\nlog.append(json.dumps(1))\n```\n\n```python run\nassert log == []\n```\n\n```python teardown\nassert isinstance(log, list)\n```\n";
    let site = project("[book]\n", page);
    assert_eq!(statuses(&verify_json(site.path(), &[]).0), ["pass"; 4]);
    run(site.path(), &["build"]);
    let html = std::fs::read_to_string(site.path().join("public/page.html")).expect("the page");
    assert_eq!(html.matches("<figure").count(), 3, "a hidden block is not shown");
}

#[test]
fn s3_4_fixtures_and_preludes_give_context() {
    let page = "# P\n\n```python {prelude=db}\nprint(db.rows)\n```\n\n```python {prelude=gone}\nx = 1\n```\n\n```python {fixture=web}\nimport web_helpers\n```\n\n```python {prelude=broken}\nx = 1\n```\n";
    let site = project("[book]\n", page);
    write(site.path(), "snippets/python/preludes/db.py", "class db:\n    rows = []\n");
    write(site.path(), "snippets/python/preludes/broken.py", "x = 1\ny = nope\n");
    write(site.path(), "snippets/web/web_helpers.py", "x = 1\n");
    let (report, _) = verify_json(site.path(), &[]);
    assert_eq!(statuses(&report), ["pass", "fail", "pass", "fail"]);
    let said =
        |index: usize| report["snippets"][index]["diagnostics"][0]["message"].as_str().unwrap_or_default().to_owned();
    assert!(said(1).contains("no prelude `gone`") && said(1).contains("broken, db"), "{}", said(1));
    assert!(said(3).contains("in prelude broken, line 2: `y = nope`"), "{}", said(3));
}

#[test]
fn s3_4_a_fixture_that_is_not_there_is_an_error() {
    let site = project("[book]\n", "# P\n\n```python {fixture=gone}\nx = 1\n```\n");
    let output = run(site.path(), &["verify"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("there is no fixture `gone`"), "{}", stderr(&output));
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
    let readme = "# P\n\n```rust run\nassert_eq!(my_crate::twice(2), 4);\n```\n\n```rust\nmy_crate::gone();\n```\n\n```python run\nfrom my_package import twice\nassert twice(2) == 4\n```\n\n```js run\nconst { twice } = require(\"my-module\");\nif (twice(2) !== 4) throw new Error();\n```\n\n```go run\nimport \"example.org/mymodule\"\n\nif mymodule.Twice(2) != 4 {\n\tpanic(\"no\")\n}\n```\n";
    write(root, "README.md", readme);
    let (report, _) = verify_json(root, &["README.md"]);
    assert_eq!(statuses(&report), ["pass", "fail", "pass", "pass", "pass"], "{report:#}");
}

#[test]
fn s3_7_missing_names_are_summed_up_with_the_ways_out() {
    let page = "# P\n\n```python\nlogger.info(1)\nfetch(1)\n```\n\n```python\nlogger.info(2)\n```\n";
    let site = project("[book]\n", page);
    let output = run(site.path(), &["verify", "--suggest-prelude"]);
    let printed = stdout(&output);
    assert!(printed.contains("names that nothing defines: logger (2 blocks), fetch (1 block)"), "{printed}");
    write(site.path(), "book.toml", "[verify.lang.python]\nprelude = [\"suggested\"]\n");
    assert_eq!(statuses(&verify_json(site.path(), &[]).0), ["pass", "pass"]);
}

#[test]
fn s3_8_blocks_assemble_a_file_and_includes_keep_their_place() {
    let page = "# P\n\n```python {file=\"calc.py\"}\ndef add(a, b):\n    return a + b\n```\n\n```python {file=\"calc.py\"}\ndef sub(a, b):\n    return add(a, -b) + nope\n```\n\n```python\n{{#include ../code/tested.py:part}}\n```\n";
    let site = project("[book]\n", page);
    write(site.path(), "code/tested.py", "# ANCHOR: part\nprint(wrong)\n# ANCHOR_END: part\n");
    let (report, _) = verify_json(site.path(), &[]);
    assert_eq!(statuses(&report), ["pass", "fail", "fail"]);
    let place = |index: usize| {
        let finding = &report["snippets"][index]["diagnostics"][0];
        (finding["page"].as_str().unwrap_or_default().to_owned(), finding["line"].as_u64(), finding["column"].as_u64())
    };
    assert_eq!(place(1), ("content/page.md".into(), Some(10), Some(25)));
    assert_eq!(place(2), ("code/tested.py".into(), Some(2), Some(7)));
}

#[test]
fn s4_1_comments_promise_output_where_the_block_runs() {
    let page = "# P\n\n```python run\nprint(1)  #> 1\n#> 2\nprint(2)\n```\n\n```python\nprint(1)  #> 7\n```\n\n```js run\nconsole.log(\"a\"); //> a\n```\n\n```rust run\nprintln!(\"x\"); //> y\n```\n\n```go run\nfmt.Println(\"b\")\nfmt.Println(\"a\")\n// Unordered output:\n// a\n// b\n```\n";
    let report = verified("[book]\n", page);
    assert_eq!(statuses(&report), ["pass", "pass", "pass", "fail", "pass"]);
    let levels: Vec<_> =
        report["snippets"].as_array().expect("snippets").iter().map(|snippet| snippet["level"].as_str()).collect();
    assert_eq!(
        levels,
        [Some("OutputMatched"), Some("Compiled"), Some("OutputMatched"), Some("Ran"), Some("OutputMatched")]
    );
    assert_eq!(report["snippets"][3]["diagnostics"][0]["line"].as_u64(), Some(18));
}

#[test]
fn s4_2_matching_may_be_asked_of_either_block() {
    let page = "# P\n\n## A\n\n```python\nprint('{\"b\": 2, \"a\": 1}')\n```\n\n```json output {match=json}\n{\"a\": 1, \"b\": 2}\n```\n\n## B\n\n```python {match=unordered}\nprint(2)\nprint(1)\n```\n\n```text output\n1\n2\n```\n\n## C\n\n```python {filter=\"duration\"}\nprint('took 3 ms')\n```\n\n```text output\ntook 99 s\n```\n\n## D\n\n```python {match=fuzzy}\nprint(1)\n```\n";
    assert_eq!(code_statuses(&verified("[book]\n", page)), ["pass", "pass", "pass", "fail"]);
}

#[test]
fn s4_3_runs_are_pinned() {
    let page = "# P\n\n```python\nimport os\nprint(os.environ['TZ'], os.environ['LC_ALL'], os.environ['NO_COLOR'], os.environ['PYTHONHASHSEED'])\nprint(os.getcwd(), os.environ['HOME'])\nprint('SECRET' in os.environ)\n```\n\n```text output\nUTC C.UTF-8 1 0\n/work /work\nFalse\n```\n";
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
fn s7_4_three_faults_of_three_kinds_are_found_in_one_run() {
    let cases = [
        (
            "go",
            "package main\n\nfunc main( {\n}",
            (6, 12),
            "n := undefinedOne",
            (11, 6),
            "fmt.Printf(\"%d\\n\", \"x\")",
            (15, 13),
        ),
        ("rust", "let x = ;", (4, 9), "let n: u8 = \"s\";", (8, 13), "let v = vec![1];\nlet w = v;\ndrop(v);", (14, 6)),
        ("python", "x = = 1", (4, 5), "print(undefined)", (8, 7), "def f():\n    nonlocal gone", (13, 5)),
    ];
    for (language, one, first, two, second, three, third) in cases {
        let page =
            format!("# P\n\n```{language}\n{one}\n```\n\n```{language}\n{two}\n```\n\n```{language}\n{three}\n```\n");
        let report = verified("[book]\n", &page);
        assert_eq!(statuses(&report), ["fail", "fail", "fail"], "{language}");
        for (index, place) in [first, second, third].into_iter().enumerate() {
            let findings = report["snippets"][index]["diagnostics"].as_array().expect("diagnostics");
            let places: Vec<(u64, u64)> = findings
                .iter()
                .map(|finding| (finding["line"].as_u64().unwrap_or(0), finding["column"].as_u64().unwrap_or(0)))
                .collect();
            assert!(places.contains(&place), "{language} block {index}: {place:?} is not among {places:?}");
        }
    }
}

#[test]
fn s7_4_a_traceback_through_a_group_lands_in_the_block_that_raised() {
    let page =
        "# P\n\n```python {group=g}\ndef half(n):\n    return n / 0\n```\n\n```python {group=g run}\nhalf(1)\n```\n";
    let report = verified("[book]\n", page);
    assert_eq!(statuses(&report), ["pass", "fail"]);
    let finding = &report["snippets"][1]["diagnostics"][0];
    assert_eq!(finding["line"].as_u64(), Some(5), "the innermost frame is in the first block");
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
}

#[test]
fn s3_5_a_dependency_that_cannot_be_had_is_not_the_authors_fault() {
    let site = project("[book]\n", "# P\n\n```python\nimport json\n```\n\n```json\n[1]\n```\n");
    write(site.path(), "snippets/python/requirements.txt", "./there-is-no-such-folder\n");
    let (report, exit) = verify_json(site.path(), &[]);
    assert_eq!((statuses(&report), exit), (vec!["env_error".into(), "pass".into()], 0));
    let reason = report["snippets"][0]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("cannot be installed"), "{reason}");
}

#[test]
fn s2_2_data_is_held_to_its_schema() {
    let page = "# P\n\n```json {schema=\"s.json\"}\n{\n  \"port\": \"80\"\n}\n```\n\n```yaml {schema=\"s.json\"}\nport: 80\n```\n\n```toml {schema=\"s.json\"}\nname = \"x\"\nport = \"80\"\n```\n\n```json {schema=\"gone.json\"}\n{}\n```\n";
    let site = project("[book]\n", page);
    write(site.path(), "content/s.json", "{ \"properties\": { \"port\": { \"type\": \"integer\" } } }\n");
    let (report, _) = verify_json(site.path(), &[]);
    assert_eq!(statuses(&report), ["fail", "pass", "fail", "fail"]);
    assert_eq!(report["snippets"][1]["level"], "Linted");
    let place = |index: usize| {
        let finding = &report["snippets"][index]["diagnostics"][0];
        (finding["line"].as_u64(), finding["column"].as_u64())
    };
    assert_eq!((place(0), place(2)), ((Some(5), Some(11)), (Some(15), Some(1))));
}

#[test]
fn s2_2_the_hosts_network_is_refused_unless_the_page_is_listed() {
    let page = "# P\n\n```python run net\nx = 1\n```\n";
    assert_eq!(statuses(&verified("[book]\n", page)), ["fail"]);
    assert_eq!(statuses(&verified("[verify]\nallow-net = [\"content/page.md\"]\n", page)), ["pass"]);
}

#[test]
fn s2_2_editions_and_standalone_blocks_have_crates_of_their_own() {
    let page = "# P\n\n```rust,edition2018\nlet async_ = 1;\nlet gen = 2;\nassert_eq!(async_ + gen, 3);\n```\n\n```rust run standalone\n#![allow(dead_code)]\nmacro_rules! two {\n    () => { 2 };\n}\nassert_eq!(two!(), 2);\n```\n\n```rust run\nprintln!(\"x\");\n```\n";
    assert_eq!(statuses(&verified("[book]\n", page)), ["pass", "pass", "pass"]);
}

#[test]
fn s2_2_same_output_holds_blocks_together() {
    let block = |language: &str, code: &str| format!("```{language} run {{same-output=hello}}\n{code}\n```\n\n");
    let page = |last: &str| {
        format!("# P\n\n{}{}{}", block("python", "print('hi')"), block("js", "console.log('hi');"), block("go", last))
    };
    assert_eq!(statuses(&verified("[book]\n", &page("fmt.Println(\"hi\")"))), ["pass", "pass", "pass"]);
    assert_eq!(statuses(&verified("[book]\n", &page("fmt.Println(\"ho\")"))), ["pass", "pass", "fail"]);
}

/// A fake tool that prints a version, and otherwise runs the script.
fn broken_tool(name: &str, script: &str) -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let temp = tempfile::tempdir().expect("a temporary folder");
    let path = temp.path().join(name);
    let text = format!("#!/bin/sh\ncase \"$1\" in --version) echo \"{name} 9.9.9\"; exit 0;; esac\n{script}\n");
    std::fs::write(&path, text).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("executable");
    temp
}

/// Verifies a project with a fake tool first on `PATH` and without the tools that docgen has installed.
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
fn two_blocks_of_one_name_are_a_fault_of_the_second() {
    let page = "# P\n\n```python {#one}\nx = 1\n```\n\n```python {#one}\ny = 1\n```\n";
    let report = verified("[book]\n", page);
    assert_eq!(statuses(&report), ["pass", "fail"]);
    assert!(report["snippets"][1]["reason"].as_str().is_some_and(|reason| reason.contains("line 3")));
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
    // A linter that crashes if it sees the word, and otherwise reports nothing.
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
