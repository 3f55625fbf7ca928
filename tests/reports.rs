//! Reports: file names, repeated hints, and a page's id.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, markdown, project, run, stderr, stdout, write};
use serde_json::Value;
use std::path::Path;

/// The standard output of docgen in `cwd`, with one more variable.
fn said(cwd: &Path, variable: (&str, &str), args: &[&str]) -> String {
    let output = docgen(cwd)
        .env_remove("GITHUB_WORKSPACE")
        .env(variable.0, variable.1)
        .arg("--quiet")
        .args(args)
        .output()
        .expect("docgen starts");
    assert_ne!(output.status.code(), Some(2), "{}", stderr(&output));
    stdout(&output)
}

const NONE: (&str, &str) = ("DOCGEN_TEST", "1");

#[test]
fn s9_1_annotations_name_files_as_the_repository_does() {
    let repository = tempfile::tempdir().expect("a temporary folder");
    let page = markdown("annotations-name-files-as-the-repository-does");
    write(repository.path(), "docs/book.toml", "[book]\n");
    write(repository.path(), "docs/content/a.md", page);
    write(repository.path(), "docs/content/b.md", "# B\n\n{{#include ../parts/inc.txt}}\n");
    write(repository.path(), "docs/parts/inc.txt", "```python\nnowhere\n```\n");
    write(repository.path(), "notes/README.md", "# N\n\n```python\nundefined\n```\n");
    let docs = repository.path().join("docs");
    let commands: [&[&str]; 3] = [
        &["verify", "--report", "github"],
        &["check", "--report", "github"],
        &["report", "freshness", "--report", "github"],
    ];
    // Without a repository, paths are relative to the current folder.
    for args in commands {
        let text = said(&docs, NONE, args);
        assert!(text.contains("file=content/a.md,"), "{args:?}: {text}");
        let text = said(repository.path(), NONE, &[&["--root", "docs"], args].concat());
        assert!(text.contains("file=docs/content/a.md,"), "{args:?}: {text}");
    }
    // A worktree's `.git` is a file. No git is started.
    write(repository.path(), ".git", "gitdir: /nonexistent\n");
    for args in commands {
        let text = said(&docs, NONE, args);
        assert!(text.contains("file=docs/content/a.md,") && !text.contains("file=content/"), "{args:?}: {text}");
        let above = repository.path().parent().expect("a folder").display().to_string();
        let text = said(&docs, ("GITHUB_WORKSPACE", &above), args);
        assert!(text.contains("/docs/content/a.md,") && !text.contains("file=docs/"), "{args:?}: {text}");
        let text = said(&docs, ("GITHUB_WORKSPACE", "/nonexistent"), args);
        assert!(text.contains("file=docs/content/a.md,"), "a workspace that is elsewhere names nothing here: {text}");
    }
    let text = said(&docs, NONE, commands[0]);
    assert!(text.contains("file=docs/parts/inc.txt,line=2"), "{text}");
    let text = said(&repository.path().join("notes"), NONE, &["verify", "README.md", "--report", "github"]);
    assert!(text.contains("file=notes/README.md,"), "{text}");
    // The terminal report still shows paths relative to the project.
    assert!(said(&docs, NONE, &["verify"]).contains("--> content/a.md:8:1"));
}

#[test]
fn s5_3_json_names_files_from_the_repository_too() {
    let repository = tempfile::tempdir().expect("a temporary folder");
    write(repository.path(), ".git/HEAD", "ref: refs/heads/main\n");
    write(repository.path(), "docs/book.toml", "[book]\n");
    write(repository.path(), "docs/content/a.md", "# P\n\n```python\nundefined\n```\n");
    let docs = repository.path().join("docs");
    let report: Value = serde_json::from_str(&said(&docs, NONE, &["verify", "--report", "json=-"])).expect("JSON");
    let block = &report["snippets"][0];
    assert_eq!((&block["page"], &block["path"]), (&"content/a.md".into(), &"docs/content/a.md".into()));
    let found = &block["diagnostics"][0];
    assert_eq!((&found["page"], &found["path"]), (&"content/a.md".into(), &"docs/content/a.md".into()));
    // Ids in a ledger or a rule do not change.
    assert_eq!(block["id"], "content/a.md#p/1");
    let args = ["report", "freshness", "--report", "json=-"];
    let report: Value = serde_json::from_str(&said(&docs, NONE, &args)).expect("JSON");
    assert_eq!(report["pages"][0]["path"], "docs/content/a.md");
}

