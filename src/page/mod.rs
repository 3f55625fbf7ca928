//! One file of Markdown → one [`Page`]: front matter, headings, links, fences. Pure, and it cannot fail.
//!
//! 1. [`front_matter`] takes the data off the top, however it is spelled.
//! 2. [`include`](self) expands `{{#include …}}`, every byte keeping its origin.
//! 3. [`markdown`] walks the text once and notes what is in it.
//! 4. [`parse`] does these steps in order.
//!
//! Must not know: other pages, URLs, how a page looks, what a fence's flags do.

mod events;
pub mod fence;
mod fence_words;
pub mod fix;
pub mod front_matter;
pub mod heading;
mod include;
pub mod markdown;
pub mod math;
mod model;
mod parse;
pub mod summary;
pub mod tabs;

pub use events::Events;
pub use model::{Dialect, Fence, Link, Page};
pub use parse::parse;
