//! The two status pages: verified blocks, and pages due for review.
//!
//! Each shows numbers, then a bar with its parts named in text, then rows in groups. Links choose a group, with or
//! without a script.
//! Must not know: Markdown.

use super::figure::row_id;
use super::once::Totals;
use super::view::{BarView, HealthRow, HealthView, OwnerView, RowGroup, RowView, VerificationView, WallPartView};
use super::wall::{FIRST, MAX_ROWS};
use super::{Input, Renderer, url};
use crate::error::Result;
use crate::site::clocks::{Clocks, clocks};
use crate::site::parts::{self, MAX_LINKS};
use crate::site::{PageIndex, Site, Target};
use crate::snippet::model::badge::badge;
use crate::snippet::model::snippet::{Snippet, SnippetId};
use crate::snippet::model::verdict::Verdict;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// The groups of rows, in order: class of the badge, anchor, name.
const GROUPS: &[(&str, &str)] =
    &[("bad", "Failed"), ("warn", "Fails as shown"), ("good", "Ran"), ("fair", "Checked"), ("none", "Not checked")];

impl Renderer<'_> {
    /// A part of the verification page.
    pub(super) fn verification(&self, number: usize) -> Result<String> {
        let wall = self.shared.wall(&self.input);
        let own = wall.part_url(number);
        let view = self.verification_view(number, own);
        self.theme.render("verification.html", &self.site_view(own), "report", &view)
    }

    fn verification_view(&self, number: usize, own: &str) -> VerificationView {
        let (wall, blocks) = (self.shared.wall(&self.input), self.input.blocks);
        let code = || blocks.iter().filter(|(_, block)| block.snippet.is_code);
        let Totals { counts, proven } = self.totals();
        let is_overview = wall.count() > 1 && number == 1;
        let mut rows: Vec<SnippetId> = wall.part(number).to_vec();
        let mut more = 0;
        if is_overview {
            rows = code().filter(|(_, it)| badge(Some(&it.verdict)).class == "bad").map(|(id, _)| id).collect();
            more = rows.len().saturating_sub(MAX_ROWS);
            rows.truncate(MAX_ROWS);
        }
        let groups = self.row_groups(own, &rows);
        VerificationView {
            nav: self.shared.nav(&self.input).view(&self.input.site.nav, None, FIRST),
            verified: self.shared.verified(&self.input),
            code: counts.iter().map(|(.., count)| count).sum(),
            proven: *proven,
            bar: bar(counts)
                .into_iter()
                .map(|part| BarView { here: groups.iter().any(|group| group.class == part.class), ..part })
                .collect(),
            groups,
            more,
            part: self.pager(FIRST, number, wall.count()),
            parts: if is_overview { self.wall_parts() } else { Vec::new() },
        }
    }

    fn totals(&self) -> &Totals {
        self.shared.totals.get_or_init(|| {
            let mut totals =
                Totals { counts: GROUPS.iter().map(|(class, name)| (*class, *name, 0)).collect(), proven: 0 };
            for (_, block) in self.input.blocks.iter() {
                totals.proven += usize::from(block.verdict.is_proven());
                let class = badge(Some(&block.verdict)).class;
                let group = totals.counts.iter_mut().find(|(known, ..)| *known == class && block.snippet.is_code);
                if let Some((.., count)) = group {
                    *count += 1;
                }
            }
            totals
        })
    }

    fn row_groups(&self, from: &str, rows: &[SnippetId]) -> Vec<RowGroup> {
        let mut groups: Vec<RowGroup> =
            GROUPS.iter().map(|(class, name)| RowGroup { class, name, rows: Vec::new() }).collect();
        for id in rows {
            let row = self.row(from, &self.input.blocks[*id], self.input.blocks.verdict(*id));
            if let Some(group) = groups.iter_mut().find(|group| group.class == row.class) {
                group.rows.push(row);
            }
        }
        groups.retain(|group| !group.rows.is_empty());
        groups
    }

    fn row(&self, from: &str, snippet: &Snippet, verdict: &Verdict) -> RowView {
        let site = self.input.site;
        let badge = badge(Some(verdict));
        let anchor = format!("#snippet-{}", snippet.fence.number());
        let tools = verdict.tools.iter().map(|(tool, version)| format!("{tool} {version}"));
        RowView {
            anchor: row_id(&snippet.id),
            id: snippet.id.clone(),
            url: format!("{}{anchor}", url::encode(&url::relative(from, &site.urls[snippet.page]))),
            page: site.pages[snippet.page].title.clone(),
            line: snippet.line,
            language: snippet.language_name.clone(),
            class: badge.class,
            icon: badge.icon,
            words: badge.words,
            stale: badge.stale,
            status: verdict.status.name(),
            reason: verdict.reason.clone().unwrap_or_default(),
            tools: tools.collect::<Vec<_>>().join(", "),
            date: verdict.date.clone().unwrap_or_default(),
        }
    }

    /// What each part shows, for the overview.
    fn wall_parts(&self) -> Vec<WallPartView> {
        let (wall, blocks) = (self.shared.wall(&self.input), self.input.blocks);
        let title = |id: Option<&SnippetId>| {
            id.map_or_else(String::new, |id| self.input.site.pages[blocks[*id].page].title.clone())
        };
        let count = |ids: &[SnippetId], wanted: &dyn Fn(&Verdict) -> bool| {
            ids.iter().filter(|id| wanted(blocks.verdict(**id))).count()
        };
        let view = |number| {
            let ids = wall.part(number);
            WallPartView {
                url: url::relative(FIRST, wall.part_url(number)),
                first: title(ids.first()),
                last: title(ids.last()),
                code: ids.len(),
                proven: count(ids, &Verdict::is_proven),
                failed: count(ids, &|verdict| badge(Some(verdict)).class == "bad"),
            }
        };
        (2..=wall.count()).map(view).collect()
    }

    /// The review clocks of all pages, by owner, and the pages that no page links to.
    fn clocks(&self) -> &(Vec<Clocks>, Vec<PageIndex>) {
        self.shared.clocks.get_or_init(|| {
            let Input { site, sources, config, edited, blocks, .. } = self.input;
            (clocks((site, sources, config), edited, &blocks.proven()), orphans(site))
        })
    }

    /// The number of parts of the health page.
    pub(super) fn health_parts(&self) -> usize {
        let pages = self.input.site.pages.len();
        // Few pages have one part, whatever links to them.
        if pages <= MAX_LINKS / 2 { 1 } else { parts::count(pages + self.clocks().1.len()) }
    }

    /// A part of the health page: review clocks by owner, then pages that no page links to.
    pub(super) fn health(&self, number: usize) -> Result<String> {
        let own = self.input.site.part_url("health.html", number);
        self.theme.render("health.html", &self.site_view(&own), "health", &self.health_view(number, &own))
    }

    fn health_view(&self, number: usize, from: &str) -> HealthView {
        let (clocks, orphans) = self.clocks();
        let count = |wanted: &dyn Fn(Option<i32>) -> bool| clocks.iter().filter(|it| wanted(it.days_left)).count();
        let never = count(&|left| left.is_none());
        let overdue = count(&|left| left.is_some_and(|left| left < 0));
        let due_soon = count(&|left| left.is_some_and(|left| (0..=30).contains(&left)));
        let fresh = clocks.len() - never - overdue - due_soon;
        let (start, end) = match self.health_parts() {
            1 => (0, clocks.len() + orphans.len()),
            _ => ((number - 1) * MAX_LINKS, number * MAX_LINKS),
        };
        let mut owners: Vec<OwnerView> = Vec::new();
        for clock in &clocks[start.min(clocks.len())..end.min(clocks.len())] {
            let row = self.health_row(clock, from);
            match owners.last_mut().filter(|owner| owner.name == clock.owner) {
                Some(owner) => owner.rows.push(row),
                None => owners.push(OwnerView { name: clock.owner.clone(), rows: vec![row] }),
            }
        }
        let below = |at: usize| at.saturating_sub(clocks.len()).min(orphans.len());
        HealthView {
            nav: self.shared.nav(&self.input).view(&self.input.site.nav, None, "health.html"),
            pages: self.input.site.pages.len(),
            overdue,
            never,
            bar: bar(&[
                ("bad", "Overdue", overdue),
                ("warn", "Due within 30 days", due_soon),
                ("good", "Reviewed", fresh),
                ("none", "Never reviewed", never),
            ]),
            owners,
            orphans: orphans[below(start)..below(end)].iter().map(|page| self.link_to(from, *page)).collect(),
            part: self.pager("health.html", number, self.health_parts()),
        }
    }

    fn health_row(&self, clock: &Clocks, from: &str) -> HealthRow {
        let day = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
        HealthRow {
            page: self.link_to(from, clock.index),
            due: day(clock.due),
            days_left: clock.days_left,
            reviewed: day(clock.reviewed),
            edited: day(clock.edited),
            proven: clock.proven.0,
            code: clock.proven.1,
        }
    }
}

