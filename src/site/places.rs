//! The owners of the paths in the output folder. Reports two files with one path, and a file in place of a folder,
//! where the author can fix them.
//!
//! On many disks, paths that differ only in case are the same file.
//! Must not know: disk, the content of the files.

use super::model::Site;
use super::target::Target;
use super::{link, url};
use crate::config::Config;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Asset;
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Files that docgen writes besides pages. An author's own `robots.txt` replaces ours.
const WRITTEN: &[&str] = &["agents.json", "atom.xml", "llms-full.txt", "llms.txt", "sitemap.xml", "verification.json"];
/// The folder of docgen's own scripts and styles.
const OWN: &str = "docgen/";

/// The used paths, in lower case, with their owners.
#[derive(Debug, Default)]
pub(super) struct Places {
    taken: BTreeMap<String, String>,
}

impl Places {
    /// Assigns a path to an owner; the first owner keeps it.
    pub(super) fn take(&mut self, path: &str, owner: &str) {
        self.taken.entry(path.to_lowercase()).or_insert_with(|| owner.to_owned());
    }

    /// Why a path cannot be used, if it cannot.
    pub(super) fn conflict(&self, path: &str) -> Option<String> {
        let path = path.to_lowercase();
        if let Some(owner) = self.taken.get(&path) {
            return Some(format!("is used by {owner}"));
        }
        let above = path.match_indices('/').find_map(|(at, _)| self.taken.get_key_value(&path[..at]));
        if let Some((above, owner)) = above {
            return Some(format!("is in `{above}`, which is {owner}"));
        }
        let folder = format!("{path}/");
        let below = self.taken.range(folder.clone()..).next().filter(|(other, _)| other.starts_with(&folder));
        below.map(|(_, owner)| format!("is a folder that contains {owner}"))
    }
}

/// The address of a page's Markdown twin.
pub fn twin_url(url: &str) -> String {
    format!("{}.md", url.strip_suffix(".html").unwrap_or(url))
}

/// Whether the site contains only those assets that pages name. That is so if the content folder is the whole project.
pub fn uses_only_named_assets(config: &Config) -> bool {
    config.content == config.root
}

/// The paths that assets cannot use: those of pages, of their twins, and of files that docgen writes.
pub(super) fn taken(site: &Site) -> Places {
    let mut places = Places::default();
    for (page, page_url) in site.pages.iter().zip(&site.urls) {
        places.take(page_url, &format!("the page {}", page.relative));
        places.take(&twin_url(page_url), &format!("the Markdown twin of {}", page.relative));
    }
    let written = WRITTEN.iter().copied().chain(site.generated.iter().map(String::as_str));
    written.for_each(|path| places.take(path, "a file that docgen generates"));
    site.redirects.keys().for_each(|path| places.take(path, "a page's alias"));
    places
}

/// Selects the assets of the site. Leaves out an asset whose path is used or invalid.
pub(super) fn copied(site: &mut Site, config: &Config, problems: &mut Vec<Diagnostic>) {
    let places = taken(site);
    let named = uses_only_named_assets(config).then(|| link::assets_of_pages(site));
    let wanted = |path: &String| named.as_ref().is_none_or(|named| named.contains(path));
    let mut left_out = BTreeSet::new();
    let mut copied = Vec::new();
    for asset in site.assets.values().filter(|asset| wanted(&asset.relative)) {
        match problem(&places, asset) {
            None => copied.push(asset.relative.clone()),
            Some(problem) => {
                problems.push(problem);
                left_out.insert(asset.relative.clone());
            }
        }
    }
    site.copied = copied;
    if left_out.is_empty() {
        return;
    }
    site.assets.retain(|path, _| !left_out.contains(path));
    for targets in &mut site.targets {
        let is_left_out = |target: &Target| matches!(target, Target::Asset(path) if left_out.contains(path));
        if targets.iter().any(is_left_out) {
            let missing = |target: &Target| match target {
                Target::Asset(path) if left_out.contains(path) => Target::Missing(path.clone()),
                other => other.clone(),
            };
            *targets = targets.iter().map(missing).collect();
        }
    }
}

fn problem(places: &Places, asset: &Asset) -> Option<Diagnostic> {
    let path = &asset.relative;
    let at = Span::at(asset.file, 0);
    if let Some(why) = url::why_invalid(path) {
        let message = format!("the site cannot have this file: its path {why}");
        return Some(Diagnostic::new(Code::FileName, at, message).help("rename it; it is left out"));
    }
    let own = path.starts_with(OWN).then(|| format!("is in `{OWN}`, the folder of docgen's own scripts and styles"));
    let why = own.or_else(|| places.conflict(path))?;
    let message = format!("the site cannot have this file: its path {why}");
    Some(Diagnostic::new(Code::DuplicateUrl, at, message).help("rename or move it; it is left out"))
}
