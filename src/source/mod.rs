//! The author's files: their selection and their text.
//!
//! [`load`] walks the content folder once, in a fixed order, and reads every page and every included file. Later stages
//! read no content from disk.
//! Must not know: Markdown, front matter, URLs.

mod discover;
mod edited;
pub mod include;

use crate::config::{Config, Generator};
use crate::diagnostic::{Code, Diagnostic};
use crate::error::Result;
use crate::fs;
pub use crate::fs::{Refused, normalise};
use crate::span::{FileId, LineCol, LineIndex, Span, char_range};
pub use discover::is_page;
pub use edited::{Edits, changed, edited};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Index, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One file that a person wrote, whole in memory.
#[derive(Debug)]
pub struct SourceFile {
    /// Its number.
    pub id: FileId,
    /// Absolute path.
    pub path: PathBuf,
    /// Path relative to the root, with `/`; absolute if the file is outside.
    pub name: String,
    /// The text, without a byte order mark.
    pub text: String,
    /// Where its lines start.
    pub lines: LineIndex,
    /// Whether the file starts with a byte order mark. Changes to the file keep it.
    pub byte_order_mark: bool,
}

impl SourceFile {
    /// The byte range of a span, extended to whole characters of this text.
    pub fn range_of(&self, span: Span) -> Range<usize> {
        char_range(&self.text, span.start..span.end)
    }

    /// Line and column of a byte offset.
    pub fn line_col(&self, offset: usize) -> LineCol {
        self.lines.line_col(&self.text, offset)
    }
}

/// A file that is not a page: an image, a download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its number, so that messages can refer to it although it has no text.
    pub file: FileId,
    /// Absolute path.
    pub path: PathBuf,
    /// Path relative to the content folder, with `/`.
    pub relative: String,
}

/// A page's file and path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSource {
    /// The file.
    pub file: FileId,
    /// Path relative to the content folder, with `/`.
    pub relative: String,
}

/// Every file of the site. The texts are shared, so a copy is cheap.
#[derive(Debug, Default, Clone)]
pub struct Sources {
    files: Vec<Arc<SourceFile>>,
    by_path: Arc<BTreeMap<PathBuf, FileId>>,
    /// The pages, sorted by path.
    pub pages: Vec<PageSource>,
    /// Everything else in the content folder, sorted by path.
    pub assets: Vec<Asset>,
    /// Files that are not read although they exist or a page names them, by absolute path.
    refused: BTreeMap<PathBuf, Refused>,
    /// mdBook's `SUMMARY.md` or the `mkdocs.yml` with the order of the pages; it is not a page.
    pub summary: Option<FileId>,
    root: PathBuf,
    /// The folder that files which pages ask for must lie in.
    project: PathBuf,
}

/// The bytes of a file, or why it was not read.
type Bytes = std::result::Result<Vec<u8>, Refused>;

impl Index<FileId> for Sources {
    type Output = SourceFile;

    fn index(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }
}

