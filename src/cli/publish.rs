//! `docgen publish --preflight`: the last look at a site before it is published.

use super::args::PublishOptions;
use super::shell::Shell;
use crate::config::Overrides;
use crate::error::{ExitStatus, Result};
use crate::output::preflight::preflight;
use crate::report::words::plural;
use std::fmt::Write as _;

pub(super) fn run(shell: &Shell, options: &PublishOptions) -> Result<ExitStatus> {
    let overrides = Overrides { base_url: options.base_url.clone(), ..Overrides::default() };
    let config = shell.load(&Overrides { root: shell.root.clone(), ..overrides }, None)?;
    let base = config.base_path();
    let is_known = !config.base_url.is_empty() || !base.is_empty();
    let found = preflight(&shell.cwd.join(&options.preflight), is_known.then_some(base))?;
    let mut text = String::new();
    for (color, severity, messages) in [("1;31", "error", &found.errors), ("33", "warning", &found.warnings)] {
        text.extend(messages.iter().map(|message| format!("\x1b[{color}m{severity}\x1b[0m: {message}\n")));
    }
    let size = found.bytes.div_ceil(1_000_000);
    let problems = format!("{}, {}", plural(found.errors.len(), "error"), plural(found.warnings.len(), "warning"));
    let _ = writeln!(text, "{}, {size} MB: {problems}", plural(found.files, "file"));
    shell.terminal.result(&text)?;
    Ok(if found.errors.is_empty() { ExitStatus::Success } else { ExitStatus::Content })
}