#[test]
fn equal_hints_are_one_with_a_count_and_three_places() {
    let block = "```js frame=\"none\"\nlet a;\n```\n\n";
    let image = "![a badge](https://img.example.org/badge.svg)\n\n";
    let front = "---\nsidebar_label: P\n---\n\n";
    let site = project("[book]\n", &format!("{front}# P\n\n{image}{}", block.repeat(5)));
    write(site.path(), "content/q.md", &format!("{front}# Q\n\n{image}{}", block.repeat(2)));
    let text = stdout(&run(site.path(), &["check"]));
    for (what, count) in [("`frame`", 7), ("`sidebar_label`", 2), ("img.example.org", 2)] {
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("hint") && line.contains(what)).collect();
        assert_eq!(lines.len(), 1, "{what}: {text}");
        assert!(lines[0].contains(&format!("{count} times")), "{}", lines[0]);
    }
    assert!(text.contains("also at content/page.md:13:7, content/page.md:17:7 and 4 more places"), "{text}");
    assert!(text.contains("also at content/q.md:2:1\n"), "{text}");
    assert!(text.contains("11 hints"), "all of them are counted: {text}");
    let all = stdout(&run(site.path(), &["--verbose", "check"]));
    assert_eq!(all.matches("hint[fence-foreign]").count(), 7, "{all}");
    let notices = stdout(&run(site.path(), &["check", "--report", "github"]));
    assert_eq!(notices.matches("::notice").count(), 3, "{notices}");
    assert!(notices.contains("content/page.md:17:7"), "{notices}");
    // Errors are not joined.
    write(site.path(), "content/r.md", "# R\n\n[a](gone.md)\n\n[b](gone.md)\n");
    let text = stdout(&run(site.path(), &["check"]));
    assert_eq!(text.matches("error[broken-link]").count(), 2, "{text}");
}

#[test]
fn a_pages_id_is_on_it_and_in_what_machines_read() {
    const ID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let front = format!("---\nid: {}\nagents: [coder]\n---\n\n", ID.to_lowercase());
    let site = project("[book]\n", &format!("{front}# P\n\n```json\n[1]\n```\n"));
    assert_eq!(run(site.path(), &["build"]).status.code(), Some(0));
    let read = |name: &str| std::fs::read_to_string(site.path().join("public").join(name)).expect(name);
    let page = read("page.html");
    assert!(page.contains(&format!("<meta name=\"docgen:id\" content=\"{ID}\">")), "{page}");
    let facts = page.split("<ul class=\"facts\">").nth(1).and_then(|rest| rest.split("</ul>").next()).expect("facts");
    assert!(facts.contains(ID), "{facts}");
    let json = |name: &str| serde_json::from_str::<Value>(&read(name)).expect("JSON");
    assert_eq!(json("agents.json")["agents"][0]["pages"][0]["id"], ID);
    assert_eq!(json("verification.json")["snippets"][0]["page_id"], ID);
    assert!(read("page.md").contains(&format!("id {ID}")) && read("llms-full.txt").contains(ID), "{}", read("page.md"));
}

