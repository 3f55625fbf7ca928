//! An interactive session on a page: inputs after prompts, and the outputs below them. Pure.
//!
//! Must not know: languages, and how inputs are run.

use crate::snippet::model::output::{Filter, Matching, Mismatch, compare};
use crate::span::MappedText;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// How the sessions of one interpreter look.
#[derive(Debug)]
pub struct Dialect {
    /// The language of its inputs.
    pub language: &'static str,
    /// The prompt at the start of a line, after the line's indentation.
    pub prompt: Regex,
    /// Another prompt, which counts only if the first line has it and no line has the usual one.
    pub other_prompt: Option<Regex>,
    /// The prompt of a line that continues an input.
    pub continuation: Regex,
    /// Whether a continuation prompt with text after it always continues an input. If not, only an open input goes on.
    pub prompt_continues: bool,
    /// Whether an open input goes on without a prompt, as in a here-document.
    pub open_continues: bool,
    /// Whether an input needs more lines.
    pub is_open: fn(&str) -> bool,
    /// What the interpreter writes before a result: `Out[3]: `.
    pub result: Option<Regex>,
    /// Whether `[1]` below an output is the exit code.
    pub shows_exit_codes: bool,
    /// The lines of an error's stack, which differ between machines.
    pub stack: Option<Stack>,
    /// What the interpreter prints for an input without a value. A page may leave it out.
    pub no_value: Option<&'static str>,
    /// Text that the interpreter prints only if nobody sits at its prompt, and what it prints otherwise.
    pub rewritten: Option<(Regex, &'static str)>,
    /// Whether comments may have options of Python's doctest.
    pub doctest: bool,
}

/// The lines of an error's stack.
#[derive(Debug)]
pub struct Stack {
    /// The line before them. Without it, every line that fits belongs to a stack.
    pub header: Option<&'static str>,
    /// One of them.
    pub line: Regex,
}

/// An interactive session.
#[derive(Debug, Clone)]
pub struct Session {
    /// How it looks.
    pub dialect: &'static Dialect,
    /// Its inputs and outputs, in order.
    pub exchanges: Vec<Exchange>,
    /// The lines of inputs, counted from 0, each with the bytes before its code: indentation and prompt.
    pub input_lines: Vec<(usize, usize)>,
}

/// An input, and the output that the page shows for it.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The code without prompts; each byte knows where it was written.
    pub input: MappedText,
    /// The output that the page shows; each byte knows where it was written. Empty if it shows none.
    pub output: MappedText,
    /// The exit code that the page shows.
    pub exit: Option<i32>,
    /// The bytes of the block from the first prompt to the first line of the output.
    lines: Range<usize>,
    /// The bytes of the block with the output, exit code included.
    shown: Range<usize>,
    /// The output has a prompt of its own.
    has_result_prompt: bool,
    options: Options,
}

/// Options of Python's doctest module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Options {
    ellipsis: bool,
    whitespace: bool,
    skip: bool,
    only_exception: bool,
}

static EXIT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\[(\d{1,3})\]$"));
static DOCTEST: LazyLock<Regex> = LazyLock::new(|| pattern(r"#\s*doctest:\s*(.+)"));
static EXCEPTION: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^(?:\w+\.)*(\w+):.*$"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a valid pattern")
}

impl Session {
    /// Reads a block. Lines before the first prompt, such as an interpreter's greeting, belong to no input.
    pub fn parse(dialect: &'static Dialect, code: &MappedText) -> Self {
        let mut session = Self { dialect, exchanges: Vec::new(), input_lines: Vec::new() };
        let prompt = dialect.prompt_of(code.as_str());
        let (mut offset, mut indent) = (0, None);
        for (number, line) in code.as_str().split_inclusive('\n').enumerate() {
            let text = line.trim_end_matches(['\n', '\r']);
            let blank = text.len() - text.trim_start().len();
            let indent = *indent.get_or_insert(blank);
            let indent = blank.min(indent);
            if let Some(prompt) = session.read(prompt, code, (offset, line, text), indent) {
                session.input_lines.push((number, (indent + prompt).min(text.len())));
            }
            offset += line.len();
        }
        for exchange in &mut session.exchanges {
            exchange.finish(dialect);
        }
        session
    }

