//! An author's page, and a hash of everything that decides its file.
//!
//! The hash takes in all that [`html::render`] reads of the page, beside the view without the text. What is the same for
//! all pages (program, configuration, theme) is not in it.
//! Must not know: where hashes are kept.

use super::input::Input;
use super::view::{PageView, SiteView, TocView};
use super::{Renderer, html};
use crate::error::Result;
use crate::output::Fingerprint;
use crate::page::{FenceIndex, Page};
use crate::site::{PageIndex, Target, twin_url, url};
use std::fmt::Write as _;
use std::io::Write as _;

/// A page that is ready to be made.
pub struct PlannedPage<'a> {
    renderer: Renderer<'a>,
    index: PageIndex,
    /// Its data, without its text.
    view: PageView,
}

impl<'a> Renderer<'a> {
    /// An author's page, all but its text.
    pub fn page(&self, index: PageIndex) -> PlannedPage<'a> {
        let Input { site, .. } = self.input;
        let page = &site.pages[index];
        let from = &site.urls[index];
        let first = page.headings.first().filter(|_| page.leading_heading);
        let position = self.shared.order(&self.input)[index];
        let neighbour = |offset: isize| {
            let at = position?.checked_add_signed(offset)?;
            site.nav.order.get(at).map(|page| self.link_to(from, *page))
        };
        let view = PageView {
            title: page.title.clone(),
            window_title: page.window_title.clone().unwrap_or_default(),
            heading: first.map_or_else(|| page.title.clone(), |heading| heading.text.clone()),
            heading_anchor: first.map_or_else(String::new, |heading| heading.anchor.clone()),
            description: page.description.clone(),
            content: String::new(),
            canonical: self.canonical(from),
            breadcrumbs: self.breadcrumbs(from),
            nav: self.shared.nav(&self.input).view(&site.nav, Some(index), from),
            toc: contents(page),
            facts: self.shared.facts(&self.input).of(&self.input, index).clone(),
            taxonomies: self.shared.facts(&self.input).terms(site, index, from),
            related: self.related(index),
            previous: neighbour(-1),
            next: neighbour(1),
            edit: self.edit_address(page),
            markdown: url::encode(&url::relative(from, &twin_url(from))),
            extra: page.front_matter.extra.clone(),
        };
        PlannedPage { renderer: *self, index, view }
    }

    fn edit_address(&self, page: &Page) -> String {
        let Input { config, sources, .. } = self.input;
        let path = url::encode(&sources[page.file].name);
        match &config.of_mdbook.edit_url_template {
            Some(template) => template.replace("{path}", &path),
            None if config.repository.is_empty() => String::new(),
            None => format!("{}/edit/main/{path}", config.repository),
        }
    }
}

impl PlannedPage<'_> {
    /// Makes the file.
    ///
    /// # Errors
    /// If the page's template is broken.
    pub fn render(mut self) -> Result<String> {
        let Renderer { input, theme, .. } = self.renderer;
        self.view.content = html::render(&self.renderer.context("", None), self.index);
        let site = self.renderer.site_view_with(&input.site.urls[self.index], &self.view.content);
        theme.render(self.template().unwrap_or("page.html"), &site, "page", &self.view)
    }

    /// The template that the page's front matter asks for, if the theme has it.
    fn template(&self) -> Option<&str> {
        let Renderer { input, theme, .. } = self.renderer;
        let wanted = input.site.pages[self.index].front_matter.template.as_ref()?;
        theme.has(&wanted.value).then_some(wanted.value.as_str())
    }

    /// The hash. Two pages with the same hash have the same file.
    pub fn fingerprint(&self) -> Fingerprint {
        let input = self.renderer.input;
        let site: SiteView = self.renderer.site_view(&input.site.urls[self.index]);
        let page = &input.site.pages[self.index];
        let mut parts = Vec::new();
        // Lengths keep neighbours apart; JSON and quoted text end by themselves.
        serde_json::to_writer(&mut parts, &(site, &self.view, self.template())).expect("memory takes it");
        let text = page.text.as_str();
        write!(parts, "{} {text}{} ", text.len(), page.leading_heading).expect("memory takes it");
        let anchors: Vec<&str> = page.headings.iter().map(|heading| heading.anchor.as_str()).collect();
        serde_json::to_writer(&mut parts, &anchors).expect("memory takes it");
        let mut shown = String::new();
        for target in input.site.targets[self.index].iter() {
            let _ = match target {
                Target::Page { page, anchor } => write!(shown, "{:?} {anchor:?} ", input.site.urls[*page]),
                other => write!(shown, "{other:?} "),
            };
        }
        for fence in (0..page.fences.len()).map(FenceIndex::from) {
            self.block(fence, &mut shown);
        }
        let commit = self.renderer.context("", None).commit_of(page);
        let _ = write!(shown, "{commit:?}");
        parts.extend_from_slice(shown.as_bytes());
        blake3::hash(&parts)
    }

    /// What a block shows beside the page's text.
    fn block(&self, fence: FenceIndex, shown: &mut String) {
        let input = self.renderer.input;
        let id = input.blocks.id_of_fence(self.index, fence);
        let _ = write!(shown, "{:?} ", self.renderer.shared.wall(&input).url(id));
        let Some(block) = id.and_then(|id| input.blocks.get(id)) else { return };
        let snippet = &block.snippet;
        let of_snippet = (&snippet.id, &snippet.page_name, &snippet.visible, snippet.is_code, snippet.settings.hidden);
        let _ = write!(shown, "{of_snippet:?} {:?} ", block.verdict);
    }
}

/// The page's table of contents: headings of levels 2 and 3, or its two highest levels.
fn contents(page: &Page) -> Vec<TocView> {
    let shown = &page.headings[usize::from(page.leading_heading && !page.headings.is_empty())..];
    let top = shown.iter().map(|heading| heading.level).min().unwrap_or(2);
    shown
        .iter()
        .filter(|heading| heading.level <= top + 1)
        .map(|heading| TocView {
            title: heading.text.clone(),
            anchor: url::encode(&heading.anchor),
            level: heading.level - top + 2,
        })
        .collect()
}
