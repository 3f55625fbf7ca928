//! The data of a parsed page.
//!
//! Must not know: how Markdown is parsed.

use super::events::Events;
use super::fence;
use super::front_matter::FrontMatter;
use super::heading::Heading;
use crate::span::{FileId, MappedText, Span};
use pulldown_cmark::Event;
use std::ops::Range;
use typed_index_collections::TiVec;

/// The place of a fence among those of its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FenceIndex(usize);

impl FenceIndex {
    /// Its number for readers, from 1: a block's `id` on the page.
    pub fn number(self) -> usize {
        self.0 + 1
    }
}

impl From<usize> for FenceIndex {
    fn from(index: usize) -> Self {
        Self(index)
    }
}

impl From<FenceIndex> for usize {
    fn from(index: FenceIndex) -> Self {
        index.0
    }
}

/// A parsed page.
#[derive(Debug)]
pub struct Page {
    /// Its file.
    pub file: FileId,
    /// Path relative to the content folder, with `/`.
    pub relative: String,
    /// The body, includes expanded.
    pub text: MappedText,
    /// The page's front matter.
    pub front_matter: FrontMatter,
    /// Front matter's title, else the first heading, else the file's name.
    pub title: String,
    /// The title of the browser's window, if the page sets it by `{{#title …}}`.
    pub window_title: Option<String>,
    /// Front matter's description, else the first paragraph.
    pub description: String,
    /// Whether the body starts with a heading that the page's header shows (it is the title, or an `h1`).
    pub leading_heading: bool,
    /// Headings in order.
    pub headings: Vec<Heading>,
    /// Links and images in order.
    pub links: Vec<Link>,
    /// Ids that raw HTML in the page defines.
    pub html_ids: Vec<String>,
    /// Code blocks in order.
    pub fences: TiVec<FenceIndex, Fence>,
    /// Its Markdown, parsed.
    pub events: Events,
}

impl Page {
    /// The events of its Markdown in order, each with its byte range in the text.
    pub fn events(&self) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
        self.events.iter(self.text.as_str())
    }
}

/// A link or an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Whether it is an image.
    pub image: bool,
    /// The destination as written, unescaped.
    pub target: String,
    /// Its number among the page's destinations.
    pub number: usize,
    /// Alternative text of an image.
    pub alt: String,
    /// Its position.
    pub span: Span,
}

/// A code block.
#[derive(Debug, Clone)]
pub struct Fence {
    /// Its info string, parsed; empty for an indented block.
    pub info: fence::Info,
    /// The position of the raw info string, if there is one.
    pub info_span: Option<Span>,
    /// Whether it has fence lines; an indented block has none.
    pub fenced: bool,
    /// Whether it is closed.
    pub closed: bool,
    /// The code, without fences and without the indentation of lists and quotes.
    pub code: MappedText,
    /// From the opening fence to the closing one, in the author's file.
    pub span: Span,
    /// The opening line.
    pub open: Span,
    /// Byte range in the page's expanded text; rendering finds the block by its start.
    pub range: Range<usize>,
    /// Index of the heading above it, if any.
    pub heading: Option<usize>,
    /// The directive in an HTML comment on the line above (S2.5), without `docgen:`.
    pub directive: Option<(String, Span)>,
}

/// The options of a project's Markdown.
#[derive(Debug, Clone, Copy)]
pub struct Dialect<'a> {
    /// More words that other tools use in info strings.
    pub foreign_words: fence::ForeignWords<'a>,
    /// Whether text between dollar signs is a formula.
    pub math: bool,
    /// Whether pages are MDX whatever their names end with.
    pub mdx: bool,
}
