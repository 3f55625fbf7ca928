//! The plot of the growth: build time against the number of pages, both logarithmic, as SVG.
//!
//! Its greys and lines can be read on a light and on a dark page. Lines differ in their dashes and have their names at
//! their ends, so that nobody needs colours.
//! Must not know: how times are measured.

use super::report::thousands;
use super::runs::{Medians, Run};

const SIZE: (f64, f64) = (720.0, 420.0);
/// Left, top, right and bottom of the area of the lines.
const AREA: (f64, f64, f64, f64) = (70.0, 30.0, 540.0, 360.0);

/// The lines: run, name, colour, dashes.
const LINES: &[(Run, &str, &str, &str)] = &[
    (Run::Cold, "docgen", "#c2571a", "none"),
    (Run::Unchanged, "docgen, unchanged", "#c2571a", "6 4"),
    (Run::Hugo, "Hugo", "#3b7dd8", "2 3"),
    (Run::MdBook, "mdBook", "#2f8f5b", "10 4"),
    (Run::Zensical, "Zensical", "#9a62c7", "8 3 2 3"),
];

/// From a figure to a place on an axis.
struct Scale {
    first: f64,
    last: f64,
}

impl Scale {
    fn share(&self, value: f64) -> f64 {
        (value.log10() - self.first) / (self.last - self.first)
    }
}

/// The plot; `None` if there are fewer than two sizes.
pub(super) fn plot(medians: &Medians) -> Option<String> {
    let mut sizes: Vec<usize> = medians.keys().map(|(pages, _)| *pages).collect();
    sizes.dedup();
    let (first, last) = (*sizes.first()? as f64, *sizes.last()? as f64);
    let shown = |run: Run| LINES.iter().any(|line| line.0 == run);
    let times = medians.iter().filter(|((_, run), _)| shown(*run)).map(|(_, median)| median.cost.wall);
    let (low, high) = times.fold((f64::MAX, f64::MIN), |(low, high), time| (low.min(time), high.max(time)));
    if first >= last || low > high {
        return None;
    }
    let across = Scale { first: first.log10(), last: last.log10() };
    let up = Scale { first: low.log10().floor(), last: high.log10().ceil() };
    let mut svg = head(&sizes);
    svg.push_str(&axes(&sizes, &across, &up));
    let mut ends: Vec<(f64, &str, &str)> = Vec::new();
    for (run, name, colour, dashes) in LINES {
        let points: Vec<(f64, f64)> = sizes
            .iter()
            .filter_map(|pages| {
                let time = medians.get(&(*pages, *run))?.cost.wall;
                Some((x(across.share(*pages as f64)), y(up.share(time))))
            })
            .collect();
        let Some(end) = points.last() else { continue };
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let path = path.join(" ");
        svg.push_str(&format!(
            "<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\" stroke-dasharray=\"{dashes}\"/>\n"
        ));
        for (x, y) in &points {
            svg.push_str(&format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{colour}\"/>\n"));
        }
        ends.push((end.1, name, colour));
    }
    svg.push_str(&names(ends));
    svg.push_str("</svg>\n");
    Some(svg)
}

fn head(sizes: &[usize]) -> String {
    let (width, height) = SIZE;
    let sizes: Vec<String> = sizes.iter().map(|pages| thousands(*pages)).collect();
    let last = sizes.last().map_or("", String::as_str);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-labelledby=\"growth-title\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
         <title id=\"growth-title\">Build time in seconds for {} to {last} pages, on logarithmic axes</title>\n",
        sizes.first().map_or("", String::as_str),
    )
}

/// The grid with its labels.
fn axes(sizes: &[usize], across: &Scale, up: &Scale) -> String {
    let (left, top, right, bottom) = AREA;
    let mut svg = String::from("<g stroke=\"#808080\" stroke-opacity=\"0.35\">\n");
    let mut labels = String::from("<g fill=\"#767676\">\n");
    for pages in sizes {
        let x = x(across.share(*pages as f64));
        svg.push_str(&format!("<line x1=\"{x:.1}\" y1=\"{top}\" x2=\"{x:.1}\" y2=\"{bottom}\"/>\n"));
        let (y, pages) = (bottom + 20.0, thousands(*pages));
        labels.push_str(&format!("<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{pages}</text>\n"));
    }
    let mut power = up.first;
    while power <= up.last {
        let (value, y) = (10f64.powf(power), y((power - up.first) / (up.last - up.first)));
        svg.push_str(&format!("<line x1=\"{left}\" y1=\"{y:.1}\" x2=\"{right}\" y2=\"{y:.1}\"/>\n"));
        let (x, y) = (left - 8.0, y + 4.0);
        labels.push_str(&format!("<text x=\"{x}\" y=\"{y:.1}\" text-anchor=\"end\">{value} s</text>\n"));
        power += 1.0;
    }
    let middle = f64::midpoint(left, right);
    let under = bottom + 42.0;
    labels.push_str(&format!("<text x=\"{middle}\" y=\"{under}\" text-anchor=\"middle\">pages</text>\n"));
    labels.push_str(&format!("<text x=\"{left}\" y=\"18\" text-anchor=\"end\">time</text>\n"));
    format!("{svg}</g>\n{labels}</g>\n")
}

/// The names at the ends of the lines, moved apart where they would touch.
fn names(mut ends: Vec<(f64, &str, &str)>) -> String {
    ends.sort_by(|left, right| left.0.total_cmp(&right.0));
    let (mut svg, mut free) = (String::new(), 0.0);
    for (end, name, colour) in ends {
        let y = (end + 4.0).max(free);
        free = y + 17.0;
        let x = AREA.2 + 10.0;
        svg.push_str(&format!("<text x=\"{x}\" y=\"{y:.1}\" fill=\"{colour}\" font-weight=\"600\">{name}</text>\n"));
    }
    svg
}

fn x(share: f64) -> f64 {
    AREA.0 + share * (AREA.2 - AREA.0)
}

fn y(share: f64) -> f64 {
    AREA.3 - share * (AREA.3 - AREA.1)
}
