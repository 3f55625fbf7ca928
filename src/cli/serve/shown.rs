//! The site that browsers see. The builder replaces it after a change, the checker when verdicts are known.
//!
//! Must not know: files on disk, tools.

use crate::diagnostic::{Diagnostic, Severity};
use crate::error::Result;
use crate::pipeline::Edition;
use crate::report::terminal;
use crate::serve::{Files, Preview};
use crate::snippet::model::blocks::Blocks;
use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

impl Files for Edition {
    fn has(&self, path: &str) -> bool {
        Self::has(self, path)
    }

    fn file(&self, path: &str) -> Result<Option<Vec<u8>>> {
        Ok(Self::file(self, path)?.map(Cow::into_owned))
    }

    fn problems(&self, path: &str) -> String {
        let project = &self.project;
        let Some(page) = project.site.by_url.get(path) else { return String::new() };
        let file = project.site.pages[*page].file;
        let is_here = |it: &&Diagnostic| it.span.file == file && it.severity == Severity::Error;
        let here: Vec<Diagnostic> = project.problems.iter().filter(is_here).cloned().collect();
        let text = terminal::diagnostics(&project.sources, &here, false);
        anstream::adapter::strip_str(&text).to_string()
    }
}

/// The current edition, and the preview that serves it.
pub(super) struct Shown {
    edition: Mutex<Arc<Edition>>,
    preview: Arc<Preview>,
}

impl Shown {
    /// Shows a first edition.
    pub(super) fn new(edition: Arc<Edition>) -> Self {
        let preview = Arc::new(Preview::new(Arc::clone(&edition) as Arc<dyn Files>));
        Self { edition: Mutex::new(edition), preview }
    }

    /// The preview.
    pub(super) fn preview(&self) -> Arc<Preview> {
        Arc::clone(&self.preview)
    }

    /// The site's title.
    pub(super) fn title(&self) -> String {
        self.edition().project.site.title.clone()
    }

    /// The current edition.
    pub(super) fn edition(&self) -> Arc<Edition> {
        Arc::clone(&self.edition.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Shows a new edition.
    pub(super) fn show(&self, edition: Arc<Edition>) {
        let mut current = self.edition.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::clone(&edition);
        self.preview.show(edition);
    }

    /// Shows the verdicts of an edition's blocks, unless a newer edition is shown. Returns the edition with them.
    pub(super) fn judge(&self, edition: &Arc<Edition>, blocks: Blocks) -> Option<Arc<Edition>> {
        let judged = Arc::new(edition.with_blocks(blocks));
        let mut current = self.edition.lock().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&current, edition) {
            return None;
        }
        *current = Arc::clone(&judged);
        self.preview.show(Arc::clone(&judged) as Arc<dyn Files>);
        Some(judged)
    }
}
