//! Reads what commands print: GCC's lines, JSON lines, SARIF, checkstyle, or a pattern of `book.toml`. Pure.
//!
//! Must not know: which command printed it.

use crate::diagnostic::Severity;
use crate::snippet::model::message::Position;
use crate::span::ColumnUnit;
use regex::{Captures, Regex};
use serde_json::Value;
use std::sync::LazyLock;

/// `file:3:5: error: text [-Wcode]`; column, severity and code may be missing.
static GCC: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+):(?:(?P<column>\d+):)? *",
        r"(?:(?P<severity>fatal error|error|warning|note|info)\b:? *)?(?P<message>.*?)(?: \[(?P<code>[^\]\s]+)\])?$"
    );
    Regex::new(pattern).expect("a valid pattern")
});

/// An element of checkstyle's report, and one attribute of it.
static ELEMENT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s)<(file|error)\b(.*?)/?>").expect("a valid pattern"));
static ATTRIBUTE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?s)([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')"#).expect("a valid pattern"));

/// How a command reports.
#[derive(Debug, Clone)]
pub(super) enum Reader {
    /// As GCC does. Many tools do.
    Gcc,
    /// One JSON object on each line, or an array of them.
    JsonLines,
    /// SARIF 2.1.
    Sarif,
    /// The XML of checkstyle.
    Checkstyle,
    /// Lines that fit a pattern with the groups `line`, and perhaps `file`, `column`, `severity`, `code`, `message`.
    Pattern(Regex),
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) file: Option<String>,
    pub(super) place: Position,
    pub(super) severity: Severity,
    pub(super) code: String,
    pub(super) message: String,
}

impl Reader {
    /// The names in `format=`.
    pub(super) const NAMES: &'static [&'static str] = &["gcc", "json-lines", "sarif", "checkstyle"];

    /// The format with a name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            "gcc" => Some(Self::Gcc),
            "json-lines" => Some(Self::JsonLines),
            "sarif" => Some(Self::Sarif),
            "checkstyle" => Some(Self::Checkstyle),
            _ => None,
        }
    }

    /// The messages in a text, without notes.
    pub(super) fn read(&self, text: &str) -> Vec<Said> {
        match self {
            Self::Gcc => text.lines().filter_map(|line| by_pattern(&GCC, line)).collect(),
            Self::Pattern(pattern) => text.lines().filter_map(|line| by_pattern(pattern, line)).collect(),
            Self::JsonLines => json_lines(text),
            Self::Sarif => sarif(text),
            Self::Checkstyle => checkstyle(text),
        }
    }
}

/// The severity with a name; `None` for a note, which belongs to another message.
fn severity(name: &str) -> Option<Severity> {
    match name.to_lowercase().as_str() {
        "note" => None,
        "warning" | "warn" | "info" | "information" | "style" | "convention" | "refactor" | "hint" | "ignore" => {
            Some(Severity::Warning)
        }
        _ => Some(Severity::Error),
    }
}

fn by_pattern(pattern: &Regex, line: &str) -> Option<Said> {
    let found: Captures<'_> = pattern.captures(line.trim_end())?;
    let text = |name: &str| found.name(name).map(|it| it.as_str().trim().to_owned());
    let number = |name: &str| found.name(name).and_then(|digits| digits.as_str().parse::<usize>().ok());
    let message = text("message").unwrap_or_else(|| line.trim().to_owned());
    Some(Said {
        file: text("file"),
        place: Position::point(number("line")?, number("column").unwrap_or(1).max(1), ColumnUnit::Char),
        severity: severity(&text("severity").unwrap_or_default())?,
        code: text("code").unwrap_or_default(),
        message: if message.is_empty() { line.trim().to_owned() } else { message },
    })
}

fn json_lines(text: &str) -> Vec<Said> {
    let values = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let whole = serde_json::from_str::<Value>(text).ok().filter(Value::is_array);
    let objects: Vec<Value> = match whole {
        Some(Value::Array(items)) => items,
        _ => values.collect(),
    };
    objects.iter().filter_map(json_object).collect()
}

/// The message in an object, under the names that tools use.
fn json_object(value: &Value) -> Option<Said> {
    let first = |keys: &[&str]| keys.iter().map(|key| &value[*key]).find(|it| !it.is_null());
    let text = |keys: &[&str]| match first(keys) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let number = |keys: &[&str]| first(keys).and_then(Value::as_u64).and_then(|it| usize::try_from(it).ok());
    let (line, column) =
        (number(&["line", "lineNumber", "row", "startLine"])?, number(&["column", "col", "startColumn"]));
    let end = number(&["endLine", "end_line"]).zip(number(&["endColumn", "end_column"]));
    Some(Said {
        file: text(&["file", "path", "filename"]),
        place: Position { line, column: column.unwrap_or(1).max(1), end, unit: ColumnUnit::Char },
        severity: severity(&text(&["severity", "level", "type"]).unwrap_or_default())?,
        code: text(&["code", "rule", "ruleId", "id"]).unwrap_or_default(),
        message: text(&["message", "msg", "text", "description"])?,
    })
}

