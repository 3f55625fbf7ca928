//! The whole site on one page, for printing or saving as a PDF.
//!
//! Must not know: paper sizes.

use super::view::{PrintPage, PrintView};
use super::{Renderer, html};
use crate::error::Result;
use rayon::prelude::*;

/// Max pages of a site with a print page. Nobody prints larger sites.
pub(super) const MAX_PAGES: usize = 500;

impl Renderer<'_> {
    /// Whether there is a page to print.
    pub(super) fn is_printable(&self) -> bool {
        (2..=MAX_PAGES).contains(&self.input.site.pages.len())
    }

    /// `print.html`
    pub(super) fn print(&self) -> Result<String> {
        let site = self.input.site;
        let pages = site.nav.order.par_iter().map(|index| {
            let page = &site.pages[*index];
            let number = usize::from(*index) + 1;
            let prefix = format!("p{number}-");
            PrintPage {
                title: page.title.clone(),
                anchor: format!("p{number}"),
                content: html::render(&self.context(&prefix, Some("print.html")), *index),
            }
        });
        let view = PrintView { pages: pages.collect() };
        let content: String = view.pages.iter().map(|page| page.content.as_str()).collect();
        let site = self.site_view_with("print.html", &content);
        self.theme.render("print.html", &site, "print", &view)
    }
}
