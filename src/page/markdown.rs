//! One pass over a page's Markdown that collects its headings, links, fences and their positions.
//!
//! `CommonMark` 0.31.2 and GFM by pulldown-cmark.
//! Must not know: HTML.

use super::events::{Events, destination};
use super::fence::{ForeignWords, Info};
use super::heading::{Anchors, Heading, slugify};
use super::math;
use super::model::{Dialect, Fence, Link, Page};
use super::tabs::Balance;
use crate::diagnostic::{Code, Diagnostic};
use crate::span::{FileId, MappedText, Span};
use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// The parser's options.
pub(super) fn options(math: bool) -> Options {
    let math = if math { Options::ENABLE_MATH } else { Options::empty() };
    math | Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
}

/// The result of [`scan`].
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) headings: Vec<Heading>,
    pub(super) links: Vec<Link>,
    pub(super) html_ids: Vec<String>,
    pub(super) fences: Vec<Fence>,
    pub(super) first_paragraph: String,
    pub(super) starts_with_heading: bool,
    pub(super) events: Events,
}

static HTML_ID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?i)\s(?:id|name)\s*=\s*["']?([^"'\s>]+)"#).expect("a valid pattern"));
static DIRECTIVE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"<!--\s*docgen:\s*(.*?)\s*-->\s*$").expect("a valid pattern"));

/// Reads `text` once.
pub(super) fn scan(text: &MappedText, file: FileId, dialect: Dialect<'_>, problems: &mut Vec<Diagnostic>) -> Scan {
    let mut broken = Vec::new();
    let mut scanner = Scanner {
        text,
        file,
        foreign: dialect.foreign_words,
        problems,
        anchors: Anchors::default(),
        scan: Scan::default(),
        heading: None,
        image: None,
        paragraph: None,
        code: None,
        seen_block: false,
        in_comment: false,
        links: 0,
        tabs: Balance::default(),
    };
    {
        // A full reference `[text][name]` without a definition is a mistake; `[text]` alone is usually just text in
        // brackets.
        let callback = |link: BrokenLink<'_>| -> Option<(CowStr<'_>, CowStr<'_>)> {
            if matches!(link.link_type, LinkType::Reference) {
                broken.push((link.span, link.reference.to_string()));
            }
            None
        };
        let parser = Parser::new_with_broken_link_callback(text.as_str(), options(dialect.math), Some(callback));
        let mut events = parser.into_offset_iter();
        for (event, range) in &mut events {
            scanner.scan.events.push(text.as_str(), &event, &range);
            scanner.event(event, range);
        }
        let definitions = events.reference_definitions().iter();
        scanner.scan.events.finish(definitions.map(|(_, it)| (it.span.clone(), it.dest.to_string())));
    }
    for (range, reference) in broken {
        let span = scanner.span(range);
        scanner.problems.push(
            Diagnostic::new(Code::BrokenReference, span, format!("no definition for the reference `{reference}`"))
                .help(format!("add a line `[{reference}]: address`, or escape the brackets")),
        );
    }
    scanner.problems.extend(scanner.tabs.end());
    let scan = scanner.scan;
    check_fences(&scan.fences, problems);
    scan
}

struct OpenHeading {
    level: u8,
    id: Option<String>,
    text: String,
    range: Range<usize>,
}

struct Scanner<'a> {
    text: &'a MappedText,
    file: FileId,
    foreign: ForeignWords<'a>,
    problems: &'a mut Vec<Diagnostic>,
    anchors: Anchors,
    scan: Scan,
    heading: Option<OpenHeading>,
    image: Option<Link>,
    paragraph: Option<String>,
    code: Option<Fence>,
    seen_block: bool,
    /// Inside of an HTML comment of several lines.
    in_comment: bool,
    /// Links and images so far.
    links: usize,
    tabs: Balance,
}

