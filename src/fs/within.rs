//! The rule for files that a page names: includes, schemas, images, the pages themselves (S8.1).
//!
//! The file must be an ordinary file inside the project, at most 32 MB long. No part of its path is hidden, and no link
//! on the path leaves the project. This module opens folders one by one and follows links itself, so nobody can swap a
//! file between check and read.
//! Must not know: what the files are for.

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags, Stat, fstat, openat, openat2, readlinkat, statat,
};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Component, Path, PathBuf};

/// The max size of a file that docgen reads.
const MAX_BYTES: u64 = 32 << 20;
/// The max number of links in a path, as in the kernel.
const MAX_LINKS: usize = 40;
/// `NONBLOCK`, because a pipe without a writer would block. Only ordinary files are accepted afterwards.
const READ_FLAGS: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);
const FOLDER_FLAGS: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// Why a file is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// There is no file at this path, or a link points to nothing.
    Missing,
    /// The path or a link on it leaves the project.
    Outside,
    /// A part of the path begins with a dot.
    Hidden(String),
    /// It is not an ordinary file.
    Kind(&'static str),
    /// It is larger than the limit.
    TooLarge(u64),
    /// The system's reason.
    Unreadable(String),
}

impl Refused {
    /// What is wrong, to follow the file's name in a sentence.
    pub fn why(&self) -> String {
        match self {
            Self::Missing => "does not exist".to_owned(),
            Self::Outside => "lies outside the project".to_owned(),
            Self::Hidden(part) => format!("is hidden: `{part}` begins with a dot"),
            Self::Kind(kind) => format!("is {kind}, not an ordinary file"),
            Self::TooLarge(bytes) => {
                format!("has {} MB; docgen reads at most {} MB of a file", bytes.div_ceil(1 << 20), MAX_BYTES >> 20)
            }
            Self::Unreadable(reason) => format!("cannot be read: {reason}"),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Missing => "create it, or correct the path",
            Self::Outside => {
                "docgen reads only files of the project (its git repository), and follows no link out of it"
            }
            Self::Hidden(_) => {
                "hidden files may hold secrets, so docgen never reads them for a page; give it a name without a dot"
            }
            Self::Kind(_) => "replace it with an ordinary file, or remove it",
            Self::TooLarge(_) => "make it smaller, or move it elsewhere and link to it",
            Self::Unreadable(_) => "check its permissions and those of the folders above it",
        }
    }
}

impl From<Errno> for Refused {
    fn from(error: Errno) -> Self {
        match error {
            Errno::NOENT | Errno::NOTDIR => Self::Missing,
            Errno::NXIO => Self::Kind("a socket"),
            other => Self::Unreadable(std::io::Error::from(other).to_string()),
        }
    }
}

/// The bytes of the file at `path` in the folder `top`. Both are absolute; `path` has no `..`.
///
/// # Errors
/// [`Refused`] if the file breaks the rule above.
pub fn read_within(top: &Path, path: &Path) -> Result<Vec<u8>, Refused> {
    read_ordinary(open(top, path)?)
}

/// The bytes of the file that a page names as `written`. The path is relative to the page, else to `root`.
///
/// # Errors
/// [`Refused`] as for [`read_within`]; `Missing` only if both paths are missing.
pub fn read_beside(top: &Path, page: &Path, root: &Path, written: &str) -> Result<Vec<u8>, Refused> {
    let beside = page.parent().unwrap_or(root).join(written);
    match read_within(top, &normalise(&beside)) {
        Err(Refused::Missing) => read_within(top, &normalise(&root.join(written))),
        read => read,
    }
}

/// Checks whether [`read_within`] could read the file at `path`, without reading it.
///
/// # Errors
/// [`Refused`] as for [`read_within`].
pub fn check_within(top: &Path, path: &Path) -> Result<(), Refused> {
    size_of(&open(top, path)?).map(drop)
}

/// Checks that `path` is a file or folder in `top` and that no link on the path leaves `top`.
///
/// # Errors
/// [`Refused`] if it is not.
pub fn find_within(top: &Path, path: &Path) -> Result<(), Refused> {
    walk(top, path).map(drop)
}

/// The bytes of a file that the user named. It may be anywhere, but must be an ordinary file.
///
/// # Errors
/// [`Refused`] if it is not ordinary, or is too large.
pub fn read_named(path: &Path) -> Result<Vec<u8>, Refused> {
    read_ordinary(openat(CWD, path, READ_FLAGS, Mode::empty())?)
}

/// The folder that pages may read files from: the git repository around `root`, else `root`. If the content folder is
/// outside of both, or hidden in them, it is the content folder.
pub fn project_of(root: &Path, content: &Path) -> PathBuf {
    let repository = root.ancestors().find(|folder| folder.parent().is_some() && folder.join(".git").exists());
    let shows = |top: &&Path| content.strip_prefix(top).is_ok_and(|below| hidden_part(below).is_none());
    repository.into_iter().chain([root]).find(shows).unwrap_or(content).to_path_buf()
}

