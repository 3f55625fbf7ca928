//! Prints the figures, and writes them with a plot into the manual.
//!
//! Must not know: how the figures came about.

use super::machine::Machine;
use super::peers::Peers;
use super::plot;
use super::rows::Line;
use super::runs::Medians;
use crate::plot::thousands;
use crate::run::{Done, root};
use std::fs;

const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// How it is measured.
const TURNS: &str = "\
The tools take turns. Each figure is the median of the counted runs. One run before them does not count.";

/// The page, if there is none yet.
const PAGE: &str = "\
---
title: Performance
description: How long builds take, how much memory they need, and how this grows with the number of pages.
---

# Performance

`cargo xtask bench --full --peers --write` measures docgen and other tools, and writes this page.

First it makes the pages. Each page has about 7 KB of Markdown: text, a table, lists, links, tags and five code blocks.
The code is in six languages. The pages are the same on every machine.

docgen builds everything that it has, such as search, feeds and the Markdown twin of each page. The other tools do less:

- Hugo has a bare theme without search.
- mdBook does not highlight code. The reader's browser does it.
- Zensical has no pages for tags and agents.
- Pagefind only makes a search index for docgen's pages.

In one test, no tool knows the language of the code. So this test shows what everything but highlighting costs.

<!-- bench:begin -->
<!-- bench:end -->
";

/// What was measured.
pub(super) struct Report<'a> {
    pub(super) machine: &'a Machine,
    pub(super) peers: &'a Peers,
    /// The rounds for each size.
    pub(super) rounds: &'a [(usize, usize)],
    pub(super) medians: &'a Medians,
    pub(super) lines: &'a [Line],
    /// Sentences about what could not be measured.
    pub(super) notes: &'a [String],
}

impl Report<'_> {
    pub(super) fn print(&self) {
        println!("\n{}", self.machine.sentences());
        println!("Versions: {}", self.versions());
        println!("Day: {}; {}", self.machine.day, self.rounds());
        for note in self.notes {
            println!("{note}");
        }
        print_table(
            &["pages", "what", "time", "fastest–slowest", "CPU time", "peak memory"],
            "rlrrrr",
            &self.figures(),
        );
        let target = |line: &Line| match line.met {
            Some(true) => format!("{}  met", line.target),
            Some(false) => format!("{}  NOT met", line.target),
            None => String::new(),
        };
        let cells = |line: &Line| {
            let Line { row, what, figure, other, ratio, .. } = line;
            vec![
                pages_of(line),
                (*row).into(),
                what.clone(),
                figure.clone(),
                other.clone(),
                ratio.clone(),
                target(line),
            ]
        };
        let table: Vec<Vec<String>> = self.lines.iter().map(cells).collect();
        print_table(&["pages", "row", "docgen's run", "figure", "compared with", "ratio", "target"], "rllrlrl", &table);
        let missed = self.lines.iter().filter(|line| line.met == Some(false)).count();
        let judged = self.lines.iter().filter(|line| line.met.is_some()).count();
        if judged > 0 {
            println!("\n{} of {judged} targets met. A missed target is no error of this command.", judged - missed);
        }
    }

    /// The measured figures, row by row.
    fn figures(&self) -> Vec<Vec<String>> {
        let figures = self.medians.iter().map(|((pages, run), median)| {
            let (cost, (fastest, slowest)) = (median.cost, median.range);
            let range = format!("{fastest:.2}–{slowest:.2} s");
            let (wall, cpu, memory) = (seconds(cost.wall), seconds(cost.cpu), megabytes(cost.memory));
            vec![thousands(*pages), run.name().to_owned(), wall, range, cpu, memory]
        });
        figures.collect()
    }

    fn versions(&self) -> String {
        let mut versions = vec![self.machine.docgen.clone()];
        versions.extend(self.peers.versions.iter().cloned());
        versions.join(", ")
    }

    /// How often each size was measured, as a phrase.
    fn rounds(&self) -> String {
        let each = self.rounds.iter().map(|(pages, rounds)| {
            let plural = if *rounds == 1 { "run" } else { "runs" };
            format!("{} pages: {rounds} {plural}", thousands(*pages))
        });
        each.collect::<Vec<_>>().join(", ")
    }

    /// Writes the figures and the plot into the manual.
    pub(super) fn write(&self) -> Done {
        let folder = root().join("content/explanation");
        let (page, image) = (folder.join("performance.md"), folder.join("growth.svg"));
        let failed = |error: std::io::Error| format!("cannot write in {}: {error}", folder.display());
        fs::create_dir_all(&folder).map_err(failed)?;
        let before = if page.exists() { fs::read_to_string(&page).map_err(failed)? } else { PAGE.to_owned() };
        let plot = plot::plot(self.medians);
        let after = replaced(&before, &self.markdown(plot.is_some()))
            .ok_or_else(|| format!("{} has no lines `{BEGIN}` and `{END}`: add them", page.display()))?;
        if let Some(plot) = plot {
            fs::write(&image, plot).map_err(failed)?;
            println!("== written: {}", image.display());
        }
        fs::write(&page, after).map_err(failed)?;
        println!("== written: {}", page.display());
        Ok(())
    }

    fn markdown(&self, plot: bool) -> String {
        let mut text = format!("Measured on {}.\n{}\n", self.machine.day, self.machine.sentences());
        text.push_str(&format!("\nThe versions are {}.\n", self.versions()));
        text.push_str(&format!("\n{TURNS}\nThe counted runs are: {}.\n", self.rounds()));
        for note in self.notes {
            text.push_str(&format!("\n{note}\n"));
        }
        if plot {
            text.push_str("\n![Build time by number of pages, on logarithmic axes](growth.svg)\n");
        }
        text.push_str("\n## Times and memory\n\n");
        let heads = ["pages", "run", "time", "fastest to slowest", "CPU time", "peak memory"];
        text.push_str(&table(&heads, &self.figures()));
        text.push_str("\n## Comparison\n\nA ratio below 1 means that docgen needs less. Some rows have a target.\n\n");
        let met = |line: &Line| match line.met {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        };
        let cells = |line: &Line| {
            let Line { what, figure, other, ratio, target, .. } = line;
            vec![
                pages_of(line),
                what.clone(),
                figure.clone(),
                other.clone(),
                ratio.clone(),
                target.clone(),
                met(line).into(),
            ]
        };
        let rows: Vec<Vec<String>> = self.lines.iter().map(cells).collect();
        text + &table(&["pages", "run", "figure", "compared with", "ratio", "target", "met"], &rows)
    }
}

