//! The filters of search: tag, agent, language, category, status, risk, platform, verified.
//!
//! The browser joins values of one facet by "or", and facets by "and".
//! Must not know: files, weights.

use super::sections::PageRecord;
use crate::site::{PageIndex, Site};
use std::collections::BTreeMap;

/// A facet with the values that occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// In addresses: `tag`.
    pub name: &'static str,
    /// As shown: "Tag".
    pub title: &'static str,
    /// Its values, in the order of the page.
    pub values: Vec<Value>,
}

/// A value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// In addresses.
    pub slug: String,
    /// As shown.
    pub title: String,
    /// Numbers of the indexed pages that have it, in order.
    pub pages: Vec<u32>,
}

/// Facets that are taxonomies: name in addresses, name of the taxonomy.
const OF_TAXONOMIES: [(&str, &str); 4] =
    [("tag", "tags"), ("agent", "agents"), ("category", "categories"), ("platform", "platforms")];

/// The facets of a site that have values.
pub fn facets(site: &Site, pages: &[PageRecord]) -> Vec<Facet> {
    let mut facets = Vec::new();
    let numbers: BTreeMap<PageIndex, u32> = numbered(pages).map(|(number, page)| (page.page, number)).collect();
    for (name, taxonomy) in OF_TAXONOMIES {
        let Some(taxonomy) = site.taxonomies.iter().find(|known| known.name == taxonomy) else { continue };
        let values = taxonomy.terms.iter().map(|term| {
            let mut pages: Vec<u32> = term.pages.iter().filter_map(|page| numbers.get(page)).copied().collect();
            pages.sort_unstable();
            Value { slug: term.slug.clone(), title: term.title.clone(), pages }
        });
        facets.push(Facet { name, title: taxonomy.singular, values: values.collect() });
    }
    facets.insert(2.min(facets.len()), languages(pages));
    let front = |page: &PageRecord| &site.pages[page.page].front_matter;
    facets.push(of("status", "Status", pages, |page| front(page).status.map_or("", |status| status.name())));
    facets.push(of("risk", "Risk", pages, |page| front(page).risk.map_or("", |risk| risk.name())));
    facets.push(of("verified", "Snippets", pages, proof));
    for facet in &mut facets {
        facet.values.retain(|value| !value.pages.is_empty());
    }
    facets.retain(|facet| !facet.values.is_empty());
    facets
}

fn numbered(pages: &[PageRecord]) -> impl Iterator<Item = (u32, &PageRecord)> {
    (0..).zip(pages)
}

/// A facet of which a page has one value, or none.
fn of(
    name: &'static str,
    title: &'static str,
    pages: &[PageRecord],
    value: impl Fn(&PageRecord) -> &'static str,
) -> Facet {
    let mut values: BTreeMap<&'static str, Vec<u32>> = BTreeMap::new();
    for (number, page) in numbered(pages) {
        values.entry(value(page)).or_default().push(number);
    }
    values.remove("");
    let values = values.into_iter().map(|(value, pages)| {
        let title = TITLES.iter().find(|(slug, _)| *slug == value).map_or(value, |(_, title)| title);
        Value { slug: value.to_owned(), title: title.to_owned(), pages }
    });
    Facet { name, title, values: values.collect() }
}

/// Languages of code blocks. A page may have several.
fn languages(pages: &[PageRecord]) -> Facet {
    let mut values: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (number, page) in numbered(pages) {
        for snippet in page.sections.iter().flat_map(|section| &section.snippets) {
            let pages = values.entry(&snippet.language).or_default();
            if pages.last() != Some(&number) {
                pages.push(number);
            }
        }
    }
    values.remove("");
    let values =
        values.into_iter().map(|(value, pages)| Value { slug: value.to_owned(), title: value.to_owned(), pages });
    Facet { name: "language", title: "Language", values: values.collect() }
}

/// The titles of the verification states of a page's code.
const TITLES: [(&str, &str); 4] =
    [("all", "all proven"), ("failed", "some failed"), ("none", "not checked"), ("some", "some proven")];

/// The verification state of a page's code; empty if it has no code.
fn proof(page: &PageRecord) -> &'static str {
    let code = || page.sections.iter().flat_map(|section| &section.snippets).filter(|snippet| snippet.is_code);
    let proven = code().filter(|snippet| snippet.proven).count();
    match code().count() {
        0 => "",
        _ if code().any(|snippet| snippet.badge.class == "bad") => "failed",
        _ if proven == 0 => "none",
        count if proven == count => "all",
        _ => "some",
    }
}
