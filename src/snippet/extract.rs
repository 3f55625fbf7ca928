//! `docgen extract`: the fixture projects with their blocks, for a person to open (S3.5).
//!
//! Must not know: verdicts.

use crate::error::Result;
use crate::page::Page;
use crate::snippet::context::Context;
use crate::snippet::language::adapter::Language;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::Verdict;
use crate::snippet::plan::assemble::make_units;
use crate::snippet::plan::batch::{Batch, batches, chosen};
use crate::snippet::plan::collect;
use crate::snippet::plan::immediate::immediate;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::time_budget::TimeBudget;
use crate::snippet::workspace::unit::Unit;
use crate::snippet::workspace::{fixture, package};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Writes the fixture projects with their blocks into `out`, for a person to open (S3.5). Returns the folders.
///
/// # Errors
/// Where a fixture cannot be read or a file not be written.
pub fn extract(context: &Context<'_>, pages: &[Page], out: &Path) -> Result<Vec<(PathBuf, usize)>> {
    let snippets = collect::collect(context.sources, pages, context.config);
    let chosen = chosen(&snippets, &context.options);
    let undecided: Vec<Option<Verdict>> = snippets.iter().map(|snippet| immediate(context, snippet)).collect();
    let mut written = Vec::new();
    for batch in batches(context.sources, &snippets, &undecided, &chosen) {
        let Batch { language, fixture: name, package, .. } = &batch;
        let language = *language;
        let folder = out.join(match package {
            Some(package) => format!("{name}-{}", package::short_hash(package)),
            None => name.clone(),
        });
        crate::fs::remove_dir_all(&folder.join("blocks"))?;
        fixture::materialise(context.config, language, name, &folder)?;
        let preludes = fixture::preludes(context.config, name)?;
        let (mut units, _) = make_units(&batch, &snippets, &preludes, false);
        fixture::write_units(&folder, &units)?;
        language.finish_extract(&folder, &mut units)?;
        if package.is_some() {
            let bench = Workspace {
                folder: folder.clone(),
                package: package.clone(),
                root: context.config.root.clone(),
                project: context.config.project.clone(),
                cache: context.work.join("cache"),
                build: context.work.join("build"),
                tools: context.tools,
                supervisor: context.supervisor,
                no_exec: false,
                progress: context.progress,
                patience: TimeBudget::new(context.config.verify.tool_timeout),
                readable: OnceLock::new(),
                specs: language.tools(),
            };
            let code: String = units.iter().map(|unit| unit.program.as_str()).collect();
            // A person opens this project; what cannot be bound they will see there.
            let _ = language.bind(&bench, &code)?;
        }
        crate::fs::write_if_changed(&folder.join("README.md"), extract_readme(language, &units, &snippets).as_bytes())?;
        written.push((folder, units.len()));
    }
    Ok(written)
}

fn extract_readme(language: &dyn Language, units: &[Unit], snippets: &[Snippet]) -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "# {} snippets\n\nWritten by `docgen extract`. Check them all with:\n\n```bash\n{}\n```\n\n| file | page | line |\n|---|---|---|\n",
        language.name(),
        language.native_command()
    );
    for unit in units {
        let snippet = &snippets[unit.snippet];
        let _ = writeln!(text, "| {} | {} | {} |", unit.path, snippet.page_name, snippet.line);
    }
    text
}
