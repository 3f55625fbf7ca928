//! One file of Markdown → one [`Page`]: front matter, headings, links, fences. Pure, and it cannot fail.
//!
//! 1. [`front_matter`] reads the data at the top, in any of its formats.
//! 2. [`include`](self) expands `{{#include …}}`; every byte keeps its origin.
//! 3. MDX becomes Markdown (`mdx.rs`). Admonitions and tabs of other generators become docgen's own (`blocks.rs`).
//! 4. [`markdown`] reads the text once and collects its parts.
//! 5. [`parse()`] does these steps in order.
//!
//! Must not know: other pages, URLs, how a page looks, or what the flags of a fence do.

mod blocks;
mod events;
pub mod fence;
mod fence_scan;
mod fence_words;
pub mod fix;
pub mod front_matter;
pub mod heading;
mod include;
mod leftovers;
pub mod markdown;
pub mod math;
mod mdx;
mod model;
mod nav_yaml;
pub mod order;
mod parse;
mod rewrite;
mod summary;
pub mod tabs;

pub use events::Events;
pub use model::{Dialect, Fence, FenceIndex, Link, Page};
pub use parse::parse;
