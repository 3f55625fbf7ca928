//! Long lists are split over several pages.
//!
//! The first part keeps the list's own address; the others add `-2.html`, `-3.html`.
//! Must not know: what a list shows.

use super::model::Site;

/// Max links on one page of a list. With its title, description and facts a link takes about 400 bytes, so a reader
/// loads at most 120 KB.
pub const MAX_LINKS: usize = 300;

/// The number of parts of a list with this many links.
pub fn count(links: usize) -> usize {
    links.div_ceil(MAX_LINKS).max(1)
}

impl Site {
    /// The address of part `number` (from 1) of the list at `first`. If another page has this address, one more dash
    /// tells them apart.
    pub fn part_url(&self, first: &str, number: usize) -> String {
        if number <= 1 {
            return first.to_owned();
        }
        let (stem, ending) = first.rsplit_once('.').unwrap_or((first, "html"));
        let is_taken = |url: &String| {
            self.by_url.contains_key(url) || self.generated.contains(url) || self.assets.contains_key(url)
        };
        let candidates = (1..).map(|dashes| format!("{stem}{}{number}.{ending}", "-".repeat(dashes)));
        candidates.into_iter().find(|url| !is_taken(url)).expect("a free address")
    }
}
