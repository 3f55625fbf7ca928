//! The current site and its version.
//!
//! Must not know: how a site is built, how it is served.

use crate::output::OutputTree;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// The current site.
#[derive(Default)]
pub struct Preview {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    tree: Arc<OutputTree>,
    version: u64,
}

impl Preview {
    /// Stores a new tree; browsers reload if it differs from the old one.
    pub fn show(&self, tree: OutputTree) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.tree.files() == tree.files() {
            return;
        }
        state.tree = Arc::new(tree);
        state.version += 1;
        self.changed.notify_all();
    }

    /// The current tree.
    pub fn tree(&self) -> Arc<OutputTree> {
        Arc::clone(&self.state.lock().unwrap_or_else(PoisonError::into_inner).tree)
    }

    /// Waits until the version differs from `known`, at most `max_wait`. Returns the current version.
    pub fn version_after(&self, known: Option<u64>, max_wait: std::time::Duration) -> u64 {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (state, _) = self
            .changed
            .wait_timeout_while(state, max_wait, |state| Some(state.version) == known)
            .unwrap_or_else(PoisonError::into_inner);
        state.version
    }
}
