//! Finds the blocks that cannot share a crate with others, since their code concerns the crate as a whole. Pure.
//!
//! A missed block does no harm if it fails to compile in the shared crate: every failing block is judged again in its
//! own crate. So this must find blocks that pass in the shared crate but would fail alone, and blocks that harm a
//! neighbour.
//! Must not know: tools.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Item, ItemFn, Safety};

/// Attributes that reach beyond their module.
const REACHES_OUT: &[&str] = &[
    "alloc_error_handler",
    "export_name",
    "global_allocator",
    "lang",
    "link",
    "link_section",
    "macro_export",
    "no_link",
    "no_mangle",
    "panic_handler",
    "proc_macro",
    "proc_macro_attribute",
    "proc_macro_derive",
    "used",
];

/// Attributes at a block's head that mean the same in a module and in a crate.
const HARMLESS: &[&str] = &["allow", "doc", "expect", "warn"];

/// Whether a program needs its own crate. A program that syn cannot read does.
pub(super) fn is_about_its_crate(program: &str) -> bool {
    let Ok(file) = syn::parse_file(program) else { return true };
    let Ok(tokens) = program.parse::<TokenStream>() else { return true };
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    !has_plain_main(&file.items) || has_crate_attribute(&tokens) || reaches_out(&tokens, 0)
}

/// Whether `main` exists and another function can call it.
fn has_plain_main(items: &[Item]) -> bool {
    items.iter().any(|item| match item {
        Item::Fn(ItemFn { sig, .. }) if sig.ident == "main" => {
            let generics = sig.generics.params.is_empty() && sig.generics.where_clause.is_none();
            let qualified = sig.asyncness.is_some() || sig.abi.is_some() || !matches!(sig.safety, Safety::Default);
            generics && !qualified && sig.inputs.is_empty()
        }
        _ => false,
    })
}

fn punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn word(token: Option<&TokenTree>) -> Option<String> {
    match token {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    }
}

fn group(token: Option<&TokenTree>, delimiter: Delimiter) -> Option<Vec<TokenTree>> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group.stream().into_iter().collect()),
        _ => None,
    }
}

/// Whether an attribute at the program's head concerns the crate: `#![recursion_limit]`, or `#![deny]`, whose lints may
/// check the whole crate.
fn has_crate_attribute(tokens: &[TokenTree]) -> bool {
    (0..tokens.len()).any(|at| {
        punct(tokens.get(at), '#')
            && punct(tokens.get(at + 1), '!')
            && group(tokens.get(at + 2), Delimiter::Bracket)
                .is_some_and(|inner| !word(inner.first()).is_some_and(|name| HARMLESS.contains(&name.as_str())))
    })
}

/// Whether anything here names the crate's root, a module above the program, or something that all modules of a crate
/// share. `depth` counts the modules around the tokens.
fn reaches_out(tokens: &[TokenTree], depth: usize) -> bool {
    (0..tokens.len()).any(|at| {
        let next = |steps: usize| tokens.get(at + steps);
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        match word(next(0)).as_deref() {
            // `pub(crate)` reaches the whole crate, but no block looks into another.
            Some("crate") => tokens.len() > 1,
            Some("super") => supers(&tokens[at..]) > depth,
            // Another file, which rustc searches beside the crate's root or below the module.
            Some("mod") => punct(next(2), ';'),
            Some("extern") => [1, 2].iter().any(|steps| group(next(*steps), Delimiter::Brace).is_some()),
            Some("global_asm") => true,
            Some(_) => false,
            None => match next(0) {
                Some(TokenTree::Group(inner)) => {
                    let inside: Vec<TokenTree> = inner.stream().into_iter().collect();
                    let attribute = inner.delimiter() == Delimiter::Bracket && punct(before, '#');
                    let module = inner.delimiter() == Delimiter::Brace
                        && at.checked_sub(2).is_some_and(|at| word(tokens.get(at)).as_deref() == Some("mod"));
                    (attribute && names_any(&inside, REACHES_OUT)) || reaches_out(&inside, depth + usize::from(module))
                }
                _ => false,
            },
        }
    })
}

/// How many modules a path goes up from here: `super::super::x`. A path with braces may go anywhere.
fn supers(tokens: &[TokenTree]) -> usize {
    let mut count = 0;
    let mut at = 0;
    while word(tokens.get(at)).as_deref() == Some("super") {
        count += 1;
        if !punct(tokens.get(at + 1), ':') {
            break;
        }
        at += 3;
    }
    match group(tokens.get(at), Delimiter::Brace) {
        Some(inside) if names_any(&inside, &["super"]) => usize::MAX,
        _ => count,
    }
}

fn names_any(tokens: &[TokenTree], names: &[&str]) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&ident.to_string().as_str()),
        TokenTree::Group(group) => names_any(&group.stream().into_iter().collect::<Vec<_>>(), names),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s7_2_what_is_about_the_crate_gets_its_own() {
        for code in [
            "use crate::a::B;",
            "fn f() { super::g() }",
            "mod m { use super::super::g; }",
            "mod m { use super::{super::g}; }",
            "#![recursion_limit = \"64\"]",
            "#![deny(unused)]",
            "extern crate alloc;",
            "#[macro_export] macro_rules! m { () => {} }",
            "macro_rules! m { () => { $crate::f() } }",
            "#[unsafe(no_mangle)] extern \"C\" fn f() {}",
            "extern \"C\" { fn f(); }",
            "mod elsewhere;",
            "struct S { pub(in crate::a) x: u8 }",
        ] {
            assert!(is_about_its_crate(&format!("{code}\nfn main() {{}}")), "{code}");
        }
        for main in
            ["async fn main() {}", "fn main<T>() {}", "unsafe fn main() {}", "fn main(x: u8) {}", "fn other() {}"]
        {
            assert!(is_about_its_crate(main), "{main}");
        }
    }

    #[test]
    fn s7_2_what_is_about_itself_shares_a_crate() {
        for code in [
            "mod m { pub fn g() {} } use self::m::g;",
            "mod m { use super::g; mod n { use super::super::g; } } fn g() {}",
            "#![allow(dead_code)]",
            "pub(crate) struct S { pub(crate) x: u8 }",
            "extern \"C\" fn f() {}",
            "fn link() { let used = 1; }",
        ] {
            assert!(!is_about_its_crate(&format!("{code}\nfn main() {{}}")), "{code}");
        }
    }
}
