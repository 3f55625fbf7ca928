//! Rules of the specification that need real tools. Each test is named after its rule.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, markdown, project, run, stderr, stdout, verify_json};
use serde_json::Value;
use std::path::Path;

const ONE_EACH: &str = "# P\n\n```python\nprint(f\"x\")\n```\n\n```python\nprint(undefined)\n```\n";

#[test]
fn s5_1_exit_statuses() {
    let block = |info: &str, code: &str| format!("# P\n\n```{info}\n{code}\n```\n");
    let cases: &[(&str, &str, &[&str], i32)] = &[
        ("python", "x = 1", &[], 0),
        ("python", "undefined", &[], 1),
        ("python should_fail", "raise SystemExit(2)", &[], 0),
        ("python should_fail", "x = 1", &[], 1),
        ("python run {timeout=200ms}", "while True: pass", &[], 1),
        ("python", "import nowhere_to_be_found", &[], 0),
        ("python", "import nowhere_to_be_found", &["--strict"], 3),
        ("python ignore", "undefined", &[], 4),
        ("python ignore {reason=\"known\"}", "undefined", &[], 0),
        ("python ignore {reason=\"known\"}", "x = 1", &[], 0),
        ("python ignore {reason=\"known\"}", "x = 1", &["--strict"], 4),
        ("rust compile_fail", "let x: i32 = \"s\";", &[], 4),
        ("python check", "x = 1", &["--min-level", "compiled"], 4),
        ("text", "x", &[], 0),
        ("python", "x = 1", &["--lang", "rust"], 5),
        ("python", "x = 1", &["--min-level", "deep"], 2),
    ];
    for (info, code, args, exit) in cases {
        let site = project("[book]\n", &block(info, code));
        let output = docgen(site.path()).arg("verify").args(*args).output().expect("docgen starts");
        assert_eq!(
            output.status.code(),
            Some(*exit),
            "```{info}\n{code}\n{args:?}\n{}{}",
            stdout(&output),
            stderr(&output)
        );
    }
}

#[test]
fn s5_1_precedence_is_3_before_1_before_4() {
    let page = markdown("precedence-is-3-before-1-before-4");
    let site = project("[book]\n", page);
    assert_eq!(run(site.path(), &["verify", "--strict"]).status.code(), Some(3));
    assert_eq!(run(site.path(), &["verify"]).status.code(), Some(1));
}

#[test]
fn s5_1_the_balance_adds_up() {
    let site = project("[book]\n", &format!("{ONE_EACH}\n```text\nx\n```\n\n```cobol\nx\n```\n\n    indented\n"));
    let (report, _) = verify_json(site.path(), &[]);
    let totals = report["totals"].as_object().expect("totals");
    let sum: u64 = totals.iter().filter(|(name, _)| *name != "found").filter_map(|(_, count)| count.as_u64()).sum();
    assert_eq!((totals["found"].as_u64(), sum), (Some(5), 5));
}

#[test]
fn s5_2_a_verdict_carries_its_evidence() {
    let site = project("[book]\n", "# P\n\n```python\nprint(\"hello\")\n```\n\n```text output\nhello\n```\n");
    let (report, _) = verify_json(site.path(), &[]);
    let verdict = &report["snippets"][0];
    assert_eq!(verdict["level"], "OutputMatched");
    assert_eq!(verdict["output"], "hello\n");
    assert!(["none", "partial", "full"].contains(&verdict["sandbox"].as_str().expect("a level")));
    assert_eq!(verdict["exit_code"], 0);
    for step in ["parse", "lint", "compile", "run", "output"] {
        assert_eq!(verdict["steps"][step], "pass", "{step}");
    }
    assert!(verdict["tools"]["python"].as_str().is_some_and(|version| version.starts_with("3.")));
    assert!(
        verdict["command"].as_str().is_some_and(|command| command.ends_with("content/page.md")),
        "{}",
        verdict["command"]
    );
}