    /// Reads one line, which starts at `offset` of the block. If it belongs to an input, returns the bytes of its prompt.
    fn read(
        &mut self,
        prompt: &Regex,
        code: &MappedText,
        (offset, line, text): (usize, &str, &str),
        indent: usize,
    ) -> Option<usize> {
        let dialect = self.dialect;
        let (end, body) = (offset + text.len(), &text[indent..]);
        let content = |skipped: usize| {
            let mut mapped = MappedText::new();
            mapped.push_mapped(code, (offset + indent + skipped).min(end)..end);
            mapped.push_generated("\n", "end of line");
            mapped
        };
        if let Some(prompt) = prompt.find(body) {
            let after = offset + line.len();
            self.exchanges.push(Exchange {
                input: content(prompt.end()),
                output: MappedText::new(),
                exit: None,
                lines: offset..after,
                shown: after..after,
                has_result_prompt: false,
                options: Options::default(),
            });
            return Some(prompt.end());
        }
        let last = self.exchanges.last_mut()?;
        if last.output.is_empty()
            && let Some(skipped) = dialect.continues(last.input.as_str(), body)
        {
            let more = content(skipped);
            last.input.push_mapped(&more, 0..more.len());
            last.lines.end = offset + line.len();
            last.shown = last.lines.end..last.lines.end;
            return Some(skipped);
        }
        let result = dialect.result.as_ref().and_then(|result| result.find(body)).map_or(0, |found| found.end());
        last.has_result_prompt |= result > 0;
        let more = content(result);
        last.output.push_mapped(&more, 0..more.len());
        if !text.trim().is_empty() {
            last.shown.end = offset + line.len();
        }
        None
    }

    /// Whether the page shows an output anywhere.
    pub fn shows_output(&self) -> bool {
        self.exchanges.iter().any(|exchange| !exchange.output.is_empty())
    }

    /// The block with other outputs. Outputs that are missing at the end are empty.
    pub fn with_outputs(&self, code: &str, outputs: &[String]) -> String {
        let mut text = String::new();
        let mut at = 0;
        for (index, exchange) in self.exchanges.iter().enumerate() {
            text.push_str(&code[at..exchange.shown.start]);
            let output = outputs.get(index).map_or("", String::as_str).trim_end();
            if !output.is_empty() {
                if !text.ends_with('\n') {
                    text.push('\n');
                }
                text.push_str(output);
                text.push('\n');
            }
            at = exchange.shown.end;
        }
        text + &code[at..]
    }
}

impl Dialect {
    /// The prompt of a session: the usual one, unless only the other one occurs.
    fn prompt_of(&self, code: &str) -> &Regex {
        let mut lines = code.lines().map(str::trim_start).filter(|line| !line.is_empty());
        let first = lines.clone().next().unwrap_or_default();
        let other = self.other_prompt.as_ref().filter(|other| other.is_match(first));
        other.filter(|_| !lines.any(|line| self.prompt.is_match(line))).unwrap_or(&self.prompt)
    }

    /// An output as it would be if somebody sat at the prompt.
    pub(crate) fn as_at_prompt(&self, output: &str) -> String {
        match &self.rewritten {
            Some((pattern, text)) => pattern.replace_all(output, *text).into_owned(),
            None => output.to_owned(),
        }
    }

    /// The bytes of the prompt, if a line continues an input.
    fn continues(&self, input: &str, body: &str) -> Option<usize> {
        let open = || (self.is_open)(input);
        match self.continuation.find(body) {
            Some(found) if found.end() < body.len() => (self.prompt_continues || open()).then_some(found.end()),
            Some(found) => open().then_some(found.end()),
            None => (self.open_continues && open()).then_some(0),
        }
    }

