//! The data for templates: typed, serializable, documented in the manual's chapter on themes.
//!
//! Addresses are relative to the page that is being rendered.
//! Must not know: how pages are made.

use serde::Serialize;

/// The site as a whole. The same on every page, except for relative addresses.
#[derive(Debug, Clone, Serialize)]
pub struct SiteView {
    /// Its title.
    pub title: String,
    /// One sentence about it.
    pub description: String,
    /// BCP 47 language tag.
    pub language: String,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    /// The prefix that makes an address below the root relative: one `../` for each folder.
    pub root: String,
    /// Address of the home page.
    pub home: String,
    /// The content security policy, or nothing.
    pub policy: String,
    /// Appended to addresses of scripts and styles, so that a new version is loaded.
    pub version: String,
    /// docgen's own version.
    pub generator: &'static str,
    /// Whether there is a `print.html`.
    pub printable: bool,
    /// The feed's address, or nothing.
    pub feed: String,
    /// Indexes of taxonomies that have terms.
    pub taxonomies: Vec<LinkView>,
    /// Whether live reload is on.
    pub live: bool,
    /// The book's own styles, by their paths in the site.
    pub styles: Vec<String>,
    /// The book's own scripts.
    pub scripts: Vec<String>,
}

/// A link.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LinkView {
    /// Its text.
    pub title: String,
    /// Its target.
    pub url: String,
    /// One sentence, or nothing.
    pub description: String,
    /// Its facts, on pages of terms: risk, review, proven snippets.
    pub facts: String,
}

/// A line of the side navigation. Ancestors, siblings and children only.
#[derive(Debug, Clone, Serialize)]
pub struct NavView {
    /// Its text.
    pub title: String,
    /// Its number in the book, such as `2.1.`; else empty.
    pub number: String,
    /// Whether it is the title of a part of the book.
    pub part: bool,
    /// Its target; empty for a draft chapter.
    pub url: String,
    /// Whether it is the current page.
    pub current: bool,
    /// Whether the current page is below it.
    pub ancestor: bool,
    /// Its depth, from 0.
    pub depth: usize,
}

/// A line of the page's own contents.
#[derive(Debug, Clone, Serialize)]
pub struct TocView {
    /// Heading.
    pub title: String,
    /// Anchor without `#`.
    pub anchor: String,
    /// 2 or 3.
    pub level: u8,
}

/// A taxonomy on a page: its name and the page's terms.
#[derive(Debug, Clone, Serialize)]
pub struct TermsView {
    /// "Tags"
    pub title: String,
    /// The terms.
    pub terms: Vec<LinkView>,
}

/// The line of facts under a page's title.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FactsView {
    /// The page's ULID, or empty.
    pub id: String,
    /// `active`, …, or empty.
    pub status: String,
    /// `low`, …
    pub risk: String,
    /// ISO date of the last review.
    pub reviewed: String,
    /// ISO date of the next due review.
    pub due: String,
    /// Whether that date has passed.
    pub overdue: bool,
    /// ISO date of the last commit.
    pub edited: String,
    /// Code blocks that passed or fail as shown.
    pub proven: usize,
    /// Blocks of code.
    pub code: usize,
    /// Whether anything was verified.
    pub verified: bool,
    /// Its owners.
    pub owners: Vec<LinkView>,
}