#[test]
fn s5_3_the_json_report_has_exactly_these_keys() {
    let site = project("[book]\n", ONE_EACH);
    let (report, _) = verify_json(site.path(), &[]);
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(report["schema"], "docgen.verify/1");
    assert_eq!(
        keys(&report),
        "schema docgen started duration_ms sandbox tool_starts no_exec shard batches totals levels snippets"
            .split(' ')
            .collect::<Vec<_>>()
    );
    assert_eq!(
        keys(&report["totals"]),
        [
            "found",
            "pass",
            "fail",
            "xfail",
            "xpass",
            "timeout",
            "limit",
            "blocked",
            "env_error",
            "ignored",
            "unchecked",
            "not_code"
        ]
    );
    assert_eq!(keys(&report["levels"]), ["Unchecked", "Parsed", "Linted", "Compiled", "Ran", "OutputMatched"]);
    assert_eq!(
        keys(&report["snippets"][1]),
        [
            "id",
            "page",
            "path",
            "line",
            "end_line",
            "lang",
            "name",
            "group",
            "status",
            "level",
            "reason",
            "blocked_by",
            "steps",
            "tools",
            "exit_code",
            "command",
            "sandbox",
            "cached",
            "duration_ms",
            "hash",
            "key",
            "output",
            "diagnostics",
            "date"
        ]
    );
    assert_eq!(
        keys(&report["snippets"][1]["diagnostics"][0]),
        ["severity", "code", "tool", "message", "help", "page", "path", "line", "column", "end_line", "end_column"]
    );
}

#[test]
fn s5_4_ids_are_names_or_places_under_headings() {
    let page = markdown("ids-are-names-or-places-under-headings");
    let site = project("[book]\n", page);
    let (report, _) = verify_json(site.path(), &[]);
    let ids: Vec<_> =
        report["snippets"].as_array().expect("snippets").iter().map(|snippet| snippet["id"].as_str()).collect();
    let page = |rest: &str| format!("content/page.md#{rest}");
    assert_eq!(ids, [Some(&*page("/1")), Some(&page("one-two/1")), Some(&page("own")), Some(&page("one-two/3"))]);
}

#[test]
fn s3_5_extracted_projects_are_whole() {
    let page = markdown("extracted-projects-are-whole");
    let site = project("[book]\n", page);
    let output = run(site.path(), &["extract", "--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for file in ["rust/Cargo.toml", "rust/src/main.rs", "rust/README.md", "go/go.mod", "javascript/package.json"] {
        assert!(site.path().join("out").join(file).is_file(), "{file}");
    }
    let check = std::process::Command::new("cargo")
        .args(["check", "--offline", "--quiet"])
        .current_dir(site.path().join("out/rust"))
        .output()
        .expect("cargo starts");
    assert!(check.status.success(), "{}", stderr(&check));
    let modules = std::fs::read_dir(site.path().join("out/javascript/blocks")).expect("blocks");
    let paths: Vec<_> = modules.map(|entry| entry.expect("an entry").path()).collect();
    assert!(!paths.is_empty() && paths.iter().all(|path| path.extension().is_some_and(|it| it == "mjs")), "{paths:?}");
}

#[test]
fn s6_7_nothing_lands_in_the_repository() {
    let site = project("[book]\n", ONE_EACH);
    let before = listing(site.path());
    run(site.path(), &["verify"]);
    run(site.path(), &["check"]);
    assert_eq!(listing(site.path()), before);
}

fn listing(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        names.push(path.display().to_string());
        if path.is_dir() {
            names.extend(listing(&path));
        }
    }
    names.sort();
    names
}

#[test]
fn github_annotations_name_file_line_and_column() {
    let site = project("[book]\n", ONE_EACH);
    let output = run(site.path(), &["verify", "--report", "github"]);
    let expected = "::error file=content/page.md,line=8,endLine=8,col=7,endColumn=16,title=ruff F821::Undefined name `undefined`\n";
    assert!(stdout(&output).starts_with(expected), "{}", stdout(&output));
}

#[test]
fn s1_2_data_without_a_schema_has_nothing_to_lint() {
    let site = project("[book]\n\n[verify.lang.json]\nlevel = \"linted\"\n", "# P\n\n```json\n[1]\n```\n");
    let (report, exit) = verify_json(site.path(), &["--strict"]);
    let snippet = &report["snippets"][0];
    let found = (snippet["status"].as_str(), snippet["level"].as_str(), exit);
    assert_eq!(found, (Some("pass"), Some("Parsed"), 0), "{report:#}");
}

