//! How a child ended, and what it printed.
//!
//! Must not know: how children are started.

use super::sandbox::Confinement;
use std::time::Duration;

/// The words of [`Finished::summary`] for a child that was killed at its time limit.
pub const OUT_OF_TIME: &str = "ran out of time";

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The child exited with this code.
    Exited(i32),
    /// A signal that docgen did not send ended it.
    Signaled(i32),
    /// docgen killed it at its time limit.
    TimedOut,
    /// docgen or the kernel stopped it at another limit.
    Limit(Exceeded),
    /// It never started: the sandbox could not confine or start it. Standard error says why.
    Refused,
}

/// The limit that a child exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exceeded {
    /// Output.
    Output,
    /// Memory of all its processes.
    Memory,
    /// Disk.
    Disk,
    /// Processes at one time.
    Processes,
}

impl Exceeded {
    /// A description in a few words.
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
    /// How it was confined.
    pub confinement: Confinement,
    /// Max memory that was measured, in bytes; 0 if it was not watched or ended too soon.
    pub peak_memory: u64,
}

impl Finished {
    /// Whether it exited with code 0.
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

    /// One line: how it ended and the last line it printed. For messages about a tool that failed.
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
