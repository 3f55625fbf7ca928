//! The ledger: the evidence that is committed with the pages, a line a block, sorted (S6.4 to S6.6).
//!
//! With it a site shows its badges on a machine without toolchains, and CI can hold a project to what it once proved.
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

/// All of them.
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
    /// The project's ledger; an empty one where there is none.
    ///
    /// # Errors
    /// [`Error::Config`] where the file is damaged or of another version: it is never half believed.
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

    /// Its lines, by id.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// Whether content is known by its hash (`--locked`).
    pub fn knows(&self, hash: &str) -> bool {
        self.hashes.contains_key(hash)
    }

    /// Whether it holds hashes that docgen 0.1 made.
    pub fn is_outdated(&self) -> bool {
        self.hashes.keys().any(|hash| is_outdated(hash))
    }

    /// The ledger with hashes of docgen 0.1 replaced by those that are made now of the same content; `renewed` has both.
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

    /// A block's verdict as the ledger has it: of its content, else of its id, which is stale then (S6.5).
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

    /// The line of a content: the block's own where several have it.
    fn by_content(&self, id: &str, hash: &str) -> Option<&Entry> {
        let own = self.entries.get(id).filter(|entry| entry.hash == hash);
        own.or_else(|| self.entries.get(self.hashes.get(hash)?))
    }

    /// The ledger with these verdicts in it. A line changes only where hash, status, level, tools or output do; blocks
    /// that are gone are left out where the whole project was verified.
    #[must_use]
    pub fn with(mut self, verdicts: Verdicts<'_>, date: &str, whole: bool) -> Self {
        // A fault in the fence fails a block of any language, and the output of nothing.
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
            // That a tool is missing here says nothing against what was proven elsewhere.
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

    /// As JSON, a block a line, so that a change of one is a change of one line.
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

/// Whether a block of this status is not as promised.
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
        // What a block prints that failed is nobody's promise.
        output: verdict.output.clone().filter(|text| !text.is_empty() && !is_bad(verdict.status)),
    }
}
