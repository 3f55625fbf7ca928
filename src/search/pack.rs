//! Numbers as short text, and postings within a budget.
//!
//! A number is written in base 45 with the 91 printable ASCII characters from `#` on, without `\\`: JSON escapes none
//! of them. A digit that is not the last is 45 higher, as in LEB128.
//! Must not know: files.

use super::weigh::{LEVELS, Postings};
use std::cmp::Reverse;
use std::collections::BTreeMap;

const BASE: u32 = 45;

/// One of 91 signs.
fn sign(value: u32) -> char {
    let code = 35 + value;
    char::from_u32(if code >= 92 { code + 1 } else { code }).expect("printable ASCII")
}

/// A number, lowest digit first.
pub fn number(mut value: u32, out: &mut String) {
    while value >= BASE {
        out.push(sign(BASE + value % BASE));
        value /= BASE;
    }
    out.push(sign(value));
}

/// Ascending numbers, as their differences.
pub fn rising(values: &[u32]) -> String {
    let (mut out, mut last) = (String::new(), 0);
    for value in values {
        number(value - last, &mut out);
        last = *value;
    }
    out
}

/// `sections snippets`: sections as differences, each with its weight, and code blocks as differences.
pub fn postings(postings: &Postings) -> String {
    let (mut out, mut last) = (String::new(), 0);
    for (section, level) in &postings.sections {
        number(section - last, &mut out);
        out.push(sign(u32::from(*level)));
        last = *section;
    }
    out.push(' ');
    out.push_str(&rising(&postings.snippets));
    out
}

/// The number of best sections that each term keeps, independent of the budget.
const KEPT: usize = 8;
/// In a pruned index, a term in more code blocks than this points to sections only.
const MAX_SNIPPETS: usize = 4;

/// Drops the weakest postings of common terms until about `budget` postings are left. On a large site, a word occurs in
/// thousands of sections, and nobody sees the weakest of them.
///
/// Source: Carmel et al., "Static Index Pruning for Information Retrieval Systems" (2001), with one threshold for all.
pub fn prune(terms: &mut BTreeMap<String, Postings>, budget: usize) {
    let all: usize = terms.values().map(|found| found.sections.len()).sum();
    if all <= budget {
        return;
    }
    // A compound in only one section is found there by its parts. An operator has no parts.
    let has_parts = |term: &str| term.contains(['.', ':', '-']) && term.contains(char::is_alphanumeric);
    terms.retain(|term, found| found.sections.len() > 1 || !has_parts(term));
    // Counts the removable postings of each level, to find the level up to which they are dropped.
    let mut removable = [0_usize; LEVELS as usize + 1];
    for found in terms.values().filter(|found| found.sections.len() > KEPT) {
        let mut of_term = [0_usize; LEVELS as usize + 1];
        for (_, level) in &found.sections {
            of_term[usize::from(*level)] += 1;
        }
        let mut kept = KEPT;
        for (all, own) in removable.iter_mut().zip(of_term).rev() {
            *all += own.saturating_sub(kept);
            kept = kept.saturating_sub(own);
        }
    }
    let mut excess = all - budget;
    let threshold = (1..=LEVELS).find(|level| {
        let enough = excess <= removable[usize::from(*level)];
        excess = excess.saturating_sub(removable[usize::from(*level)]);
        enough
    });
    for found in terms.values_mut() {
        let sections = &mut found.sections;
        let is_above = |level: u8| level > threshold.unwrap_or(LEVELS);
        if sections.iter().filter(|(_, level)| is_above(*level)).count() >= KEPT {
            sections.retain(|(_, level)| is_above(*level));
        } else if sections.len() > KEPT {
            sections.sort_unstable_by_key(|(section, level)| (Reverse(*level), *section));
            sections.truncate(KEPT);
            sections.sort_unstable();
        }
        if found.snippets.len() > MAX_SNIPPETS {
            found.snippets.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::weigh::Posting;
    use super::*;

    #[test]
    fn numbers_have_as_many_signs_as_they_need() {
        let packed = |value| {
            let mut out = String::new();
            number(value, &mut out);
            out
        };
        assert_eq!([packed(0), packed(44), packed(45)].map(|text| text.len()), [1, 1, 2]);
        assert_eq!(packed(45 * 45 - 1).len(), 2);
        let all: String = (0..91).map(sign).collect();
        assert!(!all.contains(['"', '\\']) && all.ends_with('~'), "{all}");
    }

    #[test]
    fn the_best_of_a_term_stay() {
        let many: Vec<Posting> =
            (0..100).map(|section| (section, 1 + u8::try_from(section % 40).expect("small"))).collect();
        let few = vec![(3, 1)];
        let postings = |sections| Postings { sections, snippets: Vec::new() };
        let mut terms = BTreeMap::from([("many".to_owned(), postings(many)), ("few".to_owned(), postings(few))]);
        terms.insert("..=".to_owned(), postings(vec![(1, 1)]));
        terms.insert("a.b".to_owned(), postings(vec![(1, 1)]));
        prune(&mut terms, 40);
        let kept: Vec<u8> = terms["many"].sections.iter().map(|(_, level)| *level).collect();
        assert!((KEPT..=40).contains(&kept.len()) && kept.iter().all(|level| *level > 20), "{kept:?}");
        assert_eq!(terms["few"].sections.len(), 1);
        assert!(terms.contains_key("..=") && !terms.contains_key("a.b"), "{:?}", terms.keys());
    }
}
