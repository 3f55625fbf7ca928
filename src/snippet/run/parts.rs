//! Where one part of a program ends and the next begins (S3.3): what each part printed, how far the program got, and
//! what follows for the blocks whose parts they are.
//!
//! Between two parts a program prints a secret that is new in every run. How it gets the secrets without a block seeing
//! them is its language's affair. Must not know: languages, verdicts.

use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::program::PartSource;
use crate::snippet::model::snippet::SnippetId;
use crate::snippet::model::verdict::{Promise, RunEnd, RunResult};
use crate::snippet::workspace::unit::Unit;

/// What each part printed. There are as many texts as parts were begun.
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

/// Standard error without what a program says of our secrets, where it prints the commands that it runs.
pub(crate) fn without(secrets: &[String], stderr: &str) -> String {
    let ours = |line: &&str| secrets.iter().any(|secret| line.contains(secret.as_str()));
    stderr.split_inclusive('\n').filter(|line| !ours(line)).collect()
}

/// A program that has ended.
pub(crate) struct Ended<'a> {
    /// The unit that is the whole program.
    pub(crate) whole: usize,
    /// The units whose blocks take part in it.
    pub(crate) members: &'a [usize],
    /// What separated its parts; nothing where they cannot be told apart.
    pub(crate) secrets: &'a [String],
    /// How it ended.
    pub(crate) result: RunResult,
    /// All that it printed.
    pub(crate) stdout: String,
}

impl Ended<'_> {
    /// What the run means for one member: its own result, or why it was never reached.
    pub(crate) fn of(&self, blocks: &Blocks, units: &[Unit], index: usize) -> Result<RunResult, String> {
        let mut result = self.result.clone();
        if self.secrets.is_empty() {
            // One program that cannot be told apart, a `main` of the author's: what it prints is its last member's.
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
        // What a teardown does wrong is found with the last block before it.
        let settings = &blocks[units[index].snippet].settings;
        let plain = settings.exit == 0 && settings.promise == Promise::Good;
        let in_teardown = plain && parts.iter().max() == Some(&part) && result.end != RunEnd::Exited(0);
        if part < ended_in && !in_teardown {
            ended_well(&mut result);
        }
        outputs.get(part).copied().unwrap_or_default().clone_into(&mut result.stdout);
        Ok(result)
    }

    /// Which part of the program is a unit's own block.
    fn part_of(&self, units: &[Unit], index: usize) -> usize {
        let whole = units[self.whole].snippet;
        let own = |owner: &PartSource| match owner {
            PartSource::Own => units[index].snippet == whole,
            PartSource::Other(snippet) => *snippet == units[index].snippet,
            PartSource::Prelude(_) => false,
        };
        units[self.whole].owners.iter().position(own).unwrap_or(0)
    }

    /// Why a part was never reached: who ended the program, and how.
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

/// A part that the program went beyond did all that was asked of it.
fn ended_well(result: &mut RunResult) {
    (result.end, result.message, result.span) = (RunEnd::Exited(0), None, None);
    result.stderr.clear();
}

/// Why a block that was to run is in no program: a block before it in its group never runs, or did not pass.
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