impl Scanner<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        self.text.span_of(range).unwrap_or(Span::at(self.file, 0))
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.code.is_some() => self.code_text(&text, range),
            Event::Text(text) | Event::Code(text) => self.words(&text),
            Event::InlineMath(tex) | Event::DisplayMath(tex) => self.formula(&tex, range),
            Event::SoftBreak | Event::HardBreak => self.words(" "),
            Event::Html(html) | Event::InlineHtml(html) => {
                let span = self.span(range);
                self.problems.extend(self.tabs.see(&html, span));
                // A comment comes line by line. It is nothing that a reader sees.
                let is_comment = self.in_comment || html.trim_start().starts_with("<!--");
                self.in_comment = is_comment && !html.contains("-->");
                self.seen_block |= !is_comment;
                let ids = HTML_ID.captures_iter(&html).filter_map(|captures| captures.get(1));
                self.scan.html_ids.extend(ids.map(|id| id.as_str().to_owned()));
            }
            _ => {}
        }
    }

    fn formula(&mut self, tex: &str, range: Range<usize>) {
        self.words(tex);
        if let Err(why) = math::mathml(tex, false) {
            let span = self.span(range);
            self.problems.push(
                Diagnostic::new(Code::MathSyntax, span, format!("this formula cannot be read: {why}"))
                    .help("correct the TeX, or write `\\$` for a dollar sign"),
            );
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        let may_be_comment = matches!(tag, Tag::HtmlBlock);
        match tag {
            Tag::Heading { level, id, attrs, .. } => {
                if !self.seen_block && self.scan.headings.is_empty() {
                    self.scan.starts_with_heading = true;
                }
                // Python-Markdown also writes `{ id="x" }`.
                let written = || attrs.iter().find(|(key, _)| &**key == "id")?.1.as_deref();
                let id = id.as_deref().or_else(written).map(|id| id.trim_matches(['"', '\'']).to_owned());
                self.heading = Some(OpenHeading { level: level as u8, id, text: String::new(), range });
            }
            Tag::Paragraph if self.scan.first_paragraph.is_empty() => self.paragraph = Some(String::new()),
            Tag::CodeBlock(kind) => self.code = Some(self.open_fence(&kind, range)),
            Tag::Link { dest_url, link_type, .. } => {
                let (target, span, number) = (destination(link_type, &dest_url), self.span(range), self.next_link());
                self.scan.links.push(Link { image: false, target, number, alt: String::new(), span });
            }
            Tag::Image { dest_url, .. } => {
                let (target, span, number) = (dest_url.to_string(), self.span(range), self.next_link());
                self.image = Some(Link { image: true, target, number, alt: String::new(), span });
            }
            _ => {}
        }
        self.seen_block |= !may_be_comment;
    }

    /// The number of a link or image that begins.
    fn next_link(&mut self) -> usize {
        self.links += 1;
        self.links - 1
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                if let Some(open) = self.heading.take() {
                    let anchor = self.anchors.unique(open.id.unwrap_or_else(|| slugify(&open.text)));
                    let end = open.range.start + self.text.as_str()[open.range.clone()].trim_end().len();
                    let span = self.span(open.range.start..end);
                    let text = open.text.trim().to_owned();
                    self.scan.headings.push(Heading { level: open.level, text, anchor, span, range: open.range });
                }
            }
            TagEnd::Paragraph => {
                if let Some(text) = self.paragraph.take() {
                    self.scan.first_paragraph = shorten(text.trim(), 200);
                }
            }
            TagEnd::Image => self.scan.links.extend(self.image.take()),
            TagEnd::CodeBlock => self.scan.fences.extend(self.code.take()),
            _ => {}
        }
    }

    fn words(&mut self, text: &str) {
        if let Some(image) = &mut self.image {
            image.alt.push_str(text);
        }
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(text);
        }
        if let Some(paragraph) = &mut self.paragraph {
            paragraph.push_str(text);
        }
    }

    fn code_text(&mut self, text: &str, range: Range<usize>) {
        let code = &mut self.code.as_mut().expect("checked by the caller").code;
        if self.text.as_str().get(range.clone()) == Some(text) {
            code.push_mapped(self.text, range);
        } else if let Some((file, offset)) = self.text.origin_of(range.start) {
            // The parser changed the text: it split a tab at a list's indentation, or normalised a line ending.
            code.push_standin(text, file, offset);
        } else {
            code.push_generated(text, "include");
        }
    }

    fn open_fence(&mut self, kind: &CodeBlockKind<'_>, range: Range<usize>) -> Fence {
        let text = self.text.as_str();
        let line_end = text[range.clone()].find('\n').map_or(range.end, |at| range.start + at);
        let line = text[range.start..line_end].trim_end_matches('\r');
        let fenced = matches!(kind, CodeBlockKind::Fenced(_));
        let mut info = Info::default();
        let mut info_span = None;
        if fenced {
            let ticks = line.trim_start().chars().next().unwrap_or('`');
            let after = line.trim_start().trim_start_matches(ticks);
            let raw = after.trim();
            let start = range.start + (line.len() - after.len()) + (after.len() - after.trim_start().len());
            info = Info::parse(raw, self.foreign);
            if !raw.is_empty() {
                info_span = Some(self.span(start..start + raw.len()));
            }
        }
        Fence {
            info,
            info_span,
            fenced,
            closed: !fenced || is_closed(&text[range.clone()]),
            code: MappedText::new(),
            span: self.span(range.start..range.start + text[range.clone()].trim_end().len()),
            open: self.span(range.start..range.start + line.len()),
            heading: self.scan.headings.len().checked_sub(1),
            directive: self.directive_above(range.start),
            range,
        }
    }

    /// `<!-- docgen: … -->` on the line above.
    fn directive_above(&self, fence: usize) -> Option<(String, Span)> {
        let text = self.text.as_str();
        let line_start = text[..fence].rfind('\n')?;
        let above_start = text[..line_start].rfind('\n').map_or(0, |at| at + 1);
        let captures = DIRECTIVE.captures(text[above_start..line_start].trim_end_matches('\r'))?;
        let items = captures.get(1)?;
        let span = self.span(above_start + items.start()..above_start + items.end());
        Some((items.as_str().to_owned(), span))
    }
}

