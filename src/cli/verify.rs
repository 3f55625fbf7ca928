//! `docgen verify`: verifies snippets.

use super::args::VerifyOptions;
use super::conclude::{Concluded, conclude, policy};
use super::shell::Shell;
use super::{narrow, suggest, work};
use crate::config::{Config, Overrides, nearest_project};
use crate::error::{Error, ExitStatus, Result};
use crate::page::Page;
use crate::process::Confinement;
use crate::progress::Progress as _;
use crate::report::terminal;
use crate::snippet::context::{Context, Options};
use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::verdict::{Step, StepOutcome};
use crate::snippet::model::verdicts::Verdicts;
use crate::snippet::plan::collect::collect;
use crate::snippet::store::ledger::Ledger;
use crate::source::{Sources, normalise};
use crate::{fs, pipeline, snippet};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) fn run(shell: &Shell, options: &VerifyOptions) -> Result<ExitStatus> {
    if options.bless && shell.in_ci() {
        return Err(Error::usage(
            "--bless changes pages, and CI must not",
            "bless on your own machine and commit the diff you have read",
        ));
    }
    if let Some(level) = options.require_sandbox {
        require_sandbox(shell, level.into())?;
    }
    let Read { config, sources, pages, mut blocks, unread } = read(shell, options)?;
    let bare = !config.has_project;
    refuse_contradictions(options, bare)?;
    let policy = policy(shell, &config, options.handling.strict, options.handling.min_level)?;
    let work = if bare { work::temporary(shell)? } else { work::of_project(shell, &config.root)? };
    let cache = (!bare && !options.no_cache).then(|| work::cache_of_project(shell, &config.root));
    let progress = shell.progress();
    let tools = shell.tools();
    let started = jiff::Timestamp::now();
    let ledger = Ledger::load(&config)?;
    let wanted = Options {
        no_exec: options.no_exec,
        bare,
        strict: policy.strict,
        whole_project: options.paths.is_empty(),
        languages: options.lang.clone(),
        name: options.name.clone(),
        group: options.group.clone(),
        id: options.id.clone(),
        pages: None,
        only: None,
        outdated_hashes: ledger.is_outdated(),
    };
    let context = work::context(shell, (&config, &sources), &tools, &progress, work.folder(), wanted);
    let mut context = Context { cache, ..context };
    let shard = narrow::shard(shell, options)?;
    context.options.only = narrow::only(shell, &context, options, shard.as_ref(), &blocks)?;
    if let Some(id) = &options.why {
        return why(shell, &context, &mut blocks, id);
    }
    let outcome = snippet::verify::verify(&context, &mut blocks)?;
    let ledger = ledger.renewed(&outcome.renewed);
    let verdicts = Verdicts { blocks: &blocks, run: &outcome };
    progress.finish();
    if options.bless && bless(shell, &sources, &pages, verdicts)? {
        shell.terminal.say("verifying again what was blessed");
        return run(shell, &VerifyOptions { bless: false, ..options.clone() });
    }
    if options.suggest_prelude {
        suggest::write(shell, &config, verdicts)?;
    }
    conclude(
        shell,
        &options.handling,
        &Concluded {
            config: &config,
            sources: &sources,
            verdicts,
            ledger: &ledger,
            policy,
            started: &started.to_string(),
            no_exec: options.no_exec,
            whole: options.is_everything(),
            shard: shard.map(|(partition, _)| partition),
            may_be_empty: options.may_select_nothing(),
            unread,
        },
    )
}

/// Stops if the sandbox is weaker than required (S8.3).
fn require_sandbox(shell: &Shell, wanted: Confinement) -> Result<()> {
    let found = shell.supervisor.confinement();
    if found >= wanted {
        return Ok(());
    }
    let why = shell.supervisor.obstacle().unwrap_or_else(|| "DOCGEN_SANDBOX limits it".to_owned());
    Err(Error::Tool {
        program: "sandbox".to_owned(),
        message: format!("it is {} here, and --require-sandbox asks for {}: {why}", found.name(), wanted.name()),
        help: "`docgen doctor` shows what this machine allows; `--no-exec` parses and lints only".to_owned(),
    })
}

/// The name of the page that standard input is.
const STDIN: &str = "stdin.md";

/// Refuses options that contradict each other.
fn refuse_contradictions(options: &VerifyOptions, bare: bool) -> Result<()> {
    if options.paths.iter().any(|path| path.as_os_str() == "-") {
        let help = "give `-` alone, or files and folders, or nothing";
        if options.paths.len() > 1 {
            return Err(Error::usage("`-` is standard input, and there are other paths too", help));
        }
        if options.bless || options.handling.write_ledger {
            return Err(Error::usage("standard input is no page that --bless or --write-ledger could keep", help));
        }
    }
    if bare && (options.handling.ratchet || options.handling.locked || options.handling.write_ledger) {
        return Err(Error::usage(
            "a ledger belongs to a project, and there is no book.toml here",
            "make one (`[book]` is enough), or leave --ratchet, --locked and --write-ledger out",
        ));
    }
    if options.no_exec && options.handling.write_ledger {
        return Err(Error::usage(
            "a ledger is evidence of what was run, and --no-exec runs nothing",
            "leave out one of --write-ledger and --no-exec",
        ));
    }
    Ok(())
}

