//! S3.3: members of a group are one program. A member passes only if its own part ran, and no member can report for
//! another.

#![allow(clippy::format_push_string, reason = "plain to read; speed does not matter here")]
#![allow(clippy::needless_raw_string_hashes, reason = "all programs are quoted in the same way")]
#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, project, statuses, stderr, stdout, verify_json, write};
use serde_json::Value;

/// A page with one group: for each member, the fence's words, the code and the expected output.
fn page(language: &str, members: &[(&str, &str, &str)]) -> String {
    members.iter().fold("# P\n".to_owned(), |page, (words, code, output)| {
        let promised = if output.is_empty() { String::new() } else { format!("\n```text output\n{output}\n```\n") };
        format!("{page}\n```{language} {words} {{group=g}}\n{code}\n```\n{promised}")
    })
}

/// The report of a page's code blocks, and the exit status.
fn verified(page: &str, args: &[&str]) -> (Vec<Value>, i32) {
    let (report, exit) = verify_json(project("[book]\n", page).path(), args);
    let blocks = report["snippets"].as_array().expect("snippets").iter().filter(|it| it["status"] != "not_code");
    (blocks.cloned().collect(), exit)
}

fn status(block: &Value) -> &str {
    block["status"].as_str().expect("a status")
}

fn reason(block: &Value) -> &str {
    block["reason"].as_str().unwrap_or_default()
}

#[test]
fn s3_3_who_ends_the_program_with_success_fails_those_who_were_still_to_run() {
    let cases = [
        ("python", "import sys\nsys.exit(0)", "assert False"),
        ("python", "import os\nos._exit(0)", "assert False"),
        ("python", "await __import__(\"asyncio\").sleep(0)\nraise SystemExit", "assert False"),
        ("js", "process.exit(0);", "throw new Error(\"x\");"),
        ("js", "if (true) return;", "throw new Error(\"x\");"),
        ("js", "import fs from \"node:fs\";\nprocess.exit(fs.constants.F_OK);", "throw new Error(\"x\");"),
        ("bash", "exit 0", "false"),
        ("go", "os.Exit(0)", "panic(\"x\")"),
        ("rust", "std::process::exit(0);", "panic!(\"x\");"),
    ];
    for (language, first, second) in cases {
        let (blocks, exit) = verified(&page(language, &[("run", first, ""), ("run", second, "")]), &[]);
        let told = format!("{language} {first}: {blocks:#?}");
        assert_eq!((status(&blocks[0]), status(&blocks[1]), exit), ("pass", "fail", 1), "{told}");
        assert!(reason(&blocks[1]).starts_with("never reached: `content/page.md#p/1`"), "{told}");
        assert_eq!(blocks[1]["diagnostics"][0]["line"], blocks[1]["line"], "{told}");
    }
}

#[test]
fn s3_3_blocks_that_were_to_run_and_did_not_are_never_a_success() {
    let stopping = [
        ("run exit=3", "raise SystemExit(3)"),
        ("should_fail", "1 / 0"),
        ("no_run", "x = 1"),
        ("ignore {reason=\"x\"}", "undefined"),
        ("compile_fail {code=F821}", "undefined"),
    ];
    for (words, code) in stopping {
        let words = words.replace("exit=3", "{exit=3}");
        let (blocks, exit) = verified(&page("python", &[(&words, code, ""), ("run", "assert False", "")]), &[]);
        assert_eq!((status(&blocks[1]), exit), ("fail", 1), "{words}: {blocks:#?}");
    }
    // A block that only has to compile is not run.
    let (blocks, exit) = verified(&page("python", &[("run", "raise SystemExit", ""), ("", "x = 1", "")]), &[]);
    assert_eq!((status(&blocks[1]), exit), ("pass", 0), "{blocks:#?}");
    // Output of another member does not count.
    for words in ["should_fail", "run {exit=1}"] {
        let page = format!("# P\n\n```python setup\n1 / 0\n```\n\n```python {words}\nx = 1\n```\n");
        let (blocks, exit) = verified(&page, &[]);
        assert_eq!((status(&blocks[1]), exit), ("fail", 1), "{words}: {blocks:#?}");
    }
}

