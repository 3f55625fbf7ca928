//! HTML: tokens by the rules of the WHATWG standard, and elements that are closed twice or never.
//!
//! Pages show parts of documents, so nothing asks for a head or a body. Text between the marks of a template language is
//! blank here, and no element is counted in such a block: both branches of a condition may open the same one.
//! Must not know: blocks.

use super::problem::Problem;
use super::template;
use crate::span::floor_char_boundary;
use html5gum::emitters::default::{DefaultEmitter, StartTag, Token};
use html5gum::emitters::naive_next_state;
use html5gum::{Error, Tokenizer};
use std::ops::Range;

/// Elements without an end tag.
const VOID: &[&str] = &[
    "area", "base", "basefont", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link", "meta", "param",
    "source", "track", "wbr",
];

/// Elements whose end tag may be left out.
const IMPLIED: &[&str] = &[
    "body", "caption", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p", "rp", "rt", "tbody",
    "td", "tfoot", "th", "thead", "tr",
];

/// Elements that end a paragraph when they begin.
const END_PARAGRAPHS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "ul",
];

/// Elements that a paragraph outside of them does not see.
const SCOPES: &[&str] =
    &["button", "caption", "foreignobject", "html", "marquee", "object", "table", "td", "template", "th"];

/// Elements whose content is text up to their own end tag.
const RAW: &[&str] = &["iframe", "script", "style", "textarea", "title"];

/// Max depth at which elements are counted. Browsers do not nest deeper either.
const MAX_DEPTH: usize = 512;

/// An element whose end has not come yet.
struct Open {
    name: String,
    range: Range<usize>,
}

/// The elements that are open at a place of the text.
struct Elements<'a> {
    text: &'a str,
    open: Vec<Open>,
}

/// Parses HTML: a document or any part of one.
pub(super) fn parse(text: &str) -> Result<(), Problem> {
    let in_word = |before: Option<char>| {
        before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '<' | '/' | '=' | '-' | '_' | ':'))
    };
    let plain = template::blanked(text, |_, before| if in_word(before) { 'x' } else { ' ' });
    let is_template = plain != text;
    let mut counts = !is_template;
    let mut tokenizer = Tokenizer::new_with_emitter(plain.as_str(), DefaultEmitter::<usize>::new_with_span());
    let mut elements = Elements { text, open: Vec::new() };
    let mut read = 0;
    while let Some(Ok(token)) = tokenizer.next() {
        if let Token::StartTag(tag) = &token
            && let Some(state) = naive_next_state(&tag.name)
            && !elements.is_in_drawing()
        {
            tokenizer.set_state(state);
        }
        let end = match &token {
            Token::StartTag(tag) => tag.span.end,
            Token::EndTag(tag) => tag.span.end,
            Token::String(text) | Token::Comment(text) => text.span.end,
            Token::Doctype(doctype) => doctype.span.end,
            Token::Error(_) => read,
        };
        match token {
            Token::Error(error) => {
                if let Some(message) = message(error.value, is_template) {
                    let (range, message) = place(&plain, read, error.value, error.span.start, message);
                    return Err(problem(range, message, help(error.value)));
                }
            }
            Token::StartTag(tag) if counts => elements.start(&tag)?,
            Token::EndTag(tag) if counts => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                elements.end(&name, tag.span.start..tag.span.end)?;
            }
            _ => {}
        }
        read = end;
        counts &= elements.open.len() < MAX_DEPTH;
    }
    if counts { elements.finish() } else { Ok(()) }
}

