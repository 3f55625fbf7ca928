//! Measures what blocks cost: the start of each language's tools, one block more, and how long programs run.
//!
//! Must not know: shards.

use crate::run::{Done, root};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// A kind of block.
struct Kind {
    name: &'static str,
    /// How many of 100 blocks are of this kind.
    share: usize,
    /// The fence's words.
    fence: &'static str,
    /// The code; `{n}` is the block's number.
    code: &'static str,
    /// It runs, so the time of a program comes on top.
    runs: bool,
}

/// The shares of the languages are those of docgen's manual, rounded.
const KINDS: &[Kind] = &[
    Kind {
        name: "Python",
        share: 20,
        fence: "python",
        code: "def f{n}(x):\n    return x + {n}\n\n\nprint(f{n}(1))",
        runs: false,
    },
    Kind { name: "Python that runs", share: 10, fence: "python run", code: "print({n})", runs: true },
    Kind {
        name: "JavaScript",
        share: 14,
        fence: "js",
        code: "const f{n} = (x) => x + {n};\nconsole.log(f{n}(1));",
        runs: false,
    },
    Kind { name: "Go", share: 11, fence: "go", code: "x := {n}\nfmt.Println(x + 1)", runs: false },
    Kind { name: "Rust", share: 11, fence: "rust", code: "let x = {n};\nprintln!(\"{}\", x + 1);", runs: false },
    Kind { name: "Bash", share: 9, fence: "bash", code: "echo {n}", runs: false },
    Kind { name: "Bash that runs", share: 9, fence: "bash run", code: "echo {n}", runs: true },
    Kind { name: "JSON", share: 16, fence: "json", code: "{\"a\": {n}}", runs: false },
];

/// What a kind of block costs, in milliseconds.
pub(super) struct Cost {
    pub(super) name: &'static str,
    pub(super) share: usize,
    /// The first block on a machine.
    pub(super) start: f64,
    /// Each further block.
    pub(super) each: f64,
    pub(super) runs: bool,
}

/// Everything that is measured.
pub(super) struct Measured {
    pub(super) kinds: Vec<Cost>,
    /// How long the programs of the manual run, in milliseconds.
    pub(super) runs: Vec<f64>,
    /// A block whose verdict is known, in milliseconds.
    pub(super) known: f64,
}

/// Sizes of the two pages, in blocks.
const FEW: usize = 20;
const MANY: usize = 220;

/// Measures with a built docgen.
pub(super) fn measure(docgen: &Path) -> Done<Measured> {
    let mut kinds = Vec::new();
    let mut known = f64::MAX;
    for kind in KINDS {
        let few = time(docgen, kind, FEW, true)?;
        let many = time(docgen, kind, MANY, true)?;
        let each = ((many - few) / (MANY - FEW) as f64).max(0.01);
        let start = (few - each * FEW as f64).max(0.0);
        println!("   {:<17} {start:>7.0} ms to begin, {each:>7.2} ms a block", kind.name);
        kinds.push(Cost { name: kind.name, share: kind.share, start, each, runs: kind.runs });
        time(docgen, kind, MANY, false)?;
        known = known.min(time(docgen, kind, MANY, false)? / MANY as f64);
    }
    Ok(Measured { kinds, runs: runs(docgen)?, known })
}

/// The time for a page with so many blocks of a kind, in milliseconds: the better of two, with new blocks each.
fn time(docgen: &Path, kind: &Kind, blocks: usize, fresh: bool) -> Done<f64> {
    let folder = root().join("target/shards").join(kind.fence.replace(' ', "-"));
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder.join("content")).map_err(failed)?;
    fs::write(folder.join("book.toml"), "[book]\n").map_err(failed)?;
    let mut best = f64::MAX;
    for round in 0..3 {
        let first = if fresh { (round + 1) * 1000 + (std::process::id() as usize % 9000) * 10_000 } else { 1 };
        let page = (first..first + blocks).fold(String::from("# Blocks\n"), |page, number| {
            page + &format!("\n```{}\n{}\n```\n", kind.fence, kind.code.replace("{n}", &number.to_string()))
        });
        fs::write(folder.join("content/page.md"), page).map_err(failed)?;
        let mut call = Command::new(docgen);
        call.args(["--quiet", "verify"]).args(fresh.then_some("--no-cache"));
        call.current_dir(&folder).env("DOCGEN_CACHE", folder.join("cache")).stdout(Stdio::null());
        let started = Instant::now();
        let status = call.status().map_err(|error| format!("cannot start docgen: {error}"))?;
        let took = started.elapsed().as_secs_f64() * 1000.0;
        if !status.success() {
            return Err(format!("docgen failed on {} ({status})", kind.name));
        }
        // The first round warms up the caches of the tools.
        if round > 0 {
            best = best.min(took);
        }
    }
    Ok(best)
}

/// How long each program of the manual runs.
fn runs(docgen: &Path) -> Done<Vec<f64>> {
    println!("   the programs of the manual");
    let report = root().join("target/shards/manual.json");
    let mut call = Command::new(docgen);
    call.args(["--quiet", "verify", "--no-cache", "--report"]).arg(format!("json={}", report.display()));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = docgen.parent().map(Path::to_path_buf);
    let path =
        std::env::join_paths(own.into_iter().chain(std::env::split_paths(&path))).map_err(|it| it.to_string())?;
    let status = call.current_dir(root()).env("PATH", path).stdout(Stdio::null()).status();
    let status = status.map_err(|error| format!("cannot start docgen: {error}"))?;
    if !status.success() {
        return Err(format!("the manual does not verify ({status})"));
    }
    let text = fs::read_to_string(&report).map_err(|error| format!("{}: {error}", report.display()))?;
    let report: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let blocks = report["snippets"].as_array().into_iter().flatten();
    let runs: Vec<f64> = blocks.filter_map(|block| block["duration_ms"].as_f64()).filter(|time| *time > 0.0).collect();
    if runs.is_empty() { Err("no block of the manual runs".to_owned()) } else { Ok(runs) }
}
