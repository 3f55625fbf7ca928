//! Measures a program: wall time, processor time and peak memory, with its child processes.
//!
//! A small Python program starts it and asks the kernel what it used, as `/usr/bin/time` does.
//! Must not know: what is measured.

use crate::run::{Done, command};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Starts a program, waits for it, and writes its times and memory to a file.
/// The memory is never below the few megabytes that Python itself has when it starts the program.
const WAIT: &str = "
import os, sys, time
started = time.perf_counter()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - started
with open(sys.argv[1], 'w') as file:
    print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, file=file)
sys.exit(0 if status == 0 else 1)
";

/// What a run cost.
#[derive(Clone, Copy)]
pub(super) struct Cost {
    /// Seconds from start to end.
    pub(super) wall: f64,
    /// Seconds of processor time, on all cores together.
    pub(super) cpu: f64,
    /// The most memory that a process had at once, in bytes.
    pub(super) memory: f64,
}

/// The medians of some runs.
pub(super) struct Median {
    pub(super) cost: Cost,
    /// The wall times of the fastest and of the slowest run.
    pub(super) range: (f64, f64),
}

/// A program that is measured. Add its arguments.
pub(super) struct Measured {
    name: String,
    command: Command,
    result: PathBuf,
    log: PathBuf,
}

impl Measured {
    /// `scratch` is a folder for the results.
    pub(super) fn new(name: &str, program: &Path, scratch: &Path) -> Self {
        let (result, log) = (scratch.join("cost.txt"), scratch.join("log.txt"));
        let mut command = command("python3", &["-c", WAIT]);
        command.arg(&result).arg(program);
        Self { name: name.to_owned(), command, result, log }
    }

    /// The command, for more arguments, variables, or a folder.
    pub(super) fn command(&mut self) -> &mut Command {
        &mut self.command
    }

    /// Runs it once.
    pub(super) fn run(mut self) -> Done<Cost> {
        let failed = |error: std::io::Error| format!("{}: cannot write {}: {error}", self.name, self.log.display());
        let log = fs::File::create(&self.log).map_err(failed)?;
        let both = log.try_clone().map_err(failed)?;
        // What earlier runs wrote must not be on its way to the disk while this one runs.
        let _ = Command::new("sync").status();
        let status = self.command.stdin(Stdio::null()).stdout(log).stderr(both).status();
        let status = status.map_err(|error| format!("python3 cannot be started ({error}): install it to measure"))?;
        if !status.success() {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let end = lines[lines.len().saturating_sub(12)..].join("\n");
            return Err(format!("{} failed. Its last lines:\n{end}\nAll lines: {}", self.name, self.log.display()));
        }
        let text = fs::read_to_string(&self.result).unwrap_or_default();
        let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let [wall, cpu, kilobytes] = numbers[..] else {
            return Err(format!("{}: {} has no three numbers", self.name, self.result.display()));
        };
        Ok(Cost { wall, cpu, memory: kilobytes * 1024.0 })
    }
}

/// The medians, each figure for itself.
pub(super) fn median(costs: &[Cost]) -> Option<Median> {
    let sorted = |figure: fn(&Cost) -> f64| {
        let mut all: Vec<f64> = costs.iter().map(figure).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    let wall = sorted(|cost| cost.wall);
    let range = (*wall.first()?, *wall.last()?);
    let cost = Cost {
        wall: middle(&wall),
        cpu: middle(&sorted(|cost| cost.cpu)),
        memory: middle(&sorted(|cost| cost.memory)),
    };
    Some(Median { cost, range })
}

/// The middle of sorted numbers; of two middle ones, their mean.
fn middle(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[half] } else { f64::midpoint(sorted[half - 1], sorted[half]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        let costs = [3.0, 1.0, 9.0].map(|wall| Cost { wall, cpu: 10.0 - wall, memory: 1.0 });
        let found = median(&costs).expect("three costs");
        assert!((found.cost.wall - 3.0).abs() < 1e-9 && (found.cost.cpu - 7.0).abs() < 1e-9);
        assert!((median(&costs[..2]).expect("two costs").cost.wall - 2.0).abs() < 1e-9);
        assert!(median(&[]).is_none());
    }
}