#[test]
fn s8_4_without_execution_every_wanted_step_is_decided() {
    let page = markdown("without-execution-every-wanted-step-is-decided");
    let (report, exit) = verify_json(project("[book]\n", page).path(), &["--no-exec", "--strict"]);
    assert_eq!((report["totals"]["pass"].as_u64(), exit), (Some(6), 0), "{report:#}");
}

/// Tables of `book.toml`, and what docgen says of them.
const WRONG_TABLES: &[(&str, &str)] = &[
    ("[verify.lang.fortran]\nlevel = \"parsed\"", "book.toml:3:1: docgen knows no language `fortran`"),
    ("[verify.lang.pyton]\nlevel = \"parsed\"", "did you mean `python`?"),
    ("[verify.lang.py]\nlevel = \"parsed\"", "write [verify.lang.python]"),
    ("[verify.lang.text]\nparse = \"x\"", "blocks labelled `text` are not code"),
    ("[verify.lang.python]\nparse = \"x\"", "docgen checks `python` itself, so `parse` means nothing here"),
    ("[verify.lang.c]\nformat = \"gcc\"", "`c` has no command"),
    ("[verify.lang.c]\nparse = \"\"", "`parse` is empty"),
    ("[verify.lang.c]\nparse = \"gcc {flie}\"", "did you mean {file}?"),
    ("[verify.lang.c]\nparse = \"gcc 'x\"", "`parse` has a quote that is never closed"),
    ("[verify.lang.c]\nparse = \"gcc\"\nformat = \"xml\"", "use one of gcc, json-lines, sarif, checkstyle"),
    ("[verify.lang.c]\nparse = \"gcc\"\npattern = \"(\"", "`pattern` is no regular expression"),
    ("[verify.lang.c]\nparse = \"gcc\"\npattern = \"x\"", "`pattern` has no group `line`"),
    (
        "[verify.lang.c]\nparse = \"gcc\"\npattern = \"x\"\nformat = \"gcc\"",
        "`format` and `pattern` exclude each other",
    ),
    ("[verify.lang.c]\nparse = \"gcc\"\naliases = [\"py\"]", "the alias `py` is a label that docgen knows"),
    ("[verify.lang.c]\nprase = \"gcc\"", "did you mean `parse`?"),
];

#[test]
fn s1_1_a_table_of_no_language_is_an_error_with_a_hint() {
    for (table, wanted) in WRONG_TABLES {
        let site = project(&format!("[book]\nsrc = \".\"\n{table}\n"), "# P\n");
        let output = docgen(site.path()).arg("verify").output().expect("docgen starts");
        assert_eq!(output.status.code(), Some(2), "{table}");
        assert!(stderr(&output).contains(wanted), "{table}\n{}", stderr(&output));
    }
}

#[test]
fn s9_2_an_unknown_language_is_an_error_with_a_hint() {
    let site = project("[book]\n", "# P\n\n```python\nx = 1\n```\n\n```cobol\nSTOP\n```\n");
    for (label, status) in [("py", 0), ("cobol", 0), ("pyton", 2), ("fortran", 2)] {
        let output = docgen(site.path()).args(["verify", "--lang", label]).output().expect("docgen starts");
        assert_eq!(output.status.code(), Some(status), "{label}\n{}", stderr(&output));
        assert!(label != "pyton" || stderr(&output).contains("did you mean `--lang python`?"), "{}", stderr(&output));
    }
}

/// The repository names the commands, so they count as its code (S8.4).
#[test]
fn s8_4_without_execution_no_command_of_the_configuration_runs() {
    let site =
        project("[book]\n[verify.lang.made-up]\nparse = \"touch WRITTEN\"\n", "# P\n\n```made-up\nanything\n```\n");
    let (report, _) = verify_json(site.path(), &["--no-exec"]);
    assert_eq!(common::statuses(&report), ["unchecked"], "{report:#}");
}
