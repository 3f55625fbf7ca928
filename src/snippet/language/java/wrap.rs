//! Turns a Java fragment into a program (S3.1): adds a package, imports, a class around methods, and a method around
//! statements. Code that consists of types stays as it is. Pure.
//!
//! Must not know: tools.

use crate::snippet::model::program::Parts;
use crate::snippet::model::seam::{SECRET, SIZE};
use crate::span::MappedText;
use regex::Regex;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::LazyLock;
use tree_sitter::{Node, Parser};

const WRAPPER: &str = "wrapper";

/// The class around a fragment.
pub(super) const CLASS: &str = "Docgen";

/// The packages that jshell imports, for code without imports of its own.
const USUAL: &[&str] = &[
    "java.io",
    "java.math",
    "java.net",
    "java.nio.file",
    "java.util",
    "java.util.concurrent",
    "java.util.function",
    "java.util.regex",
    "java.util.stream",
];

static PACKAGE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*package\s+[\w.]+\s*;").expect("a valid pattern"));
static TYPE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(?:class|interface|enum|record)\s+(\w+)").expect("a valid pattern"));
static PUBLIC: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^\s*public\s+(?:(?:abstract|final|sealed|strictfp)\s+)*(?:class|interface|enum|record|@interface)\s+(\w+)")
        .expect("a valid pattern")
});

/// A program, the name of its file, and whether it names its own package.
pub(super) struct Wrapped {
    pub(super) text: MappedText,
    pub(super) file: String,
}

/// The pieces of a fragment, as byte ranges.
#[derive(Debug, Default, PartialEq, Eq)]
struct Pieces {
    imports: Vec<Range<usize>>,
    types: Vec<Range<usize>>,
    members: Vec<Range<usize>>,
    statements: Vec<Range<usize>>,
}

/// Whether code names its own package, so that it cannot share one call with other blocks.
pub(super) fn has_package(code: &str) -> bool {
    PACKAGE.is_match(code)
}

/// Wraps the parts of a block into a program. `package` is its package, unless it names one.
pub(super) fn wrap(parts: &Parts, package: &str) -> Wrapped {
    let separator = format!("{}.next();\n", parts.seam);
    let separated = parts.is_joined();
    let code = parts.join(separated.then_some(separator.as_str()), true);
    let text = code.as_str();
    if has_package(text) {
        return Wrapped { file: file_of(text), text: code };
    }
    let pieces = pieces(text);
    let mut out = MappedText::new();
    out.push_generated(&format!("package {package};\n"), WRAPPER);
    if pieces.imports.is_empty() {
        let imports: String = USUAL.iter().fold(String::new(), |mut imports, package| {
            let _ = write!(imports, "import {package}.*; ");
            imports
        });
        out.push_generated(&format!("{imports}\n"), WRAPPER);
    }
    if pieces.members.is_empty() && pieces.statements.is_empty() {
        out.push_mapped(&code, 0..code.len());
        return Wrapped { file: file_of(text), text: out };
    }
    push(&mut out, &code, &pieces.imports);
    out.push_generated(&format!("@SuppressWarnings(\"serial\") class {CLASS} {{\n"), WRAPPER);
    push(&mut out, &code, &pieces.types);
    push(&mut out, &code, &pieces.members);
    if !pieces.statements.is_empty() {
        let start = if separated { format!("{}.start(); ", parts.seam) } else { String::new() };
        out.push_generated(
            &format!("public static void main(String[] args) throws Throwable {{ {start}new {CLASS}().docgen(args); }}\nvoid docgen(String[] args) throws Throwable {{\n"),
            WRAPPER,
        );
        push(&mut out, &code, &pieces.statements);
        out.push_generated("}\n", WRAPPER);
    }
    out.push_generated("}\n", WRAPPER);
    if separated {
        out.push_generated(&seam_class(&parts.seam, parts.parts.len() - 1), WRAPPER);
    }
    Wrapped { text: out, file: CLASS.to_owned() }
}

/// Adds pieces, each on lines of its own.
fn push(out: &mut MappedText, code: &MappedText, pieces: &[Range<usize>]) {
    for piece in pieces {
        out.push_mapped(code, piece.clone());
        if !out.as_str().ends_with('\n') {
            out.push_generated("\n", WRAPPER);
        }
    }
}

/// The name of the file that the compiler asks for: that of the public type, else of the first one.
fn file_of(text: &str) -> String {
    let found = PUBLIC.captures(text).or_else(|| TYPE.captures(text));
    found.map_or_else(|| CLASS.to_owned(), |found| found[1].to_owned())
}

