//! What `needs=` names, and whether it is there (S2.2).
//!
//! Must not know: which block needs it.

use crate::process::{Confinement, Environment};
use crate::snippet::context::Context;
use crate::snippet::toolchain::identity::FileIdentity;

/// Whether a program, or `loopback`, is there.
pub(crate) fn available(context: &Context<'_>, need: &str) -> bool {
    if need == "loopback" {
        // Between the two there is no network at all.
        return context.supervisor.confinement() != Confinement::Partial;
    }
    Environment::find_in(&context.tools.path_folders(), need).is_some()
}

/// What tells the program that `needs=` names from another; nothing where it is not there.
pub(crate) fn program(context: &Context<'_>, need: &str) -> Option<String> {
    let path = Environment::find_in(&context.tools.path_folders(), need);
    let identity = path.and_then(|path| FileIdentity::of(&path)).map(|it| it.short());
    identity.or_else(|| available(context, need).then(|| need.to_owned()))
}
