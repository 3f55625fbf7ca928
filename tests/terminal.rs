//! Terminal output: columns never point inside a character, and output that cannot be written is an error.

#![allow(clippy::format_push_string, reason = "plain to read; speed does not matter here")]
#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, project, run, stderr, stdout, verify_json};
use docgen::diagnostic::Severity;
use docgen::report::{Item, terminal};
use docgen::source::Sources;
use docgen::span::{ColumnUnit, LineIndex, MappedText, Span, char_range};
use std::ops::Range;
use std::path::{Path, PathBuf};

#[test]
fn a_column_inside_a_character_is_the_characters() {
    let site = project("[book]\n", "# P\n\n```json\n[1]\nОдин\n```\n");
    let output = run(site.path(), &["verify"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("content/page.md:5:1") && stdout(&output).contains("1 fail"),
        "{}",
        stdout(&output)
    );
    let place = &verify_json(site.path(), &[]).0["snippets"][0]["diagnostics"][0];
    assert_eq!((&place["line"], &place["column"], &place["end_column"]), (&5.into(), &1.into(), &2.into()));
}

/// Pseudo-random numbers that are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % limit.max(1)
    }

    /// Text of characters with one to four bytes, including characters that are special in parsers and terminals.
    fn text(&mut self, most: usize) -> String {
        const PARTS: &[&str] = &[
            "a",
            "1",
            " ",
            "\t",
            "\n",
            "\r\n",
            "\r",
            "é",
            "Один",
            "語",
            "🦀",
            "e\u{301}",
            "\u{200d}",
            "\u{feff}",
            "\u{2028}",
            "\u{202e}",
            "\u{0}",
            "\u{1b}[31m",
            "\u{7f}",
            "\u{10ffff}",
            "{",
            "}",
            "[",
            "]",
            "\"",
            "'",
            ":",
            ",",
            "#",
            "/",
            "//",
            "/*",
            "-",
            "- ",
            "&a",
            "*a",
            "!t ",
            "|",
            ">",
            "=",
            "\\",
            "\\u00",
            "\\ud8",
            "%",
            "@",
            "`",
            "true",
            "1e9",
            "---",
        ];
        (0..self.below(most)).map(|_| PARTS[self.below(PARTS.len())]).collect()
    }

    fn range(&mut self, length: usize) -> Range<usize> {
        let (one, other) = (self.below(length + 3), self.below(length + 3));
        if self.below(8) == 0 { one..other } else { one.min(other)..one.max(other) }
    }
}

fn is_sound(text: &str, range: &Range<usize>) -> bool {
    range.start <= range.end && text.get(range.clone()).is_some()
}

#[test]
fn no_range_of_any_text_lies_inside_a_character() {
    let mut dice = Dice(0x5eed_0001);
    for turn in 0..3_000 {
        let written = dice.text(40);
        let mut sources = Sources::new(Path::new("/p"));
        let id = sources.add(PathBuf::from("/p/page.md"), written);
        let file = &sources[id];
        // A program of the file's lines, of stand-ins for positions in it, and of generated text around them.
        let mut program = MappedText::new();
        let whole = MappedText::from_source(&file.text, id, 0);
        for _ in 0..dice.below(5) {
            let range = dice.range(file.text.len());
            match dice.below(3) {
                0 => program.push_generated(&dice.text(5), "wrapper"),
                1 => program.push_standin(&dice.text(3), id, char_range(&file.text, range).start),
                _ => program.push_mapped(&whole, range),
            }
        }
        let index = LineIndex::new(program.as_str());
        for _ in 0..10 {
            let range = dice.range(program.len());
            assert!(is_sound(program.as_str(), &char_range(program.as_str(), range.clone())), "turn {turn}: {range:?}");
            let unit = [ColumnUnit::Byte, ColumnUnit::Utf16, ColumnUnit::Char][dice.below(3)];
            if let Some(offset) = index.offset(program.as_str(), dice.below(6), dice.below(30), unit) {
                assert!(program.as_str().is_char_boundary(offset), "turn {turn}: offset {offset}");
            }
            if let Some(span) = program.span_of(range.clone()) {
                assert!(is_sound(&file.text, &(span.start..span.end)), "turn {turn}: {range:?} became {span:?}");
            }
            // Even a span that is not clipped can be shown.
            let span = Span::new(id, dice.range(file.text.len()));
            let at = file.line_col(span.start);
            let line = file.text.split('\n').nth(at.line - 1).expect("a line of the file");
            assert!(at.column <= line.chars().count() + 1, "turn {turn}: {at:?}");
            let problem = Item {
                severity: Severity::Error,
                code: "code",
                tool: Some("tool"),
                message: "message",
                span: Some(span),
                notes: vec![("note", Some(Span::new(id, dice.range(file.text.len()))))],
                help: None,
            };
            assert!(terminal::item(&sources, &problem).contains("page.md"), "turn {turn}");
        }
    }
}

