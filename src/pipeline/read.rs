//! A project's folder → [`Project`]: texts, pages, the resolved site, code blocks.
//!
//! Must not know: the command line, the terminal, how a site looks.

use crate::config::{Config, Generator};
use crate::diagnostic::{Code, Diagnostic, Note, Severity};
use crate::error::Result;
use crate::page::fence::ForeignWords;
use crate::page::{self, Dialect, Page};
use crate::progress::Progress;
use crate::site::{self, PageIndex, PathExists, Site};
use crate::snippet::language::languages::Languages;
use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::plan::collect::{collect, collect_page};
use crate::source::{self, Edits, PageSource, Sources};
use crate::span::FileId;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A project as read and resolved. Its parts are shared, so a copy is cheap.
#[derive(Clone)]
pub struct Project {
    /// The texts.
    pub sources: Arc<Sources>,
    /// The pages, resolved.
    pub site: Arc<Site>,
    /// Their code blocks. Each has a verdict, *Unchecked* at first.
    pub blocks: Blocks,
    /// The problems found in them.
    pub problems: Vec<Diagnostic>,
    /// When each file was last edited, by its path from the root. Empty until version control is asked.
    pub edited: Arc<Edits>,
    /// The pages as parsed, in the order of the sources.
    parsed: Vec<Parsed>,
    /// The problems of reading files.
    of_reading: Arc<[Diagnostic]>,
    /// The problems of the site.
    of_site: site::Problems,
}

/// A parsed page and its problems.
#[derive(Clone)]
struct Parsed {
    page: Arc<Page>,
    problems: Arc<[Diagnostic]>,
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
    let (mut sources, mut of_reading) = source::load(config)?;
    let parsed = parse_each(&sources, &sources.pages, config);
    let named = site::uses_only_named_assets(config)
        .then(|| site::link::file_names(parsed.iter().map(|parsed| parsed.page.as_ref())));
    of_reading.extend(sources.check_assets(named.as_ref()));
    let (site, of_site) = resolve(&sources, &parsed, config, path_exists);
    let problems = in_order(config, &sources, &parsed, &of_reading, &of_site);
    progress.phase("reading code blocks", None);
    let blocks = collect(&sources, &site.pages.raw, config, languages);
    Ok(Project {
        sources: Arc::new(sources),
        site: Arc::new(site),
        blocks,
        problems,
        edited: Arc::default(),
        parsed,
        of_reading: of_reading.into(),
        of_site,
    })
}

/// Reads the `changed` pages again and takes everything else from `before`. `None` if that is not enough: a file is new,
/// gone or no page, or the site has other pages now. Blocks whose code is the same keep their verdicts.
///
/// # Errors
/// If a file cannot be read.
pub fn read_again(
    before: &Project,
    config: &Config,
    languages: &Languages,
    path_exists: PathExists<'_>,
    changed: &BTreeSet<PathBuf>,
) -> Result<Option<Project>> {
    if site::uses_only_named_assets(config) {
        return Ok(None);
    }
    let mut sources = Sources::clone(&before.sources);
    let Some(files) = sources.read_pages_again(changed) else { return Ok(None) };
    let again: Vec<_> = sources.pages.iter().filter(|page| files.contains(&page.file)).cloned().collect();
    let mut fresh = parse_each(&sources, &again, config).into_iter();
    let parsed: Vec<Parsed> = before
        .parsed
        .iter()
        .map(
            |old| {
                if files.contains(&old.page.file) { fresh.next().unwrap_or_else(|| old.clone()) } else { old.clone() }
            },
        )
        .collect();
    let pages = parsed.iter().map(|parsed| &parsed.page).filter(|page| files.contains(&page.file));
    let replaced =
        site::replace((&before.sources, &sources), (&before.site, &before.of_site), pages.cloned().collect(), config);
    let (site, of_site) = replaced.unwrap_or_else(|| resolve(&sources, &parsed, config, path_exists));
    let problems = in_order(config, &sources, &parsed, &before.of_reading, &of_site);
    if site.urls != before.site.urls || site.copied != before.site.copied {
        return Ok(None);
    }
    let mut blocks = before.blocks.clone();
    let pages = site.pages.iter_enumerated().filter(|(_, page)| files.contains(&page.file));
    let renewed = pages.map(|(index, page)| (index, collect_page(&sources, index, page, config, languages))).collect();
    blocks.renew_pages(renewed);
    Ok(Some(Project {
        sources: Arc::new(sources),
        site: Arc::new(site),
        blocks,
        problems,
        edited: Arc::clone(&before.edited),
        parsed,
        of_reading: Arc::clone(&before.of_reading),
        of_site,
    }))
}

fn resolve(
    sources: &Sources,
    parsed: &[Parsed],
    config: &Config,
    path_exists: PathExists<'_>,
) -> (Site, site::Problems) {
    let pages = parsed.iter().map(|parsed| Arc::clone(&parsed.page)).collect();
    site::resolve(sources, pages, config, path_exists)
}

