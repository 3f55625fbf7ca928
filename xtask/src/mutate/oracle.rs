//! The bare tools of each language, on one file, outside docgen: what they find, and where.
//!
//! Must not know: docgen, pages.

use crate::run::root;
use crate::tools::with_installed;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

/// An error: its 1-based line, and its column if the tool gives one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) line: usize,
    pub(super) column: Option<usize>,
}

/// The formats that docgen parses itself. Their oracle is another parser, whose columns mean other words.
pub(super) fn is_another_parser(language: &str) -> bool {
    ["json", "jsonc", "toml", "yaml", "html", "css", "regex"].contains(&language)
}

/// The errors in a file; `None` if no tool here judges the language.
pub(super) fn judge(language: &str, file: &Path) -> Option<Vec<Found>> {
    let mut found = all(language, file)?;
    if is_another_parser(language) {
        for place in &mut found {
            place.column = None;
        }
    }
    Some(found)
}

fn all(language: &str, file: &Path) -> Option<Vec<Found>> {
    match language {
        "python" => Some(python(file)),
        "javascript" => Some(javascript(file)),
        "typescript" => Some(typescript(file)),
        "go" => Some(go(file)),
        "rust" => Some(rust(file)),
        "java" => Some(java(file)),
        "bash" => Some(bash(file, true)),
        "console" => Some(bash(file, false)),
        "json" => Some(by_python(JSON, file)),
        "toml" => Some(by_node(TOML, file)),
        "pycon" => Some(by_python(SESSION, file)),
        "regex" => Some(by_python(PATTERN, file)),
        "node-repl" => Some(by_node(INPUTS, file)),
        "jsonc" => Some(by_node(JSONC, file)),
        "yaml" => Some(by_node(YAML, file)),
        "html" => Some(by_node(HTML, file)),
        "css" => Some(by_node(CSS, file)),
        "makefile" => Some(make(file)),
        _ => None,
    }
}

const JSON: &str =
    "import json, sys\ntry: json.load(open(sys.argv[1]))\nexcept json.JSONDecodeError as e: print(e.lineno)";
const PYTHON: &str = "import sys\ntry: compile(open(sys.argv[1]).read(), 'x', 'exec', 0x2000)\nexcept SyntaxError as e: print(e.lineno, e.offset)";
const SESSION: &str = "import sys\nt = open(sys.argv[1]).read().split('pass  # docgen: the next input\\n')\nl = 0\nfor c in t:\n try: compile(c, 'x', 'single', 0x2000)\n except SyntaxError as e:\n  try: compile(c, 'x', 'exec', 0x2000)\n  except SyntaxError as e: print(l + e.lineno, e.offset); break\n l += c.count('\\n') + 1";

const PATTERN: &str =
    "import re, sys\ntry: re.compile(open(sys.argv[1]).read().strip())\nexcept re.error as e: print(e.lineno, e.colno)";
/// What the scripts in Node share: the file, and a function that prints the place of an offset.
const NODE: &str = "const t = require('fs').readFileSync(process.argv[1], 'utf8'); \
    const at = (o) => { const b = t.slice(0, o); console.log(b.split('\\n').length, [...b.slice(b.lastIndexOf('\\n') + 1)].length + 1); };";
const INPUTS: &str = "let l = 0; for (const i of t.split('// docgen: the next input\\n')) { \
    try { new (require('vm').Script)(i); } catch (e) { const m = /evalmachine.<anonymous>:(\\d+)/.exec(e.stack); \
    if (!/await is only valid/.test(e.message)) { console.log(l + Number(m[1])); break; } } l += i.split('\\n').length; }";
const JSONC: &str =
    "const e = []; require('jsonc-parser').parse(t, e, { allowTrailingComma: true }); if (e[0]) at(e[0].offset);";
const YAML: &str =
    "try { require('js-yaml').loadAll(t); } catch (e) { console.log(e.mark.line + 1, e.mark.column + 1); }";
const TOML: &str = "try { require('smol-toml').parse(t); } catch (e) { console.log(e.line, e.column); }";
const HTML: &str = "const { HtmlValidate } = require('html-validate'); const rules = { 'parser-error': 'error', \
    'close-order': 'error', 'no-dup-attr': 'error', 'void-content': 'error', 'unrecognized-char-ref': 'error' }; \
    Promise.resolve(new HtmlValidate({ root: true, extends: [], elements: ['html5'], rules }).validateFile(process.argv[1])).then((r) => { \
    for (const f of r.results) for (const m of f.messages) console.log(m.line, m.column); });";
