//! The guide that started this project, unchanged, if it is beside the repository.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]
#![allow(clippy::print_stdout, reason = "says that it was skipped")]

mod common;

use common::{copy_of, golden, repository, run, stderr, stdout, verdict_lines, verify_json};
use std::collections::BTreeMap;

/// A folder with only the guide, or `None` if there is no guide.
fn guide() -> Option<tempfile::TempDir> {
    let source = repository().join("../shared/guide/comprehensive-debugging-guide.md");
    if !source.is_file() {
        println!("skipped: the guide is not beside this repository");
        return None;
    }
    let temp = tempfile::tempdir().expect("a temporary folder");
    std::fs::copy(source, temp.path().join("comprehensive-debugging-guide.md")).expect("copied");
    Some(temp)
}

#[test]
fn its_front_matter_is_recovered_and_every_term_has_a_page() {
    let Some(site) = guide() else { return };
    let output = run(site.path(), &["build", "--date", "2026-01-15"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let public = site.path().join("public");
    let expected: &[(&str, &[&str])] = &[
        ("tags", &["debugging", "troubleshooting", "observability", "performance", "production"]),
        (
            "agents",
            &[
                "devops-troubleshooter",
                "python-pro",
                "javascript-pro",
                "golang-pro",
                "rust-pro",
                "observability-incident-lead",
            ],
        ),
        ("categories", &["development"]),
        ("owners", &["platform-reliability-guild"]),
        ("platforms", &["macos", "linux", "windows"]),
    ];
    for (taxonomy, terms) in expected {
        let folder = public.join(taxonomy);
        let pages = std::fs::read_dir(&folder).expect("the taxonomy's folder").filter_map(Result::ok);
        let count = pages.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "html")).count();
        assert_eq!(count, terms.len() + 1, "{taxonomy}");
        for term in *terms {
            let page = std::fs::read_to_string(folder.join(format!("{term}.html"))).expect("the term's page");
            assert!(page.contains("comprehensive-debugging-guide.html"), "{taxonomy}/{term}");
        }
    }
    let page = std::fs::read_to_string(public.join("comprehensive-debugging-guide.html")).expect("the page");
    for fact in [
        "<h1 id=\"comprehensive-debugging-guide\">Comprehensive Debugging Guide</h1>",
        "2025-10-01",
        "risk low",
        "<li>active</li>",
    ] {
        assert!(page.contains(fact), "{fact}");
    }
    assert_eq!(page.matches("Comprehensive Debugging Guide</h").count(), 1, "the title is shown once");
}

#[test]
fn every_block_has_a_status_and_the_balance_adds_up() {
    let Some(site) = guide() else { return };
    let (report, exit) = verify_json(site.path(), &[]);
    assert_eq!(exit, 1);
    let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
    let snippets = report["snippets"].as_array().expect("snippets");
    for snippet in snippets {
        *languages.entry(snippet["lang"].as_str().expect("a language")).or_default() += 1;
        assert!(snippet["status"].is_string() && snippet["line"].as_u64() < snippet["end_line"].as_u64());
    }
    let expected = [
        ("", 1),
        ("bash", 8),
        ("go", 1),
        ("java", 1),
        ("javascript", 2),
        ("json", 3),
        ("markdown", 2),
        ("python", 26),
        ("rust", 1),
    ];
    assert_eq!(languages, BTreeMap::from(expected));
    let totals = report["totals"].as_object().expect("totals");
    let sum: u64 = totals.iter().filter(|(name, _)| *name != "found").filter_map(|(_, count)| count.as_u64()).sum();
    assert_eq!((totals["found"].as_u64(), sum), (Some(45), 45));
}

#[test]
fn undefined_names_come_out_at_the_guides_own_lines() {
    let Some(site) = guide() else { return };
    let (report, _) = verify_json(site.path(), &["--lang", "python"]);
    let mut undefined = Vec::new();
    for snippet in report["snippets"].as_array().expect("snippets") {
        for diagnostic in snippet["diagnostics"].as_array().expect("diagnostics") {
            if diagnostic["code"] == "F821" {
                undefined.push((
                    diagnostic["message"].as_str().unwrap_or_default(),
                    diagnostic["line"].as_u64().unwrap_or(0),
                ));
            }
        }
    }
    assert_eq!(undefined.len(), 82);
    let text = std::fs::read_to_string(site.path().join("comprehensive-debugging-guide.md")).expect("the guide");
    let lines: Vec<&str> = text.lines().collect();
    for (message, line) in &undefined {
        let name = message.split('`').nth(1).expect("a name");
        let index = usize::try_from(*line).expect("a line") - 1;
        assert!(lines[index].contains(name), "{message} at {line}: {}", lines[index]);
    }
    let resource: Vec<u64> =
        undefined.iter().filter(|(message, _)| message.contains("`resource`")).map(|(_, line)| *line).collect();
    assert_eq!(resource, [1486, 1486, 1487, 1487]);
}

#[test]
fn the_fence_that_swallows_part_2_is_pointed_at() {
    let Some(site) = guide() else { return };
    let printed = stdout(&run(site.path(), &["check", "--date", "2026-01-15"]));
    assert!(printed.contains("fence-swallows-heading"), "{printed}");
    assert!(printed.contains("comprehensive-debugging-guide.md:317:1"), "{printed}");
    assert!(printed.contains("Part 2: Language & Tool-Specific Debugging"), "{printed}");
}

#[test]
fn fix_writes_front_matter_back_and_nothing_else() {
    let Some(site) = guide() else { return };
    let path = site.path().join("comprehensive-debugging-guide.md");
    let before = std::fs::read_to_string(&path).expect("the guide");
    let output = run(site.path(), &["check", "--fix", "--date", "2026-01-15"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let after = std::fs::read_to_string(&path).expect("the guide");
    assert!(after.starts_with("---\ntitle: Comprehensive Debugging Guide\nowner: Platform Reliability Guild\n"));
    let body = |text: &str| text[text.find("\n## Comprehensive").expect("the heading")..].to_owned();
    assert_eq!(body(&before), body(&after));
    assert!(!stdout(&output).contains("front-matter-mangled"), "{}", stdout(&output));
}

#[test]
fn with_its_context_only_its_real_faults_remain() {
    if guide().is_none() {
        return;
    }
    let site = copy_of(&repository().join("tests/guide"));
    let folder = site.path().join("guide");
    std::fs::create_dir(&folder).expect("a folder");
    let source = repository().join("../shared/guide/comprehensive-debugging-guide.md");
    std::fs::copy(source, folder.join("comprehensive-debugging-guide.md")).expect("copied");
    let config: toml::Table =
        toml::from_str(&std::fs::read_to_string(site.path().join("book.toml")).expect("it is there"))
            .expect("it is TOML");
    let rules = config["verify"]["rule"].as_array().expect("rules");
    assert!(rules.len() <= 15);
    for rule in rules {
        let set = rule["set"].as_table().expect("what to set");
        assert!(!["ignore", "check", "not_code"].iter().any(|word| set.contains_key(*word)), "{rule}");
    }
    let (report, exit) = verify_json(site.path(), &[]);
    assert_eq!(exit, 1);
    golden(&repository().join("tests/guide/expected.txt"), &verdict_lines(&report));
}
