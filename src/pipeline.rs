//! The stages of the program, in order.
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
use crate::site::{self, PathExists, Site};
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
    /// Their code blocks. Each has a verdict, *Unchecked* at first.
    pub blocks: Blocks,
    /// The problems found in them.
    pub problems: Vec<Diagnostic>,
    /// When each file was last edited, by its path from the root. Empty until version control is asked.
    pub edited: Edits,
}

/// Reads the content folder and resolves the site.
///
/// # Errors
/// If a file cannot be read.
pub fn read(
    config: &Config,
    languages: &Languages,
    path_exists: PathExists<'_>,
    progress: &dyn Progress,
) -> Result<Project> {
    progress.phase("reading pages", None);
    let (mut sources, mut problems) = source::load(config)?;
    let (pages, found) = parse(&sources, config);
    problems.extend(found);
    let named = site::uses_only_named_assets(config).then(|| site::link::file_names(&pages));
    problems.extend(sources.check_assets(named.as_ref()));
    let (site, found) = site::resolve(&sources, pages, config, path_exists);
    problems.extend(found);
    problems.sort_by_key(|a| (a.span, a.code));
    let problems = limit_per_line(&sources, problems);
    progress.phase("reading code blocks", None);
    let blocks = collect(&sources, &site.pages.raw, config, languages);
    Ok(Project { sources, site, blocks, problems, edited: Edits::new() })
}

/// Reads the given files only, without a site around them.
///
/// # Errors
/// If a file cannot be read.
pub fn read_paths(config: &Config, paths: &[PathBuf]) -> Result<(Sources, Vec<Page>, Vec<Diagnostic>)> {
    let (sources, mut problems) = source::load_paths(config, paths)?;
    let (pages, found) = parse(&sources, config);
    problems.extend(found);
    let problems = limit_per_line(&sources, problems);
    Ok((sources, pages, problems))
}

/// Max problems of one kind that are reported for one line. Each report prints the line, so a 1 MB line with 10,000
/// links would take too long.
const MAX_PER_LINE: usize = 20;

fn limit_per_line(sources: &Sources, problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::new();
    let mut counts: BTreeMap<(FileId, usize, Code), (usize, usize)> = BTreeMap::new();
    for problem in problems {
        let line = sources[problem.span.file].lines.line_of(problem.span.start);
        let (count, last) = counts.entry((problem.span.file, line, problem.code)).or_default();
        *count += 1;
        if *count <= MAX_PER_LINE {
            *last = kept.len();
            kept.push(problem);
        }
    }
    for (count, last) in counts.into_values().filter(|(count, _)| *count > MAX_PER_LINE) {
        let more = count - MAX_PER_LINE;
        kept[last]
            .notes
            .push(Note { message: format!("{more} more problems of this kind are on this line"), span: None });
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

/// The files that pages refer to: included files, schemas of data blocks and, if the content folder is the whole
/// project, linked files. Some may not exist.
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

/// Renders the whole site into memory, with the verdicts of its blocks.
///
/// # Errors
/// If a template of the theme is broken or an asset cannot be read.
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

/// The site's files that are not pages, by their path in the site.
fn assets(site: &Site, config: &Config) -> Result<Vec<(String, Vec<u8>)>> {
    let read = |relative: &String| {
        let path = &site.assets[relative].path;
        // The checks have read it; if this fails, the file has changed since.
        let failed = |refused: Refused| Error::Io {
            action: "read",
            path: path.clone(),
            source: std::io::Error::other(refused.why()),
        };
        Ok((relative.clone(), fs::read_within(&config.project, path).map_err(failed)?))
    };
    site.copied.iter().map(read).collect()
}

/// The options of [`render()`], besides the project.
pub struct RenderOptions<'a> {
    /// Receives the progress.
    pub progress: &'a dyn Progress,
    /// Keeps highlighted code between two builds of a preview.
    pub highlighter: &'a Highlighter,
    /// Whether pages reload themselves.
    pub live: bool,
}
