//! The rows of the comparison, with the targets.
//!
//! Must not know: how the figures came about, and where they are written.

use super::measure::{Cost, Median};
use super::report::{megabytes, seconds};
use super::runs::{Medians, Run};
use crate::plot::thousands;
use crate::ratios::Ratio;
use std::collections::BTreeSet;

/// What is compared.
#[derive(Clone, Copy)]
enum Figure {
    Wall,
    Cpu,
    CpuPerCore,
    Memory,
}

/// What it is compared with.
#[derive(Clone, Copy)]
enum Other {
    /// Another run on the same body.
    Run(Run),
    /// The same without something: the ratio is the share of what is left out.
    Without(Run),
    /// The same run on 1,000 pages.
    Thousand,
    /// Only with the target.
    Nothing,
}

/// A row for each size.
struct Row {
    /// The group that `--rows` selects.
    group: &'static str,
    of: Run,
    figure: Figure,
    other: Other,
    /// The most that the ratio may be; without another run, the most that the figure may be.
    target: Option<f64>,
    /// The sizes for which the target holds.
    sizes: (usize, usize),
}

const ANY: usize = usize::MAX;

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { group: "cold", of: Run::Cold, figure: Figure::Wall, other: Other::Run(Run::Hugo), target: Some(0.20), sizes: (1000, ANY) },
    Row { group: "cold", of: Run::Cold, figure: Figure::Wall, other: Other::Run(Run::MdBook), target: Some(0.25), sizes: (1000, ANY) },
    Row { group: "cold", of: Run::Cold, figure: Figure::Wall, other: Other::Run(Run::Zensical), target: None, sizes: (0, ANY) },
    Row { group: "cold", of: Run::Cold, figure: Figure::Wall, other: Other::Run(Run::Pagefind), target: None, sizes: (0, ANY) },
    Row { group: "unknown", of: Run::Unknown, figure: Figure::CpuPerCore, other: Other::Nothing, target: Some(0.8), sizes: (1000, 1000) },
    Row { group: "unchanged", of: Run::Unchanged, figure: Figure::Wall, other: Other::Run(Run::Cold), target: Some(0.10), sizes: (1000, ANY) },
    Row { group: "copy", of: Run::Cold, figure: Figure::Wall, other: Other::Run(Run::Copy), target: Some(10.0), sizes: (1000, ANY) },
    Row { group: "copy", of: Run::Unchanged, figure: Figure::Wall, other: Other::Run(Run::Copy), target: Some(2.0), sizes: (1000, ANY) },
    Row { group: "one page changed", of: Run::Changed, figure: Figure::Wall, other: Other::Run(Run::Cold), target: None, sizes: (0, ANY) },
    Row { group: "growth", of: Run::Unknown, figure: Figure::Wall, other: Other::Thousand, target: Some(10.5), sizes: (10_000, 10_000) },
    Row { group: "growth", of: Run::Unknown, figure: Figure::Memory, other: Other::Nothing, target: Some(1e9), sizes: (10_000, 10_000) },
    Row { group: "growth", of: Run::Cold, figure: Figure::Wall, other: Other::Thousand, target: Some(10.5), sizes: (10_000, 10_000) },
    Row { group: "growth", of: Run::Cold, figure: Figure::Memory, other: Other::Nothing, target: Some(1e9), sizes: (10_000, 10_000) },
    Row { group: "search", of: Run::Cold, figure: Figure::Cpu, other: Other::Without(Run::NoSearch), target: Some(0.15), sizes: (10_000, ANY) },
    Row { group: "verify", of: Run::Verified, figure: Figure::Wall, other: Other::Nothing, target: Some(0.5), sizes: (1000, 1000) },
    Row { group: "memory", of: Run::Cold, figure: Figure::Memory, other: Other::Run(Run::Hugo), target: Some(0.35), sizes: (1000, 1000) },
];

/// A line of the comparison.
pub(super) struct Line {
    /// 0 if it is about blocks only.
    pub(super) pages: usize,
    pub(super) row: &'static str,
    /// What docgen does in this row.
    pub(super) what: String,
    pub(super) figure: String,
    pub(super) other: String,
    pub(super) ratio: String,
    pub(super) target: String,
    pub(super) met: Option<bool>,
}

