//! Front matter: the data above a page's text, in one of three formats.
//!
//! Must not know: whether the named terms, paths or ids exist; `site` checks that.

mod mangled;
mod model;
mod parse;
mod schema;
mod values;

pub use model::{Format, FrontMatter, Located, PageStatus};
pub(super) use parse::parse;
pub use schema::schema;
