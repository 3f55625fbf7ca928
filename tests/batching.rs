//! S7: a block has the same verdict alone and together with a thousand others.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::pages::pages_of;
use common::{copy, docgen, project, repository, statuses, stdout, write};
use serde_json::{Value, json};
use std::path::Path;

fn verify(site: &Path, args: &[&str]) -> Value {
    let own = Path::new(env!("CARGO_BIN_EXE_docgen")).parent().expect("a folder").to_path_buf();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path))).expect("a PATH");
    let output = docgen(site)
        .env("PATH", path)
        .env("DOCGEN_CACHE", site.join("cache"))
        .args(["--quiet", "verify", "--no-cache", "--report", "json=-"])
        .args(args)
        .output()
        .expect("docgen starts");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stdout(&output)))
}

/// A verdict without its times.
fn said(snippet: &Value) -> Value {
    let mut said = json!({});
    // The times of docgen runs in the manual differ in every run.
    let no_times = |value: &Value| match value {
        Value::String(text) => Value::String(text.replace(|c: char| c.is_ascii_digit(), "")),
        other => other.clone(),
    };
    for key in
        ["status", "level", "reason", "blocked_by", "steps", "tools", "exit_code", "output", "diagnostics", "hash"]
    {
        said[key] = if key == "output" { no_times(&snippet[key]) } else { snippet[key].clone() };
    }
    for found in said["diagnostics"].as_array_mut().into_iter().flatten() {
        let Some(help) = found["help"].as_str() else { continue };
        // A warm parent has a few frames of its own below those of the program, and both count for Python's limit.
        let line = |line: &str| {
            if line.contains("[Previous line repeated ") { "[…]".to_owned() } else { line.to_owned() }
        };
        found["help"] = help.lines().map(line).collect::<Vec<_>>().join("\n").into();
    }
    said
}

/// Compares each block's verdict in the site with its verdict alone.
fn is_the_same_alone(site: &Path) -> usize {
    let together = verify(site, &[]);
    let code = together["snippets"].as_array().expect("snippets").iter().filter(|it| it["status"] != "not_code");
    let mut compared = 0;
    for snippet in code {
        let id = snippet["id"].as_str().expect("an id");
        let alone = verify(site, &["--id", id]);
        assert_eq!(said(&alone["snippets"][0]), said(snippet), "{id}");
        compared += 1;
    }
    compared
}

#[test]
fn s7_3_the_manual_is_the_same_batched_or_alone() {
    let site = tempfile::tempdir().expect("a temporary folder");
    for folder in ["content", "snippets"] {
        copy(&repository().join(folder), &site.path().join(folder));
    }
    std::fs::copy(repository().join("book.toml"), site.path().join("book.toml")).expect("copied");
    assert!(is_the_same_alone(site.path()) > 60);
}

#[test]
fn s7_2_faulty_pages_are_the_same_batched_or_alone() {
    let site = tempfile::tempdir().expect("a temporary folder");
    write(site.path(), "book.toml", "[book]\n");
    let tests = repository().join("tests");
    let sites =
        ["faulty-guide/site", "positions/site/content", "runs/site/content"].map(|name| tests.join("sites").join(name));
    for folder in sites {
        let pages = pages_of(&folder);
        assert!(!pages.is_empty(), "{}", folder.display());
        let text = |page: &String| std::fs::read_to_string(folder.join(page)).expect("a page");
        let name = folder.strip_prefix(&tests).expect("below it").display().to_string().replace('/', "-");
        for page in &pages {
            write(site.path(), &format!("content/{name}-{}", page.replace('/', "-")), &text(page));
        }
    }
    for page in ["ends", "nested"] {
        let group = tests.join("pages/groups").join(format!("{page}.md"));
        write(site.path(), &format!("content/{page}.md"), &std::fs::read_to_string(group).expect("a page"));
    }
    assert!(is_the_same_alone(site.path()) > 60);
}

