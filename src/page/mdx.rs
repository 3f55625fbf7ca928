//! MDX as Markdown: imports and exports are left out; components become admonitions, tabs and plain text.
//!
//! What a component shows beyond its content is known for the common ones only; of the others the content stays, with
//! their title before it. Expressions in braces stay as they are.
//!
//! Source: "Syntax", mdxjs.com; "Components", starlight.astro.build; "Tabs", docusaurus.io.
//! Must not know: how admonitions and tabs look.

use super::rewrite::{Budget, Fences, Line, indent, joined, lines, pattern};
use crate::span::MappedText;
use regex::Regex;
use std::sync::LazyLock;

/// Max depth of components in components.
const MAX_DEPTH: usize = 20;
/// Max lines of a statement or a tag.
const MAX_LINES: usize = 200;

static STATEMENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(?:import\s+(?:["'{*]|[\w$]+\s*,\s*\{|[\w$]+\s+from\s+["'])|export\s+(?:const|let|var|function|default|async|\{|\*))"#,
    )
});
static TAG: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[ \t]*<(?<end>/?)(?<name>[A-Z][\w.]*)(?<attributes>(?s:.*?))(?<empty>/?)>[ \t]*$"));
static OPENS_TAG: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[ \t]*<[A-Z][\w.]*(?:\s[^<>]*)?$"));
static ATTRIBUTE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?<key>[\w:-]+)=(?:"(?<double>[^"]*)"|'(?<single>[^']*)')"#));

/// The text of an MDX file as Markdown.
pub(super) fn markdown(text: &MappedText) -> MappedText {
    let mdx = Mdx { text, budget: Budget::new() };
    let found = mdx.replace(&lines(text), 0);
    joined(&found, text)
}

struct Mdx<'a> {
    text: &'a MappedText,
    budget: Budget,
}

/// A component's tag.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
    /// It has no content.
    empty: bool,
    end: bool,
    /// Lines that it takes.
    taken: usize,
    /// Columns before it.
    indent: usize,
}

impl Tag {
    fn attribute(&self, names: &[&str]) -> Option<&str> {
        let given = |name: &&str| self.attributes.iter().find(|(key, value)| key == name && !value.is_empty());
        names.iter().find_map(given).map(|(_, value)| value.as_str())
    }
}

