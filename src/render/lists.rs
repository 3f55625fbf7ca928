//! The lists that docgen generates: home, sections, taxonomies and terms, search without JavaScript.
//!
//! Long lists are split; each part has links to the others.
//! Must not know: Markdown.

use super::Renderer;
use super::view::{GroupView, LinkView, ListView, PagerView, PartLink};
use crate::error::Result;
use crate::site::nav::Section;
use crate::site::parts::{self, MAX_LINKS};
use crate::site::taxonomy::{Taxonomy, Term};
use crate::site::{PageIndex, url};

/// Max terms of one taxonomy on the home page and the list of all pages. Its own page has all.
const MAX_TERMS: usize = 100;
/// Max parts that a pager links. Of more, it links the first, the last and some around the current one.
const MAX_PAGER: usize = 40;

/// An entry of a list, by what it links to.
#[derive(Clone, Copy)]
enum Entry<'a> {
    Page(PageIndex),
    Term(&'a Taxonomy, &'a Term),
    /// All terms of a taxonomy.
    All(&'a Taxonomy),
}

/// A list with a heading.
struct Group<'a> {
    title: &'a str,
    /// The target of the heading, or empty.
    url: String,
    terms: bool,
    entries: Vec<Entry<'a>>,
}

impl<'a> Renderer<'a> {
    /// The number of links in the list of a folder.
    pub(super) fn section_links(&self, section: &'a Section) -> usize {
        links(&self.section_groups(section))
    }

    /// The number of links in the list of all pages.
    pub(super) fn search_links(&self) -> usize {
        links(&self.search_groups())
    }

    /// A part of the list of a folder.
    pub(super) fn section(&self, at: usize, number: usize) -> Result<String> {
        let site = self.input.site;
        let section = &site.nav.sections[at];
        let home = section.folder.is_empty();
        let title = if home { site.title.clone() } else { section.title.clone() };
        let mut view = self.empty_list(&section.url, number, if home { "home" } else { "section" }, title);
        if home {
            view.description.clone_from(&self.input.config.description);
        }
        self.list(&section.url, number, view, self.section_groups(section))
    }

    fn section_groups(&self, section: &'a Section) -> Vec<Group<'a>> {
        let mut groups = Vec::new();
        if !section.pages.is_empty() {
            groups.push(Group { title: "", url: String::new(), terms: false, entries: pages(&section.pages) });
        }
        for folder in &section.folders {
            let Some(child) = self.input.site.nav.section(folder) else { continue };
            groups.push(Group {
                title: &child.title,
                url: child.url.clone(),
                terms: false,
                entries: pages(&child.pages),
            });
        }
        if section.folder.is_empty() {
            groups.extend(self.taxonomy_groups());
        }
        groups
    }

    /// Tags and agents. Of very many, the most used.
    fn taxonomy_groups(&self) -> impl Iterator<Item = Group<'a>> + use<'a> {
        let shown = self.input.site.taxonomies.iter().filter(|taxonomy| matches!(taxonomy.name, "tags" | "agents"));
        shown.map(|taxonomy| {
            let mut terms: Vec<&Term> = taxonomy.terms.iter().collect();
            if terms.len() > MAX_TERMS {
                terms.sort_by_key(|term| std::cmp::Reverse(term.pages.len()));
                terms.truncate(MAX_TERMS);
                terms.sort_by(|a, b| a.slug.cmp(&b.slug));
            }
            let more = (terms.len() < taxonomy.terms.len()).then_some(Entry::All(taxonomy));
            let entries = terms.into_iter().map(|term| Entry::Term(taxonomy, term)).chain(more).collect();
            Group { title: taxonomy.plural, url: taxonomy.url(), terms: true, entries }
        })
    }

    /// A part of the list of a taxonomy's terms.
    pub(super) fn taxonomy(&self, of: usize, number: usize) -> Result<String> {
        let taxonomy = &self.input.site.taxonomies[of];
        let url = taxonomy.url();
        let mut view = self.empty_list(&url, number, "taxonomy", taxonomy.plural.to_owned());
        if taxonomy.name == "agents" {
            "The assistant roles that these pages serve, and what each should read.".clone_into(&mut view.description);
        }
        let entries = taxonomy.terms.iter().map(|term| Entry::Term(taxonomy, term)).collect();
        self.list(&url, number, view, vec![Group { title: "", url: String::new(), terms: true, entries }])
    }

    /// A part of the list of a term's pages.
    pub(super) fn term(&self, of: usize, at: usize, number: usize) -> Result<String> {
        let taxonomy = &self.input.site.taxonomies[of];
        let term = &taxonomy.terms[at];
        let first = taxonomy.term_url(term);
        let mut view = self.empty_list(&first, number, "term", term.title.clone());
        view.description.clone_from(&term.description);
        view.breadcrumbs = vec![LinkView {
            title: taxonomy.plural.to_owned(),
            url: url::encode(&url::relative(&first, &taxonomy.url())),
            ..LinkView::default()
        }];
        if taxonomy.name == "agents" {
            view.llms = format!("{}/llms.txt", url::encode(&term.slug));
        }
        let entries = pages(&term.pages);
        self.list(&first, number, view, vec![Group { title: "", url: String::new(), terms: false, entries }])
    }

    /// A part of the list of every page by section, and of every tag: the target of the search button without
    /// JavaScript.
    pub(super) fn search(&self, number: usize) -> Result<String> {
        let from = "search.html";
        let mut view = self.empty_list(from, number, "search", "Search".to_owned());
        "Every page of this site, by section and by tag.".clone_into(&mut view.description);
        self.list(from, number, view, self.search_groups())
    }

    fn search_groups(&self) -> Vec<Group<'a>> {
        let mut groups = Vec::new();
        for section in &self.input.site.nav.sections {
            let entries: Vec<_> = section.page.iter().chain(&section.pages).map(|page| Entry::Page(*page)).collect();
            if !entries.is_empty() {
                let title = if section.folder.is_empty() { "" } else { section.title.as_str() };
                groups.push(Group { title, url: String::new(), terms: false, entries });
            }
        }
        groups.extend(self.taxonomy_groups());
        groups
    }

