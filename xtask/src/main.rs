//! The project's tasks.
//!
//! - `cargo xtask site [--no-serve]`: tools, release build, verify, build, serve and print the address.
//! - `cargo xtask ratios [NAME]`: compares docgen with one tool start per block.
//! - `cargo xtask bench [OPTIONS]`: measures docgen and its peers on made pages.
//! - `cargo xtask mutate [--full]`: breaks blocks, and compares docgen with the bare tools.
//! - `cargo xtask mdbook-parity BOOK…`: compares docgen with `mdbook test`, block by block.
//! - `cargo xtask shards [--write]`: simulates a CI matrix for 100,000 blocks, from measured costs.
//! - `cargo xtask lighthouse`: Lighthouse over the manual.
//! - `cargo xtask search-quality`: compares search with other search engines.
//! - `cargo xtask test [--full]`: tools, format, lints, all tests, docs, browser test.
//!
//! A task installs missing tools, or says on one line how to install them.
//! Must not know: docgen's code. It calls the binary.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a task prints for the person who runs it")]
#![allow(clippy::disallowed_methods, reason = "a task runs programs and reads folders")]

mod bench;
mod lighthouse;
mod mutate;
mod parity;
mod plot;
mod ratios;
mod run;
mod search;
mod shards;
mod site;
mod test;
mod tools;

use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask COMMAND

Commands:
  site [--no-serve]   install tools, build docgen, verify and build its manual, serve it
  ratios [NAME]       compare docgen with one tool start per block; NAME is a part of a case's name
  bench [OPTIONS]     measure docgen and its peers on made pages; `bench --help` lists the options
  mutate [--full]     break blocks that pass, and check that docgen notices what the bare tools notice
  mdbook-parity BOOK  compare docgen with `mdbook test`, block by block; BOOK is the folder of a book, or several
  shards [--write]    simulate a CI matrix for 100,000 blocks, from measured costs; --write puts it into the manual
  lighthouse          measure the manual's pages with Lighthouse, as on a phone
  search-quality      compare search with Pagefind and MiniSearch, on the same pages and queries
  test [--full]       install tools, then format, lints, tests, docs, browser test; --full adds slow checks
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
        ["bench", options @ ..] => bench::run(options),
        ["mutate", options @ ..] => mutate::run(options),
        ["mdbook-parity", books @ ..] => parity::run(books),
        ["shards", options @ ..] => shards::run(options),
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
