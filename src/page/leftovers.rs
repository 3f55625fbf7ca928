//! Markup of other generators that docgen shows as it is written.
//!
//! Must not know: the markup that docgen does understand.

use super::rewrite::Fences;
use crate::diagnostic::{Code, Diagnostic};
use crate::span::{FileId, MappedText, Span};
use regex::Regex;
use std::sync::LazyLock;

/// Max hints of one page.
const MAX_HINTS: usize = 200;

/// A kind of markup: the pattern, with the name of the thing in group 1 if it has one; and what it is.
struct Kind {
    pattern: Regex,
    what: &'static str,
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let kind = |pattern: &str, what| Kind { pattern: Regex::new(pattern).expect("a valid pattern"), what };
    vec![
        kind(r"\{\{[<%][ \t]*([\w/-]+)[^\n]*?[>%]\}\}", "shortcode of Hugo"),
        kind(r"^[ \t]*;?-+8<-+(?:[ \t]|$)", "snippet of MkDocs"),
        kind(r"^[ \t]*<<<[ \t]+\S", "code import of VitePress"),
        kind(r"^[ \t]*\\?:{3,}[ \t]*([A-Za-z][\w.-]*)", "container"),
        kind(r"^[ \t]*\{%-?[ \t]*(\w+)", "tag of Liquid or Nunjucks"),
        kind(r"^[ \t]*\{\*[ \t]+\S[^\n]*\*\}", "include of FastAPI's documentation"),
    ]
});

/// A hint for each place.
pub(super) fn hints(text: &MappedText, file: FileId) -> Vec<Diagnostic> {
    let whole = text.as_str();
    if !["{{", ":::", "<<<", "8<-", "{%", "{*"].iter().any(|mark| whole.contains(mark)) {
        return Vec::new();
    }
    let (mut hints, mut fences, mut at) = (Vec::new(), Fences::default(), 0);
    for line in whole.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if fences.holds(line) {
            continue;
        }
        for Kind { pattern, what } in KINDS.iter() {
            let (mut counted, mut marks) = (0, 0);
            for found in pattern.captures_iter(line.trim_end()) {
                if hints.len() >= MAX_HINTS {
                    return hints;
                }
                let place = found.get(0).expect("group 0 is the match").range();
                marks += line[counted..place.start].matches('`').count();
                counted = place.start;
                let name = found.get(1).map_or("", |name| name.as_str());
                if marks % 2 == 1 || name.starts_with('/') {
                    continue;
                }
                let name = if name.is_empty() { String::new() } else { format!(" `{name}`") };
                let message = format!("the page shows a {what}{name} as it is written");
                let span = text.span_of(start + place.start..start + place.end).unwrap_or(Span::at(file, 0));
                let help = "docgen does not know it; write Markdown in its place, or leave it if readers may see it";
                hints.push(Diagnostic::new(Code::MarkupForeign, span, message).help(help));
            }
        }
    }
    hints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_would_see_is_named_and_code_is_not() {
        let text = "{{< note >}}a{{< /note >}} `{{< b >}}`\n\n```\n{{< c >}}\n:::x\n```\n\n:::card\n\n<<< @/a.js\n\n--8<-- \"x\"\n";
        let hints = hints(&MappedText::from_source(text, FileId(0), 0), FileId(0));
        let found: Vec<&str> = hints.iter().map(|hint| hint.message.as_str()).collect();
        let wanted = ["shortcode of Hugo `note`", "container `card`", "code import of VitePress", "snippet of MkDocs"];
        assert_eq!(found, wanted.map(|what| format!("the page shows a {what} as it is written")));
    }
}
