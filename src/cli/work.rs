//! The work folder of a run: the project's own in the user's cache, or a temporary one.
//!
//! It also builds the context of verification. Must not know: what happens in the folder.

use super::shell::Shell;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::fs;
use crate::progress::Progress;
use crate::snippet::context::{Context, Options};
use crate::snippet::store::cache::Cache;
use crate::snippet::toolchain::tool::Tools;
use crate::source::Sources;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A folder to work in. A temporary one is removed with this value.
pub(super) struct Work {
    folder: PathBuf,
    _temporary: Option<fs::Temporary>,
    _lock: Option<File>,
}

impl Work {
    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// The folder of the project at `root` in the user's cache.
pub(super) fn folder_of(shell: &Shell, root: &Path) -> PathBuf {
    let hash = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
    shell.cache_folder().join(&hash.as_str()[..16])
}

/// The work folder of the project at `root`, kept between runs. If another run uses it, or the cache cannot be written, a
/// temporary one is made.
pub(super) fn of_project(shell: &Shell, root: &Path) -> Result<Work> {
    match kept(shell, root) {
        Ok(Some(work)) => Ok(work),
        Ok(None) => temporary(shell),
        Err(error) => {
            let why = error.to_string();
            shell.terminal.say(&format!(
                "\x1b[33mwarning\x1b[0m: nothing of this run is kept: {}\n  help: `--cache-dir DIR` or DOCGEN_CACHE names \
                 another folder for the cache",
                why.lines().next().unwrap_or_default()
            ));
            temporary(shell)
        }
    }
}

/// The work folder in the cache; `None` if another run uses it.
fn kept(shell: &Shell, root: &Path) -> Result<Option<Work>> {
    let folder = folder_of(shell, root).join("work");
    fs::create_dir_all(&folder)?;
    let trial = folder.join("trial");
    fs::write(&trial, &vec![0; ROOM])?;
    fs::remove_file(&trial)?;
    let path = folder.join("lock");
    let failed = |source| Error::Io { action: "lock", path: path.clone(), source };
    let lock = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => {
            sweep(&shell.cache_folder());
            fs::sweep(&folder, crate::snippet::run::limits::SCRATCH);
            fs::write_if_changed(&folder.with_file_name(OWNER), root.as_os_str().as_encoded_bytes())?;
            Ok(Some(Work { folder, _temporary: None, _lock: Some(lock) }))
        }
        Err(_) => Ok(None),
    }
}

/// A cache with less room than this, in bytes, is full.
const ROOM: usize = 1 << 20;

/// The prefix of temporary work folders.
const WORK: &str = "docgen-work-";

/// The file that names the owner of a cache folder.
const OWNER: &str = "root";

/// Removes cache folders of projects that no longer exist.
fn sweep(cache: &Path) {
    for folder in fs::list(cache).unwrap_or_default() {
        let owner = fs::read_optional(&folder.join(OWNER)).ok().flatten();
        if owner.is_some_and(|root| !root.is_empty() && !Path::new(&root).exists()) {
            let _ = fs::remove_tree(&folder);
        }
    }
}

/// The verdicts of the project at `root`, kept between runs (S6.7).
pub(super) fn cache_of_project(shell: &Shell, root: &Path) -> Cache {
    Cache::new(folder_of(shell, root).join("verdicts"))
}

/// The context of verification, for a command that works in `work` and keeps no verdicts.
pub(super) fn context<'a>(
    shell: &'a Shell,
    (config, sources): (&'a Config, &'a Sources),
    tools: &'a Tools,
    progress: &'a dyn Progress,
    work: &Path,
    options: Options,
) -> Context<'a> {
    Context {
        config,
        sources,
        languages: shell.languages(),
        tools,
        supervisor: &shell.supervisor,
        progress,
        work: work.to_path_buf(),
        tool_caches: shell.cache_folder().join("tools"),
        cache: None,
        date: config.today.to_string(),
        options,
    }
}

/// A temporary work folder. It is removed at the end, and on Ctrl-C.
pub(super) fn temporary(shell: &Shell) -> Result<Work> {
    let base = shell.environment.get("TMPDIR").map_or_else(|| PathBuf::from("/tmp"), PathBuf::from);
    fs::sweep(&base, WORK);
    let temporary = fs::Temporary::new(&base, WORK)?;
    shell.supervisor.remove_on_interrupt(temporary.path());
    Ok(Work { folder: temporary.path().to_path_buf(), _temporary: Some(temporary), _lock: None })
}
