//! Admonitions and tabs as other generators write them, as GitHub's alerts and docgen's tabs.
//!
//! - Python-Markdown: `!!! note "Title"`, `??? note`, `=== "Tab"`, each with an indented body.
//! - Docusaurus, Starlight, `VitePress`: `:::note Title`, `:::note[Title]`, `::: details`, `::: code-group`, up to `:::`.
//!
//! Source: "Admonition", python-markdown.github.io; "Details" and "Tabbed", facelessuser.github.io/pymdown-extensions;
//! "Admonitions", docusaurus.io; "Asides", starlight.astro.build; "Markdown Extensions", vitepress.dev.
//! Must not know: components, HTML pages.

use super::rewrite::{Budget, Fences, Line, indent, joined, lines, pattern};
use crate::span::MappedText;
use regex::Regex;
use std::sync::LazyLock;

/// Columns that the body of a Python-Markdown block is indented.
const BODY: usize = 4;
/// Max depth of blocks in blocks.
const MAX_DEPTH: usize = 20;

static ADMONITION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"^[ \t]*(?<mark>!!!|\?\?\?\+?)[ \t]+(?<kind>[\w-]+)(?:[ \t]+[\w-]+)*(?:[ \t]+"(?<title>.*)")?[ \t]*$"#)
});
static TAB: LazyLock<Regex> = LazyLock::new(|| pattern(r#"^[ \t]*===[!+]?[ \t]+"(?<title>.+)"[ \t]*$"#));
static CONTAINER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[ \t]*(?<mark>:{3,})[ \t]*(?<kind>[A-Za-z][\w-]*)(?:\[(?<label>.*?)\])?(?:[ \t]+(?<title>[^{\s][^{]*?))?[ \t]*(?:\{.*\})?[ \t]*$",
    )
});
static CLOSING: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[ \t]*(?<mark>:{3,})[ \t]*$"));
static ITEM: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]"));
static FENCE_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^[ \t]*(?:`{3,}|~{3,})[ \t]*(?<lang>[^\s{\[]*).*?(?:\[(?<name>[^\]]+)\]|title="(?<title>[^"]+)")?[ \t]*$"#,
    )
});

/// The text with such blocks replaced.
pub(super) fn replaced(text: MappedText) -> MappedText {
    let marks = ["!!! ", "??? ", "???+ ", "=== \"", "===! \"", "===+ \"", ":::"];
    if !marks.iter().any(|mark| text.as_str().contains(mark)) {
        return text;
    }
    let blocks = Blocks { text: &text, budget: Budget::new() };
    let lines = blocks.replace(&lines(&text), Depth::default());
    joined(&lines, &text)
}

/// How deep the current block is.
#[derive(Debug, Clone, Copy, Default)]
struct Depth {
    blocks: usize,
    /// docgen's tabs contain no tabs.
    in_tabs: bool,
}

struct Blocks<'a> {
    text: &'a MappedText,
    budget: Budget,
}

impl Blocks<'_> {
    fn words(&self, line: &Line) -> &str {
        line.words(self.text)
    }

    fn replace(&self, lines: &[Line], depth: Depth) -> Vec<Line> {
        let (mut out, mut at) = (Vec::new(), 0);
        let (mut fences, mut in_list) = (Fences::default(), false);
        while at < lines.len() {
            let words = self.words(&lines[at]);
            if fences.holds(words) {
                out.push(lines[at].clone());
                at += 1;
                continue;
            }
            if !words.trim().is_empty() && (indent(words) < 2 || ITEM.is_match(words)) {
                in_list = ITEM.is_match(words);
            }
            // Deeper text outside of a list is code.
            let may_begin = depth.blocks < MAX_DEPTH && (indent(words) < BODY || in_list);
            let found = if may_begin { self.block(&lines[at..], depth) } else { None };
            let (block, taken) = found.unwrap_or_else(|| (vec![self.as_text(&lines[at])], 1));
            out.extend(block);
            at += taken;
        }
        out
    }

    /// A line that begins no block. The colons of an unknown container would else begin a definition.
    fn as_text(&self, line: &Line) -> Line {
        let words = self.words(line);
        if !words.trim_start().starts_with(":::") || indent(words) >= BODY {
            return line.clone();
        }
        let margin = " ".repeat(indent(words));
        line.dedented(BODY, self.text).after(&format!("{margin}\\"), self.text)
    }

    /// The block that begins with the first line, and how many lines it takes.
    fn block(&self, lines: &[Line], depth: Depth) -> Option<(Vec<Line>, usize)> {
        let words = self.words(&lines[0]);
        let inner = Depth { blocks: depth.blocks + 1, ..depth };
        if let Some(found) = ADMONITION.captures(words) {
            let taken = 1 + self.body(&lines[1..], indent(words) + BODY);
            let body = self.replace(&self.dedented(&lines[1..taken], indent(words) + BODY), inner);
            let title = found.name("title").map(|title| title.as_str());
            let folded = found["mark"].starts_with('?');
            let open = &found["mark"] == "???+";
            return Some((self.admonition(&found["kind"], title, body, folded.then_some(open), indent(words)), taken));
        }
        if TAB.is_match(words) {
            return Some(self.tabs(lines, depth));
        }
        let found = CONTAINER.captures(words)?;
        let taken = self.container_end(lines, found["mark"].len())?;
        let body = &lines[1..taken - 1];
        let title = found.name("label").or(found.name("title")).map(|title| title.as_str().trim());
        let block = match &found["kind"] {
            "code-group" => self.code_group(body, indent(words), depth),
            "v-pre" | "raw" | "steps" => self.replace(body, inner),
            kind => {
                let is_details = kind == "details";
                if !is_details && alert(kind).is_none() {
                    return None;
                }
                let body = self.replace(&self.dedented(body, indent(words)), inner);
                self.admonition(kind, title, body, is_details.then_some(false), indent(words))
            }
        };
        Some((block, taken))
    }

    /// How many of these lines are indented at least so far. Blank lines at the end do not count.
    fn body(&self, lines: &[Line], width: usize) -> usize {
        let belongs = |line: &&Line| {
            let words = self.words(line);
            words.trim().is_empty() || indent(words) >= width
        };
        let count = lines.iter().take_while(belongs).count();
        let blank = lines[..count].iter().rev().take_while(|line| self.words(line).trim().is_empty()).count();
        count - blank
    }

    fn dedented(&self, lines: &[Line], width: usize) -> Vec<Line> {
        lines.iter().map(|line| line.dedented(width, self.text)).collect()
    }

    /// How many lines a container takes, with both of its marks; `None` if nothing closes it.
    fn container_end(&self, lines: &[Line], mark: usize) -> Option<usize> {
        let (mut fences, mut open) = (Fences::default(), 1);
        for (number, line) in lines.iter().enumerate().skip(1) {
            let words = self.words(line);
            if !self.budget.take() {
                return None;
            }
            if fences.holds(words) {
                continue;
            }
            if CONTAINER.captures(words).is_some_and(|found| found["mark"].len() == mark) {
                open += 1;
            } else if CLOSING.captures(words).is_some_and(|found| found["mark"].len() == mark) {
                open -= 1;
            }
            if open == 0 {
                return Some(number + 1);
            }
        }
        None
    }

    /// An alert, or a fold if `folded` says so: open or closed.
    fn admonition(
        &self,
        kind: &str,
        title: Option<&str>,
        body: Vec<Line>,
        folded: Option<bool>,
        width: usize,
    ) -> Vec<Line> {
        let margin = " ".repeat(width);
        let title = title.filter(|title| !title.is_empty());
        let mut out = Vec::new();
        if let Some(open) = folded {
            let title = title.map_or_else(|| capitalised(kind), str::to_owned);
            let title = title.replace('&', "&amp;").replace('<', "&lt;");
            let open = if open { " open" } else { "" };
            out.push(Line::written(format!("{margin}<details{open}><summary>{title}</summary>")));
            out.push(Line::written(""));
            out.extend(body.into_iter().map(|line| line.after(&margin, self.text)));
            out.extend([Line::written(""), Line::written(format!("{margin}</details>")), Line::written("")]);
            return out;
        }
        let before = format!("{margin}> ");
        out.push(Line::written(format!("{before}[!{}]", alert(kind).unwrap_or("NOTE"))));
        if let Some(title) = title {
            out.push(Line::written(format!("{before}**{title}**")));
            out.push(Line::written(before.trim_end()));
        }
        out.extend(body.into_iter().map(|line| line.after(&before, self.text)));
        out.push(Line::written(""));
        out
    }

    /// Tabs that follow each other.
    fn tabs(&self, lines: &[Line], depth: Depth) -> (Vec<Line>, usize) {
        let width = indent(self.words(&lines[0]));
        let title = |at: usize| {
            let words = self.words(lines.get(at)?);
            TAB.captures(words).filter(|_| indent(words) == width).map(|found| found["title"].to_owned())
        };
        let (mut tabs, mut next, mut taken) = (Vec::new(), 0, 0);
        while let Some(title) = title(next) {
            taken = next + 1 + self.body(&lines[next + 1..], width + BODY);
            tabs.push((title, self.dedented(&lines[next + 1..taken], width + BODY)));
            let is_blank = |line: &&Line| self.words(line).trim().is_empty();
            next = taken + lines[taken..].iter().take_while(is_blank).count();
        }
        (self.tabbed(tabs, width, depth), taken)
    }

    /// Bodies with their names, as tabs. Tabs in tabs become titled parts.
    fn tabbed(&self, tabs: Vec<(String, Vec<Line>)>, width: usize, depth: Depth) -> Vec<Line> {
        let margin = " ".repeat(width);
        let mark = |text: String| [Line::written(""), Line::written(format!("{margin}{text}")), Line::written("")];
        let mut out = Vec::new();
        if !depth.in_tabs {
            out.extend(mark("<!-- tabs -->".to_owned()));
        }
        for (name, body) in tabs {
            let name = name.replace("--", "—");
            out.extend(mark(if depth.in_tabs { format!("**{name}**") } else { format!("<!-- tab: {name} -->") }));
            let inner = Depth { blocks: depth.blocks + 1, in_tabs: true };
            out.extend(self.replace(&body, inner).into_iter().map(|line| line.after(&margin, self.text)));
        }
        if !depth.in_tabs {
            out.extend(mark("<!-- /tabs -->".to_owned()));
        }
        out
    }

    /// The code blocks of a group, each a tab.
    fn code_group(&self, body: &[Line], width: usize, depth: Depth) -> Vec<Line> {
        let mut fences = Fences::default();
        let mut tabs: Vec<(String, Vec<Line>)> = Vec::new();
        for line in self.dedented(body, width) {
            let words = self.words(&line);
            let was_open = fences.is_open();
            if fences.holds(words) && !was_open {
                let name = FENCE_NAME.captures(words).and_then(|found| {
                    let name = found.name("name").or(found.name("title")).or(found.name("lang"))?;
                    Some(name.as_str().to_owned()).filter(|name| !name.is_empty())
                });
                tabs.push((name.unwrap_or_else(|| (tabs.len() + 1).to_string()), Vec::new()));
            }
            if let Some((_, lines)) = tabs.last_mut() {
                lines.push(line);
            }
        }
        self.tabbed(tabs, width, depth)
    }
}

/// GitHub's alert for a kind of admonition.
fn alert(kind: &str) -> Option<&'static str> {
    Some(match kind.to_lowercase().as_str() {
        "note" | "info" | "abstract" | "summary" | "tldr" | "todo" | "example" | "quote" | "cite" | "seealso"
        | "secondary" => "NOTE",
        "tip" | "hint" | "success" | "check" | "done" | "question" | "help" | "faq" => "TIP",
        "important" => "IMPORTANT",
        "warning" | "attention" => "WARNING",
        "caution" | "danger" | "error" | "failure" | "fail" | "missing" | "bug" => "CAUTION",
        _ => return None,
    })
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::FileId;

    fn read(text: &str) -> String {
        replaced(MappedText::from_source(text, FileId(0), 0)).as_str().to_owned()
    }

    #[test]
    fn an_admonition_is_an_alert() {
        assert_eq!(
            read("!!! warning \"Stop\"\n    Text\n\n    - a\n\nAfter\n"),
            "> [!WARNING]\n> **Stop**\n>\n> Text\n>\n> - a\n\n\nAfter\n"
        );
        assert_eq!(read(":::tip[Go]{icon=x}\nText\n:::\nAfter\n"), "> [!TIP]\n> **Go**\n>\n> Text\n\nAfter\n");
        assert_eq!(read("::: danger\nText\n:::\n"), "> [!CAUTION]\n> Text\n\n");
    }

    #[test]
    fn a_fold_is_a_details_element() {
        let text = "??? info \"a < b\"\n    Text\n";
        assert_eq!(read(text), "<details><summary>a &lt; b</summary>\n\nText\n\n</details>\n\n");
        assert_eq!(read("::: details\nText\n:::\n"), "<details><summary>Details</summary>\n\nText\n\n</details>\n\n");
    }

    #[test]
    fn tabs_hold_code_and_its_origin() {
        let text = "=== \"One\"\n\n    ```py\n    a\n    ```\n\n=== \"Two\"\n\n    b\n\nc\n";
        let shown = read(text);
        let without_blank: Vec<&str> = shown.lines().filter(|line| !line.is_empty()).collect();
        let wanted = [
            "<!-- tabs -->",
            "<!-- tab: One -->",
            "```py",
            "a",
            "```",
            "<!-- tab: Two -->",
            "b",
            "<!-- /tabs -->",
            "c",
        ];
        assert_eq!(without_blank, wanted);
        let mapped = replaced(MappedText::from_source(text, FileId(0), 0));
        let at = mapped.as_str().find("\na\n").expect("code") + 1;
        assert_eq!(mapped.origin_of(at), Some((FileId(0), text.find("    a\n").expect("code") + 4)));
    }

    #[test]
    fn a_group_of_code_is_tabs() {
        let shown = read("::: code-group\n```js [a.js]\n:::\n```\n```ts\nb\n```\n:::\n");
        let without_blank: Vec<&str> = shown.lines().filter(|line| !line.is_empty()).collect();
        let wanted = [
            "<!-- tabs -->",
            "<!-- tab: a.js -->",
            "```js [a.js]",
            ":::",
            "```",
            "<!-- tab: ts -->",
            "```ts",
            "b",
            "```",
            "<!-- /tabs -->",
        ];
        assert_eq!(without_blank, wanted);
    }

    #[test]
    fn a_page_may_end_without_a_line_ending() {
        assert!(read("=== \"A\"\n    b").ends_with("b\n\n<!-- /tabs -->\n\n"));
        assert!(read("??? note\n    b").ends_with("b\n\n</details>\n\n"));
    }

    #[test]
    fn a_page_of_containers_that_never_end_takes_no_time() {
        let text = ":::note\n".repeat(200_000);
        assert_eq!(read(&text), text.replace(":::", "\\:::"));
    }

    #[test]
    fn blocks_nest_and_stay_in_their_list() {
        let text = "1. a\n\n    !!! note\n        b\n\n        === \"T\"\n            c\n";
        let shown = read(text);
        assert!(shown.contains("    > [!NOTE]\n    > b\n"), "{shown}");
        assert!(shown.contains("    > <!-- tab: T -->\n"), "{shown}");
        let nested = read("::::note\n:::tip\na\n:::\n::::\n");
        assert!(nested.starts_with("> [!NOTE]\n> > [!TIP]\n> > a\n"), "{nested}");
    }

    #[test]
    fn code_stays() {
        for text in ["```md\n!!! note\n    a\n```\n", "    !!! note\n        a\n", "a === \"b\"\n"] {
            assert_eq!(read(text), text);
        }
    }

    #[test]
    fn unknown_containers_are_text() {
        assert_eq!(read(":::unknown\na\n:::\n"), "\\:::unknown\na\n\\:::\n");
        assert_eq!(read(" ::: a.b\n    :c:\n"), " \\::: a.b\n    :c:\n");
        assert_eq!(read(":::note\nnever closed\n"), "\\:::note\nnever closed\n");
        assert_eq!(read("```\n:::note\n```\n"), "```\n:::note\n```\n");
    }
}