    /// Renders a part of the list at `first`.
    fn list(&self, first: &str, number: usize, mut view: ListView, groups: Vec<Group<'a>>) -> Result<String> {
        let own = self.input.site.part_url(first, number);
        view.part = self.pager(first, number, parts::count(links(&groups)));
        view.groups = part_of(groups, number)
            .into_iter()
            .map(|(group, continues)| GroupView {
                title: if continues { format!("{} (continued)", group.title) } else { group.title.to_owned() },
                url: if group.url.is_empty() { String::new() } else { url::encode(&url::relative(&own, &group.url)) },
                terms: group.terms,
                links: group.entries.iter().map(|entry| self.entry_link(&own, view.kind, *entry)).collect(),
            })
            .collect();
        self.theme.render("list.html", &self.site_view(&own), "list", &view)
    }

    fn entry_link(&self, from: &str, kind: &str, entry: Entry<'_>) -> LinkView {
        match entry {
            Entry::Page(page) if kind == "term" => {
                LinkView { facts: self.shared.facts(&self.input).line(&self.input, page), ..self.link_to(from, page) }
            }
            Entry::Page(page) => self.link_to(from, page),
            Entry::Term(taxonomy, term) => term_link(taxonomy, term, from),
            Entry::All(taxonomy) => LinkView {
                title: format!("All {} {}", taxonomy.terms.len(), taxonomy.plural.to_lowercase()),
                url: url::encode(&url::relative(from, &taxonomy.url())),
                ..LinkView::default()
            },
        }
    }

    fn empty_list(&self, first: &str, number: usize, kind: &'static str, title: String) -> ListView {
        let own = self.input.site.part_url(first, number);
        ListView {
            title,
            description: String::new(),
            kind,
            canonical: self.canonical(&own),
            breadcrumbs: self.breadcrumbs(&own),
            nav: self.shared.nav(&self.input).view(&self.input.site.nav, None, first),
            groups: Vec::new(),
            part: None,
            llms: String::new(),
        }
    }

    /// The links to the other parts of the list at `first`; `None` if there are none.
    pub(super) fn pager(&self, first: &str, number: usize, count: usize) -> Option<PagerView> {
        if count < 2 {
            return None;
        }
        let site = self.input.site;
        let own = site.part_url(first, number);
        let link = |part: usize| PartLink {
            number: part,
            url: url::encode(&url::relative(&own, &site.part_url(first, part))),
        };
        let near = |part: &usize| count <= MAX_PAGER || [1, count].contains(part) || part.abs_diff(number) <= 4;
        Some(PagerView {
            number,
            count,
            previous: (number > 1).then(|| link(number - 1)),
            next: (number < count).then(|| link(number + 1)),
            parts: (1..=count).filter(near).map(link).collect(),
        })
    }
}

fn pages(pages: &[PageIndex]) -> Vec<Entry<'static>> {
    pages.iter().map(|page| Entry::Page(*page)).collect()
}

fn links(groups: &[Group<'_>]) -> usize {
    groups.iter().map(|group| group.entries.len()).sum()
}

/// The entries of one part, by group, and whether the group began in an earlier part.
fn part_of(groups: Vec<Group<'_>>, number: usize) -> Vec<(Group<'_>, bool)> {
    let (start, end) = ((number - 1) * MAX_LINKS, number * MAX_LINKS);
    let mut at = 0;
    let mut kept = Vec::new();
    for group in groups {
        let length = group.entries.len();
        let range = start.clamp(at, at + length) - at..end.clamp(at, at + length) - at;
        // A group without entries has a heading only; it stays where it stands.
        let here = if length == 0 { (start..end).contains(&at) } else { !range.is_empty() };
        if here {
            let continues = range.start > 0;
            kept.push((Group { entries: group.entries[range].to_vec(), ..group }, continues));
        }
        at += length;
    }
    kept
}

fn term_link(taxonomy: &Taxonomy, term: &Term, from: &str) -> LinkView {
    LinkView {
        title: term.title.clone(),
        url: url::encode(&url::relative(from, &taxonomy.term_url(term))),
        description: if term.description.is_empty() {
            match term.pages.len() {
                1 => "1 page".to_owned(),
                count => format!("{count} pages"),
            }
        } else {
            term.description.clone()
        },
        ..LinkView::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_hold_every_entry_once() {
        let group = |from: usize, to: usize| Group {
            title: "A",
            url: String::new(),
            terms: false,
            entries: (from..to).map(|page| Entry::Page(page.into())).collect(),
        };
        let groups = || vec![group(0, 10), group(0, 0), group(10, 700), group(700, 701)];
        let count = parts::count(links(&groups()));
        let parts: Vec<_> = (1..=count).map(|number| part_of(groups(), number)).collect();
        let sizes: Vec<Vec<(usize, bool)>> = parts
            .iter()
            .map(|part| part.iter().map(|(group, continues)| (group.entries.len(), *continues)).collect())
            .collect();
        assert_eq!(sizes[0], [(10, false), (0, false), (290, false)]);
        assert_eq!(sizes[1], [(300, true)]);
        assert_eq!(sizes[2], [(100, true), (1, false)]);
    }
}
