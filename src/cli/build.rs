//! `docgen build`: writes the site.

use super::args::BuildOptions;
use super::receipt::{self, Build};
use super::shell::{Shell, shown};
use super::{conclude, problems, work};
use crate::config::{Config, Overrides};
use crate::error::{ExitStatus, Result};
use crate::output::SyncReport;
use crate::pipeline::{self, Edition, Project};
use crate::progress::Silent;
use crate::render::theme::Theme;
use crate::report::Verification;
use crate::report::terminal::{self, count};
use crate::report::words::plural;
use crate::snippet;
use crate::snippet::context::{Context, Options};
use crate::snippet::judge::policy::Ledgers;
use crate::snippet::judge::ratchet::{Ratchet, Reach};
use crate::snippet::model::verdicts::Verdicts;
use crate::snippet::store::ledger::Ledger;
use std::sync::Arc;

pub(super) fn run(shell: &Shell, options: &BuildOptions) -> Result<ExitStatus> {
    let overrides = Overrides {
        out: options.out.as_ref().map(|out| shell.cwd.join(out)),
        base_url: options.base_url.clone(),
        drafts: options.drafts,
        ..Overrides::default()
    };
    let config = shell.config(overrides, options.date.as_deref())?;
    // Verification always runs. Without it, a build in which nothing changed has nothing to do.
    let build = Build::new(shell, &config, conditions(shell, options, &config));
    if let Some(receipt) = (!options.verify).then(|| build.unchanged()).flatten() {
        let status = problems::print(shell, &receipt.problems, receipt.has_errors);
        shell.terminal.say(&receipt.summary);
        return Ok(status);
    }
    let progress = shell.progress();
    let mut project = pipeline::read(&config, &shell.languages(), &|path| path.exists(), &progress)?;
    project.edited = Arc::new(shell.edited(&config));
    problems::deny(&mut project.problems, &options.deny);
    let text = problems::text(shell, &config, &project.sources, &project.problems);
    let has_errors = problems::has_errors(&project.problems);
    let mut status = problems::print(shell, &text, has_errors);
    if options.verify {
        let found = verify_blocks(shell, options, &config, &mut project)?;
        if status == ExitStatus::Success && found != ExitStatus::NothingFound {
            status = found;
        }
    } else {
        recall(shell, &config, &mut project)?;
    }
    let problems = count(&project.problems);
    let (pages, named) = (project.site.pages.len(), receipt::named(&project, &config));
    let theme = Arc::new(Theme::load(&config)?);
    let edition = Edition::new(project, Arc::new(config.clone()), theme, Arc::default(), false);
    let known = build.fingerprints(edition.theme_digest());
    let (sync, fingerprints) = edition.write(&config.out, known, &progress)?;
    build.keep_fingerprints(&fingerprints);
    let summary = |sync: SyncReport| {
        format!(
            "{} in {}: {} written, {} unchanged, {} removed{}",
            plural(pages, "page"),
            shown(&config.out, &shell.cwd),
            sync.written,
            sync.unchanged,
            sync.removed,
            if problems.is_empty() { String::new() } else { format!("; {problems}") },
        )
    };
    shell.terminal.say(&summary(sync));
    if !options.verify {
        let again = SyncReport { written: 0, unchanged: sync.written + sync.unchanged, removed: 0 };
        build.keep(named, text, has_errors, summary(again));
    }
    Ok(status)
}

/// Verifies the blocks and prints the verdicts.
fn verify_blocks(shell: &Shell, options: &BuildOptions, config: &Config, project: &mut Project) -> Result<ExitStatus> {
    let progress = shell.progress();
    let policy = conclude::policy(shell, config, false, None)?;
    let work = work::of_project(shell, &config.root)?;
    let tools = shell.tools();
    let ledger = Ledger::load(config)?;
    let wanted = Options {
        bare: !config.has_project,
        strict: policy.strict,
        whole_project: true,
        outdated_hashes: ledger.is_outdated(),
        ..Options::default()
    };
    let context = work::context(shell, (config, &project.sources), &tools, &progress, work.folder(), wanted);
    let context = Context { cache: Some(work::cache_of_project(shell, &config.root)), ..context };
    let run = snippet::verify::verify(&context, &mut project.blocks)?;
    let ledger = ledger.renewed(&run.renewed);
    let verdicts = Verdicts { blocks: &project.blocks, run: &run };
    let reach = Reach { no_exec: false, whole: true };
    let ratchet = (options.ratchet || config.verify.ratchet).then(|| Ratchet::new(&ledger, verdicts, reach));
    let ledgers = Ledgers { ratchet: ratchet.as_ref(), ..Ledgers::default() };
    let languages = &shell.languages();
    let report =
        Verification { sources: &project.sources, verdicts, languages, policy, ledgers, shard: None, no_exec: false };
    shell.terminal.say(&terminal::verdicts(&report, shell.terminal.verbose));
    Ok(snippet::judge::policy::exit(verdicts, policy, &ledgers))
}

/// Everything of the command line that decides what a build writes and says, as text.
fn conditions(shell: &Shell, options: &BuildOptions, config: &Config) -> String {
    format!("{options:?} {} {} {}", config.out.display(), shell.cwd.display(), shell.terminal.verbose)
}

/// Gives the blocks their known verdicts without verifying: from the cache, else from the ledger (S6.5).
pub(super) fn recall(shell: &Shell, config: &Config, project: &mut Project) -> Result<()> {
    let tools = shell.tools();
    let options = Options { bare: !config.has_project, ..Options::default() };
    let cache = work::cache_of_project(shell, &config.root);
    let context = work::context(shell, (config, &project.sources), &tools, &Silent, &config.root, options);
    let context = Context { cache: Some(cache), ..context };
    snippet::known::recall(&context, &mut project.blocks, &Ledger::load(config)?)
}