impl Mdx<'_> {
    fn words(&self, line: &Line) -> &str {
        line.words(self.text)
    }

    fn replace(&self, lines: &[Line], depth: usize) -> Vec<Line> {
        let (mut out, mut at, mut fences) = (Vec::new(), 0, Fences::default());
        // Only a block of its own is a statement; in a paragraph the word is prose.
        let mut may_be_statement = depth == 0;
        while at < lines.len() {
            let words = self.words(&lines[at]);
            let is_blank = words.trim().is_empty();
            if fences.holds(words) {
                out.push(lines[at].clone());
                at += 1;
            } else if may_be_statement && STATEMENT.is_match(words) {
                at += self.statement(&lines[at..]);
                continue;
            } else if words.trim_start().starts_with("{/*") {
                at += self.up_to(&lines[at..], |words| words.contains("*/}"));
            } else if let Some(tag) = self.tag(&lines[at..]).filter(|_| depth < MAX_DEPTH) {
                let content = at + tag.taken;
                let end = if tag.empty || tag.end { None } else { self.end_of(&tag.name, &lines[content..]) };
                let body = end.map_or(&[][..], |(length, _)| &lines[content..content + length]);
                at = content + end.map_or(0, |(length, taken)| length + taken);
                if !tag.end {
                    out.extend(self.component(&tag, body, depth));
                }
            } else {
                out.push(lines[at].clone());
                at += 1;
            }
            may_be_statement = is_blank && depth == 0;
        }
        out
    }

    /// How many lines a statement takes: up to the end of its brackets, or to a blank line.
    fn statement(&self, lines: &[Line]) -> usize {
        let mut open = 0_i32;
        self.up_to(lines, |words| {
            open += words.chars().map(|it| i32::from("{([".contains(it)) - i32::from("})]".contains(it))).sum::<i32>();
            open <= 0 || words.trim().is_empty()
        })
    }

    /// How many lines there are up to the first one that `ends` it.
    fn up_to(&self, lines: &[Line], mut ends: impl FnMut(&str) -> bool) -> usize {
        let last = lines.iter().take(MAX_LINES).position(|line| ends(self.words(line)));
        last.map_or(1, |last| last + 1)
    }

    /// The tag that the first lines are, and nothing else.
    fn tag(&self, lines: &[Line]) -> Option<Tag> {
        let mut text = self.words(&lines[0]).to_owned();
        if !text.trim_start().starts_with('<') {
            return None;
        }
        let mut taken = 1;
        if OPENS_TAG.is_match(&text) {
            taken = self.up_to(lines, |words| words.trim_end().ends_with('>'));
            text = lines[..taken].iter().map(|line| self.words(line)).collect::<Vec<_>>().join(" ");
        }
        let found = TAG.captures(&text)?;
        // Content on the same line is text with a component in it.
        let attributes = &found["attributes"];
        if attributes.replace("=>", "").contains('>') {
            return None;
        }
        let attribute = |found: regex::Captures<'_>| {
            let value = found.name("double").or(found.name("single")).map_or("", |value| value.as_str());
            (found["key"].to_owned(), value.to_owned())
        };
        Some(Tag {
            name: found["name"].to_owned(),
            attributes: ATTRIBUTE.captures_iter(attributes).map(attribute).collect(),
            empty: &found["empty"] == "/",
            end: &found["end"] == "/",
            taken,
            indent: indent(&text),
        })
    }

    /// The lines before a component's end tag, and the lines of that tag.
    fn end_of(&self, name: &str, lines: &[Line]) -> Option<(usize, usize)> {
        let (mut at, mut open, mut fences) = (0, 1, Fences::default());
        while at < lines.len() && self.budget.take() {
            let tag = if fences.holds(self.words(&lines[at])) { None } else { self.tag(&lines[at..]) };
            let taken = tag.as_ref().map_or(1, |tag| tag.taken);
            if let Some(tag) = tag.filter(|tag| tag.name == name && !tag.empty) {
                open += if tag.end { -1 } else { 1 };
                if open == 0 {
                    return Some((at, taken));
                }
            }
            at += taken;
        }
        None
    }

    /// A component with its content, as Markdown.
    fn component(&self, tag: &Tag, body: &[Line], depth: usize) -> Vec<Line> {
        let shown = |line: &&Line| !self.words(line).trim().is_empty();
        // In a list, what the component becomes stays in its item.
        let margin = " ".repeat(tag.indent);
        let width = body.iter().filter(shown).map(|line| indent(self.words(line))).min().unwrap_or(0);
        let body: Vec<Line> = body.iter().map(|line| line.dedented(width, self.text)).collect();
        let inner = self.replace(&body, depth + 1);
        let title = tag.attribute(&["title", "label", "summary"]);
        let lines: Vec<Line> = match tag.name.as_str() {
            "TabItem" | "Tab" => {
                let name = tag.attribute(&["label", "title", "value"]).unwrap_or("…").replace('"', "'");
                let head = [Line::written(format!("=== \"{name}\"")), Line::written("")];
                let inner = inner.into_iter().map(|line| line.after("    ", self.text));
                head.into_iter().chain(inner).chain([Line::written("")]).collect()
            }
            "Aside" | "Admonition" | "Callout" | "Note" | "Tip" | "Info" | "Warning" | "Caution" | "Danger" => {
                let own = tag.name.to_lowercase();
                let kind = tag.attribute(&["type", "variant"]).map(str::to_owned);
                let kind = kind.unwrap_or(if matches!(own.as_str(), "aside" | "admonition" | "callout") {
                    "note".to_owned()
                } else {
                    own
                });
                container(&kind, title, inner)
            }
            "Details" | "Accordion" | "Collapsible" => container("details", title, inner),
            _ => {
                let title = title.map(|title| match tag.attribute(&["href"]) {
                    Some(address) => format!("**[{title}]({address})**"),
                    None => format!("**{title}**"),
                });
                let words = title.into_iter().chain(tag.attribute(&["description"]).map(str::to_owned));
                let words = words.flat_map(|text| [Line::written(""), Line::written(text), Line::written("")]);
                words.chain(inner).collect()
            }
        };
        lines.into_iter().map(|line| line.after(&margin, self.text)).collect()
    }
}

