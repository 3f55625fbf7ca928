//! Verdicts without verifying: from the cache, else from the ledger (S6.5); and why a block would be verified again.
//!
//! Starts no tool. Must not know: how verdicts are shown.

use crate::error::Result;
use crate::page::Page;
use crate::snippet::context::Context;
use crate::snippet::judge::explain::plain;
use crate::snippet::model::fingerprint::Inputs;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Status, Verdict};
use crate::snippet::model::verdicts::Verdicts;
use crate::snippet::plan::assemble::make_units;
use crate::snippet::plan::batch::{Batch, batches};
use crate::snippet::plan::collect;
use crate::snippet::plan::fingerprint::{Asking, Shared};
use crate::snippet::plan::immediate::immediate;
use crate::snippet::store::ledger::Ledger;
use crate::snippet::verify;
use crate::snippet::workspace::fixture;
use crate::snippet::workspace::unit::Unit;
use std::collections::BTreeMap;

/// The blocks of all pages with the verdicts that are known of them.
///
/// # Errors
/// Where a fixture cannot be read.
pub fn recall(context: &Context<'_>, pages: &[Page], ledger: &Ledger) -> Result<Verdicts> {
    let snippets = collect::collect(context.sources, pages, context.config);
    let mut verdicts: Vec<Option<Verdict>> = snippets.iter().map(|snippet| immediate(context, snippet)).collect();
    for (_, units, inputs) in assembled(context, &snippets, &verdicts, Asking::Forbidden)? {
        let mut cached = BTreeMap::new();
        let others = verify::recall(context, &snippets, &inputs, units, &mut cached);
        for (index, verdict) in cached {
            verdicts[index] = Some(verdict);
        }
        for unit in others {
            verdicts[unit.snippet] = ledger.verdict(&snippets[unit.snippet].id, &inputs[&unit.snippet].hash());
        }
    }
    let unknown = || plain(Status::Unchecked, Some("not verified yet; docgen verify does that".to_owned()));
    let verdicts = verdicts.into_iter().map(|verdict| verdict.unwrap_or_else(unknown)).collect();
    Ok(Verdicts { snippets, verdicts, ..Verdicts::default() })
}

type Assembled = (Batch, Vec<Unit>, BTreeMap<usize, Inputs>);

/// Every block as a program, with what its verdict depends on.
fn assembled(
    context: &Context<'_>,
    snippets: &[Snippet],
    verdicts: &[Option<Verdict>],
    asking: Asking,
) -> Result<Vec<Assembled>> {
    let all = (0..snippets.len()).collect();
    let made = batches(context.sources, snippets, verdicts, &all).into_iter().map(|batch| {
        let preludes = fixture::preludes(context.config, &batch.fixture)?;
        let (units, _) = make_units(&batch, snippets, &preludes, context.options.no_exec);
        let shared = Shared::new(context, &batch, asking)?;
        let of = |unit: &Unit| (unit.snippet, shared.of(context, snippets, unit));
        let inputs = units.iter().map(of).collect();
        Ok((batch, units, inputs))
    });
    made.collect()
}

/// Why a block would be verified again, or would not (`--why`). `None` where there is no such block.
///
/// # Errors
/// Where a fixture cannot be read.
pub fn why(context: &Context<'_>, pages: &[Page], id: &str) -> Result<Option<String>> {
    let snippets = collect::collect(context.sources, pages, context.config);
    let Some(index) = snippets.iter().position(|snippet| snippet.id == id) else { return Ok(None) };
    let verdicts: Vec<Option<Verdict>> = snippets.iter().map(|snippet| immediate(context, snippet)).collect();
    if let Some(verdict) = &verdicts[index] {
        let reason = verdict.reason.clone().map_or(String::new(), |reason| format!(": {reason}"));
        return Ok(Some(format!("{id} needs no tool: it is {}{reason}", verdict.status.name())));
    }
    let assembled = assembled(context, &snippets, &verdicts, Asking::Allowed)?;
    let Some(now) = assembled.iter().find_map(|(_, _, inputs)| inputs.get(&index)) else {
        return Ok(Some(format!("{id} cannot be put together: verify it to see why")));
    };
    let last = context.cache.as_ref().and_then(|cache| cache.last(id));
    Ok(Some(match last {
        None => format!("{id} has not been verified here, as far as the cache knows"),
        Some(last) if last.key == now.key() => {
            let known = matches!(last.status, Status::Pass | Status::Xfail);
            let what = if known { "its verdict is used again" } else { "it is verified again until it is good" };
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
