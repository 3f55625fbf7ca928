//! Random numbers that are the same on every machine: `SplitMix64`, and ranks with a Zipf distribution.
//!
//! Only integers, because the last digit of a floating-point function differs between machines.
//! Must not know: what is chosen.

/// A sequence of random numbers.
pub(crate) struct Random(u64);

impl Random {
    /// The sequence of a seed. `stream` gives one page several independent sequences.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0xD6E8_FEB8_6659_FD93) ^ stream.wrapping_mul(0xA24B_AED4_963E_E407));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let high = u128::from(self.next()) * end as u128;
        usize::try_from(high >> 64).unwrap_or(0)
    }

    /// A number from `first` to `last`.
    pub(super) fn between(&mut self, first: usize, last: usize) -> usize {
        first + self.below(last - first + 1)
    }

    /// True in so many of 100 cases.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of the items, each as often as the others.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }
}

/// Ranks, of which the first are the most frequent.
pub(super) struct Zipf {
    /// For each rank the sum of the weights up to it.
    sums: Vec<usize>,
}

impl Zipf {
    /// `count` ranks. Those from `tail` on are three times as rare as their rank alone makes them.
    pub(crate) fn new(count: usize, tail: usize) -> Self {
        let mut sum = 0;
        let weight = |rank: usize| 1_000_000 / (rank + 10) / if rank < tail { 1 } else { 3 };
        let sums = (0..count).map(|rank| {
            sum += weight(rank);
            sum
        });
        Self { sums: sums.collect() }
    }

    /// A rank.
    pub(super) fn rank(&self, random: &mut Random) -> usize {
        let point = random.below(self.sums.last().copied().unwrap_or(1));
        self.sums.partition_point(|sum| *sum <= point)
    }
}