impl Sources {
    /// An empty set for a project at `root`.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf(), project: root.to_path_buf(), ..Self::default() }
    }

    /// Adds a file's text; for tests and for text that is not on disk.
    pub fn add(&mut self, path: PathBuf, text: String) -> FileId {
        let (text, byte_order_mark) = without_mark(text);
        let id = self.push(path.clone(), text, byte_order_mark);
        Arc::make_mut(&mut self.by_path).insert(path, id);
        id
    }

    fn push(&mut self, path: PathBuf, text: String, byte_order_mark: bool) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).expect("fewer than four thousand million files"));
        let name = self.name_of(&path);
        let lines = LineIndex::new(&text);
        self.files.push(Arc::new(SourceFile { id, path, name, text, lines, byte_order_mark }));
        id
    }

    /// A path relative to the root, with `../` inside the repository; absolute outside of it.
    fn name_of(&self, path: &Path) -> String {
        let within = self.root.ancestors().take_while(|above| above.starts_with(&self.project));
        let found = within.enumerate().find_map(|(up, above)| Some((up, path.strip_prefix(above).ok()?)));
        found.map_or_else(|| slash_path(path), |(up, below)| format!("{}{}", "../".repeat(up), slash_path(below)))
    }

    /// Why the file at an absolute, normalised path was not read, if it was requested.
    pub fn refused(&self, path: &Path) -> Option<&Refused> {
        self.refused.get(path)
    }

    /// Adds a file of the content folder that is left out, and its diagnostic. The file has no text to show.
    fn leave_out(&mut self, path: &Path, code: Code, message: String, help: &str) -> Diagnostic {
        let file = self.push(path.to_path_buf(), String::new(), false);
        Diagnostic::new(code, Span::at(file, 0), message).help(help)
    }

    /// The file at an absolute, normalised path, if it was read.
    pub fn by_path(&self, path: &Path) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// The folder that files which pages ask for must lie in.
    pub fn project(&self) -> &Path {
        &self.project
    }

    /// All files in the order in which they were read.
    pub fn iter(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().map(Arc::as_ref)
    }

    /// Adds a page. If it cannot be read, adds a diagnostic and returns `None`.
    fn page(&mut self, path: &Path, bytes: Bytes, problems: &mut Vec<Diagnostic>) -> Option<FileId> {
        match bytes {
            Ok(bytes) => self.text(path, bytes, problems),
            Err(refused) => {
                problems.push(self.refuse(path, &refused, "page"));
                None
            }
        }
    }

    /// The diagnostic for a file of the content folder that is not read.
    fn refuse(&mut self, path: &Path, refused: &Refused, what: &str) -> Diagnostic {
        self.refused.insert(path.to_path_buf(), refused.clone());
        let message = match refused {
            Refused::Missing => format!("this {what} is a link to nothing"),
            Refused::Outside => format!("this {what} is reached through a link out of the project"),
            Refused::Hidden(part) => format!("this {what} is reached through a link to a hidden path: `{part}`"),
            other => format!("this {what} {}", other.why()),
        };
        let help = format!("{}; it is left out", refused.help());
        self.leave_out(path, Code::FileUnreadable, message, &help)
    }

    /// Adds a file's text. If it is not UTF-8, adds a diagnostic and returns `None`.
    fn text(&mut self, path: &Path, bytes: Vec<u8>, problems: &mut Vec<Diagnostic>) -> Option<FileId> {
        match String::from_utf8(bytes) {
            Ok(text) => Some(self.add(path.to_path_buf(), text)),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let id = self.add(path.to_path_buf(), String::from_utf8_lossy(error.as_bytes()).into_owned());
                let bom = if self[id].byte_order_mark { '\u{feff}'.len_utf8() } else { 0 };
                let byte = error.as_bytes()[at];
                problems.push(
                    Diagnostic::new(
                        Code::FileNotUtf8,
                        Span::at(id, at - bom),
                        format!("this file is not UTF-8: byte 0x{byte:02x} is not valid here"),
                    )
                    .help("convert it, for example with `iconv -f WINDOWS-1252 -t UTF-8`; the page is left out"),
                );
                None
            }
        }
    }
}

