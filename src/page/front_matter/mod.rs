//! What stands above a page's text: its data, in any of three spellings.
//!
//! Must not know: whether the terms, paths or ids named here exist; that is `site`'s.

mod mangled;
mod model;
mod parse;
mod values;

pub use model::{Format, FrontMatter, Located, PageStatus};
pub(super) use parse::parse;
