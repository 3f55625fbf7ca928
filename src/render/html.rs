//! A page's Markdown → the HTML of its text: headings with anchors, links resolved, code blocks as figures.
//!
//! Only this module and `page` use pulldown-cmark.
//! Must not know: templates.

use super::figure::{self, Figure};
use super::highlight::{Highlighter, escape};
use super::tabs::{Group, Tabs};
use super::wall::Wall;
use crate::config::{Config, RawHtml};
use crate::counted::{Work, count};
use crate::page::tabs::mark;
use crate::page::{Fence, FenceIndex, Page, math};
use crate::site::link::unsafe_scheme;
use crate::site::{PageIndex, Site, Target, url};
use crate::snippet::model::blocks::Blocks;
use crate::source::{Edits, Sources};
use pulldown_cmark::{Alignment, BlockQuoteKind, CowStr, Event, Tag, TagEnd, html};
use std::collections::{BTreeMap, BTreeSet};

/// The input for rendering a page.
pub struct PageContext<'a> {
    /// The site.
    pub site: &'a Site,
    /// The configuration.
    pub config: &'a Config,
    /// The texts.
    pub sources: &'a Sources,
    /// The last commit of each file.
    pub edits: &'a Edits,
    /// Every block of the site, with its verdict.
    pub blocks: &'a Blocks,
    /// Highlighting.
    pub highlighter: &'a Highlighter,
    /// Where the verification page shows each page's blocks.
    pub wall: &'a Wall,
    /// The prefix of every id, if several pages share one HTML page.
    pub prefix: &'a str,
    /// The address of the HTML page that contains this text, if it is not the page's own.
    pub part_of: Option<&'a str>,
}

impl PageContext<'_> {
    /// The address that links are relative to.
    fn from(&self, index: PageIndex) -> &str {
        self.part_of.unwrap_or(&self.site.urls[index])
    }

    /// A page's last commit, and its address if the project configures a repository.
    pub(super) fn commit_of(&self, page: &Page) -> Option<(String, String)> {
        let commit = &self.edits.get(&self.sources[page.file].name)?.commit;
        let repository = &self.config.repository;
        let address = if repository.is_empty() { String::new() } else { format!("{repository}/commit/{commit}") };
        Some((commit.clone(), address))
    }
}

/// Renders the text of a page.
pub fn render(context: &PageContext<'_>, index: PageIndex) -> String {
    count(Work::PagesRendered, 1);
    let page = &context.site.pages[index];
    let mut walker = Walker {
        context,
        index,
        page,
        headings: 0,
        fences: 0,
        links: 0,
        skip: None,
        unlinked: Vec::new(),
        code: false,
        tabs: Tabs::default(),
        tables: 0,
        columns: Columns::default(),
        footnotes: BTreeMap::new(),
        mentioned: BTreeSet::new(),
    };
    let events = page.events().flat_map(|(event, _)| walker.event(event));
    let mut out = String::with_capacity(page.text.len() * 2);
    html::push_html(&mut out, events);
    out.push_str(&walker.tabs.end());
    out
}

struct Walker<'a> {
    context: &'a PageContext<'a>,
    index: PageIndex,
    page: &'a Page,
    headings: usize,
    fences: usize,
    /// Links and images so far.
    links: usize,
    skip: Option<TagEnd>,
    /// The end tags of links and images that are removed while their text stays.
    unlinked: Vec<TagEnd>,
    code: bool,
    tabs: Tabs,
    tables: usize,
    columns: Columns,
    footnotes: BTreeMap<String, usize>,
    mentioned: BTreeSet<usize>,
}

/// The columns of the current table. The parser's own HTML would align them by an inline style, which the content policy
/// forbids.
#[derive(Default)]
struct Columns {
    alignment: Vec<Alignment>,
    /// The number of the next cell in its row.
    next: usize,
    is_head: bool,
}

impl Columns {
    /// The start tag of the next cell, if its column is aligned.
    fn cell(&mut self) -> Option<String> {
        let class = match self.alignment.get(self.next) {
            Some(Alignment::Left) => Some("to-left"),
            Some(Alignment::Center) => Some("to-center"),
            Some(Alignment::Right) => Some("to-right"),
            Some(Alignment::None) | None => None,
        };
        self.next += 1;
        let element = if self.is_head { "th" } else { "td" };
        class.map(|class| format!("<{element} class=\"{class}\">"))
    }
}

