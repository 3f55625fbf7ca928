//! Fences → verdicts. The specification is the manual's chapter on verified snippets.
//!
//! The rooms, bottom up. A room imports only from rooms before it (`tests/tidy.rs` checks that):
//!
//! 1. [`model`]: what a block, a program and a verdict are. Pure data.
//! 2. [`toolchain`]: the programs of this machine.
//! 3. [`workspace`]: the project that blocks are checked in.
//! 4. [`language`]: one adapter per language.
//! 5. [`store`]: keeps verdicts between runs.
//! 6. [`plan`]: decides which blocks to verify, in which groups, as which programs.
//! 7. [`run`] runs programs; [`judge`] draws the verdict from the evidence.
//! 8. The drivers: [`verify`], [`extract`], [`bless`], [`known`], [`canaries`], [`undefined`].
//!
//! The path of a fence: `plan/collect.rs` makes a `Snippet` of it and `plan/assemble.rs` a program. `workspace` writes
//! the program into a fixture project, the language's adapter checks it, `run` runs it, `judge` decides, and
//! `model/badge.rs` words the verdict for readers. Must not know: HTML, search, how a report looks.

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
