//! Formats that are parsed in process and hold no data: Dockerfiles, HCL, GraphQL, Protocol Buffers, makefiles.
//!
//! Pages show parts of such files. So a part without its head gets one, and is right if it is right with it. Must not know:
//! blocks.

use super::problem::Problem;
use crate::span::{ColumnUnit, LineIndex};
use std::ops::Range;

type Parsed = Result<(), Problem>;

/// A problem at a range of a text.
fn problem(text: &str, range: Range<usize>, message: &str) -> Problem {
    let end = text.trim_end().len();
    let start = range.start.min(end.saturating_sub(1));
    let range = start..range.end.clamp(start + 1, end.max(start + 1));
    Problem { range, message: message.to_owned(), help: None }
}

/// A problem at a line and column, 1-based.
fn at(text: &str, (line, column): (usize, usize), message: &str) -> Problem {
    let offset = LineIndex::new(text).offset(text, line, column.max(1), ColumnUnit::Char).unwrap_or(text.len());
    problem(text, offset..offset + 1, message)
}

/// A Dockerfile. A part needs no `FROM`.
pub(super) fn dockerfile(text: &str) -> Parsed {
    let Err(error) = parse_dockerfile::parse(text) else { return Ok(()) };
    if parse_dockerfile::parse(&format!("FROM scratch\n{text}")).is_ok() {
        return Ok(());
    }
    let said = error.to_string();
    let message = said.split(" at line ").next().unwrap_or(&said);
    Err(at(text, (error.line(), error.column()), message))
}

/// HCL, as Terraform has it.
pub(super) fn hcl(text: &str) -> Parsed {
    let Err(error) = text.parse::<hcl_edit::structure::Body>() else { return Ok(()) };
    let place = error.location();
    Err(problem(text, place.offset()..place.offset() + 1, error.message()))
}

/// GraphQL: operations and schemas.
pub(super) fn graphql(text: &str) -> Parsed {
    let tree = apollo_parser::Parser::new(text).parse();
    let Some(error) = tree.errors().next() else { return Ok(()) };
    Err(problem(text, error.index()..error.index() + error.data().len().max(1), error.message()))
}

/// Protocol Buffers. A part needs no `syntax` line, and fields need no message around them.
pub(super) fn protobuf(text: &str) -> Parsed {
    const HEADS: &[(&str, &str)] =
        &[("", ""), ("syntax = \"proto3\"; ", ""), ("syntax = \"proto3\"; message M { ", "\n}")];
    let mut first = None;
    for (head, tail) in HEADS {
        if !head.is_empty() && text.contains("syntax") {
            break;
        }
        let Err(error) = protox_parse::parse("block.proto", &format!("{head}{text}{tail}")) else { return Ok(()) };
        let range = error.span().unwrap_or(0..1);
        let range = range.start.saturating_sub(head.len())..range.end.saturating_sub(head.len());
        // The second try is the usual case: a message without a `syntax` line.
        if first.is_none() || *head == HEADS[1].0 {
            first = Some(problem(text, range, &error.to_string()));
        }
    }
    first.map_or(Ok(()), Err)
}

/// A makefile, by the rules of any make.
pub(super) fn makefile(text: &str) -> Parsed {
    let parsed = makefile_lossless::Makefile::parse(text);
    let Some(error) = parsed.positioned_errors().first() else { return Ok(()) };
    let range = usize::from(error.range.start())..usize::from(error.range.end());
    Err(problem(text, range, &error.message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_files_are_right_without_their_heads() {
        assert!(dockerfile("RUN apt-get update\n").is_ok() && dockerfile("FROM a AS b\nCOPY . .\n").is_ok());
        assert!(protobuf("message A { string name = 1; }\n").is_ok() && protobuf("string name = 1;\n").is_ok());
        assert!(protobuf("syntax = \"proto2\";\nmessage A { optional string name = 1; }\n").is_ok());
        assert!(graphql("{ user { id } }").is_ok() && graphql("type A { id: ID! }").is_ok());
        assert!(hcl("resource \"a\" \"b\" {\n  c = var.d\n}\n").is_ok());
    }

    #[test]
    fn a_place_is_in_the_text() {
        for (parse, text) in [
            (dockerfile as fn(&str) -> Parsed, "FORM a\n"),
            (hcl, "a = \n"),
            (graphql, "{ user { id "),
            (protobuf, "message A { string = 1; }\n"),
            (makefile, "ifeq (a,b)\nc:\n\td\n"),
        ] {
            let problem = parse(text).expect_err(text);
            assert!(problem.range.end <= text.len() && !problem.message.is_empty(), "{text} {:?}", problem.range);
        }
    }
}
