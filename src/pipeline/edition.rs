//! A project → its site: every path, and the files when they are asked for.
//!
//! Must not know: what a file looks like, the command line.

use super::read::Project;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::fs::{self, Refused};
use crate::output::{Fingerprints, SyncReport, Writer};
use crate::progress::Progress;
use crate::render::highlight::Highlighter;
use crate::render::theme::Theme;
use crate::render::{Input, Outline, Part, Renderer, Shared};
use crate::search::{self, SearchIndex};
use crate::snippet::model::blocks::Blocks;
use rayon::prelude::*;
use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The site of a project at one moment: its paths, and all that is needed to make each file when it is asked for.
pub struct Edition {
    /// The project.
    pub project: Project,
    config: Arc<Config>,
    theme: Arc<Theme>,
    highlighter: Arc<Highlighter>,
    /// Whether pages reload themselves.
    live: bool,
    shared: Shared,
    outline: OnceLock<Outline>,
    index: OnceLock<SearchIndex>,
}

/// The folder of the search index in the site.
const SEARCH: &str = "docgen/search/";

impl Edition {
    /// The site of a project. Nothing is made yet. `live` is for `docgen serve`: pages reload themselves.
    pub fn new(
        project: Project,
        config: Arc<Config>,
        theme: Arc<Theme>,
        highlighter: Arc<Highlighter>,
        live: bool,
    ) -> Self {
        let (shared, outline, index) = (Shared::default(), OnceLock::new(), OnceLock::new());
        Self { project, config, theme, highlighter, live, shared, outline, index }
    }

    /// The same site with other verdicts.
    #[must_use]
    pub fn with_blocks(&self, blocks: Blocks) -> Self {
        let mut project = self.project.clone();
        project.blocks = blocks;
        let (config, theme) = (Arc::clone(&self.config), Arc::clone(&self.theme));
        Self::new(project, config, theme, Arc::clone(&self.highlighter), self.live)
    }

    /// The project's configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    fn renderer(&self) -> Renderer<'_> {
        Renderer {
            input: input(&self.project, &self.config, self.live),
            theme: &self.theme,
            highlighter: &self.highlighter,
            shared: &self.shared,
        }
    }

    /// The search index. It is built when it is first asked for.
    fn index(&self) -> &SearchIndex {
        self.index.get_or_init(|| search::build(&self.project.site, &self.config, &self.project.blocks))
    }

    /// Every path of the site, without the search index.
    ///
    /// # Errors
    /// [`Error::OutputPath`] if the site cannot have one of them.
    pub fn outline(&self) -> Result<&Outline> {
        if let Some(outline) = self.outline.get() {
            return Ok(outline);
        }
        let outline = self.renderer().outline()?;
        Ok(self.outline.get_or_init(|| outline))
    }

    /// What the file at a path shows. A page is found without planning the whole site.
    fn part(&self, path: &str) -> Result<Option<Part>> {
        let page = |url: &str| self.project.site.by_url.get(url).copied();
        if let Some(page) = page(path) {
            return Ok(Some(Part::Page(page)));
        }
        let twin = path.strip_suffix(".md").and_then(|stem| page(&format!("{stem}.html")));
        match twin {
            Some(page) => Ok(Some(Part::Twin(page))),
            None => Ok(self.outline()?.files().get(path).cloned()),
        }
    }

    /// Whether the site has a file at this path. If its paths cannot be planned, [`Self::file`] says why.
    pub fn has(&self, path: &str) -> bool {
        matches!(self.part(path), Ok(Some(_)) | Err(_))
            || (path.starts_with(SEARCH) && self.index().files.contains_key(path))
    }

    /// Makes the file at this path; `None` if the site has no such file.
    ///
    /// # Errors
    /// If the site cannot have one of its paths, a template of the theme is broken, or an asset cannot be read.
    pub fn file(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>> {
        if let Some(part) = self.part(path)? {
            return self.make(path, &part).map(Some);
        }
        let index = path.starts_with(SEARCH).then(|| self.index());
        Ok(index.and_then(|index| index.files.get(path)).map(|text| Cow::Borrowed(text.as_bytes())))
    }

    fn make(&self, path: &str, part: &Part) -> Result<Cow<'_, [u8]>> {
        if let Some(made) = self.renderer().make(path, part)? {
            return Ok(made);
        }
        let path = &self.project.site.assets[path].path;
        // The checks have read it; if this fails, the file has changed since.
        let failed = |refused: Refused| Error::Io {
            action: "read",
            path: path.clone(),
            source: std::io::Error::other(refused.why()),
        };
        fs::read_within(&self.config.project, path).map(Cow::Owned).map_err(failed)
    }

    /// Writes the whole site to `out`. The search index is built beside the pages. A page that `known` says was made from
    /// the same is not made again. Returns the new fingerprints.
    ///
    /// # Errors
    /// If a file cannot be made or written; then the old site is still in place.
    pub fn write(
        &self,
        out: &Path,
        known: Fingerprints,
        progress: &dyn Progress,
    ) -> Result<(SyncReport, Fingerprints)> {
        let writer = Writer::new(out, known)?;
        let files = self.outline()?.files();
        progress.phase("rendering", Some(files.len() as u64));
        let (index, rendered) = rayon::join(
            || self.index(),
            || {
                files.par_iter().try_for_each(|(path, part)| {
                    progress.advance(1);
                    self.put(&writer, path, part)
                })
            },
        );
        rendered?;
        index.files.par_iter().try_for_each(|(path, content)| writer.put(path, content.as_bytes()))?;
        progress.finish();
        writer.finish()
    }

    /// Writes one file, or takes it from the old tree.
    fn put(&self, writer: &Writer, path: &str, part: &Part) -> Result<()> {
        let Part::Page(index) = part else { return writer.put(path, &self.make(path, part)?) };
        let page = self.renderer().page(*index);
        if writer.keep(path, page.fingerprint())? { Ok(()) } else { writer.put(path, page.render()?.as_bytes()) }
    }

    /// A hash of what decides all pages, beside the configuration: the theme.
    pub fn theme_digest(&self) -> &str {
        &self.theme.digest
    }
}

fn input<'a>(project: &'a Project, config: &'a Config, live: bool) -> Input<'a> {
    let Project { sources, site, blocks, edited, .. } = project;
    Input { sources, site, config, blocks, edited, live }
}
