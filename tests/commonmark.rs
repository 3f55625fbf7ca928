//! The 652 examples of the `CommonMark` 0.31.2 specification, as docgen builds them: each is a page of one site, and what
//! stands in the built page is compared. Documented differences are taken off first; what else differs has its reason here.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{project, run, stderr, write};
use regex::Regex;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

struct Example {
    number: usize,
    markdown: String,
    html: String,
}

/// The examples of `spec.txt`: between lines of 32 backquotes, Markdown and HTML separated by a full stop, tabs as
/// arrows.
fn examples(spec: &str) -> Vec<Example> {
    let fence = "`".repeat(32);
    let mut examples = Vec::new();
    let mut lines = spec.lines();
    while let Some(line) = lines.next() {
        if line != format!("{fence} example") {
            continue;
        }
        let mut part = |end: &str| {
            let mut text = String::new();
            for line in lines.by_ref().take_while(|line| *line != end) {
                text.push_str(&line.replace('→', "\t"));
                text.push('\n');
            }
            text
        };
        let (markdown, html) = (part("."), part(&fence));
        examples.push(Example { number: examples.len() + 1, markdown, html });
    }
    examples
}

/// Normalises like the specification's test script. Whitespace between blocks, the escaping of characters and the
/// closing of empty elements do not count.
fn normalised(html: &str) -> String {
    let mut text = html.replace("&quot;", "\"").replace("&#39;", "'").replace(" />", ">").replace("/>", ">");
    for tag in ["p", "ul", "ol", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr>", "pre"] {
        for open in [format!("<{tag}"), format!("</{tag}")] {
            text = text.replace(&format!("\n{open}"), &open);
        }
        text = text.replace(&format!("</{tag}>\n"), &format!("</{tag}>"));
    }
    for tag in ["<ul>", "<ol>", "<li>", "<blockquote>", "<hr>", "<br>"] {
        text = text.replace(&format!("{tag}\n"), tag);
    }
    text.trim().to_owned()
}

/// What docgen documents about its HTML, taken off: a heading has an id and an anchor, and code is a figure whose words
/// are highlighted.
fn without_what_docgen_adds(html: &str) -> String {
    static ANCHOR: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"<a class="anchor" [^>]*></a>"#).expect("a pattern"));
    static HEADING: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"<(h[1-6]) id="[^"]*">"#).expect("a pattern"));
    static FIGURE: LazyLock<Regex> = LazyLock::new(|| {
        let (caption, pre) = ("<figcaption>.*?</figcaption>", "<pre [^>]*>");
        let figure =
            format!(r#"(?s)<figure class="snippet"[^>]*>{caption}{pre}(<code[^>]*>)(.*?)</code></pre>.*?</figure>"#);
        Regex::new(&figure).expect("a pattern")
    });
    static HIGHLIGHT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<i class=\w+>|</i>").expect("a pattern"));
    let html = ANCHOR.replace_all(html, "");
    let html = HEADING.replace_all(&html, "<$1>");
    let figure = |found: &regex::Captures<'_>| {
        // A block without a label is plain text, and says so.
        let open = found[1].replace(" class=\"language-text\"", "");
        format!("<pre>{open}{}</code></pre>", HIGHLIGHT.replace_all(&found[2], ""))
    };
    FIGURE.replace_all(&html, figure).into_owned()
}

/// The text of each page: an example below a title, which the page's header shows.
fn built(examples: &[Example]) -> Vec<String> {
    let site = project("[book]\n", "# Home\n");
    for Example { number, markdown, .. } in examples {
        write(site.path(), &format!("content/e{number}.md"), &format!("# Example {number}\n\n{markdown}"));
    }
    let output = run(site.path(), &["--quiet", "build"]);
    let page = |example: &Example| {
        let path = site.path().join(format!("public/e{}.html", example.number));
        let html = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{}", stderr(&output)));
        let (_, text) = html.split_once("<div class=\"text\">\n").expect("the text begins");
        text.split_once("\n</div>\n<footer class=\"page-foot\">").expect("the text ends").0.to_owned()
    };
    examples.iter().map(page).collect()
}

/// Examples that come out otherwise, and why.
const OTHERWISE: &[(&[usize], &str)] =
    &[(&[24, 34], "a fence's label is read as it is written: escapes and entities mean nothing in it")];

#[test]
fn every_example_of_the_specification_comes_out_right() {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/node_modules/commonmark-spec/spec.txt");
    let Ok(spec) = std::fs::read_to_string(spec) else {
        // `cargo xtask test` installs it. A plain `cargo test` may run without it.
        assert!(std::env::var_os("CI").is_none(), "npm ci in tests/browser installs the specification");
        return;
    };
    let examples = examples(&spec);
    assert_eq!(examples.len(), 652);
    let reasons: BTreeMap<usize, &str> =
        OTHERWISE.iter().flat_map(|(numbers, reason)| numbers.iter().map(|number| (*number, *reason))).collect();
    let mut wrong = Vec::new();
    for (example, page) in examples.iter().zip(built(&examples)) {
        let got = normalised(&without_what_docgen_adds(&page));
        let expected = normalised(&example.html);
        let number = example.number;
        match (got == expected, reasons.get(&number)) {
            (true, Some(reason)) => wrong.push(format!("{number} comes out right, so it needs no reason: {reason}")),
            (false, None) => {
                wrong.push(format!("{number}: {:?}\nexpected {expected:?}\n     got {got:?}", example.markdown));
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{} of 652 differ:\n{}", wrong.len(), wrong.join("\n"));
}
