//! One file of Markdown → one [`Page`]: front matter, headings, links, fences. Pure, and it cannot fail.
//!
//! 1. [`front_matter`] reads the data at the top, in any of its formats.
//! 2. [`include`](self) expands `{{#include …}}`; every byte keeps its origin.
//! 3. [`markdown`] reads the text once and collects its parts.
//! 4. [`parse()`] does these steps in order.
//!
//! Must not know: other pages, URLs, how a page looks, or what the flags of a fence do.

mod events;
pub mod fence;
mod fence_scan;
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
pub use model::{Dialect, Fence, FenceIndex, Link, Page};
pub use parse::parse;
