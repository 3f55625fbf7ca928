//! The secrets that a program prints between two of its parts (S3.3).
//!
//! Must not know: languages, verdicts.

use std::hash::BuildHasher as _;

/// Bytes of a secret, with the end of its line.
pub(crate) const SECRET: usize = 33;

/// The variable that tells a program how many bytes before its own standard input are docgen's.
pub(crate) const SIZE: &str = "DOCGEN_PARTS";

/// The secrets of one run, one for each place between two parts.
pub(crate) fn secrets(number: usize) -> Vec<String> {
    // The standard library seeds these from the system's source of randomness.
    let random = || std::hash::RandomState::new().hash_one(number);
    (0..number).map(|_| format!("{:016x}{:016x}", random(), random())).collect()
}

/// The secrets, each on a line of its own, as programs read them.
pub(crate) fn lines(secrets: &[String]) -> Vec<u8> {
    secrets.iter().flat_map(|secret| [secret.as_bytes(), b"\n"]).flatten().copied().collect()
}
