//! Front matter that mdformat flattened because it does not know front matter.
//!
//! The `---` lines have become lines of underscores, lists are flattened, and keys that follow a list are indented by
//! two, as if they belonged to its last item:
//!
//! ```text
//! ____________________
//!
//! tags:
//!
//! - debugging
//! - production
//!   risk: low
//!
//! ____________________
//! ```
//!
//! [`recover`] restores the original YAML.
//! Must not know: the keys of front matter.

use crate::span::{FileId, MappedText};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

static KEY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^[A-Za-z][\w\\-]*:(\s|$)").expect("a valid pattern"));

/// Recovered front matter.
pub(super) struct Recovered {
    /// The original YAML; each line keeps its origin.
    pub(super) yaml: MappedText,
    /// The bytes of the whole block, both lines of underscores included.
    pub(super) range: Range<usize>,
}

fn is_rule(line: &str) -> bool {
    let line = line.trim_end();
    line.len() >= 3 && line.bytes().all(|byte| byte == b'_')
}

/// Finds and restores mangled front matter at the start of a text.
pub(super) fn recover(file: FileId, text: &str) -> Option<Recovered> {
    let mut lines = Vec::new();
    let mut offset = 0;
    let mut rules = 0;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let content = line.trim_end();
        if is_rule(line) {
            rules += 1;
            if rules == 2 {
                break;
            }
        } else if rules == 0 && !content.is_empty() {
            return None;
        } else if !content.is_empty() {
            // Code, headings and quotes mean a page between two thematic breaks.
            let first = content.trim_start();
            if first.starts_with(['#', '`', '~', '>', '|', '!', '<']) {
                return None;
            }
            lines.push((start, content));
        }
    }
    // The first line must look like a key. Otherwise these are two thematic breaks around prose.
    if rules != 2 || !lines.first().is_some_and(|(_, line)| KEY.is_match(line)) {
        return None;
    }
    let mut yaml = MappedText::new();
    for (start, line) in lines {
        let indent = line.len() - line.trim_start().len();
        let rest = &line[indent..];
        if KEY.is_match(rest) || !rest.starts_with("- ") {
            push_unescaped(&mut yaml, rest, file, start + indent);
        } else {
            yaml.push_generated("  ", "front matter");
            push_unescaped(&mut yaml, rest, file, start + indent);
        }
        yaml.push_generated("\n", "front matter");
    }
    Some(Recovered { yaml, range: 0..offset })
}

/// Removes the Markdown escapes that the formatter added: `\_` was `_`.
fn push_unescaped(yaml: &mut MappedText, text: &str, file: FileId, start: usize) {
    let mut from = 0;
    let bytes = text.as_bytes();
    for at in 0..bytes.len() {
        if bytes[at] == b'\\' && bytes.get(at + 1).is_some_and(|next| b"_*[]#<>`~".contains(next)) {
            yaml.push_source(&text[from..at], file, start + from);
            from = at + 1;
        }
    }
    yaml.push_source(&text[from..], file, start + from);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_above() {
        let text = "____\n\ntitle: A\ntags:\n\n- one\n- two\n  agents:\n- x\\_y\n  required_scripts: []\n  risk: low\n\n____\n\nBody\n";
        let recovered = recover(FileId(0), text).expect("front matter");
        assert_eq!(
            recovered.yaml.as_str(),
            "title: A\ntags:\n  - one\n  - two\nagents:\n  - x_y\nrequired_scripts: []\nrisk: low\n"
        );
        assert_eq!(&text[recovered.range], &text[..text.find("\nBody").expect("body")]);
    }

    #[test]
    fn a_page_between_thematic_breaks_is_not_front_matter() {
        let page = "____\n\nNote: read this\n\n```python\nboom(\n```\n\n____\n";
        assert!(recover(FileId(0), page).is_none());
    }

    #[test]
    fn thematic_breaks_around_prose_are_not_front_matter() {
        assert!(recover(FileId(0), "____\n\nSome prose.\n\n____\n").is_none());
        assert!(recover(FileId(0), "____\n\ntitle: A\n").is_none());
    }
}