    /// An output without the lines of stacks, and the number of each kept line. Of errors that other errors caused, only
    /// the last one stays, as in doctest.
    fn without_stack(&self, text: &str) -> (String, Vec<usize>) {
        let lines = text.split_inclusive('\n').enumerate();
        let Some(stack) = &self.stack else { return (text.to_owned(), lines.map(|(number, _)| number).collect()) };
        let mut kept: Vec<(usize, &str)> = Vec::new();
        let mut first_header = None;
        let mut inside = stack.header.is_none();
        for (number, line) in lines {
            let plain = line.trim_end();
            if Some(plain) == stack.header {
                kept.truncate(*first_header.get_or_insert(kept.len()));
                inside = true;
            } else if inside && stack.line.is_match(plain) {
                continue;
            } else {
                inside = stack.header.is_none();
            }
            kept.push((number, line));
        }
        (kept.iter().map(|(_, line)| *line).collect(), kept.iter().map(|(number, _)| *number).collect())
    }
}

impl Exchange {
    /// Takes blank lines and the exit code off the output, and reads the options in the input.
    fn finish(&mut self, dialect: &Dialect) {
        let kept = self.output.as_str().trim_end().len();
        let last = self.output.as_str()[..kept].rsplit('\n').next().unwrap_or_default();
        let exit = EXIT.captures(last).filter(|_| dialect.shows_exit_codes).and_then(|found| found[1].parse().ok());
        let kept = if exit.is_some() { kept - last.len() } else { kept };
        let mut output = MappedText::new();
        output.push_mapped(&self.output, 0..kept);
        if kept > 0 && !output.as_str().ends_with('\n') {
            output.push_generated("\n", "end of line");
        }
        (self.output, self.exit) = (output, exit);
        if let Some(found) = DOCTEST.captures(self.input.as_str()).filter(|_| dialect.doctest) {
            let has = |option: &str| found[1].split([',', ' ']).any(|word| word.trim() == option);
            self.options = Options {
                ellipsis: has("+ELLIPSIS"),
                whitespace: has("+NORMALIZE_WHITESPACE"),
                skip: has("+SKIP"),
                only_exception: has("+IGNORE_EXCEPTION_DETAIL"),
            };
        }
    }

    /// Whether the author asks not to run it.
    pub fn is_skipped(&self) -> bool {
        self.options.skip
    }

    /// Whether `--bless` can write its output.
    pub(crate) fn can_be_blessed(&self) -> bool {
        !self.has_result_prompt
    }

