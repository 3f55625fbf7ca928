//! Text → terms. `search.js` does the same with a query, step by step.
//!
//! A compound is a run of letters, digits and `_`, joined by `.`, `::`, `-`, `/` or `'`. Its terms are the compound,
//! its parts, and the parts of `snake_case` and `camelCase` parts. After dashes (`--dry-run`) it is also an option. CJK
//! runs give bigrams. Two or three adjacent signs (`..=`, `=>`, `?.`) are an operator. Forms of one word (`cache`,
//! `caches`) stay separate terms here; the browser matches them by their stems.
//! Must not know: where the text comes from.

use std::ops::Range;

/// Max length of a term; longer terms are cut, because nobody types them.
const MAX_TERM: usize = 40;

/// The characters of operators.
const SIGNS: &str = "!#$%&*+-./:<=>?@^|~";
/// Runs of signs that are no operators: punctuation, or a part of an address or a comment.
const NO_OPERATORS: [&str; 9] = ["--", "---", "...", "://", "//", "///", "##", "./", "../"];

/// All terms of a text, in order, duplicates included.
pub fn terms(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    each_term(text, |term| out.push(term.to_owned()));
    out
}

/// Calls back with each term of a text, in order. White space separates; no rule looks across it.
pub fn each_term(text: &str, found: impl FnMut(&str)) {
    let mut terms = Terms { found, lower: String::new(), parts: Vec::new() };
    for word in text.split_whitespace() {
        match plain(word) {
            Some(plain) => terms.push(plain),
            None => terms.any(word),
        }
    }
}

/// Most words are an ASCII word in lower case, perhaps with a capital before it and punctuation around it. These have one
/// term, the word. `None` for all others.
fn plain(word: &str) -> Option<&str> {
    let around = |sign: char| matches!(sign, '(' | ')' | '[' | ']' | '{' | '}' | '"' | '`' | ',' | ';');
    let word = word.trim_matches(around);
    // Two signs are an operator, one is punctuation.
    let word = word.strip_suffix(['.', ':', '!', '?']).map_or(word, |word| word.trim_end_matches(around));
    let (first, rest) = word.as_bytes().split_first()?;
    let is_lower = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (first.is_ascii_alphanumeric() && rest.iter().all(is_lower)).then_some(word)
}

/// Finds the terms of a run without white space. They are slices of it, in lower case.
struct Terms<F> {
    found: F,
    /// The term in lower case.
    lower: String,
    /// The parts of a compound.
    parts: Vec<Range<usize>>,
}

impl<F: FnMut(&str)> Terms<F> {
    fn push(&mut self, term: &str) {
        if term.is_ascii() {
            self.lower.clear();
            self.lower.push_str(&term[..term.len().min(MAX_TERM)]);
            self.lower.make_ascii_lowercase();
        } else {
            self.lower = term.to_lowercase();
            if let Some((end, _)) = self.lower.char_indices().nth(MAX_TERM) {
                self.lower.truncate(end);
            }
        }
        (self.found)(&self.lower);
    }

    fn any(&mut self, word: &str) {
        let mut at = 0;
        while let Some(first) = first_of(&word[at..]) {
            at = if is_cjk(first) {
                self.cjk(word, at)
            } else if is_word(first) {
                self.compound(word, at)
            } else {
                self.signs(word, at).max(at + first.len_utf8())
            };
        }
    }

    /// A run of signs: an operator, the dashes of an option, or nothing.
    fn signs(&mut self, word: &str, start: usize) -> usize {
        let end = start + length_while(&word[start..], |sign| SIGNS.contains(sign));
        let run = &word[start..end];
        let after_word = word[..start].chars().next_back().is_some_and(is_word);
        let before_word = first_of(&word[end..]).is_some_and(is_word);
        if before_word && !after_word && (run == "-" || run == "--") {
            // `dry-run` of `--dry-run=yes`.
            let name = &word[end..];
            let signs = name.char_indices().take_while(|(_, sign)| is_word(*sign) || *sign == '-').take(MAX_TERM);
            let length = signs.last().map_or(0, |(at, sign)| at + sign.len_utf8());
            let option = word[start..end + length].to_lowercase();
            (self.found)(&option);
        } else if (2..=3).contains(&run.len()) && !NO_OPERATORS.contains(&run) {
            (self.found)(run);
        }
        end
    }

    /// A run of CJK characters as pairs; a single one as itself.
    fn cjk(&mut self, word: &str, start: usize) -> usize {
        let end = start + length_while(&word[start..], is_cjk);
        let run = &word[start..end];
        let ends = || run.char_indices().map(|(at, sign)| at + sign.len_utf8());
        if ends().count() == 1 {
            (self.found)(run);
        }
        for ((first, _), second_end) in run.char_indices().zip(ends().skip(1)) {
            (self.found)(&run[first..second_end]);
        }
        end
    }

