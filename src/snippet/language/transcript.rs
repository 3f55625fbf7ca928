//! Recognizes interactive sessions: by their label, or by the prompt at the start of their first line.
//!
//! Must not know: how they are handled.

use crate::snippet::model::language::LanguageSpec;

/// Labels of sessions.
const LABELS: &[&str] = &[
    "pycon",
    "pyrepl",
    "py-repl",
    "python-repl",
    "python-console",
    "doctest",
    "node-repl",
    "console",
    "shell-session",
    "shellsession",
    "sh-session",
    "bash-session",
    "zsh-session",
];

/// Whether a label means a session.
pub(crate) fn is_label(label: &str) -> bool {
    LABELS.contains(&label)
}

/// Whether code begins like a session of its language: its first line, except blank lines and comments, is a prompt.
pub fn begins(spec: &LanguageSpec, code: &str) -> bool {
    let Some(session) = &spec.session else { return false };
    let lines = code.lines().map(str::trim_start);
    let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with(&*session.comment));
    let is_prompt =
        |line: &str| session.prompts.iter().any(|prompt| line.starts_with(&**prompt) || line == prompt.trim());
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
}
