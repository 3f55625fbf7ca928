//! Hints that say the same of many places: one for all of them, with a count and three places.
//!
//! Errors and warnings stay one each: each is to be mended where it stands. Must not know: how places are named.

use crate::diagnostic::{Diagnostic, Severity};
use crate::span::Span;
use std::collections::HashMap;

/// Places that are named; the others are counted.
const PLACES: usize = 3;

/// A problem with the places that share it.
pub(super) struct Grouped<'a> {
    /// The first of them.
    pub(super) first: &'a Diagnostic,
    others: Vec<Span>,
}

/// The problems of one severity, in order, equal hints at the place of their first.
pub(super) fn grouped(problems: &[Diagnostic], severity: Severity) -> Vec<Grouped<'_>> {
    let mut groups: Vec<Grouped<'_>> = Vec::new();
    let mut known = HashMap::new();
    for problem in problems.iter().filter(|problem| problem.severity == severity) {
        let equal = (severity == Severity::Hint && problem.notes.is_empty()).then_some((
            problem.code,
            &problem.message,
            &problem.help,
        ));
        if let Some(group) = equal.and_then(|equal| known.get(&equal).copied()) {
            let group: &mut Grouped<'_> = &mut groups[group];
            group.others.push(problem.span);
        } else {
            known.extend(equal.map(|equal| (equal, groups.len())));
            groups.push(Grouped { first: problem, others: Vec::new() });
        }
    }
    groups
}

impl Grouped<'_> {
    /// Its message, with how often it holds.
    pub(super) fn message(&self) -> String {
        let message = &self.first.message;
        if self.others.is_empty() { message.clone() } else { format!("{message} ({} times)", self.others.len() + 1) }
    }

    /// Where else it holds; `name` says how a place is written.
    pub(super) fn elsewhere(&self, name: impl Fn(Span) -> String) -> Option<String> {
        let mut places: Vec<String> = self.others.iter().take(PLACES - 1).map(|span| name(*span)).collect();
        match self.others.len().saturating_sub(places.len()) {
            0 => {}
            1 => places.push("1 more place".to_owned()),
            more => places.push(format!("{more} more places")),
        }
        let last = places.pop()?;
        let before = places.join(", ");
        Some(if before.is_empty() { format!("also at {last}") } else { format!("also at {before} and {last}") })
    }
}
