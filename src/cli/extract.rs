//! `docgen extract`: writes the fixture projects for a person to open.

use super::args::ExtractOptions;
use super::shell::{Shell, shown};
use super::work;
use crate::config::Overrides;
use crate::error::{Error, ExitStatus, Result};
use crate::output::MARKER;
use crate::report::words::plural;
use crate::snippet::context::Options;
use crate::{fs, pipeline, snippet};

pub(super) fn run(shell: &Shell, options: &ExtractOptions) -> Result<ExitStatus> {
    let config = shell.config(Overrides::default(), None)?;
    let progress = shell.progress();
    let mut project = pipeline::read(&config, &shell.languages(), &|path| path.exists(), &progress)?;
    shell.check_labels(&options.lang, &project.blocks)?;
    let out = shell.cwd.join(&options.out);
    if out.exists() && !out.join(MARKER).is_file() && !fs::list(&out)?.is_empty() {
        return Err(Error::ForeignOutput { path: out });
    }
    let tools = shell.tools();
    let options = Options { languages: options.lang.clone(), ..Options::default() };
    let context = work::context(shell, (&config, &project.sources), &tools, &progress, &out, options);
    fs::write(&out.join(MARKER), b"This folder is written by docgen extract, which replaces its files.\n")?;
    let written = snippet::extract::extract(&context, &mut project.blocks, &out)?;
    crate::progress::Progress::finish(&progress);
    for (folder, blocks) in &written {
        shell.terminal.result(&format!("{}: {}\n", shown(folder, &shell.cwd), plural(*blocks, "block")))?;
    }
    if written.is_empty() {
        shell.terminal.error("nothing to extract: there is no code block with an adapter");
        return Ok(ExitStatus::NothingFound);
    }
    Ok(ExitStatus::Success)
}
