//! How long tools may take over all blocks of a workspace.
//!
//! Must not know: which tool is called.

use crate::process::Limits;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How long tools may take over all blocks of a workspace.
pub struct TimeBudget {
    compiler: Duration,
    /// Calls that have to share the time, once a tool has run out of it.
    sharers: AtomicU32,
}

impl TimeBudget {
    /// A compiler may take this long, a parser or a linter a tenth of it.
    pub fn new(compiler: Duration) -> Self {
        Self { compiler, sharers: AtomicU32::new(1) }
    }

    /// From now on this many calls together get what one had: a tool that hangs costs no more than twice its limit.
    pub fn share(&self, calls: u32) {
        self.sharers.fetch_max(calls, Ordering::Relaxed);
    }

    pub(crate) fn limits(&self, part: u32) -> Limits {
        Limits { wall: self.compiler / part / self.sharers.load(Ordering::Relaxed), ..Limits::TOOL }
    }
}
