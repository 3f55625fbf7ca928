//! Problems of pages: which ones are errors, and how they are shown.

use super::shell::Shell;
use super::values::Deny;
use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::error::ExitStatus;
use crate::report::{digest, terminal};
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

/// The problems as the terminal shows them. In a folder of another generator, all but the errors are summed up.
pub(super) fn text(shell: &Shell, config: &Config, sources: &Sources, problems: &[Diagnostic]) -> String {
    if let Some(generator) = config.generator.filter(|_| !shell.terminal.verbose) {
        let errors: Vec<Diagnostic> = problems.iter().filter(|it| it.severity == Severity::Error).cloned().collect();
        let errors = terminal::diagnostics(sources, &errors, false);
        return errors + &digest::digest(sources, problems, generator.name());
    }
    let shown: Vec<Diagnostic> = problems
        .iter()
        .filter(|problem| problem.severity > Severity::Hint || shell.terminal.verbose)
        .cloned()
        .collect();
    terminal::diagnostics(sources, &shown, false)
}

/// Prints a text about problems.
pub(super) fn print(shell: &Shell, text: &str, has_errors: bool) -> ExitStatus {
    if has_errors {
        shell.terminal.error(text);
        return ExitStatus::Content;
    }
    if !text.is_empty() {
        shell.terminal.say(text);
    }
    ExitStatus::Success
}

/// Prints the problems while another command runs.
pub(super) fn report(shell: &Shell, config: &Config, sources: &Sources, problems: &[Diagnostic]) -> ExitStatus {
    print(shell, &text(shell, config, sources, problems), has_errors(problems))
}

/// Whether a kind of problem is denied.
fn denied(deny: &[Deny], kind: Deny) -> bool {
    deny.contains(&kind)
}
