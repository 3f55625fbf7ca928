//! Recognizes an interactive session by the prompt at the start of its first line.
//!
//! Must not know: how it is handled.

use crate::snippet::model::language::Sessions;
use crate::snippet::model::session::Dialect;

/// Whether code begins like a session: its first line, except blank lines and comments of its language, is a prompt.
pub fn begins(sessions: &Sessions, dialect: &Dialect, code: &str) -> bool {
    let lines = code.lines().map(str::trim_start);
    let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with(&*sessions.comment));
    lines.next().is_some_and(|line| dialect.prompt.is_match(line))
}

#[cfg(test)]
mod tests {
    use crate::snippet::language::builtin;

    #[test]
    fn a_session_begins_with_a_prompt() {
        let languages = builtin();
        let begins = |name: &str, code: &str| {
            let known = languages.by_label(name);
            languages.of_block(name, code) != known
        };
        for (language, code) in [
            ("python", "\n# one\n  >>> 1"),
            ("python", "In [12]: x"),
            ("bash", "$ ls"),
            ("bash", "(venv) $ ls"),
            ("sh", "me@host:~$"),
        ] {
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