/// The place of an error that the tokenizer notes behind a character, and what to say of it. `read` is the end of the last
/// whole token.
fn place(text: &str, read: usize, error: Error, noted: usize, message: &str) -> (Range<usize>, String) {
    // The tokenizer counts bytes, and may stand inside a character.
    let before = &text[..floor_char_boundary(text, noted)];
    let back_to = |sign: char| before.rfind(sign);
    let one = |start: usize| start..start + 1;
    let last = before.char_indices().next_back().map_or(0, |(at, _)| at);
    let message = message.to_owned();
    match error {
        Error::DuplicateAttribute => (one(noted), message),
        Error::InvalidFirstCharacterOfTagName | Error::MissingEndTagName | Error::EofBeforeTagName => {
            (one(back_to('<').unwrap_or(last)), message)
        }
        Error::UnknownNamedCharacterReference => (one(back_to('&').unwrap_or(last)), message),
        Error::EofInTag => {
            let tag = text[read..].find('<').map_or(last, |at| read + at);
            match open_quote(&text[tag..]) {
                Some(quote) => (one(tag + quote), "the quote of this value is never closed".to_owned()),
                None => (one(tag), "this tag has no `>`".to_owned()),
            }
        }
        Error::EofInComment => {
            (one(text[read..].find("<!").map_or(last, |at| read + at)), "this comment has no end".to_owned())
        }
        _ => (one(last), message),
    }
}

/// The `=` before the first quote of a tag that is not closed on its line, or in the whole tag.
fn open_quote(tag: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(equals) = tag[at..].find('=').map(|equals| at + equals) {
        let quote = tag[equals + 1..].chars().next()?;
        at = equals + 1;
        if matches!(quote, '"' | '\'') {
            let line = tag[at + 1..].split('\n').next().unwrap_or_default();
            match line.find(quote) {
                Some(end) => at += end + 2,
                None => return Some(equals),
            }
        }
    }
    None
}

fn problem(range: Range<usize>, message: String, help: Option<&str>) -> Problem {
    Problem { range, message, help: help.map(str::to_owned) }
}

/// What an error of the tokenizer means; `None` if it is none for a reader: browsers agree on what they make of it.
fn message(error: Error, is_template: bool) -> Option<&'static str> {
    Some(match error {
        Error::EofInTag | Error::EofBeforeTagName => "the text ends inside a tag",
        Error::EofInComment => "the text ends inside a comment",
        Error::EofInDoctype => "the text ends inside the doctype",
        Error::MissingEndTagName => "an end tag has no name",
        Error::InvalidFirstCharacterOfTagName => "no tag can begin with this character",
        Error::DuplicateAttribute if !is_template => "this attribute stands twice in the tag",
        Error::MissingAttributeValue => "this attribute has `=` but no value",
        Error::MissingWhitespaceBetweenAttributes if !is_template => "a blank is missing between two attributes",
        Error::UnexpectedCharacterInAttributeName => "this character cannot be part of an attribute's name",
        Error::UnexpectedCharacterInUnquotedAttributeValue => "this character cannot be part of a value without quotes",
        Error::UnexpectedEqualsSignBeforeAttributeName => "`=` stands before an attribute's name",
        Error::UnexpectedSolidusInTag => "`/` stands inside a tag, but not at its end",
        Error::EndTagWithAttributes => "an end tag cannot have attributes",
        Error::UnknownNamedCharacterReference => "no character has this name",
        Error::MissingDoctypeName => "the doctype has no name",
        _ => return None,
    })
}

fn help(error: Error) -> Option<&'static str> {
    match error {
        Error::InvalidFirstCharacterOfTagName => Some("write `&lt;` for a `<` that begins no tag"),
        Error::UnknownNamedCharacterReference => Some("write `&amp;` for a `&` that begins no name"),
        Error::UnexpectedCharacterInUnquotedAttributeValue => Some("put the value in quotes"),
        _ => None,
    }
}

