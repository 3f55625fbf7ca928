//! Installs tools into the tools folder: pinned versions, whole or not at all.
//!
//! Must not know: what a tool is used for.

use crate::error::Result;
use crate::fs;
use crate::process::{Environment, Job};
use crate::snippet::model::tool::ToolSpec;
use crate::snippet::toolchain::ecosystem;
use crate::snippet::toolchain::tool::Tools;
use std::path::{Path, PathBuf};

/// Installs a tool into the tools folder with `installer` (pip or npm), whole or not at all.
///
/// # Errors
/// [`crate::error::Error::Tool`] with the installer's last message.
pub fn install(tools: &Tools, spec: &ToolSpec, installer: &Path) -> Result<()> {
    use crate::error::Error;
    let place = tools.install_folder(spec);
    let folder = place.parent().unwrap_or(tools.folder()).to_path_buf();
    fs::create_dir_all(&folder)?;
    let beside = folder.join(format!(".installing-{}", std::process::id()));
    fs::remove_dir_all(&beside)?;
    fs::create_dir_all(&beside)?;
    let call = ecosystem::installation(&spec.source, &beside)
        .map_err(|how| Error::usage(format!("{} cannot be installed by docgen", spec.name), how))?;
    let mut job = installer_job(tools, installer, &beside);
    for (name, value) in tools.environment().all() {
        job = job.env(name, value);
    }
    let job = job.env("PATH", tools.path(installer)).args(call.arguments);
    let finished = tools.supervisor().run(&job)?;
    if !finished.success() {
        fs::remove_dir_all(&beside)?;
        return Err(Error::Tool {
            program: job.command_line(),
            message: finished.summary(),
            help: "check that the package registry can be reached, then try again".to_owned(),
        });
    }
    fs::remove_dir_all(&place)?;
    fs::swap_dirs(&beside, &place)?;
    tools.forget();
    Ok(())
}

/// A call of an installer. One that docgen itself installed may need a program to run it.
fn installer_job(tools: &Tools, installer: &Path, cwd: &Path) -> Job {
    match ecosystem::script_of(installer).filter(|_| installer.starts_with(tools.folder())) {
        Some((program, script)) => Job::new(program, cwd).arg(script),
        None => Job::new(installer, cwd),
    }
}

/// The installer for a tool's source. It is searched in `PATH` and in `folders`, beside the tools.
///
/// # Errors
/// The sentence that says how a person gets the installer or the tool.
pub fn installer(tools: &Tools, spec: &ToolSpec, folders: Vec<PathBuf>) -> std::result::Result<PathBuf, String> {
    let call = ecosystem::installation(&spec.source, Path::new(""))?;
    let mut all = tools.environment().path_folders();
    all.extend(folders);
    Environment::find_in(&all, call.installer).ok_or_else(|| call.get_installer.to_owned())
}
