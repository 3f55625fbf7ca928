//! Fences → verdicts. The specification is the manual's chapter on verified snippets.
//!
//! The rooms, bottom up; a room imports only from those before it (`tests/tidy.rs` holds them to that):
//!
//! 1. [`model`]: what a block, a program and a verdict are. Pure data.
//! 2. [`toolchain`]: the programs of this machine.
//! 3. [`workspace`]: the project that blocks are checked in.
//! 4. [`language`]: one adapter a language.
//! 5. [`store`]: verdicts that are kept between runs.
//! 6. [`plan`]: which blocks, in which groups, as which programs.
//! 7. [`run`] runs programs; [`judge`] says what follows from the evidence.
//! 8. The drivers: [`verify`], [`extract`], [`bless`], [`known`], [`canaries`], [`undefined`].
//!
//! The way of a fence: `plan/collect.rs` makes a `Snippet` of it, `plan/assemble.rs` a program, `workspace` writes the program
//! into a fixture project, the language's adapter checks it, `run` runs it, `judge` decides, and `model/badge.rs` words the
//! verdict for readers. Must not know: HTML, search, how a report looks.

pub mod bless;
pub mod canaries;
pub mod context;
pub mod extract;
pub mod judge;
pub mod known;
pub mod language;
pub mod model;
pub mod plan;
pub mod run;
pub mod store;
pub mod toolchain;
pub mod undefined;
pub mod verify;
pub mod workspace;
