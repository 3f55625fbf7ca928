//! Verification: every block through its language's adapter to its verdict.
//!
//! Must not know: what a tool says, how a verdict follows from it.

use crate::config::Config;
use crate::error::Result;
use crate::page::Page;
use crate::snippet::context::Context;
use crate::snippet::judge::explain::{conclude, plain, same_outputs};
use crate::snippet::language::adapter::Language;
use crate::snippet::model::fingerprint::Inputs;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Status, Step, Verdict};
use crate::snippet::model::verdicts::Verdicts;
use crate::snippet::plan::assemble::{make_units, refuse};
use crate::snippet::plan::batch::{Batch, batches, chosen, selected};
use crate::snippet::plan::fingerprint::{Asking, Shared};
use crate::snippet::plan::immediate::immediate;
use crate::snippet::plan::{collect, group};
use crate::snippet::run::programs;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::time_budget::TimeBudget;
use crate::snippet::workspace::unit::Unit;
use crate::snippet::workspace::{fixture, package};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use std::time::Instant;

/// Verifies the blocks of a batch, or takes their verdicts from the cache.
pub(crate) fn verify_batch(
    context: &Context<'_>,
    batch: &Batch,
    snippets: &[Snippet],
) -> Result<Vec<(usize, Verdict)>> {
    let preludes = fixture::preludes(context.config, &batch.fixture)?;
    let (units, refused) = make_units(batch, snippets, &preludes, context.options.no_exec);
    let shared = Shared::new(context, batch, Asking::Allowed)?;
    let inputs: BTreeMap<usize, Inputs> =
        units.iter().map(|unit| (unit.snippet, shared.of(context, snippets, unit))).collect();
    let mut verdicts: BTreeMap<usize, Verdict> =
        refused.into_iter().map(|(index, why)| (index, refuse(&snippets[index], why))).collect();
    let units = recall(context, snippets, &inputs, units, &mut verdicts);
    if units.is_empty() {
        return Ok(verdicts.into_iter().collect());
    }
    let bench = bench(context, batch);
    context.progress.phase(&format!("checking {}", blocks(units.len(), batch.language)), None);
    let units = match prepare(context, batch, &bench, units)? {
        Ok(units) => units,
        Err((units, why)) => {
            let held_up = |unit: Unit| (unit.snippet, plain(Status::EnvError, Some(why.clone())));
            verdicts.extend(units.into_iter().map(held_up));
            return Ok(verdicts.into_iter().collect());
        }
    };
    judge_units(context, batch, &bench, (snippets, &inputs), units, &mut verdicts)?;
    Ok(verdicts.into_iter().collect())
}

/// Takes the verdicts that the cache has, and returns the units that it has none for. A group runs as one program, so
/// it is known as a whole or not at all.
pub(crate) fn recall(
    context: &Context<'_>,
    snippets: &[Snippet],
    inputs: &BTreeMap<usize, Inputs>,
    units: Vec<Unit>,
    verdicts: &mut BTreeMap<usize, Verdict>,
) -> Vec<Unit> {
    let Some(cache) = &context.cache else { return units };
    let get = |unit: &Unit| cache.get(&inputs[&unit.snippet].key(), &snippets[unit.snippet], unit);
    let known: BTreeMap<usize, Verdict> = units.iter().filter_map(|unit| Some((unit.snippet, get(unit)?))).collect();
    let unknown: BTreeSet<_> = units
        .iter()
        .filter(|unit| !known.contains_key(&unit.snippet))
        .filter_map(|unit| group::group_of(&snippets[unit.snippet]))
        .collect();
    let recalled = |unit: &Unit| {
        known.contains_key(&unit.snippet)
            && group::group_of(&snippets[unit.snippet]).is_none_or(|group| !unknown.contains(&group))
    };
    let (known_units, others): (Vec<Unit>, Vec<Unit>) = units.into_iter().partition(recalled);
    verdicts.extend(known_units.iter().map(|unit| (unit.snippet, known[&unit.snippet].clone())));
    others
}

