//! Finds the construct that a shell script opens and never closes. bash itself only says that the text ended. Pure.
//!
//! It handles only texts that bash refuses for that reason. It follows everything that opens and closes: quotes,
//! substitutions, here-documents, compound commands. Must not know: tools, blocks.

use std::ops::Range;

/// Words before a command.
const BEFORE_COMMANDS: &[&str] = &["then", "else", "elif", "do", "!", "time", "coproc"];

/// A construct that is open at the end of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Open {
    /// The bytes that open it.
    pub(super) range: Range<usize>,
    /// The text that would close it.
    pub(super) closer: String,
}

/// The innermost construct that is still open at the end of a text.
pub(super) fn innermost(text: &str) -> Option<Open> {
    let mut scanner = Scanner { text, at: 0, stack: Vec::new(), documents: Vec::new(), starts: true };
    while scanner.at < text.len() {
        if let Some(open) = scanner.step() {
            return Some(open);
        }
    }
    let document = scanner.documents.into_iter().next().map(|document| document.open);
    document.or_else(|| scanner.stack.pop().map(|frame| frame.open(text)))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Commands up to a closing word or bracket.
    Commands(&'static str),
    /// `case` up to the first pattern, and between `;;` and `)`.
    Patterns,
    /// A list of words: `a=(…)`, `[[ … ]]`.
    Words(&'static str),
    /// `"…"`
    Text,
    /// `${…}`
    Parameter,
    /// `$((…))`, `((…))`
    Arithmetic,
}

#[derive(Debug)]
struct Frame {
    at: usize,
    opener: &'static str,
    kind: Kind,
    /// It is a `case`, and its `in` was read.
    in_cases: bool,
}

impl Frame {
    fn closer(&self) -> &'static str {
        match self.kind {
            Kind::Commands(_) | Kind::Patterns if self.opener == "case" => "esac",
            Kind::Commands(closer) | Kind::Words(closer) => closer,
            Kind::Patterns => "esac",
            Kind::Text => "\"",
            Kind::Parameter => "}",
            Kind::Arithmetic => "))",
        }
    }

    fn open(&self, text: &str) -> Open {
        let end = (self.at + self.opener.len()).min(text.len());
        Open { range: self.at..end, closer: self.closer().to_owned() }
    }
}

#[derive(Debug)]
struct Document {
    open: Open,
    tabs: bool,
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    stack: Vec<Frame>,
    /// Here-documents that begin on the next line.
    documents: Vec<Document>,
    /// Whether the next word begins a command.
    starts: bool,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn push(&mut self, opener: &'static str, kind: Kind) {
        self.stack.push(Frame { at: self.at, opener, kind, in_cases: false });
        self.at += opener.len();
        self.starts = true;
    }

    fn pop(&mut self, closer: &str) {
        self.stack.pop();
        self.at += closer.len();
        self.starts = false;
    }

    fn kind(&self) -> Option<Kind> {
        self.stack.last().map(|frame| frame.kind)
    }

    /// Reads one token. Returns a construct that can no longer be closed.
    fn step(&mut self) -> Option<Open> {
        match self.kind() {
            Some(Kind::Text) => self.in_text(),
            Some(Kind::Parameter) => return self.in_parameter(),
            Some(Kind::Arithmetic) => self.in_arithmetic(),
            _ => return self.in_commands(),
        }
        None
    }

    fn skip_character(&mut self) {
        self.at += self.rest().chars().next().map_or(0, char::len_utf8);
    }

    /// A backslash and what it protects.
    fn skip_escaped(&mut self) {
        self.at += 1;
        self.skip_character();
    }

    /// Reads `$(`, `${`, `$((` or a backquote, which mean the same everywhere. Returns whether there was one.
    fn substitution(&mut self) -> bool {
        let rest = self.rest();
        if rest.starts_with("$((") {
            self.push("$((", Kind::Arithmetic);
        } else if rest.starts_with("$(") {
            self.push("$(", Kind::Commands(")"));
        } else if rest.starts_with("${") {
            self.push("${", Kind::Parameter);
        } else if rest.starts_with('`') {
            if self.stack.iter().any(|frame| frame.opener == "`") {
                while self.stack.pop().is_some_and(|frame| frame.opener != "`") {}
                (self.at, self.starts) = (self.at + 1, false);
            } else {
                self.push("`", Kind::Commands("`"));
            }
        } else {
            return false;
        }
        true
    }

    fn in_text(&mut self) {
        match self.rest().as_bytes()[0] {
            b'\\' => self.skip_escaped(),
            b'"' => self.pop("\""),
            _ if self.substitution() => {}
            _ => self.skip_character(),
        }
    }

    fn in_parameter(&mut self) -> Option<Open> {
        let quoted = self.stack.iter().rev().nth(1).is_some_and(|frame| frame.kind == Kind::Text);
        match self.rest().as_bytes()[0] {
            b'\\' => self.skip_escaped(),
            b'}' => self.pop("}"),
            b'"' => self.push("\"", Kind::Text),
            b'\'' if !quoted => return self.single_quotes(1),
            _ if self.substitution() => {}
            _ => self.skip_character(),
        }
        None
    }

    fn in_arithmetic(&mut self) {
        let rest = self.rest();
        if rest.starts_with("))") {
            self.pop("))");
        } else if rest.starts_with('(') {
            self.push("(", Kind::Words(")"));
        } else if !self.substitution() {
            self.skip_character();
        }
    }

    /// `'…'`, or `$'…'` with two characters before its text.
    fn single_quotes(&mut self, opener: usize) -> Option<Open> {
        let start = self.at;
        self.at += opener;
        while let Some(character) = self.rest().chars().next() {
            match character {
                '\'' => {
                    self.at += 1;
                    self.starts = false;
                    return None;
                }
                '\\' if opener == 2 => self.skip_escaped(),
                _ => self.skip_character(),
            }
        }
        Some(Open { range: start..start + opener, closer: "'".to_owned() })
    }

    fn in_commands(&mut self) -> Option<Open> {
        let rest = self.rest();
        let words = matches!(self.kind(), Some(Kind::Words(_)));
        match rest.as_bytes()[0] {
            b'\\' => {
                self.skip_escaped();
                self.starts = self.starts && self.text[..self.at].ends_with('\n');
            }
            b'\'' => return self.single_quotes(1),
            b'$' if rest.starts_with("$'") => return self.single_quotes(2),
            b'"' => self.push("\"", Kind::Text),
            b'#' if self.begins_word() => self.at += rest.find('\n').unwrap_or(rest.len()),
            b'\n' => {
                self.at += 1;
                self.starts = true;
                return self.skip_documents();
            }
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'<' if rest.starts_with("<<<") => self.at += 3,
            b'<' if rest.starts_with("<<") && !words => self.here_document(),
            b'<' | b'>' if rest[1..].starts_with('(') => {
                self.at += 1;
                self.push("(", Kind::Commands(")"));
            }
            b'(' => self.parenthesis(),
            b')' => self.closing_parenthesis(),
            b';' | b'&' | b'|' => self.separator(),
            _ if self.substitution() => {}
            _ => self.word(),
        }
        None
    }

    /// Whether a word could begin here.
    fn begins_word(&self) -> bool {
        self.text[..self.at].chars().next_back().is_none_or(|c| c.is_whitespace() || ";&|()".contains(c))
    }

    fn parenthesis(&mut self) {
        if self.kind() == Some(Kind::Patterns) {
            self.at += 1;
        } else if self.text[..self.at].ends_with('=') || matches!(self.kind(), Some(Kind::Words(_))) {
            self.push("(", Kind::Words(")"));
        } else if self.starts && self.rest().starts_with("((") {
            self.push("((", Kind::Arithmetic);
        } else {
            self.push("(", Kind::Commands(")"));
        }
    }

    fn closing_parenthesis(&mut self) {
        match self.stack.last_mut() {
            Some(frame) if frame.kind == Kind::Patterns => frame.kind = Kind::Commands("esac"),
            Some(frame) if frame.closer() == ")" => {
                self.stack.pop();
            }
            _ => {}
        }
        // A function's body, or the commands of a case.
        (self.at, self.starts) = (self.at + 1, true);
    }

    fn separator(&mut self) {
        let next_case = [";;&", ";;", ";&"].into_iter().find(|mark| self.rest().starts_with(mark));
        if let Some(mark) = next_case {
            self.at += mark.len();
            if let Some(frame) = self.stack.last_mut().filter(|frame| frame.opener == "case") {
                frame.kind = Kind::Patterns;
            }
        } else {
            self.at += 1;
        }
        self.starts = true;
    }

    fn word(&mut self) {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || "\\'\"#$`<>();&|".contains(c)).unwrap_or(rest.len()).max(1);
        let end = (end..=rest.len()).find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
        let word = rest[..end].to_owned();
        let whole = self.begins_word() && !rest[end..].starts_with(['\\', '\'', '"', '$', '`']);
        let closes = self.stack.last().is_some_and(|frame| frame.closer() == word);
        let (starts, kind) = (self.starts, self.kind());
        let in_words = matches!(kind, Some(Kind::Words(_)));
        if whole && closes && (starts || in_words) {
            self.pop(&word);
            return;
        }
        if let Some(frame) = self.stack.last_mut()
            && frame.opener == "case"
            && !frame.in_cases
        {
            if whole && word == "in" {
                (frame.in_cases, frame.kind) = (true, Kind::Patterns);
            }
        } else if whole && starts && !in_words && kind != Some(Kind::Patterns) && self.keyword(&word) {
            return;
        }
        self.at += end;
        self.starts = whole && starts && BEFORE_COMMANDS.contains(&word.as_str());
        if whole && starts && word == "function" {
            let name = self.rest().trim_start_matches([' ', '\t']);
            let name = name.find([' ', '\t', '\n', '(', '{']).unwrap_or(name.len()) + (self.rest().len() - name.len());
            (self.at, self.starts) = (self.at + name, true);
        }
    }

    /// A word that opens a compound command.
    fn keyword(&mut self, word: &str) -> bool {
        match word {
            "if" => self.push("if", Kind::Commands("fi")),
            "while" => self.push("while", Kind::Commands("done")),
            "until" => self.push("until", Kind::Commands("done")),
            "for" => self.push("for", Kind::Commands("done")),
            "select" => self.push("select", Kind::Commands("done")),
            "case" => self.push("case", Kind::Commands("esac")),
            "{" => self.push("{", Kind::Commands("}")),
            "[[" => self.push("[[", Kind::Words("]]")),
            _ => return false,
        }
        self.starts = !matches!(word, "for" | "select" | "case");
        true
    }

    fn here_document(&mut self) {
        let start = self.at;
        self.at += 2;
        let tabs = self.rest().starts_with('-');
        self.at += usize::from(tabs);
        let rest = self.rest();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let word = &rest[blanks..];
        let end = word.find(|c: char| c.is_whitespace() || ";&|()<>".contains(c)).unwrap_or(word.len());
        let closer: String = word[..end].chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
        self.at += blanks + end;
        self.documents.push(Document { open: Open { range: start..self.at, closer }, tabs });
    }

    /// Skips the texts of here-documents, which begin on this line.
    fn skip_documents(&mut self) -> Option<Open> {
        for document in std::mem::take(&mut self.documents) {
            let mut closed = false;
            while !closed && self.at < self.text.len() {
                let rest = self.rest();
                let line = &rest[..rest.find('\n').map_or(rest.len(), |end| end + 1)];
                let written = if document.tabs { line.trim_start_matches('\t') } else { line };
                closed = written.trim_end_matches(['\n', '\r']) == document.open.closer;
                self.at += line.len();
            }
            if !closed {
                return Some(document.open);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line, the opening text and the closing text.
    fn told(text: &str) -> Option<(usize, &str, String)> {
        let open = innermost(text)?;
        let line = text[..open.range.start].matches('\n').count() + 1;
        Some((line, &text[open.range], open.closer))
    }

    #[test]
    fn s7_4_what_is_never_closed_is_found_where_it_opens() {
        let cases = [
            ("echo\nif true; then\n  echo \"fi\" # fi\n", 2, "if", "fi"),
            ("if a; then\n  if b; then\n    c\n  fi\n", 1, "if", "fi"),
            ("for i in if done; do\n  echo $i\n", 1, "for", "done"),
            (
                "while read -r x; do\n  case $x in\n    (a|b) echo ;;\n    *) for y in 1; do :; done ;;\n",
                2,
                "case",
                "esac",
            ),
            ("f() {\n  echo ${a:-\"}\"} }\n", 1, "{", "}"),
            ("function f {\n  echo\n", 1, "{", "}"),
            ("echo\n(\n  cd x\n", 2, "(", ")"),
            ("a=1\nx=$(echo \")\"\necho\n", 2, "$(", ")"),
            ("echo ok 'it''s'\necho 'abc\ndef\n", 2, "'", "'"),
            ("echo \"a $(echo \"b\")\"\necho \"c\n", 2, "\"", "\""),
            ("echo `date\n", 1, "`", "`"),
            ("echo ${x\n", 1, "${", "}"),
            ("echo $((1 + (2)\n", 1, "$((", "))"),
            ("a=(if\n1\n", 1, "(", ")"),
            ("cat <<A; cat <<-'B'\na\nA\n\tb\n\tC\n", 1, "<<-'B'", "B"),
            ("cat <<EOF\nif $( \"\nEOF\n{\n", 4, "{", "}"),
            ("echo $'it\\'s' \"\\\"\"\nuntil false; do\n", 2, "until", "done"),
            ("[[ a == b ]] && {\n", 1, "{", "}"),
            ("diff <(sort a) <(sort b\n", 1, "(", ")"),
        ];
        for (text, line, opener, closer) in cases {
            assert_eq!(told(text), Some((line, opener, closer.to_owned())), "{text}");
        }
    }

    #[test]
    fn s7_4_what_is_closed_is_not_told() {
        let whole = [
            "if [ $# -gt 0 ]; then echo ${#a[@]}; elif x; then :; else y; fi\n",
            "case $1 in\n  start) echo in ;;\n  if|done) ;;\n  *) echo \"a)\" ;;\nesac\n",
            "for ((i = 0; i < 3; i++)); do echo $i; done\n",
            "f() { echo }; }\ng() ( echo )\nfunction h() { :; }\n",
            "echo if for case { do\necho a#b # ' \" ( {\n",
            "a=$((1 << 2)); (( a <<= 1 )); cat <<< \"x\"\n",
            "x=\"${y:-\"$(echo '\"')\"}\"; echo `echo \\`date\\``\n",
            "while :; do break; done < <(ls)\n",
            "[[ $a =~ ^(if|\\() ]] || exit\n",
            "echo é ü\\\n  more\n",
        ];
        for text in whole {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
