//! Which path of the output folder belongs to what: two files for one path, and a file where a folder must be, are told
//! of where the author can mend them.
//!
//! Paths that differ in case only are one file on many disks. Must not know: disk, what is in the files.

use super::model::Site;
use super::target::Target;
use super::{link, url};
use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Asset;
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Files that docgen writes besides its pages. An author's own `robots.txt` takes the place of ours.
const WRITTEN: &[&str] = &["agents.json", "atom.xml", "llms-full.txt", "llms.txt", "sitemap.xml", "verification.json"];
/// The folder of docgen's own scripts and styles.
const OWN: &str = "docgen/";

/// The paths that are taken, in lower case, each with who has it.
#[derive(Debug, Default)]
pub(super) struct Places {
    taken: BTreeMap<String, String>,
}

impl Places {
    /// Takes a path; who had it first keeps it.
    pub(super) fn take(&mut self, path: &str, owner: &str) {
        self.taken.entry(path.to_lowercase()).or_insert_with(|| owner.to_owned());
    }

    /// Why a path cannot be taken.
    pub(super) fn clash(&self, path: &str) -> Option<String> {
        let path = path.to_lowercase();
        if let Some(owner) = self.taken.get(&path) {
            return Some(format!("is taken by {owner}"));
        }
        let above = path.match_indices('/').find_map(|(at, _)| self.taken.get_key_value(&path[..at]));
        if let Some((above, owner)) = above {
            return Some(format!("lies in `{above}`, which is {owner}"));
        }
        let folder = format!("{path}/");
        let below = self.taken.range(folder.clone()..).next().filter(|(other, _)| other.starts_with(&folder));
        below.map(|(_, owner)| format!("is a folder, with {owner} in it"))
    }
}

/// The address of a page's Markdown twin.
pub fn twin_url(url: &str) -> String {
    format!("{}.md", url.strip_suffix(".html").unwrap_or(url))
}

/// Whether only those files beside the pages are taken along that pages point at: where the content folder is the
/// whole project.
pub fn takes_only_what_is_named(config: &Config) -> bool {
    config.content == config.root
}

/// What is taken before files beside the pages are: pages with their twins, and what docgen writes.
pub(super) fn taken(site: &Site) -> Places {
    let mut places = Places::default();
    for (page, page_url) in site.pages.iter().zip(&site.urls) {
        places.take(page_url, &format!("the page {}", page.relative));
        places.take(&twin_url(page_url), &format!("the Markdown twin of {}", page.relative));
    }
    let written = WRITTEN.iter().copied().chain(site.generated.iter().map(String::as_str));
    written.for_each(|path| places.take(path, "what docgen writes itself"));
    site.redirects.keys().for_each(|path| places.take(path, "a page's alias"));
    places
}

/// The files beside the pages that become part of the site. One whose path is taken, or cannot be, is left out.
pub(super) fn copied(site: &mut Site, config: &Config, problems: &mut Vec<Diagnostic>) {
    let places = taken(site);
    let named = takes_only_what_is_named(config).then(|| link::assets_of_pages(site));
    let wanted = |path: &String| named.as_ref().is_none_or(|named| named.contains(path));
    let mut left_out = BTreeSet::new();
    for asset in site.assets.values().filter(|asset| wanted(&asset.relative)) {
        match fault(&places, asset) {
            None => site.copied.push(asset.relative.clone()),
            Some(problem) => {
                problems.push(problem);
                left_out.insert(asset.relative.clone());
            }
        }
    }
    if left_out.is_empty() {
        return;
    }
    site.assets.retain(|path, _| !left_out.contains(path));
    for target in site.targets.iter_mut().flatten() {
        match target {
            Target::Asset(path) if left_out.contains(path) => *target = Target::Missing(std::mem::take(path)),
            _ => {}
        }
    }
}

fn fault(places: &Places, asset: &Asset) -> Option<Diagnostic> {
    let path = &asset.relative;
    let at = Span::at(asset.file, 0);
    if let Some(why) = url::fault(path) {
        let message = format!("the site cannot have this file: its path {why}");
        return Some(Diagnostic::new(Code::FileName, at, message).help("rename it; it is left out"));
    }
    let own = path.starts_with(OWN).then(|| format!("lies in `{OWN}`, which has docgen's own scripts and styles"));
    let why = own.or_else(|| places.clash(path))?;
    let message = format!("the site cannot have this file: its path {why}");
    Some(Diagnostic::new(Code::DuplicateUrl, at, message).help("rename or move it; it is left out"))
}
