//! The values of front matter, key by key: checks and positions.
//!
//! A wrong value drops its own key only.
//! Must not know: the three formats of front matter.

use super::model::{Block, FrontMatter, Located, PageStatus};
use crate::config::{Risk, TAXONOMIES, parse_days};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::page::fence_words::{self, FLAGS};
use crate::span::Span;
use jiff::civil::Date;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Range;

/// The keys that docgen knows.
pub(super) const KEYS: &[&str] = &[
    "title",
    "description",
    "id",
    "owner",
    "category",
    "tags",
    "agents",
    "supported_platforms",
    "status",
    "risk",
    "last_reviewed",
    "review_every",
    "required_scripts",
    "related_tools",
    "related",
    "aliases",
    "weight",
    "template",
    "verify",
];

/// Max values that are not found in the text. After that, no more are searched for.
const MAX_MISSES: usize = 50;

/// Reads the keys of one block.
pub(super) struct Reader<'a> {
    block: &'a Block,
    /// The position of the whole block.
    whole: Span,
    /// The problems found in it.
    problems: &'a mut Vec<Diagnostic>,
    /// Reviews after this day are errors.
    today: Date,
    /// The line of each top-level key, as bytes of the block.
    key_lines: BTreeMap<&'a str, Range<usize>>,
}

impl<'a> Reader<'a> {
    /// A reader of a block at `whole`.
    pub(super) fn new(block: &'a Block, whole: Span, problems: &'a mut Vec<Diagnostic>, today: Date) -> Self {
        let mut key_lines = BTreeMap::new();
        let mut offset = 0;
        for line in block.data.as_str().split_inclusive('\n') {
            let key = line.split([':', '=']).next().filter(|key| key.len() < line.len());
            if let Some(key) = key.map(|key| key.trim_start_matches(['"', '\'']).trim_end_matches(['"', '\'', ' '])) {
                key_lines.entry(key).or_insert(offset..offset + line.trim_end().len());
            }
            offset += line.len();
        }
        Self { block, whole, problems, today, key_lines }
    }

    /// The line of a top-level key, as bytes of the block.
    fn key_line(&self, key: &str) -> Option<Range<usize>> {
        self.key_lines.get(key).cloned()
    }

    /// The line on which a top-level key stands.
    fn key_span(&self, key: &str) -> Span {
        self.key_line(key).and_then(|line| self.block.data.span_of(line)).unwrap_or(self.whole)
    }

