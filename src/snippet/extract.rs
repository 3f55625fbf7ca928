//! `docgen extract`: writes the fixture projects with their blocks, for a person to open (S3.5).
//!
//! Must not know: verdicts.

use crate::error::Result;
use crate::snippet::context::Context;
use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::language::LanguageSpec;
use crate::snippet::plan::assemble::make_units;
use crate::snippet::plan::batch::{Batch, batches};
use crate::snippet::plan::select::chosen;
use crate::snippet::verify::decide_without_tools;
use crate::snippet::workspace::fixture;
use crate::snippet::workspace::unit::Unit;
use std::path::{Path, PathBuf};

/// Writes the fixture projects with their blocks into `out`, for a person to open (S3.5). Returns the folders.
///
/// # Errors
/// If a fixture cannot be read or a file cannot be written.
pub fn extract(context: &Context<'_>, blocks: &mut Blocks, out: &Path) -> Result<Vec<(PathBuf, usize)>> {
    let immediate = decide_without_tools(context, blocks);
    let blocks = &*blocks;
    let mut wanted = chosen(context, blocks);
    wanted.retain(|id| !immediate.contains(id));
    let mut written = Vec::new();
    for batch in batches(context, blocks, &wanted) {
        let Batch { language, fixture: name, package, .. } = &batch;
        let language = &context.languages[*language];
        let folder = out.join(batch.folder_name());
        crate::fs::remove_dir_all(&folder.join("blocks"))?;
        fixture::materialise(context.config, language.spec(), name, &folder)?;
        let preludes = fixture::preludes(context.config, name)?;
        let (mut units, _) = make_units(language, &batch, blocks, &preludes, false);
        fixture::write_units(&folder, &units)?;
        language.finish_extract(&folder, &mut units)?;
        if let (Some(_), Some(packages)) = (package, language.packages()) {
            let workspace = batch.workspace(context, folder.clone());
            let code: String = units.iter().map(|unit| unit.program.as_str()).collect();
            // A person opens this project and sees there what could not be bound.
            let _ = packages.bind(&workspace, &code)?;
        }
        crate::fs::write_if_changed(
            &folder.join("README.md"),
            extract_readme(language.spec(), &units, blocks).as_bytes(),
        )?;
        written.push((folder, units.len()));
    }
    Ok(written)
}

fn extract_readme(spec: &LanguageSpec, units: &[Unit], blocks: &Blocks) -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "# {} snippets\n\nWritten by `docgen extract`. Check them all with:\n\n```sh\n{}\n```\n\n| file | page | line |\n|---|---|---|\n",
        spec.name, spec.native_command
    );
    for unit in units {
        let snippet = &blocks[unit.snippet];
        let _ = writeln!(text, "| {} | {} | {} |", unit.path, snippet.page_name, snippet.line);
    }
    text
}
