//! Tags, agents, categories, owners, platforms: each has an index page and a page per term.
//!
//! Must not know: how an index looks.

use super::index::PageIndex;
use super::url;
use crate::config::{Config, RawTaxonomyConfig, TAXONOMIES};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::page::Page;
use std::collections::BTreeMap;
use std::sync::Arc;
use typed_index_collections::TiSlice;

/// One taxonomy and its terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxonomy {
    /// `tags`, `agents`, …: also the folder of its pages.
    pub name: &'static str,
    /// "Tag"
    pub singular: &'static str,
    /// "Tags"
    pub plural: &'static str,
    /// Terms in use or declared, sorted by slug.
    pub terms: Vec<Term>,
}

/// A term and its pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Its form in addresses.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// One sentence, if declared.
    pub description: String,
    /// Pages, sorted by title.
    pub pages: Vec<PageIndex>,
}

impl Taxonomy {
    /// The address of its index.
    pub fn url(&self) -> String {
        format!("{}/index.html", self.name)
    }

    /// The address of a term's page.
    pub fn term_url(&self, term: &Term) -> String {
        format!("{}/{}.html", self.name, term.slug)
    }
}

/// Collects the terms of all pages.
pub(super) fn collect(
    pages: &TiSlice<PageIndex, Arc<Page>>,
    config: &Config,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Taxonomy> {
    let mut taxonomies = Vec::new();
    for (name, _, singular, plural) in TAXONOMIES {
        let declared = config.taxonomies.get(*name).cloned().unwrap_or_default();
        let mut terms = declared_terms(&declared);
        for (index, page) in pages.iter_enumerated() {
            for written in page.front_matter.terms.get(name).into_iter().flatten() {
                let slug = canonical_slug(&declared, &written.value);
                if declared.closed && !terms.contains_key(&slug) {
                    let near = did_you_mean(&written.value, declared.terms.keys().map(String::as_str));
                    let help = near.map_or_else(
                        || format!("declare it under [taxonomies.{name}.terms] in book.toml"),
                        |near| format!("did you mean `{near}`?"),
                    );
                    let message = format!("`{}` is not a declared term of `{name}`", written.value);
                    problems.push(Diagnostic::new(Code::TermUndeclared, written.span, message).help(help));
                    continue;
                }
                if let Some(why) = url::why_invalid(&format!("{name}/{slug}.html")) {
                    let message = format!("this term cannot have a page: its address {why}");
                    let problem = Diagnostic::new(Code::FrontMatterValue, written.span, message);
                    problems.push(problem.help("give it a short name"));
                    continue;
                }
                let term = terms.entry(slug.clone()).or_insert_with(|| Term {
                    slug,
                    title: written.value.clone(),
                    description: String::new(),
                    pages: Vec::new(),
                });
                // Pages come in order, so a repeated page is the last one.
                if term.pages.last() != Some(&index) {
                    term.pages.push(index);
                }
            }
        }
        for term in terms.values_mut() {
            term.pages.sort_by_key(|index| pages[*index].title.to_lowercase());
        }
        if !terms.is_empty() {
            taxonomies.push(Taxonomy { name, singular, plural, terms: terms.into_values().collect() });
        }
    }
    taxonomies
}

fn declared_terms(declared: &RawTaxonomyConfig) -> BTreeMap<String, Term> {
    declared
        .terms
        .iter()
        .map(|(name, raw)| {
            let slug = url::term_slug(name);
            let title = raw.title.clone().unwrap_or_else(|| name.clone());
            (slug.clone(), Term { slug, title, description: raw.description.clone(), pages: Vec::new() })
        })
        .collect()
}

/// The slug of a spelling: its own, or that of the term whose synonym it is.
fn canonical_slug(declared: &RawTaxonomyConfig, written: &str) -> String {
    let slug = url::term_slug(written);
    declared
        .terms
        .iter()
        .find(|(_, term)| term.synonyms.iter().any(|synonym| url::term_slug(synonym) == slug))
        .map_or(slug, |(name, _)| url::term_slug(name))
}
