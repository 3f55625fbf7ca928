//! `docgen report freshness`: the three clocks of every page, by owner.

use super::args::FreshnessOptions;
use super::build;
use super::shell::Shell;
use super::values::{ReportKind, ReportTo};
use crate::config::Overrides;
use crate::error::{ExitStatus, Result};
use crate::pipeline;
use crate::report::{freshness, github};
use crate::site::clocks::{Clocks, clocks};

pub(super) fn run(shell: &Shell, options: &FreshnessOptions) -> Result<ExitStatus> {
    let config = shell.config(Overrides { drafts: true, ..Overrides::default() }, options.date.as_deref())?;
    let progress = shell.progress();
    let mut project = pipeline::read(&config, &shell.languages(), &|path| path.exists(), &progress)?;
    build::recall(shell, &config, &mut project)?;
    let edited = shell.edited(&config);
    crate::progress::Progress::finish(&progress);
    let repository = shell.repository(&config.root);
    let clocks = clocks((&project.site, &project.sources, &config), &edited, &project.blocks.proven());
    for report in ReportTo::or_terminal(&options.report) {
        let text = match report.kind {
            ReportKind::Terminal => freshness::text(&clocks, options.due),
            ReportKind::Json => freshness::json(&clocks, (&project.sources, &repository), config.today),
            ReportKind::Github => {
                let overdue = overdue(&clocks, options.due.unwrap_or(0));
                github::diagnostics(&project.sources, &overdue, &repository)
            }
            ReportKind::Junit | ReportKind::Sarif | ReportKind::Summary => {
                return Err(report.refused("report freshness"));
            }
        };
        shell.report(report, &text)?;
    }
    Ok(ExitStatus::Success)
}

/// Reviews that are due within `due` days, as diagnostics at the pages' review dates.
fn overdue(clocks: &[Clocks], due: i32) -> Vec<crate::diagnostic::Diagnostic> {
    use crate::diagnostic::{Code, Diagnostic};
    let is_due = |clock: &&Clocks| clock.days_left.is_some_and(|left| left <= due);
    clocks
        .iter()
        .filter(is_due)
        .map(|clock| {
            let day = clock.due.map_or_else(String::new, |day| day.to_string());
            let owner = if clock.owner.is_empty() { String::new() } else { format!(" ({})", clock.owner) };
            Diagnostic::new(Code::ReviewOverdue, clock.span, format!("the review is due on {day}{owner}"))
                .help("read the page through and set last_reviewed to today")
        })
        .collect()
}
