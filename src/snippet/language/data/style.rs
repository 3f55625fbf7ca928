//! CSS and the languages that become CSS: SCSS, Sass and Less.
//!
//! Pages show rules, and also declarations without a rule around them. Must not know: blocks.

use super::problem::Problem;
use super::template;
use crate::span::char_range;
use oxc_css_parser::ast::{ComponentValue, Statement, Stylesheet};
use oxc_css_parser::error::Error;
use oxc_css_parser::pos::Span;
use oxc_css_parser::{Allocator, Parser, Syntax};

type Parsed = Result<(), Problem>;

/// CSS, by the current level of its modules.
pub(super) fn css(text: &str) -> Parsed {
    rules_or_declarations(text, Syntax::Css)
}

/// SCSS.
pub(super) fn scss(text: &str) -> Parsed {
    rules_or_declarations(text, Syntax::Scss)
}

/// Less.
pub(super) fn less(text: &str) -> Parsed {
    rules_or_declarations(text, Syntax::Less).map_err(|problem| inside_of_rule(text, problem))
}

/// In Less the parser may blame the brace of a rule for a fault inside it. The inside by itself has the place.
fn inside_of_rule(text: &str, problem: Problem) -> Problem {
    let inside = problem.range.start + 1;
    if !text[problem.range.clone()].starts_with('{') {
        return problem;
    }
    let close = text[inside..].rfind('}').map_or(text.len(), |close| inside + close);
    let part = &text[inside..close];
    let Err(inner) = rules_or_declarations(part, Syntax::Less) else { return problem };
    let inner = inside_of_rule(part, inner);
    Problem { range: inside + inner.range.start..inside + inner.range.end, ..inner }
}

/// Sass with indentation.
pub(super) fn sass(text: &str) -> Parsed {
    sheet(text, Syntax::Sass).map_err(|error| problem(error, 0, text))
}

/// What makes a rule of declarations.
const HEAD: &str = "a { ";

/// Rules; or the inside of a rule. The place of the fault that comes later in the text counts.
fn rules_or_declarations(text: &str, syntax: Syntax) -> Parsed {
    let plain = template::blanked(text, |part, _| if part.starts_with("{{") { 'x' } else { ' ' });
    let text = plain.as_str();
    let Err(in_rules) = sheet(text, syntax) else { return Ok(()) };
    let Err(inside) = sheet(&format!("{HEAD}{text}\n}}"), syntax) else { return Ok(()) };
    let in_rules = problem(in_rules, 0, text);
    let inside = problem(inside, HEAD.len(), text);
    Err(if inside.range.start > in_rules.range.start && inside.range.start < text.trim_end().len() {
        inside
    } else {
        in_rules
    })
}

/// What is wrong with a style sheet: the bytes, and the message.
struct Fault {
    start: usize,
    end: usize,
    message: String,
}

impl Fault {
    fn at(span: Span, message: String) -> Self {
        Self { start: span.start as usize, end: span.end as usize, message }
    }
}

/// Parses a style sheet, or says what is wrong first.
fn sheet(text: &str, syntax: Syntax) -> Result<(), Fault> {
    let said = |error: &Error| Fault::at(error.span, said(&error.kind.to_string()));
    let allocator = Allocator::default();
    let mut parser = Parser::new(&allocator, text, syntax);
    let sheet = parser.parse::<Stylesheet<'_>>().map_err(|error| said(&error))?;
    if let Some(error) = parser.recoverable_errors().first() {
        return Err(said(error));
    }
    unread(&sheet.statements, text).map_or(Ok(()), Err)
}

