//! The package that a page belongs to, so that a README's examples compile against the code they document (S3.6).
//!
//! Must not know: how a language binds a package; that is its adapter's.

use super::language::Language;
use crate::source::SourceFile;
use std::path::{Path, PathBuf};

/// The nearest package of a language at or above a page's file. The search ends at the top of its repository.
pub(super) fn nearest(language: &dyn Language, file: &SourceFile) -> Option<PathBuf> {
    let manifests = language.manifests();
    if manifests.is_empty() {
        return None;
    }
    for folder in file.path.ancestors().skip(1) {
        if manifests.iter().any(|manifest| language.is_package(&folder.join(manifest))) {
            return Some(folder.to_path_buf());
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Whether a text uses a name as a word.
pub(super) fn mentions(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let is_word = |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !is_word(text[..at].chars().next_back()) && !is_word(text[at + name.len()..].chars().next())
    })
}

/// A folder's name as part of another folder's.
pub(super) fn short_hash(path: &Path) -> String {
    blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex().as_str()[..8].to_owned()
}