/// Pages that no other page links to, without index pages. Readers reach them only through the navigation.
fn orphans(site: &Site) -> Vec<PageIndex> {
    let mut linked: BTreeSet<PageIndex> = BTreeSet::new();
    for (index, page) in site.pages.iter_enumerated() {
        for link in &page.links {
            if let Target::Page { page: to, .. } = site.target(index, link.number)
                && *to != index
            {
                linked.insert(*to);
            }
        }
    }
    site.pages.keys().filter(|page| !linked.contains(page) && !site.urls[*page].ends_with("index.html")).collect()
}

/// The parts of a bar of width 1000. A part with a count above 0 is always visible.
fn bar(counts: &[(&'static str, &'static str, usize)]) -> Vec<BarView> {
    const WIDTH: usize = 1000;
    let total: usize = counts.iter().map(|(_, _, count)| count).sum();
    let mut at = 0;
    counts
        .iter()
        .filter(|(_, _, count)| *count > 0)
        .map(|(class, name, count)| {
            let width = (count * WIDTH / total.max(1)).max(4);
            let part =
                BarView { class, name, count: *count, percent: count * 100 / total.max(1), x: at, width, here: false };
            at += width;
            part
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_has_a_part_for_each_count_above_zero() {
        let parts = bar(&[("bad", "Failed", 1), ("good", "Ran", 999), ("none", "Not checked", 0)]);
        let shown: Vec<_> = parts.iter().map(|part| (part.class, part.x, part.width, part.percent)).collect();
        assert_eq!(shown, [("bad", 0, 4, 0), ("good", 4, 999, 99)]);
        assert!(bar(&[("bad", "Failed", 0)]).is_empty());
    }
}
