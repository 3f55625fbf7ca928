//! The 652 examples of the `CommonMark` 0.31.2 specification, with our extensions off.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

use docgen::render::html::commonmark;
use std::path::Path;

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
    let wrong: Vec<String> = examples
        .iter()
        .filter(|example| normalised(&commonmark(&example.markdown)) != normalised(&example.html))
        .map(|example| {
            format!(
                "{}: {:?}\nexpected {:?}\n     got {:?}",
                example.number,
                example.markdown,
                example.html,
                commonmark(&example.markdown)
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{} of 652 differ:\n{}", wrong.len(), wrong.join("\n"));
}
