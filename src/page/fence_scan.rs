//! Reads an info string into an [`Info`], by the grammar of S2.1.
//!
//! `info = LANG { (ws | ",") flag } { ws group }`, `group = "{" item { [","] item } "}"`, `item = key "=" value | range
//! | "." class | "#" id | flag`. It is parsed from the raw source line, so every item knows its bytes. A word of
//! another tool is translated or reported; no word is ignored silently (S2.3).
//! Must not know: what a flag does to a snippet.

use super::fence::{ForeignWords, Info, InfoProblem, Item};
use super::fence_words::{ALIASES, FLAGS, FOREIGN, KEYS, RUSTDOC_ALONE};
use crate::diagnostic::did_you_mean;
use crate::span::floor_char_boundary;

/// Max length of an info string, in bytes.
const MAX_LENGTH: usize = 4096;
/// Max problems reported for one info string.
const MAX_PROBLEMS: usize = 20;

impl Info {
    /// Parses a raw info string.
    pub fn parse(raw: &str, foreign_words: ForeignWords<'_>) -> Self {
        let mut info = Info::default();
        if info.is_too_long(raw) {
            return info;
        }
        let mut scanner = Scanner { raw, at: 0, foreign_words };
        scanner.language(&mut info);
        scanner.items(&mut info, false);
        info.limit_problems();
        info
    }

    /// Whether the text is too long. If so, adds a problem, and the text is not parsed.
    fn is_too_long(&mut self, raw: &str) -> bool {
        if raw.len() <= MAX_LENGTH {
            return false;
        }
        let first = raw.find([' ', '\t', ',', '{']).unwrap_or(raw.len()).min(40);
        self.problems.push(InfoProblem {
            range: 0..floor_char_boundary(raw, first),
            foreign: false,
            message: format!("this info string has {} bytes; {MAX_LENGTH} are the most", raw.len()),
            help: "nothing of it is read; take words away".to_owned(),
        });
        true
    }

    /// Limits the number of problems.
    fn limit_problems(&mut self) {
        let more = self.problems.len().saturating_sub(MAX_PROBLEMS);
        if more > 0 {
            // Keep the problem that makes the block fail.
            self.problems.sort_by_key(|problem| problem.foreign);
            self.problems.truncate(MAX_PROBLEMS);
            let last = self.problems.last_mut().expect("there are twenty");
            last.message = format!("{}, and {more} more problems of this info string", last.message);
        }
    }

    /// The items of a directive in an HTML comment: the same grammar without a language (S2.5).
    pub fn parse_items(raw: &str, foreign_words: ForeignWords<'_>) -> Self {
        let mut info = Info::default();
        if !info.is_too_long(raw) {
            Scanner { raw, at: 0, foreign_words }.items(&mut info, false);
            info.limit_problems();
        }
        info
    }
}

