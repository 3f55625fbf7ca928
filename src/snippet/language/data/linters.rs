//! Linters that a project may bring: Stylelint, html-validate, hadolint.
//!
//! Must not know: when they are called.

use crate::snippet::language::own_linter::{OwnFinding, OwnLinter, by_file, finding, optional, report};
use crate::snippet::model::tool::ToolSpec;
use std::sync::LazyLock;

static STYLELINT_TOOL: LazyLock<ToolSpec> = LazyLock::new(|| {
    let how = "`npm install --save-dev stylelint` in snippets/css, with a `.stylelintrc.json`, makes docgen use it";
    optional("stylelint", "lints style sheets", &[16], how)
});

static HTML_VALIDATE_TOOL: LazyLock<ToolSpec> = LazyLock::new(|| {
    let how =
        "`npm install --save-dev html-validate` in snippets/html, with a `.htmlvalidate.json`, makes docgen use it";
    optional("html-validate", "lints HTML", &[9], how)
});

static HADOLINT_TOOL: LazyLock<ToolSpec> =
    LazyLock::new(|| optional("hadolint", "lints Dockerfiles", &[2], "install hadolint, and docgen uses it"));

/// Stylelint lints CSS, SCSS and Less.
pub(super) static STYLELINT: OwnLinter = OwnLinter {
    tool: &STYLELINT_TOOL,
    configurations: &[
        ".stylelintrc",
        ".stylelintrc.json",
        ".stylelintrc.yml",
        ".stylelintrc.yaml",
        ".stylelintrc.js",
        ".stylelintrc.cjs",
        ".stylelintrc.mjs",
        "stylelint.config.js",
        "stylelint.config.cjs",
        "stylelint.config.mjs",
    ],
    args: &["--formatter", "json", "--no-color"],
    read: |text| {
        by_file(text, ("source", "warnings"), |it, file| finding(it, file, ["line", "column", "rule", "text"]))
    },
};

/// html-validate lints HTML.
pub(super) static HTML_VALIDATE: OwnLinter = OwnLinter {
    tool: &HTML_VALIDATE_TOOL,
    configurations: &[".htmlvalidate.json", ".htmlvalidate.js", ".htmlvalidate.cjs", ".htmlvalidate.mjs"],
    args: &["--formatter", "json"],
    read: |text| {
        by_file(text, ("filePath", "messages"), |it, file| finding(it, file, ["line", "column", "ruleId", "message"]))
    },
};

/// hadolint lints Dockerfiles.
pub(super) static HADOLINT: OwnLinter =
    OwnLinter { tool: &HADOLINT_TOOL, configurations: &[], args: &["--no-fail", "--format", "json"], read: hadolint };

fn hadolint(text: &str) -> Option<Vec<OwnFinding>> {
    let all = report(text)?;
    let read =
        |it| finding(it, it["file"].as_str().unwrap_or_default().to_owned(), ["line", "column", "code", "message"]);
    Some(all.iter().filter_map(read).collect())
}
