//! The project's own chores.
//!
//! - `cargo xtask site [--no-serve]`: tools, release build, verify, build, serve and print the address.
//! - `cargo xtask ratios [NAME]`: how fast docgen is beside one tool start for each block.
//! - `cargo xtask lighthouse`: Lighthouse over the manual.
//! - `cargo xtask search-quality`: how good search is, beside others.
//! - `cargo xtask test [--full]`: tools, format, lints, all tests, docs, browser test.
//!
//! Both install what is missing, or say in one line how to. Must not know: docgen's insides; it calls the binary.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the person who runs it")]
#![allow(clippy::disallowed_methods, reason = "a chore runs programs and reads folders")]

mod lighthouse;
mod ratios;
mod run;
mod search;
mod site;
mod test;
mod tools;

use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask COMMAND

Commands:
  site [--no-serve]   install tools, build docgen, verify and build its manual, serve it
  ratios [NAME]       measure docgen beside one tool start for each block; NAME is a part of a case's name
  lighthouse          measure the manual's pages with Lighthouse, as on a phone
  search-quality      judge search beside Pagefind and MiniSearch, on the same pages and queries
  test [--full]       install tools, then format, lints, tests, docs, browser test; --full adds what takes longer
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["site"] => site::run(true),
        ["site", "--no-serve"] => site::run(false),
        ["test"] => test::run(false),
        ["test", "--full"] => test::run(true),
        ["ratios"] => ratios::run(""),
        ["ratios", wanted] => ratios::run(wanted),
        ["lighthouse"] => lighthouse::run(),
        ["search-quality"] => search::run(),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        other => Err(format!("unknown command `{}`\n\n{HELP}", other.join(" "))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
