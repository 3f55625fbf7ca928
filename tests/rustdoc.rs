//! Rust blocks have the verdict that `rustdoc --test` gives them, alone and in company; linters give advice.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::pages::verify_folder;
use common::{copy_of, docgen, project, repository, statuses, verify_json, write};
use serde_json::Value;
use std::path::Path;

fn page(blocks: &[(&str, &str)]) -> String {
    blocks.iter().fold(String::from("# P\n"), |page, (info, code)| page + &format!("\n```{info}\n{code}\n```\n"))
}

fn verified(site: &Path, args: &[&str]) -> Value {
    let all = [&["--no-cache"], args].concat();
    verify_json(site, &all).0
}

/// What a verdict says of a block, wherever its neighbours are.
fn said(snippet: &Value) -> Vec<Value> {
    ["status", "level", "reason", "steps", "diagnostics"].map(|key| snippet[key].clone()).to_vec()
}

/// Verifies a folder of `tests/pages/`, whose pages say what must be found.
fn verify(name: &str) -> Value {
    verify_folder(&repository().join("tests/pages").join(name))
}

#[test]
fn s7_2_rust_blocks_are_judged_as_if_alone() {
    let together = verify("rustdoc");
    let site = copy_of(&repository().join("tests/pages/rustdoc"));
    let blocks = together["snippets"].as_array().expect("snippets");
    assert!(blocks.len() > 30);
    for snippet in blocks {
        let id = snippet["id"].as_str().expect("an id");
        let alone = verified(site.path(), &["--id", id]);
        assert_eq!(said(&alone["snippets"][0]), said(snippet), "{id}");
    }
    // What clippy says of these is advice, and its driver's breakdown too.
    let advised: Vec<&Value> = blocks.iter().filter(|block| block["page"] == "advice.md").collect();
    assert_eq!(advised.iter().map(|block| block["steps"]["lint"].clone()).collect::<Vec<_>>(), ["pass"; 3]);
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

/// Blocks that clippy's default levels fail, or its driver, and rustc does not.
const ADVISED: &[&str] = &[
    "loop {\n    println!(\"once\");\n    break;\n}",
    "let x = 1;\nassert!(x == x);",
    "let f;\nf = format_args!(\"{} {}\", 1, \"x\");\nprintln!(\"{f}\");",
];

#[test]
fn s1_4_lints_are_errors_where_somebody_says_so() {
    let codes = |info: &str| page(&[(info, ADVISED[0]), (info, ADVISED[1]), (info, "let x = 1;\nassert_eq!(x, 1);")]);
    let site = project("[book]\n[verify.lang.rust]\ndeny = [\"clippy::eq_op\"]\n", &codes("rust"));
    assert_eq!(statuses(&verified(site.path(), &[])), ["pass", "fail", "pass"]);
    for (lints, expected) in [("eq_op = \"deny\"", "fail"), ("pedantic = \"warn\"", "pass")] {
        let site = project("[book]\n", &codes("rust"));
        let manifest = format!(
            "[package]\nname = \"s\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n[lints.clippy]\n{lints}\n"
        );
        write(site.path(), "snippets/rust/Cargo.toml", &manifest);
        assert_eq!(statuses(&verified(site.path(), &[])), ["pass", expected, "pass"], "{lints}");
    }
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
