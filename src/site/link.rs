//! Where links lead. The same resolution serves the checks and the rendered page.
//!
//! Must not know: HTML.

use super::{PageIndex, Site, url};
use crate::config::{Config, ContentPolicy};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::page::{Link, Page};
use crate::source::{Refused, Sources};
use std::collections::BTreeSet;

/// What a link's destination turns out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Another site, a mail address, `data:`: left alone.
    External,
    /// A page of this site, perhaps at an anchor.
    Page {
        /// The page.
        page: PageIndex,
        /// Anchor without `#`.
        anchor: Option<String>,
    },
    /// A page that docgen makes.
    Generated {
        /// Its URL.
        url: String,
        /// Anchor without `#`.
        anchor: Option<String>,
    },
    /// A file beside the pages.
    Asset(String),
    /// Nothing; the path that was looked for, relative to the content folder.
    Missing(String),
}

/// Resolves a destination written on the page at `relative`.
pub fn resolve(site: &Site, page: PageIndex, destination: &str) -> Target {
    if is_external(destination) {
        return Target::External;
    }
    let (rest, anchor) = destination.split_once('#').map_or((destination, None), |(rest, anchor)| (rest, Some(anchor)));
    let anchor = anchor.filter(|anchor| !anchor.is_empty()).map(url::decode);
    let path = url::decode(rest.split('?').next().unwrap_or_default());
    if path.is_empty() {
        return Target::Page { page, anchor };
    }
    let Some(path) = join(&site.pages[page].relative, &path) else { return Target::Missing(path) };
    lookup(site, &path, anchor)
}

fn lookup(site: &Site, path: &str, anchor: Option<String>) -> Target {
    if let Some(page) = site.page_at(path) {
        return Target::Page { page, anchor };
    }
    let as_url = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
    if let Some(page) = site.by_url.get(&as_url) {
        return Target::Page { page: *page, anchor };
    }
    if site.generated.contains(&as_url) || site.redirects.contains_key(&as_url) {
        return Target::Generated { url: as_url, anchor };
    }
    if site.assets.contains_key(path) {
        return Target::Asset(path.to_owned());
    }
    Target::Missing(path.to_owned())
}

/// A destination with a scheme, or without one but with a host.
pub fn is_external(destination: &str) -> bool {
    let scheme = destination.split(':').next().unwrap_or_default();
    destination.starts_with("//")
        || (destination.contains(':')
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)))
}

/// The path relative to the content folder; `None` if it climbs out of it.
fn join(page: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = match path.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => url::folder(page).split_terminator('/').collect(),
    };
    for part in path.trim_start_matches('/').split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            other => parts.push(other),
        }
    }
    let mut joined = parts.join("/");
    if path.ends_with('/') && !joined.is_empty() {
        joined.push('/');
    }
    Some(joined)
}

/// Whether a destination is on another host, and not just another kind of address.
fn is_remote(destination: &str) -> bool {
    ["https://", "http://", "//"].iter().any(|start| destination.starts_with(start))
}

/// Whether a page has an anchor.
pub fn has_anchor(page: &Page, anchor: &str) -> bool {
    anchor == "top"
        || page.headings.iter().any(|heading| heading.anchor == anchor)
        || page.html_ids.iter().any(|id| id == anchor)
}

/// The file names that the links and images of all pages end with.
pub fn file_names(pages: &[Page]) -> BTreeSet<String> {
    let links = pages.iter().flat_map(|page| &page.links).filter(|link| !is_external(&link.target));
    links
        .map(|link| {
            let path = url::decode(link.target.split(['#', '?']).next().unwrap_or_default());
            path.rsplit('/').next().unwrap_or_default().to_owned()
        })
        .collect()
}