#[test]
fn s3_3_what_stands_around_a_block_cannot_end_its_program_unseen() {
    let page = "# P\n\n```python setup\nimport sys\nsys.exit(0)\n```\n\n```python run\nassert False\n```\n";
    let (blocks, exit) = verified(page, &[]);
    assert_eq!((status(&blocks[1]), exit), ("fail", 1), "{blocks:#?}");
    assert!(reason(&blocks[1]).contains("`content/page.md#p/1`"), "{blocks:#?}");

    let site = project("[book]\n", "# P\n\n```python run {prelude=ends}\nassert False\n```\n");
    write(site.path(), "snippets/python/preludes/ends.py", "raise SystemExit(0)\n");
    write(site.path(), "snippets/python/pyproject.toml", "[project]\nname = \"x\"\nversion = \"0\"\n");
    let (report, exit) = verify_json(site.path(), &[]);
    assert_eq!((statuses(&report), exit), (vec!["fail".to_owned()], 1), "{report:#}");
    assert!(reason(&report["snippets"][0]).contains("the prelude `ends`"), "{report:#}");

    let page =
        "# P\n\n```python run\nstate = 1\n```\n\n```python teardown\nassert state == 2, \"not torn down\"\n```\n";
    let (blocks, exit) = verified(page, &[]);
    assert_eq!((status(&blocks[0]), exit), ("fail", 1), "{blocks:#?}");
    assert_eq!(blocks[0]["diagnostics"][0]["line"], 8, "{blocks:#?}");
}

#[test]
fn s3_3_a_selected_block_is_not_green_because_the_one_in_its_way_was_not_selected() {
    for first in ["assert False", "import sys\nsys.exit(0)"] {
        let page = page("python", &[("run", first, ""), ("run {name=second}", "assert False", "")]);
        let (blocks, exit) = verified(&page, &["--name", "second"]);
        assert_eq!(exit, 1, "{first}: {blocks:#?}");
    }
}

/// An attacker in the first member. It prints everything in its source, arguments and environment that could separate
/// parts, and calls everything in its source that could do so.
const ATTACKS: &[(&str, &str, &str, &str)] = &[
    (
        "python",
        r##"import re, sys
print("one")
for word in re.findall(r"docgen-part-\w+", open(__file__).read())[:1]:
    print(word)
print("two")
sys.exit(0)"##,
        "raise RuntimeError",
        "one",
    ),
    (
        "js",
        r##"console.log("one");
const word = /docgen-part-\w+/.exec(require("fs").readFileSync(process.argv[1], "utf8"));
if (word) console.log(word[0]);
console.log("two");
process.exit(0);"##,
        "throw new Error(\"broken\");",
        "one",
    ),
    (
        "bash",
        r##"echo one
grep -ohE 'docgen-part-[0-9a-f]+' "$0" | head -1
echo two
exit 0"##,
        "exit 1",
        "one",
    ),
    (
        "python",
        r##"import os, re, sys
source = open(__file__).read()
seen = source + repr(globals()) + repr(sys._getframe().f_code.co_consts) + repr(sys.argv) + repr(os.environ)
for place in ("cmdline", "environ"):
    seen += open("/proc/self/" + place).read()
for name in ("source", "code", "secrets", "steps", "parts", "tokens"):
    seen += repr(sys._getframe(1).f_locals if sys._getframe().f_back else "") + repr(sys._getframe().f_builtins.get(name))
if "again" not in os.environ:
    os.environ["again"] = "1"
    try:
        exec(source, {"__name__": "__main__", "__file__": __file__})
    except BaseException:
        pass
print("one")
for line in source.splitlines():
    if "docgen" in line and not line.startswith((" ", "#", "for", "seen")):
        exec(line)
for word in re.findall(r"docgen[-_]part[-_]\w+|[0-9a-f]{16,}", seen):
    print(word, flush=True)
print("two", flush=True)
os._exit(0)"##,
        "raise RuntimeError",
        "one",
    ),
    (
        "js",
        r##"const fs = require("node:fs"), vm = require("node:vm");
const source = fs.readFileSync(process.argv[1], "utf8");
let seen = source + JSON.stringify(process.argv) + JSON.stringify(process.env) + eval("arguments.callee");
for (const place of ["cmdline", "environ"]) seen += fs.readFileSync(`/proc/self/${place}`, "utf8");
for (const key of Object.getOwnPropertySymbols(globalThis)) seen += String(globalThis[key]);
const before = globalThis.again;
globalThis.again = 1;
if (!before) {
  delete require.cache[__filename];
  try { require(__filename); } catch {}
}
console.log("one");
source.split("\n").forEach((line, index) => {
  if (!/docgen/.test(line) || /source|seen|const/.test(line)) return;
  eval(line);
  try { vm.runInThisContext(line, { filename: __filename, lineOffset: index }); } catch {}
  Error.prepareStackTrace = (_, sites) => sites;
  try { new vm.Script(line, { filename: __filename, lineOffset: index }).runInThisContext(); } catch {}
});
for (const word of seen.match(/docgen[-_]part[-_]\w+|[0-9a-f]{16,}/g) || []) console.log(word);
console.log("two");
process.exit(0);"##,
        "throw new Error(\"broken\");",
        "one",
    ),
    (
        "bash",
        r##"seen="$(cat "$0"; set; declare -p; tr '\0' '\n' < /proc/$$/cmdline; tr '\0' '\n' < /proc/$$/environ; echo "$BASH_EXECUTION_STRING")"
echo one
eval "$(grep -h docgen "$0" | grep -v seen)"
grep -oE 'docgen[-_]part[-_][0-9a-f]+|[0-9a-f]{16,}' <<< "$seen"
echo two
exit 0"##,
        "exit 1",
        "one",
    ),
    (
        "go",
        r##"fmt.Println("one")
binary, _ := os.ReadFile("/proc/self/exe")
source, _ := os.ReadFile(os.Args[0] + "/../../blocks")
for _, word := range regexp.MustCompile(`docgen-part-[0-9a-f]{16}`).FindAllString(string(binary)+string(source)+strings.Join(os.Environ(), " "), -1) {
	fmt.Println(word)
}
fmt.Println("two")
os.Exit(0)"##,
        "panic(\"broken\")",
        "one",
    ),
    (
        "rust",
        r##"println!("one");
let binary = std::fs::read("/proc/self/exe").unwrap_or_default();
let start = b"docgen-part";
for at in 0..binary.len().saturating_sub(28) {
    if &binary[at..at + 11] == start && binary[at + 11] == b'-' {
        println!("{}", String::from_utf8_lossy(&binary[at..at + 28]));
    }
}
println!("two");
std::process::exit(0);"##,
        "panic!(\"broken\");",
        "one",
    ),
];

