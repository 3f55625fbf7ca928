//! The languages that docgen has adapters for, and what labels mean.
//!
//! Must not know: pages, verdicts, reports, which languages exist.

use crate::snippet::language::adapter::Language;
use crate::snippet::language::transcript;
use crate::snippet::model::language::{LanguageId, LanguageSpec};
use crate::snippet::model::tool::ToolSpec;
use std::ops::Index;
use std::sync::Arc;

/// Adapters, by number. Copies share them.
#[derive(Clone, Default)]
pub struct Languages {
    adapters: Vec<Arc<dyn Language>>,
}

/// What a block's label means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// A language with an adapter.
    Known(LanguageId),
    /// Not code; the name it is counted under.
    NotCode(&'static str),
    /// A language without an adapter.
    Unknown,
}

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

impl Languages {
    /// These adapters, in this order.
    pub fn new(adapters: impl IntoIterator<Item = Vec<Arc<dyn Language>>>) -> Self {
        Self { adapters: adapters.into_iter().flatten().collect() }
    }

    /// With one more adapter.
    #[must_use]
    pub fn with(mut self, adapter: Arc<dyn Language>) -> Self {
        self.adapters.push(adapter);
        self
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (LanguageId, &dyn Language)> {
        self.adapters.iter().enumerate().map(|(number, adapter)| (LanguageId(number), &**adapter))
    }

    /// The facts of each.
    pub fn specs(&self) -> impl Iterator<Item = &LanguageSpec> {
        self.adapters.iter().map(|adapter| adapter.spec())
    }

    /// The tools of all languages: a block of one language may call another language's tools.
    pub fn tools(&self) -> impl Iterator<Item = &ToolSpec> {
        self.specs().flat_map(|spec| &spec.tools)
    }

    /// Looks a label up.
    pub fn by_label(&self, label: &str) -> Label {
        let label = label.to_lowercase();
        if let Some((_, name)) = NOT_CODE.iter().find(|(known, _)| *known == label) {
            return Label::NotCode(name);
        }
        let number = self.specs().position(|spec| spec.is_called(&label));
        number.map_or(Label::Unknown, |number| Label::Known(LanguageId(number)))
    }

    /// The language of a block with this label and code: a block of a language may be a session of its interpreter.
    pub fn of_block(&self, label: &str, code: &str) -> Label {
        let own = self.by_label(label);
        let Label::Known(id) = own else { return own };
        let Some(sessions) = &self[id].spec().sessions else { return own };
        let Label::Known(of_sessions) = self.by_label(&sessions.language) else { return own };
        let dialect = self[of_sessions].spec().dialect;
        let is_session = dialect.is_some_and(|dialect| transcript::begins(sessions, dialect, code));
        Label::Known(if is_session { of_sessions } else { id })
    }

    /// Whether two labels mean the same language.
    pub fn same(&self, one: &str, other: &str) -> bool {
        let name = |label: &str| match self.by_label(label) {
            Label::Known(id) => self[id].spec().name.to_string(),
            Label::NotCode(name) => name.to_owned(),
            Label::Unknown => label.to_lowercase(),
        };
        name(one) == name(other)
    }
}

impl Index<LanguageId> for Languages {
    type Output = dyn Language;

    fn index(&self, id: LanguageId) -> &Self::Output {
        &*self.adapters[id.0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snippet::language::builtin;
    use crate::snippet::model::verdict::{Level, Step};
    use std::collections::BTreeSet;

    #[test]
    fn s1_1_names_and_aliases_are_unique() {
        let mut seen = BTreeSet::new();
        for spec in builtin().specs() {
            for name in std::iter::once(&spec.name).chain(&spec.aliases) {
                assert!(seen.insert(name.clone()), "{name} is taken twice");
            }
        }
    }

    #[test]
    fn s1_2_default_targets() {
        let languages = builtin();
        let target = |label| match languages.by_label(label) {
            Label::Known(id) => languages[id].spec().default_target,
            _ => Level::Unchecked,
        };
        assert_eq!(["py", "go", "rs"].map(target), [Level::Compiled; 3]);
        assert_eq!(["js", "bash"].map(target), [Level::Linted; 2]);
        assert_eq!(["json", "jsonc", "yml", "toml"].map(target), [Level::Parsed; 4]);
    }

    #[test]
    fn s1_8_text_is_not_code_and_an_unknown_language_is_unchecked() {
        let by_label = |label| builtin().by_label(label);
        assert_eq!(by_label("MD"), Label::NotCode("markdown"));
        assert_eq!(by_label(""), Label::NotCode(""));
        assert_eq!(by_label("cobol"), Label::Unknown);
    }

    #[test]
    fn s1_9_every_language_has_a_canary_for_each_static_step() {
        for spec in builtin().specs() {
            let judged = |step: &&Step| **step <= Step::Compile && step.level() <= spec.default_target;
            for step in spec.steps.iter().filter(judged) {
                assert!(spec.canaries.iter().any(|canary| canary.step == *step), "{} {step:?}", spec.name);
            }
        }
    }
}
