//! The languages that docgen has adapters for, and what labels mean.
//!
//! Must not know: pages, verdicts, reports.

use crate::snippet::language::adapter::Language;
use crate::snippet::language::{bash, data, go, javascript, python, rust, transcript};

/// Every adapter.
pub const ALL: &[&dyn Language] = &[
    &python::Python,
    &javascript::JavaScript,
    &go::Go,
    &rust::Rust,
    &bash::Bash,
    &data::JSON,
    &data::JSONC,
    &data::YAML,
    &data::TOML,
];

/// Labels of blocks that are not code (S1.8), with the name they are counted under.
const NOT_CODE: &[(&str, &str)] = &[
    ("", ""),
    ("text", "text"),
    ("txt", "text"),
    ("plain", "text"),
    ("plaintext", "text"),
    ("markdown", "markdown"),
    ("md", "markdown"),
    ("mdx", "markdown"),
    ("diff", "diff"),
    ("patch", "diff"),
    ("output", "text"),
    ("mermaid", "mermaid"),
];

/// What a block's label means.
#[derive(Clone, Copy)]
pub enum Label {
    /// A language with an adapter.
    Known(&'static dyn Language),
    /// Not code; the name it is counted under.
    NotCode(&'static str),
    /// An interactive session.
    Transcript,
    /// A language without an adapter.
    Unknown,
}

/// Looks a label up.
pub fn by_label(label: &str) -> Label {
    let label = label.to_lowercase();
    if let Some((_, name)) = NOT_CODE.iter().find(|(known, _)| *known == label) {
        return Label::NotCode(name);
    }
    if transcript::is_label(&label) {
        return Label::Transcript;
    }
    ALL.iter()
        .find(|language| language.name() == label || language.aliases().contains(&label.as_str()))
        .map_or(Label::Unknown, |language| Label::Known(*language))
}

/// Whether two labels mean the same language.
pub fn same(one: &str, other: &str) -> bool {
    let name = |label: &str| match by_label(label) {
        Label::Known(language) => language.name().to_owned(),
        Label::NotCode(name) => name.to_owned(),
        Label::Transcript | Label::Unknown => label.to_lowercase(),
    };
    name(one) == name(other)
}

/// What else says something of a block, beside the tools that are looked for.
const OTHERS: &[&str] =
    &["docgen", "gofmt", "go vet", "jsonc-parser", "jsonschema", "rustc", "serde-saphyr", "serde_json", "syn", "toml"];

/// The name of something that speaks of blocks, from a record of it.
pub(crate) fn tool_name(name: &str) -> Option<&'static str> {
    let specs = ALL.iter().flat_map(|language| language.tools()).map(|spec| spec.name);
    specs.chain(OTHERS.iter().copied()).find(|known| *known == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snippet::model::verdict::{Level, Step};
    use std::collections::BTreeSet;

    #[test]
    fn s1_1_names_and_aliases_are_unique() {
        let mut seen = BTreeSet::new();
        for language in ALL {
            for name in std::iter::once(&language.name()).chain(language.aliases()) {
                assert!(seen.insert(*name), "{name} is taken twice");
            }
        }
    }

    #[test]
    fn s1_2_default_targets() {
        let target = |label| match by_label(label) {
            Label::Known(language) => language.default_target(),
            _ => Level::Unchecked,
        };
        assert_eq!(["py", "go", "rs"].map(target), [Level::Compiled; 3]);
        assert_eq!(["js", "bash"].map(target), [Level::Linted; 2]);
        assert_eq!(["json", "jsonc", "yml", "toml"].map(target), [Level::Parsed; 4]);
    }

    #[test]
    fn s1_8_text_is_not_code_and_an_unknown_language_is_unchecked() {
        assert!(matches!(by_label("MD"), Label::NotCode("markdown")));
        assert!(matches!(by_label(""), Label::NotCode("")));
        assert!(matches!(by_label("java"), Label::Unknown));
        assert!(matches!(by_label("PyCon"), Label::Transcript));
    }

    #[test]
    fn s1_9_every_language_has_a_canary_for_each_static_rung() {
        for language in ALL {
            let judged = |step: &&Step| **step <= Step::Compile && step.level() <= language.default_target();
            for step in language.steps().iter().filter(judged) {
                assert!(language.canaries().iter().any(|canary| canary.step == *step), "{} {step:?}", language.name());
            }
        }
    }
}
