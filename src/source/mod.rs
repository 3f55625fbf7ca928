//! The author's files: which belong to the site, and their text.
//!
//! [`load`] walks the content folder once, in a fixed order, and reads every page and every file that a page includes.
//! After this stage nothing reads content from disk again.
//! Must not know: Markdown, front matter, URLs.

mod discover;
mod edited;
pub mod include;

use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic};
use crate::error::Result;
use crate::fs;
use crate::span::{FileId, LineCol, LineIndex, Span};
pub use discover::is_page;
pub use edited::{Edits, edited};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Index;
use std::path::{Component, Path, PathBuf};

/// One file that a person wrote, whole in memory.
#[derive(Debug)]
pub struct SourceFile {
    /// Its number.
    pub id: FileId,
    /// Absolute path.
    pub path: PathBuf,
    /// Path relative to the root, with `/`; absolute for what lies outside.
    pub name: String,
    /// The text, without a byte order mark.
    pub text: String,
    /// Where its lines start.
    pub lines: LineIndex,
    /// Whether the file starts with a byte order mark, to be written back when it is changed.
    pub byte_order_mark: bool,
}

impl SourceFile {
    /// Line and column of a byte offset.
    pub fn line_col(&self, offset: usize) -> LineCol {
        self.lines.line_col(&self.text, offset)
    }
}

/// A file that is no page: an image, a download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Absolute path.
    pub path: PathBuf,
    /// Path relative to the content folder, with `/`.
    pub relative: String,
}

/// A page's place in the content folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSource {
    /// The file.
    pub file: FileId,
    /// Path relative to the content folder, with `/`.
    pub relative: String,
}

/// Every file of the site.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    by_path: BTreeMap<PathBuf, FileId>,
    /// The pages, sorted by path.
    pub pages: Vec<PageSource>,
    /// Everything else in the content folder, sorted by path.
    pub assets: Vec<Asset>,
    /// mdBook's `SUMMARY.md`, which is no page.
    pub summary: Option<FileId>,
    root: PathBuf,
}

impl Index<FileId> for Sources {
    type Output = SourceFile;

    fn index(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }
}

impl Sources {
    /// An empty set for a project at `root`.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf(), ..Self::default() }
    }

    /// Adds a file's text; for tests and for text that is not on disk.
    pub fn add(&mut self, path: PathBuf, text: String) -> FileId {
        let (text, byte_order_mark) = match text.strip_prefix('\u{feff}') {
            Some(rest) => (rest.to_owned(), true),
            None => (text, false),
        };
        let id = FileId(u32::try_from(self.files.len()).expect("fewer than four thousand million files"));
        let name = relative_name(&self.root, &path);
        self.by_path.insert(path.clone(), id);
        self.files.push(SourceFile { id, name, lines: LineIndex::new(&text), text, byte_order_mark, path });
        id
    }

    /// The file at an absolute, normalised path, if it was read.
    pub fn by_path(&self, path: &Path) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// The root that names are relative to.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All files in the order in which they were read.
    pub fn iter(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }

    /// Reads a file into the set, or finds it there. Bytes that are not UTF-8 are a diagnostic, and `None`.
    fn read(&mut self, path: &Path, problems: &mut Vec<Diagnostic>) -> Result<Option<FileId>> {
        if let Some(id) = self.by_path(path) {
            return Ok(Some(id));
        }
        match String::from_utf8(fs::read(path)?) {
            Ok(text) => Ok(Some(self.add(path.to_path_buf(), text))),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let id = self.add(path.to_path_buf(), String::from_utf8_lossy(error.as_bytes()).into_owned());
                let bom = if self[id].byte_order_mark { '\u{feff}'.len_utf8() } else { 0 };
                let byte = error.as_bytes()[at];
                problems.push(
                    Diagnostic::new(
                        Code::FileNotUtf8,
                        Span::at(id, at - bom),
                        format!("this file is not UTF-8: byte 0x{byte:02x} cannot stand here"),
                    )
                    .help("convert it, for example with `iconv -f WINDOWS-1252 -t UTF-8`; the page is left out"),
                );
                Ok(None)
            }
        }
    }
}

