//! The tools of Python.
//!
//! Must not know: what they are used for.

use crate::snippet::model::language::texts;
use crate::snippet::model::tool::{Package, ToolSource, ToolSpec};
use std::sync::LazyLock;

pub(super) static PYTHON: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "python".into(),
    programs: texts(&["python3", "python"]),
    role: "parses, compiles and runs Python".into(),
    version_args: texts(&[
        "-I",
        "-c",
        "import sys; print('%d.%d.%d' % sys.version_info[:3]); print('path=' + sys.executable)",
    ]),
    behind: None,
    minimum: vec![3, 8],
    is_optional: false,
    source: ToolSource::Manual("install Python 3.8 or newer, for example `apt-get install python3`".into()),
});

pub(super) static RUFF: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "ruff".into(),
    programs: texts(&["ruff"]),
    role: "lints Python".into(),
    version_args: texts(&["--version"]),
    behind: None,
    minimum: vec![0, 5],
    is_optional: false,
    source: ToolSource::Package(Package {
        registry: "PyPI",
        name: "ruff",
        version: "0.17.6",
        with: &[],
        megabytes: 12,
        programs: "bin",
    }),
});
