//! Values → text for people and machines: the terminal, JSON, `JUnit`, SARIF, GitHub annotations.
//!
//! Every reporter is a function from values to text. Only [`Terminal`] prints.
//! Must not know: where the values come from.

mod console;
pub mod digest;
pub mod freshness;
pub mod github;
mod groups;
pub mod json;
pub mod junit;
mod model;
pub mod progress;
pub mod read;
pub mod sarif;
pub mod summary;
pub mod terminal;
pub mod words;

pub use console::{Color, Terminal};
pub use model::{Item, Repository, Verification};
