//! What follows from verdicts: reports, the ledger, the exit status. `verify` and `merge` end alike.
//!
//! Must not know: how the verdicts were reached.

use super::args::Handling;
use super::shell::Shell;
use super::values::{MinLevel, ReportKind, ReportTo};
use crate::config::Config;
use crate::error::{Error, ExitStatus, Result};
use crate::fs;
use crate::report::words::plural;
use crate::report::{Verification, github, json, junit, sarif, summary, terminal};
use crate::snippet::judge::policy::{self, Ledgers, Policy};
use crate::snippet::judge::ratchet::{Ratchet, Reach};
use crate::snippet::model::verdict::Level;
use crate::snippet::model::verdicts::Verdicts;
use crate::snippet::plan::partition::Partition;
use crate::snippet::store::ledger::{self, Ledger};
use crate::source::Sources;

/// Verdicts, and what they are about.
pub(super) struct Concluded<'a> {
    pub(super) config: &'a Config,
    pub(super) sources: &'a Sources,
    pub(super) verdicts: Verdicts<'a>,
    pub(super) ledger: &'a Ledger,
    pub(super) policy: Policy,
    /// When the run began, RFC 3339.
    pub(super) started: &'a str,
    pub(super) no_exec: bool,
    /// All blocks of the project have a verdict.
    pub(super) whole: bool,
    pub(super) shard: Option<Partition>,
    /// It is no fault if there is no block.
    pub(super) may_be_empty: bool,
    /// A page, or a part of one, could not be read.
    pub(super) unread: bool,
}

/// Writes the reports and the ledger, and works out the exit status.
pub(super) fn conclude(shell: &Shell, handling: &Handling, it: &Concluded<'_>) -> Result<ExitStatus> {
    let (verdicts, ledger, policy) = (it.verdicts, it.ledger, it.policy);
    let reach = Reach { no_exec: it.no_exec, whole: it.whole };
    let wants_ratchet = handling.ratchet || it.config.verify.ratchet;
    // The first run of a project that only wants to get no worse says what there is.
    let is_baseline = it.config.verify.ratchet
        && ledger.is_empty()
        && it.whole
        && !it.no_exec
        && !it.unread
        && !verdicts.is_empty()
        && !shell.in_ci();
    let written = handling.write_ledger || is_baseline;
    let new_ledger = written.then(|| ledger.clone().with(verdicts, &it.config.today.to_string(), it.whole));
    let compared = new_ledger.as_ref().filter(|_| is_baseline).unwrap_or(ledger);
    let ratchet = wants_ratchet.then(|| Ratchet::new(compared, verdicts, reach));
    let locked = handling.locked.then_some(ledger);
    let ledgers = Ledgers { ratchet: ratchet.as_ref(), locked, written };
    let languages = shell.languages();
    let found = Verification {
        sources: it.sources,
        verdicts,
        languages: &languages,
        policy,
        ledgers,
        shard: it.shard,
        no_exec: it.no_exec,
    };
    for report in &reports(&handling.report) {
        write(shell, report, &found, it)?;
    }
    if verdicts.is_empty() {
        if it.may_be_empty {
            shell.terminal.say("no block to verify");
            return Ok(if it.unread { ExitStatus::Content } else { ExitStatus::Success });
        }
        shell
            .terminal
            .error("nothing to check: no code block was found, or none fits --lang, --name, --group and --id");
    }
    if wants_ratchet && ledger.is_empty() && !written {
        shell.terminal.say("there is no ledger yet: docgen verify --write-ledger records the blocks as they are");
    }
    let exit = policy::exit(verdicts, policy, &ledgers);
    if let Some(ledger) = &new_ledger {
        fs::write_if_changed(&ledger::path(it.config), ledger.text().as_bytes())?;
        shell.terminal.say(&format!("{} in snippets/ledger.json", plural(ledger.len(), "block")));
        if is_baseline {
            shell.terminal.say("this is the baseline: commit it; from now on only what is worse fails");
        }
    }
    // A page that was not read completely may hide blocks, so this is never a success.
    Ok(match exit {
        ExitStatus::Environment => ExitStatus::Environment,
        _ if it.unread => ExitStatus::Content,
        status => status,
    })
}

/// How strictly verdicts are handled.
pub(super) fn policy(shell: &Shell, config: &Config, strict: bool, min_level: Option<MinLevel>) -> Result<Policy> {
    let configured = match config.verify.min_level.as_deref() {
        Some(name) => Level::from_name(name)
            .ok_or_else(|| Error::usage(format!("`{name}` is not a level"), "use parsed, linted, compiled or ran"))?,
        None => Level::Unchecked,
    };
    let min_level = min_level.map_or(configured, Level::from);
    Ok(Policy {
        strict: strict || shell.in_ci(),
        min_level,
        lenient: !config.has_project || config.mdbook || config.generator.is_some(),
    })
}

/// The requested reports. A report in a file does not replace the one on the terminal.
fn reports(wanted: &[ReportTo]) -> Vec<ReportTo> {
    let mut reports = wanted.to_vec();
    if reports.iter().all(|report| report.file.is_some()) {
        reports.push(ReportTo::TERMINAL.clone());
    }
    reports
}

fn write(shell: &Shell, report: &ReportTo, found: &Verification<'_>, it: &Concluded<'_>) -> Result<()> {
    let repository = shell.repository(&it.config.root);
    let text = match report.kind {
        ReportKind::Terminal => terminal::verdicts(found, shell.terminal.verbose),
        ReportKind::Github => github::verdicts(found, &repository),
        ReportKind::Json => json::verify(found, &repository, it.started),
        ReportKind::Junit => junit::verdicts(found, &repository),
        ReportKind::Sarif => sarif::verdicts(found, &repository),
        ReportKind::Summary => summary::verdicts(found, &repository),
    };
    if let (ReportKind::Github, Some(path)) = (report.kind, shell.environment.get("GITHUB_STEP_SUMMARY")) {
        fs::append(&shell.cwd.join(path), summary::verdicts(found, &repository).as_bytes())?;
    }
    shell.report(report, &text)
}