fn container(kind: &str, title: Option<&str>, body: Vec<Line>) -> Vec<Line> {
    let title = title.map_or_else(String::new, |title| format!("[{title}]"));
    let (head, foot) = (Line::written(format!(":::{kind}{title}")), Line::written(":::"));
    [Line::written(""), head].into_iter().chain(body).chain([foot, Line::written("")]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::FileId;

    fn read(text: &str) -> String {
        let text = markdown(&MappedText::from_source(text, FileId(0), 0));
        let lines: Vec<&str> = text.as_str().lines().filter(|line| !line.trim().is_empty()).collect();
        lines.join("\n")
    }

    #[test]
    fn statements_and_comments_are_left_out() {
        let text = "import A from './a'\nimport {\n  B,\n} from \"b\"\n\nexport const c = {\n  d: [1],\n}\n\n{/* e\nf */}\n\nText\n\n```js\nimport g from 'g'\n```\n\nimport this page later.\n";
        assert_eq!(read(text), "Text\n```js\nimport g from 'g'\n```\nimport this page later.");
    }

    #[test]
    fn tabs_and_asides_keep_their_content() {
        let text = "<Tabs syncKey=\"os\">\n  <TabItem label=\"One\">\n\n    ```sh\n    a\n    ```\n\n  </TabItem>\n  <TabItem value=\"two\">b</TabItem>\n</Tabs>\n\n<Aside type=\"tip\" title=\"T\">\nc\n</Aside>\n";
        assert_eq!(
            read(text),
            "=== \"One\"\n    ```sh\n    a\n    ```\n  <TabItem value=\"two\">b</TabItem>\n:::tip[T]\nc\n:::"
                .replace("  <TabItem", "<TabItem")
        );
    }

    #[test]
    fn of_other_components_the_content_and_the_title_stay() {
        let text = "<Steps>\n1. a\n</Steps>\n\n<LinkCard\n  title=\"T\"\n  href=\"/x/\"\n/>\n\n<Demo client:load />\n\nA <Badge text=\"b\" /> c\n";
        assert_eq!(read(text), "1. a\n**[T](/x/)**\nA <Badge text=\"b\" /> c");
    }

    #[test]
    fn prose_and_what_stands_beside_a_tag_stay() {
        let text = "First\nimport data from the file\nexport default values\n\nimport what you need from it.\n";
        assert_eq!(read(text), text.replace("\n\n", "\n").trim_end());
        assert_eq!(read("<A f={() => 1}>text</A>\n"), "<A f={() => 1}>text</A>");
    }

    #[test]
    fn a_component_stays_in_its_item() {
        let text = "1. a\n\n   <Aside type=\"tip\">\n   b\n   </Aside>\n\n2. c\n";
        assert_eq!(read(text), "1. a\n   :::tip\n   b\n   :::\n2. c");
    }

    #[test]
    fn tags_that_never_end_take_no_time() {
        let text = "<A>\n\n".repeat(100_000);
        assert_eq!(read(&text), "");
    }

    #[test]
    fn code_in_a_component_keeps_its_origin() {
        let text = "<Card title=\"x\">\n  ```js\n  a;\n  ```\n</Card>\n";
        let found = markdown(&MappedText::from_source(text, FileId(0), 0));
        let at = found.as_str().find("a;").expect("code");
        assert_eq!(found.origin_of(at), Some((FileId(0), text.find("a;").expect("code"))));
    }
}
