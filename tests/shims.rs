//! S6.3, S8.1: programs behind the shims of version managers with folders outside the home folder. The managers here
//! are scripts that find their version like pyenv.

#![allow(clippy::disallowed_methods, reason = "tests look at disk from outside")]
#![cfg(target_os = "linux")]

mod common;

use common::outside::levels;
use common::{docgen, project, statuses, stdout, write};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// A manager with version 1.0 of a program, in a folder that nothing else names.
struct Manager {
    folder: tempfile::TempDir,
}

impl Manager {
    fn new(program: &str, text: &str) -> Self {
        let manager = Self { folder: tempfile::tempdir().expect("a folder") };
        let root = manager.root().display().to_string();
        manager.script(&format!("pyenv/versions/1.0/bin/{program}"), text);
        write(manager.folder.path(), "pyenv/version", "1.0\n");
        manager.script(
            "pyenv/libexec/pyenv",
            &format!("#!/bin/sh\nversion=$(cat \"{root}/version\") || exit 1\nprogram=\"{root}/versions/$version/bin/$2\"\nif [ \"$1\" = which ]; then echo \"$program\"; exit; fi\nshift 2\nexec \"$program\" \"$@\"\n"),
        );
        manager.script(
            &format!("pyenv/shims/{program}"),
            &format!("#!/bin/sh\nexec \"{root}/libexec/pyenv\" exec {program} \"$@\"\n"),
        );
        manager
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("pyenv")
    }

    fn script(&self, name: &str, text: &str) {
        write(self.folder.path(), name, text);
        let path = self.folder.path().join(name);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("set");
    }
}

fn path_with(first: &Path) -> String {
    format!("{}:{}", first.display(), std::env::var("PATH").unwrap_or_default())
}

fn verify(site: &Path, path: &str, level: &str) -> Value {
    let mut command = docgen(site);
    command.env("PATH", path).env("DOCGEN_SANDBOX", level);
    let output =
        command.args(["--quiet", "verify", "--no-cache", "--report", "json=-"]).output().expect("docgen starts");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", common::stderr(&output)))
}

#[test]
fn s8_1_a_block_may_call_what_is_behind_a_shim() {
    let manager = Manager::new("greeter", "#!/bin/sh\necho \"hello, $1\"\n");
    let site = project("[book]\n", "# P\n\n```bash run\ngreeter world\n```\n\n```text output\nhello, world\n```\n");
    for level in levels().iter().copied() {
        let report = verify(site.path(), &path_with(&manager.root().join("shims")), level);
        assert_eq!(statuses(&report)[0], "pass", "{level}: {report:#}");
    }
}

/// A Python whose real program is reached only through the manager, because the shim's version is elsewhere.
#[test]
fn s6_3_a_tool_behind_a_shim_works_inside_blocks_and_doctor_shows_the_chain() {
    let python = "#!/bin/sh\nexec /usr/bin/python3 \"$@\"\n";
    if !Path::new("/usr/bin/python3").exists() {
        return;
    }
    let manager = Manager::new(
        "shellcheck",
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo \"version: 0.9.0\"; exit; fi\necho '{\"comments\": []}'\n",
    );
    manager.script("pyenv/versions/1.0/bin/python3", python);
    manager.script(
        "pyenv/shims/python3",
        &format!("#!/bin/sh\nexec \"{}/libexec/pyenv\" exec python3 \"$@\"\n", manager.root().display()),
    );
    let path = path_with(&manager.root().join("shims"));
    let page = "# P\n\n```python run\nprint(1)\n```\n\n```bash run\npython3 -c 'print(2)'\nshellcheck --version\n```\n";
    let site = project("[book]\n", page);
    for level in levels().iter().copied() {
        let report = verify(site.path(), &path, level);
        assert_eq!(statuses(&report), ["pass", "pass"], "{level}: {report:#}");
    }
    // Without the tools that docgen has installed, it finds the shim.
    let data = tempfile::tempdir().expect("a folder");
    let output = docgen(site.path()).env("PATH", &path).env("XDG_DATA_HOME", data.path()).arg("doctor").output();
    let text = stdout(&output.expect("docgen starts"));
    let shown = |place: &str| manager.root().join(place).display().to_string();
    let chain = format!("{} → {}", shown("shims/shellcheck"), shown("versions/1.0/bin/shellcheck"));
    assert!(text.contains(&chain), "no `{chain}` in {text}");
}

#[test]
fn s8_1_what_the_sandbox_does_not_let_start_is_not_the_authors_fault() {
    let manager = Manager::new("greeter", "#!/bin/sh\necho hello\n");
    // The first is called by its path, and no block may read it. The second only fails.
    let page = format!(
        "# P\n\n```bash run\n{}/elsewhere/greeter\n```\n\n```bash run\ncat {}/elsewhere/notes\n```\n",
        manager.folder.path().display(),
        manager.folder.path().display()
    );
    manager.script("elsewhere/greeter", "#!/bin/sh\necho hello\n");
    write(manager.folder.path(), "elsewhere/notes", "text");
    let site = project("[book]\n", &page);
    for level in levels().iter().copied() {
        let report = verify(site.path(), &path_with(&manager.root().join("shims")), level);
        assert_eq!(statuses(&report), ["env_error", "fail"], "{level}: {report:#}");
        let reason = report["snippets"][0]["reason"].as_str().unwrap_or_default();
        assert!(reason.contains("sandbox") && reason.contains("elsewhere/greeter"), "{reason}");
    }
}
