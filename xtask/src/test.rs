//! `cargo xtask test`: all checks that must pass before a change is merged.
//!
//! Must not know: what the tests check.

use crate::mutate;
use crate::run::{Done, command, root, step, step_with_lines};
use crate::tools;
use std::path::Path;

/// Counts the tests of all runners.
#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
}

impl Count {
    /// Reads the summary lines of cargo's and Node's test runners.
    fn see(&mut self, line: &str) {
        let number = |text: &str| text.trim().split(' ').next_back().and_then(|word| word.parse().ok()).unwrap_or(0);
        if let Some(rest) = line.strip_prefix("test result: ") {
            for part in rest.split([';', '.']) {
                match part.trim().split_once(' ') {
                    Some((count, "passed")) => self.passed += count.parse::<usize>().unwrap_or(0),
                    Some((count, "failed")) => self.failed += count.parse::<usize>().unwrap_or(0),
                    _ => {}
                }
            }
        } else if line.starts_with("# pass ") || line.starts_with("ℹ pass ") {
            self.passed += number(line);
        } else if line.starts_with("# fail ") || line.starts_with("ℹ fail ") {
            self.failed += number(line);
        }
    }
}

/// The date for checking the manual's reviews. It is fixed, so that no test fails because time has passed.
const REVIEWED: &str = "2026-11-27";

/// Runs all checks; `full` adds slow ones.
pub(crate) fn run(full: bool) -> Done {
    let mut count = Count::default();
    let done = steps(full, &mut count);
    println!("\n{} passed, {} failed", count.passed, count.failed);
    done
}

fn steps(full: bool, count: &mut Count) -> Done {
    let docgen = "target/debug/docgen";
    tools::rust_components()?;
    step("build", command("cargo", &["build", "--workspace", "--locked"]))?;
    tools::languages(docgen)?;
    tools::npm_packages()?;
    step("format", command("cargo", &["fmt", "--all", "--check"]))?;
    step("lints", command("cargo", &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))?;
    let tests = command("cargo", &["test", "--workspace", "--locked", "--no-fail-fast"]);
    step_with_lines("tests", tests, |line| count.see(line))?;
    let mut docs =
        command("cargo", &["doc", "--workspace", "--no-deps", "--document-private-items", "--locked", "--quiet"]);
    docs.env("RUSTDOCFLAGS", "-D warnings");
    step("docs", docs)?;
    let check = ["check", "--deny", "warnings", "--date", REVIEWED];
    step("check the manual", command(docgen, &check))?;
    step("verify and build the manual", command(docgen, &["build", "--verify", "--out", "target/site"]))?;
    // `docgen verify --write-ledger` brings the ledger up to date.
    step("the ledger knows every block of the manual", command(docgen, &["--quiet", "verify", "--locked"]))?;
    browser(docgen, count)?;
    println!("== broken blocks");
    mutate::run(if full { &["--full"] } else { &[] })?;
    if full {
        let mut strict = command(docgen, &["verify", "--strict", "--min-level", "parsed"]);
        strict.env("CI", "true");
        step("verify the manual as CI does", strict)?;
    }
    Ok(())
}

/// Builds the sites of the browser test and runs the test.
fn browser(docgen: &str, count: &mut Count) -> Done {
    let chromium = tools::browser()?;
    let faulty = build_alone(docgen, "faulty", &root().join("tests/sites/faulty-guide/site/field-guide.md"))?;
    let guide = root().join("../shared/guide/comprehensive-debugging-guide.md");
    let tests = ["site", "budgets", "agents", "preview"].map(|name| format!("tests/browser/{name}.test.mjs"));
    let mut node = command("node", &["--test"]);
    node.args(tests).env("CHROMIUM", chromium).env("DOCGEN", root().join(docgen)).env("DOCGEN_ROOT", root());
    node.env("DOCGEN_SITE", root().join("target/site")).env("DOCGEN_FAULTY", faulty);
    if guide.is_file() {
        node.env("DOCGEN_GUIDE", build_alone(docgen, "guide", &guide)?);
    }
    step_with_lines("browser", node, |line| count.see(line))
}

/// Copies a page into a separate folder and builds that folder as a site.
fn build_alone(docgen: &str, name: &str, page: &Path) -> Done<std::path::PathBuf> {
    let folder = root().join("target/browser").join(name);
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(failed)?;
    std::fs::copy(page, folder.join(page.file_name().expect("a file"))).map_err(failed)?;
    let out = folder.join("public");
    let program = root().join(docgen);
    let mut build = command(&program.to_string_lossy(), &["--quiet", "--root", ".", "build"]);
    build.current_dir(&folder);
    step(&format!("build {name}"), build)?;
    Ok(out)
}
