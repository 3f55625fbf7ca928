//! The machine and the day of a measurement, for readers who compare.
//!
//! Must not know: what is measured.

use crate::run::command;
use std::fs;
use std::path::Path;

/// The machine.
pub(super) struct Machine {
    pub(super) cores: usize,
    /// In bytes.
    pub(super) memory: f64,
    pub(super) processor: String,
    /// The version of Linux.
    pub(super) system: String,
    /// `2026-11-26`.
    pub(super) day: String,
    /// docgen's own version.
    pub(super) docgen: String,
}

/// This machine, today.
pub(super) fn machine(docgen: &Path) -> Machine {
    let memory = after("/proc/meminfo", "MemTotal");
    let kilobytes: f64 = memory.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0.0);
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    Machine {
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        memory: kilobytes * 1024.0,
        processor: or_unknown(after("/proc/cpuinfo", "model name"), "unknown"),
        system: or_unknown(release.split(['-', '\n']).next().unwrap_or("").to_owned(), "of an unknown version"),
        day: printed("date", &["-u", "+%F"]),
        docgen: or_unknown(printed(&docgen.to_string_lossy(), &["--version"]), "docgen"),
    }
}

impl Machine {
    /// The machine in two sentences.
    pub(super) fn sentences(&self) -> String {
        let Self { cores, memory, processor, system, .. } = self;
        let gigabytes = memory / 1e9;
        let plural = if *cores == 1 { "core" } else { "cores" };
        format!(
            "The machine has {cores} {plural} and {gigabytes:.0} GB of memory. \
             Its processor is {processor}, and its system is Linux {system}."
        )
    }
}

fn or_unknown(text: String, unknown: &str) -> String {
    if text.is_empty() { unknown.to_owned() } else { text }
}

/// The value of the first line with this name.
fn after(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or("");
    line.split_once(':').map_or("", |(_, value)| value.trim()).to_owned()
}

/// The first line that a program prints.
fn printed(program: &str, arguments: &[&str]) -> String {
    let output = command(program, arguments).output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).lines().next().unwrap_or("").trim().to_owned()
}
