//! Names that blocks use and nothing defines (S3.7), and packages that nothing provides (S1.7), summed up over all pages.
//! Pure.
//!
//! Must not know: how the sum is printed.

use crate::snippet::judge::explain::fixture_name;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Finding, Status, Verdict};
use crate::snippet::model::verdicts::Verdicts;
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

/// The packages that blocks of one language and fixture import, and nothing provides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPackages {
    /// The language, as people write it.
    pub language: &'static str,
    /// The folder of the fixture below `snippets/`.
    pub fixture: String,
    /// How to add a package to it.
    pub how: Option<&'static str>,
    /// The packages, with how many blocks import each.
    pub packages: BTreeMap<String, usize>,
    /// How many blocks wait for one.
    pub waiting: usize,
    /// How many blocks of the language there are.
    pub all: usize,
}

/// The packages, by language and fixture.
pub fn missing_packages(verdicts: &Verdicts) -> Vec<MissingPackages> {
    let mut found: BTreeMap<(&str, String), MissingPackages> = BTreeMap::new();
    for (snippet, verdict) in verdicts.iter().filter(|(snippet, _)| snippet.is_code) {
        let Some(adapter) = snippet.adapter else { continue };
        let fixture = fixture_name(adapter, snippet);
        let entry = found.entry((adapter.name(), fixture.clone())).or_insert_with(|| MissingPackages {
            language: adapter.title(),
            fixture,
            how: adapter.adds_packages(),
            packages: BTreeMap::new(),
            waiting: 0,
            all: 0,
        });
        entry.all += 1;
        if verdict.status == Status::EnvError {
            let names = verdict.findings.iter().filter_map(missing_package);
            let before = entry.packages.values().sum::<usize>();
            for name in names {
                *entry.packages.entry(name.to_owned()).or_default() += 1;
            }
            entry.waiting += usize::from(entry.packages.values().sum::<usize>() > before);
        }
    }
    found.into_values().filter(|missing| missing.waiting > 0).collect()
}

/// The package in "nothing provides `x`".
pub fn missing_package(finding: &Finding) -> Option<&str> {
    (finding.code == "dependency").then(|| finding.message.split('`').nth(1)).flatten()
}