#[test]
fn an_id_of_another_tool_is_a_hint() {
    let site = project("[book]\n", "---\nid: usage\n---\n\n# P\n");
    write(site.path(), "content/q.md", "---\nid: 12\n---\n\n# Q\n");
    write(site.path(), "content/r.md", "---\nid: getting-started\n---\n\n# R\n");
    let output = run(site.path(), &["check", "--deny", "warnings"]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert_eq!(text.matches("hint[").count(), 1, "{text}");
    assert!(text.contains("ULID") && text.contains("usage") && text.contains("3 times"), "{text}");
    assert_eq!(run(site.path(), &["build"]).status.code(), Some(0));
    // A typo in a ULID is still an error.
    write(site.path(), "content/q.md", "---\nid: 01ARZ3NDEKTSV4RRFFQ69G5FAU\n---\n\n# Q\n");
    let output = run(site.path(), &["check"]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(stdout(&output).contains("error[front-matter-value]"), "{}", stdout(&output));
}

/// A page with a block of each kind that reports tell apart, and the reports about it.
fn reported(options: &[&str]) -> (tempfile::TempDir, Value) {
    let page = "# P\n\n```python\nx = 1\n```\n\n```python\nprint(<&\u{7}\n```\n\n```python\nundefined\n```\n\n\
                ```python ignore {reason=\"it sends a letter\"}\nsend()\n```\n\n```python\nimport gone_for_ever\n```\n\n\
                ```python compile_fail {code=SyntaxError}\n(\n```\n";
    let site = project("[book]\n", page);
    let reports = ["--report", "json=out.json", "--report", "junit=out.xml", "--report", "sarif=out.sarif"];
    run(site.path(), &[&["verify"], reports.as_slice(), options].concat());
    let text = std::fs::read_to_string(site.path().join("out.json")).expect("the report");
    (site, serde_json::from_str(&text).expect("valid JSON"))
}

#[test]
fn s9_1_junit_is_what_a_parser_of_xml_reads() {
    let (site, json) = reported(&[]);
    let script = "import sys, xml.etree.ElementTree as tree\n\
        cases = tree.parse('out.xml').getroot().findall('./testsuite/testcase')\n\
        kinds = [''.join(child.tag for child in case) for case in cases]\n\
        print(len(cases), *(kinds.count(kind) for kind in ['', 'failure', 'error', 'skipped']))\n\
        print(*(case.get('line') for case in cases))\n";
    let output = std::process::Command::new("python3").current_dir(site.path()).args(["-c", script]).output();
    let output = output.expect("python3 starts");
    let totals = &json["totals"];
    assert_eq!(totals["found"], 6);
    assert_eq!(stdout(&output), "6 2 2 1 1\n3 7 11 15 19 23\n", "{totals} {}", stderr(&output));
}

#[test]
fn s9_1_sarif_is_valid_and_names_the_places() {
    let (site, _) = reported(&[]);
    let text = std::fs::read_to_string(site.path().join("out.sarif")).expect("the report");
    let report: serde_sarif::sarif::Sarif = serde_json::from_str(&text).expect("valid SARIF");
    let results = report.runs[0].results.as_ref().expect("results");
    let places: Vec<(String, i64)> = results
        .iter()
        .map(|result| {
            let location = &result.locations.as_ref().expect("a location")[0];
            let region = location.physical_location.as_ref().and_then(|place| place.region.as_ref());
            let line = region.and_then(|region| region.start_line).expect("a line");
            (result.rule_id.clone().unwrap_or_default(), line)
        })
        .collect();
    let has = |rule: &str, line: i64| places.contains(&(rule.to_owned(), line));
    assert!(has("python/SyntaxError", 8) && has("ruff/F821", 12) && has("docgen/dependency", 20), "{places:?}");
    assert!(places.iter().all(|(_, line)| *line < 23), "what the page promises is no result: {places:?}");
}

#[test]
fn s9_1_reports_for_machines_leave_out_what_the_ledger_knows() {
    let (site, _) = reported(&[]);
    run(site.path(), &["verify", "--write-ledger"]);
    let page = std::fs::read_to_string(site.path().join("content/page.md")).expect("the page");
    write(site.path(), "content/page.md", &format!("{page}\n```python\nnew_fault\n```\n"));
    let summary = site.path().join("summary.md");
    let reports = ["--report", "github", "--report", "sarif=out.sarif"];
    let output = docgen(site.path())
        .env("GITHUB_STEP_SUMMARY", &summary)
        .args([&["--quiet", "verify", "--ratchet"], reports.as_slice()].concat())
        .output()
        .expect("docgen starts");
    let errors: Vec<String> =
        stdout(&output).lines().filter(|line| line.starts_with("::error")).map(str::to_owned).collect();
    assert!(errors.len() == 1 && errors[0].contains("new_fault"), "{errors:?}");
    let sarif = std::fs::read_to_string(site.path().join("out.sarif")).expect("the report");
    assert!(sarif.contains("new_fault") && !sarif.contains("`undefined`"), "{sarif}");
    let summary = std::fs::read_to_string(summary).expect("the summary");
    assert!(summary.contains("new_fault") && !summary.contains("`undefined`"), "{summary}");
}

#[test]
fn check_reports_json() {
    let site = project("[book]\n", "# P\n\n[gone](gone.md)\n");
    let output = run(site.path(), &["check", "--report", "json=-"]);
    let report: Value = serde_json::from_str(&stdout(&output)).expect("valid JSON");
    assert_eq!((&report["schema"], &report["totals"]["errors"]), (&"docgen.check/1".into(), &1.into()));
    assert_eq!((&report["problems"][0]["code"], &report["problems"][0]["line"]), (&"broken-link".into(), &3.into()));
    let refused = run(site.path(), &["check", "--report", "junit"]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
}
