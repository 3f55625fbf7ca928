//! The package that a page belongs to, so that a README's examples compile against the code they document (S3.6).
//!
//! Must not know: how a language binds a package; that is its adapter's.

use super::language::Language;
use crate::error::Result;
use crate::fs;
use crate::source::SourceFile;
use std::path::{Path, PathBuf};

/// Folders at the top of a package that are built, not written.
const BUILT: &[&str] = &["target", "node_modules", "__pycache__", "public"];

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

/// A hash over what a block may read of a package: names and contents, of large files size and time.
pub(super) fn tree_hash(package: &Path) -> Result<String> {
    const LARGE: u64 = 1 << 20;
    let mut tree = blake3::Hasher::new();
    let mut add = |part: &[u8]| {
        tree.update(&part.len().to_le_bytes());
        tree.update(part);
    };
    let entries = fs::list(package)?.into_iter().filter(|entry| {
        let name = entry.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        !name.starts_with('.') && !BUILT.contains(&name.as_str()) && !entry.is_symlink()
    });
    for entry in entries {
        let below = if entry.is_dir() { fs::list_recursively(&entry)? } else { vec![PathBuf::new()] };
        for path in below {
            let file = if path.as_os_str().is_empty() { entry.clone() } else { entry.join(&path) };
            let meta = file.metadata().ok();
            add(file.strip_prefix(package).unwrap_or(&file).as_os_str().as_encoded_bytes());
            match meta.filter(|meta| meta.len() > LARGE) {
                Some(meta) => add(format!("{} {:?}", meta.len(), meta.modified().ok()).as_bytes()),
                None => add(&fs::read(&file)?),
            }
        }
    }
    Ok(tree.finalize().to_hex().to_string())
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
