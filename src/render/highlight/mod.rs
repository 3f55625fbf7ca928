//! Code → HTML with about twenty short classes. The stylesheet sets the colours.
//!
//! 1. [`grammars`](self) is the table of languages that tree-sitter parses; [`tree`](self) highlights them. Its parsers do
//!    not backtrack, so the time depends only on the code's length and depth.
//! 2. [`tail`](self) highlights all other languages with syntect.
//! 3. [`spans`](self) merges neighbours of one class and escapes the text, because raw scopes make a page many times
//!    larger.
//!
//! No clock decides how a page looks: only limits of size do.
//! Must not know: pages.

mod grammars;
mod spans;
mod tail;
mod tree;

use crate::counted::{Work, count};
use crate::snippet::model::session::Session;
pub use spans::escape;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Max length of highlighted code, in bytes. Longer code is shown plain: no reader reads it, and both highlighters can take
/// a time that grows with the square of the length.
const MAX_LENGTH: usize = 64_000;
/// Max length of a line of highlighted code, in bytes.
const MAX_LINE: usize = 8_000;
/// Max depth of brackets in highlighted code. tree-sitter gets slow in code that is nested thousands deep.
const MAX_DEPTH: usize = 250;

/// Highlighted lines, cached by language and code, because the same block is often rendered again: on the page, on the
/// print page, and after the next save.
#[derive(Default)]
pub struct Highlighter {
    memo: Mutex<Memo>,
}

/// Max bytes of code whose lines are kept. When they are reached, the memory starts over.
const MAX_KEPT: usize = 8 << 20;

#[derive(Default)]
struct Memo {
    lines: HashMap<blake3::Hash, Arc<Once>>,
    /// Bytes of the code whose lines are kept.
    kept: usize,
}

/// The lines of a block. The first thread that asks makes them, the others wait for it.
type Once = OnceLock<Arc<[String]>>;

impl Memo {
    fn entry(&mut self, key: blake3::Hash, length: usize) -> Arc<Once> {
        if let Some(known) = self.lines.get(&key) {
            return Arc::clone(known);
        }
        if self.kept + length > MAX_KEPT {
            *self = Self::default();
        }
        self.kept += length;
        Arc::clone(self.lines.entry(key).or_default())
    }
}

impl Highlighter {
    /// The lines of `code` as HTML, each without its line ending. Code in an unknown language is only escaped.
    pub fn lines(&self, language: &str, code: &str) -> Arc<[String]> {
        if !is_readable(code) || !is_known(language) {
            return code.lines().map(escape).collect();
        }
        let key = blake3::Hasher::new().update(language.as_bytes()).update(&[0]).update(code.as_bytes()).finalize();
        let entry = self.memo.lock().unwrap_or_else(PoisonError::into_inner).entry(key, code.len());
        let lines = entry.get_or_init(|| {
            count(Work::BlocksHighlighted, 1);
            highlight(language, code).into()
        });
        Arc::clone(lines)
    }
}

/// The lines of an interactive session as HTML: its inputs in their language, all else plain.
pub fn session(highlighter: &Highlighter, session: &Session, code: &str) -> Arc<[String]> {
    let plain: Vec<&str> = code.lines().collect();
    let inputs: Vec<(usize, usize)> =
        session.input_lines.iter().copied().filter(|(line, _)| *line < plain.len()).collect();
    let text: String = inputs.iter().flat_map(|(line, prompt)| [&plain[*line][*prompt..], "\n"]).collect();
    let mut lines: Vec<String> = plain.iter().map(|line| escape(line)).collect();
    for ((line, prompt), html) in inputs.iter().zip(highlighter.lines(session.dialect.language, &text).iter()) {
        lines[*line] = format!("<i class=c>{}</i>{html}", escape(&plain[*line][..*prompt]));
    }
    lines.into()
}

/// Whether the code is within the limits.
fn is_readable(code: &str) -> bool {
    let (mut depth, mut max) = (0_usize, 0);
    for byte in code.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        max = depth.max(max);
    }
    code.len() <= MAX_LENGTH && max <= MAX_DEPTH && code.lines().all(|line| line.len() <= MAX_LINE)
}

/// Whether a grammar knows the language.
fn is_known(language: &str) -> bool {
    grammars::find(language).is_some() || tail::find(language).is_some()
}

