//! A project's theme that overrides the built-in one.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{copy, project, repository, run, stderr, write};

#[test]
fn the_second_theme_is_its_own_templates_over_the_built_in_ones() {
    let site =
        project("[book]\ntitle = \"T\"\n[site]\ntheme = \"plain\"\n", "# P\n\n```json {title=\"a.json\"}\n[1]\n```\n");
    copy(&repository().join("themes/plain"), &site.path().join("themes/plain"));
    let output = run(site.path(), &["build"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let read = |path: &str| std::fs::read_to_string(site.path().join("public").join(path)).expect("a file of the site");
    let page = read("page.html");
    assert!(page.contains("docgen/plain.css") && page.contains("<meta name=\"theme\" content=\"plain\">"), "{page}");
    assert!(page.contains("<h1") && page.contains("a.json"), "the built-in page is what it extends: {page}");
    assert!(!page.contains("site.js"), "{page}");
    assert!(
        read("verification.html").contains("docgen/plain.css"),
        "templates that it does not have are the built-in ones"
    );
    assert!(read("docgen/plain.css").contains("max-width"));
}

#[test]
fn a_mistake_in_a_template_names_file_and_line() {
    let site = project("[site]\ntheme = \"mine\"\n", "# P\n");
    write(
        site.path(),
        "themes/mine/page.html",
        "{% extends \"default/page.html\" %}\n{% block main %}\n{{ page.titel }}\n{% endblock %}\n",
    );
    let output = run(site.path(), &["build"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let printed = stderr(&output);
    assert!(printed.contains("page.html") && printed.contains("titel") && printed.contains('3'), "{printed}");
    assert!(!site.path().join("public").exists(), "nothing is half-written");
}

#[test]
fn an_image_of_another_host_is_let_in_on_its_own_page_and_named_in_a_hint() {
    let site = project("[book]\ntitle = \"T\"\n", "# P\n\n![a chart](https://example.org/a.png)\n");
    write(site.path(), "content/other.md", "# Other\n\n`<img src=\"https://example.org/a.png\">`\n");
    let output = run(site.path(), &["build"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let checked = run(site.path(), &["check"]);
    let printed = String::from_utf8_lossy(&checked.stdout).into_owned() + &stderr(&checked);
    assert!(printed.contains("hint[remote-image]") && printed.contains("page.md:3:1"), "{printed}");
    let read = |path: &str| std::fs::read_to_string(site.path().join("public").join(path)).expect("a file of the site");
    let allows = |path: &str| read(path).contains("data: https:;");
    assert!(allows("page.html") && allows("print.html") && !allows("other.html"));
}

#[test]
fn text_runs_as_its_language_is_written_unless_the_book_says_otherwise() {
    for (book, direction) in [
        ("language = \"ar\"", "<html lang=\"ar\" dir=\"rtl\""),
        ("language = \"ar\"\ntext-direction = \"ltr\"", "<html lang=\"ar\" data"),
        ("language = \"en\"\ntext-direction = \"rtl\"", "<html lang=\"en\" dir=\"rtl\""),
    ] {
        let site = project(&format!("[book]\n{book}\n"), "# P\n");
        assert_eq!(run(site.path(), &["build"]).status.code(), Some(0));
        let page = std::fs::read_to_string(site.path().join("public/page.html")).expect("the page");
        assert!(page.contains(direction), "{book}: {page}");
    }
    let site = project("[book]\ntext-direction = \"up\"\n", "# P\n");
    let output = run(site.path(), &["build"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("book.toml:2:") && stderr(&output).contains("`ltr` or `rtl`"),
        "{}",
        stderr(&output)
    );
}
