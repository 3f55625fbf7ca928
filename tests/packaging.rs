//! The packages for `PyPI` and npm carry the binary: each is built here, installed from its file without a network, and run.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::repository;
use std::path::{Path, PathBuf};
use std::process::Command;

const PAGE: &str = "# P\n\n```json\n[1, 2\n```\n";

/// The binary without what debuggers need, which is nine tenths of it.
fn binary(folder: &Path) -> PathBuf {
    let (whole, small) = (PathBuf::from(env!("CARGO_BIN_EXE_docgen")), folder.join("docgen"));
    let stripped = Command::new("strip").arg("-o").arg(&small).arg(&whole).status();
    if stripped.is_ok_and(|status| status.success()) { small } else { whole }
}

fn done(call: &mut Command) -> String {
    let output = call.output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{call:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// The installed docgen finds the fault of a page, and ends with its status.
fn works(program: &Path, folder: &Path) {
    std::fs::write(folder.join("page.md"), PAGE).expect("written");
    let cache = folder.join("cache");
    let output = Command::new(program)
        .args(["--quiet", "verify", "page.md"])
        .current_dir(folder)
        .env("XDG_CACHE_HOME", cache)
        .env_remove("CI")
        .output()
        .expect("docgen starts");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("page.md:5:1"), "{output:?}");
    let version = done(Command::new(program).arg("--version"));
    assert!(version.contains(env!("CARGO_PKG_VERSION")), "{version}");
}

/// Packs the binary by a script of `packaging`. Returns what the script printed: the packages, one a line.
fn packed(interpreter: &str, script: &str, platform: &str, root: &Path) -> String {
    done(
        Command::new(interpreter)
            .arg(repository().join("packaging").join(script))
            .args(["--version", env!("CARGO_PKG_VERSION"), "--platform", platform, "--binary"])
            .arg(binary(root))
            .arg("--out")
            .arg(root.join("dist")),
    )
}

#[test]
fn the_wheel_installs_from_its_file() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let root = temp.path();
    let platform = if cfg!(target_arch = "aarch64") { "linux-aarch64" } else { "linux-x86_64" };
    let wheel = packed("python3", "pypi/build.py", platform, root);
    done(Command::new("python3").args(["-m", "venv"]).arg(root.join("venv")));
    done(
        Command::new(root.join("venv/bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check"])
            .arg(wheel.trim()),
    );
    works(&root.join("venv/bin/docgen"), root);
}

#[test]
fn the_npm_packages_install_from_their_files() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let root = temp.path();
    let platform = if cfg!(target_arch = "aarch64") { "linux-arm64" } else { "linux-x64" };
    let packages = packed("node", "npm/build.mjs", platform, root);
    let files: Vec<&str> = packages.lines().collect();
    assert_eq!(files.len(), 2, "{packages}");
    let project = root.join("project");
    std::fs::create_dir(&project).expect("made");
    std::fs::write(project.join("package.json"), "{ \"private\": true }\n").expect("written");
    done(
        Command::new("npm")
            .args(["install", "--offline", "--no-audit", "--no-fund", "--omit=optional"])
            .args(&files)
            .env("npm_config_cache", root.join("npm"))
            .current_dir(&project),
    );
    works(&project.join("node_modules/.bin/docgen"), &project);
    std::fs::remove_dir_all(project.join("node_modules").join(format!("docgen-cli-{platform}"))).expect("removed");
    let without = Command::new(project.join("node_modules/.bin/docgen")).output().expect("it starts");
    assert_eq!(without.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&without.stderr).contains("is not installed"), "{without:?}");
}

#[test]
fn the_docker_file_and_the_places_for_the_owner_are_right() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let docker = std::fs::read_to_string(repository().join("packaging/Dockerfile")).expect("a Dockerfile");
    common::write(temp.path(), "page.md", &format!("# D\n\n```dockerfile\n{docker}```\n"));
    let output = common::run(temp.path(), &["verify", "page.md"]);
    assert!(common::stdout(&output).contains("1 pass"), "{}", common::stdout(&output));
    let manifest: toml::Table =
        std::fs::read_to_string(repository().join("Cargo.toml")).expect("a manifest").parse().expect("TOML");
    for key in ["repository", "homepage"] {
        assert!(manifest["package"][key].as_str().is_some_and(|address| address.starts_with("https://")), "{key}");
    }
}
