//! Content problems as values.
//!
//! A [`Diagnostic`] says what is wrong with what an author wrote, where, and what to do. Stages return them beside
//! their result; only `report` prints them. [`Code`] is a table: the manual's list is generated from it.
//! Must not know: how anything is printed, or which stage found it.

use crate::span::Span;
use serde::{Deserialize, Serialize};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never changes an exit status.
    Hint,
    /// Looks wrong; an error under `--deny warnings`.
    Warning,
    /// Is wrong; exit status 1.
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
    FileUnreadable "file-unreadable" Error "A file of the content folder is not read: it is no ordinary file, its permissions forbid it, it has more than 32 MB, or it is a link that leads nowhere, to hidden files or out of the project. It is left out; mend it, or name it in .gitignore.";
    FileName "file-name" Error "A file of the content folder has a name that the site cannot have: not UTF-8, with control characters or a backslash, or too long for a file system. It is left out; rename it.";
    FileNotUtf8 "file-not-utf8" Error "A page is not UTF-8. Convert it; the position is that of the first bad byte.";
    FrontMatterSyntax "front-matter-syntax" Error "The front matter is not valid YAML or TOML.";
    FrontMatterUnclosed "front-matter-unclosed" Error "The front matter opens but never closes.";
    FrontMatterMangled "front-matter-mangled" Warning "A formatter that does not know front matter has flattened it. The data was recovered; `docgen check --fix` writes it back properly.";
    FrontMatterValue "front-matter-value" Error "A front-matter key has a value that it cannot have.";
    FrontMatterUnknownKey "front-matter-unknown-key" Hint "A front-matter key that docgen does not know. It is kept under `extra`.";
    FrontMatterForeign "front-matter-foreign" Hint "A front-matter value that another tool understands, such as Docusaurus's `id`. It is kept under `extra`.";
    FrontMatterPath "front-matter-path" Error "A path named in the front matter does not exist.";
    IncludeMissing "include-missing" Error "An included file, line range or anchor does not exist.";
    IncludeLimit "include-limit" Error "Includes are nested too deep, go round in a circle, or make the page too long.";
    ReadRefused "read-refused" Error "A page asks for a file that is not read for a page: it lies outside the project, is hidden, is no ordinary file, or has more than 32 MB.";
    DuplicateUrl "duplicate-url" Error "Two pages would be written to the same URL. Rename one of them.";
    DuplicateId "duplicate-id" Error "Two pages have the same `id`.";
    BrokenLink "broken-link" Error "A link to a page or file that does not exist.";
    BrokenAnchor "broken-anchor" Error "A link to a heading that the page does not have.";
    UnsafeLink "unsafe-link" Warning "A link or image whose address can run code (`javascript:`, `vbscript:`, `data:`), where `raw-html` is \"escape\". Its text is shown without the address.";
    BrokenReference "broken-reference" Warning "A reference link without its definition. It is shown as plain text.";
    MissingImage "missing-image" Error "An image that does not exist.";
    ImageAlt "image-alt" Warning "An image without alternative text.";
    RemoteImage "remote-image" Hint "An image from another host. The page's content policy lets it in; the host learns who reads the page.";
    HeadingSkip "heading-skip" Warning "A heading that is more than one level below the one before it.";
    MathSyntax "math-syntax" Warning "A formula between dollar signs that is not TeX as docgen knows it. It is shown as written.";
    TabsUnbalanced "tabs-unbalanced" Warning "A `<!-- tabs -->` without its `<!-- /tabs -->`, or the other way round.";
    FenceUnclosed "fence-unclosed" Error "A code fence that is never closed swallows the rest of the page.";
    FenceSwallowsHeading "fence-swallows-heading" Warning "A code block holds a heading and another fence: most likely a stray fence line above has turned what is prose into code.";
    FenceWord "fence-word" Error "A word in an info string that neither docgen nor any tool it knows understands.";
    FenceForeign "fence-foreign" Hint "An attribute of another tool in an info string; it has no effect here.";
    TermUndeclared "term-undeclared" Error "A term that a closed taxonomy does not declare.";
    NavMissing "nav-missing" Error "SUMMARY.md names a page that does not exist.";
    ReviewOverdue "review-overdue" Warning "The page's review is overdue; an error under `--deny overdue`.";
    ConfigForeign "config-foreign" Hint "A key of mdBook's in book.toml that means nothing here.";
}

/// A further place or remark that belongs to a diagnostic.
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
    /// How bad; starts as the table's severity.
    pub severity: Severity,
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// Where in the author's text.
    pub span: Span,
    /// Further places.
    pub notes: Vec<Note>,
    /// What to do next.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A diagnostic of this kind, with the table's severity.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, severity: code.info().severity, message: message.into(), span, notes: Vec::new(), help: None }
    }

    /// With what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With a further place.
    #[must_use]
    pub fn note(mut self, message: impl Into<String>, span: Option<Span>) -> Self {
        self.notes.push(Note { message: message.into(), span });
        self
    }
}

/// The candidate closest to `word`, if it is close enough to be a slip of the finger.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing is quadratic in length, and words of that length are no slips.
    const LONGEST: usize = 200;
    let most = |candidate: &str| 1.max(candidate.len().min(word.len()) / 3);
    let length = word.chars().count();
    let near =
        |candidate: &&str| candidate.len() <= LONGEST && candidate.chars().count().abs_diff(length) <= most(candidate);
    candidates
        .into_iter()
        .filter(|candidate| word.len() <= LONGEST && near(candidate))
        .map(|candidate| (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= most(candidate))
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
