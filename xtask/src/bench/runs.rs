//! What is measured: each run's command and what is removed before it; the rounds.
//!
//! Must not know: rows, targets and reports.

use super::adapt;
use super::body::{self, Kind};
use super::measure::{Cost, Measured, Median, median};
use super::peers::Peers;
use crate::plot::thousands;
use crate::run::{Done, root};
use crate::tools;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A program on a body. The order is the one in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Run {
    /// docgen, without earlier output and cache.
    Cold,
    /// docgen again, with nothing changed.
    Unchanged,
    /// docgen again, with a sentence more on one page.
    Changed,
    /// docgen without its search index, otherwise like [`Run::Cold`].
    NoSearch,
    /// `docgen verify` of ten blocks for each page, which are verified already.
    Verified,
    /// `cp -r` of docgen's output.
    Copy,
    /// Pagefind on docgen's output.
    Pagefind,
    /// docgen, on the body whose code no tool can highlight.
    Unknown,
    Hugo,
    MdBook,
    Zensical,
}

impl Run {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cold => "docgen",
            Self::Unchanged => "docgen, nothing changed",
            Self::Changed => "docgen, one page changed",
            Self::NoSearch => "docgen, without search",
            Self::Verified => "docgen verify, unchanged",
            Self::Copy => "copy of the output (`cp -r`)",
            Self::Pagefind => "Pagefind",
            Self::Unknown => "docgen, unknown language",
            Self::Hugo => "Hugo",
            Self::MdBook => "mdBook",
            Self::Zensical => "Zensical",
        }
    }

    /// Whether it is another tool, without which the rest goes on.
    fn is_peer(self) -> bool {
        matches!(self, Self::Pagefind | Self::Hugo | Self::MdBook | Self::Zensical)
    }

    /// Whether it needs docgen's output.
    fn follows(self) -> bool {
        matches!(self, Self::Unchanged | Self::Changed | Self::Copy | Self::Pagefind)
    }
}

/// The medians, by number of pages and run.
pub(super) type Medians = BTreeMap<(usize, Run), Median>;

/// The folders of the bodies.
pub(super) fn bodies(count: usize) -> (PathBuf, PathBuf) {
    let bodies = root().join("target/bench/bodies");
    (bodies.join(count.to_string()), bodies.join(format!("{count}-unknown")))
}

/// The longest that a run of another tool may take, in seconds.
const LONGEST: f64 = 300.0;

/// Measures runs on bodies of one size.
pub(super) struct Bench<'a> {
    pub(super) docgen: &'a Path,
    pub(super) peers: &'a Peers,
    pub(super) count: usize,
    pub(super) rounds: usize,
    /// The machine's memory in bytes.
    pub(super) memory: f64,
}

