//! The home folders of toolchains.
//!
//! Must not know: which toolchains exist, what their homes contain.

use crate::process::Environment;
use crate::snippet::toolchain::ecosystem::{self, Home};
use std::path::PathBuf;

/// The home folder of a toolchain: from its variable, else its default.
pub(crate) fn folder(environment: &Environment, home: &Home) -> PathBuf {
    let below = || environment.get("HOME").map(PathBuf::from).unwrap_or_default().join(home.default);
    environment.get(home.variable).map_or_else(below, PathBuf::from)
}

/// All home folders, with their variables.
pub(crate) fn all(environment: &Environment) -> impl Iterator<Item = (&'static str, PathBuf)> {
    ecosystem::homes().map(|home| (home.variable, folder(environment, home)))
}