/// Prints why docgen would verify a block again.
fn why(shell: &Shell, context: &Context<'_>, blocks: &mut Blocks, id: &str) -> Result<ExitStatus> {
    match snippet::known::why(context, blocks, id)? {
        Some(text) => {
            shell.terminal.result(&format!("{text}\n"))?;
            Ok(ExitStatus::Success)
        }
        None => Err(Error::usage(
            format!("there is no block `{id}`"),
            "reports show the ids; `docgen verify --report json=-` lists all of them",
        )),
    }
}

/// The pages and blocks to verify.
struct Read {
    config: Config,
    sources: Arc<Sources>,
    pages: Vec<Arc<Page>>,
    blocks: Blocks,
    /// Whether a page, or a part of one, could not be read.
    unread: bool,
}

/// Reads the pages to verify: the project's, or the named files. A file outside a project is verified bare.
fn read(shell: &Shell, options: &VerifyOptions) -> Result<Read> {
    if options.paths.is_empty() {
        let config = shell.config(Overrides::default(), None)?;
        let project = pipeline::read(&config, &shell.languages(), &|path| path.exists(), &shell.progress())?;
        shell.check_labels(&options.lang, &project.blocks)?;
        let unread = errors_of_reading(shell, &project.sources, &project.problems);
        return Ok(Read {
            config,
            sources: project.sources,
            pages: project.site.pages.raw.clone(),
            blocks: project.blocks,
            unread,
        });
    }
    let from_input = options.paths.iter().any(|path| path.as_os_str() == "-");
    let named = |path: &PathBuf| normalise(&shell.cwd.join(if from_input { Path::new(STDIN) } else { path }));
    let paths: Vec<PathBuf> = options.paths.iter().map(named).collect();
    let first = &paths[0];
    let folder = if first.is_dir() { first.clone() } else { first.parent().map(PathBuf::from).unwrap_or_default() };
    // Use the project of the file, not of the working directory.
    let root = match &shell.root {
        Some(root) => Some(root.clone()),
        None => nearest_project(&folder).or_else(|| Some(common_folder(&shell.cwd, &folder))),
    };
    let config = shell.load(&Overrides { root, ..Overrides::default() }, None)?;
    let (sources, pages, problems) = if from_input {
        pipeline::read_text(&config, first, Shell::input()?)?
    } else {
        pipeline::read_paths(&config, &paths)?
    };
    let blocks = collect(&sources, &pages, &config, &shell.languages());
    shell.check_labels(&options.lang, &blocks)?;
    let unread = errors_of_reading(shell, &sources, &problems);
    Ok(Read { config, sources: Arc::new(sources), pages, blocks, unread })
}

/// Page names are relative to the working directory if the file is below it, else to the file's own folder.
fn common_folder(cwd: &Path, folder: &Path) -> PathBuf {
    if folder.starts_with(cwd) { cwd.to_path_buf() } else { folder.to_path_buf() }
}

/// Prints errors that keep a page, or a part of it, from being verified. Returns whether there were any.
pub(super) fn errors_of_reading(shell: &Shell, sources: &Sources, problems: &[crate::diagnostic::Diagnostic]) -> bool {
    use crate::diagnostic::{Code, Severity};
    let grave: Vec<_> = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .filter(|problem| {
            matches!(
                problem.code,
                Code::FileNotUtf8
                    | Code::FileUnreadable
                    | Code::FileName
                    | Code::IncludeMissing
                    | Code::IncludeLimit
                    | Code::ReadRefused
                    | Code::FenceUnclosed
                    | Code::DuplicateUrl
            )
        })
        .cloned()
        .collect();
    if !grave.is_empty() {
        shell.terminal.error(&terminal::diagnostics(sources, &grave, true));
    }
    !grave.is_empty()
}

/// Writes printed output into the pages that promise something else. Returns whether anything was written.
fn bless(shell: &Shell, sources: &Sources, pages: &[Arc<Page>], verdicts: Verdicts<'_>) -> Result<bool> {
    let blessing = snippet::bless::bless(sources, pages, verdicts);
    let mut refused: BTreeMap<&str, &str> =
        blessing.refused.iter().map(|refused| (refused.place.as_str(), refused.why.as_str())).collect();
    for (snippet, verdict) in verdicts.iter() {
        let wrong = verdict.steps.get(&Step::Output) == Some(&StepOutcome::Fail);
        let Some(printed) = verdict.output.as_ref().filter(|_| wrong) else { continue };
        let change = snippet::bless::describe(snippet, printed);
        match refused.remove(snippet.place().as_str()) {
            Some(why) => shell.terminal.error(&format!("cannot be blessed, {why}: {change}")),
            None => shell.terminal.result(&change)?,
        }
    }
    for (place, why) in refused {
        shell.terminal.error(&format!("cannot be blessed, {why}: {place}"));
    }
    let files: BTreeSet<_> = blessing.edits.iter().map(|edit| edit.file).collect();
    for file in &files {
        let file = &sources[*file];
        // The page may have been edited while its snippets ran. Then the edits would land in the wrong place.
        let now = fs::read_to_string(&file.path)?;
        if now.trim_start_matches('\u{feff}') != file.text {
            return Err(Error::usage(
                format!("{} was changed while it was verified", file.name),
                "run the command again",
            ));
        }
        fs::write(&file.path, snippet::bless::apply(file, &blessing.edits).as_bytes())?;
    }
    Ok(!files.is_empty())
}
