//! Verification: takes every block through its language's adapter to its verdict.
//!
//! Must not know: what a tool says, how a verdict follows from it.

use crate::config::Config;
use crate::error::{Error, Result};
use crate::snippet::context::Context;
use crate::snippet::judge::explain::{conclude, same_outputs};
use crate::snippet::language::adapter::Language;
use crate::snippet::model::blocks::{Block, Blocks};
use crate::snippet::model::fingerprint::Fingerprint;
use crate::snippet::model::snippet::{Snippet, SnippetId};
use crate::snippet::model::verdict::{Origin, Status, Verdict};
use crate::snippet::model::verdicts::{BatchTime, Run};
use crate::snippet::plan::assemble::{make_units, refuse};
use crate::snippet::plan::batch::{Batch, batches};
use crate::snippet::plan::fingerprint::{Asking, Shared, hash_of_code};
use crate::snippet::plan::immediate::immediate;
use crate::snippet::plan::select::{self, chosen};
use crate::snippet::plan::{fingerprint_v1, group};
use crate::snippet::run::programs;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::snippet::workspace::{fixture, package};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::result::Result as StdResult;
use std::time::Instant;

/// Verifies blocks and gives each its verdict.
///
/// # Errors
/// If the work folder or a named fixture cannot be used. Faults of a block or a tool become verdicts.
pub fn verify(context: &Context<'_>, blocks: &mut Blocks) -> Result<Run> {
    let started = Instant::now();
    if let Some(rule) = blocks.unmatched_rules.first().filter(|_| context.options.whole_project) {
        return Err(unmatched_rule(context.config, *rule));
    }
    let immediate = decide_without_tools(context, blocks);
    let mut wanted = chosen(context, blocks);
    wanted.retain(|id| !immediate.contains(id));
    let mut renewed = BTreeMap::new();
    let mut batch_times = Vec::new();
    for batch in batches(context, blocks, &wanted) {
        let begun = Instant::now();
        let verdicts = verify_batch(context, &batch, blocks, &mut renewed)?;
        let verified = verdicts.values().filter(|verdict| verdict.origin == Origin::Run).count();
        if verified > 0 {
            let language = context.languages[batch.language].spec().name.to_string();
            batch_times.push(BatchTime { language, fixture: batch.fixture, verified, duration: begun.elapsed() });
        }
        for (id, verdict) in verdicts {
            blocks.set(id, verdict);
        }
    }
    context.progress.finish();
    if let Some(cache) = &context.cache {
        context.tools.remember();
        // A run that reached no verdict has added nothing.
        if wanted.iter().any(|id| blocks.verdict(*id).origin == Origin::Run) {
            cache.prune(std::time::SystemTime::now());
        }
    }
    same_outputs(blocks);
    renewed.extend(hash_the_rest(blocks));
    let programs = context.supervisor.started();
    Ok(Run {
        selected: selection(context, blocks),
        duration: started.elapsed(),
        sandbox: context.supervisor.confinement(),
        tool_starts: programs.len(),
        started: programs,
        batches: batch_times,
        renewed,
    })
}

/// Sets the verdicts that need no tool. Returns the blocks that got one.
pub(crate) fn decide_without_tools(context: &Context<'_>, blocks: &mut Blocks) -> BTreeSet<SnippetId> {
    let decided: Vec<(SnippetId, Verdict)> =
        blocks.iter().filter_map(|(id, block)| Some((id, immediate(context, &block.snippet)?))).collect();
    let ids = decided.iter().map(|(id, _)| *id).collect();
    for (id, verdict) in decided {
        blocks.set(id, verdict);
    }
    ids
}

/// Gives a hash to verdicts of blocks without a program. Returns the old hashes of docgen 0.1 with the new ones.
fn hash_the_rest(blocks: &mut Blocks) -> BTreeMap<String, String> {
    let mut renewed = BTreeMap::new();
    for Block { snippet, verdict } in blocks.iter_mut() {
        if verdict.hash.is_empty() && verdict.status != Status::NotCode {
            verdict.hash = hash_of_code(snippet, verdict.status);
            let old = fingerprint_v1::hash_of_code(&snippet.language_name, snippet.code.as_str(), verdict.status);
            renewed.insert(old, verdict.hash.clone());
        }
    }
    renewed
}

/// The blocks that the user asked for, and the blocks that block them: both are reported and decide the exit status.
fn selection(context: &Context<'_>, blocks: &Blocks) -> Vec<SnippetId> {
    let selected = select::selection(&context.options, blocks, &context.languages);
    let blockers: BTreeSet<&str> = selected.iter().filter_map(|id| blocks.verdict(*id).blocked_by.as_deref()).collect();
    let is_told =
        |(id, block): &(SnippetId, &Block)| selected.contains(id) || blockers.contains(block.snippet.id.as_str());
    blocks.iter().filter(is_told).map(|(id, _)| id).collect()
}

