//! Turns a Rust fragment into a module with an entry point (S3.1), like rustdoc: adds `#![allow(unused)]`, wraps code
//! without `main` in `fn main`, keeps crate attributes and `extern crate` outside, compiles `# ` lines but hides them
//! from readers. Pure.
//!
//! Source: "How documentation tests work", doc.rust-lang.org/rustdoc/write-documentation/documentation-tests.html.
//! Must not know: tools.

use crate::snippet::model::program::Parts;
use crate::snippet::model::seam::SECRET;
use crate::span::MappedText;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use regex::Regex;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;
use syn::parse::Parser;
use syn::{Block, Item, Stmt};

/// The function that the crate's `main` calls to start a block.
pub(super) const ENTRY: &str = "docgen_entry";

const WRAPPER: &str = "wrapper";

/// Wraps the parts of a block into a module. Parts of a file and crates of tests become a module with an empty entry.
pub(super) fn wrap(parts: &Parts) -> MappedText {
    let separator = format!("{}();\n", parts.seam);
    let whole = parts.parts.iter().any(|part| has_main(unhide(&part.text).as_str()));
    let separated = parts.is_joined() && !whole;
    let joined = parts.join(separated.then_some(separator.as_str()), true);
    let code = unhide(&joined);
    let text = code.as_str();
    let mut out = MappedText::new();
    if parts.file.is_some() || parts.test_harness {
        if parts.test_harness {
            out.push_generated("#![allow(unused)]\n", WRAPPER);
        }
        out.push_mapped(&code, 0..code.len());
        // The crate's dispatch needs an entry in every module.
        out.push_generated(&format!("{}std::process::ExitCode::SUCCESS }}\n", entry_head()), WRAPPER);
        return out;
    }
    out.push_generated("#![allow(unused)]\n", WRAPPER);
    let (hoisted, body) = split(text, parts.is_joined());
    for range in hoisted {
        out.push_mapped(&code, range);
    }
    if whole || text.contains("#![no_std]") {
        for range in body {
            out.push_mapped(&code, range);
        }
    } else {
        // rustdoc: a block that ends in `Ok::<(), E>(())` may use `?`.
        let fallible = text.trim_end().ends_with("(())");
        // The first call reads the secrets. Each other call stands between two parts.
        let first = if separated { format!(" {}();", parts.seam) } else { String::new() };
        let inner = if fallible { " fn inner() -> core::result::Result<(), impl core::fmt::Debug> {" } else { "" };
        out.push_generated(&format!("fn main() {{{first}{inner}\n"), WRAPPER);
        for range in body {
            out.push_mapped(&code, range);
        }
        out.push_generated(if fallible { "\n} inner().unwrap() }\n" } else { "\n}\n" }, WRAPPER);
    }
    if separated {
        out.push_generated(&seam_function(&parts.seam, parts.parts.len() - 1), WRAPPER);
    }
    out.push_generated(&format!("{}std::process::Termination::report(main()) }}\n", entry_head()), WRAPPER);
    out
}

/// The function that reads the secrets on its first call, and then prints one per call. No block can know its name.
fn seam_function(seam: &str, number: usize) -> String {
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

/// The head of a module's entry. The entry is the last item of a program; a separate crate does not need it.
fn entry_head() -> String {
    format!("\npub fn {ENTRY}() -> std::process::ExitCode {{ ")
}

static CRATE_NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"#!\[crate_name = "[A-Za-z_][A-Za-z0-9_]*"\]"#).expect("a valid pattern"));

/// A program as a separate crate: without the entry, and with a `main` if a file has none. Cargo names the crate, so
/// the author's name for it is blanked out.
pub(super) fn crate_root(program: &str) -> Cow<'_, str> {
    let Some(end) = program.rfind(&entry_head()) else { return program.into() };
    let blank = |found: &regex::Captures<'_>| " ".repeat(found[0].len());
    let own = CRATE_NAME.replace_all(&program[..=end], blank);
    let is_file = !program[end..].contains("report(main())");
    if is_file && !has_main(&own) { format!("{own}fn main() {{}}\n").into() } else { own }
}

/// Whether the code has its own `main`, by rustdoc's rule: it has only items, or a macro call contains it.
fn has_main(code: &str) -> bool {
    let Ok(statements) = Block::parse_within.parse_str(without_head(code)) else {
        return code.lines().any(|line| line.trim_start().trim_start_matches("pub ").starts_with("fn main("));
    };
    let named = |statement: &Stmt| match statement {
        Stmt::Item(Item::Fn(item)) => item.sig.ident == "main",
        Stmt::Item(Item::Macro(call)) => defines_main(call.mac.tokens.clone()),
        Stmt::Macro(call) => defines_main(call.mac.tokens.clone()),
        _ => false,
    };
    let is_item = |statement: &Stmt| matches!(statement, Stmt::Item(_) | Stmt::Macro(_));
    statements.iter().any(named) && statements.iter().all(is_item)
}

