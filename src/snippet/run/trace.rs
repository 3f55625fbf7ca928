//! Maps the output of a run to the page: places in a unit's file become places on the page (S7.4). Pure.
//!
//! Must not know: how the unit ran.

use crate::snippet::language::traceback;
use crate::snippet::model::message::Position;
use crate::snippet::workspace::unit::Unit;
use crate::source::Sources;
use crate::span::ColumnUnit;

/// The output with the page and its lines in place of the unit's file. A temporary path is never shown.
pub(crate) fn on_the_page(unit: &Unit, text: &str, page: &str, sources: &Sources) -> String {
    let Some(pattern) = traceback::place_pattern(unit) else { return text.to_owned() };
    let replaced = pattern.replace_all(text, |found: &regex::Captures<'_>| {
        let number = |group: usize| found.get(group).and_then(|digits| digits.as_str().parse::<usize>().ok());
        let Some(line) = number(1).or(number(3)).or(number(4)) else { return page.to_owned() };
        let place = Position::point(line, number(2).unwrap_or(1), ColumnUnit::Char);
        let span = unit.range_of(place).and_then(|range| unit.program.span_of(range));
        match span {
            Some(span) => {
                let file = &sources[span.file];
                let at = file.line_col(span.start);
                match (found.get(3), number(2)) {
                    _ if found.get(4).is_some() => format!("{}: line {}", file.name, at.line),
                    (Some(_), _) => format!("{}\", line {}", file.name, at.line),
                    (None, Some(_)) => format!("{}:{}:{}", file.name, at.line, at.column),
                    (None, None) => format!("{}:{}", file.name, at.line),
                }
            }
            None if found.get(4).is_some() => format!("{page} (wrapper): line {line}"),
            None if found.get(3).is_some() => format!("{page} (wrapper)\", line {line}"),
            None => format!("{page} (wrapper):{line}"),
        }
    });
    replaced.into_owned()
}
