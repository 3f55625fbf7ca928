//! The current site, its version, and what is wrong with it.
//!
//! Must not know: how a site is built, how it is served.

use crate::error::Result;
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The site at one moment. Its files are made when they are asked for.
pub trait Files: Send + Sync {
    /// Whether there is a file at this path.
    fn has(&self, path: &str) -> bool;

    /// The file at this path; `None` if there is none.
    ///
    /// # Errors
    /// If the file cannot be made.
    fn file(&self, path: &str) -> Result<Option<Vec<u8>>>;

    /// The errors on the page at this path, as the terminal shows them; empty if there are none.
    fn problems(&self, path: &str) -> String;
}

/// Max files of one version that are kept, because a browser asks for a page again after it was told of its change.
const MAX_KEPT: usize = 64;

/// The current site.
pub struct Preview {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    current: Version,
    /// Files of this version that were made already.
    made: HashMap<String, Arc<[u8]>>,
}

/// The site, and which of its versions it is.
#[derive(Clone)]
pub struct Version {
    /// It rises with each change.
    pub number: u64,
    /// The files. After a failed build, those of the last good one.
    pub files: Arc<dyn Files>,
    /// Why the last build failed; empty if it did not.
    pub error: Arc<str>,
}

impl Preview {
    /// A preview that shows these files.
    pub fn new(files: Arc<dyn Files>) -> Self {
        let current = Version { number: 1, files, error: Arc::from("") };
        Self { state: Mutex::new(State { current, made: HashMap::new() }), changed: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows new files.
    pub fn show(&self, files: Arc<dyn Files>) {
        let mut state = self.state();
        state.current = Version { number: state.current.number + 1, files, error: Arc::from("") };
        state.made.clear();
        self.changed.notify_all();
    }

    /// Shows why a build failed, on the pages of the last good one.
    pub fn fail(&self, error: &str) {
        let mut state = self.state();
        state.current.number += 1;
        state.current.error = Arc::from(error);
        self.changed.notify_all();
    }

    /// The current version.
    pub fn now(&self) -> Version {
        self.state().current.clone()
    }

    /// A file of a version; `None` if there is none. A file is made once for each version.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn file(&self, version: &Version, path: &str) -> Result<Option<Arc<[u8]>>> {
        let is_current = |state: &State| Arc::ptr_eq(&state.current.files, &version.files);
        let kept = Some(self.state()).filter(|state| is_current(state)).and_then(|state| state.made.get(path).cloned());
        if kept.is_some() {
            return Ok(kept);
        }
        let Some(made) = version.files.file(path)? else { return Ok(None) };
        let made: Arc<[u8]> = made.into();
        let mut state = self.state();
        if is_current(&state) && state.made.len() < MAX_KEPT {
            state.made.insert(path.to_owned(), Arc::clone(&made));
        }
        Ok(Some(made))
    }

    /// Waits until the version differs from `known`, at most `max_wait`. Returns the current version.
    pub fn after(&self, known: Option<u64>, max_wait: Duration) -> Version {
        let same = |state: &mut State| Some(state.current.number) == known;
        let waited = self.changed.wait_timeout_while(self.state(), max_wait, same);
        waited.unwrap_or_else(PoisonError::into_inner).0.current.clone()
    }
}