/// The files beside the pages that links and images lead to.
pub(super) fn assets_of_pages(site: &Site) -> BTreeSet<String> {
    let links =
        site.pages.iter().enumerate().flat_map(|(index, page)| page.links.iter().map(move |link| (index, link)));
    links
        .filter_map(|(index, link)| match resolve(site, index, &link.target) {
            Target::Asset(path) => Some(path),
            _ => None,
        })
        .collect()
}

/// Checks every link and image of the site.
pub(super) fn check(sources: &Sources, site: &Site, config: &Config, problems: &mut Vec<Diagnostic>) {
    for (index, page) in site.pages.iter().enumerate() {
        for link in &page.links {
            if link.image && link.alt.trim().is_empty() {
                problems.push(
                    Diagnostic::new(
                        Code::ImageAlt,
                        link.span,
                        format!("the image `{}` has no alternative text", link.target),
                    )
                    .help("say between the brackets what it shows: ![a chart of …](…)"),
                );
            }
            if link.image && config.content_policy == ContentPolicy::Strict && is_remote(&link.target) {
                // By host: what is said of one badge is said of all of them.
                let host = link.target.split("//").nth(1).unwrap_or_default();
                let host = host.split(['/', '?', '#']).next().unwrap_or_default();
                let message = format!("an image comes from another host, `{host}`");
                problems.push(
                    Diagnostic::new(Code::RemoteImage, link.span, message)
                        .help("keep a copy beside the page, unless it must always be the newest"),
                );
            }
            let refused = |path: &str| sources.refused(&config.content.join(path));
            problems.extend(check_one(site, index, link, refused));
        }
    }
}

fn check_one<'a>(
    site: &Site,
    index: PageIndex,
    link: &Link,
    refused: impl Fn(&str) -> Option<&'a Refused>,
) -> Option<Diagnostic> {
    match resolve(site, index, &link.target) {
        Target::Page { page, anchor: Some(anchor) } if !has_anchor(&site.pages[page], &anchor) => {
            let headings = &site.pages[page].headings;
            let near = did_you_mean(&anchor, headings.iter().map(|heading| heading.anchor.as_str()));
            let there = if page == index { "this page".to_owned() } else { site.pages[page].relative.clone() };
            let help = match near {
                Some(near) => format!("did you mean `#{near}`?"),
                None => "anchors are the headings in lower case with hyphens".to_owned(),
            };
            let message = format!("{there} has no heading `#{anchor}`");
            Some(Diagnostic::new(Code::BrokenAnchor, link.span, message).help(help))
        }
        Target::Missing(path) => {
            let (code, what) = if link.image { (Code::MissingImage, "image") } else { (Code::BrokenLink, "link") };
            if let Some(refused) = refused(&path) {
                let message = format!("this {what} names a file that is not read: `{}` {}", link.target, refused.why());
                return Some(Diagnostic::new(Code::ReadRefused, link.span, message).help(refused.help()));
            }
            let pages = site.pages.iter().map(|page| page.relative.as_str());
            let near = did_you_mean(&path, pages.chain(site.assets.keys().map(String::as_str)));
            let with_extension = format!("{path}.md");
            let help = match near {
                _ if site.page_at(&with_extension).is_some() => {
                    format!("write the extension: `{}.md`", link.target)
                }
                Some(near) => format!("did you mean `{near}`?"),
                None => "paths are relative to the page, or to the content folder if they start with `/`".to_owned(),
            };
            Some(Diagnostic::new(code, link.span, format!("this {what} leads nowhere: `{}`", link.target)).help(help))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes() {
        assert!(is_external("https://x") && is_external("mailto:a@b") && is_external("//host/x"));
        assert!(!is_external("a.md#x:y") && !is_external("a/b:c"));
    }

    #[test]
    fn paths_join_below_the_content_folder() {
        assert_eq!(join("a/b.md", "../c.md").as_deref(), Some("c.md"));
        assert_eq!(join("a/b.md", "/x/").as_deref(), Some("x/"));
        assert_eq!(join("b.md", "../c.md"), None);
    }
}
