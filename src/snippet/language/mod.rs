//! One adapter per language: which tools try which step, and what their messages mean.
//!
//! Code outside this folder does not name a language (`tests/tidy.rs` lists the exceptions). [`adapter`] is what a language must do; [`languages`] looks languages
//! up. To add a language, add a folder beside the others, a `mod` line and a line in [`builtin`].
//! Must not know: pages, verdicts, reports.

pub mod adapter;
mod answers;
mod bash;
pub mod command;
mod data;
mod elsewhere;
mod findings;
mod go;
mod java;
mod javascript;
pub mod languages;
mod own_linter;
mod python;
mod rust;
mod sessions;
mod sql;
pub mod traceback;
pub mod transcript;

use languages::Languages;

/// The built-in languages of docgen.
pub fn builtin() -> Languages {
    Languages::new([
        python::adapters(),
        javascript::adapters(),
        go::adapters(),
        rust::adapters(),
        java::adapters(),
        sql::adapters(),
        bash::adapters(),
        data::adapters(),
    ])
}
