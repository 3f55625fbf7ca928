//! `cargo xtask bench`: measures docgen and its peers on made pages, and writes the figures into the manual.
//!
//! Everything lies in `target/bench`: the pages, the other tools, and what they write.
//! Must not know: docgen's code.

#![allow(clippy::format_push_string, reason = "plain to read; the made pages do not wait for it")]

mod adapt;
mod body;
mod code;
mod layout;
mod machine;
mod measure;
mod peers;
mod plot;
mod prose;
pub(crate) mod random;
mod report;
mod rows;
mod runs;
mod words;

pub(crate) use peers::mdbook;

use crate::ratios;
use crate::run::{Done, answers, command, root, step};
use body::Kind;
use peers::Peers;
use report::Report;
use runs::{Bench, Medians};
use std::path::PathBuf;

const HELP: &str = "\
Usage: cargo xtask bench [OPTIONS]

Options:
  --pages N,N     numbers of pages; default: 100,1000
  --full          --pages 100,1000,10000,30000
  --peers         install and measure Hugo, mdBook, Zensical and Pagefind, too
  --rows NAME     only these rows (several: NAME,NAME): cold, unknown, unchanged, copy, one page changed, growth,
                  search, verify, memory, tools
  --rounds N      measured rounds; default: 5 up to 1,000 pages, 3 up to 10,000, else 1
  --write         write the figures and a plot into content/explanation/
  --bodies-only   only make the pages, in target/bench/bodies/
  --binary PATH   measure this docgen instead of building one
";

/// What the command line asks for.
#[derive(Default)]
struct Options {
    pages: Vec<usize>,
    peers: bool,
    rows: Vec<String>,
    rounds: Option<usize>,
    write: bool,
    bodies_only: bool,
    binary: Option<PathBuf>,
}

/// Runs with the words after `bench`.
pub(crate) fn run(words: &[&str]) -> Done {
    if matches!(words, ["help" | "--help" | "-h"]) {
        print!("{HELP}");
        return Ok(());
    }
    let options = options(words)?;
    if options.bodies_only {
        return make_bodies(&options.pages);
    }
    if !answers("python3", &["--version"]) {
        return Err(String::from("python3 is missing: `apt-get install python3` installs it"));
    }
    let docgen = binary(options.binary.as_ref())?;
    let peers = if options.peers { peers::install() } else { Peers::default() };
    let (wanted, machine) = (rows::runs(&options.rows), machine::machine(&docgen));
    let (mut medians, mut rounds) = (Medians::new(), Vec::new());
    let mut notes: Vec<String> = peers.missing.iter().map(|name| format!("{name} could not be installed.")).collect();
    for count in options.pages {
        let here = options.rounds.unwrap_or(usual_rounds(count));
        let bench = Bench { docgen: &docgen, peers: &peers, count, rounds: here, memory: machine.memory };
        notes.extend(bench.measure(&wanted, &mut medians)?);
        rounds.push((count, here));
    }
    let mut lines = rows::lines(&options.rows, &medians, machine.cores);
    if options.rows.is_empty() || options.rows.iter().any(|row| row == rows::TOOLS) {
        lines.extend(rows::tool_lines(&ratios::measured(&docgen, "")?));
    }
    runs::delete_what_is_aside();
    let (machine, peers, rounds, medians) = (&machine, &peers, &rounds, &medians);
    let report = Report { machine, peers, rounds, medians, lines: &lines, notes: &notes };
    report.print();
    if options.write { report.write() } else { Ok(()) }
}

fn options(words: &[&str]) -> Done<Options> {
    let mut options = Options { pages: vec![100, 1000], ..Options::default() };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().copied().ok_or_else(|| format!("`{word}` needs a value\n\n{HELP}"));
        match *word {
            "--pages" => options.pages = value()?.split(',').map(number).collect::<Done<_>>()?,
            "--full" => options.pages = vec![100, 1000, 10_000, 30_000],
            "--peers" => options.peers = true,
            "--rows" => options.rows = value()?.split(',').map(row).collect::<Done<_>>()?,
            "--rounds" => options.rounds = Some(number(value()?)?),
            "--write" => options.write = true,
            "--bodies-only" => options.bodies_only = true,
            "--binary" => options.binary = Some(PathBuf::from(value()?)),
            other => return Err(format!("unknown option `{other}`\n\n{HELP}")),
        }
    }
    options.pages.sort_unstable();
    options.pages.dedup();
    Ok(options)
}

fn number(text: &str) -> Done<usize> {
    let number = text.replace('_', "").parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("`{text}` is not a number above 0: write it like 1000"))
}

fn row(name: &str) -> Done<String> {
    let groups = rows::groups();
    if groups.iter().any(|group| group.contains(name)) {
        return Ok(name.to_owned());
    }
    Err(format!("no row is called `{name}`; the rows are: {}", groups.join(", ")))
}

fn usual_rounds(count: usize) -> usize {
    match count {
        0..=1_000 => 5,
        1_001..=10_000 => 3,
        _ => 1,
    }
}

fn make_bodies(sizes: &[usize]) -> Done {
    for count in sizes {
        let (known, unknown) = runs::bodies(*count);
        body::make(&known, *count, Kind::Known)?;
        body::make(&unknown, *count, Kind::Unknown)?;
        println!("{}\n{}", known.display(), unknown.display());
    }
    Ok(())
}

/// The docgen to measure: a given one, or a new release build.
fn binary(given: Option<&PathBuf>) -> Done<PathBuf> {
    let Some(given) = given else {
        step("release build", command("cargo", &["build", "--release", "--package", "docgen-cli"]))?;
        return Ok(root().join("target/release/docgen"));
    };
    given.canonicalize().map_err(|error| format!("--binary {}: {error}; give the path of a docgen", given.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_checked() {
        let read = options(&["--pages", "1000,100", "--rows", "cold,copy", "--rounds", "2"]).expect("good options");
        assert_eq!((read.pages, read.rounds), (vec![100, 1000], Some(2)));
        for wrong in [&["--pages", "many"][..], &["--rows", "colour"], &["--rounds"], &["--fast"]] {
            assert!(options(wrong).is_err(), "{wrong:?}");
        }
    }
}