/// Whether the tokens contain `fn main(`.
fn defines_main(tokens: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let word = |token: &TokenTree, name: &str| matches!(token, TokenTree::Ident(ident) if ident == name);
    let list = |token: &TokenTree| matches!(token, TokenTree::Group(it) if it.delimiter() == Delimiter::Parenthesis);
    tokens.windows(3).any(|three| word(&three[0], "fn") && word(&three[1], "main") && list(&three[2]))
}

/// The code after the attributes at its head. No statement begins with such an attribute.
fn without_head(code: &str) -> &str {
    let start = split(code, false).1.first().map_or(code.len(), |range| range.start);
    &code[start..]
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

/// Lines that must stand outside `main`, and the rest. rustdoc takes crate attributes from the head of a block, then
/// lines with `extern crate`. `throughout` takes them from everywhere, for blocks that are joined into one program.
fn split(text: &str, throughout: bool) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (mut hoisted, mut body) = (Vec::new(), Vec::new());
    let (mut offset, mut open) = (0, 0);
    let (mut attributes, mut crates) = (true, true);
    for line in text.split_inclusive('\n') {
        let range = offset..offset + line.len();
        offset = range.end;
        let content = line.trim();
        let attribute = open > 0 || (attributes && content.starts_with("#!["));
        let is_crate =
            crates && ["extern crate ", "#[macro_use] extern crate "].iter().any(|it| content.starts_with(it));
        let nothing = crates && (content.is_empty() || (content.starts_with("//") && !content.starts_with("///")));
        if attribute {
            open = (open + count(content, '[')).saturating_sub(count(content, ']'));
        } else if !nothing && !throughout {
            attributes = false;
            crates = is_crate;
        }
        let inner_comment = content.starts_with("//!");
        if attribute || is_crate || (nothing && !throughout && !inner_comment) {
            hoisted.push(range);
        } else {
            body.push(range);
        }
    }
    (hoisted, body)
}

fn count(text: &str, wanted: char) -> usize {
    text.chars().filter(|character| *character == wanted).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snippet::model::program::alone;

    fn wrapped(text: &str) -> String {
        wrap(&alone(text)).as_str().to_owned()
    }

    #[test]
    fn s3_1_statements_get_a_main() {
        assert!(wrapped("let x = 1;\n").starts_with("#![allow(unused)]\nfn main() {\nlet x = 1;\n\n}\n"));
        assert!(wrapped("fn main() {}\n").starts_with("#![allow(unused)]\nfn main() {}\n"));
    }

    #[test]
    fn s3_1_hidden_lines_are_compiled() {
        assert!(wrapped("# let x = 1;\n#\n## not hidden\n").contains("\nfn main() {\nlet x = 1;\n\n# not hidden\n"));
    }

    #[test]
    fn s3_1_attributes_are_hoisted_and_question_marks_work() {
        let out = wrapped("#![allow(dead_code)]\nlet n: u8 = \"1\".parse()?;\nOk::<(), std::num::ParseIntError>(())\n");
        assert!(out.contains("\n#![allow(dead_code)]\nfn main() { fn inner() -> core::result::Result"), "{out}");
    }

    #[test]
    fn s3_1_main_is_where_rustdoc_sees_it() {
        for code in [
            "use std::fmt;\n\nfn main() {}\n",
            "# fn main() {\nlet x = 1;\n# }\n",
            "#![allow(unused)]\nextern crate alloc;\n\npub fn main() {}\n",
            "wrapped! { fn main() {} }\n",
        ] {
            assert!(
                !wrapped(code).contains("fn main() {\nuse") && wrapped(code).matches("fn main()").count() == 1,
                "{code}"
            );
        }
        for code in ["mod m {\n    fn main() {}\n}\n", "let x = 1;\nfn main() {}\n", "// fn main() {}\nf();\n"] {
            assert!(wrapped(code).contains("\nfn main() {\n"), "{code}");
        }
    }

    #[test]
    fn s3_1_the_head_of_a_block_stays_outside_main() {
        let out = wrapped("// a comment\n#![feature(\n    x,\n)]\nextern crate alloc;\n// another\nuse alloc::vec;\n");
        let head =
            "#![allow(unused)]\n// a comment\n#![feature(\n    x,\n)]\nextern crate alloc;\n// another\nfn main() {\n";
        assert!(out.starts_with(head), "{out}");
    }

    #[test]
    fn s7_2_a_crate_of_its_own_has_no_entry() {
        assert_eq!(crate_root(&wrapped("fn main() {}\n")), "#![allow(unused)]\nfn main() {}\n\n");
    }
}
