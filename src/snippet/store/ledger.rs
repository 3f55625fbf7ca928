//! The ledger: the evidence that is committed with the pages, one sorted line per block (S6.4 to S6.6).
//!
//! A machine without toolchains uses it to show badges, and CI uses it to prevent regressions.
//! Must not know: how a verdict is reached.

use crate::config::Config;
use crate::error::{Error, Result};
use crate::fs;
use crate::process::Confinement;
use crate::snippet::model::fingerprint::is_outdated;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Level, Origin, Status, Verdict};
use crate::snippet::model::verdicts::Verdicts;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

const SCHEMA: &str = "docgen.ledger/1";

/// A block as it was proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub(crate) hash: String,
    pub(crate) id: String,
    pub(crate) status: Status,
    pub(crate) level: Level,
    tools: BTreeMap<String, String>,
    os: String,
    sandbox: Confinement,
    date: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    output: Option<String>,
}

/// All entries.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// By id.
    entries: BTreeMap<String, Entry>,
    hashes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: String,
    blocks: Vec<Entry>,
}

/// Where a project's ledger is.
pub fn path(config: &Config) -> PathBuf {
    config.root.join("snippets/ledger.json")
}

impl Ledger {
    /// The project's ledger, or an empty one if the file does not exist.
    ///
    /// # Errors
    /// [`Error::Config`] if the file is damaged or has another version. docgen never trusts parts of it.
    pub fn load(config: &Config) -> Result<Self> {
        let path = path(config);
        let Some(text) = fs::read_optional(&path)? else { return Ok(Self::default()) };
        let refuse = |place: String, message: String| Error::Config {
            path: path.clone(),
            place,
            message,
            help: "restore it from version control, or rewrite it with `docgen verify --write-ledger`".to_owned(),
        };
        let document: Document = serde_json::from_str(&text).map_err(|error| {
            let place = format!("{}:{}", error.line(), error.column());
            refuse(place, format!("the ledger cannot be read: {error}"))
        })?;
        if document.schema != SCHEMA {
            let message = format!("the ledger is of version `{}`, and this docgen reads `{SCHEMA}`", document.schema);
            return Err(refuse("1:1".to_owned(), message));
        }
        let mut ledger = Self::default();
        for entry in document.blocks {
            if ledger.entries.contains_key(&entry.id) {
                return Err(refuse("1:1".to_owned(), format!("the ledger names {} twice", entry.id)));
            }
            ledger.insert(entry);
        }
        Ok(ledger)
    }

    fn insert(&mut self, entry: Entry) {
        self.hashes.insert(entry.hash.clone(), entry.id.clone());
        self.entries.insert(entry.id.clone(), entry);
    }

    /// Its entries, ordered by id.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// Whether it knows a content hash (`--locked`).
    pub fn knows(&self, hash: &str) -> bool {
        self.hashes.contains_key(hash)
    }

    /// Whether it holds hashes of docgen 0.1.
    pub fn is_outdated(&self) -> bool {
        self.hashes.keys().any(|hash| is_outdated(hash))
    }

    /// The ledger with new hashes in place of those of docgen 0.1. `renewed` maps old hashes to new ones.
    #[must_use]
    pub fn renewed(self, renewed: &BTreeMap<String, String>) -> Self {
        let mut ledger = Self::default();
        for mut entry in self.entries.into_values() {
            if let Some(hash) = renewed.get(&entry.hash) {
                entry.hash.clone_from(hash);
            }
            ledger.insert(entry);
        }
        ledger
    }

    /// A block's verdict in the ledger: by its content, else by its id; then it is stale (S6.5).
    pub(crate) fn verdict(&self, id: &str, hash: &str) -> Option<Verdict> {
        let (entry, origin) = match (self.by_content(id, hash), self.entries.get(id)) {
            (Some(entry), _) => (entry, Origin::Ledger),
            (None, Some(entry)) => (entry, Origin::Stale),
            (None, None) => return None,
        };
        let tool = |(tool, version): (&String, &String)| (tool.clone().into(), version.clone());
        Some(Verdict {
            level: entry.level,
            tools: entry.tools.iter().map(tool).collect(),
            sandbox: entry.sandbox,
            output: entry.output.clone(),
            hash: entry.hash.clone(),
            origin,
            date: Some(entry.date.clone()),
            ..Verdict::new(entry.status, None)
        })
    }

    /// The entry with this content; the block's own entry, if several have it.
    fn by_content(&self, id: &str, hash: &str) -> Option<&Entry> {
        let own = self.entries.get(id).filter(|entry| entry.hash == hash);
        own.or_else(|| self.entries.get(self.hashes.get(hash)?))
    }

    /// The ledger with these verdicts. A line changes only if hash, status, level, tools or output change. Removed
    /// blocks are dropped if the whole project was verified.
    #[must_use]
    pub fn with(mut self, verdicts: Verdicts<'_>, date: &str, whole: bool) -> Self {
        // A fault in the fence fails a block even if its language has no adapter.
        let judged = |snippet: &Snippet, verdict: &Verdict| {
            let code = snippet.is_code && snippet.language.is_some();
            (code || is_bad(verdict.status)) && !verdict.hash.is_empty()
        };
        let before = self.clone();
        if whole {
            let present: BTreeSet<&str> = verdicts.iter().map(|(snippet, _)| snippet.id.as_str()).collect();
            self.entries.retain(|id, _| present.contains(id.as_str()));
        }
        for (snippet, verdict) in verdicts.iter().filter(|(snippet, verdict)| judged(snippet, verdict)) {
            let mut entry = entry(snippet, verdict, date);
            // A tool that is missing on this machine does not refute a proof from another machine.
            if let (Status::EnvError, Some(old)) = (verdict.status, before.by_content(&snippet.id, &verdict.hash)) {
                entry = Entry { id: snippet.id.clone(), ..old.clone() };
            } else if let Some(old) = self.entries.get(&snippet.id) {
                let dated = Entry { date: old.date.clone(), os: old.os.clone(), sandbox: old.sandbox, ..entry.clone() };
                if dated == *old {
                    entry = dated;
                }
            }
            self.entries.insert(snippet.id.clone(), entry);
        }
        self.hashes = self.entries.values().map(|entry| (entry.hash.clone(), entry.id.clone())).collect();
        self
    }

    /// As JSON, one line per block, so a change of one block changes one line.
    pub fn text(&self) -> String {
        let lines: Vec<String> =
            self.entries.values().map(|entry| serde_json::to_string(entry).unwrap_or_default()).collect();
        format!("{{\"schema\":\"{SCHEMA}\",\"blocks\":[\n{}\n]}}\n", lines.join(",\n"))
    }

    /// How many blocks it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Whether this status means that a block is not as promised.
pub(crate) fn is_bad(status: Status) -> bool {
    matches!(status, Status::Fail | Status::Timeout | Status::Limit | Status::Xpass | Status::Blocked)
}

fn entry(snippet: &Snippet, verdict: &Verdict, date: &str) -> Entry {
    Entry {
        hash: verdict.hash.clone(),
        id: snippet.id.clone(),
        status: verdict.status,
        level: verdict.level,
        tools: verdict.tools.iter().map(|(tool, version)| (tool.to_string(), version.clone())).collect(),
        os: std::env::consts::OS.to_owned(),
        sandbox: verdict.sandbox,
        date: verdict.date.clone().unwrap_or_else(|| date.to_owned()),
        // The output of a failed block is no promise.
        output: verdict.output.clone().filter(|text| !text.is_empty() && !is_bad(verdict.status)),
    }
}
