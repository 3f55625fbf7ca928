//! Headings and their anchors, by GitHub's rule.
//!
//! Must not know: where headings come from.

use crate::span::Span;
use std::collections::BTreeMap;

/// One heading of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its text without markup.
    pub text: String,
    /// Its `id`, unique on the page.
    pub anchor: String,
    /// Its position in the author's file.
    pub span: Span,
    /// Byte range in the page's expanded text.
    pub range: std::ops::Range<usize>,
}

/// GitHub's rule for a heading's anchor: lower case; white space becomes `-`; letters, digits, `-` and `_` stay; the
/// rest is dropped (github.com/gjtorikian/html-pipeline, `toc_filter`).
pub fn slugify(text: &str) -> String {
    text.trim()
        .chars()
        .filter_map(|character| match character {
            ' ' | '\t' | '\n' => Some('-'),
            '-' | '_' => Some(character),
            _ if character.is_alphanumeric() => Some(character),
            _ => None,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Makes the anchors of a page unique: `intro`, `intro-1`, `intro-2`.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    used: BTreeMap<String, usize>,
}

impl Anchors {
    pub(super) fn unique(&mut self, wanted: String) -> String {
        let wanted = if wanted.is_empty() { "section".to_owned() } else { wanted };
        match self.used.get(&wanted).copied() {
            None => {
                self.used.insert(wanted.clone(), 0);
                wanted
            }
            Some(count) => {
                let mut next = count + 1;
                while self.used.contains_key(&format!("{wanted}-{next}")) {
                    next += 1;
                }
                self.used.insert(wanted.clone(), next);
                let anchor = format!("{wanted}-{next}");
                self.used.insert(anchor.clone(), 0);
                anchor
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_github_does() {
        assert_eq!(slugify("Part 2: Language & Tool-Specific Debugging"), "part-2-language--tool-specific-debugging");
        assert_eq!(slugify("`snake_case` и Ünïcode"), "snake_case-и-ünïcode");
    }

    #[test]
    fn anchors_are_unique() {
        let mut anchors = Anchors::default();
        let given: Vec<_> = ["a", "a", "a-1", "a", ""].map(|text| anchors.unique(text.to_owned())).into();
        assert_eq!(given, ["a", "a-1", "a-1-1", "a-2", "section"]);
    }
}
