//! `ESLint`, where the fixture has its configuration (S1.1).
//!
//! Must not know: when it is called.

use crate::snippet::language::own_linter::{OwnLinter, by_file, finding, optional};
use crate::snippet::model::tool::ToolSpec;
use std::sync::LazyLock;

pub(super) static TOOL: LazyLock<ToolSpec> = LazyLock::new(|| {
    let how = "`npm install --save-dev eslint` in snippets/javascript, with an `eslint.config.js`, makes docgen use it";
    optional("eslint", "lints JavaScript by the project's own rules", &[9], how)
});

pub(super) static ESLINT: OwnLinter = OwnLinter {
    tool: &TOOL,
    configurations: &[
        "eslint.config.js",
        "eslint.config.mjs",
        "eslint.config.cjs",
        "eslint.config.ts",
        "eslint.config.mts",
        "eslint.config.cts",
    ],
    args: &["--format", "json", "--no-ignore", "--no-warn-ignored"],
    read: |text| {
        by_file(text, ("filePath", "messages"), |it, file| finding(it, file, ["line", "column", "ruleId", "message"]))
    },
};
