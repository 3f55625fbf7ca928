//! Parses arguments, calls [`docgen::cli::run`], turns its status into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(docgen::cli::run().code())
}
