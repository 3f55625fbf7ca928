//! The Markdown of a page as events. A page is parsed once, and the events are kept.
//!
//! Words from the page's text are stored as offsets into it, and equal events are stored once. So the events of a page
//! take about as much memory as its text.
//! Must not know: how the events are used.

use super::tabs::mark;
use pulldown_cmark::{CowStr, Event, LinkType, Tag};
use std::ops::Range;

/// Max events that a new event is compared with, to store equal events once.
const MAX_COMPARED: usize = 32;

/// The events of a page, in order.
#[derive(Debug, Default)]
pub struct Events {
    kept: Vec<Kept>,
    /// Events without words, or with words that are not in the page's text.
    others: Vec<Event<'static>>,
    /// The start events of links and images.
    links: Vec<Event<'static>>,
    /// Definitions of references: positions and destinations.
    definitions: Vec<(Range<usize>, String)>,
}

/// One event and its byte range in the page's text.
#[derive(Debug)]
struct Kept {
    kind: EventKind,
    start: u32,
    end: u32,
}

#[derive(Debug)]
enum EventKind {
    /// Words from the page's text.
    Words(Words, u32, u32),
    /// An index into the links.
    Link(u32),
    /// An index into the others.
    Other(u32),
}

#[derive(Debug, Clone, Copy)]
enum Words {
    Text,
    Code,
    InlineMath,
    DisplayMath,
    Html,
    InlineHtml,
    Footnote,
}

impl Words {
    /// The kind of words of an event, and the words.
    fn of<'e>(event: &'e Event<'_>) -> Option<(Self, &'e str)> {
        Some(match event {
            Event::Text(words) => (Self::Text, words),
            Event::Code(words) => (Self::Code, words),
            Event::InlineMath(words) => (Self::InlineMath, words),
            Event::DisplayMath(words) => (Self::DisplayMath, words),
            Event::Html(words) => (Self::Html, words),
            Event::InlineHtml(words) => (Self::InlineHtml, words),
            Event::FootnoteReference(words) => (Self::Footnote, words),
            _ => return None,
        })
    }

    fn event(self, words: &str) -> Event<'_> {
        let words = CowStr::Borrowed(words);
        match self {
            Self::Text => Event::Text(words),
            Self::Code => Event::Code(words),
            Self::InlineMath => Event::InlineMath(words),
            Self::DisplayMath => Event::DisplayMath(words),
            Self::Html => Event::Html(words),
            Self::InlineHtml => Event::InlineHtml(words),
            Self::Footnote => Event::FootnoteReference(words),
        }
    }
}

/// Converts an offset or a count of a page to 32 bits.
fn to_u32(number: usize) -> u32 {
    u32::try_from(number).expect("a page is smaller than 4 GB")
}

