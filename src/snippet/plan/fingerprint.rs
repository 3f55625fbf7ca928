//! What a verdict depends on, by name: the content (S6.1 `hash`), and what it was checked with (`key`).
//!
//! In neither: titles, highlights, prose, line numbers, page paths. A block that moves stays verified.
//! Must not know: where verdicts are kept.

use crate::config::Config;
use crate::error::Result;
use crate::fs;
use crate::snippet::context::Context;
use crate::snippet::model::fingerprint::{Inputs, digest};
use crate::snippet::model::program::PartSource;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::plan::batch::Batch;
use crate::snippet::plan::group;
use crate::snippet::toolchain::needs;
use crate::snippet::toolchain::tool::{Found, Tool};
use crate::snippet::workspace::unit::Unit;
use crate::snippet::workspace::{fixture, package};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Raised when an adapter judges differently than before, so that old verdicts no longer count.
const ADAPTERS: u32 = 2;

/// What all blocks of a batch depend on.
pub(crate) struct Shared {
    content: BTreeMap<String, String>,
    machine: BTreeMap<String, String>,
}

/// How far tools may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asking {
    /// A tool that is new is asked its version.
    Allowed,
    /// Nothing is started; a tool that is not known makes the key one that nobody has.
    Forbidden,
}

impl Shared {
    /// For the blocks of a language in a fixture, with the package around their pages.
    pub(crate) fn new(context: &Context<'_>, batch: &Batch, asking: Asking) -> Result<Self> {
        let language = batch.language;
        let (tree, lock) = fixture::hashes(context.config, language, &batch.fixture)?;
        let mut judged = BTreeMap::from([
            (format!("fixture {}", batch.fixture), tree),
            ("docgen".to_owned(), format!("{} {ADAPTERS}", env!("CARGO_PKG_VERSION"))),
        ]);
        if let Some(lock) = lock {
            judged.insert(format!("lock file of {}", batch.fixture), lock);
        }
        if let Some(folder) = &batch.package {
            judged.insert("package around the page".to_owned(), package::tree_hash(folder)?);
        }
        let level = context.supervisor.confinement();
        let mut machine = BTreeMap::from([
            ("system".to_owned(), format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)),
            ("sandbox".to_owned(), level.name().to_owned()),
            ("docgen program".to_owned(), context.supervisor.launcher_identity()),
        ]);
        for spec in language.tools() {
            let tool = match asking {
                Asking::Forbidden => context.tools.known(spec),
                Asking::Allowed => match context.tools.find(spec) {
                    Found::Yes(tool) => Some(tool),
                    Found::No | Found::Unusable(_) => None,
                },
            };
            if let Some(around) = tool.as_ref().and_then(|tool| language.surroundings(tool)) {
                machine.insert(format!("packages of {}", spec.name), digest(&around));
            }
            let identity = tool
                .map_or_else(|| "missing".to_owned(), |Tool { version, identity, .. }| format!("{version} {identity}"));
            machine.insert(format!("tool {}", spec.name), identity);
        }
        Ok(Self { content: judged, machine })
    }

    /// For one block of them.
    pub(crate) fn of(&self, context: &Context<'_>, snippets: &[Snippet], unit: &Unit) -> Inputs {
        let snippet = &snippets[unit.snippet];
        let mut inputs = Inputs { content: self.content.clone(), machine: self.machine.clone() };
        for (name, text) in parts(unit) {
            inputs.content.insert(name, digest(&text));
        }
        let settings = &snippet.settings;
        let (options, verify) = (&context.options, &context.config.verify);
        let expected = snippet.expected.as_ref().map(|it| (it.text.as_str(), it.matching, &it.filters));
        inputs.content.insert("expected output".to_owned(), digest(&expected));
        let judged = (snippet.target(), &settings.promise, snippet.runs(), unit.standalone, &settings.same_output);
        let called = (settings.exit, &settings.args, &settings.stdin, &settings.vars, settings.net, &settings.needs);
        let limits = (settings.timeout.unwrap_or(verify.timeout), verify.memory, verify.output);
        let denied = (&settings.deny, settings.deny_lints);
        let dialect = (&settings.edition, &settings.globals, denied, &snippet.label);
        let together: Vec<_> = group::members(snippets, unit.snippet)
            .into_iter()
            .map(|member| &snippets[member].settings)
            .map(|it| (&it.args, &it.stdin, &it.vars, it.timeout, &it.needs, it.net, it.run, it.nest))
            .collect();
        let asked = digest(&(judged, called, limits, dialect, options.bare, together));
        inputs.content.insert("settings".to_owned(), asked);
        inputs.machine.insert("mode".to_owned(), format!("no-exec {}", options.no_exec));
        if let Some((_, path)) = &unit.schema {
            inputs.content.insert(format!("schema {path}"), digest(&schema(snippet, context.config, path)));
        }
        let needs: Vec<_> = settings.needs.iter().map(|need| (need, needs::program(context, need))).collect();
        inputs.machine.insert("needs".to_owned(), digest(&needs));
        inputs
    }
}

/// The text of a schema, wherever it is looked for.
fn schema(snippet: &Snippet, config: &Config, path: &str) -> Option<String> {
    let bytes = fs::read_beside(&config.project, &snippet.page_path, &config.root, path).ok()?;
    String::from_utf8(bytes).ok()
}

/// The program of a block, by whose text it is.
fn parts(unit: &Unit) -> BTreeMap<String, String> {
    let mut parts: BTreeMap<String, String> = BTreeMap::new();
    let text = unit.program.as_str();
    for (range, part) in unit.program.parts() {
        let owner = usize::try_from(part).ok().and_then(|part| unit.owners.get(part.checked_sub(1)?));
        let name = match owner {
            Some(PartSource::Own) => "code".to_owned(),
            Some(PartSource::Other(_)) => "blocks before it".to_owned(),
            Some(PartSource::Prelude(name)) => format!("prelude {name}"),
            None => "wrapper".to_owned(),
        };
        parts.entry(name).or_default().push_str(&text[range]);
    }
    parts
}
