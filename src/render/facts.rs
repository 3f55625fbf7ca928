//! The facts of a page: the line under its title, and its terms.
//!
//! Must not know: the page's text.

use super::input::Input;
use super::view::{FactsView, LinkView, TermsView};
use crate::site::governance::review_due;
use crate::site::taxonomy::{Taxonomy, Term};
use crate::site::{PageIndex, Site, url};
use std::sync::OnceLock;
use typed_index_collections::TiVec;

/// The terms of one page: indexes of the taxonomy and of the term in it.
type Terms = Vec<(usize, usize)>;

/// The facts of all pages. Many lists show the same page, so its facts are computed once, when they are needed.
pub(super) struct Facts {
    verified: bool,
    views: TiVec<PageIndex, OnceLock<FactsView>>,
    terms: TiVec<PageIndex, Terms>,
}

impl Facts {
    /// The facts of a site. `verified` says whether any block has a verdict.
    pub(super) fn new(input: &Input<'_>, verified: bool) -> Self {
        let site = input.site;
        let mut terms: TiVec<PageIndex, Terms> = vec![Vec::new(); site.pages.len()].into();
        for (of, taxonomy) in site.taxonomies.iter().enumerate() {
            for (at, term) in taxonomy.terms.iter().enumerate() {
                for page in &term.pages {
                    terms[*page].push((of, at));
                }
            }
        }
        Self { verified, views: site.pages.iter().map(|_| OnceLock::new()).collect(), terms }
    }

    /// The facts of one page.
    pub(super) fn of(&self, input: &Input<'_>, index: PageIndex) -> &FactsView {
        self.views[index].get_or_init(|| FactsView {
            verified: self.verified,
            owners: owners(input.site, &self.terms[index], &input.site.urls[index]),
            ..facts(input, index)
        })
    }
}

/// The facts of the page at `index` and its blocks.
fn facts(input: &Input<'_>, index: PageIndex) -> FactsView {
    let page = &input.site.pages[index];
    let front = &page.front_matter;
    let due = review_due(page, input.config);
    let blocks = input.blocks;
    let edited = input.edited.get(&input.sources[page.file].name);
    let mut facts = FactsView {
        id: front.id.as_ref().map_or_else(String::new, |id| id.value.clone()),
        status: front.status.map_or_else(String::new, |status| status.name().to_owned()),
        risk: front.risk.map_or_else(String::new, |risk| risk.name().to_owned()),
        reviewed: front.last_reviewed.as_ref().map_or_else(String::new, |date| date.value.to_string()),
        due: due.map_or_else(String::new, |date| date.to_string()),
        overdue: due.is_some_and(|date| date < input.config.today),
        edited: edited.map_or_else(String::new, |edit| edit.day.to_string()),
        ..FactsView::default()
    };
    for id in blocks.on_page(index).filter(|id| blocks[*id].is_code) {
        facts.code += 1;
        facts.proven += usize::from(blocks.verdict(id).is_proven());
    }
    facts
}

fn owners(site: &Site, terms: &Terms, from: &str) -> Vec<LinkView> {
    let owners = resolved(site, terms).filter(|(taxonomy, _)| taxonomy.name == "owners");
    owners.map(|(taxonomy, term)| term_link(taxonomy, term, from)).collect()
}

fn resolved<'a>(site: &'a Site, terms: &'a Terms) -> impl Iterator<Item = (&'a Taxonomy, &'a Term)> {
    terms.iter().map(|(taxonomy, term)| (&site.taxonomies[*taxonomy], &site.taxonomies[*taxonomy].terms[*term]))
}

impl Facts {
    /// Its terms without its owners, which the line of facts shows. `from` is its address.
    pub(super) fn terms(&self, site: &Site, index: PageIndex, from: &str) -> Vec<TermsView> {
        let mut views: Vec<TermsView> = Vec::new();
        let terms = resolved(site, &self.terms[index]);
        for (taxonomy, term) in terms.filter(|(taxonomy, _)| taxonomy.name != "owners") {
            let link = term_link(taxonomy, term, from);
            match views.last_mut().filter(|view| view.title == taxonomy.plural) {
                Some(view) => view.terms.push(link),
                None => views.push(TermsView { title: taxonomy.plural.to_owned(), terms: vec![link] }),
            }
        }
        views
    }

    /// The facts on one line, for lists.
    pub(super) fn line(&self, input: &Input<'_>, index: PageIndex) -> String {
        let facts = self.of(input, index);
        let mut parts = Vec::new();
        if !facts.risk.is_empty() {
            parts.push(format!("risk {}", facts.risk));
        }
        if facts.overdue {
            parts.push(format!("review was due on {}", facts.due));
        } else if !facts.reviewed.is_empty() {
            parts.push(format!("reviewed {}", facts.reviewed));
        }
        if facts.code > 0 && facts.verified {
            parts.push(format!("snippets {}/{} proven", facts.proven, facts.code));
        }
        parts.join(" · ")
    }
}

fn term_link(taxonomy: &Taxonomy, term: &Term, from: &str) -> LinkView {
    LinkView {
        title: term.title.clone(),
        url: url::encode(&url::relative(from, &taxonomy.term_url(term))),
        description: term.description.clone(),
        ..LinkView::default()
    }
}
