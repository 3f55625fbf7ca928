//! The plot of the growth: build time against the number of pages.
//!
//! Must not know: how times are measured.

use super::runs::{Medians, Run};
use crate::plot::{Line, Plot, thousands};

/// The lines: run, name, colour, dashes.
const LINES: &[(Run, &str, &str, &str)] = &[
    (Run::Cold, "docgen", "#c2571a", "none"),
    (Run::Unchanged, "docgen, unchanged", "#c2571a", "6 4"),
    (Run::Hugo, "Hugo", "#3b7dd8", "2 3"),
    (Run::MdBook, "mdBook", "#2f8f5b", "10 4"),
    (Run::Zensical, "Zensical", "#9a62c7", "8 3 2 3"),
];

/// The plot; `None` if there are fewer than two sizes.
pub(super) fn plot(medians: &Medians) -> Option<String> {
    let mut sizes: Vec<usize> = medians.keys().map(|(pages, _)| *pages).collect();
    sizes.dedup();
    let (first, last) = (thousands(*sizes.first()?), thousands(*sizes.last()?));
    let line = |(run, name, colour, dashes): &(Run, &'static str, &'static str, &'static str)| {
        let time = |pages: &usize| Some((*pages, medians.get(&(*pages, *run))?.cost.wall));
        Line { name, colour, dashes, points: sizes.iter().filter_map(time).collect() }
    };
    let plot = Plot {
        id: "growth-title",
        title: &format!("Build time in seconds for {first} to {last} pages, on logarithmic axes"),
        across: "pages",
        lines: LINES.iter().map(line).collect(),
        marks: sizes,
    };
    plot.svg()
}
