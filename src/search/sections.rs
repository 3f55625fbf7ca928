//! Pages → sections and their code blocks, each with its words by field.
//!
//! Must not know: weights, files.

use crate::config::Config;
use crate::page::markdown::{self, Piece, PieceKind};
use crate::page::{Fence, Page};
use crate::site::{PageIndex, Site, url};
use crate::snippet::model::badge::{Badge, badge};
use crate::snippet::model::blocks::{Block, Blocks};
use typed_index_collections::TiVec;

/// A section: the content under one heading, or before the first heading.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// Anchor; empty for the top of the page.
    pub anchor: String,
    /// Heading; the page's title for the top of the page.
    pub heading: String,
    /// Its code blocks, in order.
    pub snippets: Vec<Snippet>,
    /// Text; after [`PageRecord::shorten`] its first words.
    pub body: String,
    /// Its first sentence, which usually says what the section is about.
    pub about: String,
    /// Terms that it explains.
    pub defined: String,
    /// Headings above it, without the page's title.
    pub above: String,
}

/// A code block of a section.
#[derive(Debug, Clone)]
pub struct Snippet {
    /// Its number on the page, from 1: `#snippet-3`.
    pub number: usize,
    /// The label as written.
    pub language: String,
    /// Its verification badge.
    pub badge: Badge,
    /// Whether it is code, and not output.
    pub is_code: bool,
    /// Whether it is proven.
    pub proven: bool,
    /// Whether the page shows it. A hidden block is numbered too, as on the page.
    pub is_shown: bool,
    /// The code.
    pub code: String,
}

/// A page in the search index.
#[derive(Debug, Clone)]
pub struct PageRecord {
    /// Index of the page in the site.
    pub page: PageIndex,
    /// Address relative to the site's root.
    pub url: String,
    /// Title.
    pub title: String,
    /// Its sections in order.
    pub sections: Vec<Section>,
    /// Titles of its tags, agents and other terms.
    pub tags: String,
}

/// Cuts pages into sections.
pub struct SiteCutter<'a> {
    site: &'a Site,
    config: &'a Config,
    blocks: &'a Blocks,
    /// The indexed pages.
    pages: Vec<PageIndex>,
    tags: TiVec<PageIndex, String>,
}

impl<'a> SiteCutter<'a> {
    /// Prepares to cut the pages of a site.
    pub fn new(site: &'a Site, config: &'a Config, blocks: &'a Blocks) -> Self {
        let mut tags: TiVec<PageIndex, String> = vec![String::new(); site.pages.len()].into();
        for term in site.taxonomies.iter().flat_map(|taxonomy| &taxonomy.terms) {
            for page in &term.pages {
                tags[*page].push_str(&term.title);
                tags[*page].push(' ');
            }
        }
        let is_indexed = |index: &PageIndex| !config.search_exclude.is_match(&site.pages[*index].relative);
        let pages = site.pages.keys().filter(is_indexed).collect();
        Self { site, config, blocks, pages, tags }
    }

    /// The indexed pages.
    pub fn pages(&self) -> &[PageIndex] {
        &self.pages
    }

    /// About how many sections they have.
    pub fn sections(&self) -> usize {
        let of_page = |index: &PageIndex| {
            let page = &self.site.pages[*index];
            page.headings.len() + usize::from(!page.leading_heading || page.headings.is_empty())
        };
        self.pages.iter().map(of_page).sum()
    }

    /// The sections of a page.
    pub fn record(&self, index: PageIndex) -> PageRecord {
        let page = &self.site.pages[index];
        let block_of = |fence: usize| self.blocks.of_fence(index, fence.into());
        PageRecord {
            page: index,
            url: url::from_root(&self.site.urls[index]),
            title: page.title.clone(),
            sections: PageCutter::new(page).cut(page, self.config.search_code, block_of),
            tags: self.tags[index].clone(),
        }
    }
}

impl PageRecord {
    /// Keeps what the list of results shows: of the text, the first `length` characters.
    pub fn shorten(&mut self, length: usize) {
        for section in &mut self.sections {
            let excerpt = if length == 0 { String::new() } else { section.excerpt(length) };
            *section = Section {
                anchor: std::mem::take(&mut section.anchor),
                heading: std::mem::take(&mut section.heading),
                snippets: std::mem::take(&mut section.snippets),
                body: excerpt,
                ..Section::default()
            };
            for snippet in &mut section.snippets {
                snippet.code = String::new();
            }
        }
    }
}