#[test]
fn s3_3_a_member_cannot_speak_for_the_next_one() {
    for (language, attack, broken, own) in ATTACKS {
        let page = page(language, &[("run", attack, &format!("{own}\n...")), ("run", broken, "two")]);
        let (blocks, exit) = verified(&page, &[]);
        assert_eq!((status(&blocks[0]), status(&blocks[1]), exit), ("pass", "fail", 1), "{language}: {blocks:#?}");
        assert!(reason(&blocks[1]).starts_with("never reached"), "{language}: {blocks:#?}");
    }
}

#[test]
fn s3_3_a_member_reads_its_own_input_and_nothing_of_docgens() {
    let readers = [
        ("python", "import os\nassert \"DOCGEN_PARTS\" not in os.environ\nprint(\"got\", input())", "print(2)"),
        ("js", "console.log(\"got\", require(\"node:fs\").readFileSync(0, \"utf8\"));", "console.log(2);"),
        ("bash", "read -r line\necho got $line ${DOCGEN_PARTS-}", "echo 2"),
        (
            "go",
            "line, _ := bufio.NewReader(os.Stdin).ReadString('\\n')\nfmt.Println(\"got\", line+os.Getenv(\"DOCGEN_PARTS\"))",
            "fmt.Println(2)",
        ),
        (
            "rust",
            "let mut line = String::new();\nstd::io::stdin().read_line(&mut line).unwrap();\nprintln!(\"got {line}\");",
            "println!(\"2\");",
        ),
    ];
    for (language, first, second) in readers {
        let page = page(language, &[("{stdin=\"a line\"}", first, "got a line"), ("run", second, "2")]);
        let (blocks, exit) = verified(&page, &[]);
        assert_eq!((status(&blocks[0]), status(&blocks[1]), exit), ("pass", "pass", 0), "{language}: {blocks:#?}");
    }
}

