//! docgen: a static documentation site generator whose snippets are proven.
pub mod config;
pub mod diagnostic;
pub mod error;
pub mod fs;
pub mod page;
pub mod process;
pub mod site;
pub mod source;
pub mod span;
