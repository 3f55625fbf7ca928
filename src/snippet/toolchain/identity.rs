//! Identifies a tool without starting it: by its real file behind shims. Remembers the versions known so far.
//!
//! Must not know: what a tool is for.

use crate::fs;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The state of a file. An update changes at least one of these fields (S6.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileIdentity {
    /// The path before links are resolved: two virtual environments may share a program, but they differ.
    named: PathBuf,
    path: PathBuf,
    size: u64,
    modified: (i64, i64),
    inode: u64,
}

impl FileIdentity {
    /// The identity of the file at a path, if it exists.
    pub fn of(path: &Path) -> Option<Self> {
        let named = path.to_path_buf();
        let path = fs::canonicalize(path).ok()?;
        let meta = path.metadata().ok()?;
        Some(Self { named, size: meta.len(), modified: (meta.mtime(), meta.mtime_nsec()), inode: meta.ino(), path })
    }

    /// A short hash of it.
    pub fn short(&self) -> String {
        let text = format!("{self:?}");
        blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
    }
}

/// A tool's answer about its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) version: String,
    /// The real program, if the asked one is a shim.
    pub(crate) real: Option<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    asked: FileIdentity,
    behind: FileIdentity,
    /// What a shim depends on: its settings and variables.
    context: String,
    answer: Answer,
}

/// The answers so far, kept between runs.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memo {
    schema: String,
    entries: BTreeMap<String, Entry>,
    #[serde(skip)]
    changed: bool,
}

const SCHEMA: &str = "docgen.tools/1";

impl Memo {
    /// The memo in a file. If it is missing or unreadable, a new one.
    pub(crate) fn load(path: &Path) -> Self {
        let text = fs::read_optional(path).ok().flatten().unwrap_or_default();
        let memo: Memo = serde_json::from_str(&text).unwrap_or_default();
        if memo.schema == SCHEMA { memo } else { Self { schema: SCHEMA.to_owned(), ..Self::default() } }
    }

    /// Writes it back if it has changed. If writing fails, the next run asks again.
    pub(crate) fn save(&mut self, path: &Path) {
        if self.changed {
            let _ = fs::write(path, &serde_json::to_vec_pretty(self).unwrap_or_default());
            self.changed = false;
        }
    }

    /// A program's earlier answer, if the program, the one behind it and its context are unchanged.
    pub(crate) fn answer(&self, tool: &str, path: &Path, context: &str) -> Option<Answer> {
        let entry = self.entries.get(&name(tool, path))?;
        let same = FileIdentity::of(path)? == entry.asked
            && FileIdentity::of(&entry.behind.named)? == entry.behind
            && context == entry.context;
        same.then(|| entry.answer.clone())
    }

    /// Keeps an answer.
    pub(crate) fn keep(&mut self, tool: &str, path: &Path, context: &str, answer: &Answer) {
        let Some(asked) = FileIdentity::of(path) else { return };
        let behind = answer.real.as_deref().and_then(FileIdentity::of).unwrap_or_else(|| asked.clone());
        let entry = Entry { asked, behind, context: context.to_owned(), answer: answer.clone() };
        if self.entries.get(&name(tool, path)) != Some(&entry) {
            self.entries.insert(name(tool, path), entry);
            self.changed = true;
        }
    }
}

fn name(tool: &str, path: &Path) -> String {
    format!("{tool} {}", path.display())
}
