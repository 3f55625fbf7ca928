//! Verdicts that are known without verifying: from the cache, else from the ledger (S6.5). It also explains why docgen
//! would verify a block again.
//!
//! Starts no tool, except for `--why`. Must not know: how verdicts are shown.

use crate::error::Result;
use crate::snippet::context::Context;
use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::fingerprint::Fingerprint;
use crate::snippet::model::snippet::SnippetId;
use crate::snippet::model::verdict::{Origin, Verdict};
use crate::snippet::plan::assemble::make_units;
use crate::snippet::plan::batch::batches;
use crate::snippet::plan::fingerprint::{Asking, Shared, hash_of_code};
use crate::snippet::plan::immediate::immediate;
use crate::snippet::store::cache::{Cache, is_reused};
use crate::snippet::store::ledger::Ledger;
use crate::snippet::verify;
use crate::snippet::workspace::fixture;
use crate::snippet::workspace::unit::Unit;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Gives blocks their known verdicts; the others stay *Unchecked*.
///
/// # Errors
/// If a fixture cannot be read.
pub fn recall(context: &Context<'_>, blocks: &mut Blocks, ledger: &Ledger) -> Result<()> {
    if ledger.is_empty() && context.cache.as_ref().is_none_or(Cache::is_empty) {
        verify::decide_without_tools(context, blocks);
        explain_unknown(blocks);
        return Ok(());
    }
    for Assembled { units, inputs, shared } in assembled(context, blocks, Asking::Forbidden)? {
        let mut cached = BTreeMap::new();
        let others = verify::recall(context, blocks, &inputs, units, &mut cached);
        for (id, verdict) in cached {
            blocks.set(id, verdict);
        }
        for unit in others {
            let id = unit.snippet;
            let hash = inputs[&id].hash();
            let outdated = || shared.hash_v1(context, blocks, &unit);
            let hash = if ledger.is_outdated() && ledger.knows(&outdated()) { outdated() } else { hash };
            if let Some(verdict) = ledger.verdict(&blocks[id].id, &hash) {
                blocks.set(id, verdict);
            }
        }
    }
    explain_unknown(blocks);
    Ok(())
}

fn explain_unknown(blocks: &mut Blocks) {
    let unknown: Vec<SnippetId> =
        blocks.iter().filter(|(_, block)| !block.verdict.is_known()).map(|(id, _)| id).collect();
    for id in unknown {
        let reason = Some("not verified yet: run docgen verify".to_owned());
        let verdict = blocks.verdict(id).clone();
        blocks.set(id, Verdict { reason, ..verdict });
    }
}

/// Gives blocks the verdicts that other machines reached, and keeps those that may be kept. Returns the blocks whose
/// content is not what was verified; then nothing is changed.
///
/// # Errors
/// If a fixture cannot be read.
pub fn adopt(
    context: &Context<'_>,
    blocks: &mut Blocks,
    found: BTreeMap<SnippetId, Verdict>,
) -> Result<Vec<SnippetId>> {
    let assembled = assembled(context, blocks, Asking::Forbidden)?;
    let expected: BTreeMap<SnippetId, String> =
        assembled.iter().flat_map(|it| &it.inputs).map(|(id, inputs)| (*id, inputs.hash())).collect();
    let is_other = |(id, verdict): &(&SnippetId, &Verdict)| {
        let without_tools = || hash_of_code(&blocks[**id], verdict.status);
        !verdict.hash.is_empty() && verdict.hash != expected.get(id).cloned().unwrap_or_else(without_tools)
    };
    let others: Vec<SnippetId> = found.iter().filter(is_other).map(|(id, _)| *id).collect();
    if !others.is_empty() {
        return Ok(others);
    }
    if let Some(cache) = &context.cache {
        let units = assembled.iter().flat_map(|it| &it.units);
        for (unit, verdict) in units.filter_map(|unit| Some((unit, found.get(&unit.snippet)?))) {
            if verdict.origin == Origin::Run && !verdict.key.is_empty() {
                cache.put(verdict, &blocks[unit.snippet], unit, &context.date);
            }
        }
    }
    for (id, verdict) in found {
        blocks.set(id, verdict);
    }
    Ok(Vec::new())
}

/// The blocks of a batch as programs.
struct Assembled {
    units: Vec<Unit>,
    inputs: BTreeMap<SnippetId, Fingerprint>,
    shared: Shared,
}

/// Turns every block that needs a tool into a program, with what its verdict depends on. The others get verdicts.
fn assembled(context: &Context<'_>, blocks: &mut Blocks, asking: Asking) -> Result<Vec<Assembled>> {
    let immediate = verify::decide_without_tools(context, blocks);
    let wanted = blocks.ids().filter(|id| !immediate.contains(id)).collect();
    let blocks = &*blocks;
    let made = batches(context, blocks, &wanted).into_iter().map(|batch| {
        let preludes = fixture::preludes(context.config, &batch.fixture)?;
        let language = &context.languages[batch.language];
        let (units, _) = make_units(language, &batch, blocks, &preludes, context.options.no_exec);
        let shared = Shared::new(context, &batch, asking)?;
        let of = |unit: &Unit| (unit.snippet, shared.of(context, blocks, unit));
        let inputs = units.par_iter().map(of).collect();
        Ok(Assembled { units, inputs, shared })
    });
    made.collect()
}

/// Why docgen would verify a block again, or would not (`--why`). `None` if the block does not exist.
///
/// # Errors
/// If a fixture cannot be read.
pub fn why(context: &Context<'_>, blocks: &mut Blocks, id: &str) -> Result<Option<String>> {
    let Some(block) = blocks.iter().find(|(_, block)| block.snippet.id == id).map(|(block, _)| block) else {
        return Ok(None);
    };
    let assembled = assembled(context, blocks, Asking::Allowed)?;
    if immediate(context, &blocks[block]).is_some() {
        let verdict = blocks.verdict(block);
        let reason = verdict.reason.clone().map_or(String::new(), |reason| format!(": {reason}"));
        return Ok(Some(format!("{id} needs no tool: it is {}{reason}", verdict.status.name())));
    }
    let Some(now) = assembled.iter().find_map(|it| it.inputs.get(&block)) else {
        return Ok(Some(format!("docgen cannot build a program for {id}: docgen verify shows why")));
    };
    let last = context.cache.as_ref().and_then(|cache| cache.last(id));
    Ok(Some(match last {
        None => format!("the cache has no earlier verdict of {id}"),
        Some(last) if last.key == now.key() => {
            let what = if is_reused(last.status, &blocks[block]) {
                "its verdict is reused"
            } else {
                "it is verified again until it passes"
            };
            format!("{id}: nothing has changed; it was {}, and {what}", last.status.name())
        }
        Some(last) => {
            let now = now.all();
            let names = now.keys().chain(last.inputs.keys());
            let mut changed: Vec<&str> =
                names.filter(|name| now.get(*name) != last.inputs.get(*name)).map(String::as_str).collect();
            changed.sort_unstable();
            changed.dedup();
            format!("{id} is verified again, because this has changed: {}", changed.join(", "))
        }
    }))
}
