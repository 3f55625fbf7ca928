//! Fixes for problems with exactly one correct fix, as changes of text. Pure.
//!
//! Must not know: disk.

use super::front_matter::{Format, FrontMatter};
use super::model::Fence;
use crate::source::SourceFile;
use serde_json::Value;
use std::fmt::Write as _;

/// Restores front matter that a formatter flattened. Keeps line endings.
pub fn front_matter(file: &SourceFile, front: &FrontMatter) -> Option<Change> {
    let span = front.span.filter(|_| front.format == Format::Mangled && !front.data.is_empty())?;
    let ending = if file.text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut yaml = String::from("---\n");
    for (key, value) in &front.data {
        entry(&mut yaml, key, value);
    }
    yaml.push_str("---\n");
    Some((span.start..span.end, yaml.replace('\n', ending)))
}

/// A change to a file: the replaced bytes and the new text.
pub type Change = (std::ops::Range<usize>, String);

/// Rewrites info strings to the canonical form (S2.1), as changes to the page's own file, in order.
pub fn fences(file: &SourceFile, fences: &[Fence]) -> Vec<Change> {
    let mut changes = Vec::new();
    for fence in fences {
        let Some(span) = fence.info_span.filter(|span| span.file == file.id) else { continue };
        let range = file.range_of(span);
        if let Some(canonical) = fence.info.canonical(&file.text[range.clone()]) {
            changes.push((range, canonical));
        }
    }
    changes.sort_by_key(|(range, _)| range.start);
    changes
}

/// The text of a file with changes applied. Keeps the byte order mark.
pub fn apply(file: &SourceFile, changes: &[Change]) -> String {
    let mut text = if file.byte_order_mark { String::from("\u{feff}") } else { String::new() };
    let mut at = 0;
    for (range, new) in changes {
        if range.start < at {
            continue; // the same text twice, because of an include
        }
        text.push_str(&file.text[at..range.start]);
        text.push_str(new);
        at = range.end;
    }
    text.push_str(&file.text[at..]);
    text
}

fn entry(yaml: &mut String, key: &str, value: &Value) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            let _ = writeln!(yaml, "{key}:");
            for item in items {
                let _ = writeln!(yaml, "  - {}", scalar(item));
            }
        }
        other => {
            let _ = writeln!(yaml, "{key}: {}", scalar(other));
        }
    }
}

/// A value on one line. Text is quoted if YAML would read it as another type.
fn scalar(value: &Value) -> String {
    let Value::String(text) = value else { return value.to_string() };
    let plain = serde_saphyr::from_str::<Value>(text).is_ok_and(|read| read == Value::String(text.clone()));
    if plain && !text.contains(" #") && !text.contains(": ") {
        text.clone()
    } else {
        Value::from(text.as_str()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use crate::page::front_matter;
    use crate::source::Sources;
    use std::path::PathBuf;

    #[test]
    fn flattened_front_matter_is_written_back() {
        let text = "____\r\n\r\ntitle: \"A: b\"\r\ntags:\r\n\r\n- one\r\n- two\r\n  required_scripts: []\r\n  last_reviewed: 2025-10-01\r\n\r\n____\r\n\r\nBody\r\n";
        let mut sources = Sources::new(&PathBuf::from("/site"));
        let id = sources.add(PathBuf::from("/site/page.md"), text.to_owned());
        let today = "2026-01-15".parse().expect("a date");
        let (front, _, _) = front_matter::parse(&sources[id], today);
        let change = super::front_matter(&sources[id], &front).expect("mended");
        let mended = super::apply(&sources[id], &[change]);
        assert_eq!(
            mended,
            "---\r\ntitle: \"A: b\"\r\ntags:\r\n  - one\r\n  - two\r\nrequired_scripts: []\r\nlast_reviewed: 2025-10-01\r\n---\r\n\r\nBody\r\n"
        );
    }
}