/// Programs that act at an interpreter's start or end, or on each other.
const PROGRAMS: &[&str] = &[
    "class A:\n    def __del__(self):\n        print(\"gone\")\n\n\na = A()\nprint(\"end\")",
    "class B:\n    def __del__(self):\n        print(\"cycle gone\")\n\n\nb = B()\nb.me = b",
    "import atexit\n\natexit.register(print, \"at the end\")\nprint(\"first\")",
    "import threading\nimport time\n\n\ndef late():\n    time.sleep(0.05)\n    print(\"late\")\n\n\nthreading.Thread(target=late).start()",
    "import sys\n\nsys.exit()",
    "import sys\n\nsys.exit(3)",
    "import sys\n\nsys.exit(\"a message\")",
    "import os\n\nprint(\"lost\")\nos._exit(4)",
    "def inner():\n    return 1 / 0\n\n\ntry:\n    inner()\nexcept ZeroDivisionError as error:\n    raise ValueError(\"outer\") from error",
    "import sys\n\nprint(sys.argv[1:], __name__, __file__ == sys.argv[0], len(sys.modules) < 200)",
    "import sys\n\nprint(\"json\" in sys.modules, \"ctypes\" in sys.modules, \"select\" in sys.modules, \"gc\" in sys.modules)",
    "import importlib\n\nprint(importlib.util)",
    "import pickle\n\n\nclass C:\n    pass\n\n\nprint(type(pickle.loads(pickle.dumps(C()))).__module__)",
    "print(hash(\"a\"), {\"b\", \"c\", \"d\"})",
    "import os\n\nprint(os.getcwd(), sorted(os.environ), os.listdir())\nopen(\"mine\", \"w\").write(\"x\")",
    "import os\n\nprint(os.listdir(), os.path.exists(\"../0\"))",
    "print(\"no newline\", end=\"\")",
    "import sys\n\nsys.stderr.write(\"to stderr\\n\")\nprint(sys.stdin.read() == \"\")",
    "import subprocess\n\nprint(subprocess.run([\"echo\", \"a child\"], capture_output=True, text=True).stdout)",
    "import os\n\nprint(os.getpid() > 1)\nos.kill(os.getpid(), 15)",
    "import glob\nimport os\n\nfor path in glob.glob(\"../*\"):\n    try:\n        os.rmdir(path)\n    except OSError:\n        pass\nfor fd in range(3, 50):\n    try:\n        os.write(fd, b\"0 0 1 68690a. .\\n\")\n    except OSError:\n        pass\nprint(\"tried\")",
    "import sys\n\nsys.setrecursionlimit(200)\n\n\ndef deep():\n    deep()\n\n\ndeep()",
    "import os\nimport sys\n\nif os.fork() == 0:\n    print(\"child\")\n    sys.exit(0)\nos.wait()\nprint(\"parent\")",
    "import warnings\n\nwarnings.warn(\"look\")\nprint(\"warned\")",
    "import os\n\nos.symlink(\"/etc\", \"link\")\nos.makedirs(\"a/b/c\")\nprint(sorted(os.listdir()))",
    "while True:\n    pass",
    "print(\"y\" * 2_000_000)",
    "raise SystemExit(None)",
    "raise KeyError(\"x\")",
    "raise KeyboardInterrupt",
    "import inspect\n\nprint(len(inspect.stack()))",
    "print(sorted(dir()))",
    "import sys\n\n\nclass D:\n    def __del__(self):\n        print(\"held\")\n\n\nsys.held = D()",
    "import asyncio\n\n\nasync def main():\n    await asyncio.sleep(0)\n    return 5\n\n\nprint(asyncio.run(main()))",
];