impl Elements<'_> {
    fn start(&mut self, tag: &StartTag<usize>) -> Result<(), Problem> {
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        let range = tag.span.start..tag.span.end;
        if RAW.contains(&name.as_str()) && tag.self_closing && !self.is_in_drawing() {
            let message =
                format!("`<{name} />` closes nothing: HTML ignores the slash, and all that follows is its text");
            return Err(problem(range, message, Some("write an end tag of its own")));
        }
        if !self.is_in_drawing() {
            if END_PARAGRAPHS.contains(&name.as_str()) {
                self.end_paragraph();
            }
            if VOID.contains(&name.as_str()) {
                return Ok(());
            }
        }
        // Vue, Angular and others take `<x-tag />` as a whole element.
        if !tag.self_closing {
            self.open.push(Open { name, range });
        }
        Ok(())
    }

    /// Whether the place is inside `SVG` or `MathML`, where `/>` ends every element.
    fn is_in_drawing(&self) -> bool {
        self.open.iter().any(|open| matches!(open.name.as_str(), "svg" | "math"))
    }

    /// Ends the paragraph around this place, if there is one.
    fn end_paragraph(&mut self) {
        let scope = self.open.iter().rposition(|open| SCOPES.contains(&open.name.as_str())).map_or(0, |at| at + 1);
        let Some(at) = self.open[scope..].iter().rposition(|open| open.name == "p") else { return };
        let above = &self.open[scope + at + 1..];
        if above.iter().all(|open| IMPLIED.contains(&open.name.as_str())) {
            self.open.truncate(scope + at);
        }
    }

    fn end(&mut self, name: &str, range: Range<usize>) -> Result<(), Problem> {
        let Some(at) = self.open.iter().rposition(|open| open.name == name) else {
            // `</body>` and `</html>` alone show the end of a document.
            if matches!(name, "body" | "html" | "head") {
                return Ok(());
            }
            let help = match name {
                "p" => Some("a list, a table, a heading or a `<div>` ends the paragraph that it stands in"),
                _ if VOID.contains(&name) => Some("this element has no end tag"),
                _ => None,
            };
            return Err(problem(range, format!("`</{name}>` closes nothing"), help));
        };
        let inner = self.open[at + 1..].iter().rfind(|open| !IMPLIED.contains(&open.name.as_str()));
        if let Some(inner) = inner {
            let line = self.text[..inner.range.start].matches('\n').count() + 1;
            let message =
                format!("`</{name}>` comes before the end of `<{}>`, which begins on line {line}", inner.name);
            return Err(problem(range, message, None));
        }
        self.open.truncate(at);
        Ok(())
    }

    /// No element may be open at the end.
    fn finish(self) -> Result<(), Problem> {
        match self.open.into_iter().rfind(|open| !IMPLIED.contains(&open.name.as_str())) {
            Some(open) => Err(problem(open.range, format!("`<{}>` is never closed", open.name), None)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_documents_and_templates_are_right() {
        for text in [
            "<!DOCTYPE html>\n<html lang=en>\n<head><title>a</title><meta charset=utf-8></head>\n<body><p>a<p>b</body></html>\n",
            "<ul><li>a<li>b</ul>\n",
            "<table><tr><td>a<td><p>b<tr><td>c</table>\n",
            "<svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"/><title/></svg>\n",
            "<p>{{ name }}</p>\n{% if a %}<div class=\"a\">{% else %}<div class=\"b\">{% endif %}\n</div>\n",
            "<a href={{ url }} {{ attributes }}>a</a><% if (a < b) { %><% } %>\n",
            "<x-button @click=\"go\" :class=\"{ a: b }\" *ngIf=\"c\" [d]=\"e\" /><input disabled>\n",
            "<script>if (a < b && c) { d('</p>'); }</script>\n",
            "<a href=\"/?a=1&b=2\">a & b</a> <img src=a.png alt=\"\" />\n",
            "<button><p>a<div>b</div></button>\n",
        ] {
            assert!(parse(text).is_ok(), "{text}: {}", parse(text).unwrap_err().message);
        }
    }

    #[test]
    fn faults_have_their_place() {
        for (text, place) in [
            ("<div><span>a</div>", "</div>"),
            ("<p><div>a</div></p>", "</p>"),
            ("<div>\n<b>a\n</b>", "<div>"),
            ("<script src=\"a.js\" />\n<p>a</p>", "<script src=\"a.js\" />"),
            ("<a>b</b></a>", "</b>"),
            ("<p>1 < 2</p>", "<"),
            ("<p>&nbps;</p>", "&"),
            ("<p>a</p><a href=\"a.png>\nb</a>", "="),
            ("<a href=\"b\"\n<p>a</p>", "<"),
            ("<!-- a", "<"),
            ("<p>größe <a b=c\"></a>", "\""),
        ] {
            let problem = parse(text).expect_err(text);
            assert_eq!(&text[problem.range.clone()], place, "{text}: {}", problem.message);
        }
        for text in
            ["<div class=\"a>b</div>", "<p>1 < 2</p>", "<a b=\"c\"d=\"e\"></a>", "<p id=a id=b>", "<p>&nbps;</p>"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
