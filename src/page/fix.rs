//! Mending what can be mended with certainty, as text. Pure.
//!
//! Must not know: disk.

use super::front_matter::{Format, FrontMatter};
use crate::source::SourceFile;
use serde_json::Value;
use std::fmt::Write as _;

/// The whole file with proper front matter, if a formatter had flattened it. Line endings and byte order mark stay.
pub fn front_matter(file: &SourceFile, front: &FrontMatter) -> Option<String> {
    let span = front.span.filter(|_| front.format == Format::Mangled && !front.data.is_empty())?;
    let ending = if file.text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut text = String::new();
    if file.byte_order_mark {
        text.push('\u{feff}');
    }
    let mut yaml = String::from("---\n");
    for (key, value) in &front.data {
        entry(&mut yaml, key, value);
    }
    yaml.push_str("---\n");
    text.push_str(&yaml.replace('\n', ending));
    text.push_str(&file.text[span.end..]);
    Some(text)
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

/// A value in one line; text is quoted where YAML would read it as something else.
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
        let mended = super::front_matter(&sources[id], &front).expect("mended");
        assert_eq!(
            mended,
            "---\r\ntitle: \"A: b\"\r\ntags:\r\n  - one\r\n  - two\r\nrequired_scripts: []\r\nlast_reviewed: 2025-10-01\r\n---\r\n\r\nBody\r\n"
        );
    }
}