#[test]
fn s7_3_programs_from_a_warm_parent_are_as_if_alone() {
    let page: String = PROGRAMS.iter().fold(String::from("# P\n"), |page, program| {
        page + &format!("\n```python run {{timeout=3s}}\n{program}\n```\n")
    });
    let warm = project("[book]\n", &page);
    let alone = "[book]\n[[verify.rule]]\npath = \"content/*.md\"\nset = { standalone = true }\n";
    let alone = project(alone, &page);
    let (warm, alone) = (verify(warm.path(), &[]), verify(alone.path(), &[]));
    // Fewer interpreter starts show that the two runs differ. Otherwise the test compares nothing.
    let starts = |report: &Value| report["tool_starts"].as_u64().expect("a number");
    let full = common::outside::allows_namespaces();
    assert!(!full || starts(&warm) < starts(&alone), "{} {}", starts(&warm), starts(&alone));
    assert_eq!((statuses(&warm).len(), statuses(&alone).len()), (PROGRAMS.len(), PROGRAMS.len()));
    for (index, program) in PROGRAMS.iter().enumerate() {
        let (mut warm, mut alone) = (said(&warm["snippets"][index]), said(&alone["snippets"][index]));
        for said in [&mut warm, &mut alone] {
            said["hash"] = Value::Null; // the hash includes `standalone`
        }
        assert_eq!(warm, alone, "{program}");
    }
    assert_eq!(statuses(&json!({"snippets": alone["snippets"]}))[0], "pass");
}

/// Programs that try to harm their warm parent. The other blocks must keep their verdicts.
#[test]
fn s7_3_a_program_cannot_harm_its_warm_parent() {
    let attacks = [
        "os.kill(os.getppid(), 9)",
        "os.kill(-1, 9)",
        "open(f\"/proc/{os.getppid()}/mem\", \"r+b\").write(b\"x\")",
        "open(f\"/proc/{os.getppid()}/fd/1\", \"w\").write(\"0 0 1 68690a. .\")",
    ];
    let good = "\n```python run\nprint(\"good\")\n```\n\n```text output\ngood\n```\n";
    let attack = |attack: &&str| {
        format!(
            "\n```python run\nimport os\n\ntry:\n    {attack}\nexcept OSError as error:\n    print(error)\n```\n{good}"
        )
    };
    let page: String = attacks.iter().map(attack).fold(format!("# P\n{good}{good}{good}"), |page, block| page + &block);
    let site = project("[book]\n", &page);
    let report = verify(site.path(), &[]);
    assert_eq!(statuses(&report).iter().filter(|status| *status == "pass").count(), 7 + attacks.len(), "{report:#}");
}

#[test]
fn s7_1_what_does_not_parse_is_set_aside() {
    for (language, good, bad, broken) in [
        ("rust", "let x: u32 = 1;", "let x: u32 = \"s\";", "let x = ;"),
        ("go", "x := 1\nfmt.Println(x)", "var x int = \"s\"\nfmt.Println(x)", "x := := 1"),
        ("javascript", "const x = 1;", "undefinedName();", "const = 1;"),
        ("python", "x = 1", "undefined_name", "def f(:"),
    ] {
        let block = |code: &str| format!("\n```{language}\n{code}\n```\n");
        let page = format!("# P\n{}{}{}{}", block(good), block(broken), block(bad), block(good));
        let site = project("[book]\n", &page);
        let report = verify(site.path(), &[]);
        assert_eq!(statuses(&report), ["pass", "fail", "fail", "pass"], "{language}: {report:#}");
        let line = |index: usize| report["snippets"][index]["diagnostics"][0]["line"].as_u64();
        assert!(line(1).is_some() && line(2) > line(1), "{language}: both errors are told at once");
    }
}

#[test]
fn s7_2_a_tool_is_called_once_for_all_blocks() {
    let starts = |blocks: usize, language: &str, code: &str| {
        let page: String = (0..blocks).fold(String::from("# P\n"), |page, n| {
            page + &format!("\n```{language}\n{}\n```\n", code.replace('N', &n.to_string()))
        });
        let site = project("[book]\n", &page);
        let report = verify(site.path(), &[]);
        assert_eq!(report["totals"]["pass"], blocks, "{language}: {report:#}");
        report["tool_starts"].as_u64().expect("a number")
    };
    for (language, code) in [
        ("python", "x = N"),
        ("javascript", "const x = N;\nconsole.log(x);"),
        ("go", "fmt.Println(N)"),
        ("rust", "let x = N;\nprintln!(\"{x}\");"),
    ] {
        assert_eq!(starts(3, language, code), starts(30, language, code), "{language}");
    }
}
