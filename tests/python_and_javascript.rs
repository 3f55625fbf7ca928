//! Verdicts of Python and JavaScript blocks: tool answers that affect one block, transcripts, positions, imported
//! names.

#![allow(clippy::format_push_string, reason = "plain to read; speed does not matter here")]

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

/// The statuses of the bad blocks. Checks that the good blocks around them pass.
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
        "class A extends B { ... }".to_owned(),
        "class A { ... }\nexport default A".to_owned(),
        "const a = \"\\ud800\";".to_owned(),
        "let \\ud800 = 1;".to_owned(),
        format!("const n = {}n;", "9".repeat(100_000)),
    ]);
    let report = verified("[book]\n", &among_good_ones("js", "console.log(1);", &poisons));
    let expected = [["env_error"; 9].as_slice(), &["fail", "fail", "fail", "fail", "pass", "fail", "pass"]].concat();
    assert_eq!(of_poisons(&report), expected, "{}", common::verdict_lines(&report));
    let ellipsis = &errors(&report, 2 * 11 + 1)[0];
    assert_eq!((ellipsis.1, ellipsis.4.as_str()), (21, "Unexpected token '...'"), "{ellipsis:?}");
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
    // A transcript between the members of a group is not a member.
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

/// Each finding of a missing name: line, column, end column, code and message.
fn names(report: &Value, block: usize) -> Vec<(u64, u64, u64, String, String)> {
    errors(report, block).into_iter().filter(|found| found.3.ends_with("Error")).collect()
}

#[test]
fn s1_7_an_unknown_name_of_the_standard_library_fails_at_the_name() {
    let cases = [
        (
            "from json import lods",
            (1, 18, 22),
            "ImportError",
            "cannot import name 'lods' from 'json'. Did you mean: 'loads'?",
        ),
        (
            "from os import path, pth",
            (1, 22, 25),
            "ImportError",
            "cannot import name 'pth' from 'os'. Did you mean: 'path'?",
        ),
        (
            "é = 1; from collections import (OrderedDict,\n    dfaultdict as d)",
            (2, 5, 15),
            "ImportError",
            "cannot import name 'dfaultdict' from 'collections'. Did you mean: 'defaultdict'?",
        ),
        ("import os.pth", (1, 8, 14), "ModuleNotFoundError", "No module named 'os.pth'; 'os' is not a package"),
        (
            "from urllib.reqest import urlopen",
            (1, 6, 19),
            "ModuleNotFoundError",
            "No module named 'urllib.reqest'. Did you mean: 'request'?",
        ),
        (
            "def f():\n    from math import sinn",
            (2, 22, 26),
            "ImportError",
            "cannot import name 'sinn' from 'math'. Did you mean: 'sin'?",
        ),
    ];
    for (code, (line, column, end), kind, message) in cases {
        let report = verified("[book]\n", &format!("# P\n\n```python\n{code}\n```\n"));
        let block = &report["snippets"][0];
        assert_eq!((block["status"].as_str(), block["level"].as_str()), (Some("fail"), Some("Linted")), "{code}");
        let expected = [(line + 3, column, end, kind.to_owned(), message.to_owned())];
        assert_eq!(names(&report, 0), expected, "{code}");
    }
}

#[test]
fn names_that_are_there_or_may_be_are_no_errors() {
    let right = [
        "from __future__ import annotations",
        "from os import path, PathLike\nimport os.path, xml.dom.minidom, importlib.metadata",
        "from concurrent import futures\nfrom re import IGNORECASE\nfrom socket import AF_INET\nfrom ssl import PROTOCOL_TLS",
        "from collections import *\nfrom multiprocessing import Pool\nfrom http import HTTPStatus, server",
        "try:\n    from json import lods\nexcept ImportError:\n    lods = None",
        "from contextlib import suppress\nwith suppress(ImportError):\n    from json import lods",
        "import sys\nif sys.version_info >= (3, 99):\n    from typing import Novelty",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from _typeshed import SupportsRead",
        "import __main__\nfrom this import nothing",
        "NEW = True\nif NEW:\n    from typing import Generic\nelse:\n    from typing import GenericMeta as Generic",
        "try:\n    callable\nexcept NameError:\n    from collections import Callable",
    ];
    let mut page = "# P\n".to_owned();
    for code in right {
        page.push_str(&format!("\n```python\n{code}\n```\n"));
    }
    // The block promises to fail when it runs, and it does.
    page.push_str("\n```python should_fail {error=\"cannot import name\"}\nfrom json import lods\n```\n");
    let report = verified("[book]\n", &page);
    let expected = [["pass"; 11].as_slice(), &["xfail"]].concat();
    assert_eq!(statuses(&report), expected, "{}", common::verdict_lines(&report));
    // A name of a future version or of another system is not the author's fault.
    let page = "# P\n\n```python\nfrom math import isnormal\n```\n\n```python\nfrom ctypes import windll\n```\n";
    assert_eq!(statuses(&verified("[book]\n", page)), ["env_error", "env_error"]);
}

