//! The run phase: a process per block, as many at a time as there are cores (S7.3), each in a scratch folder of its own
//! with a spelled-out environment and limits, and in the sandbox. Short programs may come from a warm parent.
//!
//! Must not know: languages, verdicts.

use super::batch::blocks;
use super::collect::Snippet;
use super::identity::FileIdentity;
use super::language::{self, Language};
use super::plan;
use super::settings::Settings;
use super::tool::ToolSpec;
use super::trace;
use super::unit::{Bench, Unit};
use super::verdict::{Promise, RunEnd, RunResult, Step, StepOutcome};
use super::{Context, expect, parts, shims, warm};
use crate::fs;
use crate::process::{Confinement, End, Environment, Exceeded, Finished, Job, Limits};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name that the scratch folder has in everything that is compared or shown (S4.3).
const WORK: &str = "/work";

/// Bytes that a run may write to its scratch folder (S8.1).
const DISK: u64 = 64 << 20;
/// Processes that a run may have at a time (S8.1).
const PROCESSES: usize = 64;

/// Runs those of the units that are to be run and passed their static rungs. Members of a group run as one program,
/// the longest that can be; each gets its own part of the output (S3.3).
pub(super) fn run_units(
    context: &Context<'_>,
    bench: &Bench<'_>,
    language: &dyn Language,
    snippets: &[Snippet],
    units: &mut [Unit],
) -> crate::error::Result<()> {
    if context.options.no_exec {
        return Ok(());
    }
    let mut leaders = leaders(snippets, units);
    note_left_out(snippets, units, &leaders);
    if leaders.is_empty() {
        return Ok(());
    }
    let wanted: Vec<usize> = leaders.iter().map(|members| members[members.len() - 1]).collect();
    language.prepare_run(bench, units, &wanted)?;
    // Building may find an error that checking did not.
    leaders.retain(|members| members.len() > 1 || sound(&units[members[0]]));
    context.progress.phase(&format!("running {}", blocks(wanted.len(), language)), Some(wanted.len() as u64));
    let programs: Vec<Program<'_>> = leaders.iter().map(|members| Program::new(snippets, units, members)).collect();
    let warm = run_warm(context, bench, language, &programs);
    let results: Vec<Ran> = programs
        .par_iter()
        .map(|program| {
            let ran = match warm.get(&program.index) {
                Some((scratch, finished)) => program.conclude(context, bench, language, scratch, finished),
                None => program.run(context, bench, language),
            };
            context.progress.advance(1);
            ran.unwrap_or_else(Ran::NotStarted)
        })
        .collect();
    let programs: Vec<_> = programs.into_iter().map(|program| (program.index, program.secrets)).collect();
    for ((members, (index, secrets)), ran) in leaders.iter().zip(programs).zip(results) {
        distribute(snippets, units, members, (index, &secrets), ran);
    }
    Ok(())
}

/// A program to run: the unit that is the whole of it, and how it is to be run.
struct Program<'a> {
    index: usize,
    unit: &'a Unit,
    snippet: &'a Snippet,
    settings: Settings,
    /// What separates its parts, where there are several that can be told apart.
    secrets: Vec<String>,
}

impl<'a> Program<'a> {
    fn new(snippets: &'a [Snippet], units: &'a [Unit], members: &[usize]) -> Self {
        let index = members[members.len() - 1];
        let unit = &units[index];
        let settings = merged(snippets, units, members);
        Self { index, unit, snippet: &snippets[unit.snippet], settings, secrets: parts::secrets(unit.seams.len()) }
    }

    /// The call that runs it alone, as a person would make it.
    fn plain_job(&self, context: &Context<'_>, bench: &Bench<'_>, language: &dyn Language, scratch: &Path) -> Called {
        let job = language.run_job(bench, self.unit, scratch)?;
        Ok(confine(bench, job, &self.settings, scratch, context))
    }

    /// The call that runs it alone and tells its parts apart.
    fn job(&self, context: &Context<'_>, bench: &Bench<'_>, language: &dyn Language, scratch: &Path) -> Called {
        if self.secrets.is_empty() {
            return self.plain_job(context, bench, language, scratch);
        }
        let (job, mut input) = language.parts_job(bench, self.unit, scratch, &self.secrets)?;
        input.extend(self.settings.stdin.iter().flat_map(|text| text.bytes()));
        Ok(confine(bench, job, &self.settings, scratch, context).stdin(input))
    }

