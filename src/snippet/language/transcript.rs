//! Recognizes an interactive session by the prompt at the start of its first line.
//!
//! Must not know: how it is handled.

use crate::snippet::model::language::LanguageSpec;

/// Whether code begins like a session of its language: its first line, except blank lines and comments, is a prompt.
pub fn begins(spec: &LanguageSpec, code: &str) -> bool {
    let Some(sessions) = &spec.sessions else { return false };
    let lines = code.lines().map(str::trim_start);
    let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with(&*sessions.comment));
    let is_prompt =
        |line: &str| sessions.prompts.iter().any(|prompt| line.starts_with(&**prompt) || line == prompt.trim());
    lines.next().is_some_and(is_prompt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snippet::language::builtin;

    #[test]
    fn a_session_begins_with_a_prompt() {
        let languages = builtin();
        let begins = |name: &str, code: &str| {
            begins(languages.specs().find(|spec| spec.name == name).expect("a language"), code)
        };
        for (language, code) in [("python", "\n# one\n  >>> 1"), ("python", "In [12]: x"), ("bash", "$ ls")] {
            assert!(begins(language, code), "{code}");
        }
        for (language, code) in [("python", "x = 1\n>>> 1"), ("python", "In\n"), ("bash", "echo $ "), ("go", ">>> 1")] {
            assert!(!begins(language, code), "{code}");
        }
    }

    #[test]
    fn s4_1_every_kind_of_session_is_a_language() {
        let languages = builtin();
        for spec in languages.specs() {
            let Some(sessions) = &spec.sessions else { continue };
            let language = languages.specs().find(|other| other.name == sessions.language);
            assert!(language.is_some_and(|language| language.dialect.is_some()), "{}", spec.name);
        }
    }
}
