//! A page as Markdown, for agents and for readers who want the source.
//!
//! Must not know: templates.

use super::Renderer;
use crate::site::{PageIndex, Target, twin_url, url};

impl Renderer<'_> {
    /// A page as Markdown: its title, one line of facts, and its text with expanded includes.
    pub(super) fn twin(&self, index: PageIndex) -> String {
        let page = &self.input.site.pages[index];
        let text = page.text.as_str();
        // Before the heading may stand a comment, such as a licence. It stays there.
        let leading = page.headings.first().filter(|_| page.leading_heading).map(|heading| heading.range.end);
        let heading = leading.map_or_else(|| format!("# {}", page.title), |end| text[..end].trim().to_owned());
        let facts = self.shared.facts(&self.input).of(&self.input, index);
        let own = &self.input.site.urls[index];
        let all = self.address(own, "llms.txt");
        let all = if all.contains('/') { all } else { format!("./{all}") };
        let mut words = vec![format!("[This page]({}), [all pages]({all})", self.address(own, own))];
        if !facts.id.is_empty() {
            words.push(format!("id {}", facts.id));
        }
        if !facts.reviewed.is_empty() {
            words.push(format!("reviewed {}", facts.reviewed));
        }
        if !facts.risk.is_empty() {
            words.push(format!("risk {}", facts.risk));
        }
        if facts.code > 0 && facts.verified {
            words.push(format!("snippets {}/{} proven", facts.proven, facts.code));
        }
        let body = self.with_addresses(index, leading.unwrap_or(0));
        format!("{heading}\n\n> {}\n\n{}\n", words.join(" · "), body.trim())
    }

    /// An address for a file at `from`: absolute if the site has a base URL, because agents often read a twin away from
    /// its URL.
    pub(super) fn address(&self, from: &str, to: &str) -> String {
        let absolute = self.canonical(to);
        let address = if absolute.is_empty() { url::encode(&url::relative(from, to)) } else { absolute };
        // In Markdown a parenthesis ends the address.
        address.replace('(', "%28").replace(')', "%29")
    }

    /// The page's text from byte `start` on, without HTML comments. Links to pages point to their twins.
    fn with_addresses(&self, index: PageIndex, start: usize) -> String {
        let from = twin_url(&self.input.site.urls[index]);
        let twin = |number: usize| {
            let (to, anchor) = match self.input.site.target(index, number) {
                Target::Page { page, anchor } => (&twin_url(&self.input.site.urls[*page]), anchor.as_ref()),
                Target::Generated { url, anchor } => (url, anchor.as_ref()),
                Target::Asset(path) => (path, None),
                Target::External | Target::Missing(_) => return None,
            };
            let anchor = anchor.map_or_else(String::new, |anchor| format!("#{}", url::encode(anchor)));
            Some(format!("{}{anchor}", self.address(&from, to)))
        };
        let page = &self.input.site.pages[index];
        let text = page.text.as_str();
        let (mut out, mut at) = (String::with_capacity(text.len() - start), start);
        let links = page.events.written_destinations(text).into_iter();
        let links = links.filter_map(|(range, number)| Some((range, twin(number)?)));
        let comments = page.events.comments(text).into_iter().map(|range| (range, String::new()));
        let mut changes: Vec<_> = links.chain(comments).collect();
        changes.sort_by_key(|(range, _)| range.start);
        for (range, replacement) in changes {
            if range.start >= at {
                out.push_str(&text[at..range.start]);
                out.push_str(&replacement);
                at = range.end;
            }
        }
        out.push_str(&text[at..]);
        out
    }
}
