//! `docgen doctor`: shows the installed tools and tests whether they find faults. `--fix` installs missing tools.

use super::args::DoctorOptions;
use super::shell::{Shell, shown};
use super::work;
use crate::config::Overrides;
use crate::error::{ExitStatus, Result};
use crate::process::Confinement;
use crate::progress::Progress as _;
use crate::snippet::canaries::{CanaryResult, canaries};
use crate::snippet::context::Options;
use crate::snippet::model::language::LanguageSpec;
use crate::snippet::model::tool::ToolSpec;
use crate::snippet::toolchain::install::{install, installer};
use crate::snippet::toolchain::tool::{Found, Tools, cure};
use crate::source::Sources;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

pub(super) fn run(shell: &Shell, options: &DoctorOptions) -> Result<ExitStatus> {
    let config = shell.config(Overrides::default(), None)?;
    let tools = shell.tools();
    if options.fix {
        fix(shell, &tools)?;
    }
    let progress = shell.progress();
    progress.phase("testing the tools", None);
    let work = work::temporary(shell)?;
    let sources = Sources::new(&config.root);
    let context =
        work::context(shell, (&config, &sources), &tools, &crate::progress::Silent, work.folder(), Options::default());
    let results = canaries(&context)?;
    progress.finish();
    let mut missing = false;
    for spec in shell.languages().specs() {
        let (text, all_there) = describe(shell, &tools, spec, &results);
        shell.terminal.result(&text)?;
        missing |= !all_there;
    }
    shell.terminal.result(&sandbox(shell))?;
    if missing {
        shell.terminal.result("something is missing: `docgen doctor --fix` installs what docgen can install\n")?;
    }
    Ok(if missing { ExitStatus::Environment } else { ExitStatus::Success })
}

/// How well snippets are confined here, and what prevents more.
fn sandbox(shell: &Shell) -> String {
    let level = shell.supervisor.confinement();
    let means = match level {
        Confinement::Full => "namespaces, Landlock, seccomp, limits",
        Confinement::Partial => "Landlock or seccomp, limits; no namespaces, so no loopback",
        Confinement::None => {
            "a process group, a folder, an environment and limits; do not run code that you do not trust"
        }
    };
    let why = shell.supervisor.obstacle().map_or(String::new(), |why| format!("\n  not more, because {why}"));
    format!("\nsandbox: {} ({means}){why}\n", level.name())
}

fn describe(shell: &Shell, tools: &Tools, language: &LanguageSpec, results: &[CanaryResult]) -> (String, bool) {
    let mut text = format!("\x1b[1m{}\x1b[0m\n", language.title);
    let mut all_there = true;
    if language.tools.iter().all(|tool| tool.is_optional) {
        let _ = writeln!(text, "  \x1b[32m✓\x1b[0m built in");
    }
    for spec in &language.tools {
        match tools.find(spec) {
            Found::Yes(tool) => {
                let chain: Vec<String> = tool.chain().iter().map(|path| shown(path, &shell.cwd)).collect();
                let place = chain.join(" → ");
                let _ = writeln!(text, "  \x1b[32m✓\x1b[0m {} {}: {} ({place})", tool.name, tool.version, spec.role);
            }
            Found::Unusable(why) if spec.is_optional => {
                let _ = writeln!(text, "  – {}: {why}, optional; {}", spec.name, cure(spec));
            }
            Found::Unusable(why) => {
                all_there = false;
                let _ = writeln!(text, "  \x1b[31m✗\x1b[0m {}: {why}; {}", spec.name, cure(spec));
            }
            Found::No if spec.is_optional => {
                let _ = writeln!(text, "  – {}: not found ({}), optional; {}", spec.name, spec.role, cure(spec));
            }
            Found::No => {
                all_there = false;
                let _ = writeln!(text, "  \x1b[31m✗\x1b[0m {}: not found ({}); {}", spec.name, spec.role, cure(spec));
            }
        }
    }
    let mine: Vec<_> = results.iter().filter(|result| result.language == language.name).collect();
    let good: Vec<&str> =
        mine.iter().filter(|result| result.outcome.is_ok()).map(|result| result.step.name()).collect();
    if !good.is_empty() {
        let _ = writeln!(text, "  \x1b[32m✓\x1b[0m finds faults: {}", good.join(", "));
    }
    // Without its tool a canary only repeats the lines above.
    let judged = if all_there { mine } else { Vec::new() };
    for result in judged {
        if let Err(why) = &result.outcome {
            all_there = false;
            let _ = writeln!(
                text,
                "  \x1b[31m✗\x1b[0m self-test failed: a known-bad block passed the {} step: {why}",
                result.step.name()
            );
        }
    }
    (text, all_there)
}

/// Installs missing tools, after showing their names and sizes.
fn fix(shell: &Shell, tools: &Tools) -> Result<()> {
    let languages = shell.languages();
    let is_missing = |spec: &&ToolSpec| !spec.is_optional && !matches!(tools.find(spec), Found::Yes(_));
    let missing: Vec<&ToolSpec> = languages.tools().filter(is_missing).collect();
    let (installable, manual): (Vec<_>, Vec<_>) = missing.into_iter().partition(|spec| spec.source.package().is_some());
    for spec in manual {
        shell.terminal.error(&format!("{} is missing: {}", spec.name, cure(spec)));
    }
    if installable.is_empty() {
        return Ok(());
    }
    let megabytes = |spec: &ToolSpec| spec.source.package().map_or(0, |package| package.megabytes);
    let list: Vec<String> = installable.iter().map(|spec| format!("{} ({} MB)", spec.name, megabytes(spec))).collect();
    let sum: u32 = installable.iter().map(|spec| megabytes(spec)).sum();
    shell.terminal.error(&format!("installing {}: {sum} MB into {}", list.join(", "), tools.folder().display()));
    let progress = shell.progress();
    for spec in installable {
        progress.phase(&format!("fetching {} ({} MB)", spec.name, megabytes(spec)), None);
        match installer(tools, spec, beside_tools(shell, tools)) {
            Ok(program) => install(tools, spec, &program)?,
            Err(why) => shell.terminal.error(&format!("{} cannot be installed: {why}", spec.name)),
        }
    }
    progress.finish();
    Ok(())
}

/// The folders of the installed tools: a Node that docgen installed brings its own installer.
fn beside_tools(shell: &Shell, tools: &Tools) -> Vec<PathBuf> {
    let folder = |spec: &ToolSpec| match tools.find(spec) {
        Found::Yes(tool) => tool.path.parent().map(Path::to_path_buf),
        _ => None,
    };
    shell.languages().tools().filter_map(folder).collect()
}
