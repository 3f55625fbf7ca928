//! What a page says about itself: the line of facts under its title, its terms, what belongs to it.
//!
//! Must not know: the page's text.

use super::view::{FactsView, LinkView, TermsView};
use super::{Renderer, url};
use crate::site::governance::review_due;
use crate::site::link::resolve;
use crate::site::taxonomy::{Taxonomy, Term};
use crate::site::{PageIndex, Target};
use crate::snippet::model::verdict::Verdict;

/// Keys of front matter that name files, and what they are called on the page.
const RELATED: [(&str, &str); 3] = [("related", "Related"), ("required_scripts", "Needs"), ("related_tools", "Tools")];

impl Renderer<'_> {
    pub(super) fn facts(&self, index: PageIndex) -> FactsView {
        let page = &self.input.site.pages[index];
        let front = &page.front_matter;
        let due = review_due(page, self.input.config);
        let mine = self.snippets.range((page.file, 0)..=(page.file, usize::MAX)).map(|(_, entry)| entry);
        let mut facts = FactsView {
            id: front.id.as_ref().map_or_else(String::new, |id| id.value.clone()),
            status: front.status.map_or_else(String::new, |status| status.name().to_owned()),
            risk: front.risk.map_or_else(String::new, |risk| risk.name().to_owned()),
            reviewed: front.last_reviewed.as_ref().map_or_else(String::new, |date| date.value.to_string()),
            due: due.map_or_else(String::new, |date| date.to_string()),
            overdue: due.is_some_and(|date| date < self.input.config.today),
            edited: self
                .input
                .edited
                .get(&self.input.sources[page.file].name)
                .map_or_else(String::new, |edit| edit.day.to_string()),
            verified: self.verified,
            owners: self.owners(index),
            ..FactsView::default()
        };
        for (_, verdict) in mine.filter(|(snippet, _)| snippet.is_code) {
            facts.code += 1;
            facts.proven += usize::from(verdict.is_some_and(Verdict::is_proven));
        }
        facts
    }

    /// Its terms but its owners, who stand in the line of facts.
    pub(super) fn terms(&self, index: PageIndex) -> Vec<TermsView> {
        let site = self.input.site;
        let from = &site.urls[index];
        let others = site.taxonomies.iter().filter(|taxonomy| taxonomy.name != "owners");
        let views = others.map(|taxonomy| TermsView {
            title: taxonomy.plural.to_owned(),
            terms: taxonomy.terms_of(index).map(|term| term_link(taxonomy, term, from)).collect(),
        });
        views.filter(|view| !view.terms.is_empty()).collect()
    }

    /// The facts in one line, for lists.
    pub(super) fn facts_line(&self, index: PageIndex) -> String {
        let facts = self.facts(index);
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

    fn owners(&self, index: PageIndex) -> Vec<LinkView> {
        let site = self.input.site;
        let owners = site.taxonomies.iter().filter(|taxonomy| taxonomy.name == "owners");
        owners
            .flat_map(|taxonomy| taxonomy.terms_of(index).map(move |term| (taxonomy, term)))
            .map(|(taxonomy, term)| term_link(taxonomy, term, &site.urls[index]))
            .collect()
    }

    /// What its front matter names: pages by their titles, files by their paths, with a link where the site has them.
    pub(super) fn related(&self, index: PageIndex) -> Vec<TermsView> {
        let site = self.input.site;
        let from = &site.urls[index];
        let named = &site.pages[index].front_matter.paths;
        let views = RELATED.iter().map(|(wanted, title)| TermsView {
            title: (*title).to_owned(),
            terms: named
                .iter()
                .filter(|(key, _)| key == wanted)
                .map(|(_, path)| match resolve(site, index, &path.value) {
                    Target::Page { page, .. } => self.link_to(from, page),
                    // Front matter may name a file from the content folder on, as links may with a `/` before them.
                    _ => match resolve(site, index, &format!("/{}", path.value)) {
                        Target::Page { page, .. } => self.link_to(from, page),
                        _ => LinkView { title: path.value.clone(), url: String::new(), ..LinkView::default() },
                    },
                })
                .collect(),
        });
        views.filter(|view| !view.terms.is_empty()).collect()
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
