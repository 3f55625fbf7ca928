//! Fences → verdicts. The specification is the manual's chapter on verified snippets; its rules are numbered S1 to S9.
//!
//! 1. [`collect`] makes [`Snippet`]s of the pages' fences: ids, settings, expected output. Pure.
//! 2. Snippets of one language and fixture become [`unit::Unit`]s on a [`unit::Bench`]: a copy of the fixture project,
//!    outside the repository, with the programs written into it (`fixture.rs`).
//! 3. The [`language`] adapter climbs the static rungs, one call per tool; [`run`](self) runs what is to be run.
//! 4. [`verdict::judge`] says what follows from the evidence.
//!
//! Must not know: HTML, search, how a report looks.

pub mod collect;
pub mod doctor;
mod expect;
mod fixture;
pub mod language;
pub mod policy;
mod run;
pub mod settings;
pub mod tool;
mod trace;
pub mod unit;
pub mod verdict;

use crate::config::Config;
use crate::diagnostic::Severity;
use crate::error::Result;
use crate::page::Page;
use crate::process::Supervisor;
use crate::progress::Progress;
use crate::source::Sources;
use collect::Snippet;
use language::Language;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tool::Tools;
use unit::{Bench, Unit};
use verdict::{Evidence, Finding, Judgement, Level, Promise, RunEnd, Status, Step, StepOutcome, Verdict, judge};

/// What the user asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Parse and lint only (S8.4).
    pub no_exec: bool,
    /// A file without a project: linters are optional, unknown words are warnings.
    pub bare: bool,
    /// What `needs=` names must be there (S2.2).
    pub strict: bool,
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

    /// The verdict of a page's fence.
    pub fn of(&self, page: crate::span::FileId, fence: usize) -> Option<(&Snippet, &Verdict)> {
        self.iter().find(|(snippet, _)| snippet.file == page && snippet.fence == fence)
    }
}

