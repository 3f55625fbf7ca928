//! The resolved site and its verdicts → [`OutputTree`]: every file of the site, in memory.
//!
//! 1. [`html`] turns a page's Markdown into HTML, its code blocks into [`figure`]s with badges.
//! 2. [`view`] is the typed data for templates; [`lists`](self) makes it for the pages that docgen generates.
//! 3. [`theme`] renders it.
//!
//! Must not know: how the tree reaches a disk or a browser.

mod agents;
mod facts;
mod feed;
pub mod figure;
pub mod highlight;
pub mod html;
mod input;
mod lists;
mod nav;
mod print;
mod related;
mod status;
mod tabs;
pub mod theme;
pub mod view;

use crate::config::ContentPolicy;
use crate::error::Result;
use crate::output::OutputTree;
use crate::page::Page;
use crate::progress::Progress;
use crate::site::nav::folder_above;
use crate::site::{PageIndex, twin_url, url};
use facts::Facts;
use highlight::Highlighter;
use html::PageContext;
pub use input::Input;
use rayon::prelude::*;
use std::collections::BTreeMap;
use theme::Theme;
use view::{LinkView, PageView, SiteView, TocView};

const STRICT: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'";
const RELAXED: &str = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src * data:; font-src 'self' data:; connect-src 'self'; object-src 'none'";

/// Renders the whole site.
///
/// # Errors
/// If a template of the theme is broken.
pub fn render(
    mut input: Input<'_>,
    theme: Theme,
    highlighter: &Highlighter,
    progress: &dyn Progress,
) -> Result<OutputTree> {
    // Moved out, so that no file is in memory twice.
    let assets = std::mem::take(&mut input.assets);
    let renderer = Renderer::new(&input, highlighter, theme);
    let mut tree = OutputTree::default();
    let pages: Vec<(String, String)> = (0..input.site.pages.len())
        .into_par_iter()
        .map(PageIndex::from)
        .map(|index| {
            let page = renderer.page(index)?;
            progress.advance(1);
            Ok((input.site.urls[index].clone(), page))
        })
        .collect::<Result<_>>()?;
    for (url, html) in pages {
        tree.add(url, html)?;
    }
    renderer.generated(&mut tree)?;
    renderer.for_agents(&mut tree)?;
    renderer.feed(&mut tree)?;
    renderer.print(&mut tree)?;
    for (path, content) in &renderer.theme.assets {
        if input.live || path != "docgen/live.js" {
            tree.add(path.clone(), content.clone())?;
        }
    }
    for (path, content) in &input.index.files {
        tree.add(path.clone(), content.clone())?;
    }
    for (path, content) in assets {
        tree.add(path, content)?;
    }
    tree.add("sitemap.xml", renderer.sitemap())?;
    Ok(tree)
}

struct Renderer<'a> {
    input: &'a Input<'a>,
    theme: Theme,
    highlighter: &'a Highlighter,
    nav: nav::Paths,
    version: String,
    /// Whether any block has a verdict.
    verified: bool,
    facts: Facts<'a>,
    /// The position of each page in reading order.
    order: BTreeMap<PageIndex, usize>,
}

impl<'a> Renderer<'a> {
    fn new(input: &'a Input<'a>, highlighter: &'a Highlighter, theme: Theme) -> Self {
        let mut hasher = blake3::Hasher::new();
        for content in theme.assets.values() {
            hasher.update(content);
        }
        for (_, content) in &input.index.files {
            hasher.update(content.as_bytes());
        }
        let version = hasher.finalize().to_hex()[..8].to_owned();
        let site = input.site;
        let verified = input.blocks.say_anything();
        Self {
            facts: Facts::new(input, verified),
            theme,
            highlighter,
            nav: nav::Paths::new(&site.nav),
            version,
            verified,
            order: site.nav.order.iter().enumerate().rev().map(|(at, page)| (*page, at)).collect(),
            input,
        }
    }

    /// The site's data for the page at `from`.
    fn site_view(&self, from: &str) -> SiteView {
        self.site_view_at(&url::to_root(from))
    }

    /// The same for a page with an author's content: the content policy must allow images from other hosts.
    fn site_view_with(&self, from: &str, content: &str) -> SiteView {
        let mut view = self.site_view(from);
        if has_remote_image(content) {
            view.policy = view.policy.replace("img-src 'self' data:", "img-src 'self' data: https:");
        }
        view
    }

    fn site_view_at(&self, root: &str) -> SiteView {
        let Input { site, config, live, .. } = self.input;
        SiteView {
            title: site.title.clone(),
            description: config.description.clone(),
            language: config.language.clone(),
            direction: if config.right_to_left { "rtl" } else { "ltr" },
            root: root.to_owned(),
            home: format!("{root}index.html"),
            policy: match config.content_policy {
                ContentPolicy::Strict => STRICT.to_owned(),
                ContentPolicy::Relaxed => RELAXED.to_owned(),
                ContentPolicy::Off => String::new(),
            },
            version: self.version.clone(),
            printable: self.is_printable(),
            feed: if config.base_url.is_empty() { String::new() } else { format!("{root}atom.xml") },
            generator: env!("CARGO_PKG_VERSION"),
            taxonomies: site
                .taxonomies
                .iter()
                .map(|taxonomy| LinkView {
                    title: taxonomy.plural.to_owned(),
                    url: format!("{root}{}", taxonomy.url()),
                    ..LinkView::default()
                })
                .collect(),
            live: *live,
        }
    }

