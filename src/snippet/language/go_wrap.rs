//! From a Go fragment to a program (S3.1): a package clause, the standard library's imports, `func main` around
//! statements. A whole program is left alone. Pure.
//!
//! Must not know: tools.

use crate::span::MappedText;
use regex::Regex;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

const WRAPPER: &str = "wrapper";

static PACKAGE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^package\s+\w+").expect("a valid pattern"));
static IMPORT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^import[\s(]").expect("a valid pattern"));
static MAIN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^func\s+main\s*\(").expect("a valid pattern"));
static QUALIFIED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b([a-z][a-z0-9]*)\.[A-Z]").expect("a valid pattern"));

/// Packages of the standard library by the name that code uses.
const STANDARD: &[(&str, &str)] = &[
    ("atomic", "sync/atomic"),
    ("base64", "encoding/base64"),
    ("big", "math/big"),
    ("binary", "encoding/binary"),
    ("bits", "math/bits"),
    ("bufio", "bufio"),
    ("bytes", "bytes"),
    ("cmp", "cmp"),
    ("context", "context"),
    ("csv", "encoding/csv"),
    ("debug", "runtime/debug"),
    ("errors", "errors"),
    ("exec", "os/exec"),
    ("filepath", "path/filepath"),
    ("flag", "flag"),
    ("fmt", "fmt"),
    ("fs", "io/fs"),
    ("hash", "hash"),
    ("heap", "container/heap"),
    ("hex", "encoding/hex"),
    ("html", "html"),
    ("http", "net/http"),
    ("httptest", "net/http/httptest"),
    ("io", "io"),
    ("iter", "iter"),
    ("json", "encoding/json"),
    ("list", "container/list"),
    ("log", "log"),
    ("maps", "maps"),
    ("math", "math"),
    ("md5", "crypto/md5"),
    ("net", "net"),
    ("os", "os"),
    ("path", "path"),
    ("pprof", "runtime/pprof"),
    ("rand", "math/rand"),
    ("reflect", "reflect"),
    ("regexp", "regexp"),
    ("ring", "container/ring"),
    ("runtime", "runtime"),
    ("sha1", "crypto/sha1"),
    ("sha256", "crypto/sha256"),
    ("signal", "os/signal"),
    ("slices", "slices"),
    ("slog", "log/slog"),
    ("sort", "sort"),
    ("sql", "database/sql"),
    ("strconv", "strconv"),
    ("strings", "strings"),
    ("sync", "sync"),
    ("syscall", "syscall"),
    ("template", "text/template"),
    ("testing", "testing"),
    ("time", "time"),
    ("trace", "runtime/trace"),
    ("unicode", "unicode"),
    ("unsafe", "unsafe"),
    ("url", "net/url"),
    ("utf8", "unicode/utf8"),
    ("xml", "encoding/xml"),
];

/// The program around a block.
pub(super) fn wrap(code: &MappedText) -> MappedText {
    let text = code.as_str();
    if PACKAGE.is_match(text) {
        return code.clone();
    }
    let mut out = MappedText::new();
    out.push_generated("package main\n\n", WRAPPER);
    if !IMPORT.is_match(text) {
        for path in inferred_imports(text) {
            out.push_generated(&format!("import \"{path}\"\n"), WRAPPER);
        }
    }
    let (declarations, statements) = split(text);
    for range in declarations {
        out.push_mapped(code, range);
    }
    if !statements.is_empty() && !MAIN.is_match(text) {
        out.push_generated("\nfunc main() {\n", WRAPPER);
        for range in statements {
            out.push_mapped(code, range);
        }
        out.push_generated("\n}\n", WRAPPER);
    } else {
        for range in statements {
            out.push_mapped(code, range);
        }
        if !MAIN.is_match(text) {
            out.push_generated("\nfunc main() {}\n", WRAPPER);
        }
    }
    out
}

/// The standard packages that a text uses by name and does not declare itself.
fn inferred_imports(text: &str) -> BTreeSet<&'static str> {
    QUALIFIED
        .captures_iter(text)
        .filter_map(|found| {
            let name = found.get(1).expect("one group").as_str();
            let declared = [format!("{name} :="), format!("{name}, "), format!("var {name} "), format!("({name} ")]
                .iter()
                .any(|form| text.contains(form.as_str()));
            (!declared).then(|| STANDARD.iter().find(|(known, _)| *known == name).map(|(_, path)| *path)).flatten()
        })
        .collect()
}

/// Byte ranges of top-level declarations (`import`, `func`, `type`) and of everything else, in whole lines.
/// `var` and `const` may stand in a function too, so they count as statements wherever there are any.
fn split(text: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let mut declarations: Vec<Range<usize>> = Vec::new();
    let mut rest: Vec<Range<usize>> = Vec::new();
    let mut closer: Option<&str> = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let range = offset..offset + line.len();
        offset = range.end;
        let content = line.trim_end();
        let starts = content.starts_with("import ")
            || content.starts_with("import(")
            || content.starts_with("func ")
            || content.starts_with("type ");
        if closer.is_some() || starts {
            if closer.is_none() {
                closer = match content.chars().last() {
                    Some('{') => Some("}"),
                    Some('(') => Some(")"),
                    _ => None,
                };
            } else if closer.is_some_and(|closer| content.starts_with(closer)) {
                closer = None;
            }
            push(&mut declarations, range);
        } else {
            push(&mut rest, range);
        }
    }
    let only_space_or_comments = |range: &Range<usize>| {
        text[range.clone()].lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with("//"))
    };
    if rest.iter().all(only_space_or_comments) {
        declarations.append(&mut rest);
        declarations.sort_by_key(|range| range.start);
    } else if !declarations.is_empty() && rest.iter().all(|range| only_globals(&text[range.clone()])) {
        declarations.append(&mut rest);
        declarations.sort_by_key(|range| range.start);
    }
    (declarations, rest)
}

fn only_globals(text: &str) -> bool {
    text.lines().all(|line| {
        line.trim().is_empty()
            || line.starts_with("//")
            || line.starts_with("var ")
            || line.starts_with("const ")
            || line.starts_with([' ', '\t', ')', '}'])
    })
}

fn push(ranges: &mut Vec<Range<usize>>, range: Range<usize>) {
    match ranges.last_mut() {
        Some(last) if last.end == range.start => last.end = range.end,
        _ => ranges.push(range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::FileId;

    fn wrapped(text: &str) -> String {
        wrap(&MappedText::from_source(text, FileId(0), 0)).as_str().to_owned()
    }

    #[test]
    fn s3_1_a_whole_program_is_left_alone() {
        let program = "package main\n\nfunc main() {}\n";
        assert_eq!(wrapped(program), program);
    }

    #[test]
    fn s3_1_statements_get_a_main_and_their_imports() {
        assert_eq!(
            wrapped("fmt.Println(strings.ToUpper(\"a\"))\n"),
            "package main\n\nimport \"fmt\"\nimport \"strings\"\n\nfunc main() {\nfmt.Println(strings.ToUpper(\"a\"))\n\n}\n"
        );
    }

    #[test]
    fn s3_1_functions_stay_outside_main() {
        let text = "func double(n int) int {\n\treturn 2 * n\n}\n\nfmt.Println(double(2))\n";
        let out = wrapped(text);
        assert!(out.contains("\nfunc double(n int) int {\n\treturn 2 * n\n}\n"), "{out}");
        assert!(out.contains("func main() {\n\nfmt.Println(double(2))\n"), "{out}");
    }

    #[test]
    fn s3_1_a_variable_is_not_a_package() {
        assert!(!wrapped("path := thing{}\npath.Walk()\n").contains("import"));
    }
}
