//! Blocks of one language, fixture and package: onto a bench, through the adapter, to their verdicts.
//!
//! Must not know: what a tool says, how a verdict follows from it.

use super::collect::Snippet;
use super::conclude::{conclude, fixture_name, plain};
use super::inputs::{Asking, Inputs, Shared};
use super::language::{self, Language};
use super::unit::{Bench, Patience, Unit};
use super::verdict::{Evidence, Finding, Level, Promise, Status, Step, Verdict};
use super::{Context, Options, fixture, package, plan, run, selected};
use crate::diagnostic::Severity;
use crate::error::Result;
use crate::source::Sources;
use crate::span::FileId;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::OnceLock;

/// Blocks that are verified together: one language, one fixture, one package around them.
pub(super) struct Batch {
    pub(super) language: &'static dyn Language,
    pub(super) fixture: String,
    pub(super) package: Option<PathBuf>,
    pub(super) members: Vec<usize>,
}

/// Blocks by language, fixture and package, in the order of the languages' table.
pub(super) fn batches(
    sources: &Sources,
    snippets: &[Snippet],
    verdicts: &[Option<Verdict>],
    chosen: &BTreeSet<usize>,
) -> Vec<Batch> {
    let mut batches = Vec::new();
    for language in language::ALL {
        // A page's blocks share their package: one imports it, the next one uses what was imported.
        let mut packages: BTreeMap<FileId, Option<PathBuf>> = BTreeMap::new();
        let mut by_place: BTreeMap<(String, Option<PathBuf>), Vec<usize>> = BTreeMap::new();
        for (index, snippet) in snippets.iter().enumerate() {
            let mine = snippet.adapter.is_some_and(|adapter| adapter.name() == language.name());
            if mine && verdicts[index].is_none() && chosen.contains(&index) {
                let package = packages.entry(snippet.file).or_insert_with(|| {
                    let same = |other: &&Snippet| other.file == snippet.file && other.language == snippet.language;
                    let on_page = snippets.iter().filter(same);
                    let code: String = on_page.map(|other| other.code.as_str()).collect();
                    package::nearest(*language, &sources[snippet.file], sources.project())
                        .filter(|package| language.uses_package(package, &code))
                });
                let package = package.clone();
                by_place.entry((fixture_name(*language, snippet), package)).or_default().push(index);
            }
        }
        let made = by_place.into_iter().map(|((fixture, package), members)| Batch {
            language: *language,
            fixture,
            package,
            members,
        });
        batches.extend(made);
    }
    batches
}

/// The blocks to verify: those selected, and the blocks of their groups that come before.
pub(super) fn chosen(snippets: &[Snippet], options: &Options) -> BTreeSet<usize> {
    let mut chosen: BTreeSet<usize> =
        (0..snippets.len()).filter(|index| selected(&snippets[*index], options)).collect();
    for index in chosen.clone() {
        chosen.extend(plan::earlier(snippets, index));
    }
    chosen
}

