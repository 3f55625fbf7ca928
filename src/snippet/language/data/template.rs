//! What template languages put into HTML and style sheets: `{{ x }}`, `{% if x %}`, `{# x #}`, `<% x %>`, `<?php x ?>`.
//!
//! Must not know: blocks, formats.

use regex::Regex;
use std::sync::LazyLock;

static PART: LazyLock<Regex> = LazyLock::new(|| {
    let parts =
        [r"\{\{.*?\}\}+", r"\{%.*?%\}", r"\{# .*? #\}", r"\{[#@:/][a-z][^{}]*\}", r"<%.*?%>", r"<\?.*?(?:\?>|$)"];
    Regex::new(&format!("(?s){}", parts.join("|"))).expect("a valid pattern")
});

/// The text with other characters instead of a template's parts, so that all places stay. `instead` gets a part and the
/// character before it.
pub(super) fn blanked(text: &str, instead: impl Fn(&str, Option<char>) -> char) -> String {
    let blank = |found: &regex::Captures<'_>| {
        let part = found.get(0).expect("the whole match");
        let sign = instead(part.as_str(), text[..part.start()].chars().next_back()).to_string();
        part.as_str().split('\n').map(|line| sign.repeat(line.len())).collect::<Vec<_>>().join("\n")
    };
    PART.replace_all(text, blank).into_owned()
}