    /// Compares the output on the page with the printed one.
    pub(crate) fn compare(
        &self,
        dialect: &Dialect,
        printed: &str,
        matching: Matching,
        filters: &[Filter],
    ) -> Result<(), Mismatch> {
        let (mut expected, numbers) = dialect.without_stack(self.output.as_str());
        let (mut printed, _) = dialect.without_stack(printed);
        if let Some(no_value) = dialect.no_value {
            let says = |text: &str| text.trim_end().rsplit('\n').next() == Some(no_value);
            if says(&printed) && !says(&expected) {
                printed.truncate(printed.trim_end().len() - no_value.len());
            }
        }
        if dialect.doctest {
            expected = expected.replace("<BLANKLINE>", "");
        }
        if self.options.only_exception {
            expected = EXCEPTION.replace_all(&expected, "$1").into_owned();
            printed = EXCEPTION.replace_all(&printed, "$1").into_owned();
        }
        if self.options.whitespace {
            // doctest takes line ends for white space.
            let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            (expected, printed) = (one_line(&expected), one_line(&printed));
        }
        let matching = if self.output.is_empty() { Matching::Exact } else { matching };
        let found = compare(&expected, &printed, matching, filters);
        if found.is_err() && self.options.ellipsis {
            let any = regex::escape(expected.trim()).replace(r"\.\.\.", "(?s:.*)");
            if compare(&any, &printed, Matching::Regex, filters).is_ok() {
                return Ok(());
            }
        }
        found.map_err(|Mismatch { line, diff }| Mismatch { line: numbers.get(line).copied().unwrap_or(line), diff })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::FileId;

    static TOY: LazyLock<Dialect> = LazyLock::new(|| Dialect {
        language: "toy",
        prompt: pattern(r"^>>>(?: |$)"),
        other_prompt: Some(pattern(r"^#(?: |$)")),
        rewritten: None,
        continuation: pattern(r"^\.\.\.(?: |$)"),
        prompt_continues: true,
        open_continues: false,
        is_open: |input| input.lines().any(|line| line.ends_with(':')),
        result: None,
        shows_exit_codes: true,
        stack: Some(Stack { header: Some("Traceback:"), line: pattern(r"^ ") }),
        no_value: Some("nothing"),
        doctest: true,
    });

    fn parse(text: &str) -> Session {
        Session::parse(&TOY, &MappedText::from_source(text, FileId(0), 0))
    }

    #[test]
    fn s4_1_a_session_is_read_with_windows_line_ends_and_indentation() {
        let session = parse("greeting\r\n");
        assert!(session.exchanges.is_empty());
        let session =
            parse("  >>> if a:\r\n  ...     b\r\n  ...\r\n  one\r\n    two\r\n\r\n  >>> c\r\n  [3]\r\n  >>> d");
        let seen: Vec<_> =
            session.exchanges.iter().map(|it| (it.input.as_str(), it.output.as_str(), it.exit)).collect();
        assert_eq!(seen, [("if a:\n    b\n\n", "one\n  two\n", None), ("c\n", "", Some(3)), ("d\n", "", None)]);
    }

    #[test]
    fn s4_1_another_prompt_counts_only_alone() {
        assert_eq!(parse("# a\nx\n# b\n").exchanges.len(), 2);
        assert_eq!(parse("# a comment\n>>> b\n# c\n").exchanges.len(), 1);
    }

    #[test]
    fn s4_1_dots_after_a_whole_input_are_any_lines() {
        let session = parse(">>> a\n...\nend\n");
        assert_eq!(session.exchanges[0].output.as_str(), "...\nend\n");
        assert!(session.exchanges[0].compare(&TOY, "x\ny\nend\n", Matching::Exact, &[]).is_ok());
        assert!(session.exchanges[0].compare(&TOY, "x\n", Matching::Exact, &[]).is_err());
    }

    #[test]
    fn s4_1_options_of_doctest() {
        let fits =
            |text: &str, printed: &str| parse(text).exchanges[0].compare(&TOY, printed, Matching::Exact, &[]).is_ok();
        assert!(fits(">>> a  # doctest: +ELLIPSIS\n<x at 0x...>\n", "<x at 0x12>\n"));
        assert!(!fits(">>> a\n<x at 0x...>\n", "<x at 0x12>\n"));
        assert!(fits(">>> a  # doctest: +NORMALIZE_WHITESPACE\n1 2\n", "1  2\n"));
        assert!(fits(">>> a\none\n<BLANKLINE>\ntwo\n", "one\n\ntwo\n"));
        assert!(fits(">>> a\nTraceback:\n  ...\nE: no\n", "Traceback:\n  File 7\n    x\nE: no\n"));
        assert!(!fits(">>> a\nTraceback:\n  ...\nE: no\n", "Traceback:\n  File 7\nE: yes\n"));
        assert!(fits(">>> a\nTraceback:\n  ...\nE: no\n", "Traceback:\n x\nD: so\n\nThen:\n\nTraceback:\n x\nE: no\n"));
        assert!(fits(">>> a  # doctest: +IGNORE_EXCEPTION_DETAIL\nTraceback:\nE: no\n", "Traceback:\n x\nm.E: yes\n"));
        assert!(fits(">>> a\n", "nothing\n") && fits(">>> a\nnothing\n", "nothing\n"));
        assert!(parse(">>> a  # doctest: +SKIP\n").exchanges[0].is_skipped());
    }

    #[test]
    fn s7_4_a_difference_below_a_stack_has_its_own_line() {
        let session = parse(">>> a\nTraceback:\n  ...\n  ...\nE: no\n");
        let found = session.exchanges[0].compare(&TOY, "Traceback:\n x\nE: yes\n", Matching::Exact, &[]);
        assert_eq!(found.expect_err("it differs").line, 3);
    }

    #[test]
    fn s4_4_outputs_are_replaced_and_all_else_is_kept() {
        let code = "hello\n>>> a\nold\n\n>>> b\n>>> c\nlast";
        let outputs = ["new\nlines".to_owned(), "more\n".to_owned(), String::new()];
        let text = parse(code).with_outputs(code, &outputs);
        assert_eq!(text, "hello\n>>> a\nnew\nlines\n\n>>> b\nmore\n>>> c\n");
    }
}