/// Verifies the blocks of a batch, or takes their verdicts from the cache.
pub(super) fn verify_batch(
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
pub(super) fn recall(
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
        .filter_map(|unit| plan::group_of(&snippets[unit.snippet]))
        .collect();
    let recalled = |unit: &Unit| {
        known.contains_key(&unit.snippet)
            && plan::group_of(&snippets[unit.snippet]).is_none_or(|group| !unknown.contains(&group))
    };
    let (known_units, others): (Vec<Unit>, Vec<Unit>) = units.into_iter().partition(recalled);
    verdicts.extend(known_units.iter().map(|unit| (unit.snippet, known[&unit.snippet].clone())));
    others
}

/// The bench that a batch is checked on.
fn bench<'a>(context: &'a Context<'_>, batch: &Batch) -> Bench<'a> {
    let folder = match &batch.package {
        Some(package) => format!("{}-{}", batch.fixture, package::short_hash(package)),
        None => batch.fixture.clone(),
    };
    Bench {
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
        patience: Patience::new(context.config.verify.tool_timeout),
        readable: OnceLock::new(),
        specs: batch.language.tools(),
    }
}

/// Units that are ready to be checked, or the units and why they cannot be.
type Prepared = std::result::Result<Vec<Unit>, (Vec<Unit>, String)>;

/// Puts fixture, blocks, dependencies and the package around the page in place.
fn prepare(context: &Context<'_>, batch: &Batch, bench: &Bench<'_>, mut units: Vec<Unit>) -> Result<Prepared> {
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
    bench: &Bench<'_>,
    (snippets, inputs): (&[Snippet], &BTreeMap<usize, Inputs>),
    mut units: Vec<Unit>,
    verdicts: &mut BTreeMap<usize, Verdict>,
) -> Result<()> {
    let mut budget = Budget::new(units.len());
    check_isolating(batch.language, bench, &mut units, &mut budget)?;
    run::run_units(context, bench, batch.language, snippets, &mut units)?;
    for mut unit in units {
        let index = unit.snippet;
        let blocker = plan::earlier(snippets, index)
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
pub(super) fn blocks(number: usize, language: &dyn Language) -> String {
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
fn check_isolating(language: &dyn Language, bench: &Bench<'_>, units: &mut [Unit], budget: &mut Budget) -> Result<()> {
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
pub(super) fn holds_back(status: Status) -> bool {
    matches!(status, Status::Fail | Status::Timeout | Status::Limit | Status::Blocked | Status::EnvError)
}

/// The verdict of a block whose earlier member failed.
pub(super) fn blocked(other: &Snippet, unit: &Unit) -> Verdict {
    let mut verdict =
        plain(Status::Blocked, Some(format!("{} comes before it, and the program got no further", other.id)));
    verdict.blocked_by = Some(other.id.clone());
    verdict.tools.clone_from(&unit.tools);
    verdict
}

/// The verdict of a block that asks for what the fixture does not have.
pub(super) fn refuse(snippet: &Snippet, why: String) -> Verdict {
    let (status, severity) =
        if snippet.is_ignored() { (Status::Ignored, Severity::Warning) } else { (Status::Fail, Severity::Error) };
    let mut verdict = plain(status, Some(why.clone()));
    verdict.findings.push(Finding {
        severity,
        code: "fence".to_owned(),
        tool: "docgen",
        message: why,
        span: Some(snippet.open),
        help: None,
    });
    verdict
}

pub(super) type Made = (Vec<Unit>, Vec<(usize, String)>);

/// Programs for the members of a batch, each with a name that is unique in the run; and the blocks that cannot have one.
pub(super) fn make_units(
    batch: &Batch,
    snippets: &[Snippet],
    preludes: &BTreeMap<String, String>,
    no_exec: bool,
) -> Made {
    let Batch { language, members, package, .. } = batch;
    let import = package.as_ref().and_then(|package| language.import_path(package));
    let mut taken = BTreeSet::new();
    let (mut units, mut refused) = (Vec::new(), Vec::new());
    for index in members {
        let snippet = &snippets[*index];
        let mut name = identifier(snippet);
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        let pieces = match plan::pieces(snippets, *index, preludes) {
            Ok(pieces) => plan::Pieces { package: import.clone(), ..pieces },
            Err(why) => {
                refused.push((*index, why));
                continue;
            }
        };
        let program = language.program(&pieces, snippet, &name);
        let limit = if no_exec { Level::Linted } else { Level::Compiled };
        let lines = crate::span::LineIndex::new(program.text.as_str());
        units.push(Unit {
            snippet: *index,
            seams: plan::seams(&program.text, &lines),
            lines,
            program: program.text,
            path: program.path,
            ceiling: snippet.target().min(limit),
            edition: snippet.settings.edition.clone(),
            globals: snippet.settings.globals.clone(),
            deny: snippet.settings.deny.clone(),
            deny_lints: snippet.settings.deny_lints,
            must_not_compile: matches!(snippet.settings.promise, Promise::FailsToCompile { .. }),
            owners: pieces.owners,
            first_line: snippet.line + 1,
            unreached: None,
            elsewhere: BTreeSet::new(),
            evidence: Evidence::default(),
            tools: BTreeMap::new(),
            marks: (snippet.runs() && plan::group_of(snippet).is_none())
                .then(|| ("runs", "yes".to_owned()))
                .into_iter()
                .collect(),
            no_exec,
            standalone: snippet.settings.standalone,
            fails_at_run: matches!(snippet.settings.promise, Promise::FailsAtRun(_)),
            schema: snippet.settings.schema.clone().map(|path| (snippet.page_path.clone(), path)),
            name,
        });
    }
    (units, refused)
}

/// A name for a block's file: its page and its number there, as every language takes it.
pub(super) fn identifier(snippet: &Snippet) -> String {
    let page = snippet.page_name.trim_end_matches(".md").to_lowercase();
    let page: String = page.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("b_{page}_{:03}", snippet.fence + 1)
}
