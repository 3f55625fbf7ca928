//! Front matter: YAML between `---`, TOML between `+++`, or YAML that a formatter flattened (`mangled.rs`).
//!
//! Keys and values are checked one by one. A bad value drops its key, never the page.
//! Must not know: whether the named terms, paths or ids exist; `site` checks that.

use super::mangled;
use super::model::{Block, Format, FrontMatter};
use super::values::Reader;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::SourceFile;
use crate::span::{ColumnUnit, LineIndex, MappedText, Span};
use jiff::civil::Date;
use serde_json::{Map, Value};

/// Max length of front matter, in bytes.
const MAX_LENGTH: usize = 64 << 10;

/// Parses the front matter of a file. Returns it, the offset at which the body starts, and what is wrong.
pub(in crate::page) fn parse(file: &SourceFile, today: Date) -> (FrontMatter, usize, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let Some(block) = find(file, &mut problems) else {
        return (FrontMatter::default(), 0, problems);
    };
    let body = block.range.end;
    let span = Span::new(file.id, block.range.clone());
    let mut front = FrontMatter { format: block.format, span: Some(span), ..FrontMatter::default() };
    if block.data.len() > MAX_LENGTH {
        let first = file.lines.line_range(&file.text, 1).unwrap_or(0..0);
        let message = format!("the front matter has {} KB; the max is {} KB", block.data.len() >> 10, MAX_LENGTH >> 10);
        problems.push(
            Diagnostic::new(Code::FrontMatterValue, Span::new(file.id, first), message)
                .help("the page is built without it; move long values into the page's text"),
        );
        return (front, body, problems);
    }
    if block.format == Format::Mangled {
        let first = file.lines.line_range(&file.text, 1).unwrap_or(0..0);
        problems.push(
            Diagnostic::new(
                Code::FrontMatterMangled,
                Span::new(file.id, first),
                "a formatter flattened the front matter; docgen recovered the data",
            )
            .help("`docgen check --fix` restores it between `---` lines; with the plugin mdformat-frontmatter, mdformat keeps it"),
        );
    }
    let data = match deserialize(&block) {
        Ok(data) => data,
        Err((range, message)) => {
            let span = block.data.span_of(range).unwrap_or(span);
            problems.push(
                Diagnostic::new(Code::FrontMatterSyntax, span, message)
                    .help("the page is built without its front matter until this is fixed"),
            );
            return (front, body, problems);
        }
    };
    let mut reader = Reader::new(&block, span, &mut problems, today);
    for (key, value) in &data {
        reader.entry(&mut front, key, value);
    }
    front.data = data;
    (front, body, problems)
}

fn find(file: &SourceFile, problems: &mut Vec<Diagnostic>) -> Option<Block> {
    let text = &file.text;
    let first = text.lines().next()?.trim_end();
    let format = match first {
        "---" => Format::Yaml,
        "+++" => Format::Toml,
        _ => {
            let recovered = mangled::recover(file.id, text)?;
            return Some(Block { format: Format::Mangled, data: recovered.yaml, range: recovered.range });
        }
    };
    let start = text.find('\n').map_or(text.len(), |at| at + 1);
    let mut offset = start;
    for line in text[start..].split_inclusive('\n') {
        let closes = line.trim_end() == first || (format == Format::Yaml && line.trim_end() == "...");
        if closes {
            let data = MappedText::from_source(&text[start..offset], file.id, start);
            return Some(Block { format, data, range: 0..offset + line.len() });
        }
        offset += line.len();
    }
    // Without an end, `---` is a thematic break, unless the next line looks like a key.
    let second = text[start..].lines().next().unwrap_or_default();
    if second.contains(':') || second.contains('=') {
        problems.push(
            Diagnostic::new(
                Code::FrontMatterUnclosed,
                Span::new(file.id, 0..first.len()),
                format!("front matter opens with `{first}` and never closes"),
            )
            .help(format!("put a line `{first}` after the last key")),
        );
    }
    None
}

type SyntaxError = (std::ops::Range<usize>, String);

fn deserialize(block: &Block) -> Result<Map<String, Value>, SyntaxError> {
    let text = block.data.as_str();
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    if block.format == Format::Toml {
        return match toml::from_str::<toml::Table>(text) {
            Ok(table) => Ok(table.into_iter().map(|(key, value)| (key, toml_to_json(value))).collect()),
            Err(error) => Err((error.span().unwrap_or(0..1), error.message().trim().replace('\n', " "))),
        };
    }
    // YAML 1.2's booleans: `No` is a word, and so are `on` and `y`.
    let options = serde_saphyr::options! { strict_booleans: true };
    match serde_saphyr::from_str_with_options::<Value>(text, options) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err((0..1, "front matter must have keys with values, as in `title: A page`".to_owned())),
        Err(error) => {
            let error = error.without_snippet();
            let at = error
                .location()
                .and_then(|place| {
                    let line = usize::try_from(place.line()).ok()?;
                    let column = usize::try_from(place.column()).ok()?;
                    LineIndex::new(text).offset(text, line, column, ColumnUnit::Char)
                })
                .unwrap_or(0);
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or(&message).trim().to_owned();
            let message = message.rsplit_once(": line ").map_or(message.clone(), |(head, _)| head.to_owned());
            // The whole character, because a span begins and ends between characters.
            let length = text[at.min(text.len())..].chars().next().map_or(1, char::len_utf8);
            Err((at..at + length, message))
        }
    }
}