impl Walker<'_> {
    fn event<'e>(&mut self, event: Event<'e>) -> Vec<Event<'e>> {
        if let Event::Start(Tag::Link { .. } | Tag::Image { .. }) = event {
            self.links += 1;
        }
        if let Some(end) = self.skip {
            if event == Event::End(end) {
                self.skip = None;
                self.headings += 1;
            }
            return Vec::new();
        }
        if self.code {
            if event == Event::End(TagEnd::CodeBlock) {
                self.code = false;
                self.fences += 1;
                let group = Group::of(self.page, self.fences - 1);
                return vec![Event::Html(group.wrap(&self.figure()).into())];
            }
            return Vec::new();
        }
        match event {
            Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
                if self.headings == 0 && self.page.leading_heading {
                    self.skip = Some(TagEnd::Heading(level)); // the page's header shows it
                    return Vec::new();
                }
                let prefix = self.context.prefix;
                let anchor = self.page.headings.get(self.headings).map(|heading| &heading.anchor);
                let id = anchor.map(|anchor| format!("{prefix}{anchor}").into());
                // `{onclick=…}` would become HTML.
                // The parser takes the words of a quoted value apart. Such a value is no valid HTML.
                let is_plain = |text: &str| !text.contains(['"', '\'']);
                let mut attrs = if self.context.config.raw_html == RawHtml::Escape { Vec::new() } else { attrs };
                attrs.retain(|(key, value)| &**key != "id" && is_plain(key) && value.as_deref().is_none_or(is_plain));
                vec![Event::Start(Tag::Heading { level, id, classes, attrs })]
            }
            Event::End(TagEnd::Heading(level)) => {
                let anchor = self.page.headings.get(self.headings).map_or("", |heading| heading.anchor.as_str());
                self.headings += 1;
                let link = format!(
                    "<a class=\"anchor\" href=\"#{}{}\" aria-label=\"Link to this section\"></a>",
                    self.context.prefix,
                    escape(&url::encode(anchor))
                );
                vec![Event::InlineHtml(link.into()), Event::End(TagEnd::Heading(level))]
            }
            Event::Start(Tag::CodeBlock(_)) => {
                self.code = true;
                Vec::new()
            }
            Event::Start(Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell)
            | Event::End(TagEnd::Table) => self.table(event),
            Event::Start(Tag::BlockQuote(Some(kind))) => {
                let title = format!("<p class=\"alert-title\">{}</p>\n", alert_title(kind));
                vec![Event::Start(Tag::BlockQuote(Some(kind))), Event::Html(title.into())]
            }
            Event::Html(text) if mark(&text).is_some() => vec![Event::Html(self.tabs.html(&text).into())],
            Event::Html(text) | Event::InlineHtml(text) if self.is_directive(&text) => Vec::new(),
            Event::Html(text) | Event::InlineHtml(text) if self.context.config.raw_html == RawHtml::Escape => {
                vec![Event::Text(text)]
            }
            other => self.link(other),
        }
    }

    /// Links and images. An unsafe one is replaced by its text.
    fn link<'e>(&mut self, event: Event<'e>) -> Vec<Event<'e>> {
        match event {
            Event::Start(Tag::Link { ref dest_url, .. }) if self.is_unsafe(dest_url, false) => {
                self.unlinked.push(TagEnd::Link);
                Vec::new()
            }
            Event::Start(Tag::Image { ref dest_url, .. }) if self.is_unsafe(dest_url, true) => {
                self.unlinked.push(TagEnd::Image);
                Vec::new()
            }
            Event::End(end) if self.unlinked.last() == Some(&end) => {
                self.unlinked.pop();
                Vec::new()
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = self.address(&dest_url);
                vec![Event::Start(Tag::Link { link_type, dest_url, title, id })]
            }
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let dest_url = self.address(&dest_url);
                vec![Event::Start(Tag::Image { link_type, dest_url, title, id })]
            }
            other => self.extension(other),
        }
    }

    /// A table in a region that scrolls.
    fn table<'e>(&mut self, event: Event<'e>) -> Vec<Event<'e>> {
        match event {
            Event::Start(Tag::Table(alignment)) => {
                self.tables += 1;
                let open = format!(
                    "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Table {}{}\">",
                    self.context.prefix, self.tables
                );
                self.columns = Columns { alignment, ..Columns::default() };
                vec![Event::Html(open.into()), Event::Start(Tag::Table(Vec::new()))]
            }
            Event::Start(ref row @ (Tag::TableHead | Tag::TableRow)) => {
                self.columns.is_head = *row == Tag::TableHead;
                self.columns.next = 0;
                vec![event]
            }
            Event::Start(Tag::TableCell) => {
                vec![self.columns.cell().map_or(event, |open| Event::InlineHtml(open.into()))]
            }
            Event::End(TagEnd::Table) => vec![Event::End(TagEnd::Table), Event::Html("</div>\n".into())],
            other => vec![other],
        }
    }

    /// Task lists, footnotes, formulas.
    fn extension<'e>(&mut self, event: Event<'e>) -> Vec<Event<'e>> {
        match event {
            Event::TaskListMarker(done) => {
                let (checked, name) = if done { (" checked", "done") } else { ("", "to do") };
                let html = format!("<input type=\"checkbox\" disabled{checked} aria-label=\"{name}\"> ");
                vec![Event::InlineHtml(html.into())]
            }
            Event::FootnoteReference(name) => vec![Event::InlineHtml(self.footnote_link(&name).into())],
            Event::Start(Tag::FootnoteDefinition(name)) => {
                let (number, prefix) = (self.footnote(&name), self.context.prefix);
                let html = format!(
                    "<div class=\"footnote-definition\" id=\"{prefix}fn-{number}\"><a href=\"#{prefix}fnref-{number}\" aria-label=\"{number}, back to the text\">{number}</a>\n"
                );
                vec![Event::Html(html.into())]
            }
            Event::End(TagEnd::FootnoteDefinition) => vec![Event::Html("</div>\n".into())],
            Event::InlineMath(tex) => vec![Event::InlineHtml(formula(&tex, false).into())],
            Event::DisplayMath(tex) => vec![Event::InlineHtml(formula(&tex, true).into())],
            other => vec![other],
        }
    }

    /// The number of a footnote, in the order of first mentions.
    fn footnote(&mut self, name: &str) -> usize {
        let next = self.footnotes.len() + 1;
        *self.footnotes.entry(name.to_owned()).or_insert(next)
    }

    fn footnote_link(&mut self, name: &str) -> String {
        let (number, prefix) = (self.footnote(name), self.context.prefix);
        // The footnote links back to its first mention.
        let first = self.mentioned.insert(number);
        let id = if first { format!(" id=\"{prefix}fnref-{number}\"") } else { String::new() };
        format!("<sup><a href=\"#{prefix}fn-{number}\"{id} aria-label=\"Footnote {number}\">{number}</a></sup>")
    }

    #[expect(clippy::unused_self, reason = "a check of the event, like the others")]
    fn is_directive(&self, html: &str) -> bool {
        html.trim_start().starts_with("<!-- docgen:")
    }

    /// Whether an address can run code and the configuration forbids that.
    fn is_unsafe(&self, destination: &str, image: bool) -> bool {
        self.context.config.raw_html == RawHtml::Escape && unsafe_scheme(destination, image).is_some()
    }

    /// The relative address of the link that begins here. A broken link stays as written; the checks report it.
    fn address<'e>(&self, destination: &CowStr<'e>) -> CowStr<'e> {
        let from = self.context.from(self.index);
        let prefix = self.context.prefix;
        let with_anchor = |address: String, anchor: Option<&String>| {
            let address = url::encode(&address);
            anchor.map_or(address.clone(), |anchor| format!("{address}#{}", url::encode(anchor))).into()
        };
        match self.context.site.target(self.index, self.links - 1) {
            Target::Page { page, anchor } if *page == self.index => match anchor {
                Some(anchor) => format!("#{prefix}{}", url::encode(anchor)).into(),
                None if destination.is_empty() => destination.clone(),
                None => url::encode(&url::relative(from, &self.context.site.urls[*page])).into(),
            },
            Target::Page { page, anchor } => {
                with_anchor(url::relative(from, &self.context.site.urls[*page]), anchor.as_ref())
            }
            Target::Generated { url, anchor } => with_anchor(url::relative(from, url), anchor.as_ref()),
            Target::Asset(path) => with_anchor(url::relative(from, path), None),
            Target::External | Target::Missing(_) => destination.clone(),
        }
    }

    fn figure(&self) -> String {
        let number = self.fences;
        let fence: &Fence = &self.page.fences[FenceIndex::from(number - 1)];
        let id = self.context.blocks.id_of_fence(self.index, (number - 1).into());
        let block = id.and_then(|id| self.context.blocks.get(id));
        let visible = block.and_then(|block| block.snippet.visible.as_deref());
        if block.is_some_and(|block| block.snippet.settings.hidden) {
            return String::new();
        }
        let commit = self.context.commit_of(self.page);
        figure::render(
            &Figure {
                code: visible.unwrap_or(fence.code.as_str()),
                whole: visible.map(|_| fence.code.as_str()),
                info: &fence.info,
                block: block.filter(|block| block.snippet.is_code),
                number,
                prefix: self.context.prefix,
                verification: &url::relative(self.context.from(self.index), self.context.wall.url(id)),
                commit: commit.as_ref().map(|(commit, address)| (commit.as_str(), address.as_str())),
            },
            self.context.highlighter,
        )
    }
}

/// A formula as `MathML`, or as written if it cannot be parsed.
fn formula(tex: &str, block: bool) -> String {
    math::mathml(tex, block).unwrap_or_else(|_| format!("<code class=\"math\">{}</code>", escape(tex)))
}

fn alert_title(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "Note",
        BlockQuoteKind::Tip => "Tip",
        BlockQuoteKind::Important => "Important",
        BlockQuoteKind::Warning => "Warning",
        BlockQuoteKind::Caution => "Caution",
    }
}
