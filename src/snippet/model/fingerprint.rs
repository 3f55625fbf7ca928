//! The inputs that a verdict depends on, by name, and their hashes (S6.1). Pure data.
//!
//! A hash covers a version and named fields, each with its length before it. So it depends only on what this file says,
//! not on a name in docgen's sources: ledgers are committed, and renaming a type must not unverify every project in the
//! world.
//! Must not know: where the inputs come from, where verdicts are kept.

use std::collections::BTreeMap;

/// The version of the hashes. Raise it only together with a migration of the ledgers that hold older hashes.
const VERSION: &str = "v2";

/// The inputs of a verdict: a name that a person understands, and a hash of the input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// What is judged, and how. It is equal on every machine.
    pub(crate) content: BTreeMap<String, String>,
    /// The tools and the machine that check it.
    pub(crate) machine: BTreeMap<String, String>,
}

impl Fingerprint {
    /// The hash of the content, with its version: `v2:4f5e…`.
    pub(crate) fn hash(&self) -> String {
        versioned(&Digest::new("content").map(&self.content).finish())
    }

    /// The hash of the content and the machine.
    pub(crate) fn key(&self) -> String {
        Digest::new("key").map(&self.content).map(&self.machine).finish()
    }

    /// Both, in one list.
    pub(crate) fn all(&self) -> BTreeMap<String, String> {
        self.content.iter().chain(&self.machine).map(|(name, hash)| (name.clone(), hash.clone())).collect()
    }
}

/// A content hash as ledgers and reports show it.
pub(crate) fn versioned(hash: &str) -> String {
    format!("{VERSION}:{hash}")
}

/// Whether an older docgen made this content hash: its hashes had no version.
pub(crate) fn is_outdated(hash: &str) -> bool {
    !hash.starts_with(VERSION)
}

/// A hash of named fields.
pub(crate) struct Digest {
    hasher: blake3::Hasher,
}

impl Digest {
    /// Starts the hash of one kind of thing.
    pub(crate) fn new(kind: &str) -> Self {
        let digest = Self { hasher: blake3::Hasher::new() };
        digest.bytes(VERSION.as_bytes()).bytes(kind.as_bytes())
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.hasher.update(&(bytes.len() as u64).to_le_bytes());
        self.hasher.update(bytes);
        self
    }

    /// Adds a text.
    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        self.bytes(name.as_bytes()).bytes(value.as_bytes())
    }

    /// Adds a text that may be missing.
    pub(crate) fn optional(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.list(name, [value]),
            None => self.list(name, []),
        }
    }

    /// Adds a number.
    pub(crate) fn number(self, name: &str, value: i128) -> Self {
        self.text(name, &value.to_string())
    }

    /// Adds a boolean.
    pub(crate) fn flag(self, name: &str, value: bool) -> Self {
        self.text(name, if value { "yes" } else { "no" })
    }

    /// Adds a list of texts.
    pub(crate) fn list<'a>(mut self, name: &str, values: impl IntoIterator<Item = &'a str>) -> Self {
        let values: Vec<&str> = values.into_iter().collect();
        self = self.bytes(name.as_bytes());
        self.hasher.update(&(values.len() as u64).to_le_bytes());
        values.into_iter().fold(self, |digest, value| digest.bytes(value.as_bytes()))
    }

    /// Adds fields that bring their own names.
    pub(crate) fn map(mut self, fields: &BTreeMap<String, String>) -> Self {
        self.hasher.update(&(fields.len() as u64).to_le_bytes());
        fields.iter().fold(self, |digest, (name, value)| digest.text(name, value))
    }

    /// The hash, in hexadecimal.
    pub(crate) fn finish(self) -> String {
        self.hasher.finalize().to_hex().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s6_1_a_hash_depends_on_names_and_values_and_on_nothing_else() {
        let mut fingerprint = Fingerprint::default();
        fingerprint.content.insert("code".to_owned(), Digest::new("text").text("text", "print(1)\n").finish());
        fingerprint.machine.insert("system".to_owned(), "linux x86_64".to_owned());
        // Committed ledgers hold these hashes: a change here needs a new version and a migration.
        assert_eq!(fingerprint.hash(), "v2:20dbb54273f59d167b7fe2b0996deb6f53f57769aa1d5be725fac0326b53da38");
        assert_eq!(fingerprint.key(), "34b7dfe28acd88b9f319d9b97a85d84cade89ddeb899cd6189e4f765265b7152");
        fingerprint.machine.clear();
        assert_eq!(fingerprint.hash(), "v2:20dbb54273f59d167b7fe2b0996deb6f53f57769aa1d5be725fac0326b53da38");
    }

    #[test]
    fn s6_1_where_one_field_ends_and_the_next_begins_counts() {
        let of = |one: &str, other: &str| Digest::new("x").list("a", [one, other]).finish();
        assert_ne!(of("ab", "c"), of("a", "bc"));
        assert_ne!(Digest::new("x").optional("a", None).finish(), Digest::new("x").optional("a", Some("")).finish());
        assert_ne!(Digest::new("x").text("a", "b").finish(), Digest::new("y").text("a", "b").finish());
    }
}
