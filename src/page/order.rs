//! The order of the pages that an author has written down: mdBook's `SUMMARY.md`, or `nav` of `mkdocs.yml`.
//!
//! Must not know: whether the pages exist.

pub use super::summary::Chapter;
use super::{nav_yaml, summary};
use crate::source::{self, SourceFile};

/// The chapters, sections and titles of parts, in order.
pub fn chapters(file: &SourceFile) -> Vec<Chapter> {
    if source::is_page(&file.path) { summary::parse(file) } else { nav_yaml::parse(file) }
}
