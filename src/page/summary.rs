//! mdBook's `SUMMARY.md`: a list of links is the order of the book.
//!
//! Source: mdBook's manual, "SUMMARY.md".
//!
//! Must not know: whether the pages exist; `site::nav` looks them up.

use crate::source::SourceFile;
use crate::span::Span;
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

/// One line of the summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// The link's text, or the title of a part; empty if the page has one.
    pub title: String,
    /// The link's destination; `None` for a draft chapter and for the title of a part.
    pub path: Option<String>,
    /// Its number in the book, such as `2.1.`; empty before and behind the numbered chapters.
    pub number: String,
    /// Its depth in the list, from 0.
    pub depth: usize,
    /// Whether it is the title of a part.
    pub is_part: bool,
    /// Its position.
    pub span: Span,
}

/// The chapters and the titles of parts, in order.
pub(super) fn parse(file: &SourceFile) -> Vec<Chapter> {
    let mut chapters: Vec<Chapter> = Vec::new();
    // One number for each open list. The outermost one counts on in the next list.
    let (mut numbers, mut depth) = (vec![0_usize], 0_usize);
    let mut open: Option<Chapter> = None;
    let mut is_first_heading = true;
    for (event, range) in Parser::new(&file.text).into_offset_iter() {
        let span = Span::new(file.id, range);
        let chapter =
            |path, depth, is_part| Chapter { title: String::new(), path, number: String::new(), depth, is_part, span };
        match event {
            Event::Start(Tag::List(_)) => depth += 1,
            Event::End(TagEnd::List(_)) => {
                depth = depth.saturating_sub(1);
                numbers.truncate(depth.max(1));
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                let path = (!dest_url.is_empty()).then(|| dest_url.to_string());
                let mut link = chapter(path, depth.saturating_sub(1), false);
                if depth > 0 {
                    numbers.resize(depth, 0);
                    numbers[depth - 1] += 1;
                    link.number = numbers.iter().flat_map(|number| [number.to_string(), ".".to_owned()]).collect();
                }
                open = Some(link);
            }
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => {
                // The heading at the start is the title of the summary itself.
                let is_title = std::mem::replace(&mut is_first_heading, false) && chapters.is_empty();
                open = (!is_title).then(|| chapter(None, 0, true));
            }
            Event::End(TagEnd::Link | TagEnd::Heading(HeadingLevel::H1)) => chapters.extend(open.take()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;
    use std::path::PathBuf;

    #[test]
    fn chapters_have_numbers_and_parts_have_none() {
        let text = "# Summary\n\n[Preface](preface.md)\n\n# Basics\n\n- [One](one.md)\n  - [Deep](deep.md)\n  - [Draft]()\n- [Two](two.md)\n\n---\n\n# More\n\n- [`Three`](three.md)\n  - [Last](last.md)\n\n[Index](ix.md)\n";
        let mut sources = Sources::new(&PathBuf::from("/book"));
        let file = sources.add(PathBuf::from("/book/SUMMARY.md"), text.to_owned());
        let lines: Vec<String> = parse(&sources[file])
            .iter()
            .map(|it| format!("{}{} {} {}", it.number, it.title, it.depth, if it.is_part { "part" } else { "" }))
            .collect();
        let expected = [
            "Preface 0 ",
            "Basics 0 part",
            "1.One 0 ",
            "1.1.Deep 1 ",
            "1.2.Draft 1 ",
            "2.Two 0 ",
            "More 0 part",
            "3.Three 0 ",
            "3.1.Last 1 ",
            "Index 0 ",
        ];
        assert_eq!(lines, expected);
    }
}
