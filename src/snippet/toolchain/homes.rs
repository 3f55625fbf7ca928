//! The home folders of toolchains.
//!
//! Must not know: which toolchains there are, what lies in their homes.

use crate::process::Environment;
use crate::snippet::toolchain::ecosystem::{self, Home};
use std::path::PathBuf;

/// Where a toolchain is at home: where its variable says, else where it is by default.
pub(crate) fn folder(environment: &Environment, home: &Home) -> PathBuf {
    let below = || environment.get("HOME").map(PathBuf::from).unwrap_or_default().join(home.default);
    environment.get(home.variable).map_or_else(below, PathBuf::from)
}

/// All of them, with the variables that name them.
pub(crate) fn all(environment: &Environment) -> impl Iterator<Item = (&'static str, PathBuf)> {
    ecosystem::homes().map(|home| (home.variable, folder(environment, home)))
}
