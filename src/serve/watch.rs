//! File-system events → the paths whose content may have changed, once for each burst of events.
//!
//! Each folder is watched separately, without its subfolders, so that unread folders cost nothing.
//! Must not know: rebuilding, which files matter.

use crate::error::{Error, Result};
use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// A burst ends this long after its last event, if a file is still open for writing or many files have changed.
const QUIET: Duration = Duration::from_millis(30);
/// The same if each file is complete: it was closed after writing, or moved to its place. Editors that save in several
/// steps take less time between them.
const SETTLED: Duration = Duration::from_millis(4);
/// More files than this in one burst: probably a checkout, which takes its time between files.
const FEW: usize = 4;
/// Max length of a burst.
const MAX_BURST: Duration = Duration::from_millis(500);

/// A watch that is active until this value is dropped.
pub struct Watch {
    watcher: RecommendedWatcher,
    events: Receiver<Signal>,
    covered: BTreeSet<PathBuf>,
}

/// A message from the system.
enum Signal {
    /// The content at this path may have changed. A file that is still being written is not complete.
    Changed {
        /// The file or folder.
        path: PathBuf,
        /// Whether its content is complete.
        complete: bool,
    },
    /// A file was closed after writing.
    Closed(PathBuf),
    /// Events were lost: anything may have changed.
    Lost,
}

impl Watch {
    /// Starts a watch without folders.
    ///
    /// # Errors
    /// [`Error::Tool`] if the system has no file watching.
    pub fn start() -> Result<Self> {
        let (sender, events) = channel();
        let handler = move |event: notify::Result<Event>| {
            let signals = match event {
                Ok(event) if event.need_rescan() => vec![Signal::Lost],
                Ok(event) if is_closing(event.kind) => event.paths.into_iter().map(Signal::Closed).collect(),
                Ok(event) if is_change(event.kind) => {
                    let complete = matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
                    event.paths.into_iter().map(|path| Signal::Changed { path, complete }).collect()
                }
                Ok(_) => Vec::new(),
                Err(_) => vec![Signal::Lost],
            };
            for signal in signals {
                let _ = sender.send(signal);
            }
        };
        let watcher = notify::recommended_watcher(handler).map_err(|error| failed(&error))?;
        Ok(Self { watcher, events, covered: BTreeSet::new() })
    }

    /// Watches the entries of exactly these folders. Returns whether a folder is new: earlier changes in it made no
    /// events.
    ///
    /// # Errors
    /// [`Error::Tool`] if the system refuses to watch.
    pub fn cover(&mut self, folders: &BTreeSet<PathBuf>) -> Result<bool> {
        for folder in self.covered.difference(folders) {
            let _ = self.watcher.unwatch(folder);
        }
        self.covered.retain(|folder| folders.contains(folder));
        let mut any = false;
        for folder in folders {
            if self.covered.contains(folder) || !folder.is_dir() {
                continue;
            }
            match self.watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => any = self.covered.insert(folder.clone()),
                // The folder was removed meanwhile. The folder above it gets an event.
                Err(_) if !folder.is_dir() => {}
                Err(error) => return Err(failed(&error)),
            }
        }
        Ok(any)
    }

    /// Waits for the next burst with a path that `matters`, and returns these paths. `None` if the watch has ended. If
    /// events were lost, the set may be empty.
    pub fn next(&mut self, matters: impl Fn(&Path) -> bool) -> Option<BTreeSet<PathBuf>> {
        let mut changed = BTreeSet::new();
        let mut incomplete = BTreeSet::new();
        let mut until: Option<(Instant, Instant)> = None;
        loop {
            let signal = match until {
                None => self.events.recv().ok()?,
                Some((quiet, end)) => {
                    let wait = quiet.min(end).saturating_duration_since(Instant::now());
                    match self.events.recv_timeout(wait) {
                        Ok(signal) => signal,
                        Err(RecvTimeoutError::Timeout) => return Some(changed),
                        Err(RecvTimeoutError::Disconnected) => return None,
                    }
                }
            };
            match signal {
                // The watch of a removed folder is gone. The folder may come back.
                Signal::Changed { path, .. } if self.covered.remove(&path) => {
                    let _ = self.watcher.unwatch(&path);
                    changed.insert(path);
                }
                Signal::Changed { path, complete } if matters(&path) => {
                    if complete {
                        incomplete.remove(&path)
                    } else {
                        incomplete.insert(path.clone())
                    };
                    changed.insert(path);
                }
                // Only a file that was changed is closed in a way that matters.
                Signal::Closed(path) if incomplete.remove(&path) => {}
                Signal::Changed { .. } | Signal::Closed(_) => continue,
                Signal::Lost => {}
            }
            let now = Instant::now();
            let is_settled = incomplete.is_empty() && changed.len() <= FEW;
            let quiet = if is_settled { SETTLED } else { QUIET };
            until = Some((now + quiet, until.map_or(now + MAX_BURST, |(_, end)| end)));
        }
    }
}

/// Whether a file was closed after it was open for writing.
fn is_closing(kind: EventKind) -> bool {
    matches!(kind, EventKind::Access(AccessKind::Close(AccessMode::Write)))
}

/// Whether an event can be a change of content. Linux also reports opening, reading and closing of files, which every
/// build does, and changes of times and permissions.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)) => false,
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Other => true,
    }
}

fn failed(error: &notify::Error) -> Error {
    Error::Tool {
        program: "file watcher".to_owned(),
        message: error.to_string(),
        help: "on Linux `fs.inotify.max_user_watches` may be too low".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{DataChange, MetadataKind, RenameMode};

    #[test]
    fn only_what_can_change_content_counts() {
        let opened = EventKind::Access(AccessKind::Open(AccessMode::Any));
        let closed = EventKind::Access(AccessKind::Close(AccessMode::Read));
        let touched = EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any));
        assert!(![opened, closed, touched].into_iter().any(is_change));
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        assert!([written, renamed].into_iter().all(is_change));
    }
}
