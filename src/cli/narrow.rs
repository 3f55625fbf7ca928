//! `docgen verify --failed --since --partition`: the blocks that remain.
//!
//! Must not know: how a block is verified.

use super::args::VerifyOptions;
use super::shell::Shell;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::report::read;
use crate::snippet::context::Context;
use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::snippet::{Snippet, SnippetId};
use crate::snippet::model::verdict::Status;
use crate::snippet::plan::partition::{self, Costs, Partition, Rule};
use crate::snippet::plan::select::touched;
use crate::source;
use std::collections::BTreeSet;

/// The shard that this run is, with what blocks cost. Without a rule, costs decide where they are known: see
/// `cargo xtask shards`.
pub(super) fn shard(shell: &Shell, options: &VerifyOptions) -> Result<Option<(Partition, Costs)>> {
    let Some(wanted) = options.partition else { return Ok(None) };
    let costs = match options.costs.as_ref().map(|path| shell.cwd.join(path)) {
        Some(path) if path.exists() => Some(read::read(&path)?.costs()),
        Some(path) => {
            let what = "there is no report of an earlier run, so blocks are divided by hash";
            shell.terminal.say(&format!("{what}: {}", path.display()));
            None
        }
        None => None,
    };
    let rule = match (wanted.rule, &costs) {
        (Some(Rule::Cost), None) if options.costs.is_none() => {
            let help = "name the JSON report of an earlier run: --costs verification.json";
            return Err(Error::usage("`cost:` needs to know what blocks cost", help));
        }
        (Some(Rule::Hash), _) | (_, None) => Rule::Hash,
        (_, Some(_)) => Rule::Cost,
    };
    Ok(Some((Partition { rule, number: wanted.number, of: wanted.of }, costs.unwrap_or_default())))
}

/// The blocks that remain; `None` means all.
pub(super) fn only(
    shell: &Shell,
    context: &Context<'_>,
    options: &VerifyOptions,
    shard: Option<&(Partition, Costs)>,
    blocks: &Blocks,
) -> Result<Option<BTreeSet<SnippetId>>> {
    let mut only: Option<BTreeSet<SnippetId>> = None;
    let mut keep = |found: BTreeSet<SnippetId>| {
        only = Some(match only.take() {
            Some(before) => before.intersection(&found).copied().collect(),
            None => found,
        });
    };
    if options.failed {
        keep(failed(context, blocks)?);
    }
    if let Some(commit) = &options.since {
        let changed = source::changed(&shell.supervisor, &shell.environment, &context.config.root, commit)?;
        keep(touched(context, blocks, &changed));
    }
    if let Some((partition, costs)) = shard {
        let is_usual = |snippet: &Snippet| has_usual_fixture(context, snippet);
        keep(partition::shard(blocks, *partition, costs, is_usual));
    }
    Ok(only)
}

/// The blocks whose last verdict is not as it should be. Those that no tool looks at cost nothing, and count too.
fn failed(context: &Context<'_>, blocks: &Blocks) -> Result<BTreeSet<SnippetId>> {
    let Some(cache) = context.cache.as_ref() else {
        let help = "give a project a `book.toml`, and leave --no-cache out";
        return Err(Error::usage("--failed needs the verdicts of the last run, and none are kept here", help));
    };
    let is_failed = |status: Status| {
        !matches!(status, Status::Pass | Status::Xfail | Status::Ignored | Status::Unchecked | Status::NotCode)
    };
    let mut known = false;
    let found = blocks.iter().filter(|(_, block)| {
        let last = cache.last(&block.snippet.id);
        known |= last.is_some();
        block.snippet.fault.is_some() || last.is_some_and(|last| is_failed(last.status))
    });
    let found = found.map(|(id, _)| id).collect();
    if known {
        return Ok(found);
    }
    Err(Error::usage("--failed needs the verdicts of the last run, and there are none", "run `docgen verify` first"))
}

/// Whether a block has the fixture that its language has anyway, by itself or by `[verify.lang]`.
fn has_usual_fixture(context: &Context<'_>, snippet: &Snippet) -> bool {
    let config: &Config = context.config;
    let configured = config.verify.languages.get(&snippet.language_name).and_then(|raw| raw.fixture.as_deref());
    let of_language = snippet.language.and_then(|id| context.languages[id].spec().fixture.as_deref());
    let named = snippet.settings.fixture.as_deref();
    named.is_none() || named == configured || named == of_language
}
