//! Code → HTML with about twenty short classes.
//!
//! syntect parses with two-face's grammars. Its scopes are mapped to our classes, and neighbours of one class are
//! merged, because raw scope classes make a page many times larger. The stylesheet sets the colours.
//! Must not know: pages.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::mpsc::channel;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// Max length of highlighted code, in bytes. Longer code is shown plain, because highlighting it takes too long.
const MAX_LENGTH: usize = 200_000;

/// Max time to highlight a block. A block of the max length takes a tenth of it.
const MAX_TIME: Duration = Duration::from_secs(5);

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

/// Highlighted lines, cached by language and code, because the same block is often rendered again.
#[derive(Default)]
pub struct Highlighter {
    memo: Mutex<HashMap<(String, blake3::Hash), Vec<String>>>,
}

impl Highlighter {
    /// The lines of `code` as HTML, each without its line ending. Code in an unknown language is only escaped.
    pub fn lines(&self, language: &str, code: &str) -> Vec<String> {
        let key = (language.to_owned(), blake3::hash(code.as_bytes()));
        let known = self.memo.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(lines) = known {
            return lines;
        }
        let lines = match syntax(language).filter(|_| code.len() <= MAX_LENGTH) {
            Some(syntax) => highlight_in_time(syntax, code),
            None => code.lines().map(escape).collect(),
        };
        self.memo.lock().unwrap_or_else(PoisonError::into_inner).insert(key, lines.clone());
        lines
    }
}

fn syntax(language: &str) -> Option<&'static SyntaxReference> {
    if language.is_empty() {
        return None;
    }
    let token = match language {
        "jsonc" | "json5" => "json",
        "shell" | "zsh" | "console" => "bash",
        // The JavaScript grammar loops forever on a comment in the line after `return a.b`. The TypeScript grammar
        // covers JavaScript.
        "js" | "javascript" | "jsx" | "mjs" | "cjs" | "node" => "tsx",
        other => other,
    };
    SYNTAXES.find_syntax_by_token(token).filter(|syntax| syntax.name != "Plain Text")
}

/// Highlights in a separate thread. If a grammar loops forever, the block loses its colours and the build continues.
fn highlight_in_time(syntax: &'static SyntaxReference, code: &str) -> Vec<String> {
    let (sender, lines) = channel();
    let owned = code.to_owned();
    let thread = std::thread::Builder::new().spawn(move || sender.send(highlight(syntax, &owned)));
    if thread.is_err() {
        // No thread can be started, so there is no time limit.
        return highlight(syntax, code);
    }
    lines.recv_timeout(MAX_TIME).unwrap_or_else(|_| code.lines().map(escape).collect())
}

fn highlight(syntax: &SyntaxReference, code: &str) -> Vec<String> {
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut classes: HashMap<Scope, Option<&'static str>> = HashMap::new();
    let mut lines = Vec::new();
    for line in code.lines() {
        let with_ending = format!("{line}\n");
        let Ok(operations) = state.parse_line(&with_ending, &SYNTAXES) else {
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

/// Builds spans: merges neighbours of one class, and leaves white space outside.
#[derive(Default)]
struct Spans {
    html: String,
    open: Option<&'static str>,
    pending: String,
}

impl Spans {
    fn push(&mut self, text: &str, class: Option<&'static str>) {
        if text.is_empty() {
            return;
        }
        let blank = text.trim().is_empty();
        if class != self.open && !blank {
            self.flush();
            self.open = class;
        }
        self.pending.push_str(text);
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.pending);
        if text.is_empty() {
            return;
        }
        let body = text.trim_end();
        match self.open {
            Some(class) if !body.is_empty() => {
                let _ = write!(self.html, "<i class={class}>{}</i>{}", escape(body), &text[body.len()..]);
            }
            _ => self.html.push_str(&escape(&text)),
        }
    }

    fn finish(mut self) -> String {
        self.flush();
        self.html
    }
}

/// Escapes text for HTML content and quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_merged_and_text_is_escaped() {
        let lines = Highlighter::default().lines("python", "# a <b>\nx = \"s\"\n");
        assert_eq!(lines[0], "<i class=c># a &lt;b&gt;</i>");
        assert!(lines[1].contains("<i class=s>&quot;s&quot;</i>"), "{}", lines[1]);
    }

    #[test]
    fn every_language_of_the_table_has_a_grammar() {
        for spec in crate::snippet::language::builtin().specs() {
            assert!(syntax(&spec.name).is_some(), "{}", spec.name);
        }
    }

    #[test]
    fn a_comment_after_return_comes_to_an_end() {
        let code = "f(() => {\n  return a.b\n    /*\n    x\n    */\n})\n";
        for language in ["js", "jsx", "ts", "javascript"] {
            let lines = Highlighter::default().lines(language, code);
            assert!(
                lines[1].contains("<i class=k>return</i>") && lines[3].contains("<i class=c>"),
                "{language}: {lines:?}"
            );
        }
    }

    #[test]
    fn an_unknown_language_is_only_escaped() {
        assert_eq!(Highlighter::default().lines("nope", "<x>"), ["&lt;x&gt;"]);
    }
}
