//! From a Rust fragment to a module with an entry point (S3.1), as rustdoc does it: `fn main` around what has none,
//! crate attributes and `extern crate` hoisted, `# ` lines hidden from readers but compiled. Pure.
//!
//! Source: "How documentation tests work", doc.rust-lang.org/rustdoc/write-documentation/documentation-tests.html.
//! Must not know: tools.

use crate::snippet::parts::SECRET;
use crate::snippet::plan::Pieces;
use crate::span::MappedText;
use regex::Regex;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

/// The function by which the crate's `main` starts a block.
pub(super) const ENTRY: &str = "docgen_entry";

const WRAPPER: &str = "wrapper";

static MAIN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*(?:pub\s+)?(?:async\s+)?fn\s+main\s*\(").expect("a valid pattern"));

/// The module around the pieces of a block. Pieces of a file are only made a module, without an entry.
pub(super) fn wrap(pieces: &Pieces) -> MappedText {
    let separator = format!("{}();\n", pieces.seam);
    let whole = pieces.parts.iter().any(|part| MAIN.is_match(part.text.as_str()));
    let separated = pieces.is_joined() && !whole;
    let joined = pieces.join(separated.then_some(separator.as_str()), true);
    let code = unhide(&joined);
    let text = code.as_str();
    let mut out = MappedText::new();
    if pieces.file.is_some() {
        out.push_mapped(&code, 0..code.len());
        // The crate's dispatch wants an entry in every module.
        out.push_generated(
            &format!("\npub fn {ENTRY}() -> std::process::ExitCode {{ std::process::ExitCode::SUCCESS }}\n"),
            WRAPPER,
        );
        return out;
    }
    let (hoisted, body) = split(text);
    for range in hoisted {
        out.push_mapped(&code, range);
    }
    if MAIN.is_match(text) {
        for range in body {
            out.push_mapped(&code, range);
        }
    } else {
        // rustdoc: a block that ends in `Ok::<(), E>(())` may use `?`.
        let fallible = text.trim_end().ends_with("(())");
        let open =
            if fallible { "fn main() { fn inner() -> Result<(), impl core::fmt::Debug> {\n" } else { "fn main() {\n" };
        out.push_generated(open, WRAPPER);
        for range in body {
            out.push_mapped(&code, range);
        }
        out.push_generated(if fallible { "\n} inner().unwrap() }\n" } else { "\n}\n" }, WRAPPER);
    }
    let first = if separated { format!("{}(); ", pieces.seam) } else { String::new() };
    let entry = format!(
        "\npub fn {ENTRY}() -> std::process::ExitCode {{ {first}std::process::Termination::report(main()) }}\n"
    );
    out.push_generated(&entry, WRAPPER);
    if separated {
        out.push_generated(&parts(&pieces.seam, pieces.parts.len() - 1), WRAPPER);
    }
    out
}

/// What reads the secrets when it is called first, and prints one between two parts. No block can know its name.
fn parts(seam: &str, number: usize) -> String {
    let size = number * SECRET;
    format!(
        "\nfn {seam}() {{\n\
         use ::std::io::{{Read as _, Write as _}};\n\
         static SECRETS: ::std::sync::Mutex<Option<(Vec<u8>, usize)>> = ::std::sync::Mutex::new(None);\n\
         let mut secrets = SECRETS.lock().unwrap();\n\
         match &mut *secrets {{\n\
         None => {{\n\
         let mut read = vec![0; {size}];\n\
         if ::std::io::stdin().read_exact(&mut read).is_err() {{ read.clear(); }}\n\
         *secrets = Some((read, 0));\n\
         }}\n\
         Some((secrets, at)) => {{\n\
         let secret = secrets.get(*at..*at + {SECRET}).unwrap_or_default();\n\
         let _ = ::std::io::stdout().write_all(secret);\n\
         *at += {SECRET};\n\
         }}\n\
         }}\n\
         }}\n"
    )
}

/// `# ` at the start of a line hides it from readers; `##` stands for `#`.
fn unhide(code: &MappedText) -> MappedText {
    let mut out = MappedText::new();
    let mut offset = 0;
    for line in code.as_str().split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let rest = &line[indent..];
        let skip =
            if rest.starts_with("# ") { 2 } else { usize::from(rest.trim_end() == "#" || rest.starts_with("##")) };
        out.push_mapped(code, offset..offset + indent);
        out.push_mapped(code, offset + indent + skip..offset + line.len());
        offset += line.len();
    }
    out
}

/// The code without its hidden lines.
pub(super) fn visible(code: &str) -> Cow<'_, str> {
    let hidden = |line: &str| {
        let rest = line.trim();
        rest == "#" || rest.starts_with("# ")
    };
    if !code.lines().any(|line| line.trim_start().starts_with('#')) {
        return code.into();
    }
    code.split_inclusive('\n')
        .filter(|line| !hidden(line))
        .map(|line| if line.trim_start().starts_with("##") { line.replacen("##", "#", 1) } else { line.to_owned() })
        .collect::<String>()
        .into()
}

/// Lines that must stand outside `main` (crate attributes, `extern crate`), and the rest.
fn split(text: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (mut hoisted, mut body) = (Vec::new(), Vec::new());
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let range = offset..offset + line.len();
        offset = range.end;
        let content = line.trim_start();
        if content.starts_with("#![") || content.starts_with("extern crate ") {
            hoisted.push(range);
        } else {
            body.push(range);
        }
    }
    (hoisted, body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snippet::plan::alone;

    fn wrapped(text: &str) -> String {
        wrap(&alone(text)).as_str().to_owned()
    }

    #[test]
    fn s3_1_statements_get_a_main() {
        assert!(wrapped("let x = 1;\n").starts_with("fn main() {\nlet x = 1;\n\n}\n"));
        assert!(wrapped("fn main() {}\n").starts_with("fn main() {}\n"));
    }

    #[test]
    fn s3_1_hidden_lines_are_compiled() {
        assert!(wrapped("# let x = 1;\n#\n## not hidden\n").starts_with("fn main() {\nlet x = 1;\n\n# not hidden\n"));
    }

    #[test]
    fn s3_1_attributes_are_hoisted_and_question_marks_work() {
        let out = wrapped("#![allow(dead_code)]\nlet n: u8 = \"1\".parse()?;\nOk::<(), std::num::ParseIntError>(())\n");
        assert!(out.starts_with("#![allow(dead_code)]\nfn main() { fn inner() -> Result"), "{out}");
    }
}
