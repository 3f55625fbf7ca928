//! S8: ways around the sandbox that a review found and that are now closed: modes and times, inherited files, links,
//! leftovers of tools, installers. Also the promises of `net` and `--no-exec`.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]
#![cfg(target_os = "linux")]

mod common;

use common::outside::{Outside, allows_namespaces, levels};
use common::{docgen, statuses, write};
use serde_json::Value;
use std::process::Command;

#[test]
fn s8_4_without_execution_nothing_of_the_authors_runs() {
    let page = "# P\n\n```python run\nopen(\"TARGET\", \"w\").write(\"x\")\n```\n\n```rust\nlet secret = include_str!(\"BAIT\");\n```\n\n```go run\nos.WriteFile(\"TARGET\", nil, 0o600)\n```\n";
    let outside = Outside::new();
    let root = outside.path("site");
    // A build script and an npm hook are code too.
    write(
        &root,
        "snippets/rust/Cargo.toml",
        "[package]\nname = \"s\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n",
    );
    write(
        &root,
        "snippets/rust/build.rs",
        &outside.fill("fn main() { std::fs::write(\"TARGET\", \"x\").unwrap(); }\n"),
    );
    write(&root, "content/page.md", &outside.fill(page));
    write(&root, "book.toml", "[book]\n");
    let output = docgen(&root)
        .env("DOCGEN_SANDBOX", "none")
        .args(["--quiet", "verify", "--no-exec", "--report", "json=-"])
        .output()
        .expect("docgen starts");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for snippet in report["snippets"].as_array().expect("snippets") {
        let steps = snippet["steps"].as_object().expect("steps");
        assert!(!steps.contains_key("compile") && !steps.contains_key("run"), "{snippet}");
        assert!(snippet["command"].is_null());
    }
    assert!(!outside.path("written").exists());
}

#[test]
fn s8_1_nothing_outside_changes_its_mode_or_time() {
    if !allows_namespaces() {
        return;
    }
    let outside = Outside::new();
    std::fs::write(outside.path("victim"), "x").expect("written");
    let page = format!(
        "# P\n\n```python run\nimport os\n\nfor way in (lambda p: os.chmod(p, 0o777), lambda p: os.utime(p, (1, 1)), lambda p: os.chown(p, 1, 1)):\n    for path in (\"{0}\", __file__):\n        try:\n            way(path)\n            print(\"open\")\n        except OSError:\n            pass\nopen(\"own\", \"w\").close()\nos.chmod(\"own\", 0o755)\nprint(\"own\", oct(os.stat(\"own\").st_mode & 0o777))\n```\n\n```text output\nown 0o755\n```\n",
        outside.path("victim").display()
    );
    let report = outside.verify("full", &page);
    assert_eq!(statuses(&report)[0], "pass", "{report:#}");
}

#[test]
fn s8_1_files_that_docgen_was_started_with_do_not_reach_a_block() {
    let site = common::project(
        "[book]\n",
        "# P\n\n```bash run\nls /proc/self/fd | sort -n | tail -n +4 | wc -l\nread -r line <&7 && echo \"$line\"\ntrue\n```\n",
    );
    std::fs::write(site.path().join("secret"), "BAIT\n").expect("written");
    for level in levels().iter().copied() {
        let output = Command::new("sh")
            .args(["-c", "exec \"$DOCGEN\" --quiet verify --no-cache --report json=- 7<secret"])
            .env("DOCGEN", env!("CARGO_BIN_EXE_docgen"))
            .env("DOCGEN_SANDBOX", level)
            .env("XDG_CACHE_HOME", common::repository().join("target/test-cache"))
            .current_dir(site.path())
            .output()
            .expect("sh starts");
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let printed = report["snippets"][0]["output"].as_str().unwrap_or_default().to_owned();
        assert!(!printed.contains("BAIT"), "{level}: {report:#}");
    }
}