    /// Whether it may be forked from a warm parent: nothing about it concerns how an interpreter starts.
    fn is_plain(&self) -> bool {
        const STARTS: &[&str] = &["PYTHON", "LD_", "MALLOC_", "TZ", "LC_", "LANG"];
        // Who looks at the stack sees what is below a program, and an interpreter's end is not quite its own.
        const LOOKS: &[&str] =
            &["inspect", "_getframe", "print_stack", "stacklevel", "faulthandler", "__del__", "weakref"];
        // What a parent may not let its children do, since it would outlive them: limits, priorities, System V memory,
        // files of shared memory.
        const KEEPS: &[&str] =
            &["ctypes", "resource", "prlimit", "sched_set", "setpriority", "os.nice", "sysv", "multiprocessing"];
        let starts = |name: &String| STARTS.iter().any(|prefix| name.starts_with(prefix));
        let says = |word: &&str| self.unit.program.as_str().contains(*word);
        let settings = &self.settings;
        !self.unit.standalone
            && !self.unit.marks.contains_key("asynchronous")
            && settings.stdin.is_none()
            && !settings.net
            && !settings.vars.keys().any(starts)
            && !LOOKS.iter().chain(KEEPS).any(says)
    }

    /// Runs it alone.
    fn run(&self, context: &Context<'_>, bench: &Bench<'_>, language: &dyn Language) -> Result<Ran, String> {
        if let Some(absent) = self.settings.needs.iter().find(|need| !available(context, need)) {
            return Ok(Ran::Absent(absent.clone()));
        }
        let scratch = scratch(&context.work)?;
        let job = self.job(context, bench, language, scratch.path())?;
        let finished = bench.supervisor.run(&job).map_err(|error| error.to_string())?;
        let mut ran = self.conclude(context, bench, language, scratch.path(), &finished)?;
        if let Ran::Finished { result, .. } = &mut ran
            && let RunEnd::Exited(code) = result.end
        {
            result.span = result.span.or_else(|| self.look_again(context, bench, language, code));
        }
        Ok(ran)
    }

    /// Where a program fails that does not say so itself: it runs once more, and tells each command. Nothing of that run
    /// counts but the place.
    fn look_again(
        &self,
        context: &Context<'_>,
        bench: &Bench<'_>,
        language: &dyn Language,
        code: i32,
    ) -> Option<crate::span::Span> {
        let as_promised = code == self.settings.exit || matches!(self.settings.promise, Promise::FailsAtRun(_));
        if as_promised || self.settings.net {
            return None;
        }
        let scratch = scratch(&context.work).ok()?;
        let (job, mut input) = language.traced_job(bench, self.unit, scratch.path())?.ok()?;
        input.extend(self.settings.stdin.iter().flat_map(|text| text.bytes()));
        let job = confine(bench, job, &self.settings, scratch.path(), context).stdin(input);
        let finished = bench.supervisor.run(&job).ok()?;
        // A shell told its program by a string ends with another code than one that reads a file.
        let again = matches!(finished.end, End::Exited(again) if (again == 0) == (code == 0));
        if !again {
            return None;
        }
        let line = language.traced_line(self.unit, &finished.stderr_text())?;
        trace::line_span(self.unit, line)
    }

    /// What a run showed, in the page's words.
    fn conclude(
        &self,
        context: &Context<'_>,
        bench: &Bench<'_>,
        language: &dyn Language,
        scratch: &Path,
        finished: &Finished,
    ) -> Result<Ran, String> {
        let Self { unit, snippet, settings, .. } = self;
        let command = shown_command(&self.plain_job(context, bench, language, scratch)?, unit, snippet);
        let clean = |text: String| tidy(&text, scratch, bench, unit, snippet, context);
        let stderr = parts::without(&self.secrets, &finished.stderr_text());
        let trace = trace::read(unit, &stderr);
        let raw_stdout = clean(finished.stdout_text());
        let result = RunResult {
            message: trace.message,
            span: trace.span,
            end: match ended(finished, settings, context.config.verify.memory as u64) {
                End::Exited(code) if code != settings.exit && finished.confinement > Confinement::None => {
                    let refused = shims::refused(&finished.stderr_text(), &bench.policy().read);
                    refused.map_or(RunEnd::Exited(code), RunEnd::NotStarted)
                }
                End::Exited(code) => RunEnd::Exited(code),
                End::Signaled(signal) => RunEnd::Signaled(signal),
                End::TimedOut => RunEnd::TimedOut(settings.timeout.unwrap_or(context.config.verify.timeout)),
                End::Limit(exceeded) => RunEnd::Limit(exceeded.what()),
                End::Refused => RunEnd::NotStarted(format!("the sandbox refused it: {}", finished.stderr_text())),
            },
            duration: finished.duration,
            confinement: finished.confinement,
            stdout: String::new(),
            stderr: clean(stderr),
        };
        Ok(Ran::Finished { result, raw_stdout, command })
    }
}