/// Reads the whole content folder.
///
/// # Errors
/// [`crate::error::Error::Io`] where a file or folder cannot be read.
pub fn load(config: &Config) -> Result<(Sources, Vec<Diagnostic>)> {
    let mut problems = Vec::new();
    let mut sources = Sources::new(&config.root);
    let found = discover::walk(&config.content, &config.root, &config.out)?;
    for path in found.pages {
        let relative = slash_path(path.strip_prefix(&config.content).expect("below the content folder"));
        let Some(file) = sources.read(&path, &mut problems)? else { continue };
        if relative == "SUMMARY.md" {
            sources.summary = Some(file);
        } else {
            sources.pages.push(PageSource { file, relative });
        }
    }
    sources.assets = found
        .assets
        .into_iter()
        .map(|path| {
            let relative = slash_path(path.strip_prefix(&config.content).expect("below the content folder"));
            Asset { path, relative }
        })
        .collect();
    read_includes(&mut sources, &mut problems)?;
    Ok((sources, problems))
}

/// Where the content is read from, for a preview to watch.
#[derive(Debug, Default)]
pub struct ContentPaths {
    /// The files of the content folder.
    pub files: Vec<PathBuf>,
    /// The folders that are looked into; a new file in one of them is new content.
    pub folders: Vec<PathBuf>,
}

/// The files and folders that [`load`] would read now, without what pages include.
///
/// # Errors
/// [`crate::error::Error::Io`] where a folder cannot be read.
pub fn content_paths(config: &Config) -> Result<ContentPaths> {
    let found = discover::walk(&config.content, &config.root, &config.out)?;
    let files = found.pages.into_iter().chain(found.assets).collect();
    Ok(ContentPaths { files, folders: found.folders })
}

/// The files that the sources include, whether they exist or not, as long as they lie in the project.
pub fn included_paths(sources: &Sources) -> BTreeSet<PathBuf> {
    let of_file = |file: &SourceFile| -> Vec<PathBuf> {
        include::directives(&file.text)
            .map(|directive| include::target_path(&file.path, directive.path))
            .filter(|path| path.starts_with(&sources.root))
            .collect()
    };
    sources.iter().flat_map(of_file).collect()
}

/// Reads the given files only, as `docgen verify README.md` does. A folder stands for the pages in it.
///
/// # Errors
/// [`crate::error::Error::Usage`] where a path does not exist or holds no Markdown, `Io` where it cannot be read.
pub fn load_paths(config: &Config, paths: &[PathBuf]) -> Result<(Sources, Vec<Diagnostic>)> {
    let mut problems = Vec::new();
    let mut sources = Sources::new(&config.root);
    for path in paths {
        for page in discover::expand(path, &config.out)? {
            if sources.by_path(&page).is_some() {
                continue;
            }
            let base = if page.starts_with(&config.content) { &config.content } else { &config.root };
            let relative = slash_path(page.strip_prefix(base).unwrap_or(&page));
            if let Some(file) = sources.read(&page, &mut problems)? {
                sources.pages.push(PageSource { file, relative });
            }
        }
    }
    read_includes(&mut sources, &mut problems)?;
    Ok((sources, problems))
}

/// Reads what the files include, and what those include. What cannot be found is left to `page::include` to report,
/// which knows where the author asked for it.
fn read_includes(sources: &mut Sources, problems: &mut Vec<Diagnostic>) -> Result<()> {
    let mut next = 0;
    while next < sources.files.len() {
        let file = &sources.files[next];
        let wanted: Vec<PathBuf> = include::directives(&file.text)
            .map(|directive| include::target_path(&file.path, directive.path))
            .filter(|path| path.starts_with(&sources.root) && path.is_file())
            .collect();
        for path in wanted {
            sources.read(&path, problems)?;
        }
        next += 1;
    }
    Ok(())
}

/// The path with `.` and `..` worked out, without asking the disk.
pub fn normalise(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

/// A relative path with `/` between its parts, whatever the system uses.
pub fn slash_path(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/").replace("//", "/")
}

fn relative_name(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).map_or_else(|_| slash_path(path), slash_path)
}
