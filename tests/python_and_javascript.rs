//! What Python and JavaScript blocks are judged by: answers that cost one block, transcripts, places, imported names.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{project, run, statuses, stdout, verify_json};
use serde_json::Value;

fn verified(config: &str, page: &str) -> Value {
    verify_json(project(config, page).path(), &[]).0
}

/// A page of one block for each text, with good blocks between them.
fn among_good_ones(info: &str, good: &str, poisons: &[String]) -> String {
    let mut page = format!("# P\n\n```{info}\n{good}\n```\n");
    for poison in poisons {
        page.push_str(&format!("\n```{info}\n{poison}\n```\n\n```{info}\n{good}\n```\n"));
    }
    page
}

/// The statuses of the poisons, after a look at the good blocks around them.
fn of_poisons(report: &Value) -> Vec<String> {
    let all = statuses(report);
    for good in all.iter().step_by(2) {
        assert_eq!(good, "pass", "a good neighbour: {all:?}\n{}", common::verdict_lines(report));
    }
    all.iter().skip(1).step_by(2).cloned().collect()
}

/// The errors of a block: line, column, end column, code, message.
fn errors(report: &Value, block: usize) -> Vec<(u64, u64, u64, String, String)> {
    let number = |value: &Value| value.as_u64().unwrap_or(0);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = report["snippets"][block]["diagnostics"].as_array().expect("diagnostics");
    all.iter()
        .filter(|found| found["severity"] == "error")
        .map(|found| {
            let place = (number(&found["line"]), number(&found["column"]), number(&found["end_column"]));
            (place.0, place.1, place.2, text(&found["code"]), text(&found["message"]))
        })
        .collect()
}

#[test]
fn an_indented_python_block_fails_at_its_indent_and_costs_no_other() {
    let page = "# P\n\n```python\nprint(1)\n```\n\n```python\n    x = 1\n```\n\n```python\ny = 1\n  z = 2\n```\n\n```python\nif y:\n    a\n  b\n```\n\n```python\nprint(2)\n```\n";
    let report = verified("[book]\n", page);
    assert_eq!(statuses(&report), ["pass", "fail", "fail", "fail", "pass"], "{}", common::verdict_lines(&report));
    let unexpected = |line, end| (line, 1, end, "IndentationError".to_owned(), "unexpected indent".to_owned());
    assert_eq!(errors(&report, 1), [unexpected(8, 5)]);
    assert_eq!(errors(&report, 2), [unexpected(13, 3)]);
    let (line, column, end, code, message) = errors(&report, 3).remove(0);
    assert_eq!((line, column, end, code.as_str()), (19, 1, 3, "IndentationError"));
    assert!(message.starts_with("unindent does not match"), "{message}");
}

#[test]
fn a_python_block_that_python_cannot_take_costs_one_block() {
    let poisons = [
        "(".repeat(10_000),
        format!("x = {}1", "-".repeat(100_000)),
        format!("x = 1{}", "+1".repeat(20_000)),
        format!("x = int\nx{}", ".y".repeat(20_000)),
        format!("x = {}", "1".repeat(5_000)),
        "x = '\0'".to_owned(),
        "  x = 1".to_owned(),
        "try:\n\tx = 1\n        y = 2\nfinally: pass".to_owned(),
    ];
    let report = verified("[book]\n", &among_good_ones("python", "print(1)", &poisons));
    assert_eq!(of_poisons(&report), ["fail"; 8], "{}", common::verdict_lines(&report));
    let null_byte = &errors(&report, 11)[0];
    assert_eq!((null_byte.0, null_byte.1), (49, 6), "{null_byte:?}");
}

#[test]
fn a_javascript_block_that_node_cannot_take_costs_one_block() {
    let mut poisons = vec!["import \"\\ud800\";".to_owned(); 9];
    poisons.extend([
        "(".repeat(10_000),
        format!("export {}", "(".repeat(10_000)),
        "const a = \"\\ud800\";".to_owned(),
        "let \\ud800 = 1;".to_owned(),
        format!("const n = {}n;", "9".repeat(100_000)),
    ]);
    let report = verified("[book]\n", &among_good_ones("js", "console.log(1);", &poisons));
    let expected = [["env_error"; 9].as_slice(), &["fail", "fail", "pass", "fail", "pass"]].concat();
    assert_eq!(of_poisons(&report), expected, "{}", common::verdict_lines(&report));
}

#[test]
fn blocks_that_crash_a_linter_cost_no_others() {
    let deep = format!("const x = {}{};", "[".repeat(8_000), "]".repeat(8_000));
    let poisons = [deep.clone(), deep.clone(), "const y = 1;".to_owned(), deep];
    let report = verified("[book]\n", &among_good_ones("jsx", "const x = <p>1</p>;", &poisons));
    let found = of_poisons(&report);
    assert_eq!([&found[0], &found[1], &found[2], &found[3]], ["env_error", "env_error", "pass", "env_error"]);
}

