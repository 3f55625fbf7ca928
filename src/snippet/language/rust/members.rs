//! What a package of a workspace needs from elsewhere in the project: the workspace's manifests, which cargo reads, and
//! the packages that it depends on by path.
//!
//! Source: the Cargo book, "Workspaces" and "Specifying path dependencies".
//! Must not know: tools, blocks.

use crate::fs;
use crate::snippet::workspace::package::Needs;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Max depth of a member below the root of its workspace.
const MAX_DEPTH: usize = 6;
/// Max folders that are searched for members.
const MAX_FOLDERS: usize = 20_000;

/// What cargo reads of the other members of a workspace, to see which programs and libraries they have.
const READ_OF_MEMBERS: [&str; 4] = ["Cargo.toml", "src/lib.rs", "src/main.rs", "src/bin"];

/// Manifests and the lock file of the workspace, and folders of packages, without `package` itself.
pub(super) fn needs(package: &Path, project: &Path) -> Needs {
    let root = package
        .ancestors()
        .skip(1)
        .take_while(|above| above.starts_with(project))
        .find(|above| manifest(above).is_some_and(|table| table.contains_key("workspace")));
    let shared = root.and_then(manifest).unwrap_or_default();
    let mut read = BTreeSet::new();
    let mut waiting = vec![package.to_owned()];
    while let Some(folder) = waiting.pop() {
        for path in manifest(&folder).map(|table| paths(&table, &shared, (&folder, root))).unwrap_or_default() {
            // What lies outside of the project is not the author's own.
            if path.starts_with(project)
                && path != package
                && path.join("Cargo.toml").is_file()
                && read.insert(path.clone())
            {
                waiting.push(path);
            }
        }
    }
    if let Some(root) = root {
        let members = members(root, &shared).into_iter().filter(|member| member != package);
        let parts = members.flat_map(|member| READ_OF_MEMBERS.map(|path| member.join(path)));
        let all = [root.join("Cargo.toml"), root.join("Cargo.lock")].into_iter().chain(parts);
        read.extend(all.filter(|path| path.exists() && !path.is_symlink()));
    }
    // cargo looks for members in the folder above a pattern's first `*`.
    let above = |pattern: &str| {
        let before = pattern.split_once(['*', '?', '['])?.0;
        Some(root?.join(before.rsplit_once('/').map_or("", |(folder, _)| folder)))
    };
    let list = patterns(&shared, "members").filter_map(above).filter(|folder| folder.is_dir()).collect();
    Needs { read: read.into_iter().collect(), list }
}

fn manifest(folder: &Path) -> Option<Table> {
    fs::read_optional(&folder.join("Cargo.toml")).ok()??.parse().ok()
}

/// The folders of a manifest's path dependencies. `shared` is the workspace's manifest, in `root`.
fn paths(manifest: &Table, shared: &Table, (folder, root): (&Path, Option<&Path>)) -> Vec<PathBuf> {
    let of_workspace = shared.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let targets =
        manifest.get("target").and_then(Value::as_table).into_iter().flatten().filter_map(|it| it.1.as_table());
    let tables = std::iter::once(manifest).chain(targets);
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let all = tables.flat_map(|table| kinds.iter().filter_map(|kind| table.get(*kind)?.as_table())).flatten();
    all.filter_map(|(name, dependency)| {
        let (from, dependency) = match dependency.get("workspace").and_then(Value::as_bool) {
            Some(true) => (root?, of_workspace?.get(name)?),
            _ => (folder, dependency),
        };
        Some(fs::normalise(&from.join(dependency.get("path")?.as_str()?)))
    })
    .collect()
}

/// A list of the workspace's patterns, relative to its root.
fn patterns<'a>(shared: &'a Table, key: &str) -> impl Iterator<Item = &'a str> {
    let list = shared.get("workspace").and_then(|table| table.get(key)?.as_array()).into_iter().flatten();
    list.filter_map(Value::as_str).map(|pattern| pattern.trim_start_matches("./").trim_end_matches('/'))
}

/// The members of a workspace, by the patterns of its manifest.
fn members(root: &Path, shared: &Table) -> Vec<PathBuf> {
    let list = |key: &str| -> GlobSet {
        let glob = |pattern| GlobBuilder::new(pattern).literal_separator(true).build().ok();
        let globs = patterns(shared, key).filter_map(glob);
        let mut set = GlobSetBuilder::new();
        for glob in globs {
            set.add(glob);
        }
        set.build().unwrap_or_default()
    };
    let (wanted, excluded) = (list("members"), list("exclude"));
    let mut found = Vec::new();
    let (mut waiting, mut seen) = (vec![(root.to_owned(), 0)], 0);
    while let Some((folder, depth)) = waiting.pop() {
        seen += 1;
        let relative = folder.strip_prefix(root).unwrap_or(&folder);
        if wanted.is_match(relative) && !excluded.is_match(relative) {
            found.push(folder.clone());
        }
        if depth == MAX_DEPTH || seen > MAX_FOLDERS {
            continue;
        }
        let below = fs::list(&folder).unwrap_or_default().into_iter();
        let is_plain = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default();
            path.is_dir() && !path.is_symlink() && !fs::is_hidden(name) && name != "target" && name != "node_modules"
        };
        waiting.extend(below.filter(is_plain).map(|path| (path, depth + 1)));
    }
    found
}
