//! Which files belong to the site.
//!
//! Never entered: hidden folders, `node_modules`, `target`, `public`, the output folder, and whatever `.gitignore`
//! excludes. Must not know: what is in the files.

use crate::error::{Error, Result};
use crate::fs;
use crate::source::normalise;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::{Path, PathBuf};

const NEVER_ENTERED: &[&str] = &["node_modules", "target", "public"];

/// The files of a content folder, sorted by path.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) pages: Vec<PathBuf>,
    pub(super) assets: Vec<PathBuf>,
    /// The folders that were entered, the content folder first.
    pub(super) folders: Vec<PathBuf>,
}

/// Whether the file is Markdown, by its extension.
pub fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
}

/// Walks `content`. `root` is where `.gitignore` files start to count, `out` the output folder.
pub(super) fn walk(content: &Path, root: &Path, out: &Path) -> Result<Found> {
    let ignored = Ignored::new(content, root);
    let mut found = Found::default();
    let walk = walkdir::WalkDir::new(content).follow_links(true).sort_by_file_name().into_iter();
    let entered = walk.filter_entry(|entry| {
        if entry.depth() == 0 {
            return true;
        }
        let name = entry.file_name().to_string_lossy();
        let is_dir = entry.file_type().is_dir();
        !name.starts_with('.')
            && !(is_dir && (NEVER_ENTERED.contains(&name.as_ref()) || entry.path() == out))
            && !ignored.matches(entry.path(), is_dir)
    });
    for entry in entered {
        let entry = entry.map_err(|error| Error::Io {
            action: "read",
            path: error.path().unwrap_or(content).to_path_buf(),
            source: error.into_io_error().unwrap_or_else(|| std::io::Error::other("a loop of symbolic links")),
        })?;
        if entry.file_type().is_dir() {
            found.folders.push(entry.into_path());
        } else if entry.file_type().is_file() {
            let list = if is_page(entry.path()) { &mut found.pages } else { &mut found.assets };
            list.push(entry.into_path());
        }
    }
    Ok(found)
}

/// A path given on the command line: a file stands for itself, a folder for the pages in it.
pub(super) fn expand(path: &Path, out: &Path) -> Result<Vec<PathBuf>> {
    let path = normalise(path);
    if path.is_file() {
        return Ok(vec![path]);
    }
    if !path.is_dir() {
        return Err(Error::usage(
            format!("{} does not exist", path.display()),
            "name a Markdown file or a folder that holds some",
        ));
    }
    Ok(walk(&path, &path, out)?.pages)
}

/// The `.gitignore` files from the root down to the content folder and below it.
struct Ignored {
    matchers: Vec<Gitignore>,
}

impl Ignored {
    fn new(content: &Path, root: &Path) -> Self {
        let mut folders: Vec<PathBuf> =
            content.ancestors().take_while(|folder| folder.starts_with(root)).map(Path::to_path_buf).collect();
        folders.extend(nested_folders_with_gitignore(content));
        let matchers = folders
            .iter()
            .filter(|folder| folder.join(".gitignore").is_file())
            .filter_map(|folder| {
                let mut builder = GitignoreBuilder::new(folder);
                builder.add(folder.join(".gitignore"));
                builder.build().ok()
            })
            .collect();
        Self { matchers }
    }

    fn matches(&self, path: &Path, is_dir: bool) -> bool {
        self.matchers
            .iter()
            .filter(|matcher| path.starts_with(matcher.path()))
            .any(|matcher| matcher.matched_path_or_any_parents(path, is_dir).is_ignore())
    }
}

fn nested_folders_with_gitignore(content: &Path) -> Vec<PathBuf> {
    let mut waiting = vec![content.to_path_buf()];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for path in fs::list(&folder).unwrap_or_default() {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && !path.is_symlink() && !name.starts_with('.') && !NEVER_ENTERED.contains(&name.as_str())
            {
                if path.join(".gitignore").is_file() {
                    found.push(path.clone());
                }
                waiting.push(path);
            }
        }
    }
    found
}
