//! Every path of the site, and what its file shows.
//!
//! Must not know: what a file looks like.

use super::Renderer;
use super::highlight::escape;
use super::part::{Outline, Part};
use crate::error::Result;
use crate::site::{Redirect, parts, twin_url, url};
use std::borrow::Cow;
use std::fmt::Write as _;

impl<'a> Renderer<'a> {
    /// The paths of the site.
    ///
    /// # Errors
    /// [`crate::error::Error::OutputPath`] if the site cannot have one of them.
    pub fn outline(&self) -> Result<Outline> {
        let site = self.input.site;
        let mut outline = Outline::default();
        for (index, url) in site.urls.iter_enumerated() {
            outline.add(url.clone(), Part::Page(index))?;
            outline.add(twin_url(url), Part::Twin(index))?;
        }
        self.outline_lists(&mut outline)?;
        for (from, to) in &site.redirects {
            outline.add(from.clone(), Part::Redirect(to.clone()))?;
        }
        outline.add("404.html", Part::NotFound)?;
        self.outline_for_agents(&mut outline)?;
        if self.has_feed() {
            outline.add("atom.xml", Part::Feed)?;
        }
        if self.is_printable() {
            outline.add("print.html", Part::Print)?;
        }
        for path in self.theme.assets.keys().filter(|path| self.input.live || *path != "docgen/live.js") {
            outline.add(path.clone(), Part::Theme)?;
        }
        for path in &site.copied {
            outline.add(path.clone(), Part::Asset)?;
        }
        outline.add("sitemap.xml", Part::Sitemap)?;
        Ok(outline)
    }

    fn outline_lists(&self, outline: &mut Outline) -> Result<()> {
        let site = self.input.site;
        let mut list = |first: &str, count: usize, part: &dyn Fn(usize) -> Part| {
            (1..=count).try_for_each(|number| outline.add(site.part_url(first, number), part(number)))
        };
        for (at, section) in site.nav.sections.iter().enumerate().filter(|(_, section)| section.page.is_none()) {
            list(&section.url, parts::count(self.section_links(section)), &|number| Part::Section(at, number))?;
        }
        for (of, taxonomy) in site.taxonomies.iter().enumerate() {
            let count = parts::count(taxonomy.terms.len());
            list(&taxonomy.url(), count, &|number| Part::Taxonomy(of, number))?;
            for (at, term) in taxonomy.terms.iter().enumerate() {
                let count = parts::count(term.pages.len());
                list(&taxonomy.term_url(term), count, &|number| Part::Term(of, at, number))?;
            }
        }
        list("search.html", parts::count(self.search_links()), &Part::Search)?;
        list("verification.html", self.shared.wall(&self.input).count(), &Part::Verification)?;
        list("health.html", self.health_parts(), &Part::Health)
    }

    /// Makes the file at a path of the outline; `None` for a [`Part::Asset`], because rendering reads no disk.
    ///
    /// # Errors
    /// If a template of the theme is broken.
    pub fn make(&self, path: &str, part: &Part) -> Result<Option<Cow<'a, [u8]>>> {
        let text = match part {
            Part::Page(index) => self.page(*index).render()?,
            Part::Twin(index) => self.twin(*index),
            Part::Section(at, number) => self.section(*at, *number)?,
            Part::Taxonomy(of, number) => self.taxonomy(*of, *number)?,
            Part::Term(of, at, number) => self.term(*of, *at, *number)?,
            Part::Search(number) => self.search(*number)?,
            Part::Verification(number) => self.verification(*number)?,
            Part::Health(number) => self.health(*number)?,
            Part::Redirect(to) => {
                let target = match to {
                    Redirect::Page(url) => url::encode(&url::relative(path, url)),
                    Redirect::Address(address) => address.clone(),
                };
                self.theme.render("redirect.html", &self.site_view(path), "target", &target)?
            }
            Part::NotFound => self.not_found()?,
            Part::Print => self.print()?,
            Part::Feed => self.feed(),
            Part::ForAgents(file) => self.for_agents(*file),
            Part::Sitemap => self.sitemap(),
            Part::Theme => return Ok(self.theme.assets.get(path).map(|file| Cow::Borrowed(file.as_slice()))),
            Part::Asset => return Ok(None),
        };
        Ok(Some(Cow::Owned(text.into_bytes())))
    }

    /// This page is served at unknown addresses, so all its links are absolute.
    fn not_found(&self) -> Result<String> {
        let root = format!("{}/", self.input.config.base_path());
        self.theme.render("404.html", &self.site_view_at(&root), "root", &root)
    }

    /// Source: sitemaps.org, protocol 0.9. Without a base URL the addresses are relative to the root of the host.
    fn sitemap(&self) -> String {
        let mut xml = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
        );
        let site = self.input.site;
        // Search engines need no lists of links. Of the generated pages, only the home page is useful to them.
        let home = site.generated.iter().filter(|url| *url == "index.html");
        let mut urls: Vec<&String> = site.urls.iter().chain(home).collect();
        urls.sort();
        for url in urls {
            let address = format!("{}/{}", self.input.config.base_url, url::encode(url));
            let _ = writeln!(xml, "  <url><loc>{}</loc></url>", escape(&address));
        }
        xml.push_str("</urlset>\n");
        xml
    }
}
