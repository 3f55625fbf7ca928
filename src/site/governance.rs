//! Checks of front matter: ids, required keys, named paths, the review clock.
//!
//! Must not know: git, snippets. Those are other clocks.

use super::model::{PathExists, Site};
use crate::config::{Config, Risk};
use crate::diagnostic::{Code, Diagnostic};
use crate::page::Page;
use crate::source::{Sources, normalise};
use crate::span::Span;
use jiff::ToSpan as _;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::Path;

/// When a page's review is due: its own interval, else its risk's. `None` without a review date.
pub fn review_due(page: &Page, config: &Config) -> Option<Date> {
    let reviewed = page.front_matter.last_reviewed.as_ref()?.value;
    let risk = page.front_matter.risk.unwrap_or(Risk::Low);
    let days = page.front_matter.review_every.unwrap_or_else(|| config.review_days[&risk]);
    reviewed.checked_add(days.days()).ok()
}

/// Checks every page.
pub(super) fn check(
    sources: &Sources,
    site: &Site,
    config: &Config,
    path_exists: PathExists<'_>,
    problems: &mut Vec<Diagnostic>,
) {
    let mut ids: BTreeMap<&str, &Page> = BTreeMap::new();
    for page in &site.pages {
        let front = &page.front_matter;
        if let Some(id) = &front.id {
            if let Some(first) = ids.get(id.value.as_str()) {
                let message = format!("the id {} is also used by {}", id.value, sources[first.file].name);
                problems.push(Diagnostic::new(Code::DuplicateId, id.span, message).help("give one of them a new ULID"));
            } else {
                ids.insert(&id.value, page);
            }
        }
        let whole = front.span.unwrap_or(Span::at(page.file, 0));
        for key in &config.required {
            if !front.keys.iter().any(|known| known.value == *key) {
                let message = format!("the front matter has no `{key}`, which this project requires");
                problems.push(
                    Diagnostic::new(Code::FrontMatterValue, Span::at(whole.file, whole.start), message)
                        .help("add it, or remove it from [governance] required in book.toml"),
                );
            }
        }
        let folder = sources[page.file].path.parent().unwrap_or(Path::new("/")).to_path_buf();
        for (key, path) in &front.paths {
            let places = [folder.join(&path.value), config.content.join(&path.value), config.root.join(&path.value)];
            if !places.iter().any(|place| path_exists(&normalise(place))) {
                let message = format!("`{key}` names `{}`, which does not exist", path.value);
                problems.push(
                    Diagnostic::new(Code::FrontMatterPath, path.span, message)
                        .help("paths are relative to the page, the content folder or the project"),
                );
            }
        }
        template(page, config, path_exists, problems);
        overdue(page, config, problems);
    }
}

/// Checks that the page's template exists in the project's theme.
fn template(page: &Page, config: &Config, path_exists: PathExists<'_>, problems: &mut Vec<Diagnostic>) {
    let Some(name) = page.front_matter.template.as_ref().filter(|name| name.value != "page.html") else { return };
    let path = config.root.join("themes").join(&config.theme).join(&name.value);
    if !path_exists(&normalise(&path)) {
        let message = format!("`template` names `{}`, but the theme `{}` has no such file", name.value, config.theme);
        let help = format!("create themes/{}/{}, or remove the key", config.theme, name.value);
        problems.push(Diagnostic::new(Code::FrontMatterPath, name.span, message).help(help));
    }
}

fn overdue(page: &Page, config: &Config, problems: &mut Vec<Diagnostic>) {
    let (Some(due), Some(reviewed)) = (review_due(page, config), &page.front_matter.last_reviewed) else { return };
    if due < config.today {
        let days = config.today.since(due).map_or(0, |span| span.get_days());
        let ago = if days == 1 { "yesterday".to_owned() } else { format!("{days} days ago") };
        let message = format!("the review was due on {due}, {ago}");
        problems.push(
            Diagnostic::new(Code::ReviewOverdue, reviewed.span, message)
                .help("review the page and set last_reviewed to today"),
        );
    }
}
