//! The resolved site and its verdicts → its files, each when it is asked for.
//!
//! 1. [`Outline`] has the path of every file, and a [`Part`] that says what it shows. [`Renderer::make`] makes the file.
//! 2. [`page`] plans an author's page, with a fingerprint, so that it need not be made again. [`html`] turns its Markdown
//!    into HTML, its code blocks into [`figure`]s with badges.
//! 3. [`view`] is the typed data for templates; [`lists`](self) makes it for the pages that docgen generates.
//! 4. [`theme`] renders it.
//!
//! Must not know: how a file reaches a disk or a browser.

mod agents;
mod facts;
mod feed;
pub mod figure;
pub mod highlight;
pub mod html;
mod input;
mod lists;
mod nav;
mod once;
mod outline;
pub mod page;
mod part;
mod print;
mod related;
mod status;
mod tabs;
pub mod theme;
mod twin;
pub mod view;
mod wall;

use crate::config::ContentPolicy;
use crate::site::clocks::Clocks;
use crate::site::nav::folder_above;
use crate::site::{PageIndex, url};
use facts::Facts;
use highlight::Highlighter;
use html::PageContext;
pub use input::Input;
pub use part::{AgentFile, Outline, Part};
use std::sync::OnceLock;
use theme::Theme;
use typed_index_collections::TiVec;
use view::{LinkView, SiteView};
use wall::Wall;

const STRICT: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'";
const RELAXED: &str = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src * data:; font-src 'self' data:; connect-src 'self'; object-src 'none'";

/// Renders the files of a site, each when it is asked for.
///
/// It only borrows, so it costs nothing to make one.
#[derive(Clone, Copy)]
pub struct Renderer<'a> {
    /// The site and all that its pages show.
    pub input: Input<'a>,
    /// The theme.
    pub theme: &'a Theme,
    /// Highlighting.
    pub highlighter: &'a Highlighter,
    /// What is computed once for all pages.
    pub shared: &'a Shared,
}

/// What is computed once for all pages of a site, when the first page needs it.
#[derive(Default)]
pub struct Shared {
    facts: OnceLock<Facts>,
    nav: OnceLock<nav::Paths>,
    /// The position of each page in reading order.
    order: OnceLock<TiVec<PageIndex, Option<usize>>>,
    /// Whether any block has a verdict.
    verified: OnceLock<bool>,
    wall: OnceLock<Wall>,
    /// The review clocks, and the pages that no page links to; for the health page.
    clocks: OnceLock<(Vec<Clocks>, Vec<PageIndex>)>,
    /// How many blocks each group of the verification page has, and how many are proven.
    totals: OnceLock<once::Totals>,
    /// Whether there is a feed.
    feed: OnceLock<bool>,
    /// How large files for agents are split.
    runs: OnceLock<once::Runs>,
}

impl Shared {
    fn facts(&self, input: &Input<'_>) -> &Facts {
        self.facts.get_or_init(|| Facts::new(input, self.verified(input)))
    }

    fn nav(&self, input: &Input<'_>) -> &nav::Paths {
        self.nav.get_or_init(|| nav::Paths::new(&input.site.nav))
    }

    fn order(&self, input: &Input<'_>) -> &TiVec<PageIndex, Option<usize>> {
        self.order.get_or_init(|| {
            let mut order: TiVec<PageIndex, Option<usize>> = vec![None; input.site.pages.len()].into();
            for (at, page) in input.site.nav.order.iter().enumerate().rev() {
                order[*page] = Some(at);
            }
            order
        })
    }

    fn verified(&self, input: &Input<'_>) -> bool {
        *self.verified.get_or_init(|| input.blocks.say_anything())
    }

    fn wall(&self, input: &Input<'_>) -> &Wall {
        self.wall.get_or_init(|| Wall::new(input))
    }
}

impl<'a> Renderer<'a> {
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
            version: self.theme.version.clone(),
            printable: self.is_printable(),
            feed: if self.has_feed() { format!("{root}atom.xml") } else { String::new() },
            generator: crate::VERSION,
            taxonomies: site
                .taxonomies
                .iter()
                .map(|taxonomy| LinkView {
                    title: taxonomy.plural.to_owned(),
                    url: format!("{root}{}", taxonomy.url()),
                    ..LinkView::default()
                })
                .collect(),
            live,
            styles: config.of_mdbook.styles.clone(),
            scripts: config.of_mdbook.scripts.clone(),
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
    fn context<'p>(&self, prefix: &'p str, part_of: Option<&'p str>) -> PageContext<'p>
    where
        'a: 'p,
    {
        let Input { site, config, sources, edited: edits, .. } = self.input;
        PageContext {
            site,
            config,
            sources,
            edits,
            blocks: self.input.blocks,
            highlighter: self.highlighter,
            wall: self.shared.wall(&self.input),
            prefix,
            part_of,
        }
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
}

/// Whether a page's HTML shows an image from another host, by `https` or by the page's own protocol.
fn has_remote_image(html: &str) -> bool {
    html.split("<img").skip(1).any(|rest| {
        let tag = rest.split('>').next().unwrap_or_default();
        let sources = tag.split("src=").skip(1).map(|value| value.trim_start_matches(['"', '\'']));
        sources.into_iter().any(|value| value.starts_with("https://") || value.starts_with("//"))
    })
}
