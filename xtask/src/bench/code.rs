//! The bodies' code blocks: programs in six languages, put together from templates with varied names, texts and numbers.
//!
//! In a template, `§` and a letter and a digit stand for a name, a text or a number; the same three for the same one.
//! Must not know: pages.

use super::random::Random;
use super::words::{Subject, Words, capital, plural};
use std::collections::{BTreeMap, BTreeSet};

/// A language with its templates.
pub(super) struct Language {
    /// The fence's label.
    pub(super) label: &'static str,
    /// How names are written.
    style: Style,
    /// Lines for the start of some blocks.
    heads: Vec<&'static str>,
    /// Parts of programs.
    parts: Vec<&'static str>,
    /// Blocks have several parts.
    joins: bool,
}

#[derive(Clone, Copy)]
enum Style {
    Snake,
    Camel,
}

const TEMPLATES: [(&str, Style, &str); 6] = [
    ("python", Style::Snake, include_str!("templates/python.txt")),
    ("javascript", Style::Camel, include_str!("templates/javascript.txt")),
    ("go", Style::Camel, include_str!("templates/go.txt")),
    ("rust", Style::Snake, include_str!("templates/rust.txt")),
    ("bash", Style::Snake, include_str!("templates/bash.txt")),
    ("json", Style::Camel, include_str!("templates/json.txt")),
];

/// Words that mean something in one of the languages, or that a template uses.
const RESERVED: &[&str] = &[
    "type",
    "range",
    "map",
    "default",
    "package",
    "import",
    "class",
    "set",
    "list",
    "string",
    "object",
    "function",
    "interface",
    "select",
    "case",
    "switch",
    "trait",
    "struct",
    "match",
    "loop",
    "break",
    "delete",
    "export",
    "final",
    "static",
    "yield",
    "await",
    "filter",
    "hash",
    "time",
    "crate",
    "guard",
    "timer",
    "group",
    "error",
    "document",
    "process",
    "path",
    "folder",
    "file",
    "test",
    "cases",
    "item",
    "frame",
    "key",
    "name",
    "label",
    "signal",
    "index",
    "print",
    "trap",
    "wait",
    "join",
    "move",
    "extends",
    "fetch",
    "timeout",
    "code",
    "limit",
    "number",
    "text",
    "pending",
    "order",
    "response",
    "describe",
    "require",
    "throttle",
    "use",
    "escape",
    "history",
    "source",
    "start",
    "open",
    "help",
    "return",
    "continue",
    "public",
    "private",
    "read",
    "enter",
    "retry",
];

/// The six languages.
pub(super) fn languages() -> Vec<Language> {
    TEMPLATES
        .iter()
        .map(|(label, style, text)| {
            let (heads, parts) = text.split_once("====\n").unwrap_or(("", text));
            let split = |text: &'static str| text.split("----\n").filter(|part| !part.is_empty()).collect();
            Language { label, style: *style, heads: split(heads), parts: split(parts), joins: !heads.is_empty() }
        })
        .collect()
}

/// The code of a block: 6 to 40 lines.
pub(super) fn block(language: &Language, words: &Words, subject: &Subject, random: &mut Random) -> String {
    let mut names = Names { style: language.style, words, subject, used: BTreeSet::new(), known: BTreeMap::new() };
    let wanted = random.between(8, 20);
    let mut code = String::new();
    if language.joins && random.chance(35) {
        code.push_str(&names.fill(random.pick(&language.heads), random));
    }
    let mut lines = code.lines().count();
    let mut last = usize::MAX;
    let mut first = usize::MAX;
    loop {
        let number = random.below(language.parts.len());
        if number == last || number == first {
            continue;
        }
        let part = language.parts[number];
        if lines + part.lines().count() > 39 {
            break;
        }
        if !code.is_empty() {
            code.push('\n');
        }
        names.known.clear();
        code.push_str(&names.fill(part, random));
        lines = code.lines().count();
        (first, last) = (last, number);
        if lines >= wanted || !language.joins {
            break;
        }
    }
    code
}

/// The names of a block.
struct Names<'a> {
    style: Style,
    words: &'a Words,
    subject: &'a Subject,
    /// Names that the block has, so that two things never have one name.
    used: BTreeSet<String>,
    /// What stands for a placeholder in this part.
    known: BTreeMap<(char, char), String>,
}

