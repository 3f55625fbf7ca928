//! Highlighting with syntect, for languages without a tree-sitter grammar of ours.
//!
//! Its grammars are regular expressions that can backtrack, so lines have a max length.
//! Must not know: pages, tree-sitter.

use super::spans::{Spans, escape};
use std::collections::HashMap;
use std::sync::LazyLock;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// Max length of a highlighted line, in bytes. A longer line is only escaped.
const MAX_LINE: usize = 5_000;

/// Scope prefixes and classes. The first prefix that matches the innermost scope wins.
const CLASSES: &[(&str, &str)] = &[
    ("comment", "c"),
    ("string.regexp", "x"),
    ("constant.character.escape", "x"),
    ("string", "s"),
    ("punctuation.definition.string", "s"),
    ("punctuation.definition.comment", "c"),
    ("constant.numeric", "n"),
    ("constant.language", "l"),
    ("constant", "l"),
    ("entity.name.function", "f"),
    ("variable.function", "f"),
    ("support.function", "f"),
    ("support.macro", "f"),
    ("entity.name.macro", "f"),
    ("entity.name.tag", "g"),
    ("entity.other.attribute-name", "a"),
    ("variable.annotation", "a"),
    ("meta.annotation", "a"),
    ("entity.name", "t"),
    ("support.type", "t"),
    ("support.class", "t"),
    ("storage.type", "k"),
    ("storage", "k"),
    ("keyword.operator", "o"),
    ("keyword", "k"),
    ("variable.parameter", "p"),
    ("variable.language", "l"),
    ("markup.heading", "h"),
    ("markup.inserted", "i"),
    ("markup.deleted", "d"),
    ("markup.bold", "b"),
    ("markup.italic", "e"),
    ("markup.underline.link", "u"),
    ("meta.mapping.key", "a"),
];

static PREFIXES: LazyLock<Vec<(Scope, &'static str)>> =
    LazyLock::new(|| CLASSES.iter().filter_map(|(prefix, class)| Some((Scope::new(prefix).ok()?, *class))).collect());

/// The grammar of a language. The grammars of a whole set are loaded once, when the first is needed.
pub(super) fn find(language: &str) -> Option<&'static SyntaxReference> {
    if language.is_empty() {
        return None;
    }
    let language = if language == "proto3" { "proto" } else { language };
    SYNTAXES.find_syntax_by_token(language).filter(|syntax| syntax.name != "Plain Text")
}

/// The highlighted lines.
pub(super) fn lines(syntax: &SyntaxReference, code: &str) -> Vec<String> {
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut classes: HashMap<Scope, Option<&'static str>> = HashMap::new();
    let mut lines = Vec::new();
    for line in code.lines() {
        let with_ending = format!("{line}\n");
        let parsed = (line.len() <= MAX_LINE).then(|| state.parse_line(&with_ending, &SYNTAXES));
        let Some(Ok(operations)) = parsed else {
            lines.push(escape(line));
            continue;
        };
        let mut html = Spans::default();
        let mut from = 0;
        for (at, operation) in operations {
            html.push(line.get(from..at.min(line.len())).unwrap_or_default(), class_of(&stack, &mut classes));
            from = at.min(line.len());
            if stack.apply(&operation).is_err() {
                stack = ScopeStack::new();
            }
        }
        html.push(line.get(from..).unwrap_or_default(), class_of(&stack, &mut classes));
        lines.push(html.finish());
    }
    lines
}

/// The class of the innermost scope that has one.
fn class_of(stack: &ScopeStack, memo: &mut HashMap<Scope, Option<&'static str>>) -> Option<&'static str> {
    stack.as_slice().iter().rev().find_map(|scope| {
        *memo
            .entry(*scope)
            .or_insert_with(|| PREFIXES.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|(_, class)| *class))
    })
}
