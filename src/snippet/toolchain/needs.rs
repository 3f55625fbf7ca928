//! Checks whether the programs that `needs=` names are available (S2.2).
//!
//! Must not know: which block needs it.

use crate::process::{Confinement, Environment};
use crate::snippet::toolchain::identity::FileIdentity;
use crate::snippet::toolchain::tool::Tools;

/// Whether a program, or `loopback`, is available.
pub(crate) fn is_available(tools: &Tools, need: &str) -> bool {
    if need == "loopback" {
        // A partial sandbox has no network at all.
        return tools.supervisor().confinement() != Confinement::Partial;
    }
    Environment::find_in(&tools.path_folders(), need).is_some()
}

/// The identity of a program that `needs=` names; `None` if it is not available.
pub(crate) fn program(tools: &Tools, need: &str) -> Option<String> {
    let path = Environment::find_in(&tools.path_folders(), need);
    let identity = path.and_then(|path| FileIdentity::of(&path)).map(|it| it.short());
    identity.or_else(|| is_available(tools, need).then(|| need.to_owned()))
}