/// Verifies the blocks of all pages.
///
/// # Errors
/// Where the work folder or a named fixture cannot be used. What is wrong with a block or a tool is a verdict.
pub fn verify(context: &Context<'_>, pages: &[Page]) -> Result<Verdicts> {
    let started = Instant::now();
    context.progress.phase("reading code blocks", None);
    let mut snippets = collect::collect(context.sources, pages, context.config);
    snippets.retain(|snippet| selected(snippet, &context.options));
    let mut verdicts: Vec<Option<Verdict>> = snippets.iter().map(|snippet| immediate(context, snippet)).collect();
    for (language, name, members) in batches(&snippets, &verdicts) {
        let hash = fixture::tree_hash(context.config, language, &name)?;
        for (index, verdict) in verify_batch(context, language, &name, &snippets, &members, &hash)? {
            verdicts[index] = Some(verdict);
        }
    }
    context.progress.finish();
    let verdicts = verdicts.into_iter().map(|verdict| verdict.expect("every snippet was batched or judged")).collect();
    Ok(Verdicts { snippets, verdicts, duration: started.elapsed() })
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

fn plain(status: Status, reason: Option<String>) -> Verdict {
    Verdict {
        status,
        level: Level::Unchecked,
        reason,
        blocked_by: None,
        steps: BTreeMap::new(),
        tools: BTreeMap::new(),
        exit_code: None,
        command: None,
        sandbox: run::SANDBOX,
        findings: Vec::new(),
        output: None,
        duration: Duration::ZERO,
        hash: String::new(),
        key: String::new(),
    }
}

/// Verdicts that need no tool.
fn immediate(context: &Context<'_>, snippet: &Snippet) -> Option<Verdict> {
    let fault = snippet.fault.clone().filter(|_| !context.options.bare);
    let not_yet = snippet.settings.problem.clone().map(|problem| (problem, snippet.open));
    if let Some((problem, span)) = fault.clone().or(not_yet) {
        let (status, severity) = match fault {
            Some(_) => (Status::Fail, Severity::Error),
            None => (Status::Unchecked, Severity::Warning),
        };
        let mut verdict = plain(status, Some(problem.clone()));
        verdict.findings.push(Finding {
            severity,
            code: "fence".to_owned(),
            tool: "docgen",
            message: problem,
            span: Some(span),
            help: None,
        });
        return Some(verdict);
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

type Batch = (&'static dyn Language, String, Vec<usize>);

/// Blocks by language and fixture, in the order of the languages' table.
fn batches(snippets: &[Snippet], verdicts: &[Option<Verdict>]) -> Vec<Batch> {
    let mut batches = Vec::new();
    for language in language::ALL {
        let mut by_fixture: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, snippet) in snippets.iter().enumerate() {
            let mine = snippet.adapter.is_some_and(|adapter| adapter.name() == language.name());
            if mine && verdicts[index].is_none() {
                let name = snippet.settings.fixture.clone().unwrap_or_else(|| language.name().to_owned());
                by_fixture.entry(name).or_default().push(index);
            }
        }
        batches.extend(by_fixture.into_iter().map(|(fixture, members)| (*language, fixture, members)));
    }
    batches
}

fn verify_batch(
    context: &Context<'_>,
    language: &'static dyn Language,
    fixture_name: &str,
    snippets: &[Snippet],
    members: &[usize],
    fixture_hash: &str,
) -> Result<Vec<(usize, Verdict)>> {
    let bench = Bench {
        folder: context.work.join(fixture_name),
        cache: context.work.join("cache"),
        tools: context.tools,
        supervisor: context.supervisor,
        no_exec: context.options.no_exec,
        progress: context.progress,
    };
    context.progress.phase(&format!("checking {} {} blocks", members.len(), language.name()), None);
    fixture::materialise(context.config, language, fixture_name, &bench.folder)?;
    crate::fs::create_dir_all(&bench.cache)?;
    let mut units = make_units(language, snippets, members, context.options.no_exec);
    fixture::write_units(&bench.folder, &units)?;
    language.check(&bench, &mut units)?;
    run::run_units(context, &bench, language, snippets, &mut units)?;
    Ok(units
        .into_iter()
        .map(|unit| {
            let snippet = &snippets[unit.snippet];
            (unit.snippet, conclude(context, language, snippet, unit, fixture_hash))
        })
        .collect())
}

/// Programs for the members of a batch, each with a name that is unique in the run.
pub(crate) fn make_units(language: &dyn Language, snippets: &[Snippet], members: &[usize], no_exec: bool) -> Vec<Unit> {
    let mut taken = BTreeSet::new();
    members
        .iter()
        .map(|index| {
            let snippet = &snippets[*index];
            let mut name = identifier(snippet);
            while !taken.insert(name.clone()) {
                name.push('_');
            }
            let program = language.program(snippet, &name);
            let limit = if no_exec { Level::Linted } else { Level::Compiled };
            Unit {
                snippet: *index,
                lines: crate::span::LineIndex::new(program.text.as_str()),
                program: program.text,
                path: program.path,
                ceiling: snippet.target().min(limit),
                edition: snippet.settings.edition.clone(),
                globals: snippet.settings.globals.clone(),
                deny: snippet.settings.deny.clone(),
                promise: snippet.settings.promise.clone(),
                evidence: Evidence::default(),
                tools: BTreeMap::new(),
                marks: BTreeMap::new(),
                name,
            }
        })
        .collect()
}

/// A name for a block's file: its page and its number there, as every language takes it.
fn identifier(snippet: &Snippet) -> String {
    let page = snippet.page_name.trim_end_matches(".md").to_lowercase();
    let page: String = page.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("b_{page}_{:03}", snippet.fence + 1)
}

fn conclude(
    context: &Context<'_>,
    language: &dyn Language,
    snippet: &Snippet,
    mut unit: Unit,
    fixture_hash: &str,
) -> Verdict {
    let judgement = Judgement {
        target: unit.ceiling,
        promise: &snippet.settings.promise,
        exit: snippet.settings.exit,
        strict: context.options.strict,
        linter_optional: context.options.bare,
    };
    for name in unit.evidence.missing_dependencies.clone() {
        unit.evidence.findings.push(Finding {
            severity: Severity::Warning,
            code: "dependency".to_owned(),
            tool: "docgen",
            message: format!("nothing provides `{name}`"),
            span: import_of(snippet, &name).or(Some(snippet.open)),
            help: Some(format!("add it to the fixture `{}`", fixture_name(language, snippet))),
        });
    }
    let (status, level, reason) = judge(&unit.evidence, &judgement);
    if status == Status::Fail {
        explain_run(snippet, &mut unit);
    }
    // Tools report in orders of their own; the author reads from top to bottom.
    unit.evidence.findings.sort_by_key(|finding| finding.span);
    let run = unit.evidence.run.take();
    let (hash, key) = hashes(language, snippet, &unit, fixture_hash);
    Verdict {
        status,
        level,
        reason: reason.filter(|_| status != Status::Pass),
        blocked_by: None,
        steps: unit.evidence.steps,
        tools: unit.tools,
        exit_code: run.as_ref().and_then(|run| match run.end {
            RunEnd::Exited(code) => Some(code),
            _ => None,
        }),
        command: unit.marks.remove("command"),
        sandbox: run::SANDBOX,
        findings: unit.evidence.findings,
        duration: run.as_ref().map_or(Duration::ZERO, |run| run.duration),
        output: run.map(|run| run.stdout),
        hash,
        key,
    }
}

fn fixture_name(language: &dyn Language, snippet: &Snippet) -> String {
    snippet.settings.fixture.clone().unwrap_or_else(|| language.name().to_owned())
}

/// Where a block names a dependency for the first time.
fn import_of(snippet: &Snippet, name: &str) -> Option<crate::span::Span> {
    let at = snippet.code.as_str().find(name)?;
    snippet.code.span_of(at..at + name.len())
}

/// Puts what a failed run said on the page: where it failed, or where its output differs.
fn explain_run(snippet: &Snippet, unit: &mut Unit) {
    let Some(run) = unit.evidence.run.clone() else { return };
    let finding = |message: String, span, help| Finding {
        severity: Severity::Error,
        code: "run".to_owned(),
        tool: "docgen",
        message,
        span,
        help,
    };
    if unit.failed(Step::Run) {
        let message = run.message.clone().unwrap_or_else(|| match &run.end {
            RunEnd::Exited(code) => format!("ended with exit code {code}"),
            RunEnd::Signaled(signal) => format!("was killed by signal {signal}"),
            other => format!("{other:?}"),
        });
        let help = Some(run.stderr.trim_end().to_owned()).filter(|text| !text.is_empty());
        unit.evidence.findings.push(finding(message, run.span.or(Some(snippet.open)), help));
    } else if unit.evidence.steps.get(&Step::Output) == Some(&StepOutcome::Fail)
        && let Some(expected) = &snippet.expected
        && let Err(mismatch) = expect::compare(expected.text.as_str(), &run.stdout)
    {
        let text = expected.text.as_str();
        let lines = crate::span::LineIndex::new(text);
        let range = lines.line_range(text, mismatch.line + 1).unwrap_or(text.len()..text.len());
        let span = expected.text.span_of(range).or(Some(snippet.open));
        let message = "the block prints something else".to_owned();
        let help = Some(format!("expected (-) and printed (+):\n{}", mismatch.diff.trim_end()));
        unit.evidence.findings.push(Finding { code: "output".to_owned(), ..finding(message, span, help) });
    } else if let Promise::FailsAtRun(Some(text)) = &snippet.settings.promise {
        let message = format!("the block failed, but without `{text}` in standard error");
        let help = Some(run.stderr.trim_end().to_owned());
        unit.evidence.findings.push(finding(message, Some(snippet.open), help));
    }
}

/// Content and content with tools (S6.1).
fn hashes(language: &dyn Language, snippet: &Snippet, unit: &Unit, fixture_hash: &str) -> (String, String) {
    let mut hasher = blake3::Hasher::new();
    let settings = &snippet.settings;
    let expected = snippet.expected.as_ref().map(|expected| expected.text.as_str());
    let judged = format!(
        "{:?}",
        (
            language.name(),
            unit.program.as_str(),
            expected,
            snippet.target(),
            &settings.promise,
            settings.exit,
            (&settings.args, &settings.stdin, &settings.vars, settings.timeout),
            (&settings.edition, &settings.globals, &settings.deny),
            fixture_hash,
            env!("CARGO_PKG_VERSION"),
        )
    );
    hasher.update(judged.as_bytes());
    let hash = hasher.finalize().to_hex().to_string();
    let tools = format!("{:?}", (&unit.tools, std::env::consts::OS, std::env::consts::ARCH, run::SANDBOX));
    hasher.update(tools.as_bytes());
    (hash, hasher.finalize().to_hex().to_string())
}

/// Writes the fixture projects with their blocks into `out`, for a person to open (S3.5). Returns the folders.
///
/// # Errors
/// Where a fixture cannot be read or a file not be written.
pub fn extract(context: &Context<'_>, pages: &[Page], out: &Path) -> Result<Vec<(PathBuf, usize)>> {
    let mut snippets = collect::collect(context.sources, pages, context.config);
    snippets.retain(|snippet| selected(snippet, &context.options));
    let undecided: Vec<Option<Verdict>> = snippets.iter().map(|snippet| immediate(context, snippet)).collect();
    let mut written = Vec::new();
    for (language, name, members) in batches(&snippets, &undecided) {
        let folder = out.join(&name);
        fixture::materialise(context.config, language, &name, &folder)?;
        let mut units = make_units(language, &snippets, &members, false);
        fixture::write_units(&folder, &units)?;
        language.finish_extract(&folder, &mut units)?;
        crate::fs::write_if_changed(&folder.join("README.md"), extract_readme(language, &units, &snippets).as_bytes())?;
        written.push((folder, units.len()));
    }
    Ok(written)
}

fn extract_readme(language: &dyn Language, units: &[Unit], snippets: &[Snippet]) -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "# {} snippets\n\nWritten by `docgen extract`. Check them all with:\n\n```bash\n{}\n```\n\n| file | page | line |\n|---|---|---|\n",
        language.name(),
        language.native_command()
    );
    for unit in units {
        let snippet = &snippets[unit.snippet];
        let _ = writeln!(text, "| {} | {} | {} |", unit.path, snippet.page_name, snippet.line);
    }
    text
}
