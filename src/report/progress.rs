//! Progress on standard error: a bar on a terminal; otherwise one line per phase.
//!
//! Must not know: what the phases are.

use crate::progress::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Bars or lines.
pub struct Bars {
    bar: Mutex<Option<ProgressBar>>,
    terminal: bool,
    quiet: bool,
}

impl Bars {
    /// Progress for a command; `quiet` prints nothing.
    pub fn new(quiet: bool) -> Self {
        Self { bar: Mutex::default(), terminal: std::io::stderr().is_terminal(), quiet }
    }
}

impl Progress for Bars {
    fn phase(&self, label: &str, total: Option<u64>) {
        if self.quiet {
            return;
        }
        if !self.terminal {
            let _ = writeln!(std::io::stderr(), "docgen: {label}");
            return;
        }
        let mut slot = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = slot.take() {
            old.finish_and_clear();
        }
        let (bar, template) = match total {
            Some(total) => (ProgressBar::new(total), "{spinner} {msg} {wide_bar} {pos} of {len}, {eta} left"),
            None => (ProgressBar::new_spinner(), "{spinner} {msg} ({elapsed})"),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(label.to_owned());
        // indicatif panics if it cannot start its thread. Without a thread the spinner stands still.
        if std::thread::Builder::new().spawn(|| ()).is_ok() {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        *slot = Some(bar);
    }

    fn advance(&self, steps: u64) {
        if let Some(bar) = &*self.bar.lock().unwrap_or_else(PoisonError::into_inner) {
            bar.inc(steps);
        }
    }

    fn finish(&self) {
        if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take() {
            bar.finish_and_clear();
        }
    }
}