/// The kind of a piece of a page's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// Running text.
    Prose,
    /// A term that the text explains: a term of a definition list, or bold text or code at the start of a list item or
    /// table row.
    Defined,
    /// A heading's text.
    Heading,
    /// A line of a code block.
    Code,
}

/// A piece of a page's text.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Its words.
    pub text: String,
    /// Byte offset in the page.
    pub offset: usize,
    /// What it is.
    pub kind: PieceKind,
}

/// The text of a page in pieces, for search.
pub fn plain_text(page: &Page) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut kind = PieceKind::Prose;
    // Whether an item or row has just begun; whether the bold text at its start is still open.
    let (mut fresh, mut term) = (false, false);
    for (event, range) in page.events() {
        let offset = range.start;
        match event {
            Event::Start(Tag::CodeBlock(_)) => kind = PieceKind::Code,
            Event::Start(Tag::Heading { .. }) => kind = PieceKind::Heading,
            Event::Start(Tag::DefinitionListTitle) => kind = PieceKind::Defined,
            Event::Start(Tag::Item | Tag::TableRow) => fresh = true,
            Event::Start(Tag::Strong) => term = std::mem::take(&mut fresh),
            Event::End(TagEnd::Strong) => term = false,
            Event::Code(words) if fresh && kind == PieceKind::Prose => {
                fresh = false;
                pieces.push(Piece { text: words.to_string(), offset, kind: PieceKind::Defined });
            }
            Event::Text(words) | Event::Code(words) | Event::InlineMath(words) | Event::DisplayMath(words) => {
                fresh = false;
                let kind = if term && kind == PieceKind::Prose { PieceKind::Defined } else { kind };
                pieces.push(Piece { text: words.to_string(), offset, kind });
            }
            Event::SoftBreak | Event::HardBreak => pieces.push(Piece { text: " ".to_owned(), offset, kind }),
            Event::End(end) => {
                // Separate the words of two blocks.
                if matches!(end, TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell | TagEnd::DefinitionListTitle) {
                    pieces.push(Piece { text: " ".to_owned(), offset, kind: PieceKind::Prose });
                }
                if matches!(end, TagEnd::CodeBlock | TagEnd::Heading(_) | TagEnd::DefinitionListTitle) {
                    kind = PieceKind::Prose;
                }
            }
            _ => {}
        }
    }
    pieces
}

/// Whether the last line of a fenced block is its closing fence.
fn is_closed(block: &str) -> bool {
    let mut lines = block.trim_end_matches(['\r', '\n']).lines();
    let Some(opening) = lines.next().map(str::trim_start) else { return false };
    let Some(mark @ ('`' | '~')) = opening.chars().next() else { return false };
    let length = opening.len() - opening.trim_start_matches(mark).len();
    let Some(last) = lines.next_back() else { return false };
    let last = last.trim_start_matches([' ', '\t', '>']).trim_end();
    last.len() >= length && last.chars().all(|character| character == mark)
}

pub(super) fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let cut: String = text.chars().take(limit).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end_matches([',', ';', ':', '.']))
}

/// Reports problems of info strings and fences that swallow text.
fn check_fences(fences: &[Fence], problems: &mut Vec<Diagnostic>) {
    for fence in fences {
        for problem in &fence.info.problems {
            let Some(info) = fence.info_span else { continue };
            let code = if problem.foreign { Code::FenceForeign } else { Code::FenceWord };
            let range = info.start + problem.range.start..info.start + problem.range.end;
            problems.push(
                Diagnostic::new(code, Span::new(info.file, range), problem.message.clone()).help(problem.help.clone()),
            );
        }
        let headings = swallowed(fence.code.as_str());
        if !fence.closed {
            let mut problem = Diagnostic::new(Code::FenceUnclosed, fence.open, "this code fence is never closed")
                .help("add the closing fence; without it, everything below is code");
            if let Some(heading) = headings.first() {
                problem = problem.note("this heading is inside the code block", fence.code.span_of(heading.clone()));
            }
            problems.push(problem);
        } else if fence.fenced && !is_markup(&fence.info.language) && holds_fence(fence.code.as_str()) {
            let Some(heading) = headings.first() else { continue };
            let title = fence.code.as_str()[heading.clone()].trim().to_owned();
            problems.push(
                Diagnostic::new(
                    Code::FenceSwallowsHeading,
                    fence.open,
                    format!("this code block swallows the heading `{title}` and the fences after it"),
                )
                .note("the heading that becomes code", fence.code.span_of(heading.clone()))
                .help("this line opens a block, but was probably meant to close one: remove it, or label the block if it shows Markdown"),
            );
        }
    }
}

