//! S6: verdicts of earlier runs, when they become invalid, and the ledger.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, project, statuses, stderr, stdout, write};
use serde_json::Value;
use std::path::Path;

const PAGE: &str = "# P\n\n```python run {name=plain}\nprint(1)\n```\n\n```text output\n1\n```\n\n```python {name=logged prelude=log}\nlogger.info(\"x\")\n```\n\n```js {name=script}\nconst x = 1;\n```\n\n```json {name=data}\n[1]\n```\n";

/// A project with a separate cache that no other test uses.
fn fresh(page: &str) -> tempfile::TempDir {
    let site = project("[book]\n", page);
    write(site.path(), "snippets/python/pyproject.toml", "[project]\nname = \"p\"\nversion = \"0\"\n");
    write(site.path(), "snippets/python/preludes/log.py", "import logging\n\nlogger = logging.getLogger()\n");
    site
}

fn verify(site: &Path, args: &[&str]) -> Value {
    let output = docgen(site)
        .env("DOCGEN_CACHE", site.join("cache"))
        .args(["--quiet", "verify", "--report", "json=-"])
        .args(args)
        .output()
        .expect("docgen starts");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}{}", stdout(&output), stderr(&output)))
}

fn run(site: &Path, args: &[&str]) -> std::process::Output {
    docgen(site).env("DOCGEN_CACHE", site.join("cache")).args(args).output().expect("docgen starts")
}

/// The names of the blocks that were verified again.
fn anew(report: &Value) -> Vec<String> {
    let snippets = report["snippets"].as_array().expect("snippets").iter();
    snippets
        .filter(|snippet| snippet["cached"] == false && snippet["status"] != "not_code")
        .map(|snippet| snippet["name"].as_str().unwrap_or("-").to_owned())
        .collect()
}

fn edit(site: &Path, path: &str, from: &str, to: &str) {
    let text = std::fs::read_to_string(site.join(path)).expect("readable");
    assert!(text.contains(from), "{path} does not hold {from}");
    std::fs::write(site.join(path), text.replace(from, to)).expect("written");
}

#[test]
fn s6_3_a_run_in_which_nothing_changed_starts_no_tool() {
    let site = fresh(PAGE);
    let first = verify(site.path(), &[]);
    assert!(first["tool_starts"].as_u64().is_some_and(|starts| starts > 3), "{}", first["tool_starts"]);
    let second = verify(site.path(), &[]);
    assert_eq!(second["tool_starts"], 0);
    assert!(anew(&second).is_empty(), "{second:#}");
    let strip = |report: &Value| {
        let mut snippets = report["snippets"].clone();
        for snippet in snippets.as_array_mut().expect("snippets") {
            snippet["cached"] = Value::Null;
        }
        snippets
    };
    assert_eq!(strip(&first), strip(&second), "a verdict is the same from the cache");
    let said = stdout(&run(site.path(), &["verify"]));
    assert!(said.contains("nothing has changed: no tool was started"), "{said}");
    assert!(verify(site.path(), &["--no-cache"])["tool_starts"].as_u64().is_some_and(|starts| starts > 3));
}

#[test]
fn s6_1_what_is_not_judged_changes_nothing() {
    let site = fresh(PAGE);
    verify(site.path(), &[]);
    edit(site.path(), "content/page.md", "# P\n", "# P\n\nA paragraph, and a line.\n\n<!-- a comment -->\n");
    edit(site.path(), "content/page.md", "{name=plain}", "{name=plain title=\"One\" 1}");
    let after = verify(site.path(), &[]);
    assert_eq!(after["tool_starts"], 0, "{:?}", anew(&after));
    std::fs::rename(site.path().join("content/page.md"), site.path().join("content/moved.md")).expect("moved");
    let moved = verify(site.path(), &[]);
    assert_eq!(moved["tool_starts"], 0, "{:?}", anew(&moved));
    assert_eq!(moved["snippets"][0]["line"], 7);
    let command = moved["snippets"][0]["command"].as_str().unwrap_or_default();
    assert!(command.ends_with("content/moved.md"), "{command}");
}