/// The number of pages, if the line is about pages.
fn pages_of(line: &Line) -> String {
    if line.pages == 0 { String::new() } else { thousands(line.pages) }
}

/// The page with new text between the markers.
fn replaced(page: &str, text: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{text}\n{END}{after}"))
}

/// A Markdown table.
fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = format!("| {} |\n|{}\n", heads.join(" | "), "---|".repeat(heads.len()));
    for row in rows {
        text.push_str(&format!("| {} |\n", row.join(" | ")));
    }
    text
}

/// Prints a table; `sides` has an `l` or an `r` for each column.
fn print_table(heads: &[&str], sides: &str, rows: &[Vec<String>]) {
    let longest = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = heads.iter().enumerate().map(|(column, head)| longest(column).max(head.len())).collect();
    println!();
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    for row in std::iter::once(&heads).chain(rows) {
        let cells = row.iter().zip(&widths).zip(sides.chars()).map(|((cell, width), side)| match side {
            'r' => format!("{cell:>width$}"),
            _ => format!("{cell:<width$}"),
        });
        println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

/// `4.32 s`.
pub(super) fn seconds(seconds: f64) -> String {
    format!("{seconds:.2} s")
}

/// `218 MB`. Less than 16 MB cannot be told from the memory of the program that measures.
pub(super) fn megabytes(bytes: f64) -> String {
    let megabytes = format!("{:.0}", bytes / 1e6).parse().unwrap_or(0);
    if megabytes < 16 { String::from("under 16 MB") } else { format!("{} MB", thousands(megabytes)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_text_between_the_markers_changes() {
        let page = replaced(PAGE, "new\n").expect("markers");
        assert_eq!(page, PAGE.replace(END, "\nnew\n\n<!-- bench:end -->"));
        assert_eq!(replaced(&page, "new\n").as_deref(), Some(page.as_str()));
        assert!(replaced("# A page\n", "new").is_none());
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(
            (thousands(100), thousands(30_000), megabytes(2.18e8)),
            ("100".into(), "30,000".into(), "218 MB".into())
        );
    }
}