/// The bench that a batch is checked on.
fn bench<'a>(context: &'a Context<'_>, batch: &Batch) -> Workspace<'a> {
    let folder = match &batch.package {
        Some(package) => format!("{}-{}", batch.fixture, package::short_hash(package)),
        None => batch.fixture.clone(),
    };
    Workspace {
        folder: context.work.join(folder),
        package: batch.package.clone(),
        root: context.config.root.clone(),
        project: context.config.project.clone(),
        cache: context.work.join("cache"),
        build: context.work.join("build"),
        tools: context.tools,
        supervisor: context.supervisor,
        no_exec: context.options.no_exec,
        progress: context.progress,
        patience: TimeBudget::new(context.config.verify.tool_timeout),
        readable: OnceLock::new(),
        specs: batch.language.tools(),
    }
}

/// Units that are ready to be checked, or the units and why they cannot be.
type Prepared = std::result::Result<Vec<Unit>, (Vec<Unit>, String)>;

/// Puts fixture, blocks, dependencies and the package around the page in place.
fn prepare(context: &Context<'_>, batch: &Batch, bench: &Workspace<'_>, mut units: Vec<Unit>) -> Result<Prepared> {
    let language = batch.language;
    // Tools and build scripts of former runs could write here: what they left, links above all, is not used again.
    crate::fs::remove_dir_all(&bench.folder)?;
    fixture::materialise(context.config, language, &batch.fixture, &bench.folder)?;
    crate::fs::create_dir_all(&bench.build.join("tmp"))?;
    fixture::write_units(&bench.folder, &units)?;
    if context.options.no_exec {
        return Ok(Ok(units));
    }
    if let Err(why) = language.install(bench)? {
        return Ok(Err((units, why)));
    }
    if let Some(package) = &batch.package {
        let code: String = units.iter().map(|unit| unit.program.as_str()).collect();
        context.progress.phase(&format!("binding the {} package around the pages", language.title()), None);
        let opened = package::parts(package).map(drop);
        if let Err(why) = opened.map_or_else(|why| Ok(Err(why)), |()| language.bind(bench, &code))? {
            for unit in &mut units {
                let step = if unit.wants(Step::Compile) { Step::Compile } else { Step::Lint };
                unit.missing(step, &format!("the package around the page cannot be bound: {why}"));
            }
        }
    }
    Ok(Ok(units))
}

/// Checks and runs the units, and says what follows; what may be kept is kept.
fn judge_units(
    context: &Context<'_>,
    batch: &Batch,
    bench: &Workspace<'_>,
    (snippets, inputs): (&[Snippet], &BTreeMap<usize, Inputs>),
    mut units: Vec<Unit>,
    verdicts: &mut BTreeMap<usize, Verdict>,
) -> Result<()> {
    let mut budget = Budget::new(units.len());
    check_isolating(batch.language, bench, &mut units, &mut budget)?;
    programs::run_units(context, bench, batch.language, snippets, &mut units)?;
    for mut unit in units {
        let index = unit.snippet;
        let blocker = group::earlier(snippets, index)
            .into_iter()
            .chain(unit.elsewhere.iter().copied())
            .find(|other| verdicts.get(other).is_some_and(|verdict| holds_back(verdict.status)));
        let mut verdict = match blocker {
            Some(other) => blocked(&snippets[other], &unit),
            None => conclude(context, batch.language, &snippets[index], &mut unit),
        };
        (verdict.hash, verdict.key) = (inputs[&index].hash(), inputs[&index].key());
        if let Some(cache) = &context.cache {
            cache.put(&verdict, &snippets[index], &unit, &context.date);
            cache.remember(&snippets[index].id, &verdict, &inputs[&index]);
        }
        verdicts.insert(index, verdict);
    }
    Ok(())
}

/// `1 Python block`, `120 Go blocks`: how progress speaks of blocks.
pub(crate) fn blocks(number: usize, language: &dyn Language) -> String {
    format!("{number} {} block{}", language.title(), if number == 1 { "" } else { "s" })
}

/// How often the units of a batch may be checked again.
struct Budget {
    calls: u32,
    /// Splits that may be paid back, since they showed that the tool works on other blocks.
    refunds: u32,
}

impl Budget {
    fn new(units: usize) -> Self {
        Self { calls: 2 * units.max(1).ilog2() + 2, refunds: 64 }
    }
}