impl Names<'_> {
    fn fill(&mut self, template: &str, random: &mut Random) -> String {
        let mut pieces = template.split('§');
        let mut filled = pieces.next().unwrap_or("").to_owned();
        for piece in pieces {
            let mut letters = piece.chars();
            let (Some(kind), Some(digit)) = (letters.next(), letters.next()) else { continue };
            let known = self.known.get(&(kind, digit)).cloned();
            let name = known.unwrap_or_else(|| {
                let name = self.new_name(kind, random);
                self.known.insert((kind, digit), name.clone());
                name
            });
            filled.push_str(&name);
            filled.push_str(letters.as_str());
        }
        filled
    }

    /// A name that the block does not have yet. Numbers and texts may repeat.
    fn new_name(&mut self, kind: char, random: &mut Random) -> String {
        loop {
            let name = self.name(kind, random);
            if "nmdsSxu".contains(kind) || (!RESERVED.contains(&name.as_str()) && self.used.insert(name.clone())) {
                return name;
            }
        }
    }

    fn name(&self, kind: char, random: &mut Random) -> String {
        let noun = |random: &mut Random| self.words.noun(self.subject, random);
        match kind {
            'f' | 'F' => {
                let mut parts = vec![self.words.plain_verb(random), noun(random)];
                if random.chance(25) {
                    parts.push(noun(random));
                }
                if kind == 'F' { pascal(&parts) } else { self.join(&parts) }
            }
            'v' => {
                let first = if random.chance(30) { self.words.plain_adjective(random) } else { noun(random) };
                if random.chance(40) { noun(random).to_owned() } else { self.join(&[first, noun(random)]) }
            }
            'T' => {
                let first = if random.chance(30) { self.words.plain_adjective(random) } else { noun(random) };
                pascal(&[first, noun(random)])
            }
            'P' => pascal(&[noun(random), noun(random)]),
            'c' => format!("{}_{}", noun(random), noun(random)).to_uppercase(),
            'k' if random.chance(50) => noun(random).to_owned(),
            'k' => format!("{}-{}", noun(random), noun(random)),
            'w' => noun(random).to_owned(),
            'W' => plural(noun(random)),
            'p' => format!("{}/{}", noun(random), plural(noun(random))),
            's' => self.phrase(random),
            'S' => capital(&self.phrase(random)),
            'n' => random.between(2, 99).to_string(),
            'm' => random.between(100, 9999).to_string(),
            'd' => random.between(1, 9).to_string(),
            'u' => format!("{}.{}.{}", random.below(10), random.below(20), random.below(10)),
            'x' => (0..16).map(|_| random.pick(&["a", "3", "f", "0", "7", "c", "9", "1", "e", "5"])).collect(),
            other => format!("unknown placeholder {other}"),
        }
    }

    /// A short text without quotation marks.
    fn phrase(&self, random: &mut Random) -> String {
        let noun = |random: &mut Random| self.words.noun(self.subject, random).to_owned();
        match random.below(5) {
            0 => format!("cannot {} the {}", self.words.verb(random), noun(random)),
            1 => format!("the {} is {}", noun(random), self.words.adjective(random)),
            2 => format!("{} {} {}", self.words.verb(random), self.words.adjective(random), plural(&noun(random))),
            3 => format!("{} of the {} {}", noun(random), self.words.adjective(random), noun(random)),
            _ => format!("no {} for this {} {}", noun(random), noun(random), noun(random)),
        }
    }

    fn join(&self, parts: &[&str]) -> String {
        match self.style {
            Style::Snake => parts.join("_"),
            Style::Camel => {
                let (first, rest) = parts.split_first().unwrap_or((&"", &[]));
                format!("{first}{}", pascal(rest))
            }
        }
    }
}

/// A name in the documentation's text, as `read_only` or `maxDelay`.
pub(super) fn name_in_text(words: &Words, subject: &Subject, random: &mut Random) -> String {
    let style = if random.chance(50) { Style::Snake } else { Style::Camel };
    let names = Names { style, words, subject, used: BTreeSet::new(), known: BTreeMap::new() };
    match random.below(6) {
        0 => format!("--{}", names.name('k', random)),
        1 => format!("{}()", names.name('f', random)),
        2 => names.name('T', random),
        3 => format!("{}.toml", names.name('p', random)),
        4 => names.name('c', random),
        _ => names.name('v', random),
    }
}

fn pascal(parts: &[&str]) -> String {
    parts.iter().map(|part| capital(part)).collect()
}
