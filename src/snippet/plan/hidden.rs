//! Lines that are compiled but hidden from readers (S3.2): by the language's convention (Rust's `# `), by a prefix
//! (`hide=` or `hide-prefix`), or between `docgen:hide` and `docgen:show` in comments. Pure.
//!
//! Must not know: HTML.

use crate::snippet::language::adapter::Language;
use crate::snippet::model::snippet::Snippet;
use crate::span::MappedText;

/// The block as part of a program: all lines, without the prefixes.
pub(crate) fn program(snippet: &Snippet) -> MappedText {
    let Some(prefix) = &snippet.settings.hide else { return snippet.code.clone() };
    let mut out = MappedText::new();
    let mut offset = 0;
    for line in snippet.code.as_str().split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let skip = if line[indent..].starts_with(prefix.as_str()) { prefix.len() } else { 0 };
        out.push_mapped(&snippet.code, offset..offset + indent);
        out.push_mapped(&snippet.code, offset + indent + skip..offset + line.len());
        offset += line.len();
    }
    out
}

/// The block as readers see it; `None` if they see all of it.
pub(crate) fn visible(snippet: &Snippet, language: Option<&dyn Language>) -> Option<String> {
    let code = snippet.code.as_str();
    let by_habit = language.map_or(code.into(), |language| language.shown(code));
    let prefix = snippet.settings.hide.as_deref();
    if prefix.is_none() && !code.contains("docgen:hide") {
        return (by_habit.len() != code.len()).then(|| by_habit.into_owned());
    }
    let mut hiding = false;
    let mut out = String::with_capacity(code.len());
    for line in by_habit.split_inclusive('\n') {
        match directive(line) {
            Some(hide) => hiding = hide,
            None if hiding || prefix.is_some_and(|prefix| line.trim_start().starts_with(prefix)) => {}
            None => out.push_str(line),
        }
    }
    Some(out)
}

/// Whether a line hides or shows what follows: a comment with only `docgen:hide` or `docgen:show`, in any comment
/// syntax.
fn directive(line: &str) -> Option<bool> {
    let words = line.trim().trim_start_matches(['#', '/', '-', '*', ';', ' ']).trim_end_matches(['*', '/', ' ']);
    match words {
        "docgen:hide" => Some(true),
        "docgen:show" => Some(false),
        _ => None,
    }
}
