//! Version managers put small programs, shims, on `PATH`. A shim looks up the real program and starts it: pyenv, asdf,
//! mise, volta and others. A block has another home folder, so a shim may not find its program there.
//!
//! So docgen asks the manager for the real program, lets blocks read the manager's folder, and puts the real programs
//! first on the `PATH` of blocks. Must not know: languages, what a block is.

use crate::fs;
use crate::process::{Environment, Job, Limits, Supervisor};
use regex::Regex;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Managers: the program that answers `which NAME`, and the variable with its folder.
const MANAGERS: &[(&str, &str)] = &[
    ("pyenv", "PYENV_ROOT"),
    ("rbenv", "RBENV_ROOT"),
    ("nodenv", "NODENV_ROOT"),
    ("goenv", "GOENV_ROOT"),
    ("asdf", "ASDF_DATA_DIR"),
    ("mise", "MISE_DATA_DIR"),
    ("volta", "VOLTA_HOME"),
];

/// The program that all of volta's shims are links to.
const VOLTA: &str = "volta-shim";

/// How many bytes of a shim are read to find its manager.
const HEAD: usize = 4096;

static COMPLAINT: LazyLock<Regex> = LazyLock::new(|| {
    let managers: Vec<&str> = MANAGERS.iter().map(|(name, _)| *name).collect();
    let pattern = format!(
        r"(?m)^(?:\S*/)?(?:{})\b.*(?:Permission denied|[Nn]o version|not installed|not a valid shim|not find).*$",
        managers.join("|")
    );
    Regex::new(&pattern).expect("a valid pattern")
});
static PATHS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"/[^\s:'"`]+"#).expect("a valid pattern"));

/// The folder of the manager whose shims are in this folder of `PATH`.
fn root_of(folder: &Path) -> Option<&Path> {
    let is_shims = folder.file_name().is_some_and(|name| name == "shims");
    (is_shims || folder.join(VOLTA).exists()).then(|| folder.parent()).flatten()
}

/// The folders of managers: from `PATH`, and from their variables.
pub(crate) fn roots(environment: &Environment, folders: &[PathBuf]) -> Vec<PathBuf> {
    let on_path = folders.iter().filter_map(|folder| root_of(folder)).map(Path::to_path_buf);
    let named = MANAGERS.iter().filter_map(|(_, variable)| environment.get(variable)).map(PathBuf::from);
    on_path.chain(named).collect()
}

/// The manager of a shim; `None` if the program is no shim.
fn manager(shim: &Path) -> Option<&'static str> {
    root_of(shim.parent()?)?;
    let target = fs::canonicalize(shim).ok()?;
    let target = target.file_name()?.to_string_lossy().into_owned();
    if target == VOLTA {
        return Some("volta");
    }
    let text = String::from_utf8_lossy(&fs::head(shim, HEAD).ok()?).into_owned();
    let names = |name: &str| target == name || (text.starts_with("#!") && text.contains(name));
    MANAGERS.iter().map(|(name, _)| *name).find(|name| names(name))
}

/// Whether a program is a shim.
pub(crate) fn is_shim(program: &Path) -> bool {
    manager(program).is_some()
}

/// The real program behind a shim, according to its manager.
pub(crate) fn behind(shim: &Path, environment: &Environment, supervisor: &Supervisor) -> Option<PathBuf> {
    let manager = manager(shim)?;
    let root = root_of(shim.parent()?)?;
    let mut places = vec![root.join("bin"), root.join("libexec")];
    places.extend(environment.path_folders());
    let program = Environment::find_in(&places, manager)?;
    let variables: Vec<&str> = MANAGERS.iter().map(|(_, variable)| *variable).chain(["HOME", "PATH"]).collect();
    let job = Job::new(program, Path::new("/")).inherit(environment, &variables).limits(Limits::PROBE);
    let finished = supervisor.run(&job.arg("which").arg(shim.file_name()?)).ok()?;
    let answer = PathBuf::from(finished.stdout_text().lines().next()?.trim());
    (finished.success() && answer.is_file()).then_some(answer)
}

/// The program that the sandbox refused to start, if the standard error of a failed run says so: a program outside the
/// readable folders, or a shim that found nothing.
pub(crate) fn refused(stderr: &str, readable: &[PathBuf]) -> Option<String> {
    let denied = stderr.lines().filter(|line| line.to_lowercase().contains("permission denied"));
    let mut paths = denied.flat_map(|line| PATHS.find_iter(line)).map(|found| PathBuf::from(found.as_str()));
    let is_program =
        |path: &PathBuf| path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0);
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let is_open = |path: &Path| readable.iter().any(|open| real(path).starts_with(real(open)));
    if let Some(path) = paths.find(|path| is_program(path) && !is_open(path)) {
        return Some(format!("the sandbox does not let blocks start {}", path.display()));
    }
    let complaint = COMPLAINT.find(stderr)?;
    Some(format!("a version manager found no program inside the sandbox: {}", complaint.as_str().trim()))
}
