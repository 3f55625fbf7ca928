//! The Markdown of a page as events, kept from the one time that it is parsed.
//!
//! Words that stand in the page's text are kept as a place there, and equal events once. So the events of a page take
//! about as much memory as its text. Must not know: what is made of the events.

use pulldown_cmark::{CowStr, Event, LinkType, Tag};
use std::ops::Range;

/// So many of a page's events are compared with each new one, to keep equal ones once.
const MOST_COMPARED: usize = 32;

/// The events of a page, in order.
#[derive(Debug, Default)]
pub struct Events {
    kept: Vec<Kept>,
    /// Events whose words are not in the page's text, or that have none.
    others: Vec<Event<'static>>,
    /// The beginnings of links and images.
    links: Vec<Event<'static>>,
    /// Definitions of references: where they stand, and the destinations.
    definitions: Vec<(Range<usize>, String)>,
}

/// One event: what it is, and the bytes of the page's text that it spans.
#[derive(Debug)]
struct Kept {
    what: What,
    start: u32,
    end: u32,
}

#[derive(Debug)]
enum What {
    /// Words that stand in the page's text.
    Words(Words, u32, u32),
    /// By its place among the links.
    Link(u32),
    /// By its place among the others.
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
    /// What kind of words an event is, and the words.
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

/// A number that is below four thousand million, as all places in a page are.
fn small(number: usize) -> u32 {
    u32::try_from(number).expect("a page has fewer than four thousand million bytes")
}

impl Events {
    /// Adds an event, which spans the bytes `range` of the page's `text`.
    pub(super) fn push(&mut self, text: &str, event: &Event<'_>, range: &Range<usize>) {
        let found = Words::of(event).and_then(|(kind, words)| {
            let at = range.start + text.get(range.clone())?.find(words)?;
            Some(What::Words(kind, small(at), small(words.len())))
        });
        let what = found.unwrap_or_else(|| match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => {
                self.links.push(event.clone().into_static());
                What::Link(small(self.links.len() - 1))
            }
            _ => What::Other(small(self.other(event))),
        });
        self.kept.push(Kept { what, start: small(range.start), end: small(range.end) });
    }

    /// The place of an event among the others.
    fn other(&mut self, event: &Event<'_>) -> usize {
        let known = self.others.iter().take(MOST_COMPARED).position(|known| known == event);
        known.unwrap_or_else(|| {
            self.others.push(event.clone().into_static());
            self.others.len() - 1
        })
    }

    /// Ends the list: adds the definitions of references.
    pub(super) fn finish(&mut self, definitions: impl Iterator<Item = (Range<usize>, String)>) {
        self.definitions = definitions.collect();
        // The parser does not say in which order.
        self.definitions.sort_by_key(|(range, _)| range.start);
        self.kept.shrink_to_fit();
        self.others.shrink_to_fit();
        self.links.shrink_to_fit();
    }

    /// The events in order, each with the bytes of the page's `text` that it spans.
    pub(super) fn iter<'e>(&'e self, text: &'e str) -> impl Iterator<Item = (Event<'e>, Range<usize>)> {
        self.kept.iter().map(move |kept| {
            let event = match kept.what {
                What::Words(kind, start, length) => {
                    let start = start as usize;
                    kind.event(&text[start..start + length as usize])
                }
                What::Link(place) => self.links[place as usize].clone(),
                What::Other(place) => self.others[place as usize].clone(),
            };
            (event, kept.start as usize..kept.end as usize)
        })
    }

    /// Every destination of the page, in the order of its number: those of links and images as they begin, then those of
    /// the definitions of references.
    pub fn destinations(&self) -> impl Iterator<Item = String> {
        let links = self.links.iter().map(|event| match event {
            Event::Start(Tag::Link { link_type, dest_url, .. }) => destination(*link_type, dest_url),
            Event::Start(Tag::Image { dest_url, .. }) => dest_url.to_string(),
            _ => unreachable!("only links and images are kept as links"),
        });
        links.chain(self.definitions.iter().map(|(_, destination)| destination.clone()))
    }

    /// Where the destinations of links and images stand in the page's `text`, in order, each with its number. Those that
    /// are written with escapes or entities are not found and left out.
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
            let What::Link(place) = kept.what else { continue };
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
}

/// The destination of a link; that of a mail address with its scheme.
pub(super) fn destination(link_type: LinkType, written: &str) -> String {
    if matches!(link_type, LinkType::Email) { format!("mailto:{written}") } else { written.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::markdown::options;
    use pulldown_cmark::Parser;

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
