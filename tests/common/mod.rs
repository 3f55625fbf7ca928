//! Helpers of the integration tests: a temporary copy of a folder, and the built binary with a fixed environment.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::format_push_string, reason = "plain to read; speed does not matter here")]
#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

pub(crate) mod outside;
pub(crate) mod pages;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository's root.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A fresh copy of a folder. It is removed when this value is dropped.
pub(crate) fn copy_of(folder: &Path) -> tempfile::TempDir {
    let temp = tempfile::tempdir().expect("a temporary folder");
    copy(folder, temp.path());
    temp
}

/// Copies a folder's files. Links stay links.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder to copy") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        let kind = entry.file_type().expect("a type");
        if kind.is_symlink() {
            let link = std::fs::read_link(entry.path()).expect("a link");
            std::os::unix::fs::symlink(link, target).expect("linked");
        } else if kind.is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// The built binary in `cwd`, with the tests' caches and the user's tools. Not in CI mode, unless the test sets it.
pub(crate) fn docgen(cwd: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_docgen"));
    command
        .current_dir(cwd)
        .env_remove("CI")
        .env_remove("SOURCE_DATE_EPOCH")
        .env("NO_COLOR", "1")
        .env("XDG_CACHE_HOME", repository().join("target/test-cache"));
    command
}

/// Runs it with arguments.
pub(crate) fn run(cwd: &Path, args: &[&str]) -> Output {
    docgen(cwd).args(args).output().expect("docgen starts")
}

/// Standard output as text.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Standard error as text.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The JSON report of `docgen verify` with more arguments.
pub(crate) fn verify_json(cwd: &Path, args: &[&str]) -> (serde_json::Value, i32) {
    let output =
        docgen(cwd).args(["--quiet", "verify", "--report", "json=-"]).args(args).output().expect("docgen starts");
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("no JSON ({error}): {}\n{}", stdout(&output), stderr(&output)));
    (report, output.status.code().unwrap_or(-1))
}

/// A report as lines: each block with its verdict, then its diagnostics.
pub(crate) fn verdict_lines(report: &serde_json::Value) -> String {
    let mut text = String::new();
    let word = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    for snippet in report["snippets"].as_array().expect("snippets") {
        let language = word(&snippet["lang"]);
        text.push_str(&format!(
            "{}:{}-{} {} {} {} {}\n",
            word(&snippet["page"]),
            snippet["line"],
            snippet["end_line"],
            if language.is_empty() { "(none)" } else { &language },
            word(&snippet["status"]),
            word(&snippet["level"]),
            word(&snippet["id"]),
        ));
        for diagnostic in snippet["diagnostics"].as_array().expect("diagnostics") {
            text.push_str(&format!(
                "  {}:{}:{} {} {} {}: {}\n",
                word(&diagnostic["page"]),
                diagnostic["line"],
                diagnostic["column"],
                word(&diagnostic["severity"]),
                word(&diagnostic["tool"]),
                word(&diagnostic["code"]),
                word(&diagnostic["message"]),
            ));
        }
    }
    let totals = report["totals"].as_object().expect("totals");
    let shown: Vec<String> =
        totals.iter().filter(|(_, count)| **count != 0).map(|(name, count)| format!("{name} {count}")).collect();
    text.push_str(&format!("totals: {}\n", shown.join(", ")));
    text
}

/// Compares with a golden file, or writes it if `DOCGEN_BLESS` is set. Read each blessed diff.
pub(crate) fn golden(path: &Path, actual: &str) {
    if std::env::var_os("DOCGEN_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, actual).expect("blessed");
        return;
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        expected == actual,
        "{} differs; DOCGEN_BLESS=1 writes it anew\n--- expected\n{expected}\n--- actual\n{actual}",
        path.display()
    );
}

/// A project with one page.
pub(crate) fn project(config: &str, page: &str) -> tempfile::TempDir {
    let temp = tempfile::tempdir().expect("a temporary folder");
    write(temp.path(), "book.toml", config);
    write(temp.path(), "content/page.md", page);
    temp
}

/// Writes a file and creates its folders.
pub(crate) fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("written");
}

/// The statuses of a report, in order.
pub(crate) fn statuses(report: &serde_json::Value) -> Vec<String> {
    let snippets = report["snippets"].as_array().expect("snippets");
    snippets.iter().map(|snippet| snippet["status"].as_str().expect("a status").to_owned()).collect()
}

/// A page of `tests/markdown/`, for tests that need options, several runs, or other files beside it.
pub(crate) fn markdown(name: &str) -> &'static str {
    let path = repository().join("tests/markdown").join(format!("{name}.md"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).leak()
}