/// All problems in the order of their places.
fn in_order(
    config: &Config,
    sources: &Sources,
    parsed: &[Parsed],
    of_reading: &[Diagnostic],
    of_site: &site::Problems,
) -> Vec<Diagnostic> {
    let of_pages = parsed.iter().flat_map(|parsed| parsed.problems.iter());
    let mut problems: Vec<Diagnostic> = of_reading.iter().chain(of_pages).chain(of_site.iter()).cloned().collect();
    if config.generator.is_some() {
        problems.iter_mut().for_each(soften);
    }
    problems.sort_by_key(|a| (a.span, a.code));
    limit_per_line(sources, problems)
}

/// In a folder of another generator docgen may fail to see what that one sees: pages that a plug-in makes, files of its
/// own folders, anchors by other rules. So what is missing there is a warning.
fn soften(problem: &mut Diagnostic) {
    use Code::{BrokenAnchor, BrokenLink, BrokenReference, DuplicateUrl, FrontMatterPath, MissingImage, NavMissing};
    let codes = [BrokenLink, BrokenAnchor, BrokenReference, MissingImage, FrontMatterPath, NavMissing, DuplicateUrl];
    // A fence that is open at the end of the page and swallows no heading is closed by every generator.
    let harmless = problem.code == Code::FenceUnclosed && problem.notes.is_empty();
    if harmless || codes.contains(&problem.code) {
        problem.severity = problem.severity.min(Severity::Warning);
    }
}

/// Reads the given files only, without a site around them.
///
/// # Errors
/// If a file cannot be read.
pub fn read_paths(config: &Config, paths: &[PathBuf]) -> Result<(Sources, Vec<Arc<Page>>, Vec<Diagnostic>)> {
    let (sources, mut problems) = source::load_paths(config, paths)?;
    let (pages, found) = parse(&sources, config);
    problems.extend(found);
    let problems = limit_per_line(&sources, problems);
    Ok((sources, pages, problems))
}

/// Reads a text that is on no disk as the page at `path`. Relative paths in it lead from there.
///
/// # Errors
/// If the configuration is wrong.
pub fn read_text(config: &Config, path: &Path, text: String) -> Result<(Sources, Vec<Arc<Page>>, Vec<Diagnostic>)> {
    let (sources, mut problems) = source::load_text(config, path, text);
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
pub fn parse(sources: &Sources, config: &Config) -> (Vec<Arc<Page>>, Vec<Diagnostic>) {
    let parsed = parse_each(sources, &sources.pages, config);
    let problems = parsed.iter().flat_map(|parsed| parsed.problems.iter().cloned()).collect();
    (parsed.into_iter().map(|parsed| parsed.page).collect(), problems)
}

fn parse_each(sources: &Sources, pages: &[PageSource], config: &Config) -> Vec<Parsed> {
    let dialect = Dialect {
        foreign_words: ForeignWords::of(config),
        math: config.math,
        // Docusaurus reads `.md` as MDX too.
        mdx: config.generator == Some(Generator::Docusaurus),
    };
    let parse = |source: &PageSource| {
        let (page, problems) = page::parse(sources, source, config.today, dialect);
        Parsed { page: Arc::new(page), problems: problems.into() }
    };
    pages.par_iter().map(parse).collect()
}

/// The files that pages refer to: included files, schemas of data blocks and, if the content folder is the whole
/// project, linked files. Some may not exist.
pub fn named_files(project: &Project, config: &Config) -> BTreeSet<PathBuf> {
    let Project { sources, site, blocks, .. } = project;
    let mut named = source::included_paths(sources, sources.iter());
    named.extend(blocks.snippets().flat_map(|snippet| schemas(snippet, config)));
    if config.content == config.root {
        named.extend(site.copied.iter().map(|relative| site.assets[relative].path.clone()));
    }
    named
}

/// The paths of which the checks ask only whether they exist: those in front matter.
pub fn checked_paths(project: &Project, config: &Config) -> BTreeSet<PathBuf> {
    let places = |page: &Arc<Page>| -> Vec<PathBuf> {
        let folder = project.sources[page.file].path.parent().map(PathBuf::from).unwrap_or_default();
        let bases = [&folder, &config.content, &config.root];
        let paths = page.front_matter.paths.iter().map(|(_, path)| &path.value);
        paths.flat_map(|path| bases.map(|base| source::normalise(&base.join(path)))).collect()
    };
    project.site.pages.iter().flat_map(places).collect()
}

/// The included files and the schemas of these pages only.
pub fn files_named_by(project: &Project, config: &Config, pages: &BTreeSet<PageIndex>) -> BTreeSet<PathBuf> {
    let Project { sources, site, blocks, .. } = project;
    let mut named = source::included_paths(sources, pages.iter().map(|page| &sources[site.pages[*page].file]));
    let ids = pages.iter().flat_map(|page| blocks.on_page(*page));
    named.extend(ids.flat_map(|id| schemas(&blocks[id], config)));
    named
}

fn schemas(snippet: &Snippet, config: &Config) -> Vec<PathBuf> {
    let Some(schema) = &snippet.settings.schema else { return Vec::new() };
    let folders = [snippet.page_path.parent().unwrap_or(&config.root), &config.root];
    folders.iter().map(|folder| source::normalise(&folder.join(schema))).collect()
}
