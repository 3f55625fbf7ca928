//! Highlighting with tree-sitter.
//!
//! Each thread keeps one parser. Must not know: pages, syntect.

use super::grammars::{self, Grammar};
use super::spans::Spans;
use std::cell::RefCell;
use tree_sitter_highlight::{HighlightEvent, Highlighter};

thread_local! {
    static PARSER: RefCell<Highlighter> = RefCell::new(Highlighter::new());
}

/// The highlighted lines; `None` if tree-sitter gives up.
pub(super) fn lines(grammar: &'static Grammar, code: &str) -> Option<Vec<String>> {
    PARSER.with_borrow_mut(|parser| {
        let rules = grammar.rules()?;
        let inner = |language: &str| grammars::find(language)?.rules();
        let events = parser.highlight(rules, code.as_bytes(), None, None, inner).ok()?;
        let mut lines = Lines::default();
        let mut open = Vec::new();
        for event in events {
            match event.ok()? {
                HighlightEvent::HighlightStart(highlight) => open.push(grammars::class(highlight)),
                HighlightEvent::HighlightEnd => drop(open.pop()),
                HighlightEvent::Source { start, end } => {
                    lines.push(code.get(start..end)?, open.last().copied().flatten());
                }
            }
        }
        Some(lines.finish())
    })
}

/// Builds the lines of a text that comes in pieces.
#[derive(Default)]
struct Lines {
    done: Vec<String>,
    line: Spans,
    /// Whether the current line has text.
    begun: bool,
}

impl Lines {
    fn push(&mut self, text: &str, class: Option<&'static str>) {
        for piece in text.split_inclusive('\n') {
            let line = piece.strip_suffix('\n');
            let body = line.map_or(piece, |line| line.strip_suffix('\r').unwrap_or(line));
            self.line.push(body, class);
            self.begun = line.is_none();
            if line.is_some() {
                self.done.push(std::mem::take(&mut self.line).finish());
            }
        }
    }

    fn finish(mut self) -> Vec<String> {
        if self.begun {
            self.done.push(self.line.finish());
        }
        self.done
    }
}
