//! One file of Markdown → one [`Page`]: front matter, headings, links, fences. Pure, and it cannot fail.
//!
//! 1. [`front_matter`] takes the data off the top, however it is spelled.
//! 2. [`include`](self) expands `{{#include …}}`, every byte keeping its origin.
//! 3. [`markdown`] walks the text once and notes what is in it.
//!
//! Must not know: other pages, URLs, how a page looks, what a fence's flags do.

pub mod fence;
mod fence_words;
pub mod fix;
pub mod front_matter;
mod front_values;
pub mod heading;
mod include;
mod mangled;
pub mod markdown;
pub mod math;
pub mod summary;
pub mod tabs;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{PageSource, Sources};
use crate::span::{FileId, MappedText, Span};
use front_matter::FrontMatter;
use heading::Heading;
use jiff::civil::Date;
use std::ops::Range;

/// A parsed page.
#[derive(Debug)]
pub struct Page {
    /// The file it stands in.
    pub file: FileId,
    /// Path relative to the content folder, with `/`.
    pub relative: String,
    /// The body, includes expanded.
    pub text: MappedText,
    /// What the page says about itself.
    pub front_matter: FrontMatter,
    /// Front matter's title, else the first heading, else the file's name.
    pub title: String,
    /// Front matter's description, else the first paragraph.
    pub description: String,
    /// The body's first block is a heading that the page's header shows (it is the title, or an `h1`).
    pub leading_heading: bool,
    /// Headings in order.
    pub headings: Vec<Heading>,
    /// Links and images in order.
    pub links: Vec<Link>,
    /// Ids that raw HTML in the page defines.
    pub html_ids: Vec<String>,
    /// Code blocks in order.
    pub fences: Vec<Fence>,
    /// Whether text between dollar signs is a formula.
    pub math: bool,
}

/// A link or an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Whether it is an image.
    pub image: bool,
    /// The destination as written, unescaped.
    pub target: String,
    /// Alternative text of an image.
    pub alt: String,
    /// Where it stands.
    pub span: Span,
}

/// A code block.
#[derive(Debug, Clone)]
pub struct Fence {
    /// What its info string says; empty for an indented block.
    pub info: fence::Info,
    /// Where the raw info string stands, if there is one.
    pub info_span: Option<Span>,
    /// Whether it has fence lines (or is an indented block).
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

/// How a project's Markdown is read.
#[derive(Debug, Clone, Copy)]
pub struct Dialect<'a> {
    /// Further words of other tools in info strings.
    pub foreign_words: &'a [String],
    /// Whether text between dollar signs is a formula.
    pub math: bool,
}

/// The longest title, in characters.
const LONGEST_TITLE: usize = 300;

/// Parses a page.
pub fn parse(sources: &Sources, page: &PageSource, today: Date, dialect: Dialect<'_>) -> (Page, Vec<Diagnostic>) {
    let file = &sources[page.file];
    let (front_matter, body, mut problems) = front_matter::parse(file, today);
    let text = include::expand(sources, page.file, body, &mut problems);
    let scan = markdown::scan(&text, page.file, dialect, &mut problems);
    let first = scan.headings.first();
    let title = front_matter
        .title
        .clone()
        .or_else(|| first.map(|heading| heading.text.clone()).filter(|text| !text.is_empty()))
        .unwrap_or_else(|| title_from_path(&page.relative));
    let leading_heading = scan.starts_with_heading
        && first.is_some_and(|heading| heading.level == 1 || heading.text.trim() == title.trim());
    let description = front_matter.description.clone().unwrap_or_else(|| scan.first_paragraph.clone());
    check_headings(&scan.headings, &mut problems);
    // A title stands in the navigation of other pages too.
    let title = markdown::shorten(&title, LONGEST_TITLE);
    let parsed = Page {
        file: page.file,
        relative: page.relative.clone(),
        text,
        front_matter,
        title,
        description,
        leading_heading,
        headings: scan.headings,
        links: scan.links,
        html_ids: scan.html_ids,
        fences: scan.fences,
        math: dialect.math,
    };
    (parsed, problems)
}

fn title_from_path(relative: &str) -> String {
    let stem = relative.rsplit('/').next().unwrap_or(relative).trim_end_matches(".md");
    let stem = match stem {
        "index" | "README" => relative.rsplit('/').nth(1).unwrap_or("Home"),
        other => other,
    };
    let mut words = stem.replace(['-', '_'], " ");
    if let Some(first) = words.get(0..1) {
        let upper = first.to_uppercase();
        words.replace_range(0..1, &upper);
    }
    words
}

fn check_headings(headings: &[Heading], problems: &mut Vec<Diagnostic>) {
    for pair in headings.windows(2) {
        if pair[1].level > pair[0].level + 1 {
            problems.push(
                Diagnostic::new(
                    Code::HeadingSkip,
                    pair[1].span,
                    format!("heading of level {} follows one of level {}", pair[1].level, pair[0].level),
                )
                .help(format!("make it level {}", pair[0].level + 1)),
            );
        }
    }
}