#[test]
fn s8_1_links_of_the_repository_lead_nowhere() {
    let outside = Outside::new();
    let root = outside.path("site");
    write(&root, "pyproject.toml", "[project]\nname = \"p\"\nversion = \"0\"\n");
    write(&root, "p/__init__.py", "x = 1\n");
    std::os::unix::fs::symlink(outside.path("home"), root.join("data")).expect("linked");
    std::fs::create_dir_all(root.join("snippets")).expect("made");
    std::os::unix::fs::symlink(outside.path("home/.ssh"), root.join("snippets/python")).expect("linked");
    let page = format!(
        "# P\n\n```python run\nimport os\n\nimport p\n\nfor path in (\"{0}/data/.ssh/id_bait\", os.path.dirname(__file__) + \"/../id_bait\"):\n    try:\n        print(open(path).read())\n    except OSError:\n        print(\"closed\", p.x)\n```\n\n```text output\nclosed 1\nclosed 1\n```\n",
        root.display()
    );
    for level in levels().iter().copied() {
        let report = outside.verify(level, &page);
        assert_eq!(statuses(&report)[0], "pass", "{level}: {report:#}");
    }
}

#[test]
fn s8_1_links_that_tools_leave_in_the_workspace_are_not_followed() {
    if !allows_namespaces() {
        return;
    }
    let outside = Outside::new();
    let root = outside.path("site");
    std::fs::create_dir_all(outside.path("precious")).expect("made");
    std::fs::write(outside.path("precious/thesis.txt"), "years of work").expect("written");
    write(
        &root,
        "snippets/rust/Cargo.toml",
        "[package]\nname = \"s\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n",
    );
    let script = format!(
        "fn main() {{\n    let _ = std::fs::remove_dir_all(\"out\");\n    let _ = std::fs::remove_dir_all(\"blocks\");\n    let _ = std::os::unix::fs::symlink(\"{0}\", \"out\");\n    let _ = std::os::unix::fs::symlink(\"{0}\", \"blocks\");\n}}\n",
        outside.path("precious").display()
    );
    write(&root, "snippets/rust/build.rs", &script);
    write(&root, "snippets/rust/out/thesis.txt", "rubbish");
    for _ in 0..2 {
        let report = outside.verify("full", "# P\n\n```rust\nlet x = 1;\nassert_eq!(x, 1);\n```\n");
        assert_eq!(statuses(&report), ["pass"], "{report:#}");
        let page = std::fs::read_to_string(root.join("page.md")).expect("the page");
        write(&root, "page.md", &page.replace("= 1", "= 1 "));
    }
    let thesis = std::fs::read_to_string(outside.path("precious/thesis.txt")).expect("it is there");
    assert_eq!(thesis, "years of work");
}

#[test]
fn s8_1_installers_are_held_in() {
    if !allows_namespaces() {
        return;
    }
    let mut outside = Outside::new();
    let root = outside.path("site");
    write(
        &root,
        "snippets/rust/Cargo.toml",
        "[package]\nname = \"s\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\nlocal = { path = \"local\" }\n",
    );
    write(
        &root,
        "snippets/rust/local/Cargo.toml",
        "[package]\nname = \"local\"\nversion = \"0.0.0\"\nedition = \"2024\"\n",
    );
    write(&root, "snippets/rust/local/src/lib.rs", "");
    write(
        &root,
        "snippets/rust/Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"local\"\nversion = \"0.0.0\"\n\n[[package]]\nname = \"s\"\nversion = \"0.0.0\"\ndependencies = [\n \"local\",\n]\n",
    );
    write(&root, "snippets/rust/.cargo/config.toml", "[build]\nrustc = \"./evil.sh\"\n");
    let script =
        outside.fill("#!/bin/sh\necho \"$SECRET_TOKEN\" > TARGET\necho \"$SECRET_TOKEN\"\nexec rustc \"$@\"\n");
    write(&root, "snippets/rust/evil.sh", &script);
    {
        use std::os::unix::fs::PermissionsExt as _;
        let permissions = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(root.join("snippets/rust/evil.sh"), permissions).expect("set");
    }
    outside.verify("full", "# P\n\n```rust\nlet x = 1;\nprintln!(\"{x}\");\n```\n");
    outside.is_untouched();
}

