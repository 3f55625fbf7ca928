//! The data of front matter, and the block that contains it.
//!
//! Must not know: the formats of front matter.

use crate::config::Risk;
use crate::span::{MappedText, Span};
use jiff::civil::Date;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::ops::Range;

/// How front matter was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// No front matter.
    #[default]
    None,
    /// YAML between `---`.
    Yaml,
    /// TOML between `+++`.
    Toml,
    /// YAML flattened by a formatter.
    Mangled,
}

/// The status of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PageStatus {
    /// Built only on request.
    Draft,
    /// The default.
    #[default]
    Active,
    /// Shown with a banner.
    Deprecated,
    /// Kept for the record.
    Archived,
}

impl PageStatus {
    /// All, with their names.
    pub const ALL: &'static [(&'static str, PageStatus)] = &[
        ("draft", Self::Draft),
        ("active", Self::Active),
        ("deprecated", Self::Deprecated),
        ("archived", Self::Archived),
    ];

    /// Lower-case name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, status)| *status == self).expect("ALL lists every status").0
    }
}

/// A value and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// The line of its key.
    pub span: Span,
}

/// The front matter of a page.
#[derive(Debug, Clone, Default)]
pub struct FrontMatter {
    /// How it was written.
    pub format: Format,
    /// The whole block, delimiters included.
    pub span: Option<Span>,
    /// Page title.
    pub title: Option<String>,
    /// One sentence.
    pub description: Option<String>,
    /// ULID; another tool's id is under `extra`.
    pub id: Option<Located<String>>,
    /// Terms by taxonomy (`tags`, `agents`, `categories`, `owners`, `platforms`).
    pub terms: BTreeMap<&'static str, Vec<Located<String>>>,
    /// Status.
    pub status: Option<PageStatus>,
    /// How much damage an error on the page can do.
    pub risk: Option<Risk>,
    /// When a person last reviewed it.
    pub last_reviewed: Option<Located<Date>>,
    /// Review interval in days, instead of the risk's.
    pub review_every: Option<i64>,
    /// Paths that must exist: `required_scripts`, `related_tools`, `related`.
    pub paths: Vec<(&'static str, Located<String>)>,
    /// Former URLs.
    pub aliases: Vec<Located<String>>,
    /// Order among siblings, lowest first.
    pub weight: Option<i64>,
    /// Template instead of `page.html`.
    pub template: Option<Located<String>>,
    /// Page-wide snippet defaults, as written.
    pub verify: Option<Located<Value>>,
    /// All keys that have a value, as written, to check for required keys.
    pub keys: Vec<Located<String>>,
    /// Keys that docgen does not know.
    pub extra: Map<String, Value>,
    /// All data in order; `check --fix` writes it back.
    pub data: Map<String, Value>,
}

/// The block as found in the file.
pub(super) struct Block {
    pub(super) format: Format,
    pub(super) data: MappedText,
    pub(super) range: Range<usize>,
}
