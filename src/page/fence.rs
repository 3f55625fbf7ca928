//! An info string as data, for both rendering and verification (S2.1). `fence_scan` reads it.
//!
//! Must not know: what a flag does to a snippet.

pub use super::fence_words::{FLAGS, KEYS};
use crate::config::Config;
use std::ops::Range;

/// A flag or a `key=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// docgen's name for it.
    pub key: String,
    /// The value, unquoted; `None` for a flag.
    pub value: Option<String>,
    /// Its bytes in the raw info string.
    pub range: Range<usize>,
}

/// Something in an info string that is wrong, or has no effect here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InfoProblem {
    /// The bytes in the raw info string.
    pub range: Range<usize>,
    /// Whether another tool understands it (a hint) or no tool does (an error).
    pub foreign: bool,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// The words that belong to other tools.
#[derive(Debug, Clone, Copy, Default)]
pub struct ForeignWords<'a> {
    /// Those that `[verify]` lists. They get no hint.
    pub listed: &'a [String],
    /// Whether every word that docgen does not know is one, as in a folder of another generator, which may have words of its own.
    pub all_unknown: bool,
}

impl<'a> ForeignWords<'a> {
    /// Those of a project.
    pub fn of(config: &'a Config) -> Self {
        Self { listed: &config.verify.foreign_words, all_unknown: config.mdbook || config.generator.is_some() }
    }

    /// Whether `[verify]` lists a word.
    pub(super) fn lists(self, word: &str) -> bool {
        self.listed.iter().any(|listed| listed == word)
    }
}

/// A parsed info string.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Info {
    /// The language in lower case: `python`. Empty if there is none.
    pub language: String,
    /// Flags and keys, in order.
    pub items: Vec<Item>,
    /// Highlighted lines, 1-based, both ends included.
    pub highlights: Vec<(usize, usize)>,
    /// Lines shown as added, 1-based, both ends included.
    pub inserted: Vec<(usize, usize)>,
    /// Lines shown as deleted, 1-based, both ends included.
    pub deleted: Vec<(usize, usize)>,
    /// Bytes of the language in the raw info string.
    pub language_range: Range<usize>,
    /// Whether it has words that the project assigns to other tools.
    pub foreign: bool,
    /// Bytes of bare line ranges.
    pub ranges: Vec<Range<usize>>,
    /// What is wrong with it.
    pub problems: Vec<InfoProblem>,
}

impl Info {
    /// Whether the info string has a flag or key.
    pub fn has(&self, key: &str) -> bool {
        self.items.iter().any(|item| item.key == key)
    }

    /// The value of a key. If the key is repeated, the last value.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.items.iter().rev().find(|item| item.key == key)?.value.as_deref()
    }

    /// The canonical form of an info string: the language, a space, flags, one group (S2.1). `None` if `raw` is
    /// canonical already, or if it has words of other tools: those tools may read another form differently.
    pub fn canonical(&self, raw: &str) -> Option<String> {
        if !self.problems.is_empty() || self.foreign || self.language_range.is_empty() {
            return None;
        }
        let is_flag = |item: &&Item| item.value.is_none() || !raw[item.range.clone()].contains(['=', '#', '[']);
        let flags = self
            .items
            .iter()
            .filter(is_flag)
            .map(|item| raw[item.range.clone()].trim_start_matches(['.', ':']).to_owned());
        let keys = self.items.iter().filter(|item| !is_flag(item)).map(|item| {
            let written = &raw[item.range.clone()];
            match (&item.value, written.starts_with('[')) {
                (Some(title), true) => format!("title=\"{}\"", title.replace('\\', "\\\\").replace('"', "\\\"")),
                _ => written.to_owned(),
            }
        });
        let ranges: Vec<&str> = self.ranges.iter().map(|range| &raw[range.clone()]).collect();
        let mut group: Vec<String> = keys.collect();
        if !ranges.is_empty() {
            group.push(ranges.join(","));
        }
        let mut words = vec![raw[self.language_range.clone()].to_owned()];
        words.extend(flags);
        if !group.is_empty() {
            words.push(format!("{{{}}}", group.join(" ")));
        }
        Some(words.join(" ")).filter(|canonical| canonical != raw)
    }
}
