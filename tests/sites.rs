//! Every folder of `tests/sites/` is a test: a site, and a `test.toml` with commands, their exit statuses and their
//! output. `DOCGEN_BLESS=1 cargo test --test sites` rewrites the expected output.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{copy_of, docgen, golden, repository, stderr, stdout, verdict_lines, verify_json};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    /// The purpose of the site.
    #[serde(rename = "about")]
    _about: String,
    run: Vec<Run>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    /// Arguments. The environment fixes the date to 2026-01-15.
    args: Vec<String>,
    /// Expected exit status.
    #[serde(default)]
    exit: i32,
    /// Golden file of the output.
    golden: Option<String>,
    /// Golden file of the verdicts of `verify`, one per line.
    verdicts: Option<String>,
    /// Texts that the output must contain.
    #[serde(default)]
    says: Vec<String>,
    /// Files that must exist afterwards.
    #[serde(default)]
    files: Vec<String>,
    /// Texts that files must contain, by path.
    #[serde(default)]
    holds: BTreeMap<String, Vec<String>>,
    /// Files or folders that must not exist.
    #[serde(default)]
    absent: Vec<String>,
    /// Variables; `PATH = ""` hides every tool.
    #[serde(default)]
    env: BTreeMap<String, String>,
}

/// 2026-01-15 in seconds.
const TODAY: &str = "1768435200";

fn check(name: &str) {
    let folder = repository().join("tests/sites").join(name);
    let test: Test = toml::from_str(&std::fs::read_to_string(folder.join("test.toml")).expect("a test.toml"))
        .unwrap_or_else(|error| panic!("{name}/test.toml: {error}"));
    let temp = copy_of(&folder.join("site"));
    for run in &test.run {
        check_run(name, &folder, temp.path(), run);
    }
}

fn check_run(name: &str, folder: &Path, site: &Path, run: &Run) {
    let what = format!("{name}: docgen {}", run.args.join(" "));
    if let Some(file) = &run.verdicts {
        let args: Vec<&str> = run.args.iter().skip(1).map(String::as_str).collect();
        let (report, exit) = verify_json(site, &args);
        golden(&folder.join("expected").join(file), &verdict_lines(&report));
        assert_eq!(exit, run.exit, "{what}");
        return;
    }
    let output = docgen(site)
        .env("SOURCE_DATE_EPOCH", TODAY)
        .envs(&run.env)
        .args(["--quiet"])
        .args(&run.args)
        .output()
        .expect("docgen starts");
    let printed = format!("{}{}", stdout(&output), stderr(&output)).replace(&*site.to_string_lossy(), "[site]");
    let printed = without_seconds(&printed);
    assert_eq!(output.status.code(), Some(run.exit), "{what}\n{printed}");
    if let Some(file) = &run.golden {
        golden(&folder.join("expected").join(file), &printed);
    }
    for text in &run.says {
        assert!(printed.contains(text), "{what} does not say {text:?}:\n{printed}");
    }
    for path in &run.files {
        assert!(site.join(path).exists(), "{what}: {path} is missing");
    }
    for (path, texts) in &run.holds {
        let file = std::fs::read_to_string(site.join(path)).unwrap_or_default();
        for text in texts {
            assert!(file.contains(text), "{what}: {path} does not hold {text}\n{file}");
        }
    }
    for path in &run.absent {
        assert!(!site.join(path).exists(), "{what}: {path} is there");
    }
}

/// `(0.3 s)` differs in every run.
fn without_seconds(text: &str) -> String {
    regex::Regex::new(r"\(\d+\.\d s\)").expect("a valid pattern").replace_all(text, "([..] s)").into_owned()
}

macro_rules! sites {
    ($($name:ident)*) => {
        $(#[test] fn $name() { check(&stringify!($name).replace('_', "-")); })*

        #[test]
        fn every_folder_is_a_test() {
            let mut listed: Vec<String> = vec![$(stringify!($name).replace('_', "-")),*];
            listed.sort();
            let mut there: Vec<String> = std::fs::read_dir(repository().join("tests/sites"))
                .expect("the folder")
                .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
                .collect();
            there.sort();
            assert_eq!(listed, there);
        }
    };
}

sites! {
    bad_config
    bad_front_matter
    bare_readme
    broken_links
    crlf_and_bom
    duplicate_url
    faulty_guide
    foreign_output
    markdown
    mdbook_book
    missing_include
    no_tools
    not_utf8
    positions
    runs
    skipped_folders
    stray_fences
    taxonomies
    unreadable
}
