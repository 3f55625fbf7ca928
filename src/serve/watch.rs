//! File-system events → the paths whose content may have changed, once for each burst of them.
//!
//! Folders are watched one by one, not with all below them, so that what is never read costs nothing.
//! Must not know: what is rebuilt, which files matter.

use crate::error::{Error, Result};
use notify::event::{EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Editors save in several steps; this long after the last one the burst is over.
const QUIET: Duration = Duration::from_millis(30);
/// A burst that does not end is cut here.
const LONGEST: Duration = Duration::from_millis(500);

/// A watch that is on as long as this value lives.
pub struct Watch {
    watcher: RecommendedWatcher,
    events: Receiver<Signal>,
    covered: BTreeSet<PathBuf>,
}

/// What the system says.
enum Signal {
    /// The content at this path may have changed.
    Changed(PathBuf),
    /// Events were lost: anything may have changed.
    Lost,
}

impl Watch {
    /// A watch that covers nothing yet.
    ///
    /// # Errors
    /// [`Error::Tool`] where the system offers none.
    pub fn start() -> Result<Self> {
        let (sender, events) = channel();
        let handler = move |event: notify::Result<Event>| {
            let signals = match event {
                Ok(event) if event.need_rescan() => vec![Signal::Lost],
                Ok(event) if is_change(event.kind) => event.paths.into_iter().map(Signal::Changed).collect(),
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

    /// Watches the entries of these folders and of no others. Says whether a folder is new: what was put into it until
    /// now has made no event.
    ///
    /// # Errors
    /// [`Error::Tool`] where the system refuses to watch.
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
                // It went between the question and the call; that is an event of the folder above it.
                Err(_) if !folder.is_dir() => {}
                Err(error) => return Err(failed(&error)),
            }
        }
        Ok(any)
    }

    /// Waits for the next burst in which a path `matters`; these paths, or `None` when the watch has ended. Where events
    /// were lost, there may be no path.
    pub fn next(&mut self, matters: impl Fn(&Path) -> bool) -> Option<BTreeSet<PathBuf>> {
        let mut changed = BTreeSet::new();
        let mut until: Option<(Instant, Instant)> = None;
        loop {
            let signal = match until {
                None => self.events.recv().ok()?,
                Some((quiet, end)) => {
                    let patience = quiet.min(end).saturating_duration_since(Instant::now());
                    match self.events.recv_timeout(patience) {
                        Ok(signal) => signal,
                        Err(RecvTimeoutError::Timeout) => return Some(changed),
                        Err(RecvTimeoutError::Disconnected) => return None,
                    }
                }
            };
            match signal {
                // A folder that went takes its watch along, and may come back.
                Signal::Changed(path) if self.covered.remove(&path) => {
                    let _ = self.watcher.unwatch(&path);
                    changed.insert(path);
                }
                Signal::Changed(path) if matters(&path) => {
                    changed.insert(path);
                }
                Signal::Changed(_) => continue,
                Signal::Lost => {}
            }
            let now = Instant::now();
            until = Some((now + QUIET, until.map_or(now + LONGEST, |(_, end)| end)));
        }
    }
}

/// Whether an event can be a change of content. On Linux the system also tells of files being opened, read and closed,
/// which a build does to all of them, and of new times and permissions.
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
    use notify::event::{AccessKind, AccessMode, DataChange, MetadataKind, RenameMode};

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