#[test]
fn s6_1_what_is_judged_reruns_just_what_depends_on_it() {
    let site = fresh(PAGE);
    verify(site.path(), &[]);
    edit(site.path(), "snippets/python/preludes/log.py", "getLogger()", "getLogger(\"p\")");
    let why = |name: &str| stdout(&run(site.path(), &["verify", "--why", &format!("content/page.md#{name}")]));
    assert!(why("logged").contains("prelude log"), "{}", why("logged"));
    assert!(why("plain").contains("nothing has changed"), "{}", why("plain"));
    assert_eq!(anew(&verify(site.path(), &[])), ["logged"]);
    write(site.path(), "snippets/python/requirements.txt", "# nothing yet\n");
    assert!(why("plain").contains("lock file of python"), "{}", why("plain"));
    assert_eq!(anew(&verify(site.path(), &[])), ["plain", "logged"]);
    edit(site.path(), "content/page.md", "const x = 1;", "const x = 2;");
    assert!(why("script").contains("changed: code"), "{}", why("script"));
    assert_eq!(anew(&verify(site.path(), &[])), ["script"]);
    edit(site.path(), "content/page.md", "```text output\n1\n", "```text output {match=ws}\n1\n");
    assert!(why("plain").contains("expected output"), "{}", why("plain"));
    assert_eq!(anew(&verify(site.path(), &[])), ["plain"]);
    let unknown = run(site.path(), &["verify", "--why", "content/page.md#nobody"]);
    assert_eq!(unknown.status.code(), Some(2), "{}", stderr(&unknown));
}

#[test]
fn s6_3_a_tool_that_changed_reruns_what_it_judges() {
    let site = fresh(PAGE);
    let tools = tempfile::tempdir().expect("a temporary folder");
    let ruff = |version: &str| {
        use std::os::unix::fs::PermissionsExt as _;
        let path = tools.path().join("ruff");
        let script = format!("#!/bin/sh\ncase $1 in --version) echo ruff {version};; *) echo '[]';; esac\n");
        std::fs::write(&path, script).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("set");
    };
    let verify = || {
        let path = format!("{}:{}", tools.path().display(), std::env::var("PATH").unwrap_or_default());
        let output = docgen(site.path())
            .env("DOCGEN_CACHE", site.path().join("cache"))
            .env("PATH", path)
            .env("XDG_DATA_HOME", tools.path())
            .args(["--quiet", "verify", "--lang", "python", "--report", "json=-"])
            .output()
            .expect("docgen starts");
        serde_json::from_slice::<Value>(&output.stdout).expect("JSON")
    };
    ruff("1.0.0");
    verify();
    assert_eq!(verify()["tool_starts"], 0);
    ruff("1.0.1");
    let path = format!("{}:{}", tools.path().display(), std::env::var("PATH").unwrap_or_default());
    let why = docgen(site.path())
        .env("DOCGEN_CACHE", site.path().join("cache"))
        .env("PATH", path)
        .env("XDG_DATA_HOME", tools.path())
        .args(["--quiet", "verify", "--why", "content/page.md#plain"])
        .output()
        .expect("docgen starts");
    assert!(stdout(&why).contains("tool ruff"), "{}", stdout(&why));
    assert_eq!(anew(&verify()), ["plain", "logged"]);
    assert_eq!(verify()["tool_starts"], 0);
}

#[test]
fn s6_2_only_what_is_good_is_used_again() {
    let page = "# P\n\n```python {name=bad}\nundefined\n```\n\n```python {name=good}\nx = 1\n```\n\n```python should_fail {name=fails error=\"division\"}\n1 / 0\n```\n\n```python run {name=slow timeout=100ms}\nimport time\n\ntime.sleep(60)\n```\n\n```python {name=lacks}\nimport no_such_package\n```\n\n```python ignore {name=left reason=\"a reason\"}\nundefined\n```\n\n```python ignore {name=fine}\nx = 2\n```\n";
    let site = fresh(page);
    let first = verify(site.path(), &[]);
    assert_eq!(statuses(&first), ["fail", "pass", "xfail", "timeout", "env_error", "ignored", "xpass"]);
    let second = verify(site.path(), &[]);
    assert_eq!(statuses(&second), statuses(&first));
    assert_eq!(anew(&second), ["bad", "slow", "lacks"]);
}

