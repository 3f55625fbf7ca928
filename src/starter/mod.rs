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

use look::OUT;
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
    let by_hand = format!("add the line `/{}`, the folder of the site", found.out);
    files.push(file(".gitignore", format!("/{}\n", found.out), if found.is_ignored { "" } else { &by_hand }));
    files.push(file(".github/workflows/docs.yml", workflow(found.out), ""));
    files
}

/// The workflow, for a site in this folder.
fn workflow(out: &str) -> String {
    let mut text = WORKFLOW.to_owned();
    for place in ["path: public\n", "--preflight public ", "- public/index.html"] {
        text = text.replace(place, &place.replace("public", out));
    }
    text
}

fn book_toml(found: &Found) -> String {
    let mut text = format!("[book]\ntitle = {}\nlanguage = \"en\"\n", quoted(&found.title));
    if let Content::Folder(folder) = &found.content {
        let _ = writeln!(text, "src = {}", quoted(folder));
    }
    if found.repository.is_some() || found.out != OUT {
        text.push_str("\n[site]\n");
    }
    if found.out != OUT {
        let _ = writeln!(text, "# `{OUT}` holds files of another tool.\nout = {}", quoted(found.out));
    }
    if let Some(repository) = &found.repository {
        let _ = writeln!(text, "repository = {}", quoted(repository));
    }
    if found.content != Content::None {
        text.push_str(
            "\n[verify]\n# The first `docgen verify` records the blocks as they are. Then only what is worse fails.\nratchet = true\n",
        );
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
        let found = Found { out: OUT, title: "The \"best\" \\ docs".to_owned(), ..Found::default() };
        let text = book_toml(&found);
        let table: toml::Table = text.parse().expect("valid TOML");
        assert_eq!(table["book"]["title"].as_str(), Some("The \"best\" \\ docs"));
    }
}
