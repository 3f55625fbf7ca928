//! A seam is the place between two parts of a program. At each seam the program prints a secret (S3.3).
//!
//! Must not know: languages, verdicts.

use std::hash::BuildHasher as _;

/// The bytes of a secret, including its line end.
pub(crate) const SECRET: usize = 33;

/// The variable with the number of bytes that docgen puts before a program's own standard input.
pub(crate) const SIZE: &str = "DOCGEN_PARTS";

/// The secrets of one run, one for each seam.
pub(crate) fn secrets(number: usize) -> Vec<String> {
    // The standard library seeds these from the system's random source.
    let random = || std::hash::RandomState::new().hash_one(number);
    (0..number).map(|_| format!("{:016x}{:016x}", random(), random())).collect()
}

/// The secrets as programs read them, one on each line.
pub(crate) fn lines(secrets: &[String]) -> Vec<u8> {
    secrets.iter().flat_map(|secret| [secret.as_bytes(), b"\n"]).flatten().copied().collect()
}
