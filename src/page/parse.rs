//! The steps from a file to a [`Page`], in order.
//!
//! Must not know: other pages, URLs.

use super::heading::Heading;
use super::model::{Dialect, Page};
use super::{blocks, front_matter, include, leftovers, markdown, mdx};
use crate::counted::{Work, count};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{PageSource, Sources};
use jiff::civil::Date;

/// Max length of a title, in characters.
const MAX_TITLE: usize = 300;

/// Parses a page.
pub fn parse(sources: &Sources, page: &PageSource, today: Date, dialect: Dialect<'_>) -> (Page, Vec<Diagnostic>) {
    count(Work::PagesParsed, 1);
    let file = &sources[page.file];
    let (front_matter, body, mut problems) = front_matter::parse(file, today);
    let include::Expanded { text, window_title } = include::expand(sources, page.file, body, &mut problems);
    let text = if dialect.mdx || page.relative.ends_with(".mdx") { mdx::markdown(&text) } else { text };
    let text = blocks::replaced(text);
    problems.extend(leftovers::hints(&text, page.file));
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
    // The navigation of other pages shows the title too.
    let title = markdown::shorten(&title, MAX_TITLE);
    let parsed = Page {
        file: page.file,
        relative: page.relative.clone(),
        text,
        front_matter,
        title,
        window_title,
        description,
        leading_heading,
        headings: scan.headings,
        links: scan.links,
        html_ids: scan.html_ids,
        fences: scan.fences.into(),
        events: scan.events,
    };
    (parsed, problems)
}

fn title_from_path(relative: &str) -> String {
    let stem = relative.rsplit('/').next().unwrap_or(relative).trim_end_matches(".mdx").trim_end_matches(".md");
    let stem = match stem {
        "index" | "README" | "_index" => relative.rsplit('/').nth(1).unwrap_or("Home"),
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
                    format!("this heading of level {} follows a heading of level {}", pair[1].level, pair[0].level),
                )
                .help(format!("make it level {}", pair[0].level + 1)),
            );
        }
    }
}
