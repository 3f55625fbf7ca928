//! One adapter a language: which tools climb which rung, and what their messages mean.
//!
//! Nothing outside this folder names a language. [`adapter`] is what a language must do, [`languages`] lists them all.
//! Must not know: pages, verdicts, reports.

pub mod adapter;
mod answers;
mod bash;
mod data;
mod elsewhere;
mod go;
mod javascript;
pub mod languages;
mod python;
mod rust;
pub mod transcript;
