//! Splits a run into the parts of its program (S3.3): what each part printed, how far the program got, and what that
//! means for the block of each part.
//!
//! Between two parts a program prints a secret that is new in every run. Its language decides how it gets the secrets
//! without a block seeing them. Must not know: languages, verdicts.

use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::program::PartSource;
use crate::snippet::model::snippet::SnippetId;
use crate::snippet::model::verdict::{Promise, RunEnd, RunResult};
use crate::snippet::workspace::unit::Unit;

/// The output of each part that began.
pub(crate) fn outputs<'a>(stdout: &'a str, secrets: &[String]) -> Vec<&'a str> {
    let (mut outputs, mut rest) = (Vec::new(), stdout);
    for secret in secrets {
        let Some((before, after)) = rest.split_once(secret.as_str()) else { break };
        outputs.push(before);
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    outputs.push(rest);
    outputs
}

/// Standard error without our secrets, which a program shows if it prints the commands that it runs.
pub(crate) fn without(secrets: &[String], stderr: &str) -> String {
    let ours = |line: &&str| secrets.iter().any(|secret| line.contains(secret.as_str()));
    stderr.split_inclusive('\n').filter(|line| !ours(line)).collect()
}

/// A program that has ended.
pub(crate) struct Ended<'a> {
    /// The unit that is the whole program.
    pub(crate) whole: usize,
    /// The units whose blocks are parts of it.
    pub(crate) members: &'a [usize],
    /// The secrets between its parts; empty if the parts cannot be told apart.
    pub(crate) secrets: &'a [String],
    /// How it ended.
    pub(crate) result: RunResult,
    /// Its whole output.
    pub(crate) stdout: String,
}

impl Ended<'_> {
    /// What the run means for one member: its own result, or why the program never reached it.
    pub(crate) fn of(&self, blocks: &Blocks, units: &[Unit], index: usize) -> Result<RunResult, String> {
        let mut result = self.result.clone();
        if self.secrets.is_empty() {
            // The parts cannot be told apart, as in an author's own `main`: the last member gets all output.
            if index == self.whole {
                result.stdout.clone_from(&self.stdout);
            } else {
                ended_well(&mut result);
            }
            return Ok(result);
        }
        if matches!(result.end, RunEnd::NotStarted(_)) {
            return Ok(result);
        }
        let outputs = outputs(&self.stdout, self.secrets);
        let (part, ended_in) = (self.part_of(units, index), outputs.len() - 1);
        let parts: Vec<usize> = self.members.iter().map(|member| self.part_of(units, *member)).collect();
        let by_itself = matches!(result.end, RunEnd::Exited(_) | RunEnd::Signaled(_));
        if part > ended_in && (by_itself || parts.contains(&ended_in)) {
            return Err(self.never_reached(blocks, units, ended_in));
        }
        // A fault of a teardown belongs to the last block before it.
        let settings = &blocks[units[index].snippet].settings;
        let plain = settings.exit == 0 && settings.promise == Promise::Good;
        let in_teardown = plain && parts.iter().max() == Some(&part) && result.end != RunEnd::Exited(0);
        if part < ended_in && !in_teardown {
            ended_well(&mut result);
        }
        outputs.get(part).copied().unwrap_or_default().clone_into(&mut result.stdout);
        Ok(result)
    }

    /// The number of the part that is a unit's own block.
    fn part_of(&self, units: &[Unit], index: usize) -> usize {
        let whole = units[self.whole].snippet;
        let own = |owner: &PartSource| match owner {
            PartSource::Own => units[index].snippet == whole,
            PartSource::Other(snippet) => *snippet == units[index].snippet,
            PartSource::Prelude(_) => false,
        };
        units[self.whole].owners.iter().position(own).unwrap_or(0)
    }

    /// Why the program never reached a part: what ended it, and how.
    fn never_reached(&self, blocks: &Blocks, units: &[Unit], ended_in: usize) -> String {
        let who = match units[self.whole].owners.get(ended_in) {
            Some(PartSource::Prelude(name)) => format!("the prelude `{name}`"),
            Some(PartSource::Other(snippet)) => format!("the earlier block `{}`", blocks[*snippet].id),
            _ => format!("the earlier block `{}`", blocks[units[self.whole].snippet].id),
        };
        let how = match &self.result.end {
            RunEnd::Exited(code) => format!("ended the program with exit code {code}"),
            RunEnd::Signaled(signal) => format!("ended the program with signal {signal}"),
            _ => "did not finish".to_owned(),
        };
        format!("not run: {who} {how}")
    }
}

/// A part that the program went past has succeeded.
fn ended_well(result: &mut RunResult) {
    (result.end, result.message, result.span) = (RunEnd::Exited(0), None, None);
    result.stderr.clear();
}

/// Why a block that should run is in no program: an earlier block of its group never runs, or did not pass.
pub(crate) fn left_out(blocks: &Blocks, earlier: &[SnippetId]) -> Option<String> {
    let never = earlier.iter().find(|index| blocks[**index].never_runs());
    let (first, why) = match never {
        Some(never) => (never, "is never run"),
        None => (earlier.last()?, "did not pass"),
    };
    Some(format!("not run: the earlier block `{}` of the same group {why}", blocks[*first].id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snippet::model::seam::{SECRET, secrets};

    #[test]
    fn s3_3_only_the_secrets_of_this_run_tell_parts_apart() {
        let (one, other) = (secrets(2), secrets(2));
        assert!(one.iter().chain(&other).all(|secret| secret.len() + 1 == SECRET));
        let printed = format!("a\n{}\nb{}\nc\n", one[0], one[1]);
        assert_eq!(outputs(&printed, &one), ["a\n", "b", "c\n"]);
        assert_eq!(outputs(&printed, &other), [printed.as_str()]);
        // The second secret without the first is not believed.
        assert_eq!(outputs(&format!("{}\n", one[1]), &one).len(), 1);
        assert_eq!(without(&one, &format!("+ printf {}\nlost\n", one[0])), "lost\n");
    }
}
