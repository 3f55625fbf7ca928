//! What the files of a site show, as data.
//!
//! Must not know: what a file looks like.

use crate::output::OutputTree;
use crate::site::{PageIndex, Redirect};

/// What a file of the site shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// An author's page.
    Page(PageIndex),
    /// Its Markdown twin.
    Twin(PageIndex),
    /// A part of the list of a folder, by the folder's number in the navigation. Parts count from 1.
    Section(usize, usize),
    /// A part of the list of a taxonomy's terms.
    Taxonomy(usize, usize),
    /// A part of the list of a term's pages: taxonomy, term, part.
    Term(usize, usize, usize),
    /// A part of the list of all pages.
    Search(usize),
    /// A part of the verification page.
    Verification(usize),
    /// A part of the health page.
    Health(usize),
    /// A former address, which leads to this one.
    Redirect(Redirect),
    /// The page for unknown addresses.
    NotFound,
    /// The whole site on one page.
    Print,
    /// The feed.
    Feed,
    /// A file for agents.
    ForAgents(AgentFile),
    /// The sitemap.
    Sitemap,
    /// A script, a style or an image of the theme.
    Theme,
    /// A file of the content folder that is not a page.
    Asset,
}

/// Every path of the site, without the search index.
pub type Outline = OutputTree<Part>;

/// A file for agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentFile {
    /// `llms.txt`
    Llms,
    /// The `llms.txt` of a folder, by its number in the navigation.
    Section(usize),
    /// A part of `llms-full.txt`. Parts count from 1.
    Full(usize),
    /// `agents.json`
    Agents,
    /// The `llms.txt` of an agent.
    Agent(usize),
    /// A part of an agent's pages as data, on a large site.
    AgentPages(usize, usize),
    /// A part of `verification.json`.
    Verdicts(usize),
    /// `robots.txt`
    Robots,
}
