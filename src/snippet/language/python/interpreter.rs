//! Calls the interpreter, and sets where it looks for imports.
//!
//! Must not know: what it runs.

use super::tools::PYTHON;
use crate::error::Result;
use crate::fs;
use crate::process::Job;
use crate::snippet::workspace::dependencies::{self, Pinned};
use crate::snippet::workspace::project::Workspace;
use std::path::{Path, PathBuf};

/// The environment of a fixture with a lock file: its interpreter sees no package of the machine (PEP 405).
const ENVIRONMENT: &str = "environment";

const PINNED: Pinned = Pinned {
    kind: "python",
    manifest: "pyproject.toml",
    lock: "requirements.txt",
    how: "write it with `pip freeze` or `uv pip compile`",
    mark: "ERROR:",
};

/// A call of the interpreter, as runs use it.
pub(super) fn interpreter(workspace: &Workspace<'_>, scratch: &Path) -> std::result::Result<Job, String> {
    let python = workspace.tools.require(&PYTHON)?;
    let installed = installed(workspace);
    let roots = roots(workspace, installed.as_deref());
    Ok(Job::new(program(&python.path, installed.as_deref()), scratch)
        .env("PYTHONPATH", std::env::join_paths(roots).unwrap_or_default())
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONIOENCODING", "utf-8"))
}

/// The interpreter: the machine's, or the one of the fixture's environment in `installed`. The latter has what the lock
/// file pins, and the standard library.
pub(super) fn program(python: &Path, installed: Option<&Path>) -> PathBuf {
    installed.map_or_else(|| python.to_owned(), |installed| installed.join(ENVIRONMENT).join("bin/python3"))
}

/// Writes the environment into `folder`. `python` is the machine's interpreter.
fn write_environment(python: &Path, folder: &Path) -> Result<()> {
    let real = fs::canonicalize(python)?;
    let home = real.parent().unwrap_or(Path::new("/")).display();
    let settings = format!("home = {home}\ninclude-system-site-packages = false\n");
    fs::write(&folder.join("pyvenv.cfg"), settings.as_bytes())?;
    fs::link(&real, &folder.join("bin/python3"))
}

/// The folder with the packages that `requirements.txt` pins; `None` if the fixture has no such file.
pub(super) fn dependencies(workspace: &Workspace<'_>) -> Result<std::result::Result<Option<PathBuf>, String>> {
    let Some(lock) = fs::read_optional(&workspace.folder.join("requirements.txt"))? else {
        let manifest = fs::read_optional(&workspace.folder.join("pyproject.toml"))?.unwrap_or_default();
        let table: toml::Table = toml::from_str(&manifest).unwrap_or_default();
        let named =
            table.get("project").and_then(|project| project.get("dependencies")).and_then(toml::Value::as_array);
        return Ok(if named.is_some_and(|list| !list.is_empty()) {
            Err(dependencies::no_lock(&PINNED))
        } else {
            Ok(None)
        });
    };
    let python = match workspace.tools.require(&PYTHON) {
        Ok(python) => python,
        Err(why) => return Ok(Err(why)),
    };
    let identity = format!("{} {} {lock}", python.path.display(), python.version);
    let placed = dependencies::once(workspace, &PINNED, &identity, &[], |target| {
        write_environment(&python.path, &target.join(ENVIRONMENT))?;
        let job = workspace.tools.job(&python.path, &workspace.folder);
        let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--target"];
        Ok(job.args(quiet).arg(target).args(["-r", "requirements.txt"]))
    })?;
    Ok(placed.map(Some))
}

/// Folders for imports besides the interpreter's own: the fixture, its dependencies, and the package around the page.
pub(super) fn roots(workspace: &Workspace<'_>, installed: Option<&Path>) -> Vec<PathBuf> {
    if workspace.no_exec {
        // To find `a.b`, Python runs `a`.
        return Vec::new();
    }
    let mut roots = vec![workspace.folder.clone()];
    roots.extend(installed.map(Path::to_owned));
    if let Some(package) = &workspace.package {
        roots.extend([package.join("src"), package.clone()].into_iter().filter(|root| root.is_dir()));
    }
    roots
}

/// The fixture's packages. They were installed before the first block was checked; this only finds them again.
pub(super) fn installed(workspace: &Workspace<'_>) -> Option<PathBuf> {
    dependencies(workspace).ok()?.ok()?
}
