//! The Atom feed: pages, last changed first.
//!
//! Source: RFC 4287. A feed needs absolute addresses, so without a base URL there is no feed.
//! Must not know: templates.

use super::Renderer;
use super::highlight::escape;
use crate::site::PageIndex;
use std::fmt::Write as _;

/// Max entries in a feed.
const ENTRIES: usize = 50;

impl Renderer<'_> {
    /// Whether there is a feed: the site has a base URL, and a page has a date.
    pub(super) fn has_feed(&self) -> bool {
        let has_date = || !self.dated().is_empty();
        !self.input.config.base_url.is_empty() && *self.shared.feed.get_or_init(has_date)
    }

    /// `atom.xml`
    pub(super) fn feed(&self) -> String {
        let dated: Vec<(String, PageIndex)> = self.dated();
        let newest = dated.first().map_or("", |(day, _)| day);
        let site = self.input.site;
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>{}</title>\n<id>{}</id>\n<link rel=\"self\" href=\"{}\"/>\n<link href=\"{}\"/>\n<updated>{newest}T00:00:00Z</updated>\n<author><name>{}</name></author>\n",
            escape(&site.title),
            escape(&self.canonical("")),
            escape(&self.canonical("atom.xml")),
            escape(&self.canonical("")),
            escape(&site.title),
        );
        for (day, index) in dated.iter().take(ENTRIES) {
            let page = &site.pages[*index];
            let address = escape(&self.canonical(&site.urls[*index]));
            let _ = write!(
                xml,
                "<entry>\n<title>{}</title>\n<id>{address}</id>\n<link href=\"{address}\"/>\n<updated>{day}T00:00:00Z</updated>\n<summary>{}</summary>\n</entry>\n",
                escape(&page.title),
                escape(&page.description),
            );
        }
        xml.push_str("</feed>\n");
        xml
    }

    /// Pages with the day of their last change, else of their last review; newest first.
    fn dated(&self) -> Vec<(String, PageIndex)> {
        let site = self.input.site;
        let mut dated: Vec<(String, PageIndex)> = site
            .pages
            .keys()
            .filter_map(|index| {
                let facts = self.shared.facts(&self.input).of(&self.input, index);
                let day = if facts.edited.is_empty() { &facts.reviewed } else { &facts.edited };
                (!day.is_empty()).then(|| (day.clone(), index))
            })
            .collect();
        dated.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        dated
    }
}
