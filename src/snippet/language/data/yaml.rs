//! YAML: checks the syntax and reads the plain values; tags do not matter.
//!
//! Only the author and the reading program know the meaning of a tag: `!Ref`, `!!binary`, `!!python/name:x`. So tags
//! are removed before the text is read, except tags that name a plain type. Must not know: blocks.

use super::problem::Problem;
use crate::span::{ColumnUnit, LineIndex};
use granit_parser::Parser;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::borrow::Cow;

/// Tags of plain types, which the reader understands.
const PLAIN: &[&str] = &["!!str", "!!int", "!!float", "!!bool", "!!null", "!!seq", "!!map"];

/// What is wrong with a text.
pub(super) fn parse(text: &str) -> Result<(), Problem> {
    let Err(error) = serde_saphyr::from_multiple::<IgnoredAny>(&without_tags(text)) else { return Ok(()) };
    let error = error.without_snippet();
    let lines = LineIndex::new(text);
    let at = error
        .location()
        .and_then(|place| {
            let line = usize::try_from(place.line()).ok()?;
            let column = usize::try_from(place.column()).ok()?;
            lines.offset(text, line, column, ColumnUnit::Char)
        })
        .unwrap_or(0);
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
    let message = message.rsplit_once(": line ").map_or(message.clone(), |(head, _)| head.to_owned());
    // The library's advice is for programs that use it.
    let message = message.split(", set DuplicateKeyPolicy").next().unwrap_or(&message).to_owned();
    Err(Problem { range: at..(at + 1).min(text.len().max(at)), message, help: None })
}

/// The values of all its documents.
pub(super) fn values(text: &str) -> Option<Vec<Value>> {
    serde_saphyr::from_multiple(&without_tags(text)).ok()
}

/// Replaces all other tags; every byte keeps its place. A tag becomes an anchor, which keeps a key's column, or spaces
/// beside an anchor of the author's. If the text cannot be parsed, the reader reports its errors.
fn without_tags(text: &str) -> Cow<'_, str> {
    let mut tags = Vec::new();
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { return text.into() };
        let Some(range) = span.tag_span().and_then(|span| span.byte_range()) else { continue };
        let Some(written) = text.get(range.clone()) else { continue };
        if !PLAIN.contains(&written) {
            tags.push((range, event.anchor_id().is_none()));
        }
    }
    if tags.is_empty() {
        return text.into();
    }
    let mut plain = text.as_bytes().to_vec();
    for (range, free) in tags {
        let anchored = free && range.len() > 1;
        plain[range.clone()].fill(if anchored { b'~' } else { b' ' });
        if anchored {
            plain[range.start] = b'&';
        }
    }
    String::from_utf8(plain).map_or_else(|_| text.into(), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn s1_1_tags_are_not_errors_and_their_values_are_plain() {
        let cases = [
            ("a: !!binary R0lGODlh", json!({ "a": "R0lGODlh" })),
            ("a: !!binary |\n  R0lG\n  ODlh\n", json!({ "a": "R0lG\nODlh\n" })),
            ("a: !Ref Bucket\nb: !GetAtt a.b", json!({ "a": "Bucket", "b": "a.b" })),
            ("a: !reference [x, z]", json!({ "a": ["x", "z"] })),
            ("a: !!set\n  ? x\n  ? z\n", json!({ "a": { "x": null, "z": null } })),
            ("a: !custom {x: 1}", json!({ "a": { "x": 1 } })),
            ("a: !!python/name:os.path\nb: 1", json!({ "a": null, "b": 1 })),
            ("!top\na: 1\nb: 2", json!({ "a": 1, "b": 2 })),
            ("!key a: 1\nb: 2", json!({ "a": 1, "b": 2 })),
            ("- !a x\n- !a\n  k: !<tag:x,2002:y> 1\n- ! z", json!(["x", { "k": 1 }, "z"])),
            ("a: &one !t x\nb: *one\nc: !t &two z\nd: *two", json!({ "a": "x", "b": "x", "c": "z", "d": "z" })),
            ("%TAG !e! tag:e.org,2000:\n---\na: !e!x 1", json!({ "a": 1 })),
            ("a: !!str 1\nb: !!int \"2\"", json!({ "a": "1", "b": 2 })),
            ("base: &b { x: 1 }\nover: { <<: *b, z: 2 }", json!({ "base": { "x": 1 }, "over": { "x": 1, "z": 2 } })),
            ("a: \"!not a tag\" # !nor this", json!({ "a": "!not a tag" })),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).map_err(|problem| problem.message), Ok(()), "{text}");
            assert_eq!(values(text), Some(vec![expected]), "{text}");
        }
        assert_eq!(values("a: !x 1\n---\nb: !y 2"), Some(vec![json!({ "a": 1 }), json!({ "b": 2 })]));
    }

    #[test]
    fn s1_1_what_is_no_yaml_is_told_at_its_place_behind_tags() {
        let broken = [("a: !x 1\nb: [1", 2), ("a: !x 1\nb:\n\tc: 2", 3), ("a: !x 1\nb: 1\nb: 2", 3), ("a: *nobody", 1)];
        for (text, line) in broken {
            let problem = parse(text).expect_err(text);
            assert_eq!(LineIndex::new(text).line_of(problem.range.start) + 1, line, "{text}: {}", problem.message);
        }
    }
}
