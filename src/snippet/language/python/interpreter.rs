//! Calls the interpreter, and sets where it looks for imports.
//!
//! Must not know: what it runs.

use super::tools::PYTHON;
use crate::error::Result;
use crate::fs;
use crate::process::Job;
use crate::snippet::workspace::dependencies;
use crate::snippet::workspace::project::Workspace;
use std::path::{Path, PathBuf};

/// A call of the interpreter, as runs use it.
pub(super) fn interpreter(workspace: &Workspace<'_>, scratch: &Path) -> std::result::Result<Job, String> {
    let python = workspace.tools.require(&PYTHON)?;
    Ok(Job::new(&python.path, scratch)
        .env("PYTHONPATH", std::env::join_paths(roots(workspace)).unwrap_or_default())
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONIOENCODING", "utf-8"))
}

/// The folder with the packages that `requirements.txt` pins; `None` if the fixture has no such file.
pub(super) fn dependencies(workspace: &Workspace<'_>) -> Result<std::result::Result<Option<PathBuf>, String>> {
    let Some(lock) = fs::read_optional(&workspace.folder.join("requirements.txt"))? else {
        let manifest = fs::read_optional(&workspace.folder.join("pyproject.toml"))?.unwrap_or_default();
        let table: toml::Table = toml::from_str(&manifest).unwrap_or_default();
        let named =
            table.get("project").and_then(|project| project.get("dependencies")).and_then(toml::Value::as_array);
        return Ok(if named.is_some_and(|list| !list.is_empty()) {
            Err(dependencies::no_lock(
                "pyproject.toml",
                "requirements.txt",
                "write one with `pip freeze` or `uv pip compile`",
            ))
        } else {
            Ok(None)
        });
    };
    let python = match workspace.tools.require(&PYTHON) {
        Ok(python) => python,
        Err(why) => return Ok(Err(why)),
    };
    let placed = dependencies::once(workspace, "python", &format!("{} {lock}", python.version), &[], |target| {
        let job = workspace.tools.job(&python.path, &workspace.folder);
        let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--target"];
        Ok(job.args(quiet).arg(target).args(["-r", "requirements.txt"]))
    })?;
    Ok(placed.map(Some))
}

/// Folders for imports besides the interpreter's own: the fixture, its dependencies, and the package around the page.
pub(super) fn roots(workspace: &Workspace<'_>) -> Vec<PathBuf> {
    if workspace.no_exec {
        // To find `a.b`, Python runs `a`.
        return Vec::new();
    }
    let mut roots = vec![workspace.folder.clone()];
    // The dependencies were installed before the first block was checked. This only finds them again.
    if let Ok(Ok(Some(installed))) = dependencies(workspace) {
        roots.push(installed);
    }
    if let Some(package) = &workspace.package {
        roots.extend([package.join("src"), package.clone()].into_iter().filter(|root| root.is_dir()));
    }
    roots
}
