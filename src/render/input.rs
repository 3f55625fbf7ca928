//! The input of rendering.
//!
//! Must not know: how anything is rendered.

use crate::config::Config;
use crate::site::Site;
use crate::snippet::model::blocks::Blocks;
use crate::source::{Edits, Sources};

/// The input of rendering.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// The site.
    pub site: &'a Site,
    /// The configuration.
    pub config: &'a Config,
    /// Every block of the site, with its verdict.
    pub blocks: &'a Blocks,
    /// When each file was last edited, by its path from the root.
    pub edited: &'a Edits,
    /// Whether pages reload themselves (`docgen serve`).
    pub live: bool,
}