/// Binds the package around the page, if the language has packages.
fn bind(language: &dyn Language, workspace: &Workspace<'_>, code: &str) -> Result<StdResult<(), String>> {
    language.packages().map_or(Ok(Ok(())), |packages| packages.bind(workspace, code))
}

/// Verifies the blocks of a batch, or takes their verdicts from the cache.
pub(crate) fn verify_batch(
    context: &Context<'_>,
    batch: &Batch,
    blocks: &Blocks,
    renewed: &mut BTreeMap<String, String>,
) -> Result<BTreeMap<SnippetId, Verdict>> {
    let language = &context.languages[batch.language];
    let preludes = fixture::preludes(context.config, &batch.fixture)?;
    let (units, refused) = make_units(language, batch, blocks, &preludes, context.options.no_exec);
    let shared = Shared::new(context, batch, Asking::Allowed)?;
    if context.supervisor.is_cancelled() {
        return Err(Error::Cancelled);
    }
    let inputs: BTreeMap<SnippetId, Fingerprint> =
        units.par_iter().map(|unit| (unit.snippet, shared.of(context, blocks, unit))).collect();
    if context.options.outdated_hashes {
        let pair = |unit: &Unit| (shared.hash_v1(context, blocks, unit), inputs[&unit.snippet].hash());
        renewed.extend(units.iter().map(pair));
    }
    let mut verdicts: BTreeMap<SnippetId, Verdict> =
        refused.into_iter().map(|(id, why)| (id, refuse(&blocks[id], why))).collect();
    let units = recall(context, blocks, &inputs, units, &mut verdicts);
    if units.is_empty() {
        return Ok(verdicts);
    }
    let workspace = batch.workspace(context, context.work.join(batch.folder_name()));
    context.progress.phase(&format!("checking {}", language.spec().count(units.len())), None);
    let units = match prepare(context, batch, &workspace, units)? {
        Ok(units) => units,
        Err((units, why)) => {
            let held_up = |unit: Unit| (unit.snippet, Verdict::new(Status::EnvError, Some(why.clone())));
            verdicts.extend(units.into_iter().map(held_up));
            return Ok(verdicts);
        }
    };
    judge_units(context, batch, &workspace, (blocks, &inputs), units, &mut verdicts)?;
    Ok(verdicts)
}

/// Takes known verdicts from the cache and returns the other units. A group runs as one program, so the cache must know
/// all of its members or none counts.
pub(crate) fn recall(
    context: &Context<'_>,
    blocks: &Blocks,
    inputs: &BTreeMap<SnippetId, Fingerprint>,
    units: Vec<Unit>,
    verdicts: &mut BTreeMap<SnippetId, Verdict>,
) -> Vec<Unit> {
    let Some(cache) = &context.cache else { return units };
    let get = |unit: &Unit| cache.get(&inputs[&unit.snippet].key(), &blocks[unit.snippet], unit);
    let known: BTreeMap<SnippetId, Verdict> =
        units.par_iter().filter_map(|unit| Some((unit.snippet, get(unit)?))).collect();
    let unknown: BTreeSet<_> = units
        .iter()
        .filter(|unit| !known.contains_key(&unit.snippet))
        .filter_map(|unit| group::group_of(&blocks[unit.snippet]))
        .collect();
    let recalled = |unit: &Unit| {
        known.contains_key(&unit.snippet)
            && group::group_of(&blocks[unit.snippet]).is_none_or(|group| !unknown.contains(&group))
    };
    let (known_units, others): (Vec<Unit>, Vec<Unit>) = units.into_iter().partition(recalled);
    verdicts.extend(known_units.iter().map(|unit| (unit.snippet, known[&unit.snippet].clone())));
    others
}

/// Units that are ready to be checked; or the units, and why nobody can check them.
type Prepared = StdResult<Vec<Unit>, (Vec<Unit>, String)>;

/// Puts the fixture, the blocks, the dependencies and the package around the page in place.
fn prepare(context: &Context<'_>, batch: &Batch, workspace: &Workspace<'_>, mut units: Vec<Unit>) -> Result<Prepared> {
    let language = &context.languages[batch.language];
    // Tools and build scripts of earlier runs could write here. Nothing that they left is used again, links above all.
    crate::fs::remove_dir_all(&workspace.folder)?;
    fixture::materialise(context.config, language.spec(), &batch.fixture, &workspace.folder)?;
    crate::fs::create_dir_all(&workspace.build.join("tmp"))?;
    fixture::write_units(&workspace.folder, &units)?;
    if context.options.no_exec {
        return Ok(Ok(units));
    }
    if let Err(why) = language.install(workspace)? {
        return Ok(Err((units, why)));
    }
    if let Some(package) = &batch.package {
        let code: String = units.iter().map(|unit| unit.program.as_str()).collect();
        context.progress.phase(&format!("binding the {} package around the pages", language.spec().title), None);
        let opened = package::parts(package).map(drop);
        if let Err(why) = opened.map_or_else(|why| Ok(Err(why)), |()| bind(language, workspace, &code))? {
            for unit in &mut units {
                unit.lacks_package(&why);
            }
        }
    }
    Ok(Ok(units))
}

