//! The command line: arguments → stages → output and exit status. One file per command.
//!
//! The only place that reads environment variables, the working directory and today's date.
//! Must not know: how anything is done.

mod args;
mod build;
mod check;
mod complete;
mod conclude;
mod doctor;
mod extract;
mod freshness;
mod init;
mod merge;
mod narrow;
mod problems;
mod publish;
mod receipt;
mod serve;
mod shell;
mod suggest;
mod values;
mod verify;
mod work;

use crate::counted;
use crate::error::{ExitStatus, Result};
use crate::report::Terminal;
use args::{Arguments, Command, Report};
use clap::{CommandFactory as _, FromArgMatches as _};
use shell::Shell;

/// Runs the program with the process's own arguments and environment.
pub fn run() -> ExitStatus {
    let matches = match Arguments::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            return match error.print() {
                _ if error.use_stderr() => ExitStatus::Usage,
                Err(failed) if failed.kind() != std::io::ErrorKind::BrokenPipe => ExitStatus::Environment,
                _ => ExitStatus::Success,
            };
        }
    };
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitStatus::Usage;
        }
    };
    let terminal = Terminal { color: arguments.color.into(), quiet: arguments.quiet, verbose: arguments.verbose };
    let done = Shell::new(&arguments, terminal).and_then(|shell| {
        let done = dispatch(&shell, arguments.command);
        shell.supervisor.finish();
        if terminal.verbose {
            terminal.say(&format!("work: {}", counted::line()));
        }
        done
    });
    match done {
        Ok(status) => status,
        Err(error) => {
            terminal.error(&format!("\x1b[1;31merror\x1b[0m: {error}"));
            error.exit()
        }
    }
}

fn dispatch(shell: &Shell, command: Command) -> Result<ExitStatus> {
    match command {
        Command::Build(options) => build::run(shell, &options),
        Command::Serve(options) => serve::run(shell, &options),
        Command::Verify(options) => verify::run(shell, &options),
        Command::Merge(options) => merge::run(shell, &options),
        Command::Extract(options) => extract::run(shell, &options),
        Command::Check(options) => check::run(shell, &options),
        Command::Report { what: Report::Freshness(options) } => freshness::run(shell, &options),
        Command::Init(options) => init::init(shell, &options),
        Command::New(options) => init::page(shell, &options),
        Command::Doctor(options) => doctor::run(shell, &options),
        Command::Publish(options) => publish::run(shell, &options),
        Command::Completions { shell: kind } => complete::completions(shell, kind),
        Command::Schema { what } => complete::schema(shell, what),
        Command::Man(options) => complete::man(shell, &options),
    }
}
