//! The files of a new project and of a new page: what a folder tells about itself, and what `docgen init` and
//! `docgen new` write from it.
//!
//! Must not know: the command line, how a site is built.

mod look;
mod page;

use crate::error::Result;
use crate::fs;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

pub use look::{Content, Found, look};
pub use page::{Page, page};

const INDEX: &str = include_str!("index.md");
const WORKFLOW: &str = include_str!("workflow.yml");

/// A file that a command may write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its path in the project's folder.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// What to do by hand if a file of this path is there already, or nothing.
    pub by_hand: String,
}

/// The files of a project, for what a folder has already.
pub fn files(found: &Found) -> Vec<NewFile> {
    let file =
        |path: &str, text: String, by_hand: &str| NewFile { path: path.into(), text, by_hand: by_hand.to_owned() };
    let mut files = vec![file("book.toml", book_toml(found), "")];
    if found.content == Content::None {
        files.push(file("content/index.md", INDEX.replace("TITLE", &found.title), ""));
    }
    files.push(file(".gitignore", "/public\n".to_owned(), found.gitignore_lacks));
    files.push(file(".github/workflows/docs.yml", WORKFLOW.to_owned(), ""));
    files
}

fn book_toml(found: &Found) -> String {
    let mut text = format!("[book]\ntitle = {}\nlanguage = \"en\"\n", quoted(&found.title));
    if let Content::Folder(folder) = &found.content {
        let _ = writeln!(text, "src = {}", quoted(folder));
    }
    if let Some(repository) = &found.repository {
        let _ = write!(text, "\n[site]\nrepository = {}\n", quoted(repository));
    }
    text
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Writes a file, unless one is there. Returns whether it was written.
pub fn write(root: &Path, file: &NewFile) -> Result<bool> {
    let path = root.join(&file.path);
    if path.symlink_metadata().is_ok() {
        return Ok(false);
    }
    fs::write(&path, file.text.as_bytes())?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_with_quotes_is_still_toml() {
        let found = Found { title: "The \"best\" \\ docs".to_owned(), ..Found::default() };
        let text = book_toml(&found);
        let table: toml::Table = text.parse().expect("valid TOML");
        assert_eq!(table["book"]["title"].as_str(), Some("The \"best\" \\ docs"));
    }
}
