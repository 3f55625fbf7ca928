//! Groups equal hints: one hint for many places, with a count and three places.
//!
//! Errors and warnings are not grouped, since each must be fixed at its place. Must not know: how places are named.

use crate::diagnostic::{Diagnostic, Severity};
use crate::span::Span;
use std::collections::HashMap;

/// The number of named places; the others are counted.
const PLACES: usize = 3;

/// A problem and all its places.
pub(super) struct Grouped<'a> {
    /// The first of them.
    pub(super) first: &'a Diagnostic,
    others: Vec<Span>,
}

/// The problems of one severity, in order. Equal hints are at the place of the first one.
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
    /// Its message, with the number of places.
    pub(super) fn message(&self) -> String {
        let message = &self.first.message;
        if self.others.is_empty() { message.clone() } else { format!("{message} ({} times)", self.others.len() + 1) }
    }

    /// Its other places; `name` formats a place.
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
