//! Content hashes as docgen 0.1 made them, from the `Debug` output of its types. Ledgers from that time hold them.
//! These hashes are needed to update such a ledger (S6.4).
//!
//! Frozen: this file must keep giving the same hashes. Must not know: where verdicts are kept.

use crate::config::Config;
use crate::snippet::context::Context;
use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::output::{Filter, Matching};
use crate::snippet::model::settings::Settings;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::Status;
use crate::snippet::plan::group;
use crate::snippet::plan::inputs::{parts, schema};
use crate::snippet::workspace::unit::Unit;
use std::collections::BTreeMap;
use std::fmt::Debug;

fn digest(value: &impl Debug) -> String {
    blake3::hash(format!("{value:?}").as_bytes()).to_hex().to_string()
}

/// The hash of a block with a program. `shared` has the inputs that all blocks of its batch share.
pub(crate) fn hash(context: &Context<'_>, shared: &BTreeMap<String, String>, blocks: &Blocks, unit: &Unit) -> String {
    let snippet = &blocks[unit.snippet];
    let mut inputs = shared.clone();
    for (name, text) in parts(unit) {
        inputs.insert(name, digest(&text));
    }
    inputs.insert("expected output".to_owned(), digest(&expected(snippet)));
    let together: Vec<&Settings> =
        group::members(blocks, unit.snippet).into_iter().map(|member| &blocks[member].settings).collect();
    inputs.insert(
        "settings".to_owned(),
        settings(context.config, snippet, (unit.standalone, context.options.bare), &together),
    );
    if let Some((_, path)) = &unit.schema {
        inputs.insert(format!("schema {path}"), digest(&schema(snippet, context.config, path)));
    }
    digest(&inputs)
}

/// The hash of a block without a program.
pub(crate) fn hash_of_code(language: &str, code: &str, status: Status) -> String {
    digest(&(language, code, status))
}

fn expected(snippet: &Snippet) -> Option<(&str, Matching, &Vec<Filter>)> {
    snippet.expected.as_ref().map(|it| (it.text.as_str(), it.matching, &it.filters))
}

fn settings(config: &Config, snippet: &Snippet, (standalone, bare): (bool, bool), together: &[&Settings]) -> String {
    let (settings, verify) = (&snippet.settings, &config.verify);
    let judged = (snippet.target, &settings.promise, snippet.runs, standalone, &settings.same_output);
    let called = (settings.exit, &settings.args, &settings.stdin, &settings.vars, settings.net, &settings.needs);
    let limits = (settings.timeout.unwrap_or(verify.timeout), verify.memory, verify.output);
    let denied = (&settings.deny, settings.deny_lints);
    let dialect = (&settings.edition, &settings.globals, denied, &snippet.label);
    let together: Vec<_> = together
        .iter()
        .map(|it| (&it.args, &it.stdin, &it.vars, it.timeout, &it.needs, it.net, it.run, it.nest))
        .collect();
    digest(&(judged, called, limits, dialect, bare, together))
}
