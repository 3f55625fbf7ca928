//! Compares expected output with printed output (S4). Pure.
//!
//! Must not know: what printed it, where the expectation is written.

use regex::Regex;
use similar::{ChangeTag, TextDiff};
use std::sync::LazyLock;

/// How output is compared (S4.2). Except in `Json` and `Regex`, a line `...` stands for any lines, and `[..]` in a line
/// stands for any text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Matching {
    /// Line by line; white space at the end of lines and of the output is ignored.
    #[default]
    Exact,
    /// A run of white space counts as one space; blank lines are ignored.
    Whitespace,
    /// The lines in any order.
    Unordered,
    /// The expected lines occur somewhere, in sequence.
    Contains,
    /// The same JSON value; its formatting is ignored.
    Json,
    /// A regular expression that matches the whole output.
    Regex,
}

impl Matching {
    /// All of them.
    const ALL: &'static [Self] =
        &[Self::Exact, Self::Whitespace, Self::Unordered, Self::Contains, Self::Json, Self::Regex];

    /// Its name in `match=`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Whitespace => "ws",
            Self::Unordered => "unordered",
            Self::Contains => "contains",
            Self::Json => "json",
            Self::Regex => "regex",
        }
    }

    /// From `match=`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|matching| matching.name() == name)
    }
}

/// Text that differs between two good runs. Both sides are masked before they are compared (S4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// `12ms`, `3.4 s`
    Duration,
    /// Absolute paths.
    Path,
    /// `0x7f…`, `127.0.0.1:8080`
    Addr,
    /// Dates and times in ISO order.
    Date,
    /// UUIDs.
    Uuid,
}

static DURATION: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b\d+(?:\.\d+)?\s?(?:ns|µs|us|ms|s|min|h)\b"));
static PATH: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:/[\w.@+-]+){2,}/?"));
static ADDR: LazyLock<Regex> = LazyLock::new(|| pattern(r"0x[0-9a-fA-F]{4,}|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"));
static DATE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?\b"));
static UUID: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a valid pattern")
}

impl Filter {
    /// All of them.
    const ALL: &'static [Self] = &[Self::Duration, Self::Path, Self::Addr, Self::Date, Self::Uuid];

    /// Its name in `filter=`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Duration => "duration",
            Self::Path => "path",
            Self::Addr => "addr",
            Self::Date => "date",
            Self::Uuid => "uuid",
        }
    }

    /// From `filter=`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|filter| filter.name() == name)
    }

    fn mask(self, text: &str) -> String {
        let (pattern, word): (&Regex, _) = match self {
            Self::Duration => (&DURATION, "<duration>"),
            Self::Path => (&PATH, "<path>"),
            Self::Addr => (&ADDR, "<addr>"),
            Self::Date => (&DATE, "<date>"),
            Self::Uuid => (&UUID, "<uuid>"),
        };
        pattern.replace_all(text, word).into_owned()
    }
}

/// How output differs: the first line that differs, and a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// The first unmet line of the expectation, 0-based; the number of its lines if the program printed more than
    /// expected.
    pub(crate) line: usize,
    /// A line diff: expected lines with `-`, printed lines with `+`.
    pub(crate) diff: String,
}

/// Output in the form in which a language compares it, and the number of each of its lines in the output itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparable {
    /// The lines that are compared.
    pub text: String,
    /// Their numbers in the output, counted from 0.
    pub lines: Vec<usize>,
}

impl Comparable {
    /// Adds a line.
    pub(crate) fn push(&mut self, number: usize, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
        self.lines.push(number);
    }
}

/// Compares as [`compare`], but in the form that `form` makes of both sides.
pub(crate) fn compare_in_form(
    expected: &str,
    printed: &str,
    (matching, filters): (Matching, &[Filter]),
    form: impl Fn(&str) -> Option<Comparable>,
) -> Result<(), Mismatch> {
    let (Some(want), Some(got)) = (form(expected), form(printed)) else {
        return compare(expected, printed, matching, filters);
    };
    compare(&want.text, &got.text, matching, filters).map_err(|Mismatch { line, diff }| {
        let end = expected.trim_end().lines().count();
        Mismatch { line: want.lines.get(line).copied().unwrap_or(end), diff }
    })
}