/// Checks and runs the units, draws the verdicts, and keeps those that may be kept.
fn judge_units(
    context: &Context<'_>,
    batch: &Batch,
    workspace: &Workspace<'_>,
    (blocks, inputs): (&Blocks, &BTreeMap<SnippetId, Fingerprint>),
    mut units: Vec<Unit>,
    verdicts: &mut BTreeMap<SnippetId, Verdict>,
) -> Result<()> {
    let mut budget = Budget::new(units.len());
    let language = &context.languages[batch.language];
    check_isolating(language, workspace, &mut units, &mut budget)?;
    programs::run_units(context, workspace, language, blocks, &mut units)?;
    for mut unit in units {
        let index = unit.snippet;
        // An earlier session may have printed something else, and gone on.
        let earlier = if unit.session.is_some() { Vec::new() } else { group::earlier(blocks, index) };
        let blocker = earlier
            .into_iter()
            .chain(unit.elsewhere.iter().copied())
            .find(|other| verdicts.get(other).is_some_and(|verdict| holds_back(verdict.status)));
        let mut verdict = match blocker {
            Some(other) => blocked(&blocks[other], &unit),
            None => conclude(context, language, &blocks[index], &mut unit),
        };
        (verdict.hash, verdict.key) = (inputs[&index].hash(), inputs[&index].key());
        if let Some(cache) = &context.cache {
            cache.put(&verdict, &blocks[index], &unit, &context.date);
            cache.remember(&blocks[index].id, &verdict, &inputs[&index]);
        }
        verdicts.insert(index, verdict);
    }
    Ok(())
}

/// Limits how often the units of a batch are checked again.
struct Budget {
    calls: u32,
    /// How many splits may be refunded. A split is refunded if it showed that the tool works on other blocks.
    refunds: u32,
}

impl Budget {
    fn new(units: usize) -> Self {
        Self { calls: 2 * units.max(1).ilog2() + 2, refunds: 64 }
    }
}

/// Checks the units together. If a block hangs or crashes a tool, only that block becomes `env_error`: the units are
/// halved and each half is checked again. The budget limits how often, in case the tool fails on every block.
fn check_isolating(
    language: &dyn Language,
    workspace: &Workspace<'_>,
    units: &mut [Unit],
    budget: &mut Budget,
) -> Result<()> {
    language.check(workspace, units)?;
    let broken = units.iter().any(Unit::is_broken_down);
    if !broken || units.len() < 2 || budget.calls < 2 {
        return Ok(());
    }
    let out_of_time = units.iter().any(Unit::is_out_of_time);
    if out_of_time {
        workspace.time.share(budget.calls);
    }
    budget.calls -= 2;
    for unit in units.iter_mut() {
        unit.forget();
    }
    let (first, second) = units.split_at_mut(units.len() / 2);
    check_isolating(language, workspace, first, budget)?;
    check_isolating(language, workspace, second, budget)?;
    if !out_of_time && budget.refunds > 0 && !units.iter().all(Unit::is_broken_down) {
        (budget.calls, budget.refunds) = (budget.calls + 2, budget.refunds - 1);
    }
    Ok(())
}

/// Whether a member with this status keeps the later members from being judged (S3.3).
pub(crate) fn holds_back(status: Status) -> bool {
    matches!(status, Status::Fail | Status::Timeout | Status::Limit | Status::Blocked | Status::EnvError)
}

/// The verdict of a block after an earlier member failed.
pub(crate) fn blocked(other: &Snippet, unit: &Unit) -> Verdict {
    let mut verdict = Verdict::new(
        Status::Blocked,
        Some(format!("not run: the earlier block {} of the same group failed", other.id)),
    );
    verdict.tools.clone_from(&unit.tools);
    verdict
}

/// The error for a rule that matches nothing (S2.6).
fn unmatched_rule(config: &Config, rule: usize) -> Error {
    let rule = &config.verify.rules[rule];
    Error::Config {
        path: config.root.join("book.toml"),
        place: rule.place.clone(),
        message: format!("the rule for `{}` matches no code block", rule.raw.path),
        help: "correct its path, lang, heading or nth, or remove the rule".to_owned(),
    }
}
