//! docgen: a static documentation site generator that verifies code blocks.
//!
//! ```text
//! book.toml ─▶ config ─▶ Config
//! content/  ─▶ source ─▶ Sources        the text of every file, with a line index
//!              page   ─▶ Page           parsed: front matter, headings, links, fences
//!              site   ─▶ Site           resolved: URLs, navigation, taxonomies, link targets, review clocks
//! snippets/ ─▶ snippet─▶ Verdicts       fences → units in fixture projects → outcomes, on the author's own lines
//! themes/   ─▶ render ─▶ OutputTree     every file of the site, in memory
//!              report ─▶ terminal, JSON, GitHub annotations
//! ```
//!
//! Modules in reading order: first the vocabulary, then the stages, then the shell. A module imports only from modules
//! before it. `tests/tidy.rs` checks this; `content/contributing/architecture.md` says why.

// Vocabulary.
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
// Shell.
pub mod cli;
pub mod pipeline;
pub mod report;
pub mod serve;
