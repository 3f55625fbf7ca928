//! Divides made blocks among machines, as `docgen verify --partition` does, and adds up the time of each machine.
//!
//! It repeats docgen's two rules in a few lines, because docgen cannot be asked for 100,000 blocks and 256 machines.
//! Must not know: how costs are measured.

use super::measured::Measured;
use crate::bench::random::Random;

/// How many blocks the project has.
pub(super) const BLOCKS: usize = 100_000;
/// Blocks of a page. A change touches whole pages.
const PAGE: usize = 10;
/// What docgen assumes of the start of a language, in milliseconds.
const ASSUMED_START: f64 = 1000.0;

/// A block.
struct Block {
    kind: usize,
    /// In milliseconds.
    cost: f64,
    /// What an earlier run recorded. No two runs take the same time.
    recorded: f64,
    hash: usize,
}

/// How blocks are divided.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    Hash,
    Cost,
}

/// The project.
pub(super) struct Project<'a> {
    measured: &'a Measured,
    blocks: Vec<Block>,
}

impl<'a> Project<'a> {
    /// Blocks of all kinds in their shares, the same in every run.
    pub(super) fn new(measured: &'a Measured) -> Self {
        let mut random = Random::new(2026, 11);
        let all: usize = measured.kinds.iter().map(|kind| kind.share).sum();
        let blocks = (0..BLOCKS).map(|_| {
            let mut at = random.below(all);
            let kind = measured.kinds.iter().position(|kind| {
                let found = at < kind.share;
                at = at.saturating_sub(kind.share);
                found
            });
            let kind = kind.expect("the shares add up");
            let run = if measured.kinds[kind].runs { measured.runs[random.below(measured.runs.len())] } else { 0.0 };
            let cost = measured.kinds[kind].each + run;
            // Times of two runs differ by up to 30 %.
            let recorded = cost * (70 + random.below(61)) as f64 / 100.0;
            Block { kind, cost, recorded, hash: random.below(usize::MAX) }
        });
        Self { measured, blocks: blocks.collect() }
    }

    /// The time of the slowest machine and of all together, in seconds. `changed` of 1,000 pages have changed since the
    /// cache was filled.
    pub(super) fn makespan(&self, rule: Rule, machines: usize, changed: usize) -> (f64, f64) {
        let places = match rule {
            Rule::Hash => self.blocks.iter().map(|block| block.hash % machines).collect(),
            Rule::Cost => self.by_cost(machines),
        };
        let kinds = self.measured.kinds.len();
        let (mut times, mut begun) = (vec![0.0; machines], vec![vec![false; kinds]; machines]);
        let mut random = Random::new(7, changed as u64);
        let is_changed: Vec<bool> = (0..BLOCKS.div_ceil(PAGE)).map(|_| random.below(1000) < changed).collect();
        for (number, (block, place)) in self.blocks.iter().zip(places).enumerate() {
            if !is_changed[number / PAGE] {
                times[place] += self.measured.known;
                continue;
            }
            times[place] += block.cost;
            if !begun[place][block.kind] {
                begun[place][block.kind] = true;
                times[place] += self.measured.kinds[block.kind].start;
            }
        }
        let slowest = times.iter().copied().fold(0.0, f64::max);
        (slowest / 1000.0, times.iter().sum::<f64>() / 1000.0)
    }

    /// The longest first, each to the machine that would be done with it first.
    fn by_cost(&self, machines: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.blocks.len()).collect();
        order.sort_by(|one, other| self.blocks[*other].recorded.total_cmp(&self.blocks[*one].recorded));
        let kinds = self.measured.kinds.len();
        let (mut loads, mut begun) = (vec![0.0; machines], vec![vec![false; kinds]; machines]);
        let mut places = vec![0; self.blocks.len()];
        for at in order {
            let block = &self.blocks[at];
            let start = |machine: usize| if begun[machine][block.kind] { 0.0 } else { ASSUMED_START };
            let done = |machine: usize| loads[machine] + block.recorded + start(machine);
            let best = (0..machines).min_by(|one, other| done(*one).total_cmp(&done(*other))).expect("a machine");
            loads[best] = done(best);
            begun[best][block.kind] = true;
            places[at] = best;
        }
        places
    }
}