#[test]
fn s8_2_the_hosts_network_where_a_page_may_have_it() {
    let outside = Outside::new();
    let page = "# P\n\n```python run net\nimport socket\n\nsocket.create_connection((\"127.0.0.1\", TCP), 2)\nprint(\"connected\")\n```\n\n```text output\nconnected\n```\n";
    let root = outside.path("site");
    for level in levels().iter().copied() {
        write(&root, "page.md", &outside.fill(page));
        write(&root, "book.toml", "[book]\nsrc = \".\"\n[verify]\nallow-net = [\"page.md\"]\n");
        let output =
            docgen(&root).env("DOCGEN_SANDBOX", level).args(["verify", "--no-cache", "--report", "json=-"]).output();
        let report: Value = serde_json::from_slice(&output.expect("docgen starts").stdout).expect("JSON");
        assert_eq!(statuses(&report)[0], "pass", "{level}: {report:#}");
        assert_eq!(report["snippets"][0]["sandbox"], level);
    }
}

#[test]
fn s8_2_shared_memory_is_the_blocks_own() {
    if !allows_namespaces() {
        return;
    }
    let page = "# P\n\n```python run\nfrom multiprocessing import Pool\n\nif __name__ == \"__main__\":\n    with Pool(2) as pool:\n        print(pool.map(abs, [-1, -2]))\n```\n\n```text output\n[1, 2]\n```\n\n```python run\nimport os\n\ntry:\n    os.memfd_create(\"x\")\nexcept OSError:\n    print(\"refused\")\n```\n\n```text output\nrefused\n```\n";
    let report = Outside::new().verify("full", page);
    assert_eq!((&*statuses(&report)[0], &*statuses(&report)[2]), ("pass", "pass"), "{report:#}");
}

#[test]
fn s8_1_docgen_leaves_nothing_behind() {
    let site = common::project("[book]\n", "# P\n\n```python run\nprint(1)\n```\n");
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let output = docgen(site.path()).env("TMPDIR", temporary.path()).args(["verify", "--no-cache"]).output();
    assert_eq!(output.expect("docgen starts").status.code(), Some(0));
    let left: Vec<_> = std::fs::read_dir(temporary.path()).expect("a folder").filter_map(Result::ok).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn s8_3_what_the_sandbox_cannot_start_is_not_the_authors_fault() {
    use std::os::unix::fs::PermissionsExt as _;
    let outside = Outside::new();
    // This shell works only outside the sandbox: no block may read its interpreter.
    let (shell, hidden) = (outside.path("home/bash"), outside.path("home/.ssh/sh"));
    std::fs::copy("/bin/sh", &hidden).expect("copied");
    let script = format!("#!{}\nexec /bin/bash \"$@\"\n", hidden.display());
    std::fs::write(&shell, script).expect("written");
    std::fs::set_permissions(&shell, std::fs::Permissions::from_mode(0o755)).expect("set");
    let root = outside.path("site");
    let page = "# P\n\n```bash run\ncat \"BAIT\"\n```\n\n```json\n[1]\n```\n";
    write(&root, "page.md", &outside.fill(page));
    write(&root, "book.toml", "[book]\nsrc = \".\"\n");
    for level in levels().iter().copied() {
        let path = format!("{}:{}", outside.path("home").display(), std::env::var("PATH").unwrap_or_default());
        let output = docgen(&root)
            .env("DOCGEN_SANDBOX", level)
            .env("HOME", outside.path("home"))
            .env("PATH", path)
            .args(["--quiet", "verify", "--no-cache", "--report", "json=-"])
            .output()
            .expect("docgen starts");
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(statuses(&report), ["env_error", "pass"], "{level}: {report:#}");
        assert!(!report.to_string().contains("BAIT-IN-"), "{level}: {report:#}");
    }
}
