//! Collects the inputs that a verdict depends on, by name: the content (S6.1 `hash`) and the tools (`key`).
//!
//! Titles, highlights, prose, line numbers and page paths are not among them, so a block that moves stays verified.
//! Must not know: where verdicts are kept.

use crate::error::Result;
use crate::snippet::context::Context;
use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::fingerprint::{Digest, Fingerprint, versioned};
use crate::snippet::model::settings::Settings;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Promise, Status};
use crate::snippet::plan::batch::Batch;
use crate::snippet::plan::inputs::{parts, schema};
use crate::snippet::plan::{fingerprint_v1, group};
use crate::snippet::toolchain::needs;
use crate::snippet::toolchain::tool::{Found, Tool};
use crate::snippet::workspace::unit::Unit;
use crate::snippet::workspace::{fixture, package};
use std::collections::BTreeMap;
use std::time::Duration;

/// Raise it when an adapter judges differently than before, so that old verdicts no longer count.
const ADAPTERS: u32 = 2;

/// The inputs that all blocks of a batch share.
pub(crate) struct Shared {
    content: BTreeMap<String, String>,
    machine: BTreeMap<String, String>,
}

/// Whether tools may be started to ask their version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asking {
    /// A new tool is asked for its version.
    Allowed,
    /// Nothing is started. An unknown tool leads to a key that no verdict has.
    Forbidden,
}

impl Shared {
    /// The shared inputs of a batch.
    pub(crate) fn new(context: &Context<'_>, batch: &Batch, asking: Asking) -> Result<Self> {
        let language = &context.languages[batch.language];
        let (tree, lock) = fixture::hashes(context.config, language.spec(), &batch.fixture)?;
        let mut judged = BTreeMap::from([
            (format!("fixture {}", batch.fixture), tree),
            ("docgen".to_owned(), format!("{} {ADAPTERS}", crate::VERSION)),
        ]);
        if let Some(definition) = language.definition() {
            let digest = Digest::new("definition").text("table", definition).finish();
            judged.insert("definition of the language".to_owned(), digest);
        }
        if let Some(lock) = lock {
            judged.insert(format!("lock file of {}", batch.fixture), lock);
        }
        if let Some(folder) = &batch.package {
            judged.insert("package around the page".to_owned(), package::tree_hash(folder)?);
            for part in &batch.needs.read {
                // The name must be the same on every machine.
                let name = part.strip_prefix(context.sources.project()).unwrap_or(part).display();
                judged.insert(format!("{name}, which the package needs"), package::tree_hash(part)?);
            }
        }
        let level = context.supervisor.confinement();
        let mut machine = BTreeMap::from([
            ("system".to_owned(), format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)),
            ("sandbox".to_owned(), level.name().to_owned()),
            ("docgen program".to_owned(), context.supervisor.launcher_identity()),
        ]);
        for spec in &language.spec().tools {
            let tool = match asking {
                Asking::Forbidden => context.tools.known(spec),
                Asking::Allowed => match context.tools.find(spec) {
                    Found::Yes(tool) => Some(tool),
                    Found::No | Found::Unusable(_) => None,
                },
            };
            if let Some(around) = tool.as_ref().and_then(|tool| language.surroundings(tool)) {
                let packages = Digest::new("packages").text("listing", &around);
                machine.insert(format!("packages of {}", spec.name), packages.finish());
            }
            let identity = tool
                .map_or_else(|| "missing".to_owned(), |Tool { version, identity, .. }| format!("{version} {identity}"));
            machine.insert(format!("tool {}", spec.name), identity);
        }
        Ok(Self { content: judged, machine })
    }

    /// The inputs of one block of the batch.
    pub(crate) fn of(&self, context: &Context<'_>, blocks: &Blocks, unit: &Unit) -> Fingerprint {
        let snippet = &blocks[unit.snippet];
        let mut inputs = Fingerprint { content: self.content.clone(), machine: self.machine.clone() };
        for (name, text) in parts(unit) {
            inputs.content.insert(name, Digest::new("program").text("text", &text).finish());
        }
        inputs.content.insert("expected output".to_owned(), expected_output(snippet));
        if snippet.session.is_some() {
            let shown = Digest::new("session").text("block", snippet.code.as_str()).finish();
            inputs.content.insert("outputs of the session".to_owned(), shown);
        }
        inputs.content.insert("settings".to_owned(), settings(context, blocks, unit));
        if let Some((_, path)) = &unit.schema {
            let text = schema(snippet, context.config, path);
            let digest = Digest::new("schema").optional("text", text.as_deref());
            inputs.content.insert(format!("schema {path}"), digest.finish());
        }
        inputs.machine.insert("mode".to_owned(), format!("no-exec {}", context.options.no_exec));
        let needs = snippet.settings.needs.iter().fold(Digest::new("needs"), |digest, need| {
            digest.text("need", need).optional("program", needs::program(context.tools, need).as_deref())
        });
        inputs.machine.insert("needs".to_owned(), needs.finish());
        inputs
    }

    /// The hash of a block's content, as docgen 0.1 made it.
    pub(crate) fn hash_v1(&self, context: &Context<'_>, blocks: &Blocks, unit: &Unit) -> String {
        fingerprint_v1::hash(context, &self.content, blocks, unit)
    }
}