    fn canonical(&self, url: &str) -> String {
        let base = &self.input.config.base_url;
        if base.is_empty() { String::new() } else { format!("{base}/{}", url::encode(url)) }
    }

    fn link_to(&self, from: &str, page: PageIndex) -> LinkView {
        let site = self.input.site;
        LinkView {
            title: site.pages[page].title.clone(),
            url: url::encode(&url::relative(from, &site.urls[page])),
            description: site.pages[page].description.clone(),
            ..LinkView::default()
        }
    }

    /// The input for rendering a page's text. `prefix` goes before every id.
    fn context<'p>(&'p self, prefix: &'p str, part_of: Option<&'p str>) -> PageContext<'p> {
        let Input { site, config, sources, edited: edits, .. } = self.input;
        PageContext {
            site,
            config,
            sources,
            edits,
            blocks: self.input.blocks,
            highlighter: self.highlighter,
            prefix,
            part_of,
        }
    }

    fn page(&self, index: PageIndex) -> Result<String> {
        let Input { site, .. } = self.input;
        let page = &site.pages[index];
        let from = &site.urls[index];
        let context = self.context("", None);
        let first = page.headings.first().filter(|_| page.leading_heading);
        let position = self.order.get(&index).copied();
        let neighbour = |offset: isize| {
            let at = position?.checked_add_signed(offset)?;
            site.nav.order.get(at).map(|page| self.link_to(from, *page))
        };
        let view = PageView {
            title: page.title.clone(),
            heading: first.map_or_else(|| page.title.clone(), |heading| heading.text.clone()),
            heading_anchor: first.map_or_else(String::new, |heading| heading.anchor.clone()),
            description: page.description.clone(),
            content: html::render(&context, index),
            canonical: self.canonical(from),
            breadcrumbs: self.breadcrumbs(from),
            nav: self.nav.view(&site.nav, Some(index), from),
            toc: contents(page),
            facts: self.facts.of(index).clone(),
            taxonomies: self.facts.terms(index, from),
            related: self.related(index),
            previous: neighbour(-1),
            next: neighbour(1),
            edit: self.edit_address(page),
            markdown: url::encode(&url::relative(from, &twin_url(from))),
            extra: page.front_matter.extra.clone(),
        };
        let wanted =
            page.front_matter.template.as_ref().map(|name| name.value.as_str()).filter(|name| self.theme.has(name));
        let site = self.site_view_with(from, &view.content);
        self.theme.render(wanted.unwrap_or("page.html"), &site, "page", &view)
    }

    fn breadcrumbs(&self, from: &str) -> Vec<LinkView> {
        let site = self.input.site;
        let folders = std::iter::successors(Some(url::folder(from)), |folder| folder_above(folder));
        let sections = folders.filter(|folder| !folder.is_empty()).filter_map(|folder| site.nav.section(folder));
        let mut crumbs: Vec<LinkView> = sections
            .filter(|section| section.url != *from)
            .map(|section| LinkView {
                title: section.title.clone(),
                url: url::encode(&url::relative(from, &section.url)),
                ..LinkView::default()
            })
            .collect();
        crumbs.reverse();
        crumbs
    }

    fn edit_address(&self, page: &Page) -> String {
        let Input { config, sources, .. } = self.input;
        if config.repository.is_empty() {
            return String::new();
        }
        format!("{}/edit/main/{}", config.repository, url::encode(&sources[page.file].name))
    }

    /// Source: sitemaps.org, protocol 0.9. Without a base URL the addresses are relative to the root of the host.
    fn sitemap(&self) -> String {
        use std::fmt::Write as _;
        let Input { site, config, .. } = self.input;
        let mut xml = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
        );
        // Search engines need no lists of links. Of the generated pages, only the home page is useful to them.
        let home = site.generated.iter().filter(|url| *url == "index.html");
        let mut urls: Vec<&String> = site.urls.iter().chain(home).collect();
        urls.sort();
        for url in urls {
            let address = format!("{}/{}", config.base_url, url::encode(url));
            let _ = writeln!(xml, "  <url><loc>{}</loc></url>", highlight::escape(&address));
        }
        xml.push_str("</urlset>\n");
        xml
    }
}

/// Whether a page's HTML shows an image from another host, by `https` or by the page's own protocol.
fn has_remote_image(html: &str) -> bool {
    html.split("<img").skip(1).any(|rest| {
        let tag = rest.split('>').next().unwrap_or_default();
        let sources = tag.split("src=").skip(1).map(|value| value.trim_start_matches(['"', '\'']));
        sources.into_iter().any(|value| value.starts_with("https://") || value.starts_with("//"))
    })
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
