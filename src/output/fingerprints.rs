//! What the files of a tree were made from, so that a file is not made again from the same.
//!
//! Must not know: what is in the files, where this is kept.

use crate::fs::Stamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A hash of everything that decides what is in a file.
pub type Fingerprint = blake3::Hash;

/// The fingerprints of a tree's files.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Fingerprints {
    /// A hash of what decides all files. Fingerprints of another basis mean nothing.
    basis: String,
    /// By path: the fingerprint, and the state of the file that was made.
    files: BTreeMap<String, (String, Stamp)>,
}

impl Fingerprints {
    /// No fingerprints yet, on this basis.
    pub fn on(basis: String) -> Self {
        Self { basis, files: BTreeMap::new() }
    }

    /// These fingerprints if they have this basis, else none.
    #[must_use]
    pub fn only_on(self, basis: String) -> Self {
        if self.basis == basis { self } else { Self::on(basis) }
    }

    /// The state of the file at a path, if it was made from the same.
    pub(super) fn made_from(&self, path: &str, fingerprint: Fingerprint) -> Option<Stamp> {
        let (known, stamp) = self.files.get(path)?;
        (*known == short(fingerprint)).then_some(*stamp)
    }

    /// The same basis with other files.
    pub(super) fn with(self, files: impl Iterator<Item = (String, Fingerprint, Stamp)>) -> Self {
        let files = files.map(|(path, fingerprint, stamp)| (path, (short(fingerprint), stamp)));
        Self { basis: self.basis, files: files.collect() }
    }
}

/// Its first 128 bits: enough, since nobody chooses them.
fn short(fingerprint: Fingerprint) -> String {
    fingerprint.to_hex()[..32].to_owned()
}
