//! All pages together → [`Site`]: URLs, navigation, taxonomies, link targets, review clocks. Pure.
//!
//! 1. [`url`] gives each page its URL; two pages with one URL are reported here.
//! 2. [`nav`] orders them, by `SUMMARY.md` or by folders and weights.
//! 3. [`taxonomy`] collects the terms.
//! 4. [`link`] resolves every link, anchor and image.
//! 5. [`governance`] checks ids, required keys and review clocks.
//!
//! [`resolve()`] does these steps in order. [`parts`] says how long lists are split.
//!
//! Must not know: HTML, templates, snippets' verdicts. The only access to the disk is [`PathExists`].

pub mod clocks;
pub mod governance;
mod index;
pub mod link;
mod model;
pub mod nav;
pub mod parts;
mod places;
mod resolve;
mod target;
pub mod taxonomy;
pub mod url;

pub use index::PageIndex;
pub use model::{Frame, PathExists, Redirect, Site};
pub use places::{twin_url, uses_only_named_assets};
pub use resolve::{Problems, replace, resolve};
pub use target::Target;
