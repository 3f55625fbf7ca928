//! `cargo xtask site`: verifies, builds and serves docgen's own manual.
//!
//! Must not know: how docgen works.

use crate::run::{Done, command, step};
use crate::tools;

/// Builds docgen, then its manual. Serves it if `serve` is set.
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