fn toml_to_json(value: toml::Value) -> Value {
    match value {
        toml::Value::Datetime(datetime) => Value::String(datetime.to_string()),
        toml::Value::Array(items) => items.into_iter().map(toml_to_json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, toml_to_json(value))).collect())
        }
        other => serde_json::to_value(other).unwrap_or(Value::Null),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Risk;
    use crate::source::Sources;
    use std::path::PathBuf;

    fn parsed(text: &str) -> (FrontMatter, String, Vec<Diagnostic>) {
        let mut sources = Sources::new(&PathBuf::from("/site"));
        let id = sources.add(PathBuf::from("/site/page.md"), text.to_owned());
        let (front, body, problems) = parse(&sources[id], "2026-01-15".parse().expect("a date"));
        (front, sources[id].text[body..].to_owned(), problems)
    }

    #[test]
    fn three_spellings_say_the_same() {
        let spellings = [
            "---\ntitle: A\ntags:\n  - one\n  - two\nrisk: low\n---\nBody\n",
            "+++\ntitle = \"A\"\ntags = [\"one\", \"two\"]\nrisk = \"low\"\n+++\nBody\n",
            "_____\n\ntitle: A\ntags:\n\n- one\n- two\n  risk: low\n\n_____\nBody\n",
        ];
        for text in spellings {
            let (front, body, problems) = parsed(text);
            assert_eq!(front.title.as_deref(), Some("A"), "{text}");
            let tags: Vec<_> = front.terms["tags"].iter().map(|term| term.value.as_str()).collect();
            assert_eq!((tags, front.risk), (vec!["one", "two"], Some(Risk::Low)));
            assert_eq!(body, "Body\n");
            assert!(problems.iter().all(|problem| problem.code == Code::FrontMatterMangled), "{problems:?}");
        }
    }

    #[test]
    fn bad_values_cost_their_key_only() {
        let (front, _, problems) =
            parsed("---\r\ntitle: A\r\nstatus: actve\r\nlast_reviewed: 2027-01-01\r\nid: nope\r\n---\r\n");
        assert_eq!(front.title.as_deref(), Some("A"));
        let helps: Vec<_> = problems.iter().map(|problem| problem.help.clone().unwrap_or_default()).collect();
        assert_eq!(problems.len(), 3);
        assert_eq!(helps[0], "did you mean `active`?");
        assert_eq!(problems[0].span.start, 23);
    }

    #[test]
    fn a_syntax_error_points_at_its_line() {
        let (front, body, problems) = parsed("---\ntitle: A\ntags: [one\n---\nBody\n");
        assert_eq!((front.title, body.as_str()), (None, "Body\n"));
        assert_eq!(problems[0].code, Code::FrontMatterSyntax);
        assert!(problems[0].span.start >= 13, "{problems:?}");
    }

    #[test]
    fn a_value_is_shown_where_it_stands() {
        let text = "---\nrelated:  \n  # comment b.md é\n  - a/b.md\n  - b.md\n  - b.md\nstatus: nope\nverify: {lvl: 1}\n---\n";
        let (front, _, problems) = parsed(text);
        let shown = |span: Span| (&text[span.start..span.end], text[..span.start].matches('\n').count() + 1);
        let paths: Vec<_> = front.paths.iter().map(|(_, path)| shown(path.span)).collect();
        assert_eq!(paths, [("a/b.md", 4), ("b.md", 5), ("b.md", 6)]);
        let wrong: Vec<_> = problems.iter().map(|problem| shown(problem.span)).collect();
        assert_eq!(wrong, [("nope", 7), ("lvl", 8)]);
    }

    #[test]
    fn words_and_versions_are_taken_as_they_are_written() {
        let (front, _, problems) = parsed("---\ntitle: No\ntags: [y, on, 1.10, 012, 2]\nowner: 3.0\n---\n");
        assert_eq!(front.title.as_deref(), Some("No"));
        let tags: Vec<_> = front.terms["tags"].iter().map(|term| term.value.as_str()).collect();
        assert_eq!(tags, ["y", "on", "1.10", "012", "2"], "{problems:?}");
        assert_eq!(front.terms["owners"][0].value, "3.0");
    }

    #[test]
    fn no_byte_is_cut_out_of_its_character() {
        for text in [
            "---\ntitle: A\ntags:  \n  - é\n---\n",
            "---\nowner: >-  \n  日\n---\n",
            "---\ntitle: A\né\n---\n",
            "---\ntags: \"a\" — b\n---\n",
            "---\r\ntags: [a]é\r\n---\r\n",
        ] {
            for problem in parsed(text).2 {
                assert!(text.get(problem.span.start..problem.span.end).is_some(), "{text:?}: {problem:?}");
            }
        }
    }

    #[test]
    fn a_thematic_break_is_not_front_matter() {
        let (front, body, problems) = parsed("---\n\nText\n");
        assert_eq!((front.format, body.as_str(), problems.len()), (Format::None, "---\n\nText\n", 0));
    }
}