#[test]
fn garbage_in_data_blocks_is_reported_at_its_characters() {
    let mut dice = Dice(0x5eed_0002);
    let mut page = String::from("# P\n\n");
    for number in 0..1_200 {
        let language = ["json", "jsonc", "yaml", "toml"][number % 4];
        // A fence inside the garbage would end the block. All other text is allowed.
        let garbage = dice.text(25).replace('`', "");
        let indent = ["", "> ", "- "][dice.below(3)];
        let (first, rest) = if indent == "- " { ("- ", "  ") } else { (indent, indent) };
        page += &format!("{first}```{language}\n");
        for line in garbage.split('\n') {
            page += &format!("{rest}{line}\n");
        }
        page += &format!("{rest}```\n\n");
    }
    let site = project("[book]\n", &page);
    for options in [&["--verbose"][..], &["--report", "github"]] {
        let output = docgen(site.path()).args(["verify", "--no-cache"]).args(options).output().expect("docgen starts");
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    }
    let (report, _) = verify_json(site.path(), &["--no-cache"]);
    let blocks = report["snippets"].as_array().expect("blocks");
    assert!(blocks.len() >= 1_000 && report["totals"]["fail"].as_u64() > Some(500), "{}", report["totals"]);
    let lines: Vec<&str> = page.split('\n').collect();
    for place in blocks.iter().flat_map(|block| block["diagnostics"].as_array().expect("diagnostics")) {
        for (line, column) in [("line", "column"), ("end_line", "end_column")] {
            let number = |key: &str| usize::try_from(place[key].as_u64().expect("a number")).expect("small");
            assert!(number(column) <= lines[number(line) - 1].chars().count() + 1, "{place}");
        }
    }
}

/// A result that cannot be written is not a success.
#[test]
fn a_result_that_cannot_be_written_is_an_error() {
    let site = project("[book]\n", "---\ntitle: P\n---\n\n```json\n[1]\n```\n");
    for arguments in
        [&["verify"][..], &["verify", "--report", "json=-"], &["check"], &["report", "freshness"], &["--help"]]
    {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
        let output = docgen(site.path()).args(arguments).stdout(full).output().expect("docgen starts");
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {}", stderr(&output));
        let help = arguments[0] == "--help";
        assert!(help || stderr(&output).contains("standard output"), "{arguments:?}: {}", stderr(&output));
    }
}

/// `docgen verify | head -1`: a reader that stops early is no error.
#[test]
fn a_reader_that_has_gone_away_is_no_error() {
    let site = project("[book]\n", "# P\n\n```json\n[1]\n```\n");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = docgen(site.path()).args(["verify"]).stdout(writer).output().expect("docgen starts");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
}

#[test]
fn denied_warnings_include_an_overdue_review() {
    let site = project("[book]\n", "---\ntitle: P\nrisk: high\nlast_reviewed: 2020-01-01\n---\n\n# P\n");
    let status = |arguments: &[&str]| run(site.path(), arguments).status.code();
    let check = run(site.path(), &["check"]);
    assert!(stdout(&check).contains("review-overdue"), "{}", stdout(&check));
    assert_eq!(check.status.code(), Some(0));
    for command in ["check", "build"] {
        assert_eq!(status(&[command, "--deny", "warnings"]), Some(1), "{command}");
        assert_eq!(status(&[command, "--deny", "overdue"]), Some(1), "{command}");
    }
}

#[test]
fn completions_and_manual_pages_come_from_the_table_of_commands() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let bash = stdout(&run(temp.path(), &["completions", "bash"]));
    std::fs::write(temp.path().join("docgen.bash"), &bash).expect("written");
    let script =
        "source ./docgen.bash; COMP_WORDS=(docgen ver); COMP_CWORD=1; _docgen docgen ver docgen; echo ${COMPREPLY[@]}";
    let output = std::process::Command::new("bash").current_dir(temp.path()).args(["-c", script]).output();
    assert_eq!(stdout(&output.expect("bash starts")).trim(), "verify");
    for shell in ["zsh", "fish"] {
        assert!(stdout(&run(temp.path(), &["completions", shell])).contains("verify"), "{shell}");
    }
    assert!(stdout(&run(temp.path(), &["man"])).starts_with(".ie"), "roff");
    let pages = stdout(&run(temp.path(), &["man", "--out", "man"]));
    assert!(pages.contains("man/docgen-verify.1") && pages.contains("man/docgen-report-freshness.1"), "{pages}");
    let verify = std::fs::read_to_string(temp.path().join("man/docgen-verify.1")).expect("the page");
    assert!(verify.contains("ratchet") && verify.contains("docgen\\-verify"), "{verify}");
}
