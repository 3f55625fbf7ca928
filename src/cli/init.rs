//! `docgen init` and `docgen new`: a project and a page to begin with. Neither overwrites anything.

use super::args::{InitOptions, NewOptions};
use super::shell::{Shell, shown};
use crate::config::Overrides;
use crate::error::{Error, ExitStatus, Result};
use crate::{fs, starter};
use std::path::{Path, PathBuf};

/// Writes the files that a folder lacks.
pub(super) fn init(shell: &Shell, options: &InitOptions) -> Result<ExitStatus> {
    let root = shell.cwd.join(options.dir.as_deref().unwrap_or(Path::new(".")));
    fs::create_dir_all(&root)?;
    let root = fs::canonicalize(&root)?;
    let found = starter::look(&root)?;
    for file in starter::files(&found) {
        let path = shown(&root.join(&file.path), &shell.cwd);
        let line = if starter::write(&root, &file)? {
            format!("wrote {path}\n")
        } else if file.by_hand.is_empty() {
            format!("kept  {path}\n")
        } else {
            format!("kept  {path}: {}\n", file.by_hand)
        };
        shell.terminal.result(&line)?;
    }
    if root != shell.cwd {
        shell.terminal.result(&format!("next: cd {}\n", shown(&root, &shell.cwd)))?;
    }
    shell.terminal.result("next: docgen serve, to write; docgen verify, to check the blocks\n")?;
    Ok(ExitStatus::Success)
}

/// Writes a page.
pub(super) fn page(shell: &Shell, options: &NewOptions) -> Result<ExitStatus> {
    let config = shell.config(Overrides::default(), options.date.as_deref())?;
    let named: PathBuf = options.page.with_extension("md");
    // A path that exists from here is meant from here; any other is meant from the content folder.
    let from_here = shell.cwd.join(&named);
    let path = if from_here.starts_with(&config.content) { from_here } else { config.content.join(&named) };
    let path = fs::normalise(&path);
    let help = "name a page below the content folder, such as `guides/deploy`";
    if !path.starts_with(&config.content) {
        return Err(Error::usage(format!("`{}` is not in the content folder", options.page.display()), help));
    }
    if path.symlink_metadata().is_ok() {
        let message = format!("{} exists already", shown(&path, &shell.cwd));
        return Err(Error::usage(message, "choose another name, or edit that page"));
    }
    let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()).filter(|stem| !stem.is_empty()) else {
        return Err(Error::usage("a page needs a name", help));
    };
    let id = ulid::Ulid::generate().to_string();
    let new = starter::Page { stem, id: &id, today: config.today, required: &config.required };
    fs::write(&path, starter::page(&new).as_bytes())?;
    shell.terminal.result(&format!("wrote {}\n", shown(&path, &shell.cwd)))?;
    Ok(ExitStatus::Success)
}
