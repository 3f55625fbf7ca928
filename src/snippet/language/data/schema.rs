//! `schema=`: checks data blocks against a JSON Schema and reports each fault at its value (S1.1).
//!
//! Must not know: the format of the block, except to find a value in its text.

use super::json;
use crate::diagnostic::Severity;
use crate::fs::{self, Refused};
use crate::snippet::model::message::Message;
use crate::snippet::model::verdict::Step;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use jsonc_parser::ast;
use jsonc_parser::common::Ranged as _;
use jsonschema::Validator;
use serde_json::Value;
use std::ops::Range;
use std::path::Path;

/// Validates a block that names a schema; a block without one has nothing to lint.
pub(super) fn validate(workspace: &Workspace<'_>, unit: &mut Unit, read: fn(&str) -> Option<Vec<Value>>) {
    let Some((page, written)) = unit.schema.clone() else {
        if unit.wants(Step::Lint) {
            unit.skip(Step::Lint);
        }
        return;
    };
    let said = |message: String| Message {
        severity: Severity::Error,
        tool: "jsonschema".into(),
        code: "schema".to_owned(),
        message,
        help: None,
    };
    let validator = match validator(workspace, &page, &written) {
        Ok(validator) => validator,
        Err((message, help)) => {
            unit.say_at(Step::Lint, Some(0..1), Message { help, ..said(message) });
            return;
        }
    };
    let text = unit.program.as_str().to_owned();
    let Some(values) = read(&text) else {
        let message = "a schema checks only data that JSON can express, and this is not".to_owned();
        unit.say_at(Step::Lint, Some(0..1), said(message));
        return;
    };
    for value in &values {
        for error in validator.iter_errors(value) {
            let pointer = error.instance_path().to_string();
            unit.say_at(Step::Lint, Some(find(&text, &pointer)), said(error.to_string()));
        }
    }
    unit.pass(Step::Lint);
}

/// The schema that a page names, or what is wrong with it and what to do.
fn validator(workspace: &Workspace<'_>, page: &Path, written: &str) -> Result<Validator, (String, Option<String>)> {
    let bytes =
        fs::read_beside(&workspace.project, page, &workspace.root, written).map_err(|refused| match refused {
            Refused::Missing => (format!("the schema `{written}` is neither beside the page nor below the root"), None),
            other => (format!("the schema `{written}` {}", other.why()), Some(other.help().to_owned())),
        })?;
    let schema: Value = serde_json::from_slice(&bytes)
        .map_err(|error| (format!("the schema `{written}` is not JSON: {error}"), None))?;
    jsonschema::validator_for(&schema).map_err(|error| (format!("`{written}` is not a JSON Schema: {error}"), None))
}

/// The bytes of the value at a JSON pointer: exact in JSON; in other formats the line of the last key.
fn find(text: &str, pointer: &str) -> Range<usize> {
    let keys: Vec<String> = pointer.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
    let parsed = jsonc_parser::parse_to_ast(text, &jsonc_parser::CollectOptions::default(), &json::JSONC);
    if let Some(value) = parsed.ok().and_then(|parsed| parsed.value) {
        return in_json(&value, &keys);
    }
    by_key(text, &keys).unwrap_or(0..text.len().min(1))
}

fn in_json(value: &ast::Value<'_>, keys: &[String]) -> Range<usize> {
    let mut value = value;
    for key in keys {
        let next = match value {
            ast::Value::Object(object) => {
                object.properties.iter().find(|property| property.name.as_str() == key).map(|property| &property.value)
            }
            ast::Value::Array(array) => key.parse().ok().and_then(|index: usize| array.elements.get(index)),
            _ => None,
        };
        let Some(next) = next else { break };
        value = next;
    }
    value.range().start..value.range().end
}

/// The line of the last key that is no number, searched below the keys before it.
fn by_key(text: &str, keys: &[String]) -> Option<Range<usize>> {
    let mut from = 0;
    let mut found = None;
    for key in keys.iter().filter(|key| key.parse::<usize>().is_err()) {
        let mut offset = from;
        for line in text[from..].split_inclusive('\n') {
            let content = line.trim_start().trim_start_matches("- ").trim_start_matches(['"', '\'', '[']);
            let rest = content.strip_prefix(key.as_str());
            if rest.is_some_and(|rest| {
                rest.trim_start_matches(['"', '\'', ' ', ']']).starts_with([':', '=', '\n']) || rest.trim() == "]"
            }) {
                let start = offset + line.len() - content.len();
                found = Some(start..offset + line.trim_end().len());
                from = offset + line.len();
                break;
            }
            offset += line.len();
        }
    }
    found
}