#[test]
fn s6_2_a_damaged_cache_is_no_verdict() {
    let site = fresh(PAGE);
    verify(site.path(), &[]);
    let mut damaged = 0;
    let mut open = vec![site.path().join("cache")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.components().any(|part| part.as_os_str() == "verdicts") {
                let text = std::fs::read_to_string(&path).expect("text");
                std::fs::write(&path, text.replace("\"pass\"", "\"xpass\"")).expect("written");
                damaged += 1;
            }
        }
    }
    assert!(damaged >= 4);
    let after = verify(site.path(), &[]);
    assert_eq!(anew(&after), ["plain", "logged", "script", "data"]);
    assert!(statuses(&after).iter().all(|status| status == "pass" || status == "not_code"));
}

#[test]
fn a_cache_that_cannot_be_written_costs_no_verdict() {
    let site = fresh(PAGE);
    write(site.path(), "cache", "a file stands in its place\n");
    for _ in 0..2 {
        let output = run(site.path(), &["verify"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(stdout(&output).contains("4 pass"), "{}", stdout(&output));
        let said = stderr(&output);
        assert!(said.contains("nothing of this run is kept") && said.contains("--cache-dir"), "{said}");
    }
    let output = run(site.path(), &["build"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(site.path().join("public/index.html").exists());
}

#[test]
fn s6_2_groups_are_known_whole_or_not_at_all() {
    let page = "# P\n\n```python run {group=g name=one}\nx = 1\nprint(x)\n```\n\n```python run {group=g name=two}\nprint(x + 1)\n```\n\n```text output\n2\n```\n";
    let site = fresh(page);
    verify(site.path(), &[]);
    assert_eq!(verify(site.path(), &[])["tool_starts"], 0);
    edit(site.path(), "content/page.md", "print(x + 1)", "print(1 + x)");
    let after = verify(site.path(), &[]);
    assert_eq!(anew(&after), ["one", "two"]);
    assert_eq!(statuses(&after), ["pass", "pass", "not_code"]);
}

#[test]
fn s6_2_runs_beside_each_other_do_no_harm() {
    let site = fresh(PAGE);
    let reports: Vec<Value> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..3).map(|_| scope.spawn(|| verify(site.path(), &[]))).collect();
        running.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    for report in &reports {
        assert!(report["totals"]["pass"].as_u64() > Some(3), "{report:#}");
        assert!(statuses(report).iter().all(|status| status == "pass" || status == "not_code"), "{report:#}");
    }
    assert_eq!(verify(site.path(), &[])["tool_starts"], 0);
}

fn ledger(site: &Path) -> String {
    std::fs::read_to_string(site.join("snippets/ledger.json")).expect("a ledger")
}

#[test]
fn s6_4_the_ledger_has_a_line_a_block() {
    let site = fresh(PAGE);
    run(site.path(), &["verify", "--write-ledger"]);
    let first = ledger(site.path());
    let lines: Vec<&str> = first.lines().collect();
    assert_eq!(lines.len(), 6, "{first}");
    let ids: Vec<String> = lines[1..5]
        .iter()
        .map(|line| {
            let entry: Value = serde_json::from_str(line.trim_end_matches(',')).expect("a block");
            entry["id"].as_str().expect("an id").to_owned()
        })
        .collect();
    assert!(ids.is_sorted(), "{ids:?}");
    let _: Value = serde_json::from_str(&first).expect("all of it is JSON");
    // Verified again on another day and in another sandbox: no line changes.
    docgen(site.path())
        .env("DOCGEN_SANDBOX", "none")
        .env("SOURCE_DATE_EPOCH", "1000000000")
        .args(["verify", "--write-ledger", "--no-cache"])
        .output()
        .expect("docgen starts");
    assert_eq!(ledger(site.path()), first);
    edit(site.path(), "content/page.md", "const x = 1;", "const y = 1;");
    run(site.path(), &["verify", "--write-ledger"]);
    let second = ledger(site.path());
    let changed = second.lines().zip(first.lines()).filter(|(new, old)| new != old).count();
    assert_eq!(changed, 1, "{second}");
    // A run of a part of the project keeps the other lines. The next full run removes deleted blocks.
    run(site.path(), &["verify", "--write-ledger", "--lang", "json"]);
    assert_eq!(ledger(site.path()), second);
    edit(site.path(), "content/page.md", "```json {name=data}\n[1]\n```\n", "");
    run(site.path(), &["verify", "--write-ledger"]);
    assert_eq!(ledger(site.path()).lines().count(), 5);
}

#[test]
fn s6_5_badges_come_from_the_ledger_where_there_are_no_tools() {
    let site = fresh(PAGE);
    run(site.path(), &["verify", "--write-ledger"]);
    let build = || {
        let output = docgen(site.path())
            .env("DOCGEN_CACHE", site.path().join("another-cache"))
            .env("XDG_DATA_HOME", "/nonexistent")
            .env("PATH", "/nonexistent")
            .args(["build"])
            .output()
            .expect("docgen starts");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        std::fs::read_to_string(site.path().join("public/page.html")).expect("the page")
    };
    let page = build();
    assert!(page.contains("Ran, output matched</a>") && page.contains("Linted</a>"), "{page}");
    assert!(!page.contains("Not checked"), "{page}");
    edit(site.path(), "content/page.md", "const x = 1;", "const x = 2;");
    let page = build();
    assert!(page.contains("Linted · stale</a>") && page.contains("the block has changed since"), "{page}");
    // The cache has priority over the ledger: a block verified here is not stale.
    run(site.path(), &["verify"]);
    run(site.path(), &["build"]);
    let page = std::fs::read_to_string(site.path().join("public/page.html")).expect("the page");
    assert!(!page.contains("stale") && page.contains("an earlier run here"), "{page}");
    std::fs::remove_file(site.path().join("snippets/ledger.json")).expect("removed");
    assert!(build().contains("Not checked</a>"));
}

#[test]
fn s6_6_the_ratchet_only_turns_one_way() {
    let page = "# P\n\n```python {name=bad}\nundefined\n```\n\n```python run {name=good}\nprint(1)\n```\n";
    let site = fresh(page);
    assert_eq!(run(site.path(), &["verify", "--write-ledger"]).status.code(), Some(1));
    let ratchet = |code: i32| {
        let output = run(site.path(), &["verify", "--ratchet"]);
        assert_eq!(output.status.code(), Some(code), "{}", stdout(&output));
        stdout(&output)
    };
    assert!(ratchet(0).contains("1 failing block known to the ledger"));
    edit(site.path(), "content/page.md", "print(1)", "print(2) or nobody");
    assert!(ratchet(1).contains("worse content/page.md:7"));
    edit(site.path(), "content/page.md", "python run {name=good}\nprint(2) or nobody", "python {name=good}\nprint(1)");
    assert!(ratchet(1).contains("worse"), "less deep than it was is worse too");
    edit(site.path(), "content/page.md", "python {name=good}", "python run {name=good}");
    edit(site.path(), "content/page.md", "# P\n", "# P\n\n```python\nnew_and_bad\n```\n");
    ratchet(1);
}

#[test]
fn s6_4_locked_refuses_what_the_ledger_does_not_know() {
    let site = fresh(PAGE);
    run(site.path(), &["verify", "--write-ledger"]);
    assert_eq!(run(site.path(), &["verify", "--locked"]).status.code(), Some(0));
    edit(site.path(), "content/page.md", "const x = 1;", "const x = 2;");
    let output = run(site.path(), &["verify", "--locked"]);
    assert_eq!(output.status.code(), Some(4), "{}", stdout(&output));
    assert!(stdout(&output).contains("content/page.md#script"), "{}", stdout(&output));
    let bare = tempfile::tempdir().expect("a temporary folder");
    write(bare.path(), "README.md", "```json\n[]\n```\n");
    assert_eq!(run(bare.path(), &["verify", "README.md", "--locked"]).status.code(), Some(2));
}

#[test]
fn s6_4_a_ledger_that_cannot_be_read_is_refused() {
    let site = fresh(PAGE);
    let cases = [
        ("{\"schema\":\"docgen.ledger/1\",\"blocks\":[\n{\"hash\":1}\n]}\n", "ledger.json:2:"),
        ("{\"schema\":\"docgen.ledger/0\",\"blocks\":[]}", "docgen.ledger/0"),
        ("garbage", "ledger.json:1:1"),
    ];
    for (text, said) in cases {
        write(site.path(), "snippets/ledger.json", text);
        for command in [["verify", "--ratchet"].as_slice(), ["build"].as_slice()] {
            let output = run(site.path(), command);
            assert_eq!(output.status.code(), Some(2), "{text}: {}", stderr(&output));
            let error = stderr(&output);
            assert!(error.contains(said) && error.contains("--write-ledger"), "{error}");
        }
    }
}

#[test]
fn s6_7_nothing_lands_in_the_project() {
    let site = fresh(PAGE);
    let files = || {
        let mut list: Vec<String> = Vec::new();
        let mut open = vec![site.path().to_path_buf()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
                list.push(entry.path().display().to_string());
                if entry.path().is_dir() {
                    open.push(entry.path());
                }
            }
        }
        list.sort();
        list
    };
    let before = files();
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    docgen(site.path()).env("DOCGEN_CACHE", elsewhere.path()).arg("verify").output().expect("docgen starts");
    assert_eq!(files(), before);
    assert!(elsewhere.path().join("tools.json").is_file());
}

#[test]
fn s6_1_what_a_fixture_no_longer_has_is_missing() {
    let site = fresh("# P\n\n```python run\nimport helpers\n\nprint(helpers.x)\n```\n");
    write(site.path(), "snippets/python/helpers.py", "x = 1\n");
    assert_eq!(statuses(&verify(site.path(), &[])), ["pass"]);
    std::fs::remove_file(site.path().join("snippets/python/helpers.py")).expect("removed");
    assert_eq!(statuses(&verify(site.path(), &[])), ["env_error"]);
}

#[test]
fn s3_5_a_lock_file_hides_the_packages_of_the_machine() {
    // Every Python has pip.
    let site = fresh("# P\n\n```python run\nimport pip\n\nprint(pip.__name__)\n```\n");
    assert_eq!(statuses(&verify(site.path(), &[])), ["pass"]);
    write(site.path(), "snippets/python/requirements.txt", "# no packages\n");
    assert_eq!(statuses(&verify(site.path(), &[])), ["env_error"]);
}

#[test]
fn s6_1_all_of_the_package_around_a_page_counts() {
    let site = fresh(
        "# P\n\n```python run\nfrom mine import gen, public\n\nprint(gen.x, public.y)\n```\n\n```text output\n1 1\n```\n",
    );
    write(site.path(), "pyproject.toml", "[project]\nname = \"mine\"\nversion = \"0\"\n");
    write(site.path(), ".gitignore", "gen.py\n");
    write(site.path(), "mine/__init__.py", "");
    write(site.path(), "mine/gen.py", "x = 1\n");
    write(site.path(), "mine/public/__init__.py", "y = 1\n");
    let status = |args: &[&str]| statuses(&verify(site.path(), args))[0].clone();
    assert_eq!(status(&[]), "pass");
    edit(site.path(), "mine/gen.py", "1", "2");
    assert_eq!(status(&[]), "fail", "a file that version control ignores is read all the same");
    edit(site.path(), "mine/gen.py", "2", "1");
    edit(site.path(), "mine/public/__init__.py", "1", "2");
    assert_eq!(status(&[]), "fail");
}

#[test]
fn s6_1_how_the_rest_of_a_group_runs_counts() {
    let page = "# P\n\n```python run {group=g name=one}\nimport sys\n\nprint(sys.argv[1:])\n```\n\n```text output\n['late']\n```\n\n```python run {group=g name=two args=late}\npass\n```\n";
    let site = fresh(page);
    assert_eq!(statuses(&verify(site.path(), &[]))[0], "pass");
    edit(site.path(), "content/page.md", " args=late", "");
    assert_eq!(statuses(&verify(site.path(), &[]))[0], "fail");
}

#[test]
fn s6_3_another_environment_is_another_tool() {
    let site = fresh("# P\n\n```python run\nimport only_here\n\nprint(only_here.x)\n```\n\n```text output\n1\n```\n");
    let tools = tempfile::tempdir().expect("a temporary folder");
    for (name, value) in [("a", "1"), ("b", "2")] {
        let made = std::process::Command::new("python3")
            .args(["-m", "venv", "--without-pip"])
            .arg(tools.path().join(name))
            .output()
            .expect("python3 starts");
        assert!(made.status.success(), "{}", stderr(&made));
        let lib =
            std::fs::read_dir(tools.path().join(name).join("lib")).expect("lib").next().expect("one").expect("one");
        write(&lib.path(), "site-packages/only_here.py", &format!("x = {value}\n"));
    }
    let verify = |name: &str| {
        let path =
            format!("{}:{}", tools.path().join(name).join("bin").display(), std::env::var("PATH").unwrap_or_default());
        let output = docgen(site.path())
            .env("DOCGEN_CACHE", site.path().join("cache"))
            .env("PATH", path)
            .args(["--quiet", "verify", "--report", "json=-"])
            .output()
            .expect("docgen starts");
        statuses(&serde_json::from_slice(&output.stdout).expect("JSON"))[0].clone()
    };
    assert_eq!((verify("a"), verify("b"), verify("a")), ("pass".into(), "fail".into(), "pass".into()));
}

#[test]
fn s6_6_a_ledger_holds_nobody_to_more_than_a_run_can_show() {
    let page = "# P\n\n```python run {name=ran}\nprint(1)\n```\n\n```python prittily {name=slip}\nx = 1\n```\n\n```python {name=lost prelude=nope}\nx = 1\n```\n";
    let site = fresh(page);
    run(site.path(), &["verify", "--write-ledger"]);
    assert_eq!(ledger(site.path()).lines().count(), 5, "faults are in it too: {}", ledger(site.path()));
    let code = |args: &[&str]| run(site.path(), args).status.code();
    assert_eq!(code(&["verify", "--ratchet"]), Some(0));
    assert_eq!(code(&["verify", "--ratchet", "--no-exec"]), Some(0));
    assert_eq!(code(&["verify", "--locked", "--ratchet", "--no-exec"]), Some(0));
    assert_eq!(code(&["verify", "--write-ledger", "--no-exec"]), Some(2));
    edit(site.path(), "content/page.md", "# P\n", "# P\n\n```python ignore {reason=\"not yet\"}\nx = 1\n```\n");
    assert_eq!(code(&["verify", "--ratchet"]), Some(0), "an ignored block that would pass is a warning");
    let before = ledger(site.path());
    docgen(site.path())
        .env("DOCGEN_CACHE", site.path().join("other"))
        .env("PATH", "/nonexistent")
        .env("XDG_DATA_HOME", "/nonexistent")
        .args(["verify", "--write-ledger", "--name", "ran"])
        .output()
        .expect("docgen starts");
    assert_eq!(ledger(site.path()), before, "a missing tool says nothing against what was proven elsewhere");
}