/// The first part of a path that begins with a dot.
fn hidden_part(path: &Path) -> Option<String> {
    let mut parts = path.components().filter(|part| matches!(part, Component::Normal(_)));
    parts.find(|part| is_hidden(part.as_os_str())).map(|part| part.as_os_str().to_string_lossy().into_owned())
}

/// Whether a file with this name is hidden.
pub fn is_hidden(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b".")
}

/// Resolves `.` and `..` in a path, without the disk.
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

fn read_ordinary(file: OwnedFd) -> Result<Vec<u8>, Refused> {
    let size = size_of(&file)?;
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    let read = File::from(file).take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| Refused::Unreadable(error.to_string()))?;
    // The file may have grown since.
    if bytes.len() as u64 > MAX_BYTES { Err(Refused::TooLarge(bytes.len() as u64)) } else { Ok(bytes) }
}

/// The size of an open file. Refuses a file that is not ordinary or is too large.
fn size_of(file: &OwnedFd) -> Result<u64, Refused> {
    let stat = fstat(file)?;
    ordinary(&stat)?;
    let size = u64::try_from(stat.st_size).unwrap_or_default();
    if size > MAX_BYTES { Err(Refused::TooLarge(size)) } else { Ok(size) }
}

fn ordinary(stat: &Stat) -> Result<(), Refused> {
    Err(Refused::Kind(match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => return Ok(()),
        FileType::Directory => "a folder",
        FileType::Fifo => "a named pipe",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        _ => "something unknown",
    }))
}

fn open(top: &Path, path: &Path) -> Result<OwnedFd, Refused> {
    let relative = path.strip_prefix(top).map_err(|_| Refused::Outside)?;
    if hidden_part(relative).is_none() {
        // Without links on the path, the kernel does it in one step.
        let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let folder = openat(CWD, top, FOLDER_FLAGS, Mode::empty())?;
        if let Ok(file) = openat2(&folder, relative, READ_FLAGS, Mode::empty(), beneath) {
            return Ok(file);
        }
    }
    let Target { folder, name, stat } = walk(top, path)?;
    ordinary(&stat)?;
    Ok(openat(folder, name, READ_FLAGS | OFlags::NOFOLLOW, Mode::empty())?)
}

/// The target of a path: its open folder, its name in that folder, and its metadata.
struct Target {
    folder: OwnedFd,
    name: OsString,
    stat: Stat,
}

/// Follows a path part by part. Every folder on the path stays open, so `..` in a link returns to the folder that we
/// came from.
fn walk(top: &Path, path: &Path) -> Result<Target, Refused> {
    let relative = path.strip_prefix(top).map_err(|_| Refused::Outside)?;
    let mut rest = parts(relative);
    let mut folders = vec![openat(CWD, top, FOLDER_FLAGS, Mode::empty())?];
    let mut links = 0;
    let mut name = OsString::from(".");
    while let Some(part) = rest.pop() {
        if part == ".." {
            // This folder is `top`, and nothing above it may be read.
            if folders.len() == 1 {
                return Err(Refused::Outside);
            }
            folders.pop();
            name = OsString::from(".");
            continue;
        }
        if is_hidden(&part) {
            return Err(Refused::Hidden(part.to_string_lossy().into_owned()));
        }
        let here = folders.last().expect("the top stays");
        let stat = statat(here, &part, AtFlags::SYMLINK_NOFOLLOW)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Symlink => {
                links += 1;
                if links > MAX_LINKS {
                    return Err(Refused::Unreadable("its links form a circle".to_owned()));
                }
                let target = PathBuf::from(OsString::from_vec(readlinkat(here, &part, Vec::new())?.into_bytes()));
                if target.is_absolute() {
                    folders.truncate(1);
                }
                rest.extend(parts(&inside(top, &target)?));
                name = OsString::from(".");
            }
            FileType::Directory => {
                let next = openat(here, &part, FOLDER_FLAGS | OFlags::NOFOLLOW, Mode::empty())?;
                folders.push(next);
                name = OsString::from(".");
            }
            _ if rest.is_empty() => name = part,
            _ => return Err(Refused::Missing),
        }
    }
    let folder = folders.pop().expect("the top stays");
    let stat = statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(Target { folder, name, stat })
}

/// The parts of a path, in reverse order.
fn parts(path: &Path) -> Vec<OsString> {
    let named = path.components().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir));
    let mut parts: Vec<OsString> = named.map(|part| part.as_os_str().to_owned()).collect();
    parts.reverse();
    parts
}

/// A link's target as a relative path. An absolute target is made relative to `top`, and must be inside it.
fn inside(top: &Path, target: &Path) -> Result<PathBuf, Refused> {
    if !target.is_absolute() {
        return Ok(target.to_path_buf());
    }
    let real = std::fs::canonicalize(top).unwrap_or_else(|_| top.to_path_buf());
    let below = target.strip_prefix(top).or_else(|_| target.strip_prefix(real));
    below.map(Path::to_path_buf).map_err(|_| Refused::Outside)
}