/// Checks the units together. Where a tool breaks down over them, halves are checked by themselves, so that the blocks
/// that break it are the only ones to suffer; the budget bounds how often, for a tool that is broken altogether.
fn check_isolating(
    language: &dyn Language,
    bench: &Workspace<'_>,
    units: &mut [Unit],
    budget: &mut Budget,
) -> Result<()> {
    language.check(bench, units)?;
    let broken = units.iter().any(Unit::is_broken_down);
    if !broken || units.len() < 2 || budget.calls < 2 {
        return Ok(());
    }
    let out_of_time = units.iter().any(Unit::is_out_of_time);
    if out_of_time {
        bench.patience.share(budget.calls);
    }
    budget.calls -= 2;
    for unit in units.iter_mut() {
        unit.forget();
    }
    let (first, second) = units.split_at_mut(units.len() / 2);
    check_isolating(language, bench, first, budget)?;
    check_isolating(language, bench, second, budget)?;
    if !out_of_time && budget.refunds > 0 && !units.iter().all(Unit::is_broken_down) {
        (budget.calls, budget.refunds) = (budget.calls + 2, budget.refunds - 1);
    }
    Ok(())
}

/// Whether a member of this status keeps the later ones from being judged (S3.3).
pub(crate) fn holds_back(status: Status) -> bool {
    matches!(status, Status::Fail | Status::Timeout | Status::Limit | Status::Blocked | Status::EnvError)
}

/// The verdict of a block whose earlier member failed.
pub(crate) fn blocked(other: &Snippet, unit: &Unit) -> Verdict {
    let mut verdict =
        plain(Status::Blocked, Some(format!("{} comes before it, and the program got no further", other.id)));
    verdict.blocked_by = Some(other.id.clone());
    verdict.tools.clone_from(&unit.tools);
    verdict
}

/// Verifies the blocks of all pages.
///
/// # Errors
/// Where the work folder or a named fixture cannot be used. What is wrong with a block or a tool is a verdict.
pub fn verify(context: &Context<'_>, pages: &[Page]) -> Result<Verdicts> {
    let started = Instant::now();
    context.progress.phase("reading code blocks", None);
    let (snippets, unmatched) = collect::collect_with_rules(context.sources, pages, context.config);
    if let Some(rule) = unmatched.first().filter(|_| context.options.whole_project) {
        return Err(unmatched_rule(context.config, *rule));
    }
    let mut verdicts: Vec<Option<Verdict>> = snippets.iter().map(|snippet| immediate(context, snippet)).collect();
    let chosen = chosen(&snippets, &context.options);
    for batch in batches(context.sources, &snippets, &verdicts, &chosen) {
        for (index, verdict) in verify_batch(context, &batch, &snippets)? {
            verdicts[index] = Some(verdict);
        }
    }
    context.progress.finish();
    if let Some(cache) = &context.cache {
        context.tools.remember();
        cache.prune(std::time::SystemTime::now());
    }
    same_outputs(&snippets, &mut verdicts);
    for (snippet, verdict) in snippets.iter().zip(&mut verdicts) {
        let unhashed = |verdict: &&mut Verdict| verdict.hash.is_empty() && verdict.status != Status::NotCode;
        if let Some(verdict) = verdict.as_mut().filter(unhashed) {
            // Nothing was put together: the code is all there is. The reason may name lines, which move.
            let fault = format!("{:?}", (&snippet.language, snippet.code.as_str(), verdict.status));
            verdict.hash = blake3::hash(fault.as_bytes()).to_hex().to_string();
        }
    }
    let mut kept = Verdicts {
        sandbox: context.supervisor.confinement(),
        started: context.supervisor.started(),
        ..Verdicts::default()
    };
    let blockers: BTreeSet<String> = snippets
        .iter()
        .zip(&verdicts)
        .filter(|(snippet, _)| selected(snippet, &context.options))
        .filter_map(|(_, verdict)| verdict.as_ref()?.blocked_by.clone())
        .collect();
    for (snippet, verdict) in snippets.into_iter().zip(verdicts) {
        // What stands in the way of a selected block is told with it, and decides with it.
        if selected(&snippet, &context.options) || blockers.contains(&snippet.id) {
            kept.snippets.push(snippet);
            kept.verdicts.push(verdict.expect("what is selected was batched or judged"));
        }
    }
    kept.duration = started.elapsed();
    Ok(kept)
}

/// A rule that matches nothing is a mistake in the configuration (S2.6).
fn unmatched_rule(config: &Config, rule: usize) -> crate::error::Error {
    let rule = &config.verify.rules[rule];
    crate::error::Error::Config {
        path: config.root.join("book.toml"),
        place: rule.place.clone(),
        message: format!("the rule for `{}` matches no code block", rule.raw.path),
        help: "correct its path, lang, heading or nth, or take it away".to_owned(),
    }
}
