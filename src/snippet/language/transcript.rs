//! Which blocks are interactive sessions: by their label, or by the prompt that their first line begins with.
//!
//! Must not know: what is done with them.

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

/// What a language's sessions look like.
struct Session {
    language: &'static str,
    comment: &'static str,
    prompts: &'static [&'static str],
}

/// No program of these languages begins with one of their prompts.
const SESSIONS: &[Session] = &[
    Session { language: "python", comment: "#", prompts: &[">>> ", "In ["] },
    Session { language: "javascript", comment: "//", prompts: &["> "] },
    Session { language: "bash", comment: "#", prompts: &["$ "] },
];

/// Whether a label is one of sessions.
pub(crate) fn is_label(label: &str) -> bool {
    LABELS.contains(&label)
}

/// Whether code of a language begins as a session does: its first line that is neither blank nor a comment is a prompt.
pub fn begins(language: &str, code: &str) -> bool {
    let Some(session) = SESSIONS.iter().find(|session| session.language == language) else { return false };
    let lines = code.lines().map(str::trim_start);
    let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with(session.comment));
    lines.next().is_some_and(|line| session.prompts.iter().any(|prompt| line.starts_with(prompt)) || line == ">>>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_begins_with_a_prompt() {
        for (language, code) in [("python", "\n# one\n  >>> 1"), ("python", "In [12]: x"), ("bash", "$ ls")] {
            assert!(begins(language, code), "{code}");
        }
        for (language, code) in [("python", "x = 1\n>>> 1"), ("python", "In\n"), ("bash", "echo $ "), ("go", ">>> 1")] {
            assert!(!begins(language, code), "{code}");
        }
    }
}
