//! The weighed index as `.js` files: a manifest, shards of terms in alphabetical order, blocks of page records.
//!
//! Each file is one call, `docgenSearch(kind, number, data)`, with JSON as data: a script loads from `file://` where a
//! fetch does not. Must not know: how the browser ranks.

use super::SearchIndex;
use super::index::Weighed;
use serde_json::{Map, Value, json};

/// Bytes of a file before compression; about 16 KB after it.
const SHARD_BYTES: usize = 44_000;

/// Cuts the index into files.
pub fn cut(weighed: &Weighed) -> SearchIndex {
    let mut files = Vec::new();
    let mut firsts: Vec<String> = Vec::new();
    let mut shard: Map<String, Value> = Map::new();
    let mut bytes = 0;
    for (term, postings) in &weighed.terms {
        let list = deltas(postings);
        let size = term.len() + 4 + list.len() * 4;
        if bytes + size > SHARD_BYTES && !shard.is_empty() {
            push(&mut files, "terms", firsts.len() - 1, &Value::Object(std::mem::take(&mut shard)));
            bytes = 0;
        }
        if shard.is_empty() {
            firsts.push(term.clone());
        }
        shard.insert(term.clone(), Value::Array(list));
        bytes += size;
    }
    if !shard.is_empty() {
        push(&mut files, "terms", firsts.len() - 1, &Value::Object(shard));
    }
    let (blocks, sections) = records(weighed, &mut files);
    let manifest = json!({ "terms": firsts, "pages": blocks, "sections": sections });
    push(&mut files, "manifest", 0, &manifest);
    SearchIndex { files }
}

/// Section numbers as differences, each followed by its impact.
fn deltas(postings: &[(u32, u8)]) -> Vec<Value> {
    let mut last = 0;
    postings
        .iter()
        .flat_map(|(section, impact)| {
            let delta = section - last;
            last = *section;
            [json!(delta), json!(impact)]
        })
        .collect()
}

/// Page records in blocks; returns the number of the first section of each block, and how many sections there are.
fn records(weighed: &Weighed, files: &mut Vec<(String, String)>) -> (Vec<usize>, usize) {
    let mut firsts = Vec::new();
    let mut block: Vec<Value> = Vec::new();
    let (mut bytes, mut section) = (0, 0);
    for page in &weighed.pages {
        let sections: Vec<Value> =
            page.sections.iter().map(|section| json!([section.anchor, section.heading, section.excerpt])).collect();
        let record = json!([page.url, page.title, sections]);
        let size = record.to_string().len();
        if bytes + size > SHARD_BYTES && !block.is_empty() {
            push(files, "pages", firsts.len() - 1, &Value::Array(std::mem::take(&mut block)));
            bytes = 0;
        }
        if block.is_empty() {
            firsts.push(section);
        }
        block.push(record);
        bytes += size;
        section += page.sections.len();
    }
    if !block.is_empty() {
        push(files, "pages", firsts.len() - 1, &Value::Array(block));
    }
    (firsts, section)
}

fn push(files: &mut Vec<(String, String)>, kind: &str, number: usize, data: &Value) {
    // Two code points may stand in JSON but not in older scripts.
    let data = data.to_string().replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    files.push((format!("docgen/search/{kind}-{number}.js"), format!("docgenSearch({kind:?},{number},{data})\n")));
}
