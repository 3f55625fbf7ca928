//! What came of the broken blocks, as a table for each language.
//!
//! Must not know: how a block was broken or judged.

use super::oracle::{self, Found};
use crate::run::{Done, root};
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter, Write as _};
use std::fs;

const BEGIN: &str = "<!-- mutate:begin -->";
const END: &str = "<!-- mutate:end -->";

/// One broken block: what the oracle found, and what docgen said.
pub(super) struct Outcome {
    pub(super) language: String,
    pub(super) origin: String,
    pub(super) operator: &'static str,
    pub(super) code: String,
    /// The line of the page on which the code starts.
    pub(super) first_line: usize,
    pub(super) status: String,
    /// Places on the mutant's page; line 0 is around the block.
    pub(super) found: Vec<Found>,
    pub(super) said: Vec<Said>,
}

/// A place that docgen named on the mutant's page.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) line: usize,
    /// The columns that count as this place.
    pub(super) columns: (usize, usize),
}

impl Outcome {
    fn oracle_noticed(&self) -> bool {
        !self.found.is_empty()
    }

    fn noticed(&self) -> bool {
        self.status != "pass"
    }

    /// The oracle's errors on lines of the block.
    fn inside(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|found| found.line > 0)
    }

    fn right_line(&self) -> bool {
        self.inside().next().is_none()
            || self.inside().any(|found| self.said.iter().any(|said| said.line == found.line))
    }

    fn has_column(&self) -> bool {
        self.inside().any(|found| found.column.is_some())
    }

    fn right_column(&self) -> bool {
        let fits = |said: &Said, column: usize| (said.columns.0..=said.columns.1).contains(&column);
        let is_said = |found: &Found| {
            let mut here = self.said.iter().filter(|said| said.line == found.line);
            found.column.is_some_and(|column| here.any(|said| fits(said, column)))
        };
        self.inside().any(is_said)
    }

    /// Whether docgen names the oracle's line; for a format that docgen parses itself, perhaps the line above or below:
    /// two parsers may notice the same fault at different words.
    fn acceptable_line(&self) -> bool {
        let near = |found: &Found| self.said.iter().any(|said| said.line.abs_diff(found.line) <= 1);
        self.right_line() || (oracle::is_another_parser(&self.language) && self.inside().any(near))
    }

    /// Whether docgen missed something that the oracle noticed.
    pub(super) fn is_miss(&self) -> bool {
        let wrong_column = self.has_column() && !self.right_column();
        self.oracle_noticed() && (!self.noticed() || !self.acceptable_line() || wrong_column)
    }
}

impl Display for Outcome {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} {}, {}: docgen {} {:?}, oracle {:?}",
            self.language, self.origin, self.operator, self.status, self.said, self.found
        )?;
        for (number, line) in self.code.lines().enumerate() {
            writeln!(f, "    {:>3} {line}", number + self.first_line)?;
        }
        Ok(())
    }
}

/// The counts of one language.
#[derive(Default)]
pub(super) struct Row {
    broken: usize,
    oracle: usize,
    noticed: usize,
    line: usize,
    with_column: usize,
    column: usize,
}

/// The rows, by language.
pub(super) fn rows(outcomes: &[Outcome]) -> BTreeMap<String, Row> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for outcome in outcomes {
        for name in [outcome.language.as_str(), "all"] {
            let row = rows.entry(name.to_owned()).or_default();
            row.broken += 1;
            if outcome.oracle_noticed() {
                row.oracle += 1;
                row.noticed += usize::from(outcome.noticed());
                row.line += usize::from(outcome.noticed() && outcome.right_line());
                row.with_column += usize::from(outcome.has_column());
                row.column += usize::from(outcome.has_column() && outcome.right_column());
            }
        }
    }
    rows
}

/// The rows as a table, the sum last.
pub(super) fn markdown(rows: &BTreeMap<String, Row>) -> String {
    let mut text = "| language | broken blocks | the bare tool notices | docgen notices | at the same line | at the same column |\n|---|---|---|---|---|---|\n".to_owned();
    let sum = rows.iter().filter(|(name, _)| *name == "all");
    for (name, row) in rows.iter().filter(|(name, _)| *name != "all").chain(sum) {
        let Row { broken, oracle, noticed, line, with_column, column } = row;
        let _ = writeln!(text, "| {name} | {broken} | {oracle} | {noticed} | {line} | {column} of {with_column} |");
    }
    text
}

/// Writes the table into the manual.
pub(super) fn write(rows: &BTreeMap<String, Row>, false_alarms: usize, blocks: usize) -> Done {
    let path = root().join("content/explanation/trust.md");
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let text = fs::read_to_string(&path).map_err(failed)?;
    let (Some(begin), Some(end)) = (text.find(BEGIN), text.find(END)) else {
        return Err(format!("{} has no lines {BEGIN} and {END}", path.display()));
    };
    let table = markdown(rows);
    let alarms = format!("Of the {blocks} unbroken blocks, {false_alarms} fail.");
    let new = format!("{}{BEGIN}\n\n{table}\n{alarms}\n\n{}", &text[..begin], &text[end..]);
    fs::write(&path, new).map_err(failed)
}
