//! `cargo xtask shards`: how long a matrix of machines takes for 100,000 blocks, divided by hash and by recorded cost.
//!
//! Costs are measured on this machine; the matrix is simulated.
//! Must not know: how docgen works.

mod measured;
mod simulate;

use crate::plot::{Line, Plot, thousands};
use crate::run::{Done, command, root, step};
use crate::tools;
use measured::Measured;
use simulate::{BLOCKS, Project, Rule};
use std::fmt::Write as _;
use std::fs;

const MACHINES: &[usize] = &[1, 2, 4, 8, 16, 32, 64, 128, 256];
/// Of 1,000 pages: all of them, and a day's work.
const ALL: usize = 1000;
const FEW: usize = 10;

const BEGIN: &str = "<!-- shards:begin -->\n";
const END: &str = "<!-- shards:end -->";

/// A number of machines, with the time of the slowest one, in seconds.
struct Row {
    machines: usize,
    hash: f64,
    cost: f64,
    /// With the cache of an earlier run, and few pages changed.
    hash_cached: f64,
    cost_cached: f64,
    /// All machines together, by cost.
    work: f64,
}

/// Measures, simulates and prints. `write` puts table and plot into the manual.
pub(crate) fn run(options: &[&str]) -> Done {
    let write = match options {
        [] => false,
        ["--write"] => true,
        other => return Err(format!("unknown option `{}`; the only one is --write", other.join(" "))),
    };
    let docgen = root().join("target/release/docgen");
    step("release build", command("cargo", &["build", "--release", "--package", "docgen-cli"]))?;
    tools::languages(&docgen.to_string_lossy())?;
    println!("== what blocks cost");
    let measured = measured::measure(&docgen)?;
    println!("== {} blocks on 1 to 256 machines", thousands(BLOCKS));
    let project = Project::new(&measured);
    let rows: Vec<Row> = MACHINES.iter().map(|machines| row(&project, *machines)).collect();
    let text = markdown(&rows, &measured);
    println!("{text}");
    if write { write_page(&text, &rows) } else { Ok(()) }
}

fn row(project: &Project<'_>, machines: usize) -> Row {
    let (hash, _) = project.makespan(Rule::Hash, machines, ALL);
    let (cost, work) = project.makespan(Rule::Cost, machines, ALL);
    let (hash_cached, _) = project.makespan(Rule::Hash, machines, FEW);
    let (cost_cached, _) = project.makespan(Rule::Cost, machines, FEW);
    Row { machines, hash, cost, hash_cached, cost_cached, work }
}

fn markdown(rows: &[Row], measured: &Measured) -> String {
    let mut text = String::from(
        "| machines | by hash | by cost | of an even division | by hash, 1 % changed | by cost, 1 % changed |\n|---:|---:|---:|---:|---:|---:|\n",
    );
    for row in rows {
        let even = row.cost / (row.work / row.machines as f64);
        let _ = writeln!(
            text,
            "| {} | {:.1} s | {:.1} s | {even:.2} | {:.1} s | {:.1} s |",
            row.machines, row.hash, row.cost, row.hash_cached, row.cost_cached
        );
    }
    text.push_str("\n| kind of block | of 100 blocks | to begin | each block |\n|---|---:|---:|---:|\n");
    for kind in &measured.kinds {
        let run = if kind.runs { " and its run" } else { "" };
        let _ = writeln!(text, "| {} | {} | {:.0} ms | {:.2} ms{run} |", kind.name, kind.share, kind.start, kind.each);
    }
    let mean = measured.runs.iter().sum::<f64>() / measured.runs.len() as f64;
    let longest = measured.runs.iter().copied().fold(0.0, f64::max);
    let _ = write!(
        text,
        "\nThe {} runs are those of this manual: {mean:.0} ms on average, {longest:.0} ms at most. A block whose verdict is known takes {:.2} ms.\n",
        measured.runs.len(),
        measured.known,
    );
    text
}

fn write_page(text: &str, rows: &[Row]) -> Done {
    let folder = root().join("content/explanation");
    let (page, image) = (folder.join("shards.md"), folder.join("shards.svg"));
    let failed = |error: std::io::Error| format!("cannot write in {}: {error}", folder.display());
    let before = fs::read_to_string(&page).map_err(failed)?;
    let parts = before.split_once(BEGIN).and_then(|(head, rest)| Some((head, rest.split_once(END)?.1)));
    let (head, tail) = parts.ok_or_else(|| format!("{} lacks the lines that mark the figures", page.display()))?;
    let line = |name, colour, dashes, time: fn(&Row) -> f64| Line {
        name,
        colour,
        dashes,
        points: rows.iter().map(|row| (row.machines, time(row))).collect(),
    };
    let plot = Plot {
        id: "shards-title",
        title: "Time of the slowest machine in seconds, for 1 to 256 machines, on logarithmic axes",
        across: "machines",
        marks: MACHINES.to_vec(),
        lines: vec![
            line("by hash", "#3b7dd8", "2 3", |row| row.hash),
            line("by cost", "#c2571a", "none", |row| row.cost),
            line("by hash, 1 % changed", "#2f8f5b", "10 4", |row| row.hash_cached),
            line("by cost, 1 % changed", "#9a62c7", "8 3 2 3", |row| row.cost_cached),
        ],
    };
    fs::write(&image, plot.svg().unwrap_or_default()).map_err(failed)?;
    fs::write(&page, format!("{head}{BEGIN}\n{text}\n{END}{tail}")).map_err(failed)?;
    println!("== written: {} and {}", page.display(), image.display());
    Ok(())
}
