//! `cargo xtask bench`: measures docgen and its peers on made pages.
//!
//! Must not know: docgen's code.

mod body;
mod code;
mod layout;
mod prose;
mod random;
mod words;

use crate::run::{Done, root};
use body::Kind;

/// Runs with the words after `bench`.
pub(crate) fn run(_words: &[&str]) -> Done {
    let bodies = root().join("target/bench/bodies");
    for count in [100, 1000, 10000] {
        body::make(&bodies.join(count.to_string()), count, Kind::Known)?;
        body::make(&bodies.join(format!("{count}-unknown")), count, Kind::Unknown)?;
    }
    Ok(())
}
