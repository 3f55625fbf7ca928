//! How long work reports its progress.
//!
//! `report` implements it with bars on a terminal; [`Silent`] is for tests and pipes.
//! Must not know: terminals.

/// Receives the progress of the work.
pub trait Progress: Sync {
    /// A new phase begins. It has `total` steps, if that is known.
    fn phase(&self, label: &str, total: Option<u64>);
    /// This many more steps of the current phase are done.
    fn advance(&self, steps: u64);
    /// All phases are over.
    fn finish(&self);
}

/// Reports nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn phase(&self, _label: &str, _total: Option<u64>) {}
    fn advance(&self, _steps: u64) {}
    fn finish(&self) {}
}