/// Compares the expected output with the printed output.
pub(crate) fn compare(expected: &str, printed: &str, matching: Matching, filters: &[Filter]) -> Result<(), Mismatch> {
    let mask = |text: &str| filters.iter().fold(text.to_owned(), |text, filter| filter.mask(&text));
    let (expected, printed) = (mask(expected), mask(printed));
    let (want, got) = (lines(&expected, matching), lines(&printed, matching));
    let fits = match matching {
        Matching::Exact | Matching::Whitespace => matches(&want, &got),
        Matching::Unordered => unordered(&want, &got),
        Matching::Contains => contains(&want, &got),
        Matching::Json => same_json(&expected, &printed),
        Matching::Regex => {
            Regex::new(&format!(r"\A(?s:{})\z", expected.trim())).is_ok_and(|regex| regex.is_match(printed.trim()))
        }
    };
    if fits {
        return Ok(());
    }
    let same = want.iter().zip(&got).take_while(|(want, got)| line_matches(want, got)).count();
    let line = if want.get(same).is_some_and(|line| line == "...") { want.len().saturating_sub(1) } else { same };
    Err(Mismatch { line, diff: diff(&want, &got) })
}

fn lines(text: &str, matching: Matching) -> Vec<String> {
    let lines = text.trim_end().lines().map(str::trim_end);
    if matching == Matching::Whitespace {
        let folded = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        return folded.filter(|line| !line.is_empty()).collect();
    }
    lines.map(str::to_owned).collect()
}

fn matches(expected: &[String], printed: &[String]) -> bool {
    // Greedy, and backtracks only to the last `...`: linear in practice, and never exponential.
    let (mut want, mut got) = (0, 0);
    let mut last_any: Option<(usize, usize)> = None;
    loop {
        if want < expected.len() && expected[want].trim() == "..." {
            last_any = Some((want, got));
            want += 1;
        } else if want < expected.len() && got < printed.len() && line_matches(&expected[want], &printed[got]) {
            want += 1;
            got += 1;
        } else if want == expected.len() && got == printed.len() {
            return true;
        } else if let Some((any, from)) = last_any
            && from < printed.len()
        {
            last_any = Some((any, from + 1));
            want = any + 1;
            got = from + 1;
        } else {
            return false;
        }
    }
}

fn unordered(expected: &[String], printed: &[String]) -> bool {
    let any = expected.iter().any(|line| line.trim() == "...");
    let mut left: Vec<&String> = printed.iter().collect();
    let found = expected
        .iter()
        .filter(|line| line.trim() != "...")
        .all(|want| left.iter().position(|got| line_matches(want, got)).map(|at| left.remove(at)).is_some());
    found && (any || left.is_empty())
}

fn contains(expected: &[String], printed: &[String]) -> bool {
    let any = std::iter::once("...".to_owned());
    let around: Vec<String> = any.clone().chain(expected.iter().cloned()).chain(any).collect();
    matches(&around, printed)
}

fn same_json(expected: &str, printed: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    read(expected).is_some_and(|want| read(printed).is_some_and(|got| same_value(&want, &got)))
}

/// Whether two values are equal; the order of keys is ignored.
fn same_value(one: &serde_json::Value, other: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Object};
    match (one, other) {
        (Object(one), Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| same_value(value, other)))
        }
        (Array(one), Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_value(one, other))
        }
        _ => one == other,
    }
}

/// Whether one printed line fits an expected one.
pub(crate) fn line_fits(expected: &str, printed: &str) -> bool {
    line_matches(expected.trim_end(), printed.trim_end())
}

