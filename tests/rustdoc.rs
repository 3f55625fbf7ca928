//! Rust blocks have the same verdict as in `rustdoc --test`, alone and together. Linters only advise.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, project, statuses, verify_json, write};
use serde_json::Value;
use std::path::Path;

const RAN: &str = "[book]\n[verify.lang.rust]\nlevel = \"ran\"\n";

fn page(blocks: &[(&str, &str)]) -> String {
    blocks.iter().fold(String::from("# P\n"), |page, (info, code)| page + &format!("\n```{info}\n{code}\n```\n"))
}

fn verified(site: &Path, args: &[&str]) -> Value {
    let all = [&["--no-cache"], args].concat();
    verify_json(site, &all).0
}

/// The parts of a verdict that do not depend on neighbours.
fn said(snippet: &Value) -> Vec<Value> {
    ["status", "level", "reason", "steps", "diagnostics"].map(|key| snippet[key].clone()).to_vec()
}

/// Checks the statuses of blocks that are verified together. Then checks that each block alone has the same verdict.
fn check_statuses(blocks: &[(&str, &str, &str)]) {
    let both: Vec<(&str, &str)> = blocks.iter().map(|(_, info, code)| (*info, *code)).collect();
    let site = project(RAN, &page(&both));
    let together = verified(site.path(), &[]);
    for (snippet, (status, info, code)) in together["snippets"].as_array().expect("snippets").iter().zip(blocks) {
        assert_eq!(snippet["status"], *status, "{info}\n{code}\n{snippet:#}");
        let id = snippet["id"].as_str().expect("an id");
        let alone = verified(site.path(), &["--id", id]);
        assert_eq!(said(&alone["snippets"][0]), said(snippet), "{code}");
    }
}

#[test]
fn s7_2_blocks_about_their_crate_are_judged_as_if_alone() {
    check_statuses(&[
        (
            "pass",
            "rust",
            "mod a {\n    pub fn f() -> u8 { 1 }\n}\nuse crate::a::f;\n\nfn main() {\n    assert_eq!(f(), 1);\n}",
        ),
        (
            "pass",
            "rust",
            "mod a {\n    use super::f;\n    pub fn g() -> u8 { f() }\n}\nfn f() -> u8 { 2 }\nfn main() {\n    assert_eq!(a::g(), 2);\n}",
        ),
        ("fail", "rust", "use super::main as other;\nfn main() {}"),
        ("fail", "rust", "pub(super) fn f() {}\nfn main() { f() }"),
        (
            "pass",
            "rust",
            "#[macro_export]\nmacro_rules! one {\n    () => { $crate::value() };\n}\nfn value() -> u8 { 1 }\nfn main() {\n    assert_eq!(one!(), 1);\n}",
        ),
        (
            "pass",
            "rust",
            "#[macro_export]\nmacro_rules! one {\n    () => { 2 };\n}\nfn main() {\n    assert_eq!(crate::one!(), 2);\n}",
        ),
        ("pass", "rust", "#![recursion_limit = \"16\"]\nfn main() {}"),
        (
            "fail",
            "rust",
            "#![recursion_limit = \"4\"]\nmacro_rules! n {\n    () => {};\n    ($a:tt $($rest:tt)*) => { n!($($rest)*) };\n}\nfn main() {\n    n!(1 2 3 4 5 6 7 8);\n}",
        ),
        (
            "pass",
            "rust",
            "extern crate alloc;\nuse alloc::vec::Vec;\nlet v: Vec<u8> = alloc::vec![1];\nassert_eq!(v.len(), 1);",
        ),
        ("pass", "rust", "#![crate_name = \"rary\"]\npub fn f() {}\nfn main() {}"),
        ("pass", "rust", "use std::alloc::System;\n#[global_allocator]\nstatic A: System = System;\nfn main() {}"),
        ("pass", "rust", "use std::alloc::System;\n#[global_allocator]\nstatic B: System = System;\nfn main() {}"),
        (
            "pass",
            "rust",
            "#[unsafe(no_mangle)]\nextern \"C\" fn same() -> u8 { 1 }\nfn main() {\n    assert_eq!(same(), 1);\n}",
        ),
        (
            "pass",
            "rust",
            "#[unsafe(no_mangle)]\nextern \"C\" fn same() -> u8 { 2 }\nfn main() {\n    assert_eq!(same(), 2);\n}",
        ),
        ("fail", "rust", "#![deny(missing_docs)]\npub fn f() {}\nfn main() {}"),
        ("fail", "rust", "async fn main() {}"),
        ("xfail", "rust compile_fail {code=E0425}", "helper();"),
        ("pass", "rust", "pub fn helper() {}\nhelper();"),
        ("pass", "rust", "let x = 1;\nassert_eq!(x, 1);"),
    ]);
}