/// Reads the whole content folder. A file that cannot be read is left out; the others are read.
///
/// # Errors
/// [`crate::error::Error::Io`] if the content folder itself cannot be read.
pub fn load(config: &Config) -> Result<(Sources, Vec<Diagnostic>)> {
    let mut problems = Vec::new();
    let mut sources = Sources { project: config.project.clone(), ..Sources::new(&config.root) };
    let found = discover::walk(&config.content, &config.root, config)?;
    let read = |path: PathBuf| {
        let bytes = fs::read_within(&config.project, &path);
        (path, bytes)
    };
    for (path, bytes) in found.pages.into_par_iter().map(read).collect::<Vec<_>>() {
        let Some(relative) = sources.relative(&path, &config.content, &mut problems) else { continue };
        let Some(file) = sources.page(&path, bytes, &mut problems) else { continue };
        if relative == "SUMMARY.md" {
            sources.summary = Some(file);
        } else {
            sources.pages.push(PageSource { file, relative });
        }
    }
    if config.generator == Some(Generator::MkDocs) {
        let path = ["mkdocs.yml", "mkdocs.yaml"].map(|name| config.root.join(name)).into_iter().find(|it| it.exists());
        let text =
            path.and_then(|path| Some((String::from_utf8(fs::read_within(&config.project, &path).ok()?).ok()?, path)));
        let with_order = text.filter(|(text, _)| text.lines().any(|line| line.starts_with("nav:")));
        sources.summary = with_order.map(|(text, path)| sources.add(path, text));
    }
    for (path, refused) in found.refused {
        problems.push(sources.refuse(&path, &refused, "file"));
    }
    for path in found.assets {
        if let Some(relative) = sources.relative(&path, &config.content, &mut problems) {
            let file = sources.push(path.clone(), String::new(), false);
            sources.assets.push(Asset { file, path, relative });
        }
    }
    let all = sources.iter().map(|file| file.id).collect();
    read_includes(&mut sources, all, &mut problems);
    Ok((sources, problems))
}

/// The files and folders of the content, for a preview to watch.
#[derive(Debug, Default)]
pub struct ContentPaths {
    /// The files of the content folder.
    pub files: Vec<PathBuf>,
    /// The folders that are searched. A new file in one of them is new content.
    pub folders: Vec<PathBuf>,
}

/// The files and folders that [`load`] would read now, without included files.
///
/// # Errors
/// [`crate::error::Error::Io`] if a folder cannot be read.
pub fn content_paths(config: &Config) -> Result<ContentPaths> {
    let found = discover::walk(&config.content, &config.root, config)?;
    let files = found.pages.into_iter().chain(found.assets).collect();
    Ok(ContentPaths { files, folders: found.folders })
}

/// The files in the project that these files include. They may not exist.
pub fn included_paths<'a>(sources: &Sources, files: impl Iterator<Item = &'a SourceFile>) -> BTreeSet<PathBuf> {
    let of_file = |file: &SourceFile| -> Vec<PathBuf> {
        include::directives(&file.text)
            .filter_map(|directive| Some(include::target_path(&file.path, directive.path()?)))
            .filter(|path| path.starts_with(&sources.root))
            .collect()
    };
    files.flat_map(of_file).collect()
}

/// Reads only the given files, for `docgen verify README.md`. A folder means the pages in it.
///
/// # Errors
/// [`crate::error::Error::Usage`] if a path does not exist or has no Markdown, `Io` if it cannot be read.
pub fn load_paths(config: &Config, paths: &[PathBuf]) -> Result<(Sources, Vec<Diagnostic>)> {
    let mut problems = Vec::new();
    let mut sources = Sources { project: config.project.clone(), ..Sources::new(&config.root) };
    for path in paths {
        let named = path.is_file();
        let found = discover::expand(path, config)?;
        for page in found.pages {
            if sources.by_path(&page).is_some() {
                continue;
            }
            let base = if page.starts_with(&config.content) { &config.content } else { &config.root };
            let relative = slash_path(page.strip_prefix(base).unwrap_or(&page));
            // A file that the user names may be anywhere. A file found in a folder must be inside that folder.
            let bytes = match fs::read_within(&config.project, &page) {
                Err(_) if named => fs::read_named(&page),
                Err(_) if !page.starts_with(&config.project) => fs::read_within(path, &page),
                read => read,
            };
            if let Some(file) = sources.page(&page, bytes, &mut problems) {
                sources.pages.push(PageSource { file, relative });
            }
        }
        for (path, refused) in found.refused {
            problems.push(sources.refuse(&path, &refused, "file"));
        }
    }
    let all = sources.iter().map(|file| file.id).collect();
    read_includes(&mut sources, all, &mut problems);
    Ok((sources, problems))
}

