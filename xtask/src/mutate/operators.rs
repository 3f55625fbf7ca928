//! Twelve ways to break a block. Each changes one place, which a random number chooses.
//!
//! Must not know: tools, pages.

use crate::bench::random::Random;
use std::ops::Range;

/// A way to break code: its name, and the change, or `None` if the code has no place for it.
pub(super) struct Operator {
    pub(super) name: &'static str,
    pub(super) apply: fn(&str, &str, &mut Random) -> Option<String>,
}

/// All of them. The language is the second argument.
pub(super) const ALL: &[Operator] = &[
    Operator { name: "a bracket dropped", apply: bracket },
    Operator { name: "one use of a variable renamed", apply: rename },
    Operator { name: "an import deleted", apply: import_deleted },
    Operator { name: "an imported name misspelt", apply: import_misspelt },
    Operator { name: "a type changed", apply: type_changed },
    Operator { name: "a keyword misspelt", apply: keyword },
    Operator { name: "a quote unbalanced", apply: quote },
    Operator { name: "an argument removed", apply: argument },
    Operator { name: "an expected output line changed", apply: output },
    Operator { name: "a comma in data", apply: comma },
    Operator { name: "indentation", apply: indentation },
    Operator { name: "`fi`, `}` or `end` removed", apply: closer },
];

const DATA: &[&str] = &["json", "jsonc", "yaml", "toml", "html", "css", "regex", "makefile"];
const KEYWORDS: &[&str] = &[
    "return",
    "if",
    "for",
    "def",
    "function",
    "func",
    "fn",
    "let",
    "const",
    "while",
    "class",
    "import",
    "struct",
    "impl",
    "then",
    "else",
    "type",
    "interface",
];

/// Replaces a range.
fn replaced(code: &str, range: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &code[..range.start], &code[range.end..])
}

/// One of the places.
fn one(places: &[Range<usize>], random: &mut Random) -> Option<Range<usize>> {
    (!places.is_empty()).then(|| places[random.below(places.len())].clone())
}

fn is_data(language: &str) -> bool {
    DATA.contains(&language)
}

/// The ranges of words: letters, digits and `_`, outside of comments at the end of a line.
fn words(code: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut offset = 0;
    for line in code.split_inclusive('\n') {
        let end = [" #", " //", "//", "# "].iter().filter_map(|mark| line.find(mark)).min().unwrap_or(line.len());
        let mut start = None;
        for (at, character) in line[..end].char_indices().chain([(end, ' ')]) {
            let is_word = character.is_alphanumeric() || character == '_';
            match (is_word, start) {
                (true, None) => start = Some(at),
                (false, Some(from)) => {
                    words.push(offset + from..offset + at);
                    start = None;
                }
                _ => {}
            }
        }
        offset += line.len();
    }
    words
}

fn bracket(code: &str, _: &str, random: &mut Random) -> Option<String> {
    let places: Vec<_> = code.match_indices(['(', ')', '[', ']', '{', '}']).map(|(at, _)| at..at + 1).collect();
    one(&places, random).map(|place| replaced(code, place, ""))
}

fn rename(code: &str, language: &str, random: &mut Random) -> Option<String> {
    if is_data(language) {
        return None;
    }
    let words = words(code);
    let is_name =
        |word: &str| word.len() > 1 && word.starts_with(|c: char| c.is_ascii_lowercase()) && !KEYWORDS.contains(&word);
    let repeated: Vec<_> = words
        .iter()
        .enumerate()
        .filter(|(index, range)| {
            let word = &code[(*range).clone()];
            // A member of something is not a variable.
            let member = code[..range.start].ends_with(['.', '"', '\'', '-', '@', '$', ':']);
            is_name(word) && !member && words[..*index].iter().any(|other| code[other.clone()] == *word)
        })
        .map(|(_, range)| range.clone())
        .collect();
    one(&repeated, random).map(|range| replaced(code, range.end..range.end, "_zz"))
}

/// The lines that import something.
fn imports(code: &str) -> Vec<Range<usize>> {
    let mut offset = 0;
    let mut lines = Vec::new();
    for line in code.split_inclusive('\n') {
        let text = line.trim_start();
        let starts = ["import ", "from ", "use ", "const { ", "source "].iter().any(|word| text.starts_with(word));
        if starts && (!text.starts_with("const") || text.contains("require(")) {
            lines.push(offset..offset + line.len());
        }
        offset += line.len();
    }
    lines
}

fn import_deleted(code: &str, _: &str, random: &mut Random) -> Option<String> {
    one(&imports(code), random).map(|line| replaced(code, line, ""))
}

