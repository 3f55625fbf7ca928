//! Waits for changes and shows the new site.
//!
//! After a save of known pages only these are read again; after any other change, everything is.
//! Must not know: verification, browsers.

use super::checker::{Checker, Task};
use super::manner::{Manner, wrong};
use super::shown::Shown;
use crate::cli::problems;
use crate::cli::shell::Shell;
use crate::config::{Config, Overrides};
use crate::error::{Error, Result};
use crate::pipeline::{self, Edition, Project};
use crate::progress::Silent;
use crate::render::highlight::Highlighter;
use crate::render::theme::Theme;
use crate::report::{terminal, words};
use crate::serve::inputs::{Inputs, Own};
use crate::serve::watch::Watch;
use crate::site::PageIndex;
use crate::source::{self, slash_path};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) struct Builder<'a> {
    shell: &'a Shell,
    overrides: Overrides,
    config: Arc<Config>,
    theme: Arc<Theme>,
    highlighter: Arc<Highlighter>,
    /// What browsers see, after the first build.
    shown: Option<Arc<Shown>>,
    /// Verifies snippets, unless `--no-verify`.
    checker: Option<&'a Checker<'a>>,
    watch: Watch,
    own: Own,
    /// What the last build read.
    inputs: Inputs,
    /// The files that the pages name.
    named: BTreeSet<PathBuf>,
    /// Whether the last build failed, so the next one must read everything.
    failed: bool,
    /// The last message of each kind.
    said: BTreeMap<&'static str, String>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(shell: &'a Shell, overrides: Overrides, checker: Option<&'a Checker<'a>>) -> Result<Self> {
        let config = shell.config(overrides.clone(), None)?;
        Ok(Self {
            shell,
            overrides,
            own: Own::new(&config, shell.cache_folder()),
            theme: Arc::new(Theme::load(&config)?),
            config: Arc::new(config),
            highlighter: Arc::default(),
            shown: None,
            checker,
            watch: Watch::start()?,
            inputs: Inputs::default(),
            named: BTreeSet::new(),
            failed: false,
            said: BTreeMap::new(),
        })
    }

    /// The first build.
    pub(super) fn start(&mut self) -> Result<()> {
        self.build(Manner::Heard)
    }

    /// What browsers see.
    pub(super) fn shown(&self) -> Arc<Shown> {
        Arc::clone(self.shown.as_ref().expect("the first build has been shown"))
    }

    /// Builds after each change, until the watch ends.
    pub(super) fn run(&mut self) {
        while let Some(touched) = self.watch.next(|path| self.inputs.concern(path, &self.own)) {
            self.again(&touched);
        }
    }

    /// Builds again if an input has changed. An error in a file that is being edited must not end the preview.
    fn again(&mut self, touched: &BTreeSet<PathBuf>) {
        if !self.failed
            && let Some(changed) = self.inputs.look_again(touched)
        {
            return self.after(touched, &changed, true);
        }
        let now = match self.look(touched) {
            Ok(now) => now,
            Err(error) => return self.fail(&error, Manner::Silent),
        };
        let before = std::mem::replace(&mut self.inputs, now);
        let mut changed = self.inputs.difference(&before);
        if self.failed {
            changed.extend(touched.iter().cloned());
        }
        let known = changed.iter().all(|path| before.has(path) && self.inputs.has(path));
        self.after(touched, &changed, known);
    }

    /// Builds after these files have changed. `known` says whether all of them existed before and still do.
    fn after(&mut self, touched: &BTreeSet<PathBuf>, changed: &BTreeSet<PathBuf>, known: bool) {
        if changed.is_empty() {
            if self.shell.terminal.verbose {
                self.shell.terminal.say(&format!("nothing to rebuild: {} has the same content", self.list(touched)));
            }
            return;
        }
        if let Some(checker) = self.checker {
            checker.pause();
        }
        let silent = known && changed.iter().all(|path| self.is_beside_pages(path));
        let manner = if silent { Manner::Silent } else { Manner::Heard };
        let quick = if known && !self.failed { self.build_pages(changed) } else { Ok(false) };
        let noted = self.inputs.clone();
        let built = quick.and_then(|done| if done { Ok(()) } else { self.rebuild(manner) });
        // The build may also have read what is being saved now, perhaps half of it. The events of these files are still to
        // come, and must find something new.
        self.inputs.forget(&noted);
        match built {
            Ok(()) if manner == Manner::Heard => self.say_rebuilt(changed),
            Ok(()) => {}
            Err(error) => self.fail(&error, manner),
        }
    }

    fn say_rebuilt(&self, changed: &BTreeSet<PathBuf>) {
        let pages = words::plural(self.shown().edition().project.site.pages.len(), "page");
        self.shell.terminal.say(&format!("rebuilt {pages}: {} changed", self.list(changed)));
    }

    fn rebuild(&mut self, manner: Manner) -> Result<()> {
        if manner == Manner::Heard {
            self.config = Arc::new(self.shell.config(self.overrides.clone(), None)?);
        }
        self.theme = Arc::new(Theme::load(&self.config)?);
        self.build(manner)
    }

    /// Whether a file is beside the pages or in a fixture, so docgen's output could be redirected into it.
    fn is_beside_pages(&self, path: &Path) -> bool {
        let is_source = source::is_page(path) || self.named.contains(path);
        let root = &self.config.root;
        !is_source && path != root.join("book.toml") && !path.starts_with(root.join("themes"))
    }

    /// Looks at the inputs. All their folders are watched, so later changes cause an event.
    fn look(&mut self, touched: &BTreeSet<PathBuf>) -> Result<Inputs> {
        loop {
            let now = Inputs::look((&self.config, &self.own), &self.named, &self.inputs, touched)?;
            if !self.watch.cover(&now.watched())? {
                return Ok(now);
            }
        }
    }

    /// Reads the site. It looks at the files that pages name before reading them, so it misses no change in between.
    fn read(&mut self) -> Result<Project> {
        loop {
            self.inputs = self.look(&BTreeSet::new())?;
            let project = pipeline::read(&self.config, &self.shell.languages(), &|path| path.exists(), &Silent)?;
            let named = pipeline::named_files(&project, &self.config);
            let more = !named.is_subset(&self.named);
            self.named = named;
            if !more {
                return Ok(project);
            }
        }
    }

    /// Reads everything and shows the site.
    fn build(&mut self, manner: Manner) -> Result<()> {
        let mut project = self.read()?;
        project.edited = Arc::new(self.shell.edited(&self.config));
        if let Some(shown) = &self.shown {
            project.blocks.keep_verdicts(&shown.edition().project.blocks);
        }
        self.show(project, BTreeSet::new(), manner)
    }

    /// Reads only the changed pages and shows the site. Returns whether that was enough.
    fn build_pages(&mut self, changed: &BTreeSet<PathBuf>) -> Result<bool> {
        let is_plain_page = |path: &PathBuf| source::is_page(path) && !self.named.contains(path);
        if !changed.iter().all(is_plain_page) {
            return Ok(false);
        }
        let before = self.shown().edition();
        let (config, languages) = (&self.config, &self.shell.languages());
        let read = pipeline::read_again(&before.project, config, languages, &|path| path.exists(), changed)?;
        let Some(project) = read else { return Ok(false) };
        let pages: BTreeSet<PageIndex> = project
            .site
            .pages
            .iter_enumerated()
            .filter(|(_, page)| changed.contains(&project.sources[page.file].path))
            .map(|(index, _)| index)
            .collect();
        if !pipeline::files_named_by(&project, config, &pages).is_subset(&self.named) {
            return Ok(false);
        }
        self.show(project, pages, Manner::Heard)?;
        Ok(true)
    }

    /// Shows a site, says what is wrong in it, and has it verified, the saved pages first.
    fn show(&mut self, project: Project, first: BTreeSet<PageIndex>, manner: Manner) -> Result<()> {
        let (config, theme) = (Arc::clone(&self.config), Arc::clone(&self.theme));
        let edition = Arc::new(Edition::new(project, config, theme, Arc::clone(&self.highlighter), true));
        if first.is_empty() {
            // A page that was saved does not wait for this.
            edition.outline()?;
        }
        match &self.shown {
            Some(shown) => shown.show(Arc::clone(&edition)),
            None => self.shown = Some(Arc::new(Shown::new(Arc::clone(&edition)))),
        }
        self.failed = false;
        self.said.remove("error");
        let Project { sources, problems, .. } = &edition.project;
        let text = terminal::diagnostics(sources, problems, self.shell.terminal.verbose);
        if manner == Manner::Heard || self.said.get("problems") != Some(&text) {
            problems::report(self.shell, edition.config(), sources, problems);
        }
        self.said.insert("problems", text);
        if let Some(checker) = self.checker {
            checker.check(Task { edition, first, manner });
        }
        Ok(())
    }

    /// Shows an error in the terminal and on the pages.
    fn fail(&mut self, error: &Error, manner: Manner) {
        self.failed = true;
        if let Some(shown) = &self.shown {
            shown.preview().fail(&error.to_string());
        }
        let text = wrong(error);
        if manner == Manner::Heard || self.said.get("error") != Some(&text) {
            self.shell.terminal.error(&text);
        }
        self.said.insert("error", text);
    }

    /// `content/a.md and 2 more`
    fn list(&self, paths: &BTreeSet<PathBuf>) -> String {
        let first =
            paths.first().map_or(Path::new("a file"), |path| path.strip_prefix(&self.config.root).unwrap_or(path));
        match paths.len() {
            0 | 1 => slash_path(first),
            number => format!("{} and {} more", slash_path(first), number - 1),
        }
    }
}
