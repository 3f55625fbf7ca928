//! mdBook's `SUMMARY.md`: a list of links is the order of the book.
//!
//! Must not know: whether the pages exist; `site::nav` looks them up.

use crate::source::SourceFile;
use crate::span::Span;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// One line of the summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// The link's text.
    pub title: String,
    /// The link's destination; `None` for a draft chapter.
    pub path: Option<String>,
    /// Its depth in the list, from 0.
    pub depth: usize,
    /// Its position.
    pub span: Span,
}

/// The chapters in order.
pub fn parse(file: &SourceFile) -> Vec<Chapter> {
    let mut chapters = Vec::new();
    let mut depth = 0_usize;
    let mut open: Option<Chapter> = None;
    for (event, range) in Parser::new(&file.text).into_offset_iter() {
        match event {
            Event::Start(Tag::List(_)) => depth += 1,
            Event::End(TagEnd::List(_)) => depth = depth.saturating_sub(1),
            Event::Start(Tag::Link { dest_url, .. }) => {
                let path = (!dest_url.is_empty()).then(|| dest_url.to_string());
                let span = Span::new(file.id, range);
                open = Some(Chapter { title: String::new(), path, depth: depth.saturating_sub(1), span });
            }
            Event::End(TagEnd::Link) => chapters.extend(open.take()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(chapter) = &mut open {
                    chapter.title.push_str(&text);
                }
            }
            _ => {}
        }
    }
    chapters
}
