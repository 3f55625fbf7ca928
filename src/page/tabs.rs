//! Comments that mark tabs.
//!
//! Must not know: other HTML.

use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;

/// The meaning of a tab comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// Tabs begin.
    Open,
    /// A tab of this name begins.
    Tab(String),
    /// They end.
    Close,
}

/// The mark in a piece of HTML, if it is a tab comment.
pub fn mark(html: &str) -> Option<Mark> {
    let text = html.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    match text {
        "tabs" => Some(Mark::Open),
        "/tabs" => Some(Mark::Close),
        _ => Some(Mark::Tab(text.strip_prefix("tab:")?.trim().to_owned())),
    }
}

/// The open tabs at the current point of a page.
#[derive(Debug, Default)]
pub(super) struct Balance {
    open: Option<Span>,
}

impl Balance {
    /// Reads a comment; returns a problem if its place is wrong.
    pub(super) fn see(&mut self, html: &str, span: Span) -> Option<Diagnostic> {
        let problem = |message: &str| Some(Diagnostic::new(Code::TabsUnbalanced, span, message.to_owned()));
        match (mark(html)?, self.open) {
            (Mark::Open, None) => {
                self.open = Some(span);
                None
            }
            (Mark::Open, Some(_)) => problem("tabs cannot contain tabs"),
            (Mark::Tab(_), None) => problem("a tab without `<!-- tabs -->` above it"),
            (Mark::Tab(_), Some(_)) => None,
            (Mark::Close, Some(_)) => {
                self.open = None;
                None
            }
            (Mark::Close, None) => problem("`<!-- /tabs -->` without `<!-- tabs -->` above it"),
        }
    }

    /// Reports tabs that are open at the end of the page.
    pub(super) fn end(self) -> Option<Diagnostic> {
        self.open.map(|span| {
            Diagnostic::new(Code::TabsUnbalanced, span, "these tabs never end".to_owned())
                .help("write `<!-- /tabs -->` on its own line after the last tab")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_alone_in_a_comment() {
        assert_eq!(mark("<!-- tabs -->\n"), Some(Mark::Open));
        assert_eq!(mark("<!-- tab: Linux, macOS -->"), Some(Mark::Tab("Linux, macOS".to_owned())));
        assert_eq!(mark("<!-- a table -->"), None);
        assert_eq!(mark("<p><!-- tabs --></p>"), None);
    }
}
