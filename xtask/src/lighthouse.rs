//! `cargo xtask lighthouse`: Lighthouse over the built manual, as on a phone: 100 each, and the budgets of its loading.
//!
//! It times, so it is a command of its own and no test. Must not know: what a page is made of.

use crate::run::{Done, command, root, step};
use crate::tools;

/// Pinned: newer ones want a newer Node.
const PACKAGE: &str = "lighthouse@12.8.2";

/// Builds the manual with its verdicts and measures its pages; fails where one is below its budget.
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
