//! A new page with its front matter filled in.
//!
//! Must not know: where it is written.

use jiff::civil::Date;
use std::fmt::Write as _;

/// What a new page is made of.
#[derive(Debug, Clone)]
pub struct Page<'a> {
    /// The name of its file, without folder and extension.
    pub stem: &'a str,
    /// Its id, a ULID.
    pub id: &'a str,
    /// The day on which it is written.
    pub today: Date,
    /// The front-matter keys that the project requires.
    pub required: &'a [String],
}

/// The text of a page.
pub fn page(new: &Page<'_>) -> String {
    let mut words = new.stem.replace(['-', '_'], " ");
    if let Some(first) = words.chars().next() {
        words.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    }
    let title = serde_json::Value::String(words.clone());
    let mut text =
        format!("---\ntitle: {title}\ndescription: \"\"\nid: {}\nlast_reviewed: {}\ntags: []\n", new.id, new.today);
    let written = ["title", "description", "id", "last_reviewed", "tags"];
    for key in new.required.iter().filter(|key| !written.contains(&key.as_str())) {
        let _ = writeln!(text, "{key}:");
    }
    let _ = write!(text, "---\n\n# {words}\n");
    text
}
