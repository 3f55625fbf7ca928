//! What a verdict depends on, by name, and the hashes of it (S6.1). Pure data.
//!
//! Must not know: where the inputs come from, where verdicts are kept.

use std::collections::BTreeMap;
use std::fmt::Debug;

/// What a verdict depends on: a name that a person understands, and a hash of what it stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Inputs {
    /// What is judged, and how: equal on every machine.
    pub(crate) content: BTreeMap<String, String>,
    /// What it is checked with.
    pub(crate) machine: BTreeMap<String, String>,
}

impl Inputs {
    /// The hash of the content.
    pub(crate) fn hash(&self) -> String {
        digest(&self.content)
    }

    /// The hash of the content and of what it is checked with.
    pub(crate) fn key(&self) -> String {
        digest(&(&self.content, &self.machine))
    }

    /// Both, in one list.
    pub(crate) fn all(&self) -> BTreeMap<String, String> {
        self.content.iter().chain(&self.machine).map(|(name, hash)| (name.clone(), hash.clone())).collect()
    }
}

pub(crate) fn digest(value: &impl Debug) -> String {
    blake3::hash(format!("{value:?}").as_bytes()).to_hex().to_string()
}