fn import_misspelt(code: &str, _: &str, random: &mut Random) -> Option<String> {
    let line = one(&imports(code), random)?;
    let names: Vec<_> = words(code).into_iter().filter(|word| line.contains(&word.start)).collect();
    let names: Vec<_> = names.into_iter().skip(1).filter(|word| word.len() > 3).collect();
    one(&names, random).map(|word| replaced(code, word.end - 1..word.end, "q"))
}

fn type_changed(code: &str, language: &str, random: &mut Random) -> Option<String> {
    let pairs: &[(&str, &str)] = match language {
        "typescript" => &[(": number", ": string"), (": string", ": number"), (": boolean", ": Date")],
        "go" => &[(" int", " string"), (" string", " int"), ("[]string", "[]int"), (" error", " int")],
        "rust" => &[("i32", "String"), ("u32", "String"), ("&str", "i64"), ("usize", "String"), ("String", "u8")],
        "java" => &[("int ", "String "), ("String ", "int "), ("boolean ", "int ")],
        _ => return None,
    };
    let places: Vec<_> = pairs
        .iter()
        .flat_map(|(old, new)| code.match_indices(old).map(move |(at, _)| (at..at + old.len(), *new)))
        .filter(|(range, _)| !code[range.end..].starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        .collect();
    (!places.is_empty())
        .then(|| places[random.below(places.len())].clone())
        .map(|(range, new)| replaced(code, range, new))
}

fn keyword(code: &str, language: &str, random: &mut Random) -> Option<String> {
    if is_data(language) {
        return None;
    }
    let places: Vec<_> = words(code).into_iter().filter(|word| KEYWORDS.contains(&&code[word.clone()])).collect();
    let word = one(&places, random)?;
    let text = &code[word.clone()];
    let misspelt = format!("{}{}q", &text[..1], &text[1..]);
    Some(replaced(code, word, &misspelt))
}

fn quote(code: &str, _: &str, random: &mut Random) -> Option<String> {
    let places: Vec<_> = code.match_indices('"').map(|(at, _)| at..at + 1).collect();
    one(&places, random).map(|place| replaced(code, place, ""))
}

fn argument(code: &str, language: &str, random: &mut Random) -> Option<String> {
    if is_data(language) || language == "bash" || language == "console" {
        return None;
    }
    // Calls without brackets inside, such as `f(a, b)`.
    let mut places = Vec::new();
    for (open, _) in code.match_indices('(') {
        let called = code[..open].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let Some(close) = code[open..].find(')').map(|at| open + at).filter(|_| called) else { continue };
        let inside = &code[open + 1..close];
        if !inside.is_empty() && !inside.contains(['(', '"', '\'', '\n', '{']) {
            places.push(open + 1 + inside.rfind(',').unwrap_or(0)..close);
        }
    }
    one(&places, random).map(|place| replaced(code, place, ""))
}

/// Changes the output that a comment or a session promises. The runner changes output blocks itself.
fn output(code: &str, _: &str, random: &mut Random) -> Option<String> {
    let mut offset = 0;
    let mut places = Vec::new();
    for line in code.split_inclusive('\n') {
        for mark in ["#> ", "//> "] {
            if let Some(at) = line.find(mark).filter(|at| *at == 0 || line[..*at].ends_with(' ')) {
                places.push(offset + at + mark.len()..offset + at + mark.len());
            }
        }
        offset += line.len();
    }
    one(&places, random).map(|place| replaced(code, place, "zz"))
}

fn comma(code: &str, language: &str, random: &mut Random) -> Option<String> {
    if !is_data(language) {
        return None;
    }
    let mark = if language == "yaml" { ": " } else { "," };
    let places: Vec<_> = code.match_indices(mark).map(|(at, _)| at..at + 1).collect();
    one(&places, random).map(|place| replaced(code, place, ""))
}

fn indentation(code: &str, language: &str, random: &mut Random) -> Option<String> {
    if !["python", "yaml", "pycon"].contains(&language) {
        return None;
    }
    let mut offset = 0;
    let mut places = Vec::new();
    for line in code.split_inclusive('\n') {
        let start = if language == "pycon" { line.starts_with("... ").then_some(4) } else { Some(0) };
        if let Some(start) = start.filter(|start| !line[*start..].trim().is_empty()) {
            places.push(offset + start..offset + start);
        }
        offset += line.len();
    }
    one(&places, random).map(|place| replaced(code, place, " "))
}

fn closer(code: &str, _: &str, random: &mut Random) -> Option<String> {
    let mut offset = 0;
    let mut places = Vec::new();
    for line in code.split_inclusive('\n') {
        if ["fi", "done", "esac", "}", "end", "});", "};"].contains(&line.trim()) {
            places.push(offset..offset + line.len());
        }
        offset += line.len();
    }
    one(&places, random).map(|place| replaced(code, place, ""))
}