struct Scanner<'a> {
    raw: &'a str,
    at: usize,
    foreign_words: ForeignWords<'a>,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        &self.raw[self.at..]
    }

    fn skip_separators(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', ',']).len();
    }

    fn language(&mut self, info: &mut Info) {
        self.skip_separators();
        let rest = self.rest();
        if rest.starts_with('{') {
            return; // Pandoc's `{.python}` and Quarto's `{python}`: the language is the group's first class or word.
        }
        let end = rest.find([' ', '\t', ',', '{']).unwrap_or(rest.len());
        let word = &rest[..end];
        let colon = word.find(':').filter(|colon| *colon > 0);
        if (word.contains('=') && colon.is_none_or(|colon| word[..colon].contains('='))) || word.starts_with(['[', ':'])
        {
            return;
        }
        if RUSTDOC_ALONE.contains(&word) {
            "rust".clone_into(&mut info.language);
            return; // read again as a flag
        }
        // Docusaurus and others write `js:title.js`; a language's name has no colon.
        let name = word.split(':').next().unwrap_or(word);
        info.language = name.to_lowercase();
        info.language_range = self.at..self.at + name.len();
        self.at += name.len();
    }

    fn items(&mut self, info: &mut Info, in_group: bool) {
        loop {
            self.skip_separators();
            let start = self.at;
            let Some(first) = self.rest().chars().next() else { return };
            match first {
                '}' => {
                    self.at += 1;
                    if in_group {
                        return;
                    }
                }
                // The grammar has no nested groups; skip the inner brace.
                '{' if in_group => self.at += 1,
                '{' => {
                    self.at += 1;
                    self.items(info, true);
                }
                '[' => {
                    // VitePress: `ts [name.ts]` is the title.
                    let end = self.rest().find(']').map_or(self.rest().len(), |end| end + 1);
                    let title = self.rest()[1..end].trim_end_matches(']').to_owned();
                    self.at += end;
                    info.items.push(Item { key: "title".to_owned(), value: Some(title), range: start..self.at });
                }
                '"' | '\'' => {
                    self.value();
                    self.foreign(info, start, "text in quotes", "Starlight");
                }
                '/' => {
                    let end = self.rest()[1..].find('/').map_or(self.rest().len(), |end| end + 2);
                    self.at += end;
                    self.foreign(info, start, "text between slashes", "Nextra");
                }
                _ => self.item(info, in_group),
            }
        }
    }

    fn item(&mut self, info: &mut Info, in_group: bool) {
        let start = self.at;
        let rest = self.rest();
        let end = rest.find([' ', '\t', ',', '{', '}', '=']).unwrap_or(rest.len());
        let word = rest[..end].to_owned();
        self.at += end;
        if self.rest().starts_with('=') {
            self.at += 1;
            let value = if self.rest().starts_with('{') { self.braced() } else { self.value() };
            self.keyed(info, &word, value, start);
        } else if let Some(range) = parse_range(&word) {
            info.highlights.push(range);
            info.ranges.push(start..self.at);
        } else if in_group && word.starts_with('.') && word.len() > 1 {
            self.class(info, &word[1..], start);
        } else if in_group && word.starts_with('#') && word.len() > 1 {
            info.items.push(Item { key: "name".into(), value: Some(word[1..].to_owned()), range: start..self.at });
        } else if in_group && info.language.is_empty() && info.items.is_empty() {
            info.language = word.to_lowercase();
        } else {
            self.flag(info, &word, start);
        }
        if self.at == start {
            self.at += 1; // an `=` without a key; always advance
        }
    }

    fn class(&mut self, info: &mut Info, class: &str, start: usize) {
        if info.language.is_empty() {
            info.language = class.to_lowercase();
        } else {
            self.flag(info, class, start);
        }
    }

    fn flag(&mut self, info: &mut Info, word: &str, start: usize) {
        let range = start..self.at;
        let bare = word.trim_start_matches(':');
        let name = bare.split('=').next().unwrap_or(bare);
        // VitePress writes `ts:line-numbers`.
        let word = if FLAGS.contains(&bare) || ALIASES.iter().any(|row| row.0 == bare) { bare } else { word };
        if FLAGS.contains(&word) {
            info.items.push(Item { key: word.to_owned(), value: None, range });
        } else if let Some((_, key, value)) = ALIASES.iter().find(|(alias, ..)| *alias == word) {
            info.items.push(Item { key: (*key).to_owned(), value: value.map(str::to_owned), range });
        } else if is_rust_error_code(word) {
            info.items.push(Item { key: "code".to_owned(), value: Some(word.to_owned()), range });
        } else if self.foreign_words.lists(word) {
            info.foreign = true; // the project assigns it to another tool, so no hint
        } else if let Some((_, tool)) = FOREIGN.iter().find(|(foreign, _)| *foreign == name) {
            self.foreign(info, start, &format!("`{word}`"), tool);
        } else if let Some(target) = word.strip_prefix("ignore-") {
            // rustdoc's `ignore-x86_64`: ignored where the name of the target contains this.
            if is_this_target(target) {
                let reason = Some(format!("not for targets with `{target}` in their name"));
                info.items.push(Item { key: "ignore".to_owned(), value: None, range: range.clone() });
                info.items.push(Item { key: "reason".to_owned(), value: reason, range });
            }
            info.foreign = true; // the word has no other form
        } else {
            let known = FLAGS.iter().chain(KEYS).copied().chain(ALIASES.iter().map(|row| row.0));
            let help = match did_you_mean(word, known) {
                Some(near) if KEYS.contains(&near) => format!("did you mean `{near}=…`?"),
                Some(near) => format!("did you mean `{near}`?"),
                None => "if it belongs to another tool, list it under `[verify] foreign-words` in book.toml".to_owned(),
            };
            info.problems.push(InfoProblem {
                range,
                foreign: self.foreign_words.all_unknown,
                message: format!("unknown word `{word}` in the info string"),
                help,
            });
        }
    }

    fn keyed(&mut self, info: &mut Info, key: &str, value: String, start: usize) {
        let range = start..self.at;
        let key = key.trim_start_matches(':');
        let ours = ALIASES.iter().find(|(alias, ..)| *alias == key).map_or(key, |(_, ours, _)| ours);
        let lines = match ours {
            "hl" => Some(&mut info.highlights),
            "ins" => Some(&mut info.inserted),
            "del" => Some(&mut info.deleted),
            _ => None,
        };
        if let Some(lines) = lines {
            let parts = || value.split([',', ' ']).filter(|part| !part.is_empty());
            lines.extend(parts().filter_map(parse_range));
            if parts().any(|part| parse_range(part).is_none()) {
                info.problems.push(InfoProblem {
                    range: range.clone(),
                    foreign: true,
                    message: format!("this value of `{key}` names no lines"),
                    help: "write lines and ranges of lines, as in `1,3-4`".to_owned(),
                });
            }
            info.items.push(Item { key: ours.to_owned(), value: Some(value), range });
        } else if KEYS.contains(&ours) {
            info.items.push(Item { key: ours.to_owned(), value: Some(value), range });
        } else if FLAGS.contains(&ours) {
            if value != "false" {
                info.items.push(Item { key: ours.to_owned(), value: None, range });
            }
        } else if let Some((_, tool)) = FOREIGN.iter().find(|(foreign, _)| *foreign == key.trim_start_matches(':')) {
            self.foreign(info, start, &format!("`{key}`"), tool);
        } else if self.foreign_words.lists(key) {
            info.foreign = true;
        } else {
            let help = match did_you_mean(key, KEYS.iter().copied()) {
                Some(near) => format!("did you mean `{near}=`?"),
                None => "if it belongs to another tool, list it under `[verify] foreign-words` in book.toml".to_owned(),
            };
            info.problems.push(InfoProblem {
                range,
                foreign: self.foreign_words.all_unknown,
                message: format!("unknown key `{key}` in the info string"),
                help,
            });
        }
    }

    fn foreign(&self, info: &mut Info, start: usize, what: &str, tool: &str) {
        info.problems.push(InfoProblem {
            range: start..self.at,
            foreign: true,
            message: format!("{what} is {tool}'s and has no effect here"),
            help: "it does no harm; remove it if no other tool reads this page".to_owned(),
        });
    }

    /// A bare or quoted value. In quotes, `\"` and `\\` are escapes.
    fn value(&mut self) -> String {
        let rest = self.rest();
        let Some(quote @ ('"' | '\'')) = rest.chars().next() else {
            let end = rest.find([' ', '\t', ',', '}']).unwrap_or(rest.len());
            let value = rest[..end].to_owned();
            self.at += end;
            return value;
        };
        let mut value = String::new();
        let mut characters = rest.char_indices().skip(1);
        let mut end = rest.len();
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some((_, escaped @ ('"' | '\\' | '\''))) => value.push(escaped),
                    Some((_, other)) => value.extend(['\\', other]),
                    None => value.push('\\'),
                },
                _ if character == quote => {
                    end = at + 1;
                    break;
                }
                _ => value.push(character),
            }
        }
        self.at += end;
        value
    }

    /// Starlight's `ins={1-3}`: the text up to the closing brace.
    fn braced(&mut self) -> String {
        let end = self.rest().find('}').map_or(self.rest().len(), |end| end + 1);
        let value = self.rest()[..end].trim_matches(['{', '}']).to_owned();
        self.at += end;
        value
    }
}

