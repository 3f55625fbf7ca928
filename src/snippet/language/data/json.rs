//! Parses JSON with comments, and finds keys that an object has twice, in plain JSON too.
//!
//! Must not know: blocks.

use super::problem::Problem;
use crate::span::LineIndex;
use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use std::collections::BTreeMap;

/// JSON with comments and trailing commas; no other extension of the parser.
pub(super) const JSONC: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// What is wrong with a text as JSON with comments.
pub(super) fn parse(text: &str) -> Result<(), Problem> {
    match parse_to_ast(text, &CollectOptions::default(), &JSONC) {
        Ok(parsed) if parsed.value.is_some() => Ok(()),
        Ok(_) => Err(Problem { range: 0..text.len().min(1), message: "there is no value".to_owned(), help: None }),
        Err(error) => {
            let range = error.range();
            let message = error.kind().to_string();
            Err(Problem { range: range.start..range.end.max(range.start + 1).min(text.len()), message, help: None })
        }
    }
}

/// Keys that their object already has, at their second place.
pub(super) fn duplicates(text: &str) -> Vec<Problem> {
    let Ok(parsed) = parse_to_ast(text, &CollectOptions::default(), &JSONC) else { return Vec::new() };
    let lines = LineIndex::new(text);
    let mut found = Vec::new();
    let mut values: Vec<&Value<'_>> = parsed.value.iter().collect();
    while let Some(value) = values.pop() {
        match value {
            Value::Object(object) => {
                found.extend(in_object(object, &lines));
                values.extend(object.properties.iter().map(|property| &property.value));
            }
            Value::Array(array) => values.extend(&array.elements),
            _ => {}
        }
    }
    found
}

fn in_object(object: &Object<'_>, lines: &LineIndex) -> Vec<Problem> {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for property in &object.properties {
        let (name, range) = (property.name.as_str(), property.name.range());
        if let Some(before) = first.get(name) {
            found.push(Problem {
                range: range.start..range.end,
                message: format!("the key `{name}` is already on line {before}"),
                help: Some("parsers differ in which of the two they use: remove one of them".to_owned()),
            });
        } else {
            first.insert(name, lines.line_of(range.start) + 1);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s1_1_json_with_comments_is_that_and_nothing_else() {
        for good in ["{\"a\": 1, // b\n}", "/* a */ [1, 2,]", "\"a\"", "[1e3, -0.5, null]"] {
            assert!(parse(good).is_ok(), "{good}");
        }
        let bad = [
            "{\"a\": 1 \"b\": 2}",
            "[1 2]",
            "{'a': 1}",
            "{\"a\": 'x'}",
            "{a: 1}",
            "[0xFF]",
            "[+1]",
            "[.5]",
            "[5.]",
            "[Infinity]",
            "[NaN]",
            "[\"\\x41\"]",
            "[01]",
            "",
            "[1] [2]",
        ];
        for bad in bad {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn s1_1_keys_that_stand_twice_are_found_in_their_own_object_only() {
        let text = "{\n  \"a\": { \"b\": 1, \"a\": 2 },\n  \"\\u0061\": [{ \"b\": 1, \"b\": 2 }]\n}";
        let mut found: Vec<_> = duplicates(text).into_iter().map(|it| (it.range.start, it.message)).collect();
        found.sort();
        let told: Vec<&str> = found.iter().map(|(_, message)| message.as_str()).collect();
        assert_eq!(told, ["the key `a` is already on line 2", "the key `b` is already on line 3"]);
    }
}
