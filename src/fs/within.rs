//! The one rule for files that a page asks for: includes, schemas, images, the pages themselves (S8.1).
//!
//! Such a file is an ordinary one inside the project, hidden at no depth, reached through no link that leaves the
//! project, at most 32 MB long. Folders are opened one after another and links are followed by hand, so that
//! nobody can swap a file between the check and the reading. Must not know: what the files are for.

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

/// The most that docgen reads of one file.
const MOST_BYTES: u64 = 32 << 20;
/// As many links as the kernel follows.
const MOST_LINKS: usize = 40;
/// `NONBLOCK` so that a pipe without a writer does not stop us; what is no ordinary file is refused right after.
const TO_READ: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);
const TO_PASS: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// Why a file is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// There is nothing at this path, or a link leads nowhere.
    Missing,
    /// The path or a link on it leaves the project.
    Outside,
    /// A part of the path begins with a dot.
    Hidden(String),
    /// It is something else than an ordinary file.
    Kind(&'static str),
    /// It has more bytes than docgen reads.
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
                format!("has {} MB; docgen reads at most {} MB of a file", bytes.div_ceil(1 << 20), MOST_BYTES >> 20)
            }
            Self::Unreadable(reason) => format!("cannot be read: {reason}"),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Missing => "create it, or correct the path",
            Self::Outside => {
                "only files of the project can be read, that is of its git repository, and no link may lead out of it"
            }
            Self::Hidden(_) => {
                "hidden files may hold secrets and are never read for a page; give it a name without a dot"
            }
            Self::Kind(_) => "put an ordinary file in its place, or take it away",
            Self::TooLarge(_) => "make it smaller, or keep it elsewhere and link to it there",
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

/// The bytes of the file at `path`, which lies in the folder `top`. Both are absolute, `path` without `..`.
///
/// # Errors
/// [`Refused`] where the rule above does not hold.
pub fn read_within(top: &Path, path: &Path) -> Result<Vec<u8>, Refused> {
    read_ordinary(open(top, path)?)
}

/// The bytes of the file that `written` names on a page: beside the page, else from `root` on.
///
/// # Errors
/// [`Refused`] as for [`read_within`]; `Missing` only where it is in neither place.
pub fn read_beside(top: &Path, page: &Path, root: &Path, written: &str) -> Result<Vec<u8>, Refused> {
    let beside = page.parent().unwrap_or(root).join(written);
    match read_within(top, &normalise(&beside)) {
        Err(Refused::Missing) => read_within(top, &normalise(&root.join(written))),
        read => read,
    }
}

/// Whether the file at `path` could be read by [`read_within`], without reading it.
///
/// # Errors
/// [`Refused`] as there.
pub fn check_within(top: &Path, path: &Path) -> Result<(), Refused> {
    size_of(&open(top, path)?).map(drop)
}

/// Whether `path` is a file or folder that lies in `top`, and no link on the way to it leaves `top`.
///
/// # Errors
/// [`Refused`] where it is not.
pub fn find_within(top: &Path, path: &Path) -> Result<(), Refused> {
    walk(top, path).map(drop)
}

/// The bytes of a file that the user named, wherever it lies. It must be an ordinary one.
///
/// # Errors
/// [`Refused`] where it is not, or is too large.
pub fn read_named(path: &Path) -> Result<Vec<u8>, Refused> {
    read_ordinary(openat(CWD, path, TO_READ, Mode::empty())?)
}

/// The folder whose files a project's pages may ask for: the git repository around `root`, else `root`. A content
/// folder that lies elsewhere, or is hidden from there, is a project of its own.
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

/// Whether a file of this name is hidden.
pub fn is_hidden(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b".")
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

fn read_ordinary(file: OwnedFd) -> Result<Vec<u8>, Refused> {
    let size = size_of(&file)?;
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    let read = File::from(file).take(MOST_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| Refused::Unreadable(error.to_string()))?;
    // It may have grown since.
    if bytes.len() as u64 > MOST_BYTES { Err(Refused::TooLarge(bytes.len() as u64)) } else { Ok(bytes) }
}

/// The size of an open file, if it is an ordinary one that is not too large.
fn size_of(file: &OwnedFd) -> Result<u64, Refused> {
    let stat = fstat(file)?;
    ordinary(&stat)?;
    let size = u64::try_from(stat.st_size).unwrap_or_default();
    if size > MOST_BYTES { Err(Refused::TooLarge(size)) } else { Ok(size) }
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
        // The kernel does it in one step where no link is on the way.
        let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let folder = openat(CWD, top, TO_PASS, Mode::empty())?;
        if let Ok(file) = openat2(&folder, relative, TO_READ, Mode::empty(), beneath) {
            return Ok(file);
        }
    }
    let Place { folder, name, stat } = walk(top, path)?;
    ordinary(&stat)?;
    Ok(openat(folder, name, TO_READ | OFlags::NOFOLLOW, Mode::empty())?)
}

/// Where a path leads: the folder, opened, the name in it, and what stands there.
struct Place {
    folder: OwnedFd,
    name: OsString,
    stat: Stat,
}

/// Follows a path part by part. Every folder on the way stays open, so `..` in a link leads to where we came from.
fn walk(top: &Path, path: &Path) -> Result<Place, Refused> {
    let relative = path.strip_prefix(top).map_err(|_| Refused::Outside)?;
    let mut waiting = parts(relative);
    let mut folders = vec![openat(CWD, top, TO_PASS, Mode::empty())?];
    let mut links = 0;
    let mut name = OsString::from(".");
    while let Some(part) = waiting.pop() {
        if part == ".." {
            // The last folder is the top: what is above it is not ours.
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
                if links > MOST_LINKS {
                    return Err(Refused::Unreadable("its links go round in a circle".to_owned()));
                }
                let target = PathBuf::from(OsString::from_vec(readlinkat(here, &part, Vec::new())?.into_bytes()));
                if target.is_absolute() {
                    folders.truncate(1);
                }
                waiting.extend(parts(&inside(top, &target)?));
                name = OsString::from(".");
            }
            FileType::Directory => {
                let next = openat(here, &part, TO_PASS | OFlags::NOFOLLOW, Mode::empty())?;
                folders.push(next);
                name = OsString::from(".");
            }
            _ if waiting.is_empty() => name = part,
            _ => return Err(Refused::Missing),
        }
    }
    let folder = folders.pop().expect("the top stays");
    let stat = statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(Place { folder, name, stat })
}

/// The parts of a path, the first one last.
fn parts(path: &Path) -> Vec<OsString> {
    let named = path.components().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir));
    let mut parts: Vec<OsString> = named.map(|part| part.as_os_str().to_owned()).collect();
    parts.reverse();
    parts
}

/// A link's target as a path from here: an absolute one from the top, if it lies there.
fn inside(top: &Path, target: &Path) -> Result<PathBuf, Refused> {
    if !target.is_absolute() {
        return Ok(target.to_path_buf());
    }
    let real = std::fs::canonicalize(top).unwrap_or_else(|_| top.to_path_buf());
    let below = target.strip_prefix(top).or_else(|_| target.strip_prefix(real));
    below.map(Path::to_path_buf).map_err(|_| Refused::Outside)
}