/// A page that an author wrote.
#[derive(Debug, Clone, Serialize)]
pub struct PageView {
    /// Its title, for `<title>` and listings.
    pub title: String,
    /// What `<title>` says instead, or nothing.
    pub window_title: String,
    /// The text of its `<h1>`.
    pub heading: String,
    /// Anchor of the `<h1>`, if links can point there.
    pub heading_anchor: String,
    /// One sentence.
    pub description: String,
    /// The text as HTML.
    pub content: String,
    /// Absolute address, or nothing without a base URL.
    pub canonical: String,
    /// Its breadcrumbs.
    pub breadcrumbs: Vec<LinkView>,
    /// The navigation beside it.
    pub nav: Vec<NavView>,
    /// Its table of contents.
    pub toc: Vec<TocView>,
    /// Its facts.
    pub facts: FactsView,
    /// Its terms, without its owners.
    pub taxonomies: Vec<TermsView>,
    /// Related pages, scripts and tools from its front matter.
    pub related: Vec<TermsView>,
    /// The page before it.
    pub previous: Option<LinkView>,
    /// The page after it.
    pub next: Option<LinkView>,
    /// Its Markdown twin.
    pub markdown: String,
    /// Where to edit it, or nothing.
    pub edit: String,
    /// Front matter that docgen does not know.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// A list of links with a heading.
#[derive(Debug, Clone, Serialize)]
pub struct GroupView {
    /// Heading; empty for the first group.
    pub title: String,
    /// The target of the heading, or empty.
    pub url: String,
    /// Whether the links are terms of a taxonomy: short, many.
    pub terms: bool,
    /// The links.
    pub links: Vec<LinkView>,
}

/// The links between the parts of a long list.
#[derive(Debug, Clone, Serialize)]
pub struct PagerView {
    /// The number of this part, from 1.
    pub number: usize,
    /// How many parts there are.
    pub count: usize,
    /// The part before it.
    pub previous: Option<PartLink>,
    /// The part after it.
    pub next: Option<PartLink>,
    /// The parts by number; of very many, the first, the last and those near this one.
    pub parts: Vec<PartLink>,
}

/// A link to a part of a long list.
#[derive(Debug, Clone, Serialize)]
pub struct PartLink {
    /// Its number.
    pub number: usize,
    /// Its target.
    pub url: String,
}

/// A page that lists pages: home, a section, a taxonomy, a term, or the page for search without JavaScript.
#[derive(Debug, Clone, Serialize)]
pub struct ListView {
    /// Its title.
    pub title: String,
    /// One sentence.
    pub description: String,
    /// Its kind: `home`, `section`, `taxonomy`, `term`, `search`.
    pub kind: &'static str,
    /// Absolute address, or nothing without a base URL.
    pub canonical: String,
    /// Its breadcrumbs.
    pub breadcrumbs: Vec<LinkView>,
    /// The navigation beside it.
    pub nav: Vec<NavView>,
    /// The lists.
    pub groups: Vec<GroupView>,
    /// The other parts of a long list.
    pub part: Option<PagerView>,
    /// The address of an agent's `llms.txt`.
    pub llms: String,
}

/// A row of the verification page.
#[derive(Debug, Clone, Serialize)]
pub struct RowView {
    /// Anchor of the row.
    pub anchor: String,
    /// The block's id.
    pub id: String,
    /// The address of the block on its page.
    pub url: String,
    /// The page's path.
    pub page: String,
    /// 1-based line of its fence.
    pub line: usize,
    /// Language.
    pub language: String,
    /// Class of the badge.
    pub class: &'static str,
    /// Icon of the badge.
    pub icon: &'static str,
    /// Words of the badge.
    pub words: &'static str,
    /// Whether the block has changed since.
    pub stale: bool,
    /// Status as in reports.
    pub status: &'static str,
    /// The reason, if it is not obvious.
    pub reason: String,
    /// Tools with versions.
    pub tools: String,
    /// When it was verified, if that was before this run.
    pub date: String,
}

/// A part of a bar of width 1000.
#[derive(Debug, Clone, Serialize)]
pub struct BarView {
    /// Class of its colour, and the anchor of its group.
    pub class: &'static str,
    /// Its meaning.
    pub name: &'static str,
    /// How many.
    pub count: usize,
    /// Its percentage, rounded down.
    pub percent: usize,
    /// Its start.
    pub x: usize,
    /// Its width.
    pub width: usize,
    /// Whether this page has its group.
    pub here: bool,
}

/// Rows of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct RowGroup {
    /// Class of their badges, and their anchor.
    pub class: &'static str,
    /// The name of the group.
    pub name: &'static str,
    /// The rows.
    pub rows: Vec<RowView>,
}

/// A part of the verification page, in its overview.
#[derive(Debug, Clone, Serialize)]
pub struct WallPartView {
    /// Its address.
    pub url: String,
    /// The page of its first block.
    pub first: String,
    /// The page of its last block.
    pub last: String,
    /// Blocks of code.
    pub code: usize,
    /// Blocks that are proven, or fail as shown.
    pub proven: usize,
    /// Blocks that failed.
    pub failed: usize,
}

/// The verification page.
#[derive(Debug, Clone, Serialize)]
pub struct VerificationView {
    /// The navigation beside it.
    pub nav: Vec<NavView>,
    /// Whether anything was verified.
    pub verified: bool,
    /// Blocks of code.
    pub code: usize,
    /// Blocks that are proven, or fail as shown.
    pub proven: usize,
    /// How they are shared out.
    pub bar: Vec<BarView>,
    /// Blocks of code, failures first. The overview of a large site has failures only.
    pub groups: Vec<RowGroup>,
    /// Failures that the overview leaves out, because there are too many.
    pub more: usize,
    /// The other parts.
    pub part: Option<PagerView>,
    /// In the overview of a large site: what each part shows.
    pub parts: Vec<WallPartView>,
}

/// A page and its clocks.
#[derive(Debug, Clone, Serialize)]
pub struct HealthRow {
    /// The page.
    pub page: LinkView,
    /// When its review is due, ISO date, or nothing.
    pub due: String,
    /// Days until then; negative if it is overdue.
    pub days_left: Option<i32>,
    /// The last review.
    pub reviewed: String,
    /// The last commit.
    pub edited: String,
    /// Blocks of code that are proven.
    pub proven: usize,
    /// Blocks of code.
    pub code: usize,
}

/// An owner and their pages.
#[derive(Debug, Clone, Serialize)]
pub struct OwnerView {
    /// Their name, or empty for pages without an owner.
    pub name: String,
    /// The pages, most urgent first.
    pub rows: Vec<HealthRow>,
}

/// The health page.
#[derive(Debug, Clone, Serialize)]
pub struct HealthView {
    /// The navigation beside it.
    pub nav: Vec<NavView>,
    /// How many pages there are.
    pub pages: usize,
    /// How many are overdue.
    pub overdue: usize,
    /// How many were never reviewed.
    pub never: usize,
    /// How they are shared out.
    pub bar: Vec<BarView>,
    /// By owner.
    pub owners: Vec<OwnerView>,
    /// Pages that no other page links to.
    pub orphans: Vec<LinkView>,
    /// The other parts of the page of a large site.
    pub part: Option<PagerView>,
}

/// A page on the print page.
#[derive(Debug, Clone, Serialize)]
pub struct PrintPage {
    /// Its title.
    pub title: String,
    /// Its anchor.
    pub anchor: String,
    /// Its text as HTML.
    pub content: String,
}

/// The whole site on one page.
#[derive(Debug, Clone, Serialize)]
pub struct PrintView {
    /// Its pages, in the order of the navigation.
    pub pages: Vec<PrintPage>,
}
