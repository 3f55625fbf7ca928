//! The whole program on one screen: the stages, in order.
//!
//! Must not know: the command line, the terminal.

use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic, Note};
use crate::error::{Error, Result};
use crate::fs::{self, Refused};
use crate::output::OutputTree;
use crate::page::{self, Dialect, Page};
use crate::progress::Progress;
use crate::render::highlight::Highlighter;
use crate::render::theme::Theme;
use crate::render::{self, Input};
use crate::search;
use crate::site::{self, Disk, Site};
use crate::snippet::language::languages::Languages;
use crate::snippet::model::blocks::Blocks;
use crate::snippet::plan::collect::collect;
use crate::source::{self, Edits, Sources};
use crate::span::FileId;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A project as read and resolved.
pub struct Project {
    /// The texts.
    pub sources: Sources,
    /// The pages, resolved.
    pub site: Site,
    /// Their code blocks, with the verdicts that are known.
    pub blocks: Blocks,
    /// What is wrong with them.
    pub problems: Vec<Diagnostic>,
    /// When each file was last edited, by its path from the root; empty until somebody asks version control.
    pub edited: Edits,
}

/// Reads the content folder and resolves the site.
///
/// # Errors
/// Where a file cannot be read.
pub fn read(config: &Config, languages: &Languages, disk: Disk<'_>, progress: &dyn Progress) -> Result<Project> {
    progress.phase("reading pages", None);
    let (mut sources, mut problems) = source::load(config)?;
    let (pages, found) = parse(&sources, config);
    problems.extend(found);
    let named = site::takes_only_what_is_named(config).then(|| site::link::file_names(&pages));
    problems.extend(sources.check_assets(named.as_ref()));
    let (site, found) = site::resolve(&sources, pages, config, disk);
    problems.extend(found);
    problems.sort_by_key(|a| (a.span, a.code));
    let problems = bounded(&sources, problems);
    progress.phase("reading code blocks", None);
    let blocks = collect(&sources, &site.pages, config, languages);
    Ok(Project { sources, site, blocks, problems, edited: Edits::new() })
}

/// Reads the given files only, without a site around them.
///
/// # Errors
/// Where a file cannot be read.
pub fn read_paths(config: &Config, paths: &[PathBuf]) -> Result<(Sources, Vec<Page>, Vec<Diagnostic>)> {
    let (sources, mut problems) = source::load_paths(config, paths)?;
    let (pages, found) = parse(&sources, config);
    problems.extend(found);
    let problems = bounded(&sources, problems);
    Ok((sources, pages, problems))
}

/// Problems of one kind on one line that are told one by one. Each is shown with its line: on a line of a megabyte with
/// ten thousand links nobody could wait for them all.
const MOST_ON_A_LINE: usize = 20;

fn bounded(sources: &Sources, problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::new();
    let mut counts: BTreeMap<(FileId, usize, Code), (usize, usize)> = BTreeMap::new();
    for problem in problems {
        let line = sources[problem.span.file].lines.line_of(problem.span.start);
        let (count, last) = counts.entry((problem.span.file, line, problem.code)).or_default();
        *count += 1;
        if *count <= MOST_ON_A_LINE {
            *last = kept.len();
            kept.push(problem);
        }
    }
    for (count, last) in counts.into_values().filter(|(count, _)| *count > MOST_ON_A_LINE) {
        let more = count - MOST_ON_A_LINE;
        kept[last].notes.push(Note { message: format!("{more} more of this kind are on this line"), span: None });
    }
    kept
}

/// Parses every page of the sources, on all cores.
pub fn parse(sources: &Sources, config: &Config) -> (Vec<Page>, Vec<Diagnostic>) {
    let dialect = Dialect { foreign_words: &config.verify.foreign_words, math: config.math };
    let parsed: Vec<_> =
        sources.pages.par_iter().map(|source| page::parse(sources, source, config.today, dialect)).collect();
    let mut problems = Vec::new();
    let pages = parsed
        .into_iter()
        .map(|(page, found)| {
            problems.extend(found);
            page
        })
        .collect();
    (pages, problems)
}

/// The files that pages name, beside the pages themselves: what they include, the schemas of their data, and, where the
/// content folder is the whole project, the files that they link to. Some may not exist.
pub fn named_files(project: &Project, config: &Config) -> BTreeSet<PathBuf> {
    let Project { sources, site, blocks, .. } = project;
    let mut named = source::included_paths(sources);
    for snippet in blocks.snippets() {
        if let Some(schema) = &snippet.settings.schema {
            let folders = [snippet.page_path.parent().unwrap_or(&config.root), &config.root];
            named.extend(folders.map(|folder| source::normalise(&folder.join(schema))));
        }
    }
    if config.content == config.root {
        named.extend(site.copied.iter().map(|relative| site.assets[relative].path.clone()));
    }
    named
}

/// Renders the whole site into memory, with the verdicts that its blocks have.
///
/// # Errors
/// Where a template of the theme is broken or an asset cannot be read.
pub fn render(project: &Project, config: &Config, options: &RenderOptions<'_>) -> Result<OutputTree> {
    options.progress.phase("indexing", None);
    let index = search::build(&project.site, config, &project.blocks);
    let Project { sources, site, blocks, edited, .. } = project;
    let assets = assets(site, config)?;
    let input = Input { sources, site, config, blocks, edited, index: &index, assets, live: options.live };
    options.progress.phase("rendering", Some(site.pages.len() as u64));
    let tree = render::render(input, Theme::load(config)?, options.highlighter, options.progress)?;
    options.progress.finish();
    Ok(tree)
}

/// The files beside the pages that become part of the site, by their path in it.
fn assets(site: &Site, config: &Config) -> Result<Vec<(String, Vec<u8>)>> {
    let read = |relative: &String| {
        let path = &site.assets[relative].path;
        // The checks have found it readable; if it is not, it was changed since.
        let failed = |refused: Refused| Error::Io {
            action: "read",
            path: path.clone(),
            source: std::io::Error::other(refused.why()),
        };
        Ok((relative.clone(), fs::read_within(&config.project, path).map_err(failed)?))
    };
    site.copied.iter().map(read).collect()
}

/// What rendering needs beside the project: who wants to know, what is kept between two builds.
pub struct RenderOptions<'a> {
    /// Who wants to know.
    pub progress: &'a dyn Progress,
    /// Keeps highlighted code between two builds of a preview.
    pub highlighter: &'a Highlighter,
    /// Whether pages reload themselves.
    pub live: bool,
}
