//! `docgen check`: everything that needs no execution.

use super::args::CheckOptions;
use super::problems;
use super::shell::Shell;
use super::values::{ReportKind, ReportTo};
use crate::config::Overrides;
use crate::error::{ExitStatus, Result};
use crate::page::fix;
use crate::report::{github, json, terminal, words};
use crate::{fs, pipeline};

pub(super) fn run(shell: &Shell, options: &CheckOptions) -> Result<ExitStatus> {
    let config = shell.config(Overrides { drafts: true, ..Overrides::default() }, options.date.as_deref())?;
    let progress = shell.progress();
    let mut project = pipeline::read(&config, &shell.languages(), &|path| path.exists(), &progress)?;
    if options.fix {
        let mut fixed = 0;
        for page in &project.site.pages {
            let file = &project.sources[page.file];
            let front_matter = fix::front_matter(file, &page.front_matter);
            let fences = fix::fences(file, &page.fences.raw);
            let what = match (&front_matter, fences.len()) {
                (None, 0) => continue,
                (Some(_), 0) => "the front matter".to_owned(),
                (None, count) => words::plural(count, "fence"),
                (Some(_), count) => format!("the front matter and {}", words::plural(count, "fence")),
            };
            let changes: Vec<_> = front_matter.into_iter().chain(fences).collect();
            fs::write(&file.path, fix::apply(file, &changes).as_bytes())?;
            shell.terminal.say(&format!("fixed {what} of {}", file.name));
            fixed += 1;
        }
        if fixed > 0 {
            project = pipeline::read(&config, &shell.languages(), &|path| path.exists(), &progress)?;
        }
    }
    crate::progress::Progress::finish(&progress);
    problems::deny(&mut project.problems, &options.deny);
    let mut status = ExitStatus::Success;
    let (sources, found) = (&project.sources, &project.problems);
    for report in ReportTo::or_terminal(&options.report) {
        let repository = shell.repository(&config.root);
        let pages = project.site.pages.len();
        let text = match report.kind {
            ReportKind::Terminal => {
                let count = terminal::count(found);
                let verdict = if count.is_empty() { "no problems" } else { &count };
                let problems = terminal::diagnostics(sources, found, shell.terminal.verbose);
                format!("{problems}{}: {verdict}\n", words::plural(pages, "page"))
            }
            ReportKind::Github => github::diagnostics(sources, found, &repository),
            ReportKind::Json => json::check(sources, found, &repository, pages),
            ReportKind::Junit | ReportKind::Sarif | ReportKind::Summary => return Err(report.refused("check")),
        };
        shell.report(report, &text)?;
    }
    if problems::has_errors(&project.problems) {
        status = ExitStatus::Content;
    }
    Ok(status)
}
