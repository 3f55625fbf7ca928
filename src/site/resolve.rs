//! The steps from pages to a [`Site`], in order.
//!
//! Must not know: HTML, templates.

use super::index::PageIndex;
use super::model::{Frame, PathExists, Redirect, Site};
use super::nav::{self, Nav};
use super::places::{self, Places, twin_url};
use super::taxonomy::{self, Taxonomy};
use super::{governance, link, url};
use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic};
use crate::fs;
use crate::page::Page;
use crate::page::front_matter::PageStatus;
use crate::page::order;
use crate::source::Sources;
use crate::span::{FileId, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use typed_index_collections::{TiSlice, TiVec};

/// Resolves the site.
pub fn resolve(
    sources: &Sources,
    pages: Vec<Arc<Page>>,
    config: &Config,
    path_exists: PathExists<'_>,
) -> (Site, Problems) {
    let mut problems = Vec::new();
    let drafts = config.drafts;
    let mut pages: Vec<Arc<Page>> =
        pages.into_iter().filter(|page| drafts || page.front_matter.status != Some(PageStatus::Draft)).collect();
    pages.sort_by(|a, b| a.relative.cmp(&b.relative));
    let Addresses { pages, urls, by_url, by_folded } = addresses(sources, pages, &mut problems);
    let taxonomies = taxonomy::collect(&pages, config, &mut problems);
    let nav = nav::build(sources, &pages, &urls, &by_url, &mut problems);
    let generated = generated_urls(&pages, &by_url, &taxonomies, &nav);
    let assets = sources.assets.iter().map(|asset| (asset.relative.clone(), asset.clone())).collect();
    let title = site_title(config, &pages, &by_url);
    let (copied, redirects) = (Vec::new(), BTreeMap::new());
    let bare_links = config.generator.is_some();
    let frame =
        Frame { urls, by_url, by_folded, bare_links, nav, taxonomies, generated, assets, copied, redirects, title };
    let mut site = Site { pages, targets: TiVec::new(), frame: Arc::new(frame) };
    reserve(&mut site, &mut problems);
    redirect(&mut site, config, sources.summary, &mut problems);
    site.targets = link::targets(&site);
    places::copied(&mut site, config, &mut problems);
    governance::check(sources, &site, config, path_exists, &mut problems);
    let of_links = link::check(sources, &site, config, site.pages.keys());
    (site, Problems { of_links: of_links.into(), others: problems.into() })
}

/// The site with new texts of some pages. `None` if more depends on these texts than their own links: their addresses,
/// titles, front matter or anchors are others now.
pub fn replace(
    sources: (&Sources, &Sources),
    (before, problems): (&Site, &Problems),
    pages: Vec<Arc<Page>>,
    config: &Config,
) -> Option<(Site, Problems)> {
    let (mut site, mut problems) = (before.clone(), problems.clone());
    let mut replaced = Vec::new();
    for page in pages {
        let index = site.page_at(&page.relative).filter(|index| site.pages[*index].file == page.file)?;
        if !has_same_frame(sources, &site.pages[index], &page) {
            return None;
        }
        site.pages[index] = page;
        replaced.push(index);
    }
    for index in &replaced {
        site.targets[*index] = link::targets_of(&site, *index);
    }
    let found = link::check(sources.1, &site, config, replaced.iter().copied());
    for (index, found) in replaced.into_iter().zip(found) {
        problems.of_links[index] = found;
    }
    Some((site, problems))
}

/// Whether nothing outside of two versions of a page depends on their difference.
fn has_same_frame((before, after): (&Sources, &Sources), old: &Page, new: &Page) -> bool {
    let front = |sources: &Sources, page: &Page| {
        page.front_matter.span.map(|span| sources[page.file].text.get(..span.end).map(str::to_owned))
    };
    let anchors = |page: &Page| -> Vec<String> {
        page.headings.iter().map(|heading| heading.anchor.clone()).chain(page.html_ids.iter().cloned()).collect()
    };
    let names = |page: &Page| (page.title.clone(), page.description.clone(), page.leading_heading);
    front(before, old) == front(after, new) && names(old) == names(new) && anchors(old) == anchors(new)
}

/// The problems of a site.
#[derive(Debug, Clone, Default)]
pub struct Problems {
    /// Those of each page's links and images.
    of_links: TiVec<PageIndex, Arc<[Diagnostic]>>,
    /// All others.
    others: Arc<[Diagnostic]>,
}

impl Problems {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.others.iter().chain(self.of_links.iter().flat_map(|found| found.iter()))
    }
}

