//! The two status pages: verified blocks, and pages due for review.
//!
//! Each shows numbers, then a bar with its parts named in text, then rows in groups. Links choose a group, with or
//! without a script.
//! Must not know: Markdown.

use super::figure::row_id;
use super::view::{BarView, HealthRow, HealthView, LinkView, OwnerView, RowGroup, RowView, VerificationView};
use super::{Input, Renderer, url};
use crate::site::clocks::{Clocks, clocks};
use crate::site::{PageIndex, Site, Target};
use crate::snippet::model::badge::badge;
use crate::snippet::model::blocks::Block;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// The groups of rows, in order: class of the badge, anchor, name.
const GROUPS: &[(&str, &str)] =
    &[("bad", "Failed"), ("warn", "Fails as shown"), ("good", "Ran"), ("fair", "Checked"), ("none", "Not checked")];

impl Renderer<'_> {
    pub(super) fn verification(&self) -> VerificationView {
        let site = self.input.site;
        let from = "verification.html";
        let mut groups: Vec<RowGroup> =
            GROUPS.iter().map(|(class, name)| RowGroup { class, name, rows: Vec::new() }).collect();
        let code = self.input.blocks.iter().filter(|(_, block)| block.snippet.is_code);
        for (_, Block { snippet, verdict }) in code {
            let page = snippet.page;
            let badge = badge(Some(verdict));
            let anchor = format!("#snippet-{}", snippet.fence.number());
            let tools = verdict.tools.iter().map(|(tool, version)| format!("{tool} {version}"));
            let row = RowView {
                anchor: row_id(&snippet.id),
                id: snippet.id.clone(),
                url: format!("{}{anchor}", url::encode(&url::relative(from, &site.urls[page]))),
                page: site.pages[page].title.clone(),
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
            };
            if let Some(group) = groups.iter_mut().find(|group| group.class == badge.class) {
                group.rows.push(row);
            }
        }
        let code: usize = groups.iter().map(|group| group.rows.len()).sum();
        let counts: Vec<(&'static str, &'static str, usize)> =
            groups.iter().map(|group| (group.class, group.name, group.rows.len())).collect();
        groups.retain(|group| !group.rows.is_empty());
        VerificationView {
            nav: self.nav.view(&site.nav, None, from),
            verified: self.verified,
            code,
            proven: self.input.blocks.iter().filter(|(_, block)| block.verdict.is_proven()).count(),
            bar: bar(&counts),
            groups,
        }
    }

    /// Review clocks by owner, and pages that no page links to.
    pub(super) fn health(&self) -> HealthView {
        let site = self.input.site;
        let from = "health.html";
        let Input { site: _, sources, config, edited, blocks, .. } = self.input;
        let clocks = clocks((site, sources, config), edited, &blocks.proven());
        let count = |wanted: &dyn Fn(Option<i32>) -> bool| clocks.iter().filter(|it| wanted(it.days_left)).count();
        let never = count(&|left| left.is_none());
        let overdue = count(&|left| left.is_some_and(|left| left < 0));
        let due_soon = count(&|left| left.is_some_and(|left| (0..=30).contains(&left)));
        let fresh = clocks.len() - never - overdue - due_soon;
        let mut owners: Vec<OwnerView> = Vec::new();
        for clock in &clocks {
            let row = self.health_row(clock, from);
            match owners.last_mut().filter(|owner| owner.name == clock.owner) {
                Some(owner) => owner.rows.push(row),
                None => owners.push(OwnerView { name: clock.owner.clone(), rows: vec![row] }),
            }
        }
        HealthView {
            nav: self.nav.view(&site.nav, None, from),
            pages: site.pages.len(),
            overdue,
            never,
            bar: bar(&[
                ("bad", "Overdue", overdue),
                ("warn", "Due within 30 days", due_soon),
                ("good", "Reviewed", fresh),
                ("none", "Never reviewed", never),
            ]),
            owners,
            orphans: orphans(site).into_iter().map(|page| self.link_to(from, page)).collect::<Vec<LinkView>>(),
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
            let part = BarView { class, name, count: *count, percent: count * 100 / total.max(1), x: at, width };
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
