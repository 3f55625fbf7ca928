//! The home folders of toolchains.
//!
//! Must not know: what lies in them.

use crate::snippet::toolchain::tool::Tools;
use std::path::PathBuf;

/// The home of a toolchain: where its variable says, else where it is by default.
pub(crate) fn home_of(tools: &Tools, variable: &str) -> PathBuf {
    let home = tools.environment().get("HOME").map(PathBuf::from).unwrap_or_default();
    let default = match variable {
        "CARGO_HOME" => ".cargo",
        "RUSTUP_HOME" => ".rustup",
        _ => ".pyenv",
    };
    tools.environment().get(variable).map_or_else(|| home.join(default), PathBuf::from)
}