/// Whether the machine's target, such as `x86_64-unknown-linux-gnu`, contains a word.
fn is_this_target(word: &str) -> bool {
    use std::env::consts::{ARCH, OS};
    // Rust's `macos` is `darwin` in the names of targets.
    let system = if OS == "macos" { "darwin" } else { OS };
    !word.is_empty() && [ARCH, system].iter().any(|part| part.contains(word))
}

fn is_rust_error_code(word: &str) -> bool {
    word.len() == 5 && word.starts_with('E') && word[1..].bytes().all(|byte| byte.is_ascii_digit())
}

/// `3` or `3-5`.
fn parse_range(word: &str) -> Option<(usize, usize)> {
    let (from, to) = word.split_once('-').unwrap_or((word, word));
    let (from, to) = (from.parse().ok()?, to.parse().ok()?);
    (from >= 1 && from <= to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Info {
        Info::parse(raw, ForeignWords::default())
    }

    #[test]
    fn s2_1_language_flags_and_groups() {
        let info = parse(r#"Python run {title="a \"b\".py", 1,3-4 exit=2} {#first}"#);
        assert_eq!(info.language, "python");
        assert!(info.has("run"));
        assert_eq!(info.value("title"), Some("a \"b\".py"));
        assert_eq!(info.value("exit"), Some("2"));
        assert_eq!(info.value("name"), Some("first"));
        assert_eq!(info.highlights, [(1, 1), (3, 4)]);
        assert_eq!(info.problems, []);
    }

    #[test]
    fn s2_1_commas_separate_like_spaces() {
        assert_eq!(parse("rust,no_run,edition2021").items, {
            let mut items = parse("rust no_run edition2021").items;
            for item in &mut items {
                assert!(item.range.start > 0);
            }
            items
        });
    }

    #[test]
    fn s2_3_words_of_other_tools() {
        assert_eq!(parse("rust,should_panic").items[0].key, "should_fail");
        assert_eq!(parse("rust,E0382").value("code"), Some("E0382"));
        assert_eq!(parse("{.python .numberLines}").language, "python");
        assert_eq!(parse("{python}").language, "python");
        assert_eq!(parse("ts [a.ts]").value("title"), Some("a.ts"));
        assert_eq!(parse("js{1,3}").highlights, [(1, 1), (3, 3)]);
        assert_eq!(parse("should_panic").language, "rust");
        assert!(parse("rust,editable").problems[0].foreign);
    }

    #[test]
    fn s2_3_any_other_word_is_an_error_with_a_suggestion() {
        let info = parse("python runn");
        assert!(!info.problems[0].foreign);
        assert_eq!(info.problems[0].help, "did you mean `run`?");
        assert_eq!(info.problems[0].range, 7..11);
    }

    #[test]
    fn s2_1_the_canonical_form() {
        let canonical = |raw: &str| parse(raw).canonical(raw);
        assert_eq!(canonical("rust,no_run,edition2021").as_deref(), Some("rust no_run edition2021"));
        assert_eq!(canonical("python {1,3} title=\"a b\" run").as_deref(), Some("python run {title=\"a b\" 1,3}"));
        assert_eq!(canonical("ts [a.ts]").as_deref(), Some("ts {title=\"a.ts\"}"));
        assert_eq!(canonical("js{1,3-4}").as_deref(), Some("js {1,3-4}"));
        for already in ["python", "python run", "python run {title=\"a\" 1,3}", "rust,editable", "python runn,x"] {
            assert_eq!(canonical(already), None, "{already}");
        }
        let fixed = canonical("go  run,{exit=3},{2}").expect("not canonical");
        assert_eq!(canonical(&fixed), None, "{fixed}");
    }

    #[test]
    fn a_block_may_be_ignored_on_this_target_only() {
        let (here, elsewhere) = (format!("rust,ignore-{}", std::env::consts::ARCH), "rust,ignore-no_such_target");
        assert!(parse(&here).has("ignore") && parse(&here).has("reason") && !parse(elsewhere).has("ignore"));
        for raw in [here.as_str(), elsewhere] {
            assert!(parse(raw).problems.is_empty());
            assert_eq!(parse(raw).canonical(raw), None, "no fix takes the word away");
        }
    }

    #[test]
    fn the_parser_always_advances() {
        for raw in ["=", "py = x", "{", "}", "{{}}", "\"", "py \"", "[", "/", "{=x}", "py {a=}", "é {é=\"é"] {
            parse(raw);
        }
    }
}
