//! What a page's front matter names.
//!
//! Must not know: the page's text.

use super::Renderer;
use super::view::{LinkView, TermsView};
use crate::site::link::resolve;
use crate::site::{PageIndex, Target};

/// Keys of front matter that name files, and what they are called on the page.
const RELATED: [(&str, &str); 3] = [("related", "Related"), ("required_scripts", "Needs"), ("related_tools", "Tools")];

impl Renderer<'_> {
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