fn site_title(config: &Config, pages: &TiSlice<PageIndex, Arc<Page>>, by_url: &BTreeMap<String, PageIndex>) -> String {
    if !config.title.is_empty() {
        return config.title.clone();
    }
    if let Some(home) = by_url.get("index.html") {
        return pages[*home].title.clone();
    }
    match &pages.raw {
        [only] => only.title.clone(),
        _ => "Documentation".to_owned(),
    }
}

/// The pages that stay, the URL of each, and the page of each URL.
#[derive(Default)]
struct Addresses {
    pages: TiVec<PageIndex, Arc<Page>>,
    urls: TiVec<PageIndex, String>,
    by_url: BTreeMap<String, PageIndex>,
    /// By URL in lower case.
    by_folded: BTreeMap<String, PageIndex>,
}

/// The addresses of the pages that the summary names, each with the path of its page.
fn named_in_summary(sources: &Sources) -> BTreeMap<String, String> {
    let chapters = sources.summary.map(|file| order::chapters(&sources[file])).unwrap_or_default();
    let paths = chapters.into_iter().filter_map(|chapter| chapter.path).map(|path| nav::page_path(&path));
    paths.map(|path| (url::page_url(&path).to_lowercase(), path)).collect()
}

/// Gives each page its URL. If two pages have the same URL, the one that the summary names stays, else the first by path,
/// and the other is reported.
fn addresses(sources: &Sources, pages: Vec<Arc<Page>>, problems: &mut Vec<Diagnostic>) -> Addresses {
    let mut kept: TiVec<PageIndex, Arc<Page>> = TiVec::new();
    let mut urls = TiVec::new();
    let mut by_url: BTreeMap<String, PageIndex> = BTreeMap::new();
    let mut by_folded: BTreeMap<String, PageIndex> = BTreeMap::new();
    let mut places = Places::default();
    let named = named_in_summary(sources);
    for page in pages {
        let url = url::page_url(&page.relative);
        if let Some(named) = named.get(&url.to_lowercase()).filter(|named| **named != page.relative) {
            let message = format!("the site leaves this page out: SUMMARY.md names `{named}`, which has the same URL");
            let problem = Diagnostic::new(Code::NotInSummary, Span::at(page.file, 0), message);
            problems.push(problem.help("rename it if it is a page of the book"));
            continue;
        }
        if let Some(why) = url::why_invalid(&url) {
            let message = format!("the site cannot have this page: its address {why}");
            let problem = Diagnostic::new(Code::FileName, Span::at(page.file, 0), message);
            problems.push(problem.help("rename the file; it is left out"));
            continue;
        }
        // On many disks, URLs that differ only in case are the same file.
        if let Some(first) = by_folded.get(&url.to_lowercase()) {
            let other = &sources[kept[*first].file].name;
            problems.push(
                Diagnostic::new(
                    Code::DuplicateUrl,
                    Span::at(page.file, 0),
                    format!("this page and {other} have the same URL, {url}"),
                )
                .help(format!("rename or remove one of them; only {other} was built")),
            );
            continue;
        }
        if let Some(why) = places.conflict(&url).or_else(|| places.conflict(&twin_url(&url))) {
            let message = format!("the URL of this page, {url}, {why}");
            let problem = Diagnostic::new(Code::DuplicateUrl, Span::at(page.file, 0), message);
            problems.push(problem.help("rename one of the two; this page is left out"));
            continue;
        }
        places.take(&url, &format!("the page {}", page.relative));
        places.take(&twin_url(&url), &format!("the Markdown twin of {}", page.relative));
        by_folded.insert(url.to_lowercase(), kept.next_key());
        by_url.insert(url.clone(), kept.next_key());
        urls.push(url);
        kept.push(page);
    }
    Addresses { pages: kept, urls, by_url, by_folded }
}