/// Errors of one block can stop rustc before it checks others, and neighbours may define names that a block lacks.
#[test]
fn s7_2_errors_are_the_same_in_company() {
    check_statuses(&[
        ("fail", "rust", "let x: u8 = \"s\";\nundefined();"),
        ("fail", "rust", "let map: HashMap<u8, u8> = HashMap::new();"),
        ("fail", "rust", "let shape = Circle;\nlet other: Circle = shape;"),
        ("pass", "rust", "pub enum Shape {\n    Circle,\n}\npub fn undefined() {}\nfn main() {}"),
        ("fail", "rust", "macro_rules! m {\n    (a) => {};\n}\nm!(b);"),
        ("env_error", "rust", "use missing::Thing;\nlet thing = Thing::new();"),
        ("fail", "rust", "let v = vec![1];\ndrop(v);\ndrop(v);"),
    ]);
}

#[test]
fn s7_2_editions_are_those_of_the_block_also_in_a_quote() {
    check_statuses(&[
        (
            "pass",
            "rust edition2015",
            "mod a {\n    pub fn f() {}\n}\nuse a::f;\nfn main() {\n    let async = 1;\n    ::a::f();\n    f();\n    assert_eq!(async, 1);\n}",
        ),
        ("fail", "rust edition2018", "let async = 1;"),
        ("pass", "rust edition2018", "let array = [1u8];\nfor x in array.into_iter() {\n    let _: &u8 = x;\n}"),
        ("fail", "rust edition2021", "let array = [1u8];\nfor x in array.into_iter() {\n    let _: &u8 = x;\n}"),
        ("pass", "rust", "let array = [1u8];\nfor x in array.into_iter() {\n    let _: u8 = x;\n}"),
        ("fail", "rust {edition=1999}", "let x = 1;"),
    ]);
    let quoted = "# P\n\n> ```rust,edition2018\n> # let hidden = 1;\n> let gen = hidden;\n> ```\n";
    let site = project(RAN, quoted);
    assert_eq!(statuses(&verified(site.path(), &[])), ["pass"]);
}

const GENERATED: &str = "struct Size<const N: usize>;\nimpl<const N: usize> Size<N> {\n    const SMALL: () = assert!(N < 4);\n}\nfn hold<const N: usize>() {\n    Size::<N>::SMALL\n}\n\nfn main() {\n    hold::<8>();\n}";

#[test]
fn s1_1_errors_of_code_generation_are_found() {
    check_statuses(&[
        ("xfail", "rust compile_fail {code=E0080}", GENERATED),
        ("xpass", "rust compile_fail {code=E0080}", "fn main() {}"),
        ("fail", "rust", GENERATED),
        ("pass", "rust", "println!(\"a neighbour\");"),
    ]);
    let site = project(RAN, &page(&[("rust", GENERATED), ("rust", "let x = 1;")]));
    let report = verified(site.path(), &[]);
    let found = &report["snippets"][0]["diagnostics"][0];
    assert_eq!((&found["code"], &found["line"]), (&"E0080".into(), &6.into()), "{report:#}");
}

#[test]
fn s7_2_a_diagnostic_does_not_tell_of_neighbours() {
    // If two types of a crate have the same name, rustc prints their paths.
    let shown = "struct Point;\nfn main() {\n    println!(\"{}\", Point);\n}";
    let site = project(RAN, &page(&[("rust", "struct Point;\nfn main() {}"), ("rust", shown)]));
    let report = verified(site.path(), &[]);
    assert_eq!(statuses(&report), ["pass", "fail"]);
    let message = report["snippets"][1]["diagnostics"][0]["message"].as_str().expect("a message");
    assert!(message.starts_with("`Point` doesn't implement"), "{message}");
}

#[test]
fn s1_3_a_book_of_mdbook_runs_in_the_edition_it_names() {
    let site = tempfile::tempdir().expect("a temporary folder");
    write(site.path(), "book.toml", "[book]\ntitle = \"B\"\n\n[rust]\nedition = \"2018\"\n");
    write(site.path(), "src/SUMMARY.md", "# Summary\n\n- [A](a.md)\n");
    write(
        site.path(),
        "src/a.md",
        &page(&[
            ("rust", "let array = [1u8];\nfor x in array.into_iter() {\n    assert_eq!(x, &1);\n}"),
            ("rust", "assert_eq!(1, 2);"),
        ]),
    );
    let report = verified(site.path(), &["--lang", "rust"]);
    assert_eq!(statuses(&report), ["pass", "fail"], "{report:#}");
    assert_eq!(report["snippets"][0]["level"], "Ran");
    let output = docgen(site.path()).args(["check"]).output().expect("docgen starts");
    assert!(!common::stderr(&output).contains("[rust]"), "{}", common::stderr(&output));
}

