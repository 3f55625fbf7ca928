//! The time that tools may take for all blocks of a workspace.
//!
//! Must not know: which tool is called.

use crate::process::Limits;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The time that tools may take for all blocks of a workspace.
pub struct TimeBudget {
    compiler: Duration,
    /// The number of calls that share the time limit, after a tool exceeded it.
    sharers: AtomicU32,
}

impl TimeBudget {
    /// A compiler may take this long. A parser or a linter gets a tenth of it.
    pub fn new(compiler: Duration) -> Self {
        Self { compiler, sharers: AtomicU32::new(1) }
    }

    /// Divides the time limit by `calls`. So a tool that hangs costs at most twice the limit.
    pub fn share(&self, calls: u32) {
        self.sharers.fetch_max(calls, Ordering::Relaxed);
    }

    pub(crate) fn limits(&self, part: u32) -> Limits {
        Limits { wall: self.compiler / part / self.sharers.load(Ordering::Relaxed), ..Limits::TOOL }
    }
}
