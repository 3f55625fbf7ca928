//! The current site and its version.
//!
//! Must not know: how a site is built, how it is served.

use crate::error::Result;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// The site at one moment. Its files are made when they are asked for.
pub trait Files: Send + Sync {
    /// Whether there is a file at this path.
    fn has(&self, path: &str) -> bool;

    /// The file at this path; `None` if there is none.
    ///
    /// # Errors
    /// If the file cannot be made.
    fn file(&self, path: &str) -> Result<Option<Vec<u8>>>;
}

/// The current site.
pub struct Preview {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    files: Arc<dyn Files>,
    version: u64,
}

impl Preview {
    /// A preview that shows these files.
    pub fn new(files: Arc<dyn Files>) -> Self {
        Self { state: Mutex::new(State { files, version: 1 }), changed: Condvar::new() }
    }

    /// Shows new files.
    pub fn show(&self, files: Arc<dyn Files>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.files = files;
        state.version += 1;
        self.changed.notify_all();
    }

    /// The current files.
    pub fn files(&self) -> Arc<dyn Files> {
        Arc::clone(&self.state.lock().unwrap_or_else(PoisonError::into_inner).files)
    }

    /// Waits until the version differs from `known`, at most `max_wait`. Returns the current version and its files.
    pub fn after(&self, known: Option<u64>, max_wait: std::time::Duration) -> (u64, Arc<dyn Files>) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (state, _) = self
            .changed
            .wait_timeout_while(state, max_wait, |state| Some(state.version) == known)
            .unwrap_or_else(PoisonError::into_inner);
        (state.version, Arc::clone(&state.files))
    }
}
