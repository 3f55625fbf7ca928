//! A plot on logarithmic axes, as SVG.
//!
//! Its greys and lines can be read on a light and on a dark page. Lines differ in their dashes and have their names at
//! their ends, so that nobody needs colours.
//! Must not know: what is plotted.

#![allow(clippy::format_push_string, reason = "a few short strings")]

const SIZE: (f64, f64) = (720.0, 420.0);
/// Left, top, right and bottom of the area of the lines.
const AREA: (f64, f64, f64, f64) = (70.0, 30.0, 540.0, 360.0);

/// A plot of times in seconds.
pub(crate) struct Plot<'a> {
    /// The id of its title, unique on a page.
    pub(crate) id: &'a str,
    pub(crate) title: &'a str,
    /// What the horizontal axis counts.
    pub(crate) across: &'a str,
    /// The labelled figures of the horizontal axis, ascending.
    pub(crate) marks: Vec<usize>,
    pub(crate) lines: Vec<Line<'a>>,
}

/// A line of a plot.
pub(crate) struct Line<'a> {
    pub(crate) name: &'a str,
    pub(crate) colour: &'a str,
    /// Lengths of dashes and gaps, or `none`.
    pub(crate) dashes: &'a str,
    /// A figure and its time.
    pub(crate) points: Vec<(usize, f64)>,
}

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

impl Plot<'_> {
    /// The plot; `None` if there are fewer than two marks.
    pub(crate) fn svg(&self) -> Option<String> {
        let (first, last) = (*self.marks.first()? as f64, *self.marks.last()? as f64);
        let times = self.lines.iter().flat_map(|line| &line.points).map(|(_, time)| *time);
        let (low, high) = times.fold((f64::MAX, f64::MIN), |(low, high), time| (low.min(time), high.max(time)));
        if first >= last || low > high {
            return None;
        }
        let across = Scale { first: first.log10(), last: last.log10() };
        let up = Scale { first: low.log10().floor(), last: high.log10().ceil() };
        let mut svg = self.head();
        svg.push_str(&self.axes(&across, &up));
        let mut ends: Vec<(f64, &str, &str)> = Vec::new();
        for Line { name, colour, dashes, points } in &self.lines {
            let place = |(mark, time): &(usize, f64)| (x(across.share(*mark as f64)), y(up.share(*time)));
            let points: Vec<(f64, f64)> = points.iter().map(place).collect();
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

    fn head(&self) -> String {
        let (width, height) = SIZE;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"{id}\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
             <title id=\"{id}\">{}</title>\n",
            self.title,
            id = self.id,
        )
    }

    /// The grid with its labels.
    fn axes(&self, across: &Scale, up: &Scale) -> String {
        let (left, top, right, bottom) = AREA;
        let mut svg = String::from("<g stroke=\"#808080\" stroke-opacity=\"0.35\">\n");
        let mut labels = String::from("<g fill=\"#767676\">\n");
        for mark in &self.marks {
            let x = x(across.share(*mark as f64));
            svg.push_str(&format!("<line x1=\"{x:.1}\" y1=\"{top}\" x2=\"{x:.1}\" y2=\"{bottom}\"/>\n"));
            let (y, mark) = (bottom + 20.0, thousands(*mark));
            labels.push_str(&format!("<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{mark}</text>\n"));
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
        labels.push_str(&format!("<text x=\"{middle}\" y=\"{under}\" text-anchor=\"middle\">{}</text>\n", self.across));
        labels.push_str(&format!("<text x=\"{left}\" y=\"18\" text-anchor=\"end\">time</text>\n"));
        format!("{svg}</g>\n{labels}</g>\n")
    }
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

/// `10,000`.
pub(crate) fn thousands(number: usize) -> String {
    if number < 1000 { number.to_string() } else { format!("{},{:03}", thousands(number / 1000), number % 1000) }
}
