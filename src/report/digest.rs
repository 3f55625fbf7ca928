//! Problems of a folder of another generator, as one screen: how many of each kind, and the most frequent ones.
//!
//! Must not know: which folders are of another generator.

use super::words::plural;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How many messages of a kind are shown.
const SHOWN: usize = 3;

/// Warnings and hints, by kind, the most frequent first. Errors are not among them.
pub fn digest(sources: &Sources, problems: &[Diagnostic], generator: &str) -> String {
    let mut kinds: BTreeMap<&str, BTreeMap<&str, Vec<&Diagnostic>>> = BTreeMap::new();
    let mut all = 0;
    for problem in problems.iter().filter(|problem| problem.severity < Severity::Error) {
        let messages = kinds.entry(problem.code.info().name).or_default();
        messages.entry(&problem.message).or_default().push(problem);
        all += 1;
    }
    if all == 0 {
        return String::new();
    }
    let count = |messages: &BTreeMap<&str, Vec<&Diagnostic>>| messages.values().map(Vec::len).sum::<usize>();
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, messages)| std::cmp::Reverse(count(messages)));
    let mut text =
        format!("{} of this {generator} folder that docgen did not understand, by kind:\n", plural(all, "place"));
    for (kind, messages) in &kinds {
        let _ = writeln!(text, "{:>7} {kind}", count(messages));
        let mut messages: Vec<_> = messages.iter().collect();
        messages.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
        for (message, places) in messages.iter().take(SHOWN) {
            let file = &sources[places[0].span.file];
            let at = format!("{}:{}", file.name, file.line_col(places[0].span.start).line);
            let times = if places.len() == 1 { String::new() } else { format!(" ({} times)", places.len()) };
            let _ = writeln!(text, "        {message}{times}, {at}");
        }
        if messages.len() > SHOWN {
            let _ = writeln!(text, "        and {}", plural(messages.len() - SHOWN, "other message"));
        }
    }
    text.push_str("docgen check lists every place\n");
    text
}
