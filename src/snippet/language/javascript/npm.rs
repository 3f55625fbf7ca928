//! npm installs what a fixture's lock file pins, and the package around a page is linked beside it.
//!
//! Must not know: blocks.

use super::tools::NODE;
use crate::error::Result;
use crate::fs;
use crate::snippet::workspace::dependencies::{self, Pinned};
use crate::snippet::workspace::project::Workspace;
use serde_json::Value;

const PINNED: Pinned = Pinned {
    kind: "npm",
    manifest: "package.json",
    lock: "package-lock.json",
    how: "`npm install` writes it",
    mark: "npm error",
};

/// Installs what the fixture's lock file pins, once.
pub(crate) fn install(workspace: &Workspace<'_>) -> Result<std::result::Result<(), String>> {
    let text = fs::read_optional(&workspace.folder.join("package.json"))?.unwrap_or_default();
    let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
    let names = |key: &str| manifest[key].as_object().is_some_and(|list| !list.is_empty());
    if !names("dependencies") && !names("devDependencies") {
        return Ok(Ok(()));
    }
    let Some(lock) = fs::read_optional(&workspace.folder.join("package-lock.json"))? else {
        return Ok(Err(dependencies::no_lock(&PINNED)));
    };
    let node = match workspace.tools.require(&NODE) {
        Ok(node) => node,
        Err(why) => return Ok(Err(why)),
    };
    let npm = node.path.with_file_name("npm");
    let placed = dependencies::once(workspace, &PINNED, &lock, &[], |target| {
        for file in fs::list_recursively(&workspace.folder)? {
            if !file.starts_with("blocks") && !file.starts_with("node_modules") {
                fs::write(&target.join(&file), &fs::read(&workspace.folder.join(&file))?)?;
            }
        }
        // Nobody asked to run npm's hooks.
        Ok(workspace.tools.job(&npm, target).args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]))
    })?;
    match placed {
        Ok(place) => fs::link(&place.join("node_modules"), &workspace.folder.join("node_modules")).map(Ok),
        Err(why) => Ok(Err(why)),
    }
}

/// Makes the package around the pages available to the fixture.
pub(super) fn bind(workspace: &Workspace<'_>) -> Result<std::result::Result<(), String>> {
    let Some(package) = &workspace.package else { return Ok(Ok(())) };
    let text = fs::read_to_string(&package.join("package.json"))?;
    let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
    if let Some(name) = manifest["name"].as_str() {
        fs::link(package, &workspace.folder.join("node_modules").join(name))?;
    }
    Ok(Ok(()))
}
