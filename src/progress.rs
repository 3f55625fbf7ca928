//! How long work tells the person who waits, without knowing how they see it.
//!
//! `report` implements it with bars on a terminal; [`Silent`] is for tests and pipes.
//! Must not know: terminals.

/// Something that wants to know how far the work is.
pub trait Progress: Sync {
    /// A new phase begins, of `total` steps if that is known.
    fn phase(&self, label: &str, total: Option<u64>);
    /// Steps of the present phase are done.
    fn advance(&self, steps: u64);
    /// All phases are over.
    fn finish(&self);
}

/// Says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn phase(&self, _label: &str, _total: Option<u64>) {}
    fn advance(&self, _steps: u64) {}
    fn finish(&self) {}
}
