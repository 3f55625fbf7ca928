//! `docgen check`: everything that needs no execution.

use super::Shell;
use super::args::{CheckOptions, Deny};
use super::build::denied;
use crate::config::Overrides;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::error::{Error, ExitStatus, Result};
use crate::page::fix;
use crate::report::{github, terminal};
use crate::source::Sources;
use crate::{fs, pipeline};

pub(super) fn run(shell: &Shell, options: &CheckOptions) -> Result<ExitStatus> {
    let config = shell.config(Overrides { drafts: true, ..Overrides::default() }, options.date.as_deref())?;
    let progress = shell.progress();
    let mut project = pipeline::read(&config, &shell.languages, &|path| path.exists(), &progress)?;
    if options.fix {
        let mut mended = 0;
        for page in &project.site.pages {
            let file = &project.sources[page.file];
            let front_matter = fix::front_matter(file, &page.front_matter);
            let fences = fix::fences(file, &page.fences);
            let what = match (&front_matter, fences.len()) {
                (None, 0) => continue,
                (Some(_), 0) => "the front matter".to_owned(),
                (None, count) => terminal::plural(count, "fence"),
                (Some(_), count) => format!("the front matter and {}", terminal::plural(count, "fence")),
            };
            let changes: Vec<_> = front_matter.into_iter().chain(fences).collect();
            fs::write(&file.path, fix::apply(file, &changes).as_bytes())?;
            shell.terminal.say(&format!("mended {what} of {}", file.name));
            mended += 1;
        }
        if mended > 0 {
            project = pipeline::read(&config, &shell.languages, &|path| path.exists(), &progress)?;
        }
    }
    crate::progress::Progress::finish(&progress);
    deny(&mut project.problems, &options.deny);
    let mut status = ExitStatus::Success;
    let kinds = if options.report.is_empty() { vec!["terminal".to_owned()] } else { options.report.clone() };
    for kind in &kinds {
        match kind.as_str() {
            "terminal" => {
                let verbose = shell.terminal.verbose;
                shell.terminal.result(&terminal::diagnostics(&project.sources, &project.problems, verbose))?;
                let count = terminal::count(&project.problems);
                let pages = terminal::plural(project.site.pages.len(), "page");
                let verdict = if count.is_empty() { "nothing to complain about" } else { &count };
                shell.terminal.result(&format!("{pages}: {verdict}\n"))?;
            }
            "github" => {
                let repository = shell.repository(&config.root);
                shell.terminal.result(&github::diagnostics(&project.sources, &project.problems, &repository))?;
            }
            other => {
                return Err(Error::usage(format!("unknown report `{other}`"), "there are `terminal` and `github`"));
            }
        }
    }
    if has_errors(&project.problems) {
        status = ExitStatus::Content;
    }
    Ok(status)
}

/// Makes errors of what is denied.
pub(super) fn deny(problems: &mut [Diagnostic], kinds: &[Deny]) {
    for problem in problems {
        let overdue = problem.code == Code::ReviewOverdue && denied(kinds, Deny::Overdue);
        let wanted = overdue || denied(kinds, Deny::Warnings);
        if wanted && problem.severity == Severity::Warning {
            problem.severity = Severity::Error;
        }
    }
}

fn has_errors(problems: &[Diagnostic]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// Says what is wrong on the way to something else.
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
