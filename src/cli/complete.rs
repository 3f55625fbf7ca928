//! `docgen completions` and `docgen man`, made from the table of commands; `docgen schema`, from the types that read a file.

use super::args::{Arguments, ManOptions};
use super::shell::{Shell, shown};
use super::values::SchemaOf;
use crate::error::{ExitStatus, Result};
use crate::page::front_matter;
use crate::{config, fs};
use clap::{Command, CommandFactory as _};
use clap_complete::Shell as Kind;

/// Prints the completions of a shell.
pub(super) fn completions(shell: &Shell, kind: Kind) -> Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(kind, &mut Arguments::command(), "docgen", &mut script);
    shell.terminal.result(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Success)
}

/// Prints a JSON schema.
pub(super) fn schema(shell: &Shell, what: SchemaOf) -> Result<ExitStatus> {
    let schema = match what {
        SchemaOf::Book => config::schema(),
        SchemaOf::FrontMatter => front_matter::schema(),
    };
    let text = serde_json::to_string_pretty(&schema).expect("JSON serializes");
    shell.terminal.result(&format!("{text}\n"))?;
    Ok(ExitStatus::Success)
}

/// Prints the manual page of docgen, or writes one for each command.
pub(super) fn man(shell: &Shell, options: &ManOptions) -> Result<ExitStatus> {
    let mut table = Arguments::command();
    table.build();
    let Some(out) = &options.out else {
        shell.terminal.result(&page(table, "docgen"))?;
        return Ok(ExitStatus::Success);
    };
    let folder = shell.cwd.join(out);
    let mut waiting = vec![(table, "docgen".to_owned())];
    while let Some((command, name)) = waiting.pop() {
        let below = command.get_subcommands().filter(|it| !it.is_hide_set() && it.get_name() != "help");
        waiting.extend(below.map(|it| (it.clone(), format!("{name}-{}", it.get_name()))));
        let path = folder.join(format!("{name}.1"));
        fs::write(&path, page(command, &name).as_bytes())?;
        shell.terminal.result(&format!("wrote {}\n", shown(&path, &shell.cwd)))?;
    }
    Ok(ExitStatus::Success)
}

fn page(command: Command, title: &str) -> String {
    let mut text = Vec::new();
    clap_mangen::Man::new(command).title(title).render(&mut text).expect("memory takes it");
    String::from_utf8_lossy(&text).into_owned()
}
