//! How a child ended, and what it said.
//!
//! Must not know: how children are started.

use super::sandbox::Confinement;
use std::time::Duration;

/// How [`Finished::summary`] says that a child was killed for want of time.
pub const OUT_OF_TIME: &str = "ran out of time";

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself, with this code.
    Exited(i32),
    /// By a signal that was not ours.
    Signaled(i32),
    /// We killed it: out of time.
    TimedOut,
    /// We killed it, or the kernel stopped it: too much of something.
    Limit(Exceeded),
    /// It never began: the sandbox could not hold it in, or not start it. Standard error says why.
    Refused,
}

/// What a child used more of than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exceeded {
    /// Output.
    Output,
    /// Memory, of all its processes together.
    Memory,
    /// Disk.
    Disk,
    /// Processes at a time.
    Processes,
}

impl Exceeded {
    /// What happened, in a few words.
    pub fn what(self) -> &'static str {
        match self {
            Exceeded::Output => "printed more than the limit allows",
            Exceeded::Memory => "used more memory than the limit allows",
            Exceeded::Disk => "used more of the disk than the limit allows",
            Exceeded::Processes => "started more processes than the limit allows",
        }
    }
}

/// A child that has ended.
#[derive(Debug, Clone)]
pub struct Finished {
    /// How.
    pub end: End,
    /// Its standard output, up to the limit.
    pub stdout: Vec<u8>,
    /// Its standard error, up to the limit.
    pub stderr: Vec<u8>,
    /// Wall-clock time.
    pub duration: Duration,
    /// What held it in.
    pub confinement: Confinement,
    /// The most memory it was seen with, bytes; 0 for one that nobody watched, or that was gone too soon.
    pub peak_memory: u64,
}

impl Finished {
    /// Whether it ended by itself with code 0.
    pub fn success(&self) -> bool {
        self.end == End::Exited(0)
    }

    /// Standard output as text; bytes that are not UTF-8 become U+FFFD.
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// One line on how it ended and what it said last, for messages about a tool that broke.
    pub fn summary(&self) -> String {
        let how = match self.end {
            End::Exited(code) => format!("exit code {code}"),
            End::Signaled(signal) => format!("killed by signal {signal}"),
            End::TimedOut => OUT_OF_TIME.to_owned(),
            End::Limit(exceeded) => exceeded.what().to_owned(),
            End::Refused => "it was not started".to_owned(),
        };
        let stderr = self.stderr_text();
        match stderr.lines().rev().find(|line| !line.trim().is_empty()) {
            Some(line) => format!("{how}: {}", line.trim()),
            None => how,
        }
    }
}