type Called = Result<Job, String>;

/// Runs what can be run from warm parents: for each program that ended plainly, its scratch folder and its end.
fn run_warm(
    context: &Context<'_>,
    bench: &Bench<'_>,
    language: &dyn Language,
    programs: &[Program<'_>],
) -> BTreeMap<usize, (PathBuf, Finished)> {
    let plain = |program: &&Program<'_>| {
        program.is_plain() && program.settings.needs.iter().all(|need| available(context, need))
    };
    let plain: Vec<&Program<'_>> = programs.iter().filter(plain).collect();
    if !warm::is_worth_it(bench, language, plain.len()) {
        return BTreeMap::new();
    }
    let Ok(folder) = scratch(&context.work) else { return BTreeMap::new() };
    // Every parent has a disk of its own over the same folder.
    let place = |index: usize| folder.path().join(index.to_string());
    let settings = Settings::default();
    let finished = warm::share_out(plain, |share| {
        let Some(parent) = language.warm_job(bench, folder.path()) else { return BTreeMap::new() };
        let parent = confine(bench, parent, &settings, folder.path(), context).shared();
        let jobs: Vec<(&Program<'_>, Job)> = share
            .into_iter()
            .filter_map(|it| Some((it, it.plain_job(context, bench, language, &place(it.index)).ok()?)))
            .collect();
        let calls = jobs.iter().map(|(program, job)| {
            let timeout = program.settings.timeout.unwrap_or(context.config.verify.timeout);
            let parts = (program.unit.seams.as_slice(), program.secrets.as_slice());
            (program.index, warm::Call { job, folder: place(program.index), timeout, parts })
        });
        let calls: Vec<(usize, warm::Call<'_>)> = calls.collect();
        warm::run(context, bench, &parent, &calls)
    });
    finished.into_iter().map(|(index, finished)| (index, (place(index), finished))).collect()
}

/// For each program to run, the units that take part in it, the last one being the whole.
fn leaders(snippets: &[Snippet], units: &[Unit]) -> Vec<Vec<usize>> {
    let mut programs: Vec<Vec<usize>> = Vec::new();
    let mut groups: BTreeMap<(usize, String), usize> = BTreeMap::new();
    for (index, unit) in units.iter().enumerate() {
        let snippet = &snippets[unit.snippet];
        match plan::group_of(snippet).filter(|_| !snippet.settings.setup && !snippet.settings.teardown) {
            None => programs.push(vec![index]),
            Some(key) => {
                if let Some(program) = groups.get(&key) {
                    programs[*program].push(index);
                } else {
                    groups.insert(key, programs.len());
                    programs.push(vec![index]);
                }
            }
        }
    }
    for members in &mut programs {
        // Up to the first that cannot run, and no further than the last that is asked to.
        let sound = members
            .iter()
            .take_while(|index| sound(&units[**index]) && !snippets[units[**index].snippet].never_runs())
            .count();
        let asked = members.iter().rposition(|index| snippets[units[*index].snippet].runs()).map_or(0, |last| last + 1);
        members.truncate(sound.min(asked));
    }
    programs.retain(|members| !members.is_empty());
    programs
}

/// Whether nothing found so far keeps a unit from being run. A missing linter does not.
pub(super) fn sound(unit: &Unit) -> bool {
    let errors = unit.evidence.steps.iter().any(|(step, outcome)| {
        *outcome == StepOutcome::Fail || (*outcome == StepOutcome::Missing && *step != Step::Lint)
    });
    !errors && unit.evidence.missing_dependencies.is_empty()
}

/// What one program did, before it is shared out.
enum Ran {
    Absent(String),
    Finished { result: RunResult, raw_stdout: String, command: String },
    NotStarted(String),
}

/// How a program runs whose members each ask for something: the later one's arguments and input, everybody's variables
/// and needs, the longest time.
fn merged(snippets: &[Snippet], units: &[Unit], members: &[usize]) -> Settings {
    let mut all = members.iter().rev().map(|index| &snippets[units[*index].snippet].settings);
    let mut merged = all.next().cloned().unwrap_or_default();
    for earlier in all {
        for (name, value) in &earlier.vars {
            merged.vars.entry(name.clone()).or_insert_with(|| value.clone());
        }
        if merged.args.is_empty() {
            merged.args.clone_from(&earlier.args);
        }
        merged.stdin = merged.stdin.or_else(|| earlier.stdin.clone());
        merged.timeout = merged.timeout.max(earlier.timeout);
        merged.needs.extend(earlier.needs.iter().cloned());
    }
    merged
}

/// How a program ended: one that the kernel refused memory or disk, and that failed for it, was over the limit.
fn ended(finished: &Finished, settings: &Settings, memory: u64) -> End {
    const MEMORY: &[&str] = &[
        "memoryerror",
        "memory allocation of",
        "out of memory",
        "outofmemory",
        "cannot allocate memory",
        "array buffer allocation failed",
        "bad_alloc",
    ];
    const DISK: &[&str] = &["no space left on device", "file too large", "enospc", "efbig"];
    const PROCESSES: &[&str] = &[
        "can't start new thread",
        "cannot fork",
        "failed to create new os thread",
        "failed to spawn thread",
        "fork: retry: resource temporarily unavailable",
        "spawn /bin/sh eagain",
    ];
    /// The signal for a file that grows over its limit.
    const SIGXFSZ: i32 = 25;
    let failed = match finished.end {
        End::Exited(code) => code != 0 && code != settings.exit,
        End::Signaled(_) => true,
        End::TimedOut | End::Limit(_) | End::Refused => false,
    };
    let promised = matches!(settings.promise, Promise::FailsAtRun(_));
    if !failed || promised || finished.confinement == Confinement::None {
        return finished.end;
    }
    let stderr = finished.stderr_text().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| stderr.contains(word));
    match finished.end {
        End::Signaled(SIGXFSZ) => End::Limit(Exceeded::Disk),
        _ if says(MEMORY) => End::Limit(Exceeded::Memory),
        // What crashes when it is refused memory does not always say so.
        End::Signaled(_) if finished.peak_memory > memory / 4 * 3 => End::Limit(Exceeded::Memory),
        _ if says(DISK) => End::Limit(Exceeded::Disk),
        _ if says(PROCESSES) => End::Limit(Exceeded::Processes),
        end => end,
    }
}

/// Gives each member its part of what one program did.
fn distribute(snippets: &[Snippet], units: &mut [Unit], members: &[usize], program: (usize, &[String]), ran: Ran) {
    let (whole, secrets) = program;
    let (result, stdout, command) = match ran {
        Ran::Finished { result, raw_stdout, command } => (result, raw_stdout, Some(command)),
        Ran::Absent(what) => {
            for index in members {
                units[*index].evidence.absent = Some(what.clone());
            }
            return;
        }
        Ran::NotStarted(why) => (RunResult::not_started(why), String::new(), None),
    };
    let ended = parts::Ended { whole, members, secrets, result, stdout };
    for index in members {
        let found = ended.of(snippets, units, *index);
        let unit = &mut units[*index];
        match found {
            Ok(result) => {
                if let Some(command) = &command {
                    unit.marks.insert("command", command.clone());
                }
                note(&snippets[unit.snippet], unit, result);
            }
            Err(why) => unit.unreached = Some(why),
        }
    }
}

/// Notes in each unit that is to run and takes part in no program why it does not.
fn note_left_out(snippets: &[Snippet], units: &mut [Unit], leaders: &[Vec<usize>]) {
    for index in 0..units.len() {
        let left_out = snippets[units[index].snippet].runs() && sound(&units[index]);
        if left_out && !leaders.iter().any(|members| members.contains(&index)) {
            units[index].unreached = parts::left_out(snippets, &plan::earlier(snippets, units[index].snippet));
        }
    }
}

fn note(snippet: &Snippet, unit: &mut Unit, result: RunResult) {
    let ended_well = result.end == RunEnd::Exited(snippet.settings.exit);
    if ended_well {
        unit.pass(Step::Run);
    }
    // What a block prints before it fails as promised is compared too.
    let promised = matches!(snippet.settings.promise, Promise::FailsAtRun(_)) && result.end != RunEnd::Exited(0);
    if ended_well || promised {
        if let Some(expected) = &snippet.expected {
            match expect::compare(expected.text.as_str(), &result.stdout, expected.matching, &expected.filters) {
                Ok(()) => unit.pass(Step::Output),
                Err(_) => unit.fail(Step::Output),
            }
        }
    } else if snippet.expected.is_some() {
        unit.skip(Step::Output);
    }
    if !ended_well {
        unit.fail(Step::Run);
    }
    unit.evidence.run = Some(result);
}

/// How the name of a scratch folder begins.
pub const SCRATCH: &str = "run-";

fn scratch(work: &Path) -> Result<fs::Temporary, String> {
    fs::Temporary::new(work, SCRATCH).map_err(|error| format!("no scratch folder: {error}"))
}

/// Whether a program, or `loopback`, is there.
pub(super) fn available(context: &Context<'_>, need: &str) -> bool {
    if need == "loopback" {
        // Between the two there is no network at all.
        return context.supervisor.confinement() != Confinement::Partial;
    }
    Environment::find_in(&context.tools.path_folders(), need).is_some()
}

/// What tells the program that `needs=` names from another; nothing where it is not there.
pub(super) fn program(context: &Context<'_>, need: &str) -> Option<String> {
    let path = Environment::find_in(&context.tools.path_folders(), need);
    let identity = path.and_then(|path| FileIdentity::of(&path)).map(|it| it.short());
    identity.or_else(|| available(context, need).then(|| need.to_owned()))
}

/// The tools of all languages: a block of one may call another's.
fn all_tools() -> impl Iterator<Item = &'static ToolSpec> {
    language::ALL.iter().flat_map(|language| language.tools().iter().copied())
}

