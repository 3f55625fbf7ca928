//! Fixture projects: copies one from the repository, or the built-in minimal one, and writes blocks into it (S3.4,
//! S3.5).
//!
//! Must not know: what is in a fixture.

use crate::config::Config;
use crate::error::{Error, Result};
use crate::fs;
use crate::snippet::model::language::LanguageSpec;
use crate::snippet::toolchain::ecosystem;
use crate::snippet::workspace::unit::Unit;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Folders of a fixture that docgen itself fills, besides those that tools build.
const FILLED: &[&str] = &["blocks", "bin"];

/// Folders of a fixture that are never copied, since tools build them.
pub fn built_folders() -> Vec<&'static str> {
    ecosystem::built().chain(FILLED.iter().copied()).collect()
}

fn is_built(name: &OsStr) -> bool {
    ecosystem::built().chain(FILLED.iter().copied()).any(|built| name == built)
}

/// The folder of a fixture in the project, if it exists.
pub(crate) fn source(config: &Config, name: &str) -> Option<PathBuf> {
    let folder = config.root.join("snippets").join(name);
    // A link could lead anywhere. Copying skips links inside the fixture.
    let inside = folder.is_dir() && !folder.is_symlink() && fs::find_within(&config.project, &folder).is_ok();
    (config.has_project && inside).then_some(folder)
}

/// Makes `folder` a copy of the fixture `name`, or of the language's minimal one.
///
/// # Errors
/// [`Error::Usage`] if the named fixture does not exist and is not the language's own.
pub(crate) fn materialise(config: &Config, spec: &LanguageSpec, name: &str, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    match source(config, name) {
        Some(source) => copy(&source, folder),
        None if name == spec.name || spec.fixture.as_deref() == Some(name) => {
            for (path, text) in &spec.minimal_fixture {
                fs::write_if_changed(&folder.join(&**path), text.as_bytes())?;
            }
            Ok(())
        }
        None => Err(Error::usage(
            format!(
                "there is no fixture `{name}`: {} does not exist",
                config.root.join("snippets").join(name).display()
            ),
            "create the folder with the language's manifest in it, or correct the name",
        )),
    }
}

fn copy(source: &Path, folder: &Path) -> Result<()> {
    for path in fs::list_recursively(source)? {
        let built = path.iter().any(is_built);
        if !built {
            fs::write_if_changed(&folder.join(&path), &fs::read(&source.join(&path))?)?;
        }
    }
    Ok(())
}

/// The preludes of a fixture: files in its folder `preludes/`, by name without extension (S3.4).
pub(crate) fn preludes(config: &Config, name: &str) -> Result<BTreeMap<String, String>> {
    let Some(source) = source(config, name) else { return Ok(BTreeMap::new()) };
    let mut preludes = BTreeMap::new();
    for path in fs::list(&source.join("preludes"))? {
        let Some(stem) = path.file_stem().filter(|_| path.is_file() && !path.is_symlink()) else { continue };
        let Ok(bytes) = fs::read_within(&config.project, &path) else { continue };
        let text = String::from_utf8(bytes).map_err(|error| Error::Io {
            action: "read",
            path: path.clone(),
            source: std::io::Error::new(std::io::ErrorKind::InvalidData, error.utf8_error()),
        })?;
        preludes.insert(stem.to_string_lossy().into_owned(), text);
    }
    Ok(preludes)
}

/// Writes every unit's program into the fixture.
pub(crate) fn write_units(folder: &Path, units: &[Unit]) -> Result<()> {
    for unit in units {
        fs::write_if_changed(&folder.join(&unit.path), unit.program.as_str().as_bytes())?;
    }
    Ok(())
}

/// Hashes over the names and contents of a fixture, without its preludes, and of its lock file (S6.1).
pub(crate) fn hashes(config: &Config, spec: &LanguageSpec, name: &str) -> Result<(String, Option<String>)> {
    let (mut tree, mut lock) = (blake3::Hasher::new(), None);
    let mut add = |path: &Path, bytes: &[u8]| {
        if ecosystem::ALL.iter().flat_map(|row| row.lock_files).any(|name| path == Path::new(name)) {
            lock = Some(blake3::hash(bytes).to_hex().to_string());
        } else {
            // The lengths separate the end of one file from the next name.
            for part in [path.as_os_str().as_encoded_bytes(), bytes] {
                tree.update(&part.len().to_le_bytes());
                tree.update(part);
            }
        }
    };
    if let Some(source) = source(config, name) {
        for path in fs::list_recursively(&source)? {
            let built = path.iter().any(is_built);
            // A prelude is hashed with the programs that use it.
            if !built && !path.starts_with("preludes") {
                add(&path, &fs::read(&source.join(&path))?);
            }
        }
    } else {
        for (path, text) in &spec.minimal_fixture {
            add(Path::new(&**path), text.as_bytes());
        }
    }
    Ok((tree.finalize().to_hex().to_string(), lock))
}
