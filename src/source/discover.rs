//! Which files belong to the site.
//!
//! Skipped folders: hidden ones, `node_modules`, `target`, `public`, the output folder, and those that `.gitignore`
//! excludes.
//! Must not know: the content of the files.

use crate::config::Config;
use crate::error::{Error, Result};
use crate::fs::{self, Refused, normalise};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// Max files of a site. Links between folders can make far more paths than there are files.
const MAX_FILES: usize = 1_000_000;
const NEVER_ENTERED: &[&str] = &["node_modules", "target", "public"];

/// The files of a content folder, sorted by path.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) pages: Vec<PathBuf>,
    pub(super) assets: Vec<PathBuf>,
    /// The folders that were entered, the content folder first.
    pub(super) folders: Vec<PathBuf>,
    /// Unreadable paths with the reason: links to nothing or out of the project, pipes, folders without permission.
    pub(super) refused: Vec<(PathBuf, Refused)>,
}

/// Whether the file is Markdown or MDX, by its extension.
pub fn is_page(path: &Path) -> bool {
    let is = |extension: &std::ffi::OsStr| ["md", "mdx"].iter().any(|known| extension.eq_ignore_ascii_case(known));
    path.extension().is_some_and(is)
}

/// Walks `content`, a folder of the project or one that the user named. `.gitignore` files count from `root` downward.
///
/// # Errors
/// [`Error::Io`] if `content` itself cannot be read.
pub(super) fn walk(content: &Path, root: &Path, config: &Config) -> Result<Found> {
    let project = if content.starts_with(&config.project) { &config.project } else { content };
    // If the content folder is the whole project, the site contains only pages and the files that they name.
    let whole_project = content == config.root;
    let ignored = Ignored::new(content, root);
    let mut found = Found::default();
    let refused = RefCell::new(Vec::new());
    let refuse = |path: &Path, why: Refused| {
        if !whole_project || is_page(path) {
            refused.borrow_mut().push((path.to_path_buf(), why));
        }
    };
    let walk = walkdir::WalkDir::new(content).follow_links(true).sort_by_file_name().into_iter();
    let entered = walk.filter_entry(|entry| {
        if entry.depth() == 0 {
            return true;
        }
        let name = entry.file_name().to_string_lossy();
        let is_dir = entry.file_type().is_dir();
        let belongs = !name.starts_with('.')
            && !(is_dir && (NEVER_ENTERED.contains(&name.as_ref()) || entry.path() == config.out))
            && !ignored.matches(entry.path(), is_dir);
        if !belongs || !entry.path_is_symlink() {
            return belongs;
        }
        let inside = fs::find_within(project, entry.path());
        inside.map_err(|why| refuse(entry.path(), why)).is_ok()
    });
    for (count, entry) in entered.enumerate() {
        if count >= MAX_FILES {
            return Err(Error::usage(
                format!("{} contains more than {MAX_FILES} files", content.display()),
                "check for links to folders above them; list files that are not content in .gitignore",
            ));
        }
        match entry {
            Ok(entry) if entry.file_type().is_dir() => found.folders.push(entry.into_path()),
            Ok(entry) if is_page(entry.path()) => found.pages.push(entry.into_path()),
            Ok(entry) => found.assets.push(entry.into_path()),
            Err(error) if error.depth() > 0 => {
                let path = error.path().unwrap_or(content);
                if !ignored.matches(path, false) {
                    refuse(path, reason(project, path, &error));
                }
            }
            Err(error) => return Err(failure(content, error)),
        }
    }
    found.refused = refused.into_inner();
    Ok(found)
}

/// Why the walk could not enter a file or folder.
fn reason(project: &Path, path: &Path, error: &walkdir::Error) -> Refused {
    if error.loop_ancestor().is_some() {
        return Refused::Unreadable("it is a link to a folder that contains it".to_owned());
    }
    match fs::find_within(project, path) {
        Err(why) => why,
        Ok(()) => Refused::Unreadable(error.io_error().map_or_else(|| error.to_string(), ToString::to_string)),
    }
}

fn failure(content: &Path, error: walkdir::Error) -> Error {
    let source = error.into_io_error().unwrap_or_else(|| std::io::Error::other("a loop of symbolic links"));
    Error::Io { action: "read", path: content.to_path_buf(), source }
}

/// Expands a path of the command line: a file stays, a folder becomes its pages.
pub(super) fn expand(path: &Path, config: &Config) -> Result<Found> {
    let path = normalise(path);
    if path.is_file() {
        return Ok(Found { pages: vec![path], ..Found::default() });
    }
    if !path.is_dir() {
        return Err(Error::usage(
            format!("{} does not exist", path.display()),
            "name a Markdown file, or a folder with Markdown files",
        ));
    }
    let mut found = walk(&path, &path, config)?;
    found.refused.retain(|(path, _)| is_page(path));
    Ok(found)
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
            .filter(|folder| has_gitignore(folder))
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

/// Like git, accepts a `.gitignore` file but no link.
fn has_gitignore(folder: &Path) -> bool {
    let file = folder.join(".gitignore");
    file.is_file() && !file.is_symlink()
}

fn nested_folders_with_gitignore(content: &Path) -> Vec<PathBuf> {
    let mut waiting = vec![content.to_path_buf()];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for path in fs::list(&folder).unwrap_or_default() {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && !path.is_symlink() && !name.starts_with('.') && !NEVER_ENTERED.contains(&name.as_str())
            {
                if has_gitignore(&path) {
                    found.push(path.clone());
                }
                waiting.push(path);
            }
        }
    }
    found
}
