//! Content problems as values.
//!
//! A [`Diagnostic`] describes one problem in an author's text: what is wrong, where, and what to do. Stages return
//! diagnostics with their result; only `report` prints them. [`Code`] is a table, and the manual's list is generated
//! from it.
//! Must not know: how anything is printed, or which stage found it.

use crate::span::Span;
use serde::{Deserialize, Serialize};

/// How serious a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never changes an exit status.
    Hint,
    /// Looks wrong; an error under `--deny warnings`.
    Warning,
    /// Wrong; exit status 1.
    Error,
}

/// One row of the table of diagnostics.
#[derive(Debug)]
pub struct CodeInfo {
    /// The stable name, as printed in brackets.
    pub name: &'static str,
    /// The severity it is reported with.
    pub severity: Severity,
    /// What it means and what to do, one or two sentences, for the manual.
    pub about: &'static str,
}

macro_rules! codes {
    ($($variant:ident $name:literal $severity:ident $about:literal;)*) => {
        /// The kinds of content problems. [`Code::ALL`] is the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $about] $variant,)* }

        impl Code {
            /// Every code, in the order of the manual.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// Name, severity and description.
            pub fn info(self) -> &'static CodeInfo {
                match self { $(Code::$variant => &CodeInfo { name: $name, severity: Severity::$severity, about: $about },)* }
            }
        }
    };
}

codes! {
    FileUnreadable "file-unreadable" Error "docgen cannot read a file of the content folder. The file is not an ordinary file, its permissions forbid reading, it is larger than 32 MB, or it is a link to nothing, to a hidden file or to a file outside the project. The site does not contain it. Fix it, or list it in .gitignore.";
    FileName "file-name" Error "A file of the content folder has a name that the site cannot use: it is not UTF-8, has control characters or a backslash, or is too long for a file system. The site does not contain it. Rename it.";
    FileNotUtf8 "file-not-utf8" Error "A page is not UTF-8. Convert it. The position is the first bad byte.";
    FrontMatterSyntax "front-matter-syntax" Error "The front matter is not valid YAML or TOML.";
    FrontMatterUnclosed "front-matter-unclosed" Error "The front matter opens but never closes.";
    FrontMatterMangled "front-matter-mangled" Warning "A formatter that does not know front matter has flattened it. docgen recovered the data; `docgen check --fix` restores the front matter.";
    FrontMatterValue "front-matter-value" Error "A front-matter key has an invalid value.";
    FrontMatterUnknownKey "front-matter-unknown-key" Hint "docgen does not know a front-matter key. The key is kept under `extra`.";
    FrontMatterForeign "front-matter-foreign" Hint "A front-matter value belongs to another tool, such as Docusaurus's `id`. It is kept under `extra`.";
    FrontMatterPath "front-matter-path" Error "A path in the front matter does not exist.";
    IncludeMissing "include-missing" Error "An included file, line range or anchor does not exist.";
    IncludeLimit "include-limit" Error "Includes are nested too deep, form a circle, or make the page too long.";
    ReadRefused "read-refused" Error "A page names a file that docgen does not read: the file is outside the project, hidden, not an ordinary file, or larger than 32 MB.";
    DuplicateUrl "duplicate-url" Error "Two pages have the same URL. Rename one of them.";
    DuplicateId "duplicate-id" Error "Two pages have the same `id`.";
    BrokenLink "broken-link" Error "A link points to a page or file that does not exist.";
    LinkOutside "link-outside" Hint "A link of an mdBook book leads out of the book. docgen cannot check it.";
    BrokenAnchor "broken-anchor" Error "A link points to a heading that does not exist on the page.";
    UnsafeLink "unsafe-link" Warning "A link or image has an address that can run code (`javascript:`, `vbscript:`, `data:`), and `raw-html` is \"escape\". The page shows its text without the address.";
    BrokenReference "broken-reference" Warning "A reference link has no definition. The page shows it as plain text.";
    MissingImage "missing-image" Error "An image does not exist.";
    ImageAlt "image-alt" Warning "An image has no alternative text.";
    RemoteImage "remote-image" Hint "An image comes from another host. The content policy allows it, but that host learns who reads the page.";
    HeadingSkip "heading-skip" Warning "A heading is more than one level below the heading before it.";
    MathSyntax "math-syntax" Warning "docgen cannot read the TeX of a formula between dollar signs. The page shows it as written.";
    TabsUnbalanced "tabs-unbalanced" Warning "A `<!-- tabs -->` has no `<!-- /tabs -->`, or the reverse.";
    FenceUnclosed "fence-unclosed" Error "A code fence is never closed, so the rest of the page becomes code.";
    FenceSwallowsHeading "fence-swallows-heading" Warning "A code block contains a heading and another fence. Probably a stray fence line above turned prose into code.";
    FenceWord "fence-word" Error "An info string has a word that neither docgen nor another known tool uses.";
    FenceForeign "fence-foreign" Hint "An info string has an attribute of another tool. It has no effect here.";
    MarkupForeign "markup-foreign" Hint "A page has markup of another generator, such as a shortcode of Hugo. The page shows it as it is written.";
    TermUndeclared "term-undeclared" Error "A page uses a term that its closed taxonomy does not declare.";
    NavMissing "nav-missing" Error "SUMMARY.md, or `nav` of mkdocs.yml, names a page that does not exist.";
    NotInSummary "not-in-summary" Hint "A page that SUMMARY.md does not name has the address of one that it names. The site leaves it out, as mdBook does.";
    NavTwice "nav-twice" Warning "SUMMARY.md names a page twice.";
    ReviewOverdue "review-overdue" Warning "The page's review is overdue; an error under `--deny overdue`.";
    ConfigForeign "config-foreign" Hint "A key in book.toml belongs to mdBook. It has no effect here.";
}

/// Another position or remark of a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it says.
    pub message: String,
    /// Where, if anywhere.
    pub span: Option<Span>,
}

/// One content problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind.
    pub code: Code,
    /// The severity; at first the table's.
    pub severity: Severity,
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// Where in the author's text.
    pub span: Span,
    /// Other positions and remarks.
    pub notes: Vec<Note>,
    /// What to do next.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A diagnostic of this kind, with the table's severity.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, severity: code.info().severity, message: message.into(), span, notes: Vec::new(), help: None }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds another position or remark.
    #[must_use]
    pub fn note(mut self, message: impl Into<String>, span: Option<Span>) -> Self {
        self.notes.push(Note { message: message.into(), span });
        self
    }
}

/// The candidate closest to `word`, if `word` may be a typo of it.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing takes quadratic time, and words longer than this are not typos.
    const MAX_LENGTH: usize = 200;
    let max_distance = |candidate: &str| 1.max(candidate.len().min(word.len()) / 3);
    let length = word.chars().count();
    let near = |candidate: &&str| {
        candidate.len() <= MAX_LENGTH && candidate.chars().count().abs_diff(length) <= max_distance(candidate)
    };
    candidates
        .into_iter()
        .filter(|candidate| word.len() <= MAX_LENGTH && near(candidate))
        .map(|candidate| (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= max_distance(candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_described() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.info().name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|code| code.info().about.ends_with('.')));
    }

    #[test]
    fn suggests_only_what_is_near() {
        assert_eq!(did_you_mean("titel", ["title", "tags"]), Some("title"));
        assert_eq!(did_you_mean("colour", ["title", "tags"]), None);
    }
}
