//! The navigation: from `SUMMARY.md` or `mkdocs.yml` if there is one, else from folders and weights.
//!
//! Must not know: how navigation looks; a page shows its ancestors, siblings and children only.

use super::index::PageIndex;
use super::url;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::page::{Page, order};
use crate::source::Sources;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use typed_index_collections::TiSlice;

/// One entry of the tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// What it is called.
    pub title: String,
    /// Its number in the book, such as `2.1.`; else empty.
    pub number: String,
    /// Whether it is the title of a part of the book, which has no page.
    pub is_part: bool,
    /// Its page; a folder without an index page and a draft chapter have none.
    pub page: Option<PageIndex>,
    /// Its address, if it has one.
    pub url: Option<String>,
    /// The entries below it.
    pub children: Vec<Node>,
}

/// A folder that lists its pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Folder with its slash; empty for the root.
    pub folder: String,
    /// What it is called.
    pub title: String,
    /// The address of its list.
    pub url: String,
    /// The author's own index page, if there is one.
    pub page: Option<PageIndex>,
    /// Pages directly in it, in order, without its index page.
    pub pages: Vec<PageIndex>,
    /// Folders directly in it.
    pub folders: Vec<String>,
}

/// The order of the site.
#[derive(Debug, Clone, Default)]
pub struct Nav {
    /// The tree.
    pub tree: Vec<Node>,
    /// Every page, in reading order: previous and next.
    pub order: Vec<PageIndex>,
    /// Every folder, the root first.
    pub sections: Vec<Section>,
}

impl Nav {
    /// The section of a folder. The folder's name ends with a slash.
    pub fn section(&self, folder: &str) -> Option<&Section> {
        section(&self.sections, folder)
    }
}

/// Finds a section. Sections are sorted by folder.
fn section<'a>(sections: &'a [Section], folder: &str) -> Option<&'a Section> {
    sections.binary_search_by(|section| section.folder.as_str().cmp(folder)).ok().map(|at| &sections[at])
}

/// The parent of a folder, both with slashes; `None` for the root.
pub fn folder_above(folder: &str) -> Option<&str> {
    let name = folder.strip_suffix('/')?;
    Some(name.rfind('/').map_or("", |at| &name[..=at]))
}

/// Builds the order.
pub(super) fn build(
    sources: &Sources,
    pages: &TiSlice<PageIndex, Arc<Page>>,
    urls: &TiSlice<PageIndex, String>,
    by_url: &BTreeMap<String, PageIndex>,
    problems: &mut Vec<Diagnostic>,
) -> Nav {
    let sections = sections(pages, urls, by_url);
    let tree = match sources.summary {
        Some(file) => from_summary(sources, file, pages, urls, problems),
        None => from_folders("", &sections, pages, urls),
    };
    let mut order = Vec::new();
    flatten(&tree, &mut order, &mut BTreeSet::new());
    if let Some(home) = by_url.get("index.html") {
        order.retain(|page| page != home);
        order.insert(0, *home);
    }
    Nav { tree, order, sections }
}

fn flatten(nodes: &[Node], order: &mut Vec<PageIndex>, seen: &mut BTreeSet<PageIndex>) {
    for node in nodes {
        if let Some(page) = node.page
            && seen.insert(page)
        {
            order.push(page);
        }
        flatten(&node.children, order, seen);
    }
}

fn sections(
    pages: &TiSlice<PageIndex, Arc<Page>>,
    urls: &TiSlice<PageIndex, String>,
    by_url: &BTreeMap<String, PageIndex>,
) -> Vec<Section> {
    let mut folders: BTreeMap<String, Vec<PageIndex>> = BTreeMap::new();
    for (index, url) in urls.iter_enumerated() {
        let folder = url::folder(url);
        folders.entry(folder.to_owned()).or_default().push(index);
        for above in std::iter::successors(folder_above(folder), |folder| folder_above(folder)) {
            folders.entry(above.to_owned()).or_default();
        }
    }
    let mut inside: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for folder in folders.keys() {
        if let Some(above) = folder_above(folder) {
            inside.entry(above.to_owned()).or_default().push(folder.clone());
        }
    }
    folders
        .into_iter()
        .map(|(folder, mut list)| {
            let url = format!("{folder}index.html");
            let page = by_url.get(&url).copied();
            list.retain(|index| Some(*index) != page);
            list.sort_by_key(|index| order_key(&pages[*index]));
            Section {
                title: page.map_or_else(|| folder_title(&folder), |page| pages[page].title.clone()),
                folders: inside.remove(&folder).unwrap_or_default(),
                pages: list,
                folder,
                url,
                page,
            }
        })
        .collect()
}

