//! Linters that a project brings, with their configuration: their findings are warnings at the author's place.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, repository, stderr, write};
use serde_json::Value;
use std::path::Path;

const PAGE: &str = r#"# A

```css
.a {
  color: #FFFFFF;
  colr: red;
}
```

```scss
$a: 1px;
.b { color: #GGGGGG; }
```

```html
<img src="größe.png">
```

```javascript
const größe = 1; const b = größe == 2;
console.log(b);
```

```css check
a { color red }
```
"#;

/// The report of a project with these linters on `PATH`.
fn verified(folder: &Path, arguments: &[&str]) -> (Value, Option<i32>) {
    let programs = repository().join("tests/browser/node_modules/.bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&path))).expect("folders");
    let mut call = docgen(folder);
    call.env("PATH", path).args(["verify", "--report", "json=-"]).args(arguments);
    let output = call.output().expect("docgen starts");
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)));
    (report, output.status.code())
}

/// What was found: the language, status and level of each block, then its findings.
fn told(report: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for block in report["snippets"].as_array().expect("blocks") {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        lines.push(format!("{} {} {}", text(&block["lang"]), text(&block["status"]), text(&block["level"])));
        for it in block["diagnostics"].as_array().expect("diagnostics") {
            let place = format!("{}:{}", it["line"], it["column"]);
            lines.push(format!("  {place} {} {} {}", text(&it["severity"]), text(&it["tool"]), text(&it["code"])));
        }
    }
    lines
}

fn project() -> tempfile::TempDir {
    let temp = tempfile::tempdir().expect("a temporary folder");
    write(temp.path(), "book.toml", "[book]\n");
    write(temp.path(), "content/a.md", PAGE);
    let css = r#"{ "rules": { "property-no-unknown": true, "color-no-invalid-hex": true } }"#;
    write(temp.path(), "snippets/css/.stylelintrc.json", css);
    write(temp.path(), "snippets/html/.htmlvalidate.json", r#"{ "root": true, "rules": { "wcag/h37": "error" } }"#);
    let javascript = "module.exports = [{ files: ['**/*.js'], rules: { eqeqeq: 'error' } }];\n";
    write(temp.path(), "snippets/javascript/eslint.config.cjs", javascript);
    write(temp.path(), "snippets/javascript/package.json", "{ \"name\": \"snippets\" }\n");
    temp
}

#[test]
fn s1_1_linters_of_the_project_warn_at_the_author_s_place() {
    let temp = project();
    let (report, status) = verified(temp.path(), &[]);
    let expected = [
        "css pass Linted",
        "  6:3 warning stylelint property-no-unknown",
        "scss pass Linted",
        "  12:13 warning stylelint color-no-invalid-hex",
        "html pass Linted",
        "  16:2 warning html-validate wcag/h37",
        "javascript pass Linted",
        "  20:34 warning eslint eqeqeq",
        "css fail Unchecked",
        "  25:11 error oxc-css-parser ",
    ];
    assert_eq!(told(&report), expected);
    assert_eq!(status, Some(1));
}

#[test]
fn s1_4_denied_rules_of_the_project_s_linters_are_errors() {
    let temp = project();
    let denied = "[book]\n\n[verify.lang.css]\ndeny = [\"property-no-unknown\"]\n";
    write(temp.path(), "book.toml", denied);
    let (report, _) = verified(temp.path(), &["--lang", "css"]);
    assert_eq!(told(&report)[..2], ["css fail Parsed", "  6:3 error stylelint property-no-unknown"]);
}

#[test]
fn s8_4_a_linter_s_configuration_is_not_run_without_execution() {
    let temp = project();
    let called = |arguments: &[&str]| {
        let (report, _) = verified(temp.path(), arguments);
        let blocks = report["snippets"].as_array().expect("blocks");
        let block = blocks.iter().find(|block| block["lang"] == "javascript").expect("a block");
        assert_eq!(block["status"], "pass", "{block}");
        block["tools"].get("eslint").is_some()
    };
    assert!(called(&["--lang", "javascript"]));
    assert!(!called(&["--no-exec", "--lang", "javascript"]), "a configuration can be a program");
}