/// The first part that the parser took as it is, because no rule of the language reads it.
fn unread(statements: &[Statement<'_>], text: &str) -> Option<Fault> {
    statements.iter().find_map(|statement| match statement {
        Statement::Declaration(it) if it.value_is_raw => {
            let part = |start: u32, end: u32| text.get(start as usize..end as usize).unwrap_or_default();
            let (name, value) = (part(it.span.start, it.colon_span.start), part(it.colon_span.end, it.span.end));
            // These may hold anything.
            if name.starts_with("--") || value.trim_start().starts_with("progid:") {
                return None;
            }
            let wrong = it.value.iter().find_map(|value| match value {
                ComponentValue::TokenWithSpan(token) => {
                    Some(token.span).filter(|span| part(span.start, span.end) == ":")
                }
                _ => None,
            });
            Some(Fault::at(wrong.unwrap_or(it.span), format!("the value of `{}` cannot be read", name.trim())))
        }
        Statement::UnknownQualifiedRule(it) => Some(Fault::at(it.span, "this rule cannot be read".to_owned())),
        Statement::QualifiedRule(it) => unread(&it.block.statements, text),
        Statement::AtRule(it) => unread(&it.block.as_ref()?.statements, text),
        _ => None,
    })
}

fn problem(fault: Fault, head: usize, text: &str) -> Problem {
    let end = text.trim_end().len();
    let [start, after] = [fault.start, fault.end].map(|at| at.saturating_sub(head));
    let start = start.min(end.saturating_sub(1));
    let range = char_range(text, start..after.clamp(start + 1, end.max(start + 1)));
    let colon = text[range.clone()].starts_with(':');
    let help = colon.then(|| "perhaps the line above lacks its `;`".to_owned());
    Problem { range, message: fault.message, help }
}

/// A message in plain words: expect token `<eof>`, but found `}`.
fn said(message: &str) -> String {
    let words = [
        ("expect token ", "expected "),
        ("expect one of ", "expected one of "),
        (", but found ", ", found "),
        ("`<eof>`", "the end of the text"),
        ("`<ident>`", "a name"),
    ];
    let said = words.iter().fold(message.to_owned(), |said, (from, to)| said.replace(from, to));
    match said.strip_suffix(" is expected") {
        Some(what) => format!("expected: {what}"),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_declarations_are_right() {
        for text in [
            "a { color: red }\n",
            "color: red;\nmargin: 0 auto;\n",
            "@media (width >= 40em) { .a { & .b { color: oklch(60% 0.1 20) } } }\n",
            "@layer base, theme;\n@container card (inline-size > 30em) { a { b: c } }\n",
            ":root { --a: { b: c }; --d: 1px }\n.a:has(> .b):not(.c, .d) { inset: 0 }\n",
            "@property --x { syntax: '<length>'; inherits: false; initial-value: 0px }\n",
            "{% if a %}\n.a { color: {{ b }}; }\n{% endif %}\n",
            "@theme { --color-a: red; }\n.a { @apply b c; }\n",
        ] {
            assert!(css(text).is_ok(), "{text}: {}", css(text).unwrap_err().message);
        }
        assert!(scss("@use 'a';\n$b: 1px;\n.c { &:hover { d: $b; @include e($f: 1); } }\n").is_ok());
        assert!(less("@a: 1px;\n.b { .c(); d: @a; &:hover { e: f } }\n").is_ok());
        assert!(sass(".a\n  color: red\n  &:hover\n    color: blue\n").is_ok());
    }

    #[test]
    fn faults_have_their_place() {
        let text = "a {\n  .b {\n    c: @;\n  }\n}\n";
        let place = less(text).expect_err("no name").range.start;
        assert_eq!(text[..place].matches('\n').count() + 1, 3);
        for (text, line) in [
            ("a {\n  color: red\n  b: c\n}\n", 3),
            ("a {\n  color: red\n", 1),
            ("a {\n  color red;\n}\n", 2),
            ("a {\n}\n}\n", 3),
            ("a { b: 'c\n }\n", 1),
        ] {
            let problem = css(text).expect_err(text);
            assert_eq!(text[..problem.range.start].matches('\n').count() + 1, line, "{text} {}", problem.message);
        }
    }
}