/// Builds the sections of one page.
struct PageCutter {
    sections: Vec<Section>,
    /// Headings above the current one: level and text.
    path: Vec<(u8, String)>,
    /// Whether the first sentence of the current section is still open.
    first_sentence: bool,
}

impl PageCutter {
    fn new(page: &Page) -> Self {
        let heading = page.headings.first().filter(|_| page.leading_heading);
        let mut top =
            Section { heading: heading.map_or(&page.title, |heading| &heading.text).clone(), ..Section::default() };
        if top.heading != page.title {
            top.body.clone_from(&page.title);
        }
        Self { sections: vec![top], path: Vec::new(), first_sentence: true }
    }

    fn cut<'b>(mut self, page: &Page, with_code: bool, block_of: impl Fn(usize) -> Option<&'b Block>) -> Vec<Section> {
        // The page's own heading belongs to the top.
        let mut headings = page.headings.iter().skip(usize::from(page.leading_heading)).peekable();
        let mut fences = page.fences.iter().enumerate().peekable();
        for Piece { text, offset, kind } in markdown::plain_text(page) {
            while let Some(heading) = headings.next_if(|heading| offset >= heading.range.start) {
                self.open(heading.level, &heading.text, &heading.anchor);
            }
            match kind {
                PieceKind::Heading => {}
                PieceKind::Code => {
                    while let Some((number, fence)) = fences.next_if(|(_, fence)| offset >= fence.range.start) {
                        self.snippet(number, fence, block_of(number));
                    }
                    let section = self.sections.last_mut().expect("there is the top");
                    if let Some(snippet) = section.snippets.last_mut().filter(|it| with_code && it.is_shown) {
                        snippet.code.push_str(&text);
                    }
                }
                PieceKind::Prose | PieceKind::Defined => self.text(&text, kind == PieceKind::Defined),
            }
        }
        for heading in headings {
            self.open(heading.level, &heading.text, &heading.anchor);
        }
        self.sections
    }

    fn open(&mut self, level: u8, heading: &str, anchor: &str) {
        self.path.retain(|(above, _)| *above < level);
        let above = self.path.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" ");
        self.path.push((level, heading.to_owned()));
        self.sections.push(Section {
            anchor: anchor.to_owned(),
            heading: heading.to_owned(),
            above,
            ..Section::default()
        });
        self.first_sentence = true;
    }

    fn snippet(&mut self, number: usize, fence: &Fence, block: Option<&Block>) {
        let section = self.sections.last_mut().expect("there is the top");
        section.snippets.push(Snippet {
            number: number + 1,
            language: fence.info.language.to_lowercase(),
            badge: badge(block.map(|block| &block.verdict)),
            is_code: block.is_some_and(|block| block.snippet.is_code),
            proven: block.is_some_and(|block| block.verdict.is_proven()),
            is_shown: block.is_none_or(|block| !block.snippet.settings.hidden),
            code: String::new(),
        });
        // Text below code rarely says what the section is about.
        self.first_sentence = false;
    }

    fn text(&mut self, text: &str, defines: bool) {
        let section = self.sections.last_mut().expect("there is the top");
        section.body.push_str(text);
        if defines {
            section.defined.push_str(text);
            section.defined.push(' ');
        }
        if self.first_sentence {
            let end =
                text.find(['.', '!', '?', ':']).filter(|at| text[at + 1..].starts_with(' ') || at + 1 == text.len());
            section.about.push_str(&text[..end.unwrap_or(text.len())]);
            self.first_sentence = end.is_none() || section.body.len() < 12;
        }
    }
}

impl Section {
    /// Its first words, for the list of results.
    fn excerpt(&self, length: usize) -> String {
        let code = self.snippets.first().map_or("", |snippet| snippet.code.as_str());
        let source = if self.body.trim().is_empty() { code } else { &self.body };
        let mut excerpt = String::new();
        for word in source.split_whitespace() {
            if excerpt.chars().count() + word.chars().count() > length {
                break;
            }
            if !excerpt.is_empty() {
                excerpt.push(' ');
            }
            excerpt.push_str(word);
        }
        excerpt
    }
}