fn is_markup(language: &str) -> bool {
    matches!(language, "markdown" | "md" | "mdx" | "rst" | "text" | "txt" | "diff" | "console")
}

/// Lines of a block that would be headings of levels 2 to 6 outside it. Level 1 is left out: `# x` is a comment in many
/// languages.
fn swallowed(code: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut offset = 0;
    for line in code.split_inclusive('\n') {
        let hashes = line.len() - line.trim_start_matches('#').len();
        if (2..=6).contains(&hashes) && line[hashes..].starts_with(' ') && !line[hashes..].trim().is_empty() {
            found.push(offset..offset + line.trim_end().len());
        }
        offset += line.len();
    }
    found
}

/// Whether a line of a block would open a labelled fence outside it.
fn holds_fence(code: &str) -> bool {
    code.lines().any(|line| {
        let rest = line.trim_start();
        (rest.starts_with("```") && rest.trim_start_matches('`').starts_with(char::is_alphanumeric))
            || (rest.starts_with("~~~") && rest.trim_start_matches('~').starts_with(char::is_alphanumeric))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(text: &str) -> (Scan, Vec<Diagnostic>) {
        let mut problems = Vec::new();
        let mapped = MappedText::from_source(text, FileId(0), 0);
        let scan = scan(
            &mapped,
            FileId(0),
            Dialect { foreign_words: ForeignWords::default(), math: true, mdx: false },
            &mut problems,
        );
        (scan, problems)
    }

    #[test]
    fn code_in_a_list_in_a_quote_keeps_its_origin() {
        let text = "> - item\r\n>\r\n>   ```python run\r\n>   é = 1\r\n>\r\n>   b = é\r\n>   ```\r\n";
        let (scan, _) = scanned(text);
        let fence = &scan.fences[0];
        assert_eq!(fence.code.as_str(), "é = 1\n\nb = é\n");
        let at = fence.code.as_str().find("b =").expect("second line");
        assert_eq!(fence.code.origin_of(at), Some((FileId(0), text.find("b =").expect("second line"))));
        assert!(fence.closed && fence.info.has("run"));
        let info = fence.info_span.expect("an info string");
        assert_eq!(&text[info.start..info.end], "python run");
    }

    #[test]
    fn comments_may_stand_before_the_heading_of_a_page() {
        for before in ["<!-- a -->\n\n", "<!--\nCopyright\n\nSPDX\n-->\n\n", "<!-- a -->\n<!-- b\n-->\n"] {
            assert!(scanned(&format!("{before}# Title\n\nText.\n")).0.starts_with_heading, "{before}");
        }
        for before in ["<p>x</p>\n\n", "<!-- a -->\n\n<img src=a>\n\n", "Text.\n\n"] {
            assert!(!scanned(&format!("{before}# Title\n\nText.\n")).0.starts_with_heading, "{before}");
        }
    }

    #[test]
    fn a_stray_fence_that_swallows_a_heading_is_pointed_at() {
        let text = "````md\nx\n````\n\n````\n\n## Part 2\n\n```python\nx\n```\n````\n";
        let (_, problems) = scanned(text);
        assert_eq!(problems.len(), 1);
        assert_eq!((problems[0].code, problems[0].span.start), (Code::FenceSwallowsHeading, 15));
    }

    #[test]
    fn an_unclosed_fence_is_an_error() {
        let (scan, problems) = scanned("text\n\n```sh\necho\n\n## Next\n");
        assert!(!scan.fences[0].closed);
        assert_eq!((problems[0].code, problems[0].span.start), (Code::FenceUnclosed, 6));
        assert_eq!(problems[0].notes.len(), 1);
    }

    #[test]
    fn broken_references_images_and_ids() {
        let (scan, problems) = scanned("[a][gone] ![pic](x.png) <b id=\"here\">x</b>\n");
        assert_eq!(problems[0].code, Code::BrokenReference);
        assert_eq!((scan.links[0].alt.as_str(), scan.links[0].image), ("pic", true));
        assert_eq!(scan.html_ids, ["here"]);
    }
}