/// The hash of a block without a program: it covers only its code and its status.
pub(crate) fn hash_of_code(snippet: &Snippet, status: Status) -> String {
    let digest = Digest::new("code").text("language", &snippet.language_name).text("code", snippet.code.as_str());
    versioned(&digest.text("status", status.name()).finish())
}

fn expected_output(snippet: &Snippet) -> String {
    let digest = Digest::new("expected output");
    let Some(expected) = &snippet.expected else { return digest.flag("there is one", false).finish() };
    let filters = expected.filters.iter().map(|filter| filter.name());
    digest
        .text("text", expected.text.as_str())
        .text("match", expected.matching.name())
        .list("filters", filters)
        .finish()
}

/// How a block is judged, called, limited and parsed, and what the other members of its group ask for.
fn settings(context: &Context<'_>, blocks: &Blocks, unit: &Unit) -> String {
    let snippet = &blocks[unit.snippet];
    let (settings, verify) = (&snippet.settings, &context.config.verify);
    let digest = promise(Digest::new("settings"), &settings.promise)
        .text("target", snippet.target.name())
        .flag("runs", snippet.runs)
        .flag("standalone", unit.standalone)
        .optional("same-output", settings.same_output.as_deref())
        .number("exit", settings.exit.into())
        .number("timeout", duration(settings.timeout.unwrap_or(verify.timeout)))
        .number("memory", verify.memory as i128)
        .number("output", verify.output as i128)
        .optional("edition", settings.edition.as_deref())
        .optional("globals", settings.globals.as_deref())
        .list("deny", settings.deny.iter().map(String::as_str))
        .flag("deny lints", settings.deny_lints)
        .text("label", &snippet.label)
        .flag("bare", context.options.bare);
    let digest = if unit.test_harness { digest.flag("test harness", true) } else { digest };
    let members = group::members(blocks, unit.snippet);
    members.into_iter().fold(asked(digest, settings), |digest, member| asked(digest, &blocks[member].settings)).finish()
}

/// What a block asks of its program.
fn asked(digest: Digest, settings: &Settings) -> Digest {
    digest
        .list("args", settings.args.iter().map(String::as_str))
        .optional("stdin", settings.stdin.as_deref())
        .map(&settings.vars)
        .list("needs", settings.needs.iter().map(String::as_str))
        .flag("net", settings.net)
        .flag("run", settings.run)
        .flag("nest", settings.nest)
        .optional("timeout", settings.timeout.map(|time| duration(time).to_string()).as_deref())
}

fn promise(digest: Digest, promise: &Promise) -> Digest {
    match promise {
        Promise::Good => digest.text("promise", "good"),
        Promise::Ignored(reason) => digest.text("promise", "ignored").optional("reason", reason.as_deref()),
        Promise::FailsAtRun(error) => digest.text("promise", "fails at run").optional("error", error.as_deref()),
        Promise::FailsToCompile { code, error } => digest
            .text("promise", "fails to compile")
            .optional("code", code.as_deref())
            .optional("error", error.as_deref()),
    }
}

/// Nanoseconds.
fn duration(duration: Duration) -> i128 {
    i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX)
}