fn generated_urls(
    pages: &TiSlice<PageIndex, Arc<Page>>,
    by_url: &BTreeMap<String, PageIndex>,
    taxonomies: &[Taxonomy],
    nav: &Nav,
) -> BTreeSet<String> {
    let mut generated: BTreeSet<String> = ["404.html", "health.html", "print.html", "search.html", "verification.html"]
        .iter()
        .map(|url| (*url).to_owned())
        .collect();
    if !pages.is_empty() && !by_url.contains_key("index.html") {
        generated.insert("index.html".to_owned());
    }
    generated.extend(nav.sections.iter().filter(|section| section.page.is_none()).map(|section| section.url.clone()));
    for taxonomy in taxonomies {
        generated.insert(taxonomy.url());
        generated.extend(taxonomy.terms.iter().map(|term| taxonomy.term_url(term)));
    }
    generated
}

/// An author's page may replace the home page, a section's list or the 404. All other URLs of generated pages are
/// reserved.
fn reserve(site: &mut Site, problems: &mut Vec<Diagnostic>) {
    let taken = site.generated.iter().filter_map(|url| Some((url.clone(), *site.by_folded.get(&url.to_lowercase())?)));
    for (url, page) in taken.collect::<Vec<_>>() {
        if url == "404.html" && site.urls[page] == url {
            site.generated.remove(&url);
            continue;
        }
        let page = &site.pages[page];
        problems.push(
            Diagnostic::new(
                Code::DuplicateUrl,
                Span::at(page.file, 0),
                format!("the URL of this page, {url}, belongs to a page that docgen generates"),
            )
            .help("rename the page"),
        );
    }
}

/// Collects the pages' aliases, and the redirects of mdBook's `[output.html.redirect]`.
fn redirect(site: &mut Site, config: &Config, summary: Option<FileId>, problems: &mut Vec<Diagnostic>) {
    let mut found: BTreeMap<String, Redirect> = BTreeMap::new();
    let mut places = places::taken(site);
    for (index, page) in site.pages.iter_enumerated() {
        for alias in &page.front_matter.aliases {
            let from = alias.value.trim_start_matches('/');
            let from = if from.ends_with('/') || from.is_empty() {
                format!("{from}index.html")
            } else if from.ends_with(".html") {
                from.to_owned()
            } else {
                url::page_url(from)
            };
            let problem = if let Some(why) = url::why_invalid(&from) {
                let message = format!("the alias `{}` is not an address of this site: it {why}", alias.value);
                let help = "write a former address of the page from the root of the site, as in `/old/page.html`";
                Diagnostic::new(Code::FrontMatterValue, alias.span, message).help(help)
            } else if let Some(why) = places.conflict(&from) {
                let message = format!("the alias `{from}` {why}");
                let help = "an alias must not be the address of another page or alias";
                Diagnostic::new(Code::DuplicateUrl, alias.span, message).help(help)
            } else {
                places.take(&from, "another alias");
                found.insert(from, Redirect::Page(site.urls[index].clone()));
                continue;
            };
            problems.push(problem);
        }
    }
    for (from, to) in &config.of_mdbook.redirects {
        let path = fs::normalise(Path::new("/").join(from.trim_start_matches('/')).as_path());
        let path = crate::source::slash_path(path.strip_prefix("/").unwrap_or(&path));
        if let Some(why) = url::why_invalid(&path).or_else(|| places.conflict(&path)) {
            let at = Span::at(summary.unwrap_or(FileId(0)), 0);
            let message = format!("[output.html.redirect] of book.toml has `{from}`, but this address {why}");
            let help = "remove the line from book.toml, or move the page";
            problems.push(Diagnostic::new(Code::DuplicateUrl, at, message).help(help));
        } else {
            places.take(&path, "another redirect");
            found.insert(path, Redirect::Address(to.clone()));
        }
    }
    site.redirects = found;
}
