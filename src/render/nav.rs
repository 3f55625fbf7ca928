//! The navigation beside a page: its ancestors, their siblings, its children. Not the whole tree: the size of a site
//! would grow with the square of its pages.
//!
//! Must not know: templates.

use super::view::NavView;
use crate::site::nav::{Nav, Node};
use crate::site::{PageIndex, url};
use std::collections::BTreeMap;

/// Max siblings shown on one level. A longer list is cut around the current page.
const MAX_SIBLINGS: usize = 80;

/// The position of each page in the tree: an index for each level.
pub(super) struct Paths {
    of: BTreeMap<PageIndex, Vec<usize>>,
}

impl Paths {
    pub(super) fn new(nav: &Nav) -> Self {
        let mut of = BTreeMap::new();
        collect(&nav.tree, &mut Vec::new(), &mut of);
        Self { of }
    }

    /// The lines for the page at `from`. `page` is `None` for a generated page.
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
    let start = here.unwrap_or(0).saturating_sub(MAX_SIBLINGS / 2);
    for (index, node) in nodes.iter().enumerate().skip(start).take(MAX_SIBLINGS) {
        let on_path = here == Some(index);
        let current = (on_path && path.len() == 1) || node.url.as_deref() == Some(from);
        lines.push(NavView {
            title: node.title.clone(),
            number: node.number.clone(),
            part: node.is_part,
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
