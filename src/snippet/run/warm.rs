//! Runs programs from a warm parent (S7.3): one interpreter starts inside the sandbox and forks a child for each
//! program.
//!
//! The protocol: the parent reads a list of calls on standard input. For each child that ended soon and by itself it
//! prints a line `number exit-code microseconds stdout. stderr.`, with both texts in hexadecimal. docgen runs all
//! others alone.
//! Must not know: which languages have such a parent.

use crate::process::{Confinement, End, Finished, Job, Limits};
use crate::snippet::context::Context;
use crate::snippet::language::adapter::Language;
use crate::snippet::workspace::project::Workspace;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// With fewer programs a warm parent costs more time than it saves.
const WORTH_IT: usize = 4;
/// The max time of a child; a slower program runs alone.
const SOON: Duration = Duration::from_secs(2);

/// A program for a warm parent.
pub(crate) struct Call<'a> {
    /// The call that would run it alone. Its first argument is the program's file.
    pub(crate) job: &'a Job,
    /// Its scratch folder, below the parent's.
    pub(crate) folder: PathBuf,
    /// Wall-clock time.
    pub(crate) timeout: Duration,
    /// The lines where its parts begin, and the secrets between them.
    pub(crate) parts: (&'a [usize], &'a [String]),
}

/// Whether a warm parent works here and saves time for this many programs.
pub(crate) fn is_worth_it(workspace: &Workspace<'_>, language: &dyn Language, programs: usize) -> bool {
    let full = workspace.supervisor.confinement() == Confinement::Full;
    programs >= WORTH_IT && full && language.warm_parent(workspace, Path::new("/")).is_some()
}

/// Runs the calls of one parent. Calls without an answer must run alone.
pub(crate) fn run(
    context: &Context<'_>,
    workspace: &Workspace<'_>,
    parent: &Job,
    calls: &[(usize, Call<'_>)],
) -> BTreeMap<usize, Finished> {
    let listed: Option<Vec<Value>> = calls.iter().map(|(_, call)| describe(context, call)).collect();
    let Some(listed) = listed else { return BTreeMap::new() };
    let input = Value::from(listed).to_string();
    let each = u32::try_from(calls.len()).unwrap_or(u32::MAX);
    let limits = Limits { wall: SOON * each + Limits::PROBE.wall, output: 1 << 30 };
    let Ok(finished) = workspace.supervisor.run(&parent.clone().stdin(input).limits(limits)) else {
        return BTreeMap::new();
    };
    if finished.confinement != Confinement::Full {
        return BTreeMap::new();
    }
    let lines = finished.stdout_text();
    let answers = lines.lines().filter_map(|line| read(line, finished.confinement));
    answers.filter_map(|(number, finished)| Some((calls.get(number)?.0, finished))).collect()
}

/// Distributes programs among as many parents as there are cores.
pub(crate) fn share_out<T: Send>(
    programs: Vec<T>,
    run: impl Fn(Vec<T>) -> BTreeMap<usize, Finished> + Sync + Send,
) -> BTreeMap<usize, Finished> {
    let parents = rayon::current_num_threads().max(1);
    let mut shares: Vec<Vec<T>> = (0..parents).map(|_| Vec::new()).collect();
    for (number, program) in programs.into_iter().enumerate() {
        shares[number % parents].push(program);
    }
    shares.into_par_iter().filter(|share| !share.is_empty()).flat_map_iter(run).collect()
}

fn describe(context: &Context<'_>, call: &Call<'_>) -> Option<Value> {
    let text = |value: &std::ffi::OsString| value.to_str().map(str::to_owned);
    let mut arguments = call.job.arguments().iter().map(text);
    let file = arguments.next()??;
    let args: Option<Vec<String>> = arguments.collect();
    let env: Option<BTreeMap<&str, String>> =
        call.job.variables().iter().map(|(name, value)| Some((name.as_str(), text(value)?))).collect();
    Some(json!({
        "file": file,
        "args": args?,
        "env": env?,
        "folder": call.folder.to_str()?,
        "timeout": call.timeout.as_secs_f64(),
        "output": context.config.verify.output,
        "lines": call.parts.0,
        "secrets": call.parts.1,
    }))
}

fn read(line: &str, confinement: Confinement) -> Option<(usize, Finished)> {
    let mut words = line.split(' ');
    let number = words.next()?.parse().ok()?;
    let code = words.next()?.parse().ok()?;
    let micros = words.next()?.parse().ok()?;
    let stdout = bytes(words.next()?)?;
    let stderr = bytes(words.next()?)?;
    let duration = Duration::from_micros(micros);
    Some((number, Finished { end: End::Exited(code), stdout, stderr, duration, confinement, peak_memory: 0 }))
}

/// Reads bytes in hexadecimal. The full stop at the end shows that they are complete.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_suffix('.')?.as_bytes();
    let pairs = digits.chunks_exact(2);
    let whole = pairs.remainder().is_empty();
    let decoded: Option<Vec<u8>> =
        pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    decoded.filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s7_3_a_line_that_was_cut_is_no_answer() {
        let read = |line| read(line, Confinement::Full).map(|(number, it)| (number, it.end, it.stdout, it.stderr));
        assert_eq!(read("3 0 1500 6869. ."), Some((3, End::Exited(0), b"hi".to_vec(), Vec::new())));
        for cut in ["3 0 1500 6869. 6", "3 0 1500 686", "3 0", "", "3 0 1500 6. .", "3 0 1500 zz. ."] {
            assert_eq!(read(cut), None, "{cut}");
        }
    }
}
