//! Asks one process about many blocks. It prints `ready`, then one line of JSON per block, in the order of the blocks.
//!
//! If a block hangs or crashes a tool, only that block becomes `env_error`: an unreadable answer counts for one block,
//! and if the process dies, another process continues with the next block. Must not know: what is asked.

use crate::error::Result;
use crate::process::{End, Finished};
use crate::snippet::model::verdict::{MissingTool, Unavailable};
use crate::snippet::workspace::time_budget::TimeBudget;
use serde::de::DeserializeOwned;
use std::result::Result as StdResult;

/// A process prints this line when it has read its request and can answer.
const READY: &[u8] = b"ready";
/// Max crashes of the process; then the remaining blocks get no answer.
const MAX_CRASHES: usize = 64;
/// How many calls share the time limit, after one call exceeded it.
const CALLS_AFTER_TIMEOUT: u32 = 16;

/// The answer for each of `count` blocks, or why it is missing. `call` asks about the blocks from a number on.
pub(crate) fn ask<A: DeserializeOwned>(
    tool: &str,
    count: usize,
    time: &TimeBudget,
    call: impl Fn(usize) -> Result<Finished>,
) -> Result<Vec<StdResult<A, MissingTool>>> {
    let mut answers = Vec::with_capacity(count);
    let mut crashes = 0;
    while answers.len() < count {
        let first = answers.len();
        let finished = call(first)?;
        let Some(lines) = lines(&finished) else {
            return Ok(without(answers, count, tool, &finished));
        };
        answers.extend(lines.take(count - first).map(|line| {
            serde_json::from_slice(line).map_err(|error| {
                MissingTool::over_block(
                    End::Exited(0),
                    format!("{tool}'s answer for this block is unreadable: {error}"),
                )
            })
        }));
        if answers.len() == count {
            break;
        }
        crashes += 1;
        if crashes > MAX_CRASHES {
            return Ok(without(answers, count, tool, &finished));
        }
        if finished.end == End::TimedOut {
            time.share(CALLS_AFTER_TIMEOUT);
            if answers.len() > first {
                continue; // Many blocks used up the time. The next one is to blame only if its own call times out.
            }
        }
        let message = format!("{tool} crashed on this block: {}", finished.summary());
        answers.push(Err(MissingTool::over_block(finished.end, message)));
    }
    Ok(answers)
}

/// The complete lines of a process that was ready to answer.
fn lines(finished: &Finished) -> Option<impl Iterator<Item = &[u8]>> {
    let end = finished.stdout.iter().rposition(|byte| *byte == b'\n')?;
    let mut lines = finished.stdout[..end].split(|byte| *byte == b'\n');
    (lines.next()? == READY).then_some(lines)
}

type Answers<A> = Vec<StdResult<A, MissingTool>>;

fn without<A>(mut answers: Answers<A>, count: usize, tool: &str, finished: &Finished) -> Answers<A> {
    let missing = MissingTool {
        unavailable: Unavailable::of(finished.end),
        message: format!("{tool} broke down: {}", finished.summary()),
        isolated: false,
    };
    answers.resize_with(count, || Err(missing.clone()));
    answers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{Job, Limits, Supervisor};
    use std::path::Path;
    use std::time::Duration;

    /// The answers of a shell that treats all blocks alike, except those that the script names.
    fn asked(script: &str) -> Vec<StdResult<u32, MissingTool>> {
        let call = |first: usize| {
            let loop_over = format!("echo ready; for n in $(seq {first} 5); do case $n in {script} esac; echo 7; done");
            let limits = Limits { wall: Duration::from_secs(2), output: 1024 };
            Supervisor::default().run(&Job::new("/bin/sh", Path::new("/")).args(["-c", &loop_over]).limits(limits))
        };
        ask("sh", 6, &TimeBudget::new(Duration::from_secs(1)), call).expect("sh is there")
    }

    fn lost(answers: &[StdResult<u32, MissingTool>]) -> Vec<usize> {
        (0..answers.len()).filter(|index| answers[*index].is_err()).collect()
    }

    #[test]
    fn a_block_that_ends_the_process_costs_no_other() {
        let answers = asked("1|2) kill -9 $$;; 4) exit 3;;");
        assert_eq!(lost(&answers), [1, 2, 4]);
        let why = answers[1].as_ref().expect_err("it was killed");
        assert_eq!(why.message, "sh crashed on this block: killed by signal 9");
    }

    #[test]
    fn a_block_whose_answer_is_unreadable_costs_no_other() {
        let answers = asked("0) echo -1; continue;; 3) echo; continue;; 5) echo '\"\\ud800\"'; continue;;");
        assert_eq!(lost(&answers), [0, 3, 5]);
    }

    #[test]
    fn a_block_that_takes_all_the_time_costs_no_other() {
        assert_eq!(lost(&asked("3) exec sleep 60;;")), [3]);
    }

    #[test]
    fn a_process_that_is_never_ready_is_called_once() {
        let calls = std::cell::Cell::new(0);
        let answers = ask::<u32>("sh", 3, &TimeBudget::new(Duration::from_secs(1)), |_| {
            calls.set(calls.get() + 1);
            Supervisor::default().run(&Job::new("/bin/sh", Path::new("/")).args(["-c", "exit 9"]))
        });
        assert_eq!((lost(&answers.expect("sh is there")), calls.get()), (vec![0, 1, 2], 1));
    }
}