impl Events {
    /// Adds an event, which spans the bytes `range` of the page's `text`.
    pub(super) fn push(&mut self, text: &str, event: &Event<'_>, range: &Range<usize>) {
        let found = Words::of(event).and_then(|(kind, words)| {
            let at = range.start + text.get(range.clone())?.find(words)?;
            Some(EventKind::Words(kind, to_u32(at), to_u32(words.len())))
        });
        let kind = found.unwrap_or_else(|| match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => {
                self.links.push(event.clone().into_static());
                EventKind::Link(to_u32(self.links.len() - 1))
            }
            _ => EventKind::Other(to_u32(self.other(event))),
        });
        self.kept.push(Kept { kind, start: to_u32(range.start), end: to_u32(range.end) });
    }

    /// The index of an event among the others.
    fn other(&mut self, event: &Event<'_>) -> usize {
        let known = self.others.iter().take(MAX_COMPARED).position(|known| known == event);
        known.unwrap_or_else(|| {
            self.others.push(event.clone().into_static());
            self.others.len() - 1
        })
    }

    /// Completes the list with the definitions of references.
    pub(super) fn finish(&mut self, definitions: impl Iterator<Item = (Range<usize>, String)>) {
        self.definitions = definitions.collect();
        // The parser gives them in no order.
        self.definitions.sort_by_key(|(range, _)| range.start);
        self.kept.shrink_to_fit();
        self.others.shrink_to_fit();
        self.links.shrink_to_fit();
    }

    /// The events in order, each with its byte range in the page's `text`.
    pub(super) fn iter<'e>(&'e self, text: &'e str) -> impl Iterator<Item = (Event<'e>, Range<usize>)> {
        self.kept.iter().map(move |kept| {
            let event = match kept.kind {
                EventKind::Words(kind, start, length) => {
                    let start = start as usize;
                    kind.event(&text[start..start + length as usize])
                }
                EventKind::Link(place) => self.links[place as usize].clone(),
                EventKind::Other(place) => self.others[place as usize].clone(),
            };
            (event, kept.start as usize..kept.end as usize)
        })
    }

    /// Every destination of the page, ordered by number: first links and images in order, then definitions of
    /// references.
    pub fn destinations(&self) -> impl Iterator<Item = String> {
        let links = self.links.iter().map(|event| match event {
            Event::Start(Tag::Link { link_type, dest_url, .. }) => destination(*link_type, dest_url),
            Event::Start(Tag::Image { dest_url, .. }) => dest_url.to_string(),
            _ => unreachable!("only links and images are kept as links"),
        });
        links.chain(self.definitions.iter().map(|(_, destination)| destination.clone()))
    }

    /// The byte ranges of link and image destinations in the page's `text`, in order, each with its number.
    /// Destinations that are written with escapes or entities are left out.
    pub fn written_destinations(&self, text: &str) -> Vec<(Range<usize>, usize)> {
        let mut found = Vec::new();
        let mut add = |range: Range<usize>, destination: &str, number: usize| {
            if let Some(at) = text[range.clone()].rfind(destination).filter(|_| !destination.is_empty()) {
                let start = range.start + at;
                found.push((start..start + destination.len(), number));
            }
        };
        for (number, (range, destination)) in self.definitions.iter().enumerate() {
            add(range.clone(), destination, self.links.len() + number);
        }
        for kept in &self.kept {
            let EventKind::Link(place) = kept.kind else { continue };
            if let Event::Start(
                Tag::Link { link_type: LinkType::Inline, dest_url, .. }
                | Tag::Image { link_type: LinkType::Inline, dest_url, .. },
            ) = &self.links[place as usize]
            {
                add(kept.start as usize..kept.end as usize, dest_url, place as usize);
            }
        }
        found.sort_by_key(|(range, _)| range.start);
        found.dedup_by(|next, known| next.0.start < known.0.end);
        found
    }

    /// The byte ranges of HTML comments in the page's `text`, in order, each with the blank space around it. Comments that
    /// name tabs are left out: readers see them.
    pub fn comments(&self, text: &str) -> Vec<Range<usize>> {
        let is_comment = |html: &str| {
            let html = html.trim();
            html.starts_with("<!--") && html.find("-->") == Some(html.len().saturating_sub(3)) && mark(html).is_none()
        };
        let found = self.iter(text).filter_map(|(event, range)| match event {
            Event::Html(html) if is_comment(&html) => {
                // One blank line stays between the neighbours.
                let after_blank = text[..range.start].ends_with("\n\n") || text[..range.start].ends_with("\r\n\r\n");
                let blank = text[range.end..].bytes().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
                Some(range.start..range.end + if after_blank { blank } else { 0 })
            }
            Event::InlineHtml(html) if is_comment(&html) => {
                let spaces = text[..range.start].bytes().rev().take_while(|byte| *byte == b' ').count();
                Some(range.start - spaces..range.end)
            }
            _ => None,
        });
        found.collect()
    }
}

/// The destination of a link. A mail address gets its scheme.
pub(super) fn destination(link_type: LinkType, written: &str) -> String {
    if matches!(link_type, LinkType::Email) { format!("mailto:{written}") } else { written.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::markdown::options;
    use pulldown_cmark::Parser;

    #[test]
    fn comments_are_found_but_for_those_that_name_tabs() {
        let text = "# A\n\n<!-- x -->\n\nb\n<!-- w -->\n\nb <!-- y -->\nc\n\n<!-- tab: One -->\n\n```html\n<!-- z -->\n```\n\n<!-- p --><p>\n";
        let mut events = Events::default();
        for (event, range) in Parser::new_ext(text, options(true)).into_offset_iter() {
            events.push(text, &event, &range);
        }
        let found: Vec<&str> = events.comments(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["<!-- x -->\n\n", "<!-- w -->\n", " <!-- y -->"]);
    }

    #[test]
    fn the_events_come_back_as_they_were() {
        let text = "# A `b` &amp; \\*c\\* [d](e \"f\") ![g [h](i)](j) <k@l.m>\n\n> - x[^1]\n>\n>   ```rust\n>   y\n>   ```\n\n\
                    $a$ <b>\n\n| a |\n|---|\n| [r][s] |\n\n[^1]: z  \n  zz\r\n\n[s]: t\n\n<div>\n</div>\n";
        let parsed: Vec<_> = Parser::new_ext(text, options(true)).into_offset_iter().collect();
        let mut events = Events::default();
        for (event, range) in &parsed {
            events.push(text, event, range);
        }
        assert!(events.iter(text).eq(parsed));
    }
}
