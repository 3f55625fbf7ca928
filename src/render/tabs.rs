//! Tabs and code groups. The HTML shows them one below the other with their names; a script turns them into tabs.
//!
//! `<!-- tabs -->`, `<!-- tab: NAME -->` and `<!-- /tabs -->` may enclose any content; `tab=NAME` marks consecutive
//! fences. Other tools ignore the comments and show the content from top to bottom.
//! Must not know: the script.

use super::highlight::escape;
use crate::page::tabs::{Mark, mark};
use crate::page::{FenceIndex, Page};

/// The tabs that are open at the current point of a page.
#[derive(Debug, Default)]
pub(super) struct Tabs {
    open: bool,
    tab: bool,
}

const OPEN: &str = "<div class=\"tabs\">\n";

fn tab(name: &str) -> String {
    format!("<section class=\"tab\" data-tab=\"{0}\"><p class=\"tab-name\">{0}</p>\n", escape(name))
}

impl Tabs {
    /// The HTML for a mark. A misplaced mark gives no HTML; the checks report it.
    pub(super) fn html(&mut self, html: &str) -> String {
        match mark(html) {
            Some(Mark::Open) if !self.open => {
                self.open = true;
                OPEN.to_owned()
            }
            Some(Mark::Tab(name)) if self.open => {
                let before = if self.tab { "</section>\n" } else { "" };
                self.tab = true;
                format!("{before}{}", tab(&name))
            }
            Some(Mark::Close) if self.open => {
                let before = if self.tab { "</section>\n" } else { "" };
                *self = Self::default();
                format!("{before}</div>\n")
            }
            _ => String::new(),
        }
    }

    /// Closes open tabs at the end of a page.
    pub(super) fn end(&mut self) -> String {
        if self.open { self.html("<!-- /tabs -->") } else { String::new() }
    }
}

/// The position of a code block among consecutive blocks with `tab=`.
pub(super) struct Group {
    name: Option<String>,
    first: bool,
    last: bool,
}

impl Group {
    /// The group of the fence with this number on its page.
    pub(super) fn of(page: &Page, fence: usize) -> Self {
        let name = |number: usize| page.fences.get(FenceIndex::from(number)).and_then(|fence| fence.info.value("tab"));
        let Some(own) = name(fence) else { return Self { name: None, first: false, last: false } };
        let neighbours = |one: usize, other: usize| {
            let between =
                page.fences[FenceIndex::from(one)].range.end..page.fences[FenceIndex::from(other)].range.start;
            page.text.as_str().get(between).is_some_and(|text| text.trim().is_empty())
        };
        let first = fence == 0 || name(fence - 1).is_none() || !neighbours(fence - 1, fence);
        let last = name(fence + 1).is_none() || !neighbours(fence, fence + 1);
        Self { name: Some(own.to_owned()), first, last }
    }

    /// Adds the group's opening and closing tags around the block's figure.
    pub(super) fn wrap(&self, figure: &str) -> String {
        let Some(name) = &self.name else { return figure.to_owned() };
        let (open, close) = (if self.first { OPEN } else { "" }, if self.last { "</div>\n" } else { "" });
        format!("{open}{}{figure}</section>\n{close}", tab(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_tabs_are_closed_at_the_end() {
        let mut tabs = Tabs::default();
        assert_eq!(tabs.html("<!-- tab: lost -->\n"), "");
        assert_eq!(tabs.html("<!-- tabs -->\n"), OPEN);
        assert!(tabs.html("<!-- tab: A & B -->\n").contains("data-tab=\"A &amp; B\""));
        assert!(tabs.html("<!-- tab: C -->").starts_with("</section>"));
        assert_eq!(tabs.end(), "</section>\n</div>\n");
        assert_eq!(tabs.end(), "");
    }
}
