//! Sums up over all pages: undefined names that blocks use (S3.7), and packages that blocks import and nothing provides
//! (S1.7). Pure.
//!
//! Must not know: how the sum is printed.

use crate::snippet::language::languages::Languages;
use crate::snippet::model::language::{LanguageSpec, Undefined};
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Finding, Status, Verdict};
use crate::snippet::model::verdicts::Verdicts;
use std::collections::BTreeMap;

/// An undefined name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The language.
    pub language: String,
    /// The name.
    pub name: String,
    /// How many blocks use it.
    pub blocks: usize,
    /// Whether a block calls it as a function.
    pub called: bool,
}

/// The undefined names, most used first.
pub fn missing<'a>(blocks: impl Iterator<Item = (&'a Snippet, &'a Verdict)>, languages: &Languages) -> Vec<Missing> {
    let mut names: BTreeMap<(&str, &str), Missing> = BTreeMap::new();
    // Only failing blocks need help: not blocks that must fail, and not blocks that nobody judges.
    for (snippet, verdict) in blocks.filter(|(_, verdict)| verdict.status == Status::Fail) {
        let Some(language) = snippet.language else { continue };
        let spec = languages[language].spec();
        let mut here: Vec<&str> = verdict.findings.iter().filter_map(|finding| undefined_name(spec, finding)).collect();
        here.sort_unstable();
        here.dedup();
        for name in here {
            let entry = names.entry((&snippet.language_name, name)).or_insert_with(|| Missing {
                language: snippet.language_name.clone(),
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

/// The undefined name that a finding reports, if it reports one.
fn undefined_name<'a>(spec: &LanguageSpec, finding: &'a Finding) -> Option<&'a str> {
    let message = finding.message.as_str();
    spec.undefined.iter().find_map(|undefined| match undefined {
        Undefined::Code(code) if finding.code == *code => message.split(['`', '\'']).nth(1),
        Undefined::Code(_) => None,
        Undefined::Prefix(prefix) => message.strip_prefix(&**prefix),
    })
}

/// Packages that blocks of one language and fixture import, and nothing provides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPackages {
    /// The language, as people write it.
    pub language: String,
    /// The folder of the fixture below `snippets/`.
    pub fixture: String,
    /// How to add a package to it.
    pub how: Option<String>,
    /// The packages, and how many blocks import each.
    pub packages: BTreeMap<String, usize>,
    /// How many blocks need one of them.
    pub waiting: usize,
    /// How many blocks the language has with this fixture.
    pub all: usize,
}

/// The missing packages, by language and fixture.
pub fn missing_packages(verdicts: Verdicts<'_>, languages: &Languages) -> Vec<MissingPackages> {
    let mut found: BTreeMap<(&str, String), MissingPackages> = BTreeMap::new();
    for (snippet, verdict) in verdicts.iter().filter(|(snippet, _)| snippet.is_code) {
        let Some(language) = snippet.language else { continue };
        let spec = languages[language].spec();
        let fixture = snippet.fixture().to_owned();
        let entry = found.entry((&spec.name, fixture.clone())).or_insert_with(|| MissingPackages {
            language: spec.title.to_string(),
            fixture,
            how: spec.adds_packages.as_ref().map(ToString::to_string),
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

/// The package that a finding "nothing provides `x`" names.
pub fn missing_package(finding: &Finding) -> Option<&str> {
    (finding.code == "dependency").then(|| finding.message.split('`').nth(1)).flatten()
}
