//! docgen: a static documentation site generator that verifies code blocks.
//!
//! ```text
//! book.toml ─▶ config ─▶ Config
//! content/  ─▶ source ─▶ Sources        the text of every file, with a line index
//!              page   ─▶ Page           parsed: front matter, headings, links, fences
//!              site   ─▶ Site           resolved: URLs, navigation, taxonomies, link targets, review clocks
//! snippets/ ─▶ snippet─▶ Blocks         each fence with its verdict: checked in a fixture project, reported on its page
//!              search ─▶ SearchIndex
//! themes/   ─▶ render ─▶ Outline        every path of the site, and its files when they are asked for
//!              report ─▶ terminal, JSON, GitHub annotations
//! ```
//!
//! `pipeline` reads a project and renders it. `snippet::verify` gives the blocks their verdicts; the commands in `cli` call
//! it in between. `tests/tidy.rs` has the table of who may import whom, and `content/contributing/architecture.md` says
//! why.

/// The version of docgen.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

// Vocabulary.
pub mod counted;
pub mod diagnostic;
pub mod error;
pub mod fs;
pub mod process;
pub mod progress;
pub mod span;
// Stages.
pub mod config;
pub mod output;
pub mod page;
pub mod render;
pub mod search;
pub mod site;
pub mod snippet;
pub mod source;
pub mod starter;
// Shell.
pub mod cli;
pub mod pipeline;
pub mod report;
pub mod serve;
