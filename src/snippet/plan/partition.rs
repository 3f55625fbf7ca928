//! Divides the blocks among the machines of a CI matrix: each block on exactly one of them (S9.3). Pure.
//!
//! Blocks that belong together stay together: those of a group or file, those of one `same-output`, and those of a named
//! fixture, whose dependencies are then installed once. Must not know: what the blocks cost on this machine, CI systems.

use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::snippet::{Snippet, SnippetId};
use crate::snippet::plan::group::group_of;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// One part of the blocks: shard `number` of `of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Partition {
    /// How blocks are divided.
    pub rule: Rule,
    /// Which part; from 1.
    pub number: usize,
    /// How many parts there are.
    pub of: usize,
}

/// How blocks are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// By a hash of their ids. A block stays on its shard whatever happens to others.
    Hash,
    /// By what they cost in an earlier run: the longest first, each to the shard that is done first.
    Cost,
}

/// What blocks cost, in milliseconds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Costs {
    /// Of single blocks, by id.
    pub blocks: BTreeMap<String, f64>,
    /// Of a block of a language, by the language's name.
    pub languages: BTreeMap<String, f64>,
}

/// The cost of a block that nothing is known of, in milliseconds.
const UNKNOWN: f64 = 20.0;
/// The cost of a block that no tool looks at.
const NOTHING: f64 = 0.01;
/// What it costs a machine to begin with a language: its tools start. `cargo xtask shards` measures it.
pub const START: f64 = 1000.0;

/// Blocks that must be verified on one machine.
#[derive(Debug)]
struct Atom<'a> {
    /// The same whatever other blocks there are.
    name: String,
    members: Vec<SnippetId>,
    /// Languages with their fixtures.
    places: BTreeSet<(&'a str, &'a str)>,
    cost: f64,
}

/// The blocks of a shard. `is_usual` says whether a block's fixture is the one that its language has anyway.
pub fn shard(
    blocks: &Blocks,
    partition: Partition,
    costs: &Costs,
    is_usual: impl Fn(&Snippet) -> bool,
) -> BTreeSet<SnippetId> {
    let atoms = atoms(blocks, costs, |snippet| ties(snippet, is_usual(snippet)));
    let numbers = match partition.rule {
        Rule::Hash => atoms.iter().map(|atom| by_hash(&atom.name, partition.of)).collect(),
        Rule::Cost => by_cost(&atoms, partition.of),
    };
    let ours = atoms.iter().zip(numbers).filter(|(_, number)| *number == partition.number);
    ours.flat_map(|(atom, _)| atom.members.iter().copied()).collect()
}

fn by_hash(name: &str, of: usize) -> usize {
    let hash = blake3::hash(name.as_bytes());
    let first = u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("a hash has 32 bytes"));
    usize::try_from(first % of as u64).expect("smaller than a usize") + 1
}

/// The longest first, each to the shard that would be done with it first.
///
/// Source: Graham, "Bounds on multiprocessing timing anomalies", 1969: at most 4/3 of the shortest possible time.
fn by_cost(atoms: &[Atom<'_>], of: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..atoms.len()).collect();
    order.sort_by(|one, other| {
        let key = |at: &usize| (Reverse(ordered(atoms[*at].cost)), &atoms[*at].name);
        key(one).cmp(&key(other))
    });
    let mut loads = vec![0.0; of];
    let mut begun: Vec<BTreeSet<(&str, &str)>> = vec![BTreeSet::new(); of];
    let mut numbers = vec![0; atoms.len()];
    for at in order {
        let atom = &atoms[at];
        let done = |shard: usize| {
            let new = atom.places.iter().filter(|place| !begun[shard].contains(place)).count();
            loads[shard] + atom.cost + START * f64::from(u32::try_from(new).unwrap_or(u32::MAX))
        };
        let best = (0..of).min_by(|one, other| done(*one).total_cmp(&done(*other))).expect("a shard");
        loads[best] = done(best);
        begun[best].extend(&atom.places);
        numbers[at] = best + 1;
    }
    numbers
}

/// Microseconds, which have a total order.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "costs are small and positive")]
fn ordered(cost: f64) -> u64 {
    (cost * 1000.0) as u64
}

/// The blocks, in the sets that must stay together.
fn atoms<'a>(blocks: &'a Blocks, costs: &Costs, ties: impl Fn(&Snippet) -> Vec<String>) -> Vec<Atom<'a>> {
    let mut sets = Sets::new(blocks.len());
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for (id, block) in blocks.iter() {
        for tie in ties(&block.snippet) {
            let known = *first.entry(tie).or_insert(id.into());
            sets.join(known, id.into());
        }
    }
    let mut found: BTreeMap<usize, Atom<'_>> = BTreeMap::new();
    for (id, block) in blocks.iter() {
        let snippet = &block.snippet;
        let atom = found.entry(sets.of(id.into())).or_insert_with(|| Atom {
            name: ties(snippet).into_iter().next().unwrap_or_else(|| snippet.id.clone()),
            members: Vec::new(),
            places: BTreeSet::new(),
            cost: 0.0,
        });
        atom.members.push(id);
        atom.cost += cost(snippet, costs);
        if snippet.is_code && snippet.language.is_some() {
            atom.places.insert((&snippet.language_name, snippet.fixture()));
        }
    }
    found.into_values().collect()
}

/// The names that tie a block to others.
fn ties(snippet: &Snippet, usual_fixture: bool) -> Vec<String> {
    let mut ties = Vec::new();
    if snippet.is_code && !usual_fixture {
        ties.push(format!("fixture {}", snippet.fixture()));
    }
    let page = &snippet.page_name;
    ties.extend(group_of(snippet).map(|(_, group)| format!("{page} {group}")));
    ties.extend(snippet.settings.same_output.as_ref().map(|name| format!("{page} output {name}")));
    ties
}

fn cost(snippet: &Snippet, costs: &Costs) -> f64 {
    if !snippet.is_code || snippet.language.is_none() {
        return NOTHING;
    }
    let known = costs.blocks.get(&snippet.id).or_else(|| costs.languages.get(&snippet.language_name));
    known.copied().unwrap_or(UNKNOWN)
}

/// Disjoint sets of numbers.
struct Sets {
    parents: Vec<usize>,
}

impl Sets {
    fn new(len: usize) -> Self {
        Self { parents: (0..len).collect() }
    }

    /// The smallest number of a set.
    fn of(&mut self, mut at: usize) -> usize {
        while self.parents[at] != at {
            self.parents[at] = self.parents[self.parents[at]];
            at = self.parents[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        self.parents[one.max(other)] = one.min(other);
    }
}