#[test]
fn transcripts_are_unchecked_whatever_is_asked_of_them() {
    let transcripts = [
        ("pycon", ">>> print(1)\n2"),
        ("python-repl", ">>> print(1)\n2"),
        ("py-repl", ">>> print(1)\n2"),
        ("python", ">>> print(1)\n2"),
        ("py", "\n# A session:\n>>> print(1)\n2"),
        ("python", "  >>> print(1)\n  2"),
        ("python", "In [1]: 1 + 1\nOut[1]: 3"),
        ("js", "> 1 + 1\n3"),
        ("node", "// A session:\n> 1 + 1\n3"),
        ("bash", "$ echo 1\n2"),
        ("console", "$ echo 1\n2"),
        ("shell-session", "$ echo 1\n2"),
    ];
    for (label, text) in transcripts {
        for words in ["", " run", " should_fail", " {exit=0}", " {group=a}"] {
            let report = verified("[book]\n", &format!("# P\n\n```{label}{words}\n{text}\n```\n"));
            let block = &report["snippets"][0];
            let (status, level) = (block["status"].as_str(), block["level"].as_str());
            assert_eq!((status, level), (Some("unchecked"), Some("Unchecked")), "{label}{words}: {block}");
            assert_eq!(block["reason"], "transcripts are not compared yet", "{label}{words}");
            let warnings = block["diagnostics"].as_array().map_or(0, Vec::len);
            assert_eq!(warnings, usize::from(!words.is_empty()), "{label}{words}: {block}");
        }
    }
}

#[test]
fn the_output_of_a_transcript_is_unchecked_too() {
    let page = "# P\n\n```python run\n>>> print(1)\n```\n\n```text output\n2\n```\n\n```python run\nprint(1)\n```\n\n```text output\n1\n```\n";
    let site = project("[book]\n", page);
    let (report, exit) = verify_json(site.path(), &[]);
    assert_eq!(
        (statuses(&report), exit),
        (["unchecked", "unchecked", "pass", "not_code"].map(String::from).to_vec(), 0)
    );
    let said = stdout(&run(site.path(), &["verify"]));
    assert!(said.contains("nothing was run"), "{said}");
}

#[test]
fn prompts_inside_a_program_make_no_transcript() {
    let page = "# P\n\n```python\ndef f():\n    \"\"\"\n    >>> f()\n    1\n    \"\"\"\n    return 1\n```\n\n```python\nx = 8\nprint(x\n>> 1)\n```\n\n```python\nx = 1\n>>> x\n```\n";
    assert_eq!(statuses(&verified("[book]\n", page)), ["pass", "pass", "fail"]);
    // A transcript among the members of a group is none of them.
    let page = "# P\n\n```python run {group=a}\nx = 1\n```\n\n```python {group=a}\n>>> x\n2\n```\n\n```python run {group=a}\nprint(x)\n```\n\n```text output\n1\n```\n";
    assert_eq!(statuses(&verified("[book]\n", page)), ["pass", "unchecked", "pass", "not_code"]);
}

#[test]
fn an_end_of_input_points_at_what_is_not_closed() {
    let cases = [
        ("function f() {\n  if (x) {\n}\n\n", (1, 14), "Unexpected end of input: this `{` is never closed"),
        ("foo(function () {\n  bar(1);\n", (1, 17), "Unexpected end of input: this `{` is never closed"),
        ("const list = [1,\n  /]/.test('['),\n\n", (1, 14), "Unexpected end of input: this `[` is never closed"),
        ("const t = `a {\n${x}\n", (1, 11), "Unexpected end of input: this ``` is never closed"),
        ("const t = `a ${x\n", (1, 14), "Missing } in template expression: this `${` is never closed"),
        ("const a = 1;\n/* what\n", (2, 1), "Invalid or unexpected token: this `/*` is never closed"),
        ("const x =\n// so it goes\n\n", (1, 9), "Unexpected end of input"),
        ("import fs from 'fs';\nfunction f() {\n", (2, 14), "Unexpected end of input: this `{` is never closed"),
        ("await f(\n", (1, 8), "Unexpected end of input: this `(` is never closed"),
        ("let a = (1;\n", (1, 11), "Unexpected token ';'"),
        ("f(1, 2\n", (1, 6), "missing ) after argument list"),
    ];
    for (text, (line, column), message) in cases {
        let report = verified("[book]\n", &format!("# P\n\n```js\n{text}```\n"));
        let found = errors(&report, 0);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        let said = (found[0].0, found[0].1, found[0].4.as_str());
        assert_eq!(said, (line + 3, column, message), "{text}");
    }
    let jsx = verified("[book]\n", "# P\n\n```jsx\nfunction A() {\n  return <p></p>;\n\n```\n");
    assert_eq!((errors(&jsx, 0)[0].0, errors(&jsx, 0)[0].1), (4, 14), "{jsx}");
}

#[test]
fn a_thrown_error_has_line_and_column() {
    let cases = [
        ("const a = 1;\n  if (a) throw new Error('boom');\n", (2, 16), "Error: boom"),
        ("function f() { return null.x; }\n    f();\n", (1, 28), "TypeError: Cannot read properties"),
        ("const make = () => new RangeError('far');\n\nthrow make();\n", (1, 20), "RangeError: far"),
        ("const a = 1;\n  throw 'text';\n", (2, 3), ""),
        ("await 1;\nconst s = '😀'; null.y;\n", (2, 21), "TypeError: Cannot read properties"),
    ];
    for (text, (line, column), message) in cases {
        let report = verified("[book]\n", &format!("# P\n\n```js run\n{text}```\n"));
        let found = errors(&report, 0);
        assert_eq!((found[0].0, found[0].1), (line + 3, column), "{text}: {found:?}");
        assert!(found[0].4.starts_with(message), "{text}: {found:?}");
    }
}
