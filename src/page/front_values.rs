//! The values of front matter, key by key: what each may be, and where it stands.
//!
//! A value that is wrong costs its own key only. Must not know: the three spellings of front matter.

use super::fence_words::{self, FLAGS};
use super::front_matter::{Block, FrontMatter, KEYS, Located, PageStatus};
use crate::config::{Risk, TAXONOMIES, parse_days};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::span::Span;
use jiff::civil::Date;
use serde_json::{Number, Value};
use std::ops::Range;

/// Reads the keys of one block.
pub(super) struct Reader<'a> {
    /// The block.
    pub(super) block: &'a Block,
    /// All of it.
    pub(super) whole: Span,
    /// What is wrong with it.
    pub(super) problems: &'a mut Vec<Diagnostic>,
    /// No review is later than this.
    pub(super) today: Date,
}

impl Reader<'_> {
    /// The line on which a top-level key stands, as bytes of the block.
    fn key_line(&self, key: &str) -> Option<Range<usize>> {
        let mut offset = 0;
        for line in self.block.data.as_str().split_inclusive('\n') {
            let rest = line.trim_start_matches(['"', '\'']).strip_prefix(key);
            if rest.is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with([':', '='])) {
                return Some(offset..offset + line.trim_end().len());
            }
            offset += line.len();
        }
        None
    }

    /// The line on which a top-level key stands.
    fn key_span(&self, key: &str) -> Span {
        self.key_line(key).and_then(|line| self.block.data.span_of(line)).unwrap_or(self.whole)
    }

    /// Where the `nth` (from 0) of equal values of a key stands: on the key's line, or below it before the next key.
    fn value_span(&self, key: &str, value: &str, nth: usize) -> Span {
        let text = self.block.data.as_str();
        let Some(line) = self.key_line(key) else { return self.whole };
        let part = |character: char| character.is_alphanumeric() || "-_./:".contains(character);
        let mut offset = line.start;
        let mut places = Vec::new();
        for (number, own) in text[line.start..].split_inclusive('\n').enumerate() {
            let goes_on = own.starts_with([' ', '\t', '-', ']', '#']) || own.trim().is_empty();
            if number > 0 && !goes_on {
                break;
            }
            // Behind the key itself; nothing of a comment.
            let start = if number == 0 { own.find([':', '=']).map_or(0, |at| at + 1) } else { 0 };
            let searched = if own.trim_start().starts_with('#') { "" } else { &own[start..] };
            for (at, found) in searched.match_indices(value) {
                let before = searched[..at].chars().next_back().is_some_and(part);
                let after = searched[at + found.len()..].chars().next().is_some_and(|it| part(it) && it != ':');
                if !before && !after && !value.is_empty() {
                    places.push(offset + start + at);
                }
            }
            offset += own.len();
        }
        let at = places.get(nth).or(places.first());
        at.and_then(|at| self.block.data.span_of(*at..*at + value.len())).unwrap_or_else(|| self.key_span(key))
    }

    fn wrong(&mut self, key: &str, message: String, help: &str) {
        self.wrong_at(self.key_span(key), message, help);
    }

    fn wrong_at(&mut self, span: Span, message: String, help: &str) {
        self.problems.push(Diagnostic::new(Code::FrontMatterValue, span, message).help(help));
    }

    /// Takes one key into the front matter.
    pub(super) fn entry(&mut self, front: &mut FrontMatter, key: &str, value: &Value) {
        let span = self.key_span(key);
        front.keys.push(Located { value: key.to_owned(), span });
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
                    self.wrong(key, "`review_every` is no interval".to_owned(), "write `90d`, `2w`, `6m` or `1y`");
                }
            }
            "required_scripts" | "related_tools" | "related" => {
                let name = KEYS.iter().find(|known| **known == key).expect("listed in KEYS");
                let paths = self.strings(key, value);
                front.paths.extend(paths.into_iter().map(|path| (*name, path)));
            }
            "aliases" => front.aliases = self.strings(key, value),
            "weight" => {
                front.weight = value.as_i64();
                if front.weight.is_none() {
                    self.wrong(
                        key,
                        "`weight` must be a whole number".to_owned(),
                        "pages are ordered by it, lowest first",
                    );
                }
            }
            "verify" => {
                self.defaults(value);
                front.verify = Some(Located { value: value.clone(), span });
            }
            // As elsewhere in the field: a place for what templates alone read.
            "extra" if value.is_object() => front.extra.extend(value.as_object().cloned().into_iter().flatten()),
            _ => self.unknown(front, key, value, span),
        }
    }

    fn unknown(&mut self, front: &mut FrontMatter, key: &str, value: &Value, span: Span) {
        let help = match did_you_mean(key, KEYS.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? As it is, the key is kept under `extra`"),
            None => {
                "it is kept under `extra`, where templates can read it; write it there, and this hint goes".to_owned()
            }
        };
        let message = format!("unknown key `{key}`");
        self.problems.push(Diagnostic::new(Code::FrontMatterUnknownKey, span, message).help(help));
        front.extra.insert(key.to_owned(), value.clone());
    }

    fn string(&mut self, key: &str, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(self.written(key, number).unwrap_or_else(|| number.to_string())),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null => None,
            Value::Array(_) | Value::Object(_) => {
                self.wrong(key, format!("`{key}` must be text"), "write one value, in quotes if it holds `: ` or `#`");
                None
            }
        }
    }

    /// A number as its author wrote it, where text was wanted: `1.10` is a version, not one and a tenth.
    fn written(&self, key: &str, number: &Number) -> Option<String> {
        let text = self.block.data.as_str();
        let line = self.key_line(key)?;
        let own = text[line.start..].split_inclusive('\n').enumerate();
        let own = own.take_while(|(at, line)| *at == 0 || line.starts_with([' ', '\t', '-', ']', '#']));
        let mut words = own.flat_map(|(_, line)| line.split([' ', '\t', '\n', '\r', '[', ']', ',', ':', '=']));
        let value = number.as_f64()?;
        words.find(|word| word.parse() == Ok(value)).map(str::to_owned)
    }

    fn strings(&mut self, key: &str, value: &Value) -> Vec<Located<String>> {
        let items: Vec<&Value> = match value {
            Value::Array(items) => items.iter().collect(),
            Value::Null => Vec::new(),
            one => vec![one],
        };
        let items = items.into_iter().filter_map(|item| self.string(key, item)).collect::<Vec<_>>();
        let nth = |at: usize| items[..at].iter().filter(|other| **other == items[at]).count();
        let spans: Vec<Span> = (0..items.len()).map(|at| self.value_span(key, &items[at], nth(at))).collect();
        items.into_iter().zip(spans).map(|(value, span)| Located { value, span }).collect()
    }

    /// A page's `verify:` holds the words of a fence as keys, and `level`.
    fn defaults(&mut self, value: &Value) {
        let Value::Object(keys) = value else {
            self.wrong("verify", "`verify` must hold keys".to_owned(), "as in `verify: { level: parsed }`");
            return;
        };
        let known = || FLAGS.iter().chain(fence_words::KEYS).copied().chain(["level"]);
        for key in keys.keys().filter(|key| !known().any(|known| known == *key)) {
            let help = match did_you_mean(key, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "it can hold whatever the info string of a fence can, and `level`".to_owned(),
            };
            let span = self.value_span("verify", key, 0);
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
                None => format!("it can be {}", names.join(", ")),
            };
            self.wrong_at(self.value_span(key, &text, 0), format!("`{key}` cannot be `{text}`"), &help);
        }
        found
    }

    fn date(&mut self, key: &str, value: &Value, span: Span) -> Option<Located<Date>> {
        let text = self.string(key, value)?;
        let Ok(date) = text.parse::<Date>() else {
            self.wrong_at(self.value_span(key, &text, 0), format!("`{text}` is no date"), "write it as YYYY-MM-DD");
            return None;
        };
        if date > self.today {
            self.wrong(
                key,
                format!("`{key}` lies in the future: {date}"),
                "a review that has not happened yet is none",
            );
            return None;
        }
        Some(Located { value: date, span })
    }

    /// A page's id is a ULID: 26 characters of Crockford's base 32, the first at most 7 (github.com/ulid/spec). Whatever
    /// does not look like one is the id of another tool, which Docusaurus makes addresses of.
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
            self.wrong("id", format!("`{id}` is no ULID"), help);
            return;
        }
        // The same for each page, so that all of them are one hint.
        let message = "this `id` is another tool's and has no effect here; docgen's are ULIDs";
        let help = "it is kept under `extra`, where templates can read it; links name the page's file";
        self.problems
            .push(Diagnostic::new(Code::FrontMatterForeign, self.value_span("id", &id, 0), message).help(help));
        front.extra.insert("id".to_owned(), value.clone());
    }
}
