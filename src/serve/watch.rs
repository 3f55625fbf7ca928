//! File-system events → "something changed", once for each burst of them.
//!
//! Must not know: what is rebuilt.

use crate::error::{Error, Result};
use notify_debouncer_mini::{DebounceEventResult, new_debouncer};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Editors save in several steps; this long after the last one the burst is over.
const QUIET: Duration = Duration::from_millis(30);

/// A watch that is on as long as this value lives.
pub struct Watch {
    _debouncer: notify_debouncer_mini::Debouncer<notify::RecommendedWatcher>,
    events: Receiver<Vec<PathBuf>>,
}

/// Watches `paths` and all below them, but for what lies in `ignored`.
///
/// # Errors
/// [`Error::Tool`] where the system refuses to watch.
pub fn start(paths: &[PathBuf], ignored: &Path) -> Result<Watch> {
    let (sender, events) = channel();
    let ignored = ignored.to_path_buf();
    let failed = |error: notify::Error| Error::Tool {
        program: "file watcher".to_owned(),
        message: error.to_string(),
        help: "on Linux `fs.inotify.max_user_watches` may be too low".to_owned(),
    };
    let handler = move |result: DebounceEventResult| {
        let changed: Vec<PathBuf> = result
            .unwrap_or_default()
            .into_iter()
            .map(|event| event.path)
            .filter(|path| !path.starts_with(&ignored) && !in_hidden_folder(path))
            .collect();
        if !changed.is_empty() {
            let _ = sender.send(changed);
        }
    };
    let mut debouncer = new_debouncer(QUIET, handler).map_err(failed)?;
    for path in paths.iter().filter(|path| path.exists()) {
        debouncer.watcher().watch(path, notify::RecursiveMode::Recursive).map_err(failed)?;
    }
    Ok(Watch { _debouncer: debouncer, events })
}

impl Watch {
    /// Waits for the next burst; the paths that changed since the last call, or `None` when the watch has ended.
    pub fn next(&self) -> Option<Vec<PathBuf>> {
        let mut changed = self.events.recv().ok()?;
        changed.extend(self.events.try_iter().flatten());
        Some(changed)
    }
}

fn in_hidden_folder(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str().to_string_lossy().starts_with(".git"))
}
