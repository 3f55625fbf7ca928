//! Values → text that people and machines read: the terminal, JSON, GitHub's annotations.
//!
//! Every reporter is a function from values to a text; [`Terminal`] is the only thing that prints.
//! Must not know: how the values came about.

mod console;
pub mod freshness;
pub mod github;
mod groups;
pub mod json;
mod model;
pub mod progress;
pub mod terminal;
pub mod words;

pub use console::{Color, Terminal};
pub use model::{Item, Repository, Verification};
