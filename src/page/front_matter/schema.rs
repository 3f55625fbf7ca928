//! The JSON schema of front matter, for editors that complete it.
//!
//! Must not know: how the keys are read.

use super::model::PageStatus;
use super::values::KEYS;
use crate::config::{Risk, TAXONOMIES};
use serde_json::{Map, Value, json};

/// The schema, draft 2020-12. Other keys are allowed: they are kept under `extra`.
pub fn schema() -> Value {
    let mut properties: Map<String, Value> = KEYS.iter().map(|key| ((*key).to_owned(), property(key))).collect();
    let extra = json!({ "type": "object", "description": "Data that only templates read." });
    properties.insert("extra".to_owned(), extra);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Front matter of docgen",
        "type": "object",
        "properties": properties,
    })
}

fn property(key: &str) -> Value {
    let terms = json!({ "type": ["string", "array", "null"], "items": { "type": "string" } });
    let with = |mut value: Value, description: &str| {
        value["description"] = json!(description);
        value
    };
    if let Some(row) = TAXONOMIES.iter().find(|row| row.1 == key) {
        return with(terms, &format!("{} of the page; each gets a page of its own.", row.3));
    }
    let text = || json!({ "type": ["string", "number", "boolean", "null"] });
    let names = |all: Vec<&str>| json!({ "enum": all });
    match key {
        "title" => with(text(), "The title; default: the first heading."),
        "description" => with(text(), "One sentence for search and lists; default: the first paragraph."),
        "id" => with(text(), "A ULID, once in the site."),
        "status" => {
            with(names(PageStatus::ALL.iter().map(|row| row.0).collect()), "docgen builds drafts only with --drafts.")
        }
        "risk" => with(names(Risk::ALL.iter().map(|row| row.0).collect()), "Sets the review interval."),
        "last_reviewed" => {
            with(json!({ "type": "string", "format": "date" }), "When a person last reviewed the page: YYYY-MM-DD.")
        }
        "review_every" => with(json!({ "type": "string", "pattern": "^[0-9]+ *[dwmy]$" }), "90d, 2w, 6m or 1y."),
        "required_scripts" | "related_tools" | "related" => with(terms, "Paths that must exist."),
        "aliases" => with(terms, "Former addresses, from the top of the site: /old/page.html."),
        "weight" => with(json!({ "type": "integer" }), "Order among siblings, lowest first."),
        "template" => with(text(), "The template of the theme, instead of page.html."),
        "verify" => with(
            json!({ "type": "object" }),
            "Settings for every fence of the page: words of an info string, and level.",
        ),
        _ => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_described() {
        for key in KEYS {
            assert!(property(key)["description"].is_string(), "{key}");
        }
    }
}