/// A text that is on no disk, as the page at `path`, with what it includes.
pub fn load_text(config: &Config, path: &Path, text: String) -> (Sources, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let mut sources = Sources { project: config.project.clone(), ..Sources::new(&config.root) };
    let file = sources.add(path.to_path_buf(), text);
    let relative = slash_path(path.strip_prefix(&config.root).unwrap_or(path));
    sources.pages.push(PageSource { file, relative });
    read_includes(&mut sources, vec![file], &mut problems);
    (sources, problems)
}

impl Sources {
    /// Reads pages again that have changed on disk, and the files that they newly include. Returns their numbers. `None` if
    /// one of them is no page that was read before, or cannot be read now.
    pub fn read_pages_again(&mut self, paths: &BTreeSet<PathBuf>) -> Option<BTreeSet<FileId>> {
        let pages: BTreeSet<FileId> = self.pages.iter().map(|page| page.file).collect();
        let mut again = BTreeSet::new();
        for path in paths {
            let id = self.by_path(path).filter(|id| pages.contains(id))?;
            let text = String::from_utf8(fs::read_within(&self.project, path).ok()?).ok()?;
            let (text, byte_order_mark) = without_mark(text);
            let (name, path) = (self[id].name.clone(), path.clone());
            let lines = LineIndex::new(&text);
            self.files[id.0 as usize] = Arc::new(SourceFile { id, path, name, text, lines, byte_order_mark });
            again.insert(id);
        }
        let mut problems = Vec::new();
        read_includes(self, again.iter().copied().collect(), &mut problems);
        problems.is_empty().then_some(again)
    }

    /// A file's path relative to the content folder, with `/`. If it is not UTF-8, adds a diagnostic and returns
    /// `None`.
    fn relative(&mut self, path: &Path, content: &Path, problems: &mut Vec<Diagnostic>) -> Option<String> {
        let below = path.strip_prefix(content).expect("below the content folder");
        if below.to_str().is_none() {
            let message = "this file's name is not UTF-8".to_owned();
            problems.push(self.leave_out(path, Code::FileName, message, "rename it; it is left out"));
            return None;
        }
        Some(slash_path(below))
    }

    /// Removes assets that cannot be read. If the site contains only assets that pages name, `named` has their names.
    /// Then other assets are not checked, and broken links are reported instead of assets.
    pub fn check_assets(&mut self, named: Option<&BTreeSet<String>>) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        for asset in std::mem::take(&mut self.assets) {
            let name = asset.relative.rsplit('/').next().unwrap_or_default();
            let wanted = named.is_none_or(|named| named.contains(name));
            let Some(refused) = wanted.then(|| fs::check_within(&self.project, &asset.path).err()).flatten() else {
                self.assets.push(asset);
                continue;
            };
            let problem = self.refuse(&asset.path, &refused, "file");
            problems.extend(named.is_none().then_some(problem));
        }
        problems
    }
}

/// The text without its byte order mark, and whether it had one.
fn without_mark(text: String) -> (String, bool) {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest.to_owned(), true),
        None => (text, false),
    }
}

/// Reads the files that `waiting` ones include, recursively. `page::include` reports unreadable ones, because it knows the
/// position of the directive.
fn read_includes(sources: &mut Sources, mut waiting: Vec<FileId>, problems: &mut Vec<Diagnostic>) {
    let mut next = 0;
    while let Some(id) = waiting.get(next) {
        let file = &sources[*id];
        let wanted: BTreeSet<PathBuf> = include::directives(&file.text)
            .filter_map(|directive| Some(include::target_path(&file.path, directive.path()?)))
            .filter(|path| sources.by_path(path).is_none() && sources.refused(path).is_none())
            .collect();
        for path in wanted {
            match fs::read_within(&sources.project, &path) {
                Ok(bytes) => waiting.extend(sources.text(&path, bytes, problems)),
                Err(refused) => drop(sources.refused.insert(path, refused)),
            }
        }
        next += 1;
    }
}

/// A relative path with `/` between its parts, on every system.
pub fn slash_path(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/").replace("//", "/")
}