impl Bench<'_> {
    /// Runs everything in turns. The first round only warms up. Returns a sentence for each tool that is left out.
    pub(super) fn measure(&self, wanted: &BTreeSet<Run>, medians: &mut Medians) -> Done<Vec<String>> {
        let mut runs: BTreeSet<Run> = wanted.iter().copied().filter(|run| self.is_possible(*run)).collect();
        if runs.iter().any(|run| run.follows()) {
            runs.insert(Run::Cold);
        }
        let mut notes: Vec<String> = runs.iter().filter_map(|run| self.too_much(*run, medians)).collect();
        for note in &notes {
            println!("== {note}");
        }
        runs.retain(|run| self.too_much(*run, medians).is_none());
        self.make_bodies(&runs)?;
        let mut costs: BTreeMap<Run, Vec<Cost>> = BTreeMap::new();
        for round in 0..=self.rounds {
            let label = if round == 0 { String::from("warm-up") } else { format!("{round} of {}", self.rounds) };
            for run in runs.clone() {
                let (pages, name) = (thousands(self.count), run.name());
                match self.one(run) {
                    Ok(cost) => {
                        println!("   {pages} pages, round {label}: {name}, {:.2} s", cost.wall);
                        if round > 0 {
                            costs.entry(run).or_default().push(cost);
                        }
                    }
                    Err(error) if run.is_peer() => {
                        println!("== {error}");
                        notes.push(format!("{name} failed with {pages} pages."));
                        runs.remove(&run);
                        costs.remove(&run);
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        let found = costs.into_iter().filter_map(|(run, costs)| Some(((self.count, run), median(&costs)?)));
        medians.extend(found);
        Ok(notes)
    }

    /// Says why another tool is left out, if fewer pages took so much that this number would be a burden.
    fn too_much(&self, run: Run, medians: &Medians) -> Option<String> {
        let (before, median) = medians.iter().rfind(|((_, measured), _)| *measured == run)?;
        let growth = self.count as f64 / before.0 as f64;
        let (wall, memory) = (median.cost.wall * growth, median.cost.memory * growth);
        let reason = if !run.is_peer() {
            return None;
        } else if wall > LONGEST {
            format!("take about {:.0} minutes", wall / 60.0)
        } else if memory > self.memory / 2.0 {
            format!("need about {:.0} GB of memory", memory / 1e9)
        } else {
            return None;
        };
        Some(format!("{} is not measured with {} pages: it would {reason}.", run.name(), thousands(self.count)))
    }

    fn is_possible(&self, run: Run) -> bool {
        let peer = match run {
            Run::Hugo => &self.peers.hugo,
            Run::MdBook => &self.peers.mdbook,
            Run::Zensical => &self.peers.zensical,
            Run::Pagefind => &self.peers.pagefind,
            // Ten times as many blocks.
            Run::Verified => return self.count <= 1000,
            _ => return true,
        };
        peer.is_some()
    }

    fn make_bodies(&self, runs: &BTreeSet<Run>) -> Done {
        let (known, unknown) = bodies(self.count);
        body::make(&known, self.count, Kind::Known)?;
        for run in runs {
            match run {
                Run::Unknown => body::make(&unknown, self.count, Kind::Unknown)?,
                Run::Verified => self.verify_body()?,
                Run::Hugo => adapt::hugo(&known, &self.peer("hugo"))?,
                Run::MdBook => adapt::mdbook(&known, &self.peer("mdbook"))?,
                Run::Zensical => adapt::zensical(&known, &self.peer("zensical"))?,
                _ => {}
            }
        }
        fs::create_dir_all(work()).map_err(|error| format!("{}: {error}", work().display()))
    }

    fn peer(&self, name: &str) -> PathBuf {
        root().join("target/bench/peers").join(name).join(self.count.to_string())
    }

    /// A folder that a run writes.
    fn written(&self, name: &str) -> PathBuf {
        work().join(format!("{}-{name}", self.count))
    }

    /// Prepares a run and measures it.
    fn one(&self, run: Run) -> Done<Cost> {
        let (known, unknown) = bodies(self.count);
        match run {
            Run::Cold => {
                put_aside(&[self.written("out"), self.written("cache")])?;
                self.docgen(run, &known, "out", "cache")
            }
            Run::Unchanged => self.docgen(run, &known, "out", "cache"),
            Run::Changed => self.changed(run, &known),
            Run::Unknown => {
                put_aside(&[self.written("unknown-out"), self.written("unknown-cache")])?;
                self.docgen(run, &unknown, "unknown-out", "unknown-cache")
            }
            Run::NoSearch => {
                put_aside(&[self.written("no-search-out"), self.written("no-search-cache")])?;
                let book = known.join("book.toml");
                let exclude = |text: &str| format!("{text}\n[search]\nexclude = [\"**\"]\n");
                with_change(&known, &book, exclude, || self.docgen(run, &known, "no-search-out", "no-search-cache"))
            }
            Run::Verified => self.verify(run),
            Run::Copy => {
                let copy = self.written("copy");
                put_aside(&[&copy])?;
                let mut call = Measured::new(run.name(), Path::new("cp"), &work());
                call.command().arg("-r").arg(self.written("out")).arg(copy);
                call.run()
            }
            Run::Pagefind => {
                let index = self.written("pagefind");
                put_aside(&[&index])?;
                let mut call = Measured::new(run.name(), needed(self.peers.pagefind.as_ref())?, &work());
                call.command().arg("--site").arg(self.written("out")).arg("--output-path").arg(index);
                call.run()
            }
            Run::Hugo => self.peer_build(run, "hugo", self.peers.hugo.as_ref(), &["public", "resources"]),
            Run::MdBook => self.peer_build(run, "mdbook", self.peers.mdbook.as_ref(), &["book"]),
            Run::Zensical => self.peer_build(run, "zensical", self.peers.zensical.as_ref(), &["site", ".cache"]),
        }
    }

    /// A build by docgen.
    fn docgen(&self, run: Run, body: &Path, out: &str, cache: &str) -> Done<Cost> {
        let mut call = Measured::new(run.name(), self.docgen, &work());
        call.command().args(["--quiet", "--root"]).arg(body).args(["build", "--out"]).arg(self.written(out));
        call.command().env("DOCGEN_CACHE", self.written(cache));
        call.run()
    }

    /// A build by docgen after a change of one page.
    fn changed(&self, run: Run, body: &Path) -> Done<Cost> {
        let files = adapt::files(body)?;
        let page = body.join("content").join(&files[files.len() / 2]);
        let change = |text: &str| format!("{text}\nThis sentence is new.\n");
        with_change(body, &page, change, || self.docgen(run, body, "out", "cache"))
    }

    /// Writes the blocks to verify, and verifies them once.
    fn verify_body(&self) -> Done {
        let folder = self.written("verified");
        body::make_blocks(&folder, self.count)?;
        tools::languages(&self.docgen.to_string_lossy())?;
        self.verify(Run::Verified).map(|_| ())
    }

    fn verify(&self, run: Run) -> Done<Cost> {
        let mut call = Measured::new(run.name(), self.docgen, &work());
        call.command().args(["--quiet", "--root"]).arg(self.written("verified")).arg("verify");
        call.command().env("DOCGEN_CACHE", self.written("verified-cache"));
        call.run()
    }

    /// A build by another tool, without what it wrote before.
    fn peer_build(&self, run: Run, name: &str, program: Option<&PathBuf>, written: &[&str]) -> Done<Cost> {
        let folder = self.peer(name);
        put_aside(&written.iter().map(|name| folder.join(name)).collect::<Vec<_>>())?;
        let mut call = Measured::new(run.name(), needed(program)?, &work());
        call.command().arg("build").current_dir(folder);
        call.run()
    }
}

/// Does something with a changed file of a body, and takes the change back. Without its marker, an interrupted body is
/// made again.
fn with_change(
    body: &Path,
    file: &Path,
    change: impl Fn(&str) -> String,
    then: impl FnOnce() -> Done<Cost>,
) -> Done<Cost> {
    let failed = |error: std::io::Error| format!("cannot change {}: {error}", file.display());
    let (marker, before) = (body.join(body::MARKER), fs::read_to_string(file).map_err(failed)?);
    let mark = fs::read(&marker).map_err(failed)?;
    fs::remove_file(&marker).map_err(failed)?;
    fs::write(file, change(&before)).map_err(failed)?;
    let cost = then();
    fs::write(file, before).map_err(failed)?;
    fs::write(&marker, mark).map_err(failed)?;
    cost
}

/// Where the runs write.
fn work() -> PathBuf {
    root().join("target/bench/work")
}

fn needed(program: Option<&PathBuf>) -> Done<&Path> {
    program.map(PathBuf::as_path).ok_or_else(|| String::from("this tool is not installed: call with --peers"))
}

/// Takes folders away without deleting them. ext4 gives no inode out again for minutes after its file was deleted, and
/// each new file searches past all of these: after a deletion of 20,000 files that takes a third of a build's CPU time.
fn put_aside(folders: &[impl AsRef<Path>]) -> Done {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let aside = aside();
    for folder in folders.iter().map(AsRef::as_ref).filter(|folder| folder.exists()) {
        let failed = |error: std::io::Error| format!("cannot move {}: {error}", folder.display());
        let place = aside.join(format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        fs::create_dir_all(&aside).map_err(failed)?;
        fs::rename(folder, place).map_err(failed)?;
    }
    Ok(())
}

/// Deletes what was taken away, after the last run.
pub(super) fn delete_what_is_aside() {
    let _ = fs::remove_dir_all(aside());
}

fn aside() -> PathBuf {
    root().join("target/bench/aside")
}
