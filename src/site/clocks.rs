//! The three clocks of every page: edited (version control), reviewed (a person), verified (its snippets). Pure.
//!
//! They are never merged: a page edited yesterday may still need its review.
//! Must not know: how clocks are shown, verdicts.

use super::governance::review_due;
use super::index::PageIndex;
use super::model::Site;
use crate::config::Config;
use crate::source::{Edits, Sources};
use crate::span::{FileId, Span};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// One page's clocks.
#[derive(Debug, Clone)]
pub struct Clocks {
    /// The page.
    pub index: PageIndex,
    /// The page's path from the root.
    pub page: String,
    /// Its title.
    pub title: String,
    /// Its owner; empty if the page names none.
    pub owner: String,
    /// The last commit.
    pub edited: Option<Date>,
    /// The last review.
    pub reviewed: Option<Date>,
    /// When the next review is due.
    pub due: Option<Date>,
    /// Days until then; negative if it is overdue.
    pub days_left: Option<i32>,
    /// The number of proven code blocks, and of all code blocks.
    pub proven: (usize, usize),
    /// The position for a message about the review.
    pub span: Span,
}

impl Clocks {
    /// Whether the review is due within `days`, or was never done.
    pub fn is_due_within(&self, days: i32) -> bool {
        self.days_left.is_none_or(|left| left <= days)
    }
}

/// The clocks of every page, most urgent first, by owner. `edited` is by path from the root. `proven` has two counts
/// for each page: proven code blocks and all code blocks.
pub fn clocks(
    (site, sources, config): (&Site, &Sources, &Config),
    edited: &Edits,
    proven: &BTreeMap<FileId, (usize, usize)>,
) -> Vec<Clocks> {
    let mut clocks: Vec<Clocks> = site
        .pages
        .iter_enumerated()
        .map(|(index, page)| {
            let front = &page.front_matter;
            let name = &sources[page.file].name;
            let due = review_due(page, config);
            let owner = front.terms.get("owners").and_then(|owners| owners.first());
            Clocks {
                index,
                page: name.clone(),
                title: page.title.clone(),
                owner: owner.map_or_else(String::new, |owner| owner.value.clone()),
                edited: edited.get(name).map(|edit| edit.day),
                reviewed: front.last_reviewed.as_ref().map(|date| date.value),
                due,
                days_left: due.and_then(|due| config.today.until(due).ok()).map(|span| span.get_days()),
                proven: proven.get(&page.file).copied().unwrap_or_default(),
                span: front.last_reviewed.as_ref().map_or(Span::at(page.file, 0), |date| date.span),
            }
        })
        .collect();
    clocks.sort_by(|a, b| {
        let urgency = |it: &Clocks| it.days_left.unwrap_or(i32::MAX);
        (a.owner.is_empty(), &a.owner, urgency(a), &a.page).cmp(&(b.owner.is_empty(), &b.owner, urgency(b), &b.page))
    });
    clocks
}
