//! All pages together → [`Site`]: URLs, navigation, taxonomies, link targets, review clocks. Pure.
//!
//! 1. [`url`] gives each page its address; two pages for one URL are reported here.
//! 2. [`nav`] orders them, by `SUMMARY.md` or by folders and weights.
//! 3. [`taxonomy`] collects the terms.
//! 4. [`link`] resolves every link, anchor and image.
//! 5. [`governance`] checks ids, required keys and review clocks.
//!
//! Must not know: HTML, templates, snippets' verdicts. The disk is asked through [`Disk`] only.

pub mod clocks;
pub mod governance;
pub mod link;
pub mod nav;
pub mod taxonomy;
pub mod url;

use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic};
use crate::page::Page;
use crate::page::front_matter::PageStatus;
use crate::source::{Asset, Sources};
use crate::span::Span;
use nav::Nav;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use taxonomy::Taxonomy;

/// The index of a page in [`Site::pages`].
pub type PageIndex = usize;

/// Whether a path exists: the one question that `site` has to the disk.
pub type Disk<'a> = &'a (dyn Fn(&Path) -> bool + Sync);

/// The whole site, resolved.
#[derive(Debug)]
pub struct Site {
    /// Its pages, in the order of their paths.
    pub pages: Vec<Page>,
    /// The URL of each page.
    pub urls: Vec<String>,
    /// Page by URL.
    pub by_url: BTreeMap<String, PageIndex>,
    /// The order and the tree.
    pub nav: Nav,
    /// Tags, agents and the others, those with terms.
    pub taxonomies: Vec<Taxonomy>,
    /// URLs that docgen makes itself: indexes, terms, sections, search.
    pub generated: BTreeSet<String>,
    /// Files beside the pages, by their path relative to the content folder.
    pub assets: BTreeMap<String, Asset>,
    /// Former URLs and where they lead.
    pub redirects: BTreeMap<String, String>,
    /// The site's title: from the configuration, else the home page's.
    pub title: String,
}

impl Site {
    /// The page at a path relative to the content folder. Pages are in the order of their paths.
    pub fn page_at(&self, relative: &str) -> Option<PageIndex> {
        self.pages.binary_search_by(|page| page.relative.as_str().cmp(relative)).ok()
    }
}

/// Resolves the site.
pub fn resolve(sources: &Sources, pages: Vec<Page>, config: &Config, disk: Disk<'_>) -> (Site, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let drafts = config.drafts;
    let mut pages: Vec<Page> =
        pages.into_iter().filter(|page| drafts || page.front_matter.status != Some(PageStatus::Draft)).collect();
    pages.sort_by(|a, b| a.relative.cmp(&b.relative));
    let (pages, urls, by_url) = addresses(sources, pages, &mut problems);
    let taxonomies = taxonomy::collect(&pages, config, &mut problems);
    let nav = nav::build(sources, &pages, &urls, &by_url, &mut problems);
    let generated = generated_urls(&pages, &by_url, &taxonomies, &nav);
    let assets = sources.assets.iter().map(|asset| (asset.relative.clone(), asset.clone())).collect();
    let title = site_title(config, &pages, &by_url);
    let mut site = Site { pages, urls, by_url, nav, taxonomies, generated, assets, redirects: BTreeMap::new(), title };
    reserve(&mut site, &mut problems);
    redirects(&mut site, &mut problems);
    link::check(&site, config, &mut problems);
    governance::check(sources, &site, config, disk, &mut problems);
    (site, problems)
}

fn site_title(config: &Config, pages: &[Page], by_url: &BTreeMap<String, PageIndex>) -> String {
    if !config.title.is_empty() {
        return config.title.clone();
    }
    if let Some(home) = by_url.get("index.html") {
        return pages[*home].title.clone();
    }
    match pages {
        [only] => only.title.clone(),
        _ => "Documentation".to_owned(),
    }
}

type Addresses = (Vec<Page>, Vec<String>, BTreeMap<String, PageIndex>);

/// Gives each page its URL. Of two pages for one URL the first by path stays, and the other is reported.
fn addresses(sources: &Sources, pages: Vec<Page>, problems: &mut Vec<Diagnostic>) -> Addresses {
    let mut kept: Vec<Page> = Vec::new();
    let mut urls = Vec::new();
    let mut by_url: BTreeMap<String, PageIndex> = BTreeMap::new();
    let mut by_folded: BTreeMap<String, PageIndex> = BTreeMap::new();
    for page in pages {
        let url = url::page_url(&page.relative);
        // Two URLs that differ in case only are one file on many disks.
        if let Some(first) = by_folded.get(&url.to_lowercase()) {
            let other = &sources[kept[*first].file].name;
            problems.push(
                Diagnostic::new(
                    Code::DuplicateUrl,
                    Span::at(page.file, 0),
                    format!("this page and {other} would both be {url}"),
                )
                .help("rename or remove one of them; the one named first is the one that was built"),
            );
            continue;
        }
        by_folded.insert(url.to_lowercase(), kept.len());
        by_url.insert(url.clone(), kept.len());
        urls.push(url);
        kept.push(page);
    }
    (kept, urls, by_url)
}

fn generated_urls(
    pages: &[Page],
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

/// A page of the author's may stand in for the home page, a section's list or the 404; any other URL that docgen
/// makes itself is taken.
fn reserve(site: &mut Site, problems: &mut Vec<Diagnostic>) {
    let taken: Vec<String> = site.generated.iter().filter(|url| site.by_url.contains_key(*url)).cloned().collect();
    for url in taken {
        if url == "404.html" {
            site.generated.remove(&url);
            continue;
        }
        let page = &site.pages[site.by_url[&url]];
        problems.push(
            Diagnostic::new(
                Code::DuplicateUrl,
                Span::at(page.file, 0),
                format!("this page would be {url}, which docgen writes itself"),
            )
            .help("rename the page"),
        );
    }
}

fn redirects(site: &mut Site, problems: &mut Vec<Diagnostic>) {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for (index, page) in site.pages.iter().enumerate() {
        for alias in &page.front_matter.aliases {
            let from = alias.value.trim_start_matches('/');
            let from = if from.ends_with('/') || from.is_empty() {
                format!("{from}index.html")
            } else if from.ends_with(".html") {
                from.to_owned()
            } else {
                url::page_url(from)
            };
            if site.by_url.contains_key(&from) || site.generated.contains(&from) || found.contains_key(&from) {
                problems.push(
                    Diagnostic::new(Code::DuplicateUrl, alias.span, format!("the alias `{from}` is taken"))
                        .help("an alias may not be the address of another page or alias"),
                );
            } else {
                found.insert(from, site.urls[index].clone());
            }
        }
    }
    site.redirects = found;
}