/// The group of the comparisons with one start of the tools for each block.
pub(super) const TOOLS: &str = "tools";

/// The names of the groups.
pub(super) fn groups() -> Vec<&'static str> {
    let mut groups: Vec<&str> = ROWS.iter().map(|row| row.group).chain([TOOLS]).collect();
    groups.dedup();
    groups
}

/// A line for each comparison with the tools.
pub(super) fn tool_lines(ratios: &[Ratio]) -> impl Iterator<Item = Line> {
    ratios.iter().map(|found| Line {
        pages: 0,
        row: TOOLS,
        what: format!("{} blocks: {}", thousands(found.blocks), found.name),
        figure: seconds(found.docgen),
        other: format!("one start for each block {}", seconds(found.one_by_one)),
        ratio: ratio(found.ratio()),
        target: format!("≤ {}", found.max),
        met: Some(found.ratio() <= found.max),
    })
}

/// The runs that some groups need.
pub(super) fn runs(wanted: &[String]) -> BTreeSet<Run> {
    let mut runs = BTreeSet::new();
    for row in selected(wanted) {
        runs.insert(row.of);
        if let Other::Run(other) | Other::Without(other) = row.other {
            runs.insert(other);
        }
    }
    runs
}

/// The lines of some groups, for all sizes that were measured.
pub(super) fn lines(wanted: &[String], medians: &Medians, cores: usize) -> Vec<Line> {
    let mut sizes: Vec<usize> = medians.keys().map(|(pages, _)| *pages).collect();
    sizes.dedup();
    let all = selected(wanted).flat_map(|row| sizes.iter().map(move |pages| (row, *pages)));
    all.filter_map(|(row, pages)| line(row, pages, medians, cores)).collect()
}

fn selected(wanted: &[String]) -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(|row| wanted.is_empty() || wanted.iter().any(|name| row.group.contains(name.as_str())))
}

/// A row for one size; `None` if something was not measured, or if it says nothing for this size.
fn line(row: &Row, pages: usize, medians: &Medians, cores: usize) -> Option<Line> {
    let value = |median: &Median| row.figure.of(&median.cost, cores);
    let own = value(medians.get(&(pages, row.of))?);
    let target = row.target.filter(|_| (row.sizes.0..=row.sizes.1).contains(&pages));
    let (other, compared) = match row.other {
        Other::Run(run) => {
            let other = value(medians.get(&(pages, run))?);
            (format!("{} {}", run.name(), row.figure.text(other)), own / other)
        }
        Other::Without(run) => {
            let other = value(medians.get(&(pages, run))?);
            (format!("{} {}", run.name(), row.figure.text(other)), 1.0 - other / own)
        }
        Other::Thousand if pages == 1000 => return None,
        Other::Thousand => {
            let other = value(medians.get(&(1000, row.of))?);
            (format!("{} pages {}", thousands(1000), row.figure.text(other)), own / other)
        }
        Other::Nothing => {
            target?;
            (String::new(), own)
        }
    };
    let absolute = matches!(row.other, Other::Nothing);
    Some(Line {
        pages,
        row: row.group,
        what: row.of.name().to_owned(),
        figure: row.figure.text(own),
        other,
        ratio: if absolute { String::new() } else { ratio(compared) },
        target: target.map_or_else(String::new, |target| {
            if absolute { format!("≤ {}", row.figure.text(target)) } else { format!("≤ {target}") }
        }),
        met: target.map(|target| compared <= target),
    })
}

fn ratio(ratio: f64) -> String {
    if ratio < 0.1 { format!("{ratio:.3}") } else { format!("{ratio:.2}") }
}

impl Figure {
    fn of(self, cost: &Cost, cores: usize) -> f64 {
        match self {
            Self::Wall => cost.wall,
            Self::Cpu => cost.cpu,
            Self::CpuPerCore => cost.cpu / cores as f64,
            Self::Memory => cost.memory,
        }
    }

    fn text(self, value: f64) -> String {
        match self {
            Self::Wall => seconds(value),
            Self::Cpu => format!("{} CPU", seconds(value)),
            Self::CpuPerCore => format!("{} CPU a core", seconds(value)),
            Self::Memory => megabytes(value),
        }
    }
}
