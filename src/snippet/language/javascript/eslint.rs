//! `ESLint`, where the fixture has its configuration (S1.1).
//!
//! Must not know: when it is called.

use crate::snippet::language::own_linter::{OwnLinter, by_file, finding};
use crate::snippet::model::language::texts;
use crate::snippet::model::tool::{ToolSource, ToolSpec};
use std::sync::LazyLock;

pub(super) static TOOL: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "eslint".into(),
    programs: texts(&["eslint"]),
    role: "lints JavaScript by the project's own rules".into(),
    version_args: texts(&["--version"]),
    behind: None,
    minimum: vec![9],
    is_optional: true,
    source: ToolSource::Manual(
        "`npm install --save-dev eslint` in snippets/javascript, with an `eslint.config.js`, makes docgen use it"
            .into(),
    ),
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