/// `PostCSS` names what is never closed; css-tree also reads what stands inside of declarations.
const CSS: &str = "let f = false; try { require('postcss').parse(t); } catch (e) { f = true; console.log(e.line, e.column); } \
    if (!f) require('css-tree').parse(t, { onParseError(e) { if (!f) { f = true; console.log(e.line, e.column); } } });";

/// A script in Node that prints a line and a column for each error; with the packages of the tests.
fn by_node(script: &str, file: &Path) -> Vec<Found> {
    let mut call = tool("node");
    call.env("NODE_PATH", root().join("tests/browser/node_modules")).args(["-e", &format!("{NODE}{script}")]).arg(file);
    numbers(&said(call).0)
}

fn make(file: &Path) -> Vec<Found> {
    let mut call = tool("make");
    call.arg("-n").arg("-f").arg(file);
    lines(&said(call).1, file, |line| line.contains(": *** "))
}

/// Standard output and standard error of a call.
fn said(mut call: Command) -> (String, String) {
    call.stdin(Stdio::null());
    let output = call.output().unwrap_or_else(|error| panic!("{call:?}: {error}"));
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn tool(name: &str) -> Command {
    with_installed(Command::new(name))
}

fn by_python(script: &str, file: &Path) -> Vec<Found> {
    let mut call = tool("python3");
    call.args(["-I", "-c", script]).arg(file);
    numbers(&said(call).0)
}

/// Lines with a line's number, and perhaps a column.
fn numbers(text: &str) -> Vec<Found> {
    let found = |line: &str| {
        let mut numbers = line.split_whitespace().map(|word| word.parse().ok());
        Some(Found { line: numbers.next()??, column: numbers.next().flatten() })
    };
    text.lines().filter_map(found).collect()
}

fn python(file: &Path) -> Vec<Found> {
    let mut found = by_python(PYTHON, file);
    if found.is_empty() {
        let mut call = tool("ruff");
        call.args(["check", "--isolated", "--no-cache", "--select", "E9,F63,F7,F82", "--output-format", "json"])
            .arg(file);
        found = each(&said(call).0, |item| place(&item["location"]["row"], &item["location"]["column"]));
    }
    found
}

/// The places of the items of a JSON array.
fn each(text: &str, place: impl Fn(&Value) -> Option<Found>) -> Vec<Found> {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    value.as_array().into_iter().flatten().filter_map(place).collect()
}

fn place(line: &Value, column: &Value) -> Option<Found> {
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok());
    Some(Found { line: number(line)?, column: number(column) })
}

fn javascript(file: &Path) -> Vec<Found> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let mut call = tool("node");
    call.arg("--check").arg(file);
    let stderr = said(call).1;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let syntax = stderr.lines().find_map(|line| line.split_once(&format!("{name}:"))?.1.trim().parse().ok());
    if let Some(line) = syntax {
        return vec![Found { line, column: None }];
    }
    let rules = ["no-undef", "no-const-assign", "no-dupe-keys", "no-unreachable"];
    let config = r#"{"plugins":[],"categories":{"correctness":"off"},"env":{"builtin":true,"es2026":true,"node":true,"browser":true,"commonjs":true},"rules":{"no-undef":"error","no-const-assign":"error","no-dupe-keys":"error","no-unreachable":"error"}}"#;
    let folder = file.parent().unwrap_or(Path::new("."));
    let path = folder.join("oracle.oxlint.json");
    let _ = std::fs::write(&path, config);
    let mut call = tool("oxlint");
    call.args(["--format=json", "--no-ignore", "--disable-nested-config", "-c"]).arg(&path).arg(file);
    let report: Value = serde_json::from_str(&said(call).0).unwrap_or_default();
    let items = report["diagnostics"].as_array().cloned().unwrap_or_default();
    let offset = |item: &Value| {
        let code = item["code"].as_str().unwrap_or_default();
        let labels = item["labels"].as_array()?;
        let offset = usize::try_from(labels.last()?["span"]["offset"].as_u64()?).ok()?;
        rules.iter().any(|rule| code.contains(rule)).then(|| at(&text, offset))
    };
    items.iter().filter_map(offset).collect()
}

/// The place of a byte.
fn at(text: &str, offset: usize) -> Found {
    let before = &text[..offset.min(text.len())];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Found { line: before.matches('\n').count() + 1, column: Some(before[start..].chars().count() + 1) }
}