/// The pinned environment of S4.3, the block's own variables, arguments and input, and the limits.
fn confine(bench: &Bench<'_>, job: Job, settings: &Settings, scratch: &Path, context: &Context<'_>) -> Job {
    let mut policy = bench.policy();
    policy.scratch = Some(scratch.to_path_buf());
    policy.network = settings.net;
    policy.memory = context.config.verify.memory as u64;
    (policy.disk, policy.processes) = (DISK, PROCESSES);
    let mut job = job
        .policy(policy)
        .env("HOME", scratch.as_os_str())
        .env("TMPDIR", scratch.as_os_str())
        .env("PATH", std::env::join_paths(bench.tools.block_folders(all_tools())).unwrap_or_default())
        .env("TZ", "UTC")
        .env("LC_ALL", "C.UTF-8")
        .env("NO_COLOR", "1")
        .args(&settings.args)
        .limits(Limits {
            wall: settings.timeout.unwrap_or(context.config.verify.timeout),
            output: context.config.verify.output,
        });
    for (name, value) in &settings.vars {
        job = job.env(name, value.as_str());
    }
    match &settings.stdin {
        Some(text) => job.stdin(text.as_bytes()),
        None => job,
    }
}

/// The call as evidence: the block's file under its page's name.
fn shown_command(job: &Job, unit: &Unit, snippet: &Snippet) -> String {
    job.command_line()
        .split(' ')
        .map(|word| if unit.is_file(word) { snippet.page_name.as_str() } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Output as compared and shown: the scratch folder reads `/work`, the block's file its page.
fn tidy(
    text: &str,
    scratch: &Path,
    bench: &Bench<'_>,
    unit: &Unit,
    snippet: &Snippet,
    context: &Context<'_>,
) -> String {
    let text = text.replace(&*scratch.to_string_lossy(), WORK);
    let text = trace::on_the_page(unit, &text, &snippet.page_name, context.sources);
    text.replace(&*bench.folder.to_string_lossy(), WORK).replace("\r\n", "\n")
}
