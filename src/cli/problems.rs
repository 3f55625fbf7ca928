//! Problems of pages: which ones are errors, and how they are shown.

use super::args::Deny;
use super::shell::Shell;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::error::ExitStatus;
use crate::report::terminal;
use crate::source::Sources;

/// Turns denied problems into errors.
pub(super) fn deny(problems: &mut [Diagnostic], kinds: &[Deny]) {
    for problem in problems {
        let overdue = problem.code == Code::ReviewOverdue && denied(kinds, Deny::Overdue);
        let wanted = overdue || denied(kinds, Deny::Warnings);
        if wanted && problem.severity == Severity::Warning {
            problem.severity = Severity::Error;
        }
    }
}

pub(super) fn has_errors(problems: &[Diagnostic]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// Prints the problems while another command runs.
pub(super) fn report(shell: &Shell, sources: &Sources, problems: &[Diagnostic]) -> ExitStatus {
    let shown: Vec<Diagnostic> = problems
        .iter()
        .filter(|problem| problem.severity > Severity::Hint || shell.terminal.verbose)
        .cloned()
        .collect();
    let text = terminal::diagnostics(sources, &shown, false);
    if has_errors(problems) {
        shell.terminal.error(&text);
        ExitStatus::Content
    } else {
        if !text.is_empty() {
            shell.terminal.say(&text);
        }
        ExitStatus::Success
    }
}

/// Whether a kind of problem is denied.
fn denied(deny: &[Deny], kind: Deny) -> bool {
    deny.contains(&kind)
}