    /// A name, perhaps of several parts: `std::fs::File`.
    fn compound(&mut self, word: &str, start: usize) -> usize {
        self.parts.clear();
        let mut end = start;
        loop {
            let part = end;
            end += length_while(&word[end..], is_word);
            self.parts.push(part..end);
            match joint(&word[end..]) {
                0 => break,
                length => end += length,
            }
        }
        let last = self.parts.last().map_or(start, |part| part.start);
        let whole = &word[start..end];
        // `C++` and `C#` are names.
        let is_name = |suffix: &&str| {
            word[end..].strip_prefix(*suffix).is_some_and(|after| !first_of(after).is_some_and(is_word))
        };
        if let Some(suffix) = ["++", "#"].iter().find(|suffix| is_name(suffix)) {
            end += suffix.len();
            self.push(&word[last..end]);
        }
        // Nobody searches for `it's` or a whole path as one name.
        if self.parts.len() > 1 && !whole.contains(['\'', '’', '/']) {
            self.push(whole);
        }
        for at in 0..self.parts.len() {
            let part = self.parts[at].clone();
            self.word(&word[part]);
        }
        end
    }

    fn word(&mut self, part: &str) {
        // Most words are plain: one piece.
        if part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
            self.push(part);
            return;
        }
        let trimmed = part.trim_matches('_');
        if !trimmed.is_empty() {
            self.push(trimmed);
        }
        let mut pieces = Pieces { rest: part };
        let (first, second) = (pieces.next(), pieces.next());
        if second.is_some() {
            first.into_iter().chain(second).chain(pieces).for_each(|piece| self.push(piece));
        }
    }
}

fn first_of(text: &str) -> Option<char> {
    text.chars().next()
}

/// The bytes of the characters that it begins with.
fn length_while(text: &str, wanted: impl Fn(char) -> bool) -> usize {
    text.find(|character| !wanted(character)).unwrap_or(text.len())
}

fn is_cjk(character: char) -> bool {
    matches!(character as u32, 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF)
}

fn is_word(character: char) -> bool {
    (character.is_alphanumeric() || character == '_') && !is_cjk(character)
}

/// The bytes of a separator between two words that the text begins with, or 0.
fn joint(text: &str) -> usize {
    let Some(sign) = first_of(text) else { return 0 };
    let length = match sign {
        '.' | '-' | '/' | '\'' | '’' => sign.len_utf8(),
        ':' if text.starts_with("::") => 2,
        _ => return 0,
    };
    if first_of(&text[length..]).is_some_and(is_word) { length } else { 0 }
}

/// The parts of `snake_case`, `camelCase` and `HTTPServer`.
struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let word = self.rest.trim_start_matches('_');
        let mut characters = word.char_indices().peekable();
        let (_, mut before) = characters.next()?;
        let mut end = word.len();
        while let Some((at, character)) = characters.next() {
            let after = characters.peek().map(|(_, after)| *after);
            let starts = character.is_uppercase()
                && (before.is_lowercase()
                    || before.is_numeric()
                    || (before.is_uppercase() && after.is_some_and(char::is_lowercase)));
            if starts || character == '_' {
                end = at;
                break;
            }
            before = character;
        }
        self.rest = &word[end..];
        Some(&word[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_whole_and_in_parts() {
        assert_eq!(terms("woocommerce_init"), ["woocommerce_init", "woocommerce", "init"]);
        assert_eq!(terms("MyClass.doSomething")[..3], ["myclass.dosomething", "myclass", "my"]);
        assert!(terms("HTTPServer").contains(&"server".to_owned()));
        assert_eq!(terms("std::fs::File"), ["std::fs::file", "std", "fs", "file"]);
    }

    /// The browser test checks `search.js` with the same file.
    #[test]
    fn terms_are_those_of_the_browser() {
        let text = include_str!("../../tests/browser/terms.json");
        let cases: std::collections::BTreeMap<String, Vec<String>> = serde_json::from_str(text).expect("JSON");
        for (text, expected) in cases {
            assert_eq!(terms(&text), expected, "{text}");
        }
    }

    /// The short way for plain words gives what the long way gives.
    #[test]
    fn plain_words_have_the_terms_of_all_words() {
        let (before, after) = (
            ["", "(", "\"", "`", "[\"", "-", "'", "."],
            ["", ".", ",", "\").", "!?", "...", "'s", "++", "#", "::", ")"],
        );
        for word in ["word", "Word", "x86", "2nd", "HTTP", "doSomething", "a_b", "é", "日本語", &"long".repeat(20)]
        {
            for (before, after) in before.iter().flat_map(|before| after.iter().map(move |after| (before, after))) {
                let text = format!("{before}{word}{after}");
                let mut expected = Vec::new();
                let found = |term: &str| expected.push(term.to_owned());
                Terms { found, lower: String::new(), parts: Vec::new() }.any(&text);
                assert_eq!(terms(&text), expected, "{text}");
            }
        }
    }

    #[test]
    fn names_with_signs() {
        assert_eq!(terms("C++ and C#"), ["c++", "c", "and", "c#", "c"]);
    }

    #[test]
    fn cjk_in_pairs() {
        assert_eq!(terms("日本語"), ["日本", "本語"]);
    }

    #[test]
    fn operators_and_options() {
        assert_eq!(terms("0..=9"), ["0", "..=", "9"]);
        assert_eq!(terms("a --dry-run -v x - y"), ["a", "--dry-run", "dry-run", "dry", "run", "-v", "v", "x", "y"]);
        assert_eq!(terms("Wait... https://x -- done"), ["wait", "https", "x", "done"]);
    }
}