/// Source: SARIF 2.1.0, sections 3.27 (result) and 3.30 (region). The default level is `warning`.
fn sarif(text: &str) -> Vec<Said> {
    let report: Value = serde_json::from_str(text).unwrap_or_default();
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let results = items(&report["runs"]).iter().flat_map(|run| items(&run["results"])).collect::<Vec<_>>();
    let one = |result: &Value| {
        let place = &result["locations"][0]["physicalLocation"];
        let region = &place["region"];
        let number = |key: &str| region[key].as_u64().and_then(|it| usize::try_from(it).ok());
        let line = number("startLine")?;
        let end = number("endColumn").map(|column| (number("endLine").unwrap_or(line), column));
        Some(Said {
            file: place["artifactLocation"]["uri"].as_str().map(str::to_owned),
            place: Position { line, column: number("startColumn").unwrap_or(1), end, unit: ColumnUnit::Utf16 },
            severity: severity(result["level"].as_str().unwrap_or("warning"))?,
            code: result["ruleId"].as_str().unwrap_or_default().to_owned(),
            message: result["message"]["text"].as_str()?.to_owned(),
        })
    };
    results.iter().filter_map(one).collect()
}

fn checkstyle(text: &str) -> Vec<Said> {
    let mut file = None;
    let mut said = Vec::new();
    for element in ELEMENT.captures_iter(text) {
        let attribute = |name: &str| {
            let mut all = ATTRIBUTE.captures_iter(&element[2]);
            let found = all.find(|found| &found[1] == name)?;
            Some(unescaped(found.get(2).or(found.get(3)).map_or("", |value| value.as_str())))
        };
        if &element[1] == "file" {
            file = attribute("name");
            continue;
        }
        let number = |name: &str| attribute(name).and_then(|digits| digits.parse::<usize>().ok());
        let (Some(line), Some(message)) = (number("line"), attribute("message")) else { continue };
        let Some(severity) = severity(&attribute("severity").unwrap_or_default()) else { continue };
        said.push(Said {
            file: file.clone(),
            place: Position::point(line, number("column").unwrap_or(1).max(1), ColumnUnit::Char),
            severity,
            code: attribute("source").unwrap_or_default(),
            message,
        });
    }
    said
}

/// A text of XML without its escapes.
fn unescaped(text: &str) -> String {
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    plain.replace("&#10;", "\n").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(reader: &Reader, text: &str) -> Vec<(Option<String>, usize, usize, Severity, String, String)> {
        let one = |it: Said| (it.file, it.place.line, it.place.column, it.severity, it.code, it.message);
        reader.read(text).into_iter().map(one).collect()
    }

    const FILE: &str = "b.x";

    #[test]
    fn s7_4_every_format_gives_the_same_message() {
        let wanted =
            vec![(Some(FILE.to_owned()), 3, 5, Severity::Warning, "rule".to_owned(), "a <b> is odd".to_owned())];
        let json = r#"{"path":"b.x","line":3,"column":5,"severity":"warning","code":"rule","message":"a <b> is odd"}"#;
        let sarif = r#"{"runs":[{"results":[{"ruleId":"rule","message":{"text":"a <b> is odd"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"b.x"},"region":{"startLine":3,"startColumn":5}}}]}]}]}"#;
        let xml = "<?xml version=\"1.0\"?>\n<checkstyle>\n<file name=\"b.x\">\n<error line=\"3\" column='5' severity=\"warning\" message=\"a &lt;b&gt; is odd\" source=\"rule\"/>\n</file></checkstyle>";
        let own = Regex::new(
            r"^(?P<code>\w+)@(?P<line>\d+),(?P<column>\d+) in (?P<file>\S+) (?P<severity>\w+) (?P<message>.*)",
        )
        .expect("valid");
        for (reader, text) in [
            (Reader::Gcc, "b.x:3:5: warning: a <b> is odd [rule]\nb.x:3:5: note: see here\n  |\n"),
            (Reader::JsonLines, json),
            (Reader::JsonLines, &format!("[{json}]")),
            (Reader::Sarif, sarif),
            (Reader::Checkstyle, xml),
            (Reader::Pattern(own), "rule@3,5 in b.x warning a <b> is odd\n"),
        ] {
            assert_eq!(said(&reader, text), wanted, "{reader:?}");
        }
    }

    #[test]
    fn what_is_missing_has_a_default() {
        assert_eq!(
            said(&Reader::Gcc, "b.x:3: odd\n"),
            [(Some(FILE.to_owned()), 3, 1, Severity::Error, String::new(), "odd".to_owned())]
        );
        assert_eq!(said(&Reader::JsonLines, "{\"line\":1,\"message\":\"odd\"}\nno JSON\n").len(), 1);
        assert!(said(&Reader::Sarif, "{").is_empty() && said(&Reader::Gcc, "plain\n").is_empty());
    }
}
