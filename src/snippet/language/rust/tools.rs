//! The tools of Rust.
//!
//! Must not know: what they are used for.

use crate::snippet::model::language::texts;
use crate::snippet::model::tool::{Behind, ToolSource, ToolSpec};
use std::sync::LazyLock;

pub(super) static CARGO: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "cargo".into(),
    programs: texts(&["cargo"]),
    role: "compiles and runs Rust".into(),
    version_args: texts(&["--version"]),
    behind: Some(Behind { program: "rustc", args: &["--print=sysroot"], file: "bin/cargo" }),
    minimum: vec![1, 74],
    is_optional: false,
    source: ToolSource::Manual("install Rust with rustup, https://rustup.rs".into()),
});

pub(super) static CLIPPY: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "clippy".into(),
    programs: texts(&["cargo-clippy"]),
    role: "lints Rust".into(),
    version_args: texts(&["--version"]),
    behind: Some(Behind { program: "rustc", args: &["--print=sysroot"], file: "bin/cargo-clippy" }),
    minimum: vec![],
    is_optional: false,
    source: ToolSource::Manual("`rustup component add clippy` installs it".into()),
});
