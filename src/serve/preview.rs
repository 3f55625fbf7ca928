//! The site as it is being shown, and its version.
//!
//! Must not know: how a site is built, how it is served.

use crate::output::OutputTree;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// The site as it is being shown.
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
    /// Shows a new tree; browsers reload if it differs from the old one.
    pub fn show(&self, tree: OutputTree) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.tree.files() == tree.files() {
            return;
        }
        state.tree = Arc::new(tree);
        state.version += 1;
        self.changed.notify_all();
    }

    /// The tree that is shown.
    pub fn tree(&self) -> Arc<OutputTree> {
        Arc::clone(&self.state.lock().unwrap_or_else(PoisonError::into_inner).tree)
    }

    /// The version that is shown; waits until it is not `known` any more, at most `patience`.
    pub fn version_after(&self, known: Option<u64>, patience: std::time::Duration) -> u64 {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (state, _) = self
            .changed
            .wait_timeout_while(state, patience, |state| Some(state.version) == known)
            .unwrap_or_else(PoisonError::into_inner);
        state.version
    }
}