fn highlight(language: &str, code: &str) -> Vec<String> {
    let by_tree = grammars::find(language).and_then(|grammar| tree::lines(grammar, code));
    let by_tail = || tail::find(language).map(|syntax| tail::lines(syntax, code));
    by_tree.or_else(by_tail).unwrap_or_else(|| code.lines().map(escape).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{FileId, MappedText};

    #[test]
    fn neighbours_are_merged_and_text_is_escaped() {
        let lines = Highlighter::default().lines("python", "# a <b>\nx = \"s\"\n");
        assert_eq!(lines[0], "<i class=c># a &lt;b&gt;</i>");
        assert!(lines[1].contains("<i class=s>&quot;s&quot;</i>"), "{}", lines[1]);
    }

    #[test]
    fn every_language_of_the_table_has_a_grammar_for_each_of_its_names() {
        // These have no maintained grammar of tree-sitter's as a crate, or are too rare to compile one for.
        const ONLY_BY_TAIL: [&str; 7] = ["hcl", "graphql", "protobuf", "scss", "less", "sass", "makefile"];
        let mut plain = Vec::new();
        for spec in crate::snippet::language::builtin().specs() {
            // A session's inputs are in another language.
            let names = match spec.dialect {
                Some(dialect) => vec![dialect.language],
                None => std::iter::once(&spec.name).chain(&spec.aliases).map(AsRef::as_ref).collect(),
            };
            let by_tail = ONLY_BY_TAIL.contains(&&*spec.name);
            let is_there = |name: &str| grammars::find(name).is_some() || (by_tail && tail::find(name).is_some());
            plain.extend(names.into_iter().filter(|name| !is_there(name)).map(str::to_owned));
        }
        assert!(plain.is_empty(), "{plain:?}");
    }

    #[test]
    fn only_the_inputs_of_a_session_are_highlighted() {
        let languages = crate::snippet::language::builtin();
        let dialect = languages.specs().find_map(|spec| spec.dialect.filter(|it| it.language == "python"));
        let code = ">>> x = None\n>>> x\nif None <b>\n";
        let parsed = Session::parse(dialect.expect("sessions"), &MappedText::from_source(code, FileId(0), 0));
        let lines = session(&Highlighter::default(), &parsed, code);
        assert!(lines[0].starts_with("<i class=c>&gt;&gt;&gt; </i>x"), "{}", lines[0]);
        assert!(lines[0].contains("None</i>") && lines[2] == "if None &lt;b&gt;", "{lines:?}");
    }

    #[test]
    fn a_comment_after_return_comes_to_an_end() {
        let code = "f(() => {\n  return a.b\n    /*\n    x\n    */\n})\n";
        for language in ["js", "jsx", "ts", "javascript"] {
            let lines = Highlighter::default().lines(language, code);
            assert!(lines[1].contains("<i class=k>return</i>"), "{language}: {lines:?}");
            assert!(lines[3].contains("<i class=c>"), "{language}: {lines:?}");
        }
        for (language, before) in [("vue", "<script>"), ("php", "<script>"), ("md", "```js")] {
            let lines = Highlighter::default().lines(language, &format!("{before}\n{code}"));
            assert!(lines[4].contains("<i class=c>"), "{language}: {lines:?}");
        }
    }

    #[test]
    fn an_unknown_language_is_only_escaped() {
        assert_eq!(Highlighter::default().lines("nope", "<x>")[..], ["&lt;x&gt;"]);
    }

    #[test]
    fn code_beyond_the_limits_is_only_escaped() {
        let long_line = format!("x = {}", "1".repeat(MAX_LINE));
        for code in ["x = 1\n".repeat(MAX_LENGTH / 6 + 1), long_line, format!("x = {}", "(".repeat(MAX_DEPTH + 1))] {
            assert!(Highlighter::default().lines("python", &code)[0].starts_with("x = "));
        }
    }

    /// Every byte of the code is on the page, whatever the grammar makes of it.
    #[test]
    fn no_text_is_lost() {
        let code = "def f(:\n\t\"é <\n\r\n}} ``` 'ß\n\n\nlast";
        for language in ["python", "rust", "bash", "yaml", "json", "html", "diff", "ruby", "text", ""] {
            let lines = Highlighter::default().lines(language, code);
            let plain: Vec<String> = lines.iter().map(|line| without_tags(line)).collect();
            let expected: Vec<String> = code.lines().map(escape).collect();
            assert_eq!(plain, expected, "{language}");
        }
    }

    fn without_tags(html: &str) -> String {
        let mut inside = false;
        let shown = html.chars().filter(|sign| match sign {
            '<' => {
                inside = true;
                false
            }
            '>' => {
                inside = false;
                false
            }
            _ => !inside,
        });
        shown.collect()
    }
}
