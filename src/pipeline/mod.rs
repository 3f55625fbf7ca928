//! The stages of the program, in order: [`read()`] makes a [`Project`], [`Edition`] its site.
//!
//! Must not know: the command line, the terminal.

mod edition;
mod read;

pub use edition::Edition;
pub use read::{Project, checked_paths, files_named_by, named_files, parse, read, read_again, read_paths, read_text};