    /// The lines of a key up to the next key, each with its offset. The first line begins after the key.
    fn lines_of(&self, key: &str) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
        let text = self.block.data.as_str();
        let start = self.key_line(key).map_or(text.len(), |line| line.start);
        let mut offset = start;
        let lines = text[start..].split_inclusive('\n').enumerate();
        lines
            .take_while(|(number, own)| {
                *number == 0 || own.starts_with([' ', '\t', '-', ']', '#']) || own.trim().is_empty()
            })
            .map(move |(number, own)| {
                let behind = if number == 0 { own.find([':', '=']).map_or(0, |at| at + 1) } else { 0 };
                let at = offset + behind;
                offset += own.len();
                (at, &own[behind..])
            })
    }

    /// Finds a value of a key as whole words, from byte `from` of the block on. Skips comments.
    fn find_value(&self, key: &str, value: &str, from: usize) -> Option<usize> {
        let part = |character: char| character.is_alphanumeric() || "-_./:".contains(character);
        if value.is_empty() {
            return None;
        }
        let lines = self.lines_of(key).filter(|(at, own)| at + own.len() > from && !own.trim_start().starts_with('#'));
        for (at, own) in lines {
            for (found, _) in own.match_indices(value).filter(|(found, _)| at + found >= from) {
                let before = own[..found].chars().next_back().is_some_and(part);
                let after = own[found + value.len()..].chars().next().is_some_and(|it| part(it) && it != ':');
                if !before && !after {
                    return Some(at + found);
                }
            }
        }
        None
    }

    /// The span of a value that was found at `at`, else of its key.
    fn span_at(&self, key: &str, value: &str, at: Option<usize>) -> Span {
        let span = at.and_then(|at| self.block.data.span_of(at..at + value.len()));
        span.unwrap_or_else(|| self.key_span(key))
    }

    /// The span of a value: on the key's line, or below it before the next key.
    fn value_span(&self, key: &str, value: &str) -> Span {
        self.span_at(key, value, self.find_value(key, value, 0))
    }

    fn wrong(&mut self, key: &str, message: String, help: &str) {
        self.wrong_at(self.key_span(key), message, help);
    }

    fn wrong_at(&mut self, span: Span, message: String, help: &str) {
        self.problems.push(Diagnostic::new(Code::FrontMatterValue, span, message).help(help));
    }

    /// Adds one key to the front matter.
    pub(super) fn entry(&mut self, front: &mut FrontMatter, key: &str, value: &Value) {
        let span = self.key_span(key);
        let is_empty = match value {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            Value::Array(list) => list.is_empty(),
            _ => false,
        };
        if !is_empty {
            front.keys.push(Located { value: key.to_owned(), span });
        }
        if let Some(row) = TAXONOMIES.iter().find(|row| row.1 == key) {
            let terms = self.strings(key, value);
            front.terms.insert(row.0, terms);
            return;
        }
        match key {
            "title" => front.title = self.string(key, value),
            "description" => front.description = self.string(key, value),
            "template" => {
                front.template = self.string(key, value).map(|name| Located { value: name, span });
            }
            "id" => self.id(front, value, span),
            "status" => front.status = self.choice(key, value, PageStatus::ALL),
            "risk" => front.risk = self.choice(key, value, Risk::ALL),
            "last_reviewed" => front.last_reviewed = self.date(key, value, span),
            "review_every" => {
                let text = self.string(key, value);
                front.review_every = text.as_deref().and_then(parse_days);
                if front.review_every.is_none() {
                    self.wrong(key, "`review_every` is not an interval".to_owned(), "write `90d`, `2w`, `6m` or `1y`");
                }
            }
            "required_scripts" | "related_tools" | "related" => {
                let name = KEYS.iter().find(|known| **known == key).expect("listed in KEYS");
                let paths = self.strings(key, value);
                front.paths.extend(paths.into_iter().map(|path| (*name, path)));
            }
            // Of Docusaurus and of Just the Docs.
            "sidebar_position" | "nav_order" => {
                front.weight = front.weight.or_else(|| value.as_i64());
                front.extra.insert(key.to_owned(), value.clone());
            }
            "aliases" => front.aliases = self.strings(key, value),
            "weight" => {
                front.weight = value.as_i64();
                if front.weight.is_none() {
                    self.wrong(
                        key,
                        "`weight` must be a whole number".to_owned(),
                        "pages are sorted by weight, lowest first",
                    );
                }
            }
            "verify" => {
                self.defaults(value);
                front.verify = Some(Located { value: value.clone(), span });
            }
            // Like other generators: data that only templates read.
            "extra" if value.is_object() => front.extra.extend(value.as_object().cloned().into_iter().flatten()),
            _ => self.unknown(front, key, value, span),
        }
    }

    fn unknown(&mut self, front: &mut FrontMatter, key: &str, value: &Value, span: Span) {
        let help = match did_you_mean(key, KEYS.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? For now, the key is kept under `extra`"),
            None => {
                "it is kept under `extra`, where templates can read it; move it there to remove this hint".to_owned()
            }
        };
        let message = format!("unknown key `{key}`");
        self.problems.push(Diagnostic::new(Code::FrontMatterUnknownKey, span, message).help(help));
        front.extra.insert(key.to_owned(), value.clone());
    }

    fn string(&mut self, key: &str, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => {
                let written = number.as_f64().and_then(|value| self.numbers(key).remove(&value.to_bits()));
                Some(written.map_or_else(|| number.to_string(), str::to_owned))
            }
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null => None,
            Value::Array(_) | Value::Object(_) => {
                self.wrong(key, format!("`{key}` must be text"), "write one value, in quotes if it holds `: ` or `#`");
                None
            }
        }
    }

    /// The numbers of a key as written, by value. `1.10` may be a version, so it must not become `1.1`.
    fn numbers(&self, key: &str) -> BTreeMap<u64, &'a str> {
        let mut numbers = BTreeMap::new();
        for (_, line) in self.lines_of(key) {
            for word in line.split([' ', '\t', '\n', '\r', '[', ']', ',', ':', '=']) {
                if let Ok(value) = word.parse::<f64>() {
                    numbers.entry(value.to_bits()).or_insert(word);
                }
            }
        }
        numbers
    }

    fn strings(&mut self, key: &str, value: &Value) -> Vec<Located<String>> {
        let items: Vec<&Value> = match value {
            Value::Array(items) => items.iter().collect(),
            Value::Null => Vec::new(),
            one => vec![one],
        };
        let numbers = self.numbers(key);
        let mut located = Vec::new();
        // Values are in order, so each is searched for after the previous one.
        let (mut from, mut misses) = (0, 0);
        for item in items {
            let value = match item {
                Value::Number(number) => {
                    let written = number.as_f64().and_then(|value| numbers.get(&value.to_bits()));
                    Some(written.map_or_else(|| number.to_string(), |word| (*word).to_owned()))
                }
                other => self.string(key, other),
            };
            let Some(value) = value else { continue };
            let look = || self.find_value(key, &value, from).or_else(|| self.find_value(key, &value, 0));
            // A value with escapes is not found.
            let at = (misses < MAX_MISSES).then(look).flatten();
            misses += usize::from(at.is_none());
            from = at.map_or(from, |at| at + value.len());
            let span = self.span_at(key, &value, at);
            located.push(Located { value, span });
        }
        located
    }

    /// Checks a page's `verify:`. Its keys are the words of a fence, and `level`.
    fn defaults(&mut self, value: &Value) {
        let Value::Object(keys) = value else {
            self.wrong("verify", "`verify` must have keys".to_owned(), "as in `verify: { level: parsed }`");
            return;
        };
        let known = || FLAGS.iter().chain(fence_words::KEYS).copied().chain(["level"]);
        for key in keys.keys().filter(|key| !known().any(|known| known == *key)) {
            let help = match did_you_mean(key, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`verify` takes the words of an info string, and `level`".to_owned(),
            };
            let span = self.value_span("verify", key);
            self.wrong_at(span, format!("unknown key `{key}` under `verify`"), &help);
        }
    }

    fn choice<T: Copy>(&mut self, key: &str, value: &Value, choices: &[(&'static str, T)]) -> Option<T> {
        let text = self.string(key, value)?;
        let found = choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(&text)).map(|(_, choice)| *choice);
        if found.is_none() {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            let help = match did_you_mean(&text, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("possible values: {}", names.join(", ")),
            };
            self.wrong_at(self.value_span(key, &text), format!("`{key}` cannot be `{text}`"), &help);
        }
        found
    }

    fn date(&mut self, key: &str, value: &Value, span: Span) -> Option<Located<Date>> {
        let text = self.string(key, value)?;
        let Ok(date) = text.parse::<Date>() else {
            self.wrong_at(self.value_span(key, &text), format!("`{text}` is not a date"), "write it as YYYY-MM-DD");
            return None;
        };
        if date > self.today {
            self.wrong(key, format!("`{key}` is in the future: {date}"), "write the date of the last review");
            return None;
        }
        Some(Located { value: date, span })
    }

    /// A page's id is a ULID: 26 characters of Crockford's base 32, the first at most 7 (github.com/ulid/spec). Any
    /// other `id` belongs to another tool: Docusaurus makes addresses from it.
    fn id(&mut self, front: &mut FrontMatter, value: &Value, span: Span) {
        const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let Some(id) = self.string("id", value) else { return };
        let upper = id.to_ascii_uppercase();
        if upper.len() == 26 && upper.chars().all(|c| ALPHABET.contains(c)) && upper.as_bytes()[0] <= b'7' {
            front.id = Some(Located { value: upper, span });
            return;
        }
        let meant = upper.len() == 26 && upper.chars().all(|c| c.is_ascii_alphanumeric()) && upper.starts_with('0');
        if meant {
            let help = "a ULID has 26 characters from 0-9 and A-Z without I, L, O and U";
            self.wrong("id", format!("`{id}` is not a ULID"), help);
            return;
        }
        // The same text on each page, so that reports can join them to one hint.
        let message = "this `id` belongs to another tool and has no effect here; docgen's ids are ULIDs";
        let help = "it is kept under `extra`, where templates can read it; in links, use the page's file";
        self.problems.push(Diagnostic::new(Code::FrontMatterForeign, self.value_span("id", &id), message).help(help));
        front.extra.insert("id".to_owned(), value.clone());
    }
}