fn order_key(page: &Page) -> (i64, String) {
    (page.front_matter.weight.unwrap_or(i64::MAX), page.relative.to_lowercase())
}

fn folder_title(folder: &str) -> String {
    let name = folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default().replace(['-', '_'], " ");
    let mut characters = name.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => "Home".to_owned(),
    }
}

fn from_folders(
    folder: &str,
    sections: &[Section],
    pages: &TiSlice<PageIndex, Arc<Page>>,
    urls: &TiSlice<PageIndex, String>,
) -> Vec<Node> {
    let Some(own) = section(sections, folder) else { return Vec::new() };
    let mut keyed: Vec<((i64, String), Node)> = own
        .pages
        .iter()
        .map(|index| {
            let page = &pages[*index];
            let node = Node {
                title: page.title.clone(),
                page: Some(*index),
                url: Some(urls[*index].clone()),
                ..Node::default()
            };
            (order_key(page), node)
        })
        .collect();
    for name in &own.folders {
        let Some(child) = section(sections, name) else { continue };
        let weight = child.page.and_then(|page| pages[page].front_matter.weight).unwrap_or(i64::MAX);
        let node = Node {
            title: child.title.clone(),
            page: child.page,
            url: Some(child.url.clone()),
            children: from_folders(name, sections, pages, urls),
            ..Node::default()
        };
        keyed.push(((weight, name.to_lowercase()), node));
    }
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    keyed.into_iter().map(|(_, node)| node).collect()
}

/// Max missing pages of a summary that get a suggestion.
const MAX_SUGGESTIONS: usize = 50;

/// The path in the content folder of a page that the summary names.
pub(super) fn page_path(written: &str) -> String {
    url::decode(written.trim_start_matches("./"))
}

fn from_summary(
    sources: &Sources,
    file: crate::span::FileId,
    pages: &TiSlice<PageIndex, Arc<Page>>,
    urls: &TiSlice<PageIndex, String>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Node> {
    let mut roots: Vec<Node> = Vec::new();
    let (mut missing, mut seen) = (0, BTreeSet::new());
    for chapter in order::chapters(&sources[file]) {
        let page = chapter.path.as_deref().and_then(|path| {
            let path = page_path(path);
            let found = pages.binary_search_by(|page| page.relative.as_str().cmp(&path)).ok();
            if found.is_none() {
                // If more pages are missing, typos are not the cause.
                missing += 1;
                let candidates = pages.iter().filter(|_| missing <= MAX_SUGGESTIONS);
                let near = did_you_mean(&path, candidates.map(|page| page.relative.as_str()));
                let help =
                    near.map_or("create it, or remove the line".to_owned(), |near| format!("did you mean `{near}`?"));
                problems.push(
                    Diagnostic::new(Code::NavMissing, chapter.span, format!("the page `{path}` does not exist"))
                        .help(help),
                );
            }
            found
        });
        if chapter.path.is_some() && page.is_none() {
            continue;
        }
        if let Some(page) = page
            && !seen.insert(page)
        {
            let message = format!("`{}` stands in the summary before", pages[page].relative);
            let help = "remove one of the lines; previous and next follow the first one";
            problems.push(Diagnostic::new(Code::NavTwice, chapter.span, message).help(help));
        }
        let (number, is_part) = (chapter.number, chapter.is_part);
        let own = page.filter(|_| chapter.title.is_empty()).map(|page| pages[page].title.clone());
        let title = own.unwrap_or(chapter.title);
        let url = page.map(|page| urls[page].clone());
        let node = Node { title, number, is_part, page, url, children: Vec::new() };
        let mut level = &mut roots;
        for _ in 0..chapter.depth {
            if level.is_empty() {
                break;
            }
            level = &mut level.last_mut().expect("not empty").children;
        }
        level.push(node);
    }
    roots
}
