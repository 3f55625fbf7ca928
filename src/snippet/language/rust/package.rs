//! Binds the package around a page to the crate of its blocks (S3.6), like a documentation test: a path dependency with
//! the features that docs.rs uses, and those of the package's own dependencies that the blocks name.
//!
//! Must not know: pages, diagnostics.

use crate::error::Result;
use crate::fs;
use crate::process::{Job, Supervisor};
use crate::snippet::workspace::package::mentions;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;

/// Whether a manifest belongs to a package with a library.
pub(super) fn is_package(manifest: &Path) -> bool {
    let Ok(Some(text)) = fs::read_optional(manifest) else { return false };
    let Ok(table) = toml::from_str::<toml::Table>(&text) else { return false };
    let folder = manifest.parent().unwrap_or(Path::new("."));
    table.contains_key("package") && (table.contains_key("lib") || folder.join("src/lib.rs").is_file())
}

/// The name by which code uses the package's library.
pub(super) fn library_name(package: &Path) -> Option<String> {
    let text = fs::read_optional(&package.join("Cargo.toml")).ok()??;
    let table = toml::from_str::<toml::Table>(&text).ok()?;
    let name = |table: Option<&toml::Value>| Some(table?.get("name")?.as_str()?.replace('-', "_"));
    name(table.get("lib")).or_else(|| name(table.get("package")))
}

/// Calls of cargo for binding; the adapter makes them.
pub(super) struct Cargo<'a> {
    /// Makes a call of cargo in a folder.
    pub(super) job: &'a dyn Fn(&Path) -> Job,
    /// Starts it.
    pub(super) supervisor: &'a Supervisor,
}

/// Adds the package to the manifest in `workspace`. The inner `Err` says what is impossible.
pub(super) fn bind(
    cargo: &Cargo<'_>,
    workspace: &Path,
    package: &Path,
    code: &str,
) -> Result<std::result::Result<(), String>> {
    let metadata = (cargo.job)(package).args(["metadata", "--format-version=1", "--no-deps", "--offline"]);
    let finished = cargo.supervisor.run(&metadata)?;
    let Ok(metadata) = serde_json::from_slice::<Value>(&finished.stdout) else {
        return Ok(Err(format!("cargo cannot read the package in {}: {}", package.display(), finished.summary())));
    };
    let manifest = package.join("Cargo.toml").display().to_string();
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let Some(described) = packages.iter().find(|candidate| candidate["manifest_path"] == manifest.as_str()) else {
        return Ok(Err(format!("cargo does not know the package in {}", package.display())));
    };
    let path = workspace.join("Cargo.toml");
    let mut text = fs::read_to_string(&path)?;
    if !text.contains("[dependencies]") {
        text.push_str("\n[dependencies]\n");
    }
    text.push_str(&dependencies(described, package, code));
    fs::write_if_changed(&path, text.as_bytes())?;
    // cargo needs a target before it resolves anything. The adapter writes the real one.
    if !workspace.join("src/main.rs").is_file() {
        fs::write(&workspace.join("src/main.rs"), b"fn main() {}\n")?;
    }
    // The package's lock file pins its dependencies to the tested versions.
    let root = metadata["workspace_root"].as_str().map_or(package, Path::new);
    if let Some(lock) = fs::read_optional(&root.join("Cargo.lock"))? {
        fs::write_if_changed(&workspace.join("Cargo.lock"), lock.as_bytes())?;
    } else {
        fs::remove_file(&workspace.join("Cargo.lock"))?;
    }
    let fetch = |offline: bool| {
        let job = (cargo.job)(workspace).args(["fetch", "--quiet"]).env("CARGO_NET_OFFLINE", offline.to_string());
        cargo.supervisor.run(&job)
    };
    if fetch(true)?.success() {
        return Ok(Ok(()));
    }
    let finished = fetch(false)?;
    if finished.success() {
        return Ok(Ok(()));
    }
    Ok(Err(format!("its dependencies cannot be fetched: {}", finished.summary())))
}

fn dependencies(described: &Value, package: &Path, code: &str) -> String {
    let mut text = String::new();
    let docs = &described["metadata"]["docs"]["rs"];
    let mut features: Vec<String> = docs["features"]
        .as_array()
        .map(|features| features.iter().filter_map(|feature| feature.as_str().map(str::to_owned)).collect())
        .unwrap_or_default();
    if docs["all-features"] == true {
        features = described["features"].as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default();
    }
    let name = described["name"].as_str().unwrap_or_default();
    let _ = writeln!(text, "{name} = {{ path = {:?}, features = {features:?} }}", package.display().to_string());
    for dependency in described["dependencies"].as_array().into_iter().flatten() {
        let word = |key: &str| dependency[key].as_str();
        let (Some(crate_name), Some(version)) = (word("name"), word("req")) else { continue };
        let known_as = word("rename").unwrap_or(crate_name);
        let target = !dependency["target"].is_null() || word("kind") == Some("build");
        if target
            || known_as == name
            || !mentions(code, &known_as.replace('-', "_"))
            || text.contains(&format!("\n{known_as} = "))
        {
            continue;
        }
        let mut entry = format!("{known_as} = {{ package = {crate_name:?}, version = {version:?}");
        if let Some(path) = word("path") {
            let _ = write!(entry, ", path = {path:?}");
        }
        if let Some(features) = dependency["features"].as_array().filter(|features| !features.is_empty()) {
            let _ = write!(entry, ", features = {}", Value::Array(features.clone()));
        }
        if dependency["uses_default_features"] == false {
            entry.push_str(", default-features = false");
        }
        let _ = writeln!(text, "{entry} }}");
    }
    text
}
