//! The three clocks of every page, by owner: edited (git), reviewed (a person), verified (its snippets).
//!
//! They are never merged: a page edited yesterday may still need its review. Must not know: the terminal.

use super::model::Repository;
use crate::site::clocks::Clocks;
use crate::source::Sources;
use jiff::civil::Date;
use serde_json::json;
use std::fmt::Write as _;

/// For people: a table for each owner. With `due`, only pages whose review is due within that many days.
pub fn text(clocks: &[Clocks], due: Option<i32>) -> String {
    let mut text = String::new();
    let mut owner = None;
    let shown: Vec<&Clocks> = clocks.iter().filter(|it| due.is_none_or(|days| it.is_due_within(days))).collect();
    let width = shown.iter().map(|it| it.page.chars().count()).max().unwrap_or(0);
    for clock in &shown {
        if owner != Some(&clock.owner) {
            let name = if clock.owner.is_empty() { "nobody" } else { &clock.owner };
            let _ = writeln!(text, "{}\x1b[1m{name}\x1b[0m", if owner.is_some() { "\n" } else { "" });
            owner = Some(&clock.owner);
        }
        let review = match (clock.due, clock.days_left) {
            (Some(due), Some(left)) if left < 0 => format!("\x1b[31mdue {due}, {} days ago\x1b[0m", -left),
            (Some(due), Some(left)) => format!("due {due}, in {left} days"),
            _ => "\x1b[33mnever reviewed\x1b[0m".to_owned(),
        };
        let edited = clock.edited.map_or_else(|| "not in git".to_owned(), |day| format!("edited {day}"));
        let (proven, code) = clock.proven;
        let snippets = if code == 0 { String::new() } else { format!(", snippets {proven}/{code} proven") };
        let _ = writeln!(text, "  {:width$}  {review}, {edited}{snippets}", clock.page);
    }
    let overdue = clocks.iter().filter(|it| it.days_left.is_some_and(|left| left < 0)).count();
    let never = clocks.iter().filter(|it| it.reviewed.is_none()).count();
    let _ = writeln!(text, "\n{} pages: {overdue} overdue, {never} never reviewed", clocks.len());
    text
}

/// For machines, schema `docgen.freshness/1`.
pub fn json(clocks: &[Clocks], (sources, repository): (&Sources, &Repository), today: Date) -> String {
    let day = |date: Option<Date>| date.map(|date| date.to_string());
    let pages: Vec<_> = clocks
        .iter()
        .map(|it| {
            json!({
                "page": it.page,
                "path": repository.path(&sources[it.span.file]),
                "title": it.title,
                "owner": it.owner,
                "edited": day(it.edited),
                "reviewed": day(it.reviewed),
                "due": day(it.due),
                "days_left": it.days_left,
                "snippets": { "code": it.proven.1, "proven": it.proven.0 },
            })
        })
        .collect();
    let report = json!({ "schema": "docgen.freshness/1", "today": today.to_string(), "pages": pages });
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}
