//! Parses arguments, calls [`docgen::cli::run`], turns its status into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    // As the launcher of a sandbox this program does nothing else.
    if let Some(code) = docgen::process::sandbox::launched() {
        return ExitCode::from(code);
    }
    ExitCode::from(docgen::cli::run().code())
}
