//! `docgen merge`: joins the reports of shards, keeps their verdicts, and ends as one run of `docgen verify` would.
//!
//! Reports name blocks by id and by a hash of their content. So a report of another commit is refused.

use super::args::MergeOptions;
use super::conclude::{Concluded, conclude, policy};
use super::shell::{Shell, shown};
use super::work;
use crate::config::Overrides;
use crate::error::{Error, ExitStatus, Result};
use crate::pipeline;
use crate::process::Confinement;
use crate::progress::Progress as _;
use crate::report::read::{self, Report};
use crate::report::words::plural;
use crate::snippet::context::{Context, Options};
use crate::snippet::known;
use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::snippet::SnippetId;
use crate::snippet::model::verdict::Verdict;
use crate::snippet::model::verdicts::{BatchTime, Run, Verdicts};
use crate::snippet::store::ledger::Ledger;
use crate::source::Sources;
use std::collections::BTreeMap;
use std::time::Duration;

pub(super) fn run(shell: &Shell, options: &MergeOptions) -> Result<ExitStatus> {
    let reports: Vec<Report> =
        options.files.iter().map(|path| read::read(&shell.cwd.join(path))).collect::<Result<_>>()?;
    same_run(shell, &reports)?;
    let config = shell.config(Overrides::default(), None)?;
    let policy = policy(shell, &config, options.handling.strict, options.handling.min_level)?;
    let progress = shell.progress();
    let mut project = pipeline::read(&config, &shell.languages(), &|path| path.exists(), &progress)?;
    let found = verdicts(shell, &reports, &project.sources, &project.blocks)?;
    let ledger = Ledger::load(&config)?;
    let no_exec = reports.iter().any(|report| report.no_exec);
    let wanted = Options { no_exec, bare: !config.has_project, whole_project: true, ..Options::default() };
    let tools = shell.tools();
    let context = work::context(shell, (&config, &project.sources), &tools, &progress, &config.root, wanted);
    let cache = config.has_project.then(|| work::cache_of_project(shell, &config.root));
    let context = Context { cache, ..context };
    let others = known::adopt(&context, &mut project.blocks, found)?;
    if let Some(first) = others.first() {
        let id = &project.blocks[*first].id;
        let message = format!("the reports are about other content: {} differ, the first is {id}", others.len());
        return Err(Error::usage(message, "check out the commit that the shards verified, with its `snippets` folder"));
    }
    progress.finish();
    let run = joined(&reports, project.blocks.ids().collect());
    let started = reports.iter().map(|report| report.started.as_str()).min().unwrap_or_default().to_owned();
    shell.terminal.say(&format!("joined {}", plural(reports.len(), "report")));
    conclude(
        shell,
        &options.handling,
        &Concluded {
            config: &config,
            sources: &project.sources,
            verdicts: Verdicts { blocks: &project.blocks, run: &run },
            ledger: &ledger,
            policy,
            started: &started,
            no_exec,
            whole: true,
            shard: None,
            may_be_empty: false,
            unread: super::verify::errors_of_reading(shell, &project.sources, &project.problems),
        },
    )
}

/// Refuses reports that are not the shards of one run.
fn same_run(shell: &Shell, reports: &[Report]) -> Result<()> {
    let name = |report: &Report| shown(&report.path, &shell.cwd);
    let refuse = |message: String, help: &str| Err(Error::usage(message, help));
    let help = "give the reports of all shards of one run, each once";
    let first = &reports[0];
    for report in reports {
        if report.docgen != first.docgen {
            let versions =
                format!("{} by docgen {}, {} by docgen {}", name(first), first.docgen, name(report), report.docgen);
            return refuse(
                format!("two versions of docgen wrote the reports: {versions}"),
                "install one version on all machines",
            );
        }
        if report.no_exec != first.no_exec {
            let message = format!("only one of {} and {} was made with --no-exec", name(first), name(report));
            return refuse(message, help);
        }
        let plan = |report: &Report| report.shard.map(|shard| (shard.rule, shard.of));
        if plan(report) != plan(first) {
            let message =
                format!("{} and {} are shards of different runs: --partition differs", name(first), name(report));
            return refuse(message, help);
        }
    }
    let Some(of) = first.shard.map(|shard| shard.of) else { return Ok(()) };
    let mut by_number: BTreeMap<usize, &Report> = BTreeMap::new();
    for report in reports {
        let number = report.shard.map_or(0, |shard| shard.number);
        if let Some(other) = by_number.insert(number, report) {
            return refuse(format!("{} and {} are both shard {number} of {of}", name(other), name(report)), help);
        }
    }
    let missing: Vec<String> =
        (1..=of).filter(|number| !by_number.contains_key(number)).map(|number| number.to_string()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    refuse(format!("these shards of {of} are missing: {}", missing.join(", ")), help)
}

/// The verdict of each block of the project, from exactly one report.
fn verdicts(
    shell: &Shell,
    reports: &[Report],
    sources: &Sources,
    blocks: &Blocks,
) -> Result<BTreeMap<SnippetId, Verdict>> {
    let ids: BTreeMap<&str, SnippetId> = blocks.iter().map(|(id, block)| (block.snippet.id.as_str(), id)).collect();
    let mut found: BTreeMap<SnippetId, (Verdict, &Report)> = BTreeMap::new();
    for report in reports {
        for record in &report.snippets {
            let name = shown(&report.path, &shell.cwd);
            let Some(id) = ids.get(record.id.as_str()) else {
                let message = format!("{name} tells of {}, and there is no such block", record.id);
                return Err(Error::usage(message, "check out the commit that the shards verified"));
            };
            let verdict = record.verdict(sources, &blocks[*id]);
            if let Some((_, other)) = found.insert(*id, (verdict, report)) {
                let both = format!("{} and {name}", shown(&other.path, &shell.cwd));
                let help = "give the shards of one run; with `cost:` all shards must read the same report";
                return Err(Error::usage(format!("{both} both verified {}", record.id), help));
            }
        }
    }
    let missing: Vec<&str> = ids.iter().filter(|(_, id)| !found.contains_key(id)).map(|(name, _)| *name).collect();
    if let Some(first) = missing.first() {
        let what = if missing.len() == 1 { "a block is".to_owned() } else { format!("{} blocks are", missing.len()) };
        let help = "verify all blocks: without --lang, --name, --group, --id, --failed and --since";
        return Err(Error::usage(format!("{what} in no report; the first is {first}"), help));
    }
    Ok(found.into_iter().map(|(id, (verdict, _))| (id, verdict)).collect())
}

/// The run of all shards together.
fn joined(reports: &[Report], selected: Vec<SnippetId>) -> Run {
    let mut batches: BTreeMap<(&str, &str), BatchTime> = BTreeMap::new();
    for batch in reports.iter().flat_map(|report| &report.batches) {
        let entry = batches.entry((&batch.lang, &batch.fixture)).or_insert_with(|| BatchTime {
            language: batch.lang.clone(),
            fixture: batch.fixture.clone(),
            verified: 0,
            duration: Duration::ZERO,
        });
        entry.verified += batch.verified;
        entry.duration += Duration::from_millis(batch.duration_ms);
    }
    Run {
        selected,
        duration: Duration::from_millis(reports.iter().map(|report| report.duration_ms).max().unwrap_or_default()),
        sandbox: reports.iter().map(|report| report.sandbox).min().unwrap_or(Confinement::None),
        tool_starts: reports.iter().map(|report| report.tool_starts).sum(),
        batches: batches.into_values().collect(),
        ..Run::default()
    }
}