/// The places in lines such as `FILE:3:5: …` and `FILE(3,5): …`, if `wanted` says that they are errors.
fn lines(text: &str, file: &Path, wanted: impl Fn(&str) -> bool) -> Vec<Found> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let one = |line: &str| {
        let rest = line.split_once(&name)?.1;
        let mut numbers = rest.split(|c: char| !c.is_ascii_digit()).filter(|word| !word.is_empty());
        let starts = rest.starts_with([':', '(']);
        let column = rest.trim_start_matches([':', '(']).trim_start_matches(|c: char| c.is_ascii_digit());
        let has_column = column.starts_with([':', ',']) && column[1..].starts_with(|c: char| c.is_ascii_digit());
        let (line_number, next) = (numbers.next()?.parse().ok()?, numbers.next());
        (starts && wanted(line)).then_some(Found {
            line: line_number,
            column: next.filter(|_| has_column).and_then(|word| word.parse().ok()),
        })
    };
    text.lines().filter_map(one).collect()
}

fn typescript(file: &Path) -> Vec<Found> {
    let root = file.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let own = std::fs::read_to_string(root.join("tsconfig.docgen.json")).unwrap_or_default();
    let mut config: Value = serde_json::from_str(&own).unwrap_or_default();
    config["files"] = serde_json::json!([format!("blocks/{name}")]);
    let path = root.join("tsconfig.oracle.json");
    let _ = std::fs::write(&path, config.to_string());
    let mut call = tool("tsc");
    call.args(["--pretty", "false", "-p"]).arg(&path).current_dir(root);
    lines(&said(call).0, file, |line| line.contains(": error TS"))
}

fn go(file: &Path) -> Vec<Found> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut format = tool("gofmt");
    format.args(["-e", "-l"]).arg(file);
    let syntax = lines(&said(format).1, file, |_| true);
    if !syntax.is_empty() {
        return syntax;
    }
    let mut build = tool("go");
    build.args(["build", "-gcflags=-e", "-o", "/dev/null", "."]).current_dir(folder);
    // docgen lets fragments have unused names.
    let counts = |line: &str| !line.contains("declared and not used") && !line.contains("imported and not used");
    let found = lines(&said(build).1, file, counts);
    if !found.is_empty() {
        return found;
    }
    let mut vet = tool("go");
    vet.args([
        "vet",
        "-atomic",
        "-bool",
        "-directive",
        "-errorsas",
        "-ifaceassert",
        "-nilfunc",
        "-printf",
        "-stringintconv",
        "-tests",
        ".",
    ])
    .current_dir(folder);
    lines(&said(vet).1, file, counts)
}

fn rust(file: &Path) -> Vec<Found> {
    let mut call = tool("rustc");
    call.args(["--edition=2024", "--crate-type=lib", "--emit=metadata", "--error-format=json", "-A", "warnings", "-o"]);
    call.arg(file.with_extension("rmeta")).arg(file);
    let found = |line: &str| {
        let value: Value = serde_json::from_str(line).ok()?;
        // For a bracket that is never closed, rustc shows where it is opened, too.
        let counts = |span: &&Value| {
            let label = span["label"].as_str().unwrap_or_default();
            span["is_primary"] == true || label.contains("unclosed delimiter")
        };
        let spans: Vec<Value> = value["spans"].as_array()?.iter().filter(counts).cloned().collect();
        let places = spans.iter().filter_map(|span| place(&span["line_start"], &span["column_start"]));
        (value["level"] == "error").then(|| places.collect::<Vec<_>>())
    };
    said(call).1.lines().filter_map(found).flatten().collect()
}

fn java(file: &Path) -> Vec<Found> {
    let mut call = tool("javac");
    call.args(["-proc:none", "-XDrawDiagnostics", "-d"]).arg(file.with_extension("classes")).arg(file);
    let _ = std::fs::create_dir_all(file.with_extension("classes"));
    lines(&said(call).1, file, |line| line.contains("compiler.err."))
}

fn bash(file: &Path, lint: bool) -> Vec<Found> {
    let mut call = tool("bash");
    call.arg("-n").arg(file);
    let syntax = said(call).1.lines().find_map(|line| {
        let number = line.split_once(": line ")?.1.split(':').next()?;
        number.parse().ok()
    });
    if let Some(line) = syntax {
        return vec![Found { line, column: None }];
    }
    if !lint {
        return Vec::new();
    }
    let mut call = tool("shellcheck");
    call.args(["--norc", "--shell=bash", "--severity=error", "--format=json", "--exclude=SC2148"]).arg(file);
    each(&said(call).0, |item| place(&item["line"], &item["column"]))
}
