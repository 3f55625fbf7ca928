//! How much work this process has done, as counts: `--verbose` prints them, and tests hold them against the size of the
//! site. Times differ from run to run; these do not.
//!
//! Must not know: what the work is for.

use std::sync::atomic::{AtomicU64, Ordering};

/// A kind of work.
#[derive(Debug, Clone, Copy)]
pub enum Work {
    /// Files whose content was read.
    FilesRead,
    /// Bytes of these files.
    BytesRead,
    /// Files that were written.
    FilesWritten,
    /// Bytes of these files.
    BytesWritten,
    /// Pages whose Markdown was parsed.
    PagesParsed,
    /// Texts of pages that were made into HTML.
    PagesRendered,
    /// Templates that were rendered.
    TemplatesRendered,
    /// Calls of a highlighter.
    BlocksHighlighted,
    /// Terms that went into the search index.
    TermsIndexed,
    /// Tools and blocks that were started.
    ProgramsStarted,
}

/// Their names, in order.
const NAMES: [&str; 10] = [
    "files read",
    "bytes read",
    "files written",
    "bytes written",
    "pages parsed",
    "pages rendered",
    "templates rendered",
    "blocks highlighted",
    "terms indexed",
    "programs started",
];

static DONE: [AtomicU64; NAMES.len()] = [const { AtomicU64::new(0) }; NAMES.len()];

/// Adds to a count.
pub fn count(work: Work, more: usize) {
    DONE[work as usize].fetch_add(more as u64, Ordering::Relaxed);
}

/// All counts on one line: `12 files read, 3400 bytes read, …`.
pub fn line() -> String {
    let counts = NAMES.iter().zip(&DONE).map(|(name, done)| format!("{} {name}", done.load(Ordering::Relaxed)));
    counts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_work_has_its_own_name() {
        assert_eq!(NAMES[Work::ProgramsStarted as usize], "programs started");
        assert_eq!(NAMES[Work::BlocksHighlighted as usize], "blocks highlighted");
        assert!(line().starts_with(|first: char| first.is_ascii_digit()));
    }
}
