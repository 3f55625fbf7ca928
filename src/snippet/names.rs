//! Names that blocks use and nothing defines, summed up over all pages (S3.7). Pure.
//!
//! Must not know: how the sum is printed.

use super::collect::Snippet;
use super::verdict::{Finding, Status, Verdict};
use std::collections::BTreeMap;

/// A name that nothing defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The language.
    pub language: String,
    /// The name.
    pub name: String,
    /// How many blocks use it.
    pub blocks: usize,
    /// Whether some block calls it.
    pub called: bool,
}

/// The names, those used in most blocks first.
pub fn missing<'a>(blocks: impl Iterator<Item = (&'a Snippet, &'a Verdict)>) -> Vec<Missing> {
    let mut names: BTreeMap<(&str, &str), Missing> = BTreeMap::new();
    // What must fail, or is not judged, asks for no way out.
    for (snippet, verdict) in blocks.filter(|(_, verdict)| verdict.status == Status::Fail) {
        let mut here: Vec<&str> = verdict.findings.iter().filter_map(undefined_name).collect();
        here.sort_unstable();
        here.dedup();
        for name in here {
            let entry = names.entry((&snippet.language, name)).or_insert_with(|| Missing {
                language: snippet.language.clone(),
                name: name.to_owned(),
                blocks: 0,
                called: false,
            });
            entry.blocks += 1;
            entry.called |= snippet.code.as_str().contains(&format!("{name}("));
        }
    }
    let mut sorted: Vec<Missing> = names.into_values().collect();
    sorted.sort_by(|a, b| b.blocks.cmp(&a.blocks).then_with(|| a.name.cmp(&b.name)));
    sorted
}

/// The name in "undefined name `x`", however the tool puts it.
fn undefined_name(finding: &Finding) -> Option<&str> {
    let undefined =
        matches!(finding.code.as_str(), "F821" | "no-undef" | "E0425") || finding.message.starts_with("undefined: ");
    if !undefined {
        return None;
    }
    let message = finding.message.as_str();
    message.strip_prefix("undefined: ").or_else(|| message.split(['`', '\'']).nth(1))
}
