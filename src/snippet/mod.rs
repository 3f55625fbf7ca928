//! Fences → verdicts. The specification is the manual's chapter on verified snippets; its rules are numbered S1 to S9.
//!
//! 1. [`collect`] makes [`Snippet`]s of the pages' fences: ids, settings, expected output. Pure.
//! 2. Snippets of one language and fixture become [`unit::Unit`]s on a [`unit::Bench`]: a copy of the fixture project,
//!    outside the repository, with the programs written into it (`fixture.rs`).
//! 3. The [`language`] adapter climbs the static rungs, one call per tool; [`run`](self) runs what is to be run.
//! 4. [`judge::judge`] says what follows from the evidence.
//!
//! Must not know: HTML, search, how a report looks.

pub mod badge;
mod batch;
pub mod bless;
pub mod cache;
pub mod collect;
mod conclude;
mod confine;
pub mod doctor;
pub mod expect;
mod extract;
mod fixture;
pub mod hidden;
pub mod identity;
mod inputs;
pub mod judge;
pub mod language;
pub mod ledger;
pub mod names;
mod package;
mod parts;
pub mod plan;
pub mod policy;
pub mod ratchet;
mod recall;
mod run;
pub mod settings;
mod shims;
pub mod tool;
mod trace;
pub mod unit;
pub mod verdict;
mod warm;

use crate::config::Config;
use crate::diagnostic::Severity;
use crate::error::Result;
use crate::page::Page;
use crate::process::{Confinement, Supervisor};
use crate::progress::Progress;
use crate::source::Sources;
use batch::{batches, chosen, verify_batch};
pub use cache::Cache;
use collect::Snippet;
use conclude::{plain, same_outputs};
pub use extract::extract;
pub use fixture::BUILT as BUILT_FOLDERS;
pub use recall::{recall, why};
pub use run::SCRATCH;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tool::Tools;
use verdict::{Finding, Level, Origin, Status, Verdict};

/// What the user asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Parse and lint only (S8.4).
    pub no_exec: bool,
    /// A file without a project: linters are optional, unknown words are warnings.
    pub bare: bool,
    /// What `needs=` names must be there (S2.2).
    pub strict: bool,
    /// All pages of the project were read, so a rule that matches nothing is a mistake.
    pub whole_project: bool,
    /// Only these languages.
    pub languages: Vec<String>,
    /// Only the blocks of this name.
    pub name: Option<String>,
    /// Only the block of this id.
    pub id: Option<String>,
}

/// Everything verification needs from outside.
pub struct Context<'a> {
    /// The project.
    pub config: &'a Config,
    /// The texts.
    pub sources: &'a Sources,
    /// The tools.
    pub tools: &'a Tools,
    /// What starts and ends children.
    pub supervisor: &'a Supervisor,
    /// Who wants to know.
    pub progress: &'a dyn Progress,
    /// The folder for benches and scratch folders; outside the repository.
    pub work: PathBuf,
    /// Verdicts of earlier runs; none where they do not count.
    pub cache: Option<Cache>,
    /// Today, as verdicts remember it: `2026-01-31`.
    pub date: String,
    /// What the user asked for.
    pub options: Options,
}

/// Snippets with their verdicts, in the order of pages and lines.
#[derive(Default)]
pub struct Verdicts {
    /// The blocks.
    pub snippets: Vec<Snippet>,
    /// Their verdicts, at the same index.
    pub verdicts: Vec<Verdict>,
    /// Wall-clock time of it all.
    pub duration: Duration,
    /// How well runs were held in.
    pub sandbox: Confinement,
    /// The calls of the programs that were started.
    pub started: Vec<String>,
}

impl Verdicts {
    /// Blocks and verdicts together.
    pub fn iter(&self) -> impl Iterator<Item = (&Snippet, &Verdict)> {
        self.snippets.iter().zip(&self.verdicts)
    }

    /// How many blocks have each status; together all that were found.
    pub fn totals(&self) -> BTreeMap<Status, usize> {
        let mut totals: BTreeMap<Status, usize> = Status::ALL.iter().map(|(_, status)| (*status, 0)).collect();
        for verdict in &self.verdicts {
            *totals.entry(verdict.status).or_default() += 1;
        }
        totals
    }

    /// Whether anything is known of any block, beyond that it is there.
    pub fn say_anything(&self) -> bool {
        self.verdicts.iter().any(|verdict| verdict.level > Level::Unchecked || verdict.status == Status::Fail)
    }

    /// How many blocks of code of each page are proven, or fail as shown, and how many there are.
    pub fn proven(&self) -> BTreeMap<crate::span::FileId, (usize, usize)> {
        let mut pages: BTreeMap<_, (usize, usize)> = BTreeMap::new();
        for (snippet, verdict) in self.iter().filter(|(snippet, _)| snippet.is_code) {
            let (proven, all) = pages.entry(snippet.file).or_default();
            *proven += usize::from(verdict.is_proven());
            *all += 1;
        }
        pages
    }

    /// How many of them were reached in an earlier run.
    pub fn cached(&self) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.origin == Origin::Cache).count()
    }
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

fn selected(snippet: &Snippet, options: &Options) -> bool {
    let language = |wanted: &String| snippet.language == *wanted || snippet.label == *wanted;
    let by_label = |wanted: &String| match language::by_label(wanted) {
        language::Label::Known(adapter) => adapter.name() == snippet.language,
        _ => false,
    };
    (options.languages.is_empty() || options.languages.iter().any(|wanted| language(wanted) || by_label(wanted)))
        && options.name.as_ref().is_none_or(|name| snippet.settings.name.as_ref() == Some(name))
        && options.id.as_ref().is_none_or(|id| snippet.id == *id)
}

/// The verdict of an interactive session: it is never green, and who asks for it to be run is told that it was not.
fn unchecked_transcript(snippet: &Snippet) -> Verdict {
    const REASON: &str = "transcripts are not compared yet";
    let settings = &snippet.settings;
    let asked = settings.run || matches!(settings.promise, verdict::Promise::FailsAtRun(_));
    let joined = settings.group.is_some() || settings.setup || settings.teardown;
    let consequence = match (asked, joined) {
        (true, _) => Some("nothing was run"),
        (false, true) => Some("this one is no part of a program"),
        (false, false) => None,
    };
    let mut verdict = plain(Status::Unchecked, Some(REASON.to_owned()));
    verdict.findings.extend(consequence.map(|consequence| Finding {
        severity: Severity::Warning,
        code: "transcript".to_owned(),
        tool: "docgen",
        message: format!("{REASON}: {consequence}"),
        span: Some(snippet.open),
        help: None,
    }));
    verdict
}

/// Verdicts that need no tool.
fn immediate(context: &Context<'_>, snippet: &Snippet) -> Option<Verdict> {
    if let Some(finding) = snippet.in_fence(context.options.bare).filter(|_| !snippet.is_ignored()) {
        let mut verdict = plain(Status::Fail, Some(finding.message.clone()));
        verdict.findings.push(finding);
        return Some(verdict);
    }
    if snippet.transcript {
        return Some(unchecked_transcript(snippet));
    }
    if !snippet.is_code {
        return Some(plain(Status::NotCode, None));
    }
    if snippet.adapter.is_none() {
        let reason = format!("docgen has no adapter for `{}`", snippet.language);
        return Some(plain(Status::Unchecked, Some(reason)));
    }
    None
}
