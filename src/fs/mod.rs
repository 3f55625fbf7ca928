//! The only module that uses the disk through `std::fs`. Every error names its path; writes are atomic.
//!
//! 1. [`file`](self) reads and writes one file, [`folder`](self) lists and removes many.
//! 2. [`links`](self) links and swaps; [`stamp`](self) tells whether a file has changed.
//! 3. [`temporary`](self) makes folders that are removed again.
//! 4. [`within`](self) reads files that a page names, by one rule.
//!
//! Must not know: what the files mean.

#![expect(clippy::disallowed_methods, reason = "the only module that uses the disk")]

mod failure;
mod file;
mod folder;
mod links;
mod stamp;
mod temporary;
mod within;

pub use file::{
    append, change_owner, head, open_to_append, overwrite, read, read_optional, read_to_string, remove_file, write,
    write_if_changed, write_new,
};
pub use folder::{
    Usage, canonicalize, create_dir_all, list, list_recursively, make_public, remove_dir_all, size, tree, usage,
};
pub use links::{link, link_or_copy, swap_dirs};
pub use stamp::{Stamp, hash, own_output, stamp};
pub use temporary::{Temporary, remove_tree, sweep};
pub use within::{
    Refused, check_within, find_within, is_hidden, normalise, project_of, read_beside, read_named, read_within,
};
