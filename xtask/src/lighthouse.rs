//! `cargo xtask lighthouse`: runs Lighthouse on the built manual as on a phone. Every score must be 100, within the
//! loading budgets.
//!
//! It measures time, so it is a separate command and not a test.
//! Must not know: the content of pages.

use crate::run::{Done, command, root, step};
use crate::tools;

/// Pinned, because newer versions need a newer Node.
const PACKAGE: &str = "lighthouse@12.8.2";

/// Builds the manual with its verdicts and measures its pages. Fails if a page misses a score or a budget.
pub(crate) fn run() -> Done {
    step("release build", command("cargo", &["build", "--release", "--package", "docgen-cli"]))?;
    tools::npm_packages()?;
    let chromium = tools::browser()?;
    let folder = tools::pinned("lighthouse", &[PACKAGE])?;
    let site = folder.join("site");
    let mut build = command(&root().join("target/release/docgen").to_string_lossy(), &["--quiet", "build", "--verify"]);
    build.arg("--out").arg(&site);
    step("build the manual", build)?;
    let mut node = command("node", &["tests/browser/lighthouse.mjs"]);
    node.env("CHROMIUM", chromium).env("FOLDER", &folder).env("DOCGEN_SITE", &site);
    step("lighthouse", node)
}
