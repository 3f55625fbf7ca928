//! Verifies the site of a preview beside the builds.
//!
//! Must not know: files on disk, browsers.

use super::manner::{Manner, wrong};
use super::shown::Shown;
use crate::cli::shell::Shell;
use crate::cli::work;
use crate::error::{Error, Result};
use crate::pipeline::Edition;
use crate::process::Supervisor;
use crate::progress::{Progress, Silent};
use crate::site::PageIndex;
use crate::snippet;
use crate::snippet::context::{Context, Options};
use crate::snippet::toolchain::tool::Tools;
use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// What is to be verified.
pub(super) struct Task {
    /// The site.
    pub(super) edition: Arc<Edition>,
    /// The saved pages, which come first.
    pub(super) first: BTreeSet<PageIndex>,
    /// What it prints.
    pub(super) manner: Manner,
}

/// The thread that verifies, seen from outside.
pub(super) struct Checker<'a> {
    shell: &'a Shell,
    tools: Tools,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    task: Option<Task>,
    /// Cancels the running task.
    running: Option<Supervisor>,
    ended: bool,
}

impl<'a> Checker<'a> {
    pub(super) fn new(shell: &'a Shell) -> Self {
        Self { shell, tools: shell.tools(), state: Mutex::default(), wake: Condvar::new() }
    }

    /// Replaces the task. The running one is cut short; its saved pages stay first.
    pub(super) fn check(&self, mut task: Task) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = &state.running {
            running.cancel();
        }
        if let Some(waiting) = state.task.take() {
            task.first.extend(waiting.first);
        }
        state.task = Some(task);
        self.wake.notify_all();
    }

    /// Cuts the running task short, because its pages are being read again.
    pub(super) fn pause(&self) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = &state.running {
            running.cancel();
        }
    }

    /// Lets [`Self::run`] return.
    pub(super) fn end(&self) {
        self.pause();
        self.state.lock().unwrap_or_else(PoisonError::into_inner).ended = true;
        self.wake.notify_all();
    }

    /// The next task, and the supervisor for it; `None` at the end.
    fn next(&self) -> Option<(Task, Supervisor)> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = |state: &mut State| state.task.is_none() && !state.ended;
        let mut state = self.wake.wait_while(state, waiting).unwrap_or_else(PoisonError::into_inner);
        let task = state.task.take().filter(|_| !state.ended)?;
        let supervisor = self.shell.supervisor.branch();
        state.running = Some(supervisor.clone());
        Some((task, supervisor))
    }

    /// Verifies task after task.
    pub(super) fn run(&self, shown: &Shown) {
        let mut last = String::new();
        // The saved pages of tasks that were cut short.
        let mut unfinished = BTreeSet::new();
        while let Some((mut task, supervisor)) = self.next() {
            unfinished.extend(task.first.iter().copied());
            task.first = std::mem::take(&mut unfinished);
            match self.verify(&task, &supervisor, shown) {
                Ok(Some(totals)) => {
                    if task.manner == Manner::Heard || totals != last {
                        self.shell.terminal.say(&totals);
                    }
                    last = totals;
                }
                Err(error) if !supervisor.is_cancelled() && !matches!(error, Error::Cancelled) => {
                    self.shell.terminal.error(&wrong(&error));
                }
                Ok(None) | Err(_) => unfinished = task.first,
            }
        }
    }

    /// Verifies the saved pages, then all. Returns the totals; `None` if it was cut short.
    fn verify(&self, task: &Task, supervisor: &Supervisor, shown: &Shown) -> Result<Option<String>> {
        let mut edition = Arc::clone(&task.edition);
        let pages = edition.project.site.pages.len();
        let first: BTreeSet<PageIndex> = task.first.iter().copied().filter(|page| usize::from(*page) < pages).collect();
        for only in [Some(first).filter(|first| !first.is_empty()), None] {
            let is_part = only.is_some();
            let mut blocks = edition.project.blocks.clone();
            let work = work::of_project(self.shell, &edition.config().root)?;
            let progress: Box<dyn Progress> = match task.manner {
                Manner::Heard if !is_part => Box::new(self.shell.progress()),
                _ => Box::new(Silent),
            };
            let options = Options { bare: !edition.config().has_project, pages: only, ..Options::default() };
            let input = (edition.config(), edition.project.sources.as_ref());
            let context = work::context(self.shell, input, &self.tools, progress.as_ref(), work.folder(), options);
            let cache = Some(work::cache_of_project(self.shell, &edition.config().root));
            let context = Context { supervisor, cache, ..context };
            snippet::verify::verify(&context, &mut blocks)?;
            if supervisor.is_cancelled() {
                return Ok(None);
            }
            let Some(judged) = shown.judge(&edition, blocks) else { return Ok(None) };
            edition = judged;
        }
        let totals = edition.project.blocks.totals();
        let shown: Vec<String> = totals
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(status, count)| format!("{count} {}", status.name()))
            .collect();
        Ok(Some(format!("verified {}", shown.join(", "))))
    }
}
