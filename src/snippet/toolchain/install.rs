//! Installs tools into the tools folder, pinned, whole or not at all.
//!
//! Must not know: what a tool is used for.

use crate::error::Result;
use crate::fs;
use crate::process::Job;
use crate::snippet::toolchain::tool::{Source, ToolSpec, Tools};
use std::path::Path;

/// How to get a tool, in one clause.
pub fn cure(spec: &ToolSpec) -> String {
    match spec.source {
        Source::Manual(how) => how.to_owned(),
        Source::Pypi { megabytes, .. } | Source::Npm { megabytes, .. } => {
            format!("`docgen doctor --fix` installs it ({megabytes} MB)")
        }
    }
}

/// Installs a tool into the tools folder with `installer` (pip or npm), whole or not at all.
///
/// # Errors
/// [`crate::error::Error::Tool`] with what the installer said last.
pub fn install(tools: &Tools, spec: &ToolSpec, installer: &Path) -> Result<()> {
    use crate::error::Error;
    let place = tools.install_folder(spec);
    let folder = place.parent().unwrap_or(tools.folder()).to_path_buf();
    fs::create_dir_all(&folder)?;
    let beside = folder.join(format!(".installing-{}", std::process::id()));
    fs::remove_dir_all(&beside)?;
    fs::create_dir_all(&beside)?;
    let mut job = installer_job(tools, installer, &beside);
    for (name, value) in tools.environment().all() {
        job = job.env(name, value);
    }
    job = job.env("PATH", tools.path(installer));
    let job = match spec.source {
        Source::Pypi { package, version, .. } => job
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--target"])
            .arg(&beside)
            .arg(format!("{package}=={version}")),
        Source::Npm { package, version, .. } => job
            .args(["install", "--silent", "--no-audit", "--no-fund", "--no-save", "--prefix"])
            .arg(&beside)
            .arg(format!("{package}@{version}")),
        Source::Manual(how) => return Err(Error::usage(format!("{} cannot be installed by docgen", spec.name), how)),
    };
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

/// A call of pip's Python or of npm. `PyPI`'s Node keeps npm as a script that only its own `node` can start.
fn installer_job(tools: &Tools, installer: &Path, cwd: &Path) -> Job {
    let script = installer.parent().and_then(Path::parent).map(|root| root.join("lib/node_modules/npm/bin/npm-cli.js"));
    match script.filter(|script| installer.starts_with(tools.folder()) && script.is_file()) {
        Some(script) => Job::new(installer.with_file_name("node"), cwd).arg(script),
        None => Job::new(installer, cwd),
    }
}