/// Takes a fragment apart. Comments belong to the piece below them.
fn pieces(text: &str) -> Pieces {
    let mut pieces = Pieces::default();
    let mut parser = Parser::new();
    let tree = parser.set_language(&tree_sitter_java::LANGUAGE.into()).ok().and_then(|()| parser.parse(text, None));
    let Some(tree) = tree else {
        pieces.statements.push(0..text.len());
        return pieces;
    };
    let root = tree.root_node();
    let mut start = 0;
    let mut cursor = root.walk();
    let mut last: Option<Kind> = None;
    for node in root.children(&mut cursor) {
        let kind = match kind_of(&node, text) {
            Some(kind) => kind,
            // A comment waits for the next piece. What the parser does not understand stays where it is.
            None if node.kind().ends_with("comment") => continue,
            None => last.unwrap_or(Kind::Statement),
        };
        let end = node.end_byte();
        // The rest of the line belongs to the piece.
        let line = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
        let end = if text[end..line].trim().is_empty() { line } else { end };
        pieces.list(kind).push(start..end);
        (start, last) = (end, Some(kind));
    }
    if !text[start..].trim().is_empty() {
        pieces.list(last.unwrap_or(Kind::Statement)).push(start..text.len());
    }
    pieces
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Import,
    Type,
    Member,
    Statement,
}

impl Pieces {
    fn list(&mut self, kind: Kind) -> &mut Vec<Range<usize>> {
        match kind {
            Kind::Import => &mut self.imports,
            Kind::Type => &mut self.types,
            Kind::Member => &mut self.members,
            Kind::Statement => &mut self.statements,
        }
    }
}

fn kind_of(node: &Node<'_>, text: &str) -> Option<Kind> {
    match node.kind() {
        "import_declaration" => Some(Kind::Import),
        "class_declaration"
        | "interface_declaration"
        | "enum_declaration"
        | "record_declaration"
        | "annotation_type_declaration" => Some(Kind::Type),
        "method_declaration" | "constructor_declaration" | "static_initializer" | "field_declaration" => {
            Some(Kind::Member)
        }
        "local_variable_declaration" => {
            let modifiers = node.child(0).filter(|child| child.kind() == "modifiers");
            let words = modifiers.map_or("", |modifiers| &text[modifiers.byte_range()]);
            let is_field = ["public", "private", "protected", "static"].iter().any(|word| words.contains(word));
            Some(if is_field { Kind::Member } else { Kind::Statement })
        }
        "ERROR" | "line_comment" | "block_comment" => None,
        _ => Some(Kind::Statement),
    }
}

/// The class that prints a secret between two parts. It reads the secrets before any code of a block runs, and no block
/// can know its name.
fn seam_class(seam: &str, number: usize) -> String {
    let size = number * SECRET;
    format!(
        "final class {seam} {{\n\
         private static byte[] secrets = new byte[0];\n\
         private static int at = 0;\n\
         static void start() throws java.io.IOException {{\n\
         if (System.getenv({SIZE:?}) != null) secrets = System.in.readNBytes({size});\n\
         }}\n\
         static void next() {{\n\
         if (at + {SECRET} > secrets.length) return;\n\
         System.out.flush();\n\
         System.out.write(secrets, at, {SECRET});\n\
         System.out.flush();\n\
         at += {SECRET};\n\
         }}\n\
         }}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snippet::model::program::alone;

    fn wrapped(code: &str) -> String {
        let text = wrap(&alone(code), "p").text.as_str().to_owned();
        text.lines().filter(|line| !line.starts_with("import java.io.*;")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn s3_1_types_stay_as_they_are() {
        assert_eq!(wrapped("class A {}\n"), "package p;\nclass A {}");
        assert_eq!(wrap(&alone("// one\npublic class B {}\nclass A {}\n"), "p").file, "B");
        let own = "package q;\nclass A {}\n";
        assert_eq!(wrapped(own), own.trim_end());
    }

    #[test]
    fn s3_1_methods_get_a_class_and_statements_a_method() {
        let methods =
            wrapped("import java.util.List;\n// twice\nint twice(int n) {\n  return 2 * n;\n}\nprivate int n = 1;\n");
        assert!(methods.starts_with("package p;\nimport java.util.List;\n@SuppressWarnings"), "{methods}");
        assert!(!methods.contains("main"), "{methods}");
        let statements = wrapped("record A(int n) {}\nvar a = new A(1);\nSystem.out.println(a);\n");
        assert!(statements.contains("class Docgen {\nrecord A(int n) {}\npublic static void main"), "{statements}");
        assert!(statements.contains("Throwable {\nvar a = new A(1);\nSystem.out.println(a);\n}\n}"), "{statements}");
    }
}