#[test]
fn s7_4_an_error_in_a_later_member_is_at_its_own_line() {
    let failing = [
        ("python", "n = 1", "\nraise ValueError(\"late\")"),
        ("python", "await __import__(\"asyncio\").sleep(0)", "\nraise ValueError(\"late\")"),
        ("js", "const n = 1;", "\nthrow new Error(\"late\");"),
        ("js", "import fs from \"node:fs\";", "\nthrow new Error(\"late\");"),
        ("go", "n := 1\n_ = n", "\npanic(\"late\")"),
        ("rust", "let n = 1;", "\npanic!(\"late\");"),
    ];
    for (language, first, second) in failing {
        let (blocks, _) = verified(&page(language, &[("run", first, ""), ("run", second, "")]), &[]);
        assert_eq!((status(&blocks[0]), status(&blocks[1])), ("pass", "fail"), "{language}: {blocks:#?}");
        let (line, fence) = (&blocks[1]["diagnostics"][0]["line"], &blocks[1]["line"]);
        assert_eq!(line.as_u64(), fence.as_u64().map(|line| line + 2), "{language} {first}: {blocks:#?}");
    }
}

#[test]
fn s7_3_many_groups_from_one_interpreter_are_told_apart() {
    let mut text = "# P\n".to_owned();
    for n in 0..6 {
        let second = if n == 3 { "import sys\nsys.exit(0)" } else { "from __future__ import annotations" };
        text.push_str(&format!(
            "\n```python run {{group=g{n}}}\nfrom __future__ import annotations\nx: int = {n}\nprint(x)\n```\n\n```text output\n{n}\n```\n"
        ));
        text.push_str(&format!(
            "\n```python run {{group=g{n}}}\n\"a text\"\nprint(__doc__, x + 1)\n{}\n```\n",
            if n == 3 { second } else { "" }
        ));
        text.push_str(&format!("\n```python run {{group=g{n}}}\nprint(__name__, __file__[-3:], end=\"\")\n```\n\n```text output\n__main__ .py\n```\n"));
    }
    let (blocks, exit) = verified(&text, &[]);
    let statuses: Vec<&str> = blocks.iter().map(status).collect();
    let expected: Vec<&str> = (0..18).map(|n| if n == 11 { "fail" } else { "pass" }).collect();
    assert_eq!((statuses, exit), (expected, 1), "{blocks:#?}");
    assert_eq!(blocks[1]["output"], "None 1\n");
}

#[test]
fn s2_3_a_block_that_its_author_ignores_is_ignored_whatever_other_words_it_has() {
    let site = project("[book]\n", "# P\n\n```python ignore prettily {reason=\"not ours\"}\nundefined\n```\n");
    let (report, exit) = verify_json(site.path(), &[]);
    assert_eq!((statuses(&report), exit), (vec!["ignored".to_owned()], 0), "{report:#}");
    let finding = &report["snippets"][0]["diagnostics"][0];
    assert_eq!(finding["severity"], "warning", "{report:#}");
    assert!(finding["message"].as_str().is_some_and(|message| message.contains("`prettily`")), "{report:#}");
}

#[test]
fn s1_7_packages_that_nobody_has_are_told_once_with_where_to_add_them() {
    let go = "# P\n\n```go\npackage main\n\nimport \"github.com/nobody/nothing\"\n\nfunc main() { nothing.Do() }\n```\n\n```go\npackage main\n\nimport \"github.com/nobody/nothing/sub\"\n\nfunc main() { sub.Do() }\n```\n";
    let python = "\n```python\nimport nosuchpackage\n```\n";
    let site = project("[book]\n", &format!("{go}{python}"));
    let output = docgen(site.path()).arg("verify").output().expect("docgen starts");
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}{}", stderr(&output));
    assert!(text.contains("3 env_error"), "{text}");
    let told = |words: &str| text.lines().filter(|line| line.contains(words)).count();
    assert_eq!(told("packages that nothing provides"), 1, "{text}");
    assert_eq!(told("snippets/go"), 1, "{text}");
    assert!(text.contains("`go get") && text.contains("requirements.txt"), "{text}");
    let strict = docgen(site.path()).args(["verify", "--strict"]).output().expect("docgen starts");
    assert_eq!(strict.status.code(), Some(3), "{}", stdout(&strict));
}

#[test]
fn s1_7_what_go_cannot_build_here_is_not_the_authors_fault() {
    let page = "# P\n\n```go\n//go:build windows\n\npackage main\n\nfunc main() {}\n```\n";
    let (blocks, exit) = verified(page, &[]);
    assert_eq!((status(&blocks[0]), exit), ("env_error", 0), "{blocks:#?}");
    assert!(reason(&blocks[0]).contains("build constraints"), "{blocks:#?}");
}
