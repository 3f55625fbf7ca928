//! The pages and files that a page's front matter names.
//!
//! Must not know: the page's text.

use super::Renderer;
use super::view::{LinkView, TermsView};
use crate::site::link::resolve;
use crate::site::{PageIndex, Target};

/// Keys of front matter that name files, and their titles on the page.
const RELATED: [(&str, &str); 3] = [("related", "Related"), ("required_scripts", "Needs"), ("related_tools", "Tools")];

impl Renderer<'_> {
    /// The pages that its front matter names, by title, and the files, by path. Linked if they are part of the site.
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
                    // A path in front matter may be relative to the content folder, like a link that starts with `/`.
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
