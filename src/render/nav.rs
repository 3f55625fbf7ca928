//! The navigation beside a page: its ancestors, their siblings, its children. Never the whole tree, which would make ten
//! thousand pages quadratic.
//!
//! Must not know: templates.

use super::view::NavView;
use crate::site::nav::{Nav, Node};
use crate::site::{PageIndex, url};
use std::collections::BTreeMap;

/// Siblings shown on one level before the list is cut around the present page.
const MOST_SIBLINGS: usize = 80;

/// Where each page stands in the tree: the index to take on each level.
pub(super) struct Paths {
    of: BTreeMap<PageIndex, Vec<usize>>,
}

impl Paths {
    pub(super) fn new(nav: &Nav) -> Self {
        let mut of = BTreeMap::new();
        collect(&nav.tree, &mut Vec::new(), &mut of);
        Self { of }
    }

    /// The lines for the page at `from`; `page` is nothing for a page that docgen makes.
    pub(super) fn view(&self, nav: &Nav, page: Option<PageIndex>, from: &str) -> Vec<NavView> {
        let path = page.and_then(|page| self.of.get(&page)).map_or(&[][..], Vec::as_slice);
        let mut lines = Vec::new();
        level(&nav.tree, path, 0, from, &mut lines);
        lines
    }
}

fn collect(nodes: &[Node], path: &mut Vec<usize>, of: &mut BTreeMap<PageIndex, Vec<usize>>) {
    for (index, node) in nodes.iter().enumerate() {
        path.push(index);
        if let Some(page) = node.page {
            of.entry(page).or_insert_with(|| path.clone());
        }
        collect(&node.children, path, of);
        path.pop();
    }
}

fn level(nodes: &[Node], path: &[usize], depth: usize, from: &str, lines: &mut Vec<NavView>) {
    let here = path.first().copied();
    let start = here.unwrap_or(0).saturating_sub(MOST_SIBLINGS / 2);
    for (index, node) in nodes.iter().enumerate().skip(start).take(MOST_SIBLINGS) {
        let on_path = here == Some(index);
        let current = (on_path && path.len() == 1) || node.url.as_deref() == Some(from);
        lines.push(NavView {
            title: node.title.clone(),
            url: node.url.as_deref().map_or_else(String::new, |to| url::encode(&url::relative(from, to))),
            current,
            ancestor: on_path && !current,
            depth,
        });
        if on_path || current {
            level(&node.children, path.get(1..).unwrap_or_default(), depth + 1, from, lines);
        }
    }
}