#[test]
fn names_of_the_fixtures_modules_are_read_and_nothing_is_run() {
    let blocks = [
        ("from shop import Cart, checkout, tax, late, prices", "pass"),
        ("from shop import Cort", "fail"),
        ("from shop.prices import total", "pass"),
        ("from shop.prices import totl", "fail"),
        ("import shop.price", "fail"),
        ("import shop.loose.part", "pass"),
        ("from dynamic import anything", "pass"),
        ("from placeholder import anything", "pass"),
        ("from starred import Cart, own", "pass"),
        ("from starred import Crt", "fail"),
    ];
    let mut page = "# P\n".to_owned();
    for (code, _) in blocks {
        page.push_str(&format!("\n```python\n{code}\n```\n"));
    }
    let site = project("[book]\n", &page);
    let file = |path: &str, text: &str| common::write(site.path(), &format!("snippets/python/{path}"), text);
    file("pyproject.toml", "[project]\nname = \"snippets\"\nversion = \"0\"\n");
    let ran = "import os\nos._exit(7)\n";
    let init = "from .prices import total as tax\nclass Cart: pass\ndef checkout():\n    global late\n    late = 1\n";
    file("shop/__init__.py", &format!("{init}{ran}"));
    file("shop/prices.py", &format!("if True:\n    def total(): pass\n{ran}"));
    file("shop/loose/part.py", "");
    file("dynamic.py", "def __getattr__(name): pass\n");
    file("placeholder.py", "\"\"\"Stands in.\"\"\"\n");
    file("starred.py", "from shop import *\nown = 1\n");
    let (report, _) = verify_json(site.path(), &[]);
    let expected: Vec<&str> = blocks.iter().map(|(_, status)| *status).collect();
    assert_eq!(statuses(&report), expected, "{}", common::verdict_lines(&report));
    assert!(names(&report, 1)[0].4.ends_with("Did you mean: 'Cart'?"), "{report}");
}

#[test]
fn s1_7_an_unknown_name_of_nodes_own_modules_fails_at_the_name() {
    let cases = [
        ("import {readFil} from \"node:fs\";", (1, 9, 16), "node:fs", "readFil", "readFile"),
        (
            "import fs, { existsSync,\n  readFileSnc as read } from 'fs';",
            (2, 3, 14),
            "fs",
            "readFileSnc",
            "readFileSync",
        ),
        ("const s = '😀'; export { joi } from 'path';", (1, 25, 28), "path", "joi", "join"),
    ];
    for (code, (line, column, end), module, name, near) in cases {
        let report = verified("[book]\n", &format!("# P\n\n```js\n{code}\n```\n"));
        let block = &report["snippets"][0];
        assert_eq!((block["status"].as_str(), block["level"].as_str()), (Some("fail"), Some("Parsed")), "{code}");
        let message = format!(
            "The requested module '{module}' does not provide an export named '{name}'. Did you mean '{near}'?"
        );
        assert_eq!(names(&report, 0), [(line + 3, column, end, "SyntaxError".to_owned(), message)], "{code}");
    }
    let right = [
        "import fs, { readFile } from 'node:fs';\nimport * as path from 'path';\nconsole.log(fs, readFile, path);",
        "import { setTimeout as wait } from 'node:timers/promises';\nawait wait(1);",
        "const { readFil } = require('node:fs');\nconsole.log(readFil);",
        "import { test } from 'node:test';\nimport assert, { equal } from 'node:assert';\nconsole.log(test, assert, equal);",
    ];
    for code in right {
        let report = verified("[book]\n", &format!("# P\n\n```js\n{code}\n```\n"));
        assert_eq!(statuses(&report), ["pass"], "{}", common::verdict_lines(&report));
    }
    let promised = "# P\n\n```js should_fail {error=\"does not provide\"}\nimport { readFil } from 'node:fs';\n```\n";
    assert_eq!(statuses(&verified("[book]\n", promised)), ["xfail"]);
}

#[test]
fn names_of_packages_are_linked_and_nothing_is_run() {
    let blocks = [
        ("import { alpha, beta, y } from 'esm';", "pass"),
        ("import { alpa } from 'esm';", "fail"),
        ("import esm from 'esm';", "fail"),
        ("import { anything } from 'esm/cjs';", "pass"),
        ("import { anything } from 'esm/through';", "pass"),
    ];
    let mut page = "# P\n".to_owned();
    for (code, _) in blocks {
        page.push_str(&format!("\n```js\n{code}\n```\n"));
    }
    let site = project("[book]\n", &page);
    // The site is itself a package, so its name can be imported (S3.6).
    let exports = "{ \".\": \"./index.js\", \"./cjs\": \"./c.cjs\", \"./through\": \"./through.mjs\" }";
    let manifest = format!("{{ \"name\": \"esm\", \"type\": \"module\", \"exports\": {exports} }}\n");
    let index =
        "export const alpha = 1;\nexport * from './b.js';\nexport { x as y } from './b.js';\nprocess.exit(7);\n";
    common::write(site.path(), "package.json", &manifest);
    common::write(site.path(), "index.js", index);
    common::write(
        site.path(),
        "b.js",
        "import { gone } from './c.cjs';\nexport const beta = 1;\nexport let x = gone;\n",
    );
    common::write(site.path(), "c.cjs", "process.exit(7);\n");
    common::write(site.path(), "through.mjs", "export * from './c.cjs';\n");
    let (report, _) = verify_json(site.path(), &[]);
    let expected: Vec<&str> = blocks.iter().map(|(_, status)| *status).collect();
    assert_eq!(statuses(&report), expected, "{}", common::verdict_lines(&report));
}