/// Whether one line matches, where `[..]` stands for any text.
fn line_matches(expected: &str, printed: &str) -> bool {
    let mut parts = expected.split("[..]");
    let Some(mut rest) = parts.next().and_then(|first| printed.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

/// A line diff: expected lines with `-`, printed lines with `+`, one line of context around them. A line that fits by a
/// wild card counts as equal.
fn diff(expected: &[String], printed: &[String]) -> String {
    const SHOWN: usize = 24;
    let expected = with_wild_cards_filled(expected, printed);
    let (old, new) = (texts(&expected), texts(printed));
    let diff = TextDiff::from_slices(&old, &new);
    let mut lines = Vec::new();
    for (number, group) in diff.grouped_ops(1).iter().enumerate() {
        if number > 0 {
            lines.push("  …".to_owned());
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete if change.value().trim() == "..." => ' ',
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            lines.push(format!("{sign} {}", change.value()));
        }
    }
    let left = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    if left > 0 {
        lines.push(format!("  … {left} more lines"));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn texts(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

/// The expected lines. A line with a wild card that fits a printed line in its place is that printed line.
fn with_wild_cards_filled(expected: &[String], printed: &[String]) -> Vec<String> {
    let mut filled = expected.to_vec();
    let (old, new) = (texts(expected), texts(printed));
    for op in TextDiff::from_slices(&old, &new).ops() {
        let mut candidates = op.new_range();
        for line in op.old_range().filter(|line| expected[*line].contains("[..]")) {
            let fits = |candidate: &usize| line_matches(&expected[line], &printed[*candidate]);
            if let Some(found) = candidates.clone().find(fits) {
                filled[line].clone_from(&printed[found]);
                candidates.start = found + 1;
            }
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(expected: &str, printed: &str, matching: &str, filters: &[Filter]) -> bool {
        let matching = Matching::from_name(matching).expect("a name");
        compare(expected, printed, matching, filters).is_ok()
    }

    #[test]
    fn s4_2_wild_cards() {
        assert!(fits("a\n...\nz\n", "a\nb\nc\nz", "exact", &[]));
        assert!(fits("a\n...\nz\n", "a\nz", "exact", &[]));
        assert!(fits("took [..] ms, [..] left", "took 12 ms, 3 left", "exact", &[]));
        assert!(fits("...\nb\n...\nd", "a\nb\nx\nb\nd", "exact", &[]));
        assert!(!fits("took [..] ms", "took 12 s", "exact", &[]));
    }

    #[test]
    fn s4_2_ways_to_match() {
        assert!(fits("a  b\n\nc", "a b\nc", "ws", &[]) && !fits("a  b", "a b", "exact", &[]));
        assert!(fits("b\na", "a\nb", "unordered", &[]) && !fits("b\na\na", "a\nb\nb", "unordered", &[]));
        assert!(fits("b\n...", "a\nb", "unordered", &[]));
        assert!(fits("b\nc", "a\nb\nc\nd", "contains", &[]) && !fits("c\nb", "a\nb\nc", "contains", &[]));
        assert!(
            fits("{\"a\": [1], \"b\": 2}", "{\"b\":2,\"a\":[1]}", "json", &[]) && !fits("[1,2]", "[2,1]", "json", &[])
        );
        assert!(fits(r"id \d+\nend", "id 42\nend", "regex", &[]) && !fits(r"id \d", "id 42", "regex", &[]));
        assert_eq!(Matching::from_name("fuzzy"), None);
    }

    #[test]
    fn s4_2_filters_apply_to_both_sides() {
        let cases = [
            (Filter::Duration, "took 3 ms", "took 1.25 s"),
            (Filter::Path, "in /tmp/x/y.txt", "in /var/lib/z"),
            (Filter::Addr, "at 0x7ffe12ab from 127.0.0.1:80", "at 0x55dd0010 from 10.0.0.7:4431"),
            (Filter::Date, "on 2026-01-15T10:00:00Z", "on 2025-10-01"),
            (Filter::Uuid, "id 123e4567-e89b-12d3-a456-426614174000", "id 00000000-0000-4000-8000-000000000000"),
        ];
        for (filter, expected, printed) in cases {
            assert!(fits(expected, printed, "exact", &[filter]), "{filter:?}");
            assert!(!fits(expected, printed, "exact", &[]), "{filter:?}");
        }
    }

    #[test]
    fn s4_1_what_is_the_same_stands_around_a_difference() {
        let expected = "took [..] ms\na\nb\nc\nd\ne\nf\n";
        let printed = "took 3 ms\na\nx\nc\nd\nf\n";
        let mismatch = compare(expected, printed, Matching::Exact, &[]).expect_err("differs");
        assert_eq!(mismatch.diff, "  a\n- b\n+ x\n  c\n  d\n- e\n  f\n");
        let mismatch = compare("l 0\nl two\nl 2\nl [..]\n", "l 0\nl 1\nl 2\nl 3\n", Matching::Exact, &[]);
        assert_eq!(mismatch.expect_err("differs").diff, "  l 0\n- l two\n+ l 1\n  l 2\n");
        let long = (0..40).map(|number| number.to_string()).collect::<Vec<_>>().join("\n");
        let mismatch = compare("nothing", &long, Matching::Exact, &[]).expect_err("differs");
        assert!(mismatch.diff.ends_with("+ 22\n  … 17 more lines\n"), "{}", mismatch.diff);
    }

    #[test]
    fn s4_1_the_first_line_that_differs_is_named() {
        let differs = |expected, printed| compare(expected, printed, Matching::Exact, &[]).expect_err("differs");
        let mismatch = differs("one\ntwo\n", "one\nthree\n");
        assert_eq!((mismatch.line, mismatch.diff.as_str()), (1, "  one\n- two\n+ three\n"));
        assert_eq!(differs("one", "one\ntwo").line, 1);
        assert!(compare("", "", Matching::Exact, &[]).is_ok());
    }
}
