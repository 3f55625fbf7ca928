//! `cargo xtask site`: docgen's own manual, verified, built and served.
//!
//! Must not know: how docgen does it.

use crate::run::{Done, command, step};
use crate::tools;

/// Builds docgen, then its manual; serves it unless told not to.
pub(crate) fn run(serve: bool) -> Done {
    let docgen = "target/release/docgen";
    step("release build", command("cargo", &["build", "--release", "--package", "docgen-cli"]))?;
    tools::languages(docgen)?;
    step("verify and build the manual", command(docgen, &["build", "--verify"]))?;
    println!("the site is in public/");
    if serve {
        return step("serve", command(docgen, &["serve"]));
    }
    Ok(())
}
