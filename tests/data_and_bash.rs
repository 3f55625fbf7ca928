//! S1.1, S7.4: which input data languages accept and refuse, and the positions of Bash errors.

mod common;

use common::{project, verify_json, write};
use serde_json::Value;

/// The report of one block of a page.
fn block(label: &str, code: &str) -> Value {
    let page = format!("# P\n\n```{label}\n{code}\n```\n");
    verify_json(project("[book]\n", &page).path(), &[]).0["snippets"][0].clone()
}

/// The first finding: line in the block, column and message.
fn place(block: &Value) -> (u64, u64, String) {
    let finding = &block["diagnostics"][0];
    let number = |key: &str| finding[key].as_u64().unwrap_or_default();
    let line = number("line").saturating_sub(block["line"].as_u64().unwrap_or_default());
    (line, number("column"), finding["message"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn s1_1_jsonc_is_json_with_comments_and_trailing_commas_and_no_more() {
    assert_eq!(block("jsonc", "{\n  // why\n  \"a\": [1, 2,],\n}")["status"], "pass");
    let refused =
        ["{\n  \"a\": 1\n  \"b\": 2\n}", "{ 'a': 1 }", "{ \"a\": 'x' }", "{ a: 1 }", "[0xFF]", "[+1, .5]", "[NaN]"];
    for text in refused {
        assert_eq!(block("jsonc", text)["status"], "fail", "{text}");
    }
    assert_eq!(block("json5", "{ a: 'x' }")["status"], "unchecked");
}

#[test]
fn s1_1_a_key_that_stands_twice_is_a_warning_with_both_places() {
    for label in ["json", "jsonc"] {
        let block = block(label, "{\n  \"a\": 1,\n  \"b\": { \"a\": 2 },\n  \"a\": 3\n}");
        assert_eq!(
            (block["status"].as_str(), &block["diagnostics"][0]["severity"]),
            (Some("pass"), &Value::from("warning"))
        );
        // The page's fence is on line 3, the first `a` on line 5.
        assert_eq!(place(&block), (4, 3, "the key `a` stands on line 5 already".to_owned()), "{label}");
    }
}

#[test]
fn s1_1_jsonc_meets_its_schema_as_it_is_read() {
    let schema = "{ \"properties\": { \"port\": { \"type\": \"integer\" } } }\n";
    for (text, status) in [("{ \"port\": 1, /* x */ }", "pass"), ("{ \"port\": \"x\", }", "fail")] {
        let site = project("[book]\n", &format!("# P\n\n```jsonc {{schema=s.json}}\n{text}\n```\n"));
        write(site.path(), "content/s.json", schema);
        let (report, _) = verify_json(site.path(), &[]);
        assert_eq!(report["snippets"][0]["status"], status, "{report:#}");
    }
}

#[test]
fn s1_1_yaml_tags_are_no_errors_and_schemas_see_what_is_behind_them() {
    let text = "image: !!binary |\n  R0lGODlh\nbucket: !Ref Name\nip: !GetAtt a.b\nscript:\n  - !reference [.x, script]\nkinds: !!set { a, b }\nfunc: !!python/name:os.path.join\nport: !port 80";
    assert_eq!(block("yaml", text)["status"], "pass");
    let site = project("[book]\n", &format!("# P\n\n```yaml {{schema=s.json}}\n{text}\n```\n"));
    write(
        site.path(),
        "content/s.json",
        "{ \"properties\": { \"port\": { \"type\": \"string\" }, \"bucket\": { \"const\": \"Name\" } } }\n",
    );
    let (report, _) = verify_json(site.path(), &[]);
    let snippet = &report["snippets"][0];
    assert_eq!((snippet["status"].as_str(), place(snippet).0), (Some("fail"), 9), "{report:#}");
    let broken = block("yaml", "a: !x 1\nb: !y [1\nc: 2");
    assert_eq!(broken["status"], "fail");
    let twice = block("yaml", "a: !x 1\nb: 2\na: 3");
    assert_eq!((twice["status"].as_str(), place(&twice).0), (Some("fail"), 3));
}

#[test]
fn s1_2_data_without_a_schema_has_nothing_to_lint() {
    let site = project("[book]\n\n[verify.lang.json]\nlevel = \"linted\"\n", "# P\n\n```json\n[1]\n```\n");
    let (report, exit) = verify_json(site.path(), &["--strict"]);
    let snippet = &report["snippets"][0];
    let found = (snippet["status"].as_str(), snippet["level"].as_str(), exit);
    assert_eq!(found, (Some("pass"), Some("Parsed"), 0), "{report:#}");
}

#[test]
fn s8_4_without_execution_every_wanted_step_is_decided() {
    let page = "# P\n\n```rust\nlet x = 1;\n```\n\n```go\nx := 1\n_ = x\n```\n\n```python\nx = 1\n```\n\n```js\nlet x;\n```\n\n```bash\ntrue\n```\n\n```yaml\na: 1\n```\n";
    let (report, exit) = verify_json(project("[book]\n", page).path(), &["--no-exec", "--strict"]);
    assert_eq!((report["totals"]["pass"].as_u64(), exit), (Some(6), 0), "{report:#}");
}

#[test]
fn s7_4_bash_points_at_what_is_never_closed() {
    let cases = [
        ("echo a\nif true; then\n  echo b", (2, 1), "`if`", "`fi`"),
        ("for i in 1 2; do\n  echo \"$i\"", (1, 1), "`for`", "`done`"),
        ("case $1 in\n  a) echo ;;", (1, 1), "`case`", "`esac`"),
        ("deploy() {\n  echo", (1, 10), "`{`", "`}`"),
        ("echo\n(cd /tmp && ls", (2, 1), "`(`", "`)`"),
        ("a=1\nb=$(date\necho", (2, 3), "`$(`", "`)`"),
        ("echo ok\necho \"never\nclosed", (2, 6), "`\"`", "`\"`"),
        ("echo 'never\nclosed", (1, 6), "`'`", "`'`"),
        ("echo\ncat <<EOF\ntext", (2, 5), "`<<EOF`", "`EOF`"),
    ];
    for (code, at, opener, closer) in cases {
        let block = block("bash", code);
        let (line, column, message) = place(&block);
        assert_eq!((block["status"].as_str(), (line, column)), (Some("fail"), at), "{code}: {block:#}");
        assert!(message.contains(opener) && message.contains(closer), "{code}: {message}");
    }
}

#[test]
fn s7_4_bash_points_at_the_command_that_failed() {
    let cases = [
        ("echo a\nls /nowhere\n", 2),
        ("set -e\nfalse\necho never", 2),
        ("check() {\n  true\n  return 3\n}\necho a\ncheck", 3),
        ("if true; then\n  exit 3\nfi\necho never", 2),
        ("trap 'rm -f x' EXIT\necho a\nexit 3", 3),
        ("set -e\ntrap 'echo bye' EXIT\necho a\nfalse", 4),
        ("set -o pipefail\necho a | grep b | cat", 2),
        ("echo a\n(\n  exit 4\n)", 3),
        ("cat > lib.sh <<'END'\nfails() {\n  return 1\n}\nEND\n. ./lib.sh\ntrue\nfails\n", 8),
        ("set -u\necho a\necho \"$nowhere\"", 3),
        ("echo a\nnosuchcommand\n", 2),
    ];
    for (code, line) in cases {
        let block = block("bash run", code);
        assert_eq!((block["status"].as_str(), place(&block).0), (Some("fail"), line), "{code}: {block:#}");
    }
    let page = "# P\n\n```bash run {group=g}\necho one\n```\n\n```bash run {group=g}\necho two\nfalse\n```\n";
    let (report, _) = verify_json(project("[book]\n", page).path(), &[]);
    let second = &report["snippets"][1];
    assert_eq!((second["status"].as_str(), place(second).0), (Some("fail"), 2), "{report:#}");
}

#[test]
fn s7_4_looking_for_the_place_changes_nothing_that_a_program_does() {
    let code = "echo run >> \"$HOME/runs\"\ncat \"$HOME/runs\"\ntrap 'echo \"at the end: $-\"' EXIT\nfalse";
    let block = block("bash run", code);
    assert_eq!(block["status"], "fail");
    assert_eq!(block["output"], "run\nat the end: hB\n", "{block:#}");
}
