//! Turns a Go fragment into a program (S3.1): adds a package clause, imports of the standard library, and `func main`
//! around statements. A whole program stays as it is. Pure.
//!
//! Must not know: tools.

use crate::snippet::model::program::{Parts, Promised};
use crate::snippet::model::seam::{SECRET, SIZE};
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

/// Packages of the standard library, by the name that code uses.
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

/// Wraps the parts of a block into a program.
pub(super) fn wrap(parts: &Parts) -> MappedText {
    let whole = parts.parts.iter().any(|part| MAIN.is_match(part.text.as_str()));
    let separator = format!("{}()\n", parts.seam);
    let separated = parts.is_joined() && !whole;
    let code = parts.join(separated.then_some(separator.as_str()), true);
    let text = code.as_str();
    if PACKAGE.is_match(text) && parts.parts.len() == 1 {
        return code;
    }
    let mut out = MappedText::new();
    out.push_generated("package main\n\n", WRAPPER);
    if separated {
        out.push_generated("import docgenos \"os\"\n", WRAPPER);
    }
    if !IMPORT.is_match(text) {
        for path in inferred_imports(text) {
            out.push_generated(&format!("import \"{path}\"\n"), WRAPPER);
        }
        if let Some(path) = parts.package.as_deref().filter(|path| uses(text, path)) {
            out.push_generated(&format!("import \"{path}\"\n"), WRAPPER);
        }
    }
    let Split { imports, declarations, statements } = split(text);
    for range in imports {
        out.push_mapped(&code, range);
    }
    if separated {
        out.push_generated(&seam_function(&parts.seam, parts.parts.len() - 1), WRAPPER);
    }
    for range in declarations {
        out.push_mapped(&code, range);
    }
    if MAIN.is_match(text) {
        for range in statements {
            out.push_mapped(&code, range);
        }
        return out;
    }
    if statements.is_empty() {
        out.push_generated("\nfunc main() {}\n", WRAPPER);
        return out;
    }
    out.push_generated("\nfunc main() {\n", WRAPPER);
    for range in statements {
        out.push_mapped(&code, range);
    }
    out.push_generated("\n}\n", WRAPPER);
    out
}

/// The code that prints a secret between two parts. It reads the secrets before any code of a block runs, and no block
/// can know the names.
fn seam_function(seam: &str, number: usize) -> String {
    let (size, secret, variable) = (number * SECRET, SECRET, SIZE);
    format!(
        "\nvar {seam}_secrets = func() []byte {{\n\
         if _, set := docgenos.LookupEnv({variable:?}); !set {{ return nil }}\n\
         docgenos.Unsetenv({variable:?})\n\
         secrets := make([]byte, {size})\n\
         for at := 0; at < {size}; {{\n\
         read, err := docgenos.Stdin.Read(secrets[at:])\n\
         if err != nil {{ return nil }}\n\
         at += read\n\
         }}\n\
         return secrets\n\
         }}()\n\n\
         func {seam}() {{\n\
         if len({seam}_secrets) < {secret} {{ return }}\n\
         docgenos.Stdout.Write({seam}_secrets[:{secret}])\n\
         {seam}_secrets = {seam}_secrets[{secret}:]\n\
         }}\n\n"
    )
}

/// Whether a fragment uses a package: by the last part of its path, without the version.
fn uses(text: &str, path: &str) -> bool {
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let version =
        |part: &str| part.len() > 1 && part.starts_with('v') && part[1..].bytes().all(|byte| byte.is_ascii_digit());
    let name = match path.rsplit_once('/') {
        Some((rest, part)) if version(part) => last(rest),
        _ => last(path),
    };
    QUALIFIED.captures_iter(text).any(|found| found[1] == *name)
}

/// Go's convention for examples: `// Output:` or `// Unordered output:`, and the comment lines after it.
pub(super) fn promised_output(code: &MappedText) -> Option<Promised> {
    let mut text = MappedText::new();
    let mut found = None;
    let mut offset = 0;
    for line in code.as_str().split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let Some(comment) = line.trim_start().strip_prefix("//") else {
            if found.is_some() && !line.trim().is_empty() {
                break;
            }
            continue;
        };
        let at = start + line.len() - comment.len();
        let words = comment.trim().to_lowercase();
        if found.is_none() && (words.starts_with("output:") || words.starts_with("unordered output:")) {
            found = Some(words.starts_with("unordered"));
            let rest = &comment[comment.find(':')? + 1..];
            if !rest.trim().is_empty() {
                text.push_mapped(code, at + comment.len() - rest.trim_start().len()..offset);
            }
        } else if found.is_some() {
            text.push_mapped(code, at + usize::from(comment.starts_with(' '))..offset);
        }
    }
    found.map(|unordered| Promised { text, unordered })
}

/// The standard packages that a text uses by name, unless it declares the name itself.
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

/// Byte ranges of whole lines of a text, by where they must stand.
#[derive(Default)]
struct Split {
    imports: Vec<Range<usize>>,
    /// `func` and `type`.
    declarations: Vec<Range<usize>>,
    /// Everything else. `var` and `const` are allowed in functions, so they count as statements if there are
    /// statements.
    statements: Vec<Range<usize>>,
}

fn split(text: &str) -> Split {
    let mut split = Split::default();
    let mut open: Option<(&str, bool)> = None;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let range = offset..offset + line.len();
        offset = range.end;
        let content = line.trim_end();
        if content.starts_with("package ") {
            continue; // a program has one package clause, and docgen writes it
        }
        let import = content.starts_with("import ") || content.starts_with("import(");
        let starts = import || content.starts_with("func ") || content.starts_with("type ");
        match open {
            Some((closer, import)) => {
                push(if import { &mut split.imports } else { &mut split.declarations }, range);
                if content.starts_with(closer) {
                    open = None;
                }
            }
            None if starts => {
                open = match content.chars().last() {
                    Some('{') => Some(("}", import)),
                    Some('(') => Some((")", import)),
                    _ => None,
                };
                push(if import { &mut split.imports } else { &mut split.declarations }, range);
            }
            None => push(&mut split.statements, range),
        }
    }
    let nothing = |range: &Range<usize>| {
        text[range.clone()].lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with("//"))
    };
    let globals =
        !split.declarations.is_empty() && split.statements.iter().all(|range| only_globals(&text[range.clone()]));
    if split.statements.iter().all(nothing) || globals {
        split.declarations.append(&mut split.statements);
        split.declarations.sort_by_key(|range| range.start);
    }
    split
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
    use crate::snippet::model::program::alone;

    fn wrapped(text: &str) -> String {
        wrap(&alone(text)).as_str().to_owned()
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
