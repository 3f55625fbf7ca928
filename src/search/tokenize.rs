//! Text → terms. `search.js` does the same with a query, step by step.
//!
//! A compound is a run of letters, digits and `_`, joined by `.`, `::`, `-`, `/` or `'`. Its terms are the compound,
//! its parts, and the parts of `snake_case` and `camelCase` parts. After dashes (`--dry-run`) it is also an option. CJK
//! runs give bigrams. Two or three adjacent signs (`..=`, `=>`, `?.`) are an operator. Forms of one word (`cache`,
//! `caches`) stay separate terms here; the browser matches them by their stems.
//! Must not know: where the text comes from.

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
pub fn each_term(text: &str, mut found: impl FnMut(&str)) {
    let (mut lower, mut out) = (String::new(), Vec::new());
    for word in text.split_whitespace() {
        if let Some(plain) = plain(word) {
            lower.clear();
            lower.push_str(&plain[..plain.len().min(MAX_TERM)]);
            lower.make_ascii_lowercase();
            found(&lower);
        } else {
            any(word, &mut out);
            out.drain(..).for_each(|term| found(&term));
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

/// The terms of a run without white space.
fn any(word: &str, out: &mut Vec<String>) {
    let characters: Vec<char> = word.chars().collect();
    let mut at = 0;
    while at < characters.len() {
        if is_cjk(characters[at]) {
            at = cjk(&characters, at, out);
        } else if is_word(characters[at]) {
            at = compound(&characters, at, out);
        } else {
            at = signs(&characters, at, out);
        }
    }
}

/// A run of signs: an operator, the dashes of an option, or nothing.
fn signs(characters: &[char], start: usize, out: &mut Vec<String>) -> usize {
    let mut end = start;
    while end < characters.len() && SIGNS.contains(characters[end]) {
        end += 1;
    }
    let run: String = characters[start..end].iter().collect();
    let after_word = start.checked_sub(1).is_some_and(|before| is_word(characters[before]));
    let before_word = characters.get(end).copied().is_some_and(is_word);
    if before_word && !after_word && (run == "-" || run == "--") {
        out.push(run + &option_name(characters, end));
    } else if (2..=3).contains(&run.len()) && !NO_OPERATORS.contains(&run.as_str()) {
        out.push(run);
    }
    end.max(start + 1)
}

/// `dry-run` of `--dry-run=yes`.
fn option_name(characters: &[char], start: usize) -> String {
    let name: String =
        characters[start..].iter().take_while(|sign| is_word(**sign) || **sign == '-').take(MAX_TERM).collect();
    name.to_lowercase()
}

fn is_cjk(character: char) -> bool {
    matches!(character as u32, 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF)
}

fn is_word(character: char) -> bool {
    (character.is_alphanumeric() || character == '_') && !is_cjk(character)
}

/// A run of CJK characters as bigrams; a single one as itself.
fn cjk(characters: &[char], start: usize, out: &mut Vec<String>) -> usize {
    let mut end = start;
    while end < characters.len() && is_cjk(characters[end]) {
        end += 1;
    }
    if end - start == 1 {
        out.push(characters[start].to_string());
    }
    for pair in characters[start..end].windows(2) {
        out.push(pair.iter().collect());
    }
    end
}

/// The length of a separator between two words at `at`, or 0.
fn joint(characters: &[char], at: usize) -> usize {
    let is_next_word = |offset: usize| characters.get(at + offset).copied().is_some_and(is_word);
    match characters[at] {
        '.' | '-' | '/' | '\'' | '’' if is_next_word(1) => 1,
        ':' if characters.get(at + 1) == Some(&':') && is_next_word(2) => 2,
        _ => 0,
    }
}

fn compound(characters: &[char], start: usize, out: &mut Vec<String>) -> usize {
    let mut parts: Vec<String> = Vec::new();
    let mut whole = String::new();
    let mut at = start;
    loop {
        let part_start = at;
        while at < characters.len() && is_word(characters[at]) {
            at += 1;
        }
        let part: String = characters[part_start..at].iter().collect();
        whole.push_str(&part);
        parts.push(part);
        let length = if at < characters.len() { joint(characters, at) } else { 0 };
        if length == 0 {
            break;
        }
        whole.extend(&characters[at..at + length]);
        at += length;
    }
    // `C++` and `C#` are names.
    for suffix in ["++", "#"] {
        let suffix: Vec<char> = suffix.chars().collect();
        if characters[at..].starts_with(&suffix) && !characters.get(at + suffix.len()).copied().is_some_and(is_word) {
            let name: String = parts[parts.len() - 1].chars().chain(suffix.iter().copied()).collect();
            push(&name, out);
            at += suffix.len();
            break;
        }
    }
    // Nobody searches for `it's` or a whole path as one name.
    if parts.len() > 1 && !whole.contains(['\'', '’', '/']) {
        push(&whole, out);
    }
    for part in &parts {
        word(part, out);
    }
    at
}

fn word(part: &str, out: &mut Vec<String>) {
    // Most words are plain: one piece.
    if part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        push(part, out);
        return;
    }
    let pieces = pieces(part);
    let trimmed = part.trim_matches('_');
    if !trimmed.is_empty() {
        push(trimmed, out);
    }
    if pieces.len() > 1 {
        for piece in pieces {
            push(&piece, out);
        }
    }
}

/// The parts of `snake_case`, `camelCase` and `HTTPServer`.
fn pieces(word: &str) -> Vec<String> {
    let characters: Vec<char> = word.chars().collect();
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for (at, character) in characters.iter().enumerate() {
        if *character == '_' {
            if !piece.is_empty() {
                pieces.push(std::mem::take(&mut piece));
            }
            continue;
        }
        let before = at.checked_sub(1).map(|at| characters[at]);
        let after = characters.get(at + 1);
        let starts = character.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || (before.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
            });
        if starts && !piece.is_empty() {
            pieces.push(std::mem::take(&mut piece));
        }
        piece.push(*character);
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

fn push(term: &str, out: &mut Vec<String>) {
    if term.is_ascii() {
        out.push(term[..term.len().min(MAX_TERM)].to_ascii_lowercase());
        return;
    }
    let lower = term.to_lowercase();
    out.push(lower.chars().take(MAX_TERM).collect());
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
                any(&text, &mut expected);
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