/// Blocks that fail in clippy's default lints or in its driver, but not in rustc.
const ADVISED: &[&str] = &[
    "loop {\n    println!(\"once\");\n    break;\n}",
    "let x = 1;\nassert!(x == x);",
    "let f;\nf = format_args!(\"{} {}\", 1, \"x\");\nprintln!(\"{f}\");",
];

#[test]
fn s1_4_clippy_is_advice() {
    let blocks: Vec<(&str, &str)> = ADVISED.iter().map(|code| ("rust", *code)).collect();
    let site = project(RAN, &page(&blocks));
    let report = verified(site.path(), &[]);
    assert_eq!(statuses(&report), ["pass"; 3], "{report:#}");
    let found = &report["snippets"][0]["diagnostics"][0];
    assert_eq!((&found["severity"], &found["code"]), (&"warning".into(), &"clippy::never_loop".into()), "{report:#}");
    let lint = |index: usize| report["snippets"][index]["steps"]["lint"].clone();
    assert_eq!([lint(0), lint(1), lint(2)], ["pass"; 3]);
}

#[test]
fn s1_4_lints_are_errors_where_somebody_says_so() {
    let codes = |info: &str| page(&[(info, ADVISED[0]), (info, ADVISED[1]), (info, "let x = 1;\nassert_eq!(x, 1);")]);
    let site = project("[book]\n", &codes("rust {lint=deny}"));
    assert_eq!(statuses(&verified(site.path(), &[])), ["fail", "fail", "pass"]);
    let site = project("[book]\n[verify.lang.rust]\ndeny = [\"clippy::eq_op\"]\n", &codes("rust"));
    assert_eq!(statuses(&verified(site.path(), &[])), ["pass", "fail", "pass"]);
    let denied = format!("#![deny(clippy::never_loop)]\n{}", ADVISED[0]);
    let site = project("[book]\n", &page(&[("rust", &denied), ("rust", ADVISED[1])]));
    assert_eq!(statuses(&verified(site.path(), &[])), ["fail", "pass"]);
    for (lints, expected) in [("eq_op = \"deny\"", "fail"), ("pedantic = \"warn\"", "pass")] {
        let site = project("[book]\n", &codes("rust"));
        let manifest = format!(
            "[package]\nname = \"s\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n[lints.clippy]\n{lints}\n"
        );
        write(site.path(), "snippets/rust/Cargo.toml", &manifest);
        assert_eq!(statuses(&verified(site.path(), &[])), ["pass", expected, "pass"], "{lints}");
    }
    let site = project("[book]\n", &page(&[("rust {lint=maybe}", "let x = 1;")]));
    assert_eq!(statuses(&verified(site.path(), &[])), ["fail"]);
}

#[test]
fn s1_4_go_vet_fails_what_go_test_fails() {
    let unreachable = "func f() int {\n\treturn 1\n\tprintln(2)\n\treturn 2\n}\n\nfmt.Println(f())";
    let printf = "fmt.Printf(\"%d\\n\", \"x\")";
    let site = project("[book]\n", &page(&[("go", unreachable), ("go", printf), ("go {lint=deny}", unreachable)]));
    let report = verified(site.path(), &[]);
    assert_eq!(statuses(&report), ["pass", "fail", "fail"], "{report:#}");
    let found = &report["snippets"][0]["diagnostics"][0];
    assert_eq!((&found["severity"], &found["code"]), (&"warning".into(), &"unreachable".into()), "{report:#}");
}

#[test]
fn s3_5_an_extracted_project_holds_blocks_about_their_crate() {
    let blocks = [
        ("rust", "mod a {\n    pub fn f() {}\n}\nuse crate::a::f;\n\nfn main() {\n    f();\n}"),
        ("rust edition2015", "let async = 1;"),
        ("rust", "let x = 1;"),
    ];
    let site = project("[book]\n", &page(&blocks));
    let output = docgen(site.path()).args(["extract", "--out", "out"]).output().expect("docgen starts");
    assert!(output.status.success(), "{}", common::stderr(&output));
    let checked = std::process::Command::new("cargo")
        .args(["check", "--offline", "--quiet"])
        .current_dir(site.path().join("out/rust"))
        .env("CARGO_TARGET_DIR", site.path().join("target"))
        .output()
        .expect("cargo starts");
    assert!(checked.status.success(), "{}", common::stderr(&checked));
}
