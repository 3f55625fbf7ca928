//! The targets of links. Each link is resolved once; the checks and the rendered page share the result.
//!
//! Must not know: HTML.

use super::index::PageIndex;
use super::model::Site;
use super::target::Target;
use super::url;
use crate::config::{Config, ContentPolicy, RawHtml};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::page::{Link, Page};
use crate::source::Sources;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;
use typed_index_collections::TiVec;

/// Resolves every destination of every page.
pub(super) fn targets(site: &Site) -> TiVec<PageIndex, Arc<[Target]>> {
    let of_page = |page: PageIndex| targets_of(site, page);
    let targets: Vec<_> = (0..site.pages.len()).into_par_iter().map(PageIndex::from).map(of_page).collect();
    targets.into()
}

/// Resolves every destination of a page.
pub(super) fn targets_of(site: &Site, page: PageIndex) -> Arc<[Target]> {
    let destinations = site.pages[page].events.destinations();
    destinations.map(|destination| resolve(site, page, &destination)).collect()
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
    let relative = &site.pages[page].relative;
    let joined = join(relative, &path);
    let found = match &joined {
        Some(joined) => lookup(site, joined, anchor.clone()),
        None => Target::Missing(path.clone()),
    };
    if !site.bare_links || !matches!(found, Target::Missing(_)) {
        return found;
    }
    named_page(site, relative, &path, joined.as_deref()).map_or(found, |page| Target::Page { page, anchor })
}

/// The page that a destination names without its extension, as other generators allow: `../guide`, `/guide/`. It is
/// relative to the page's file, else to the page's address, which other generators end with `/`.
fn named_page(site: &Site, from: &str, written: &str, joined: Option<&str>) -> Option<PageIndex> {
    // Hugo's addresses are in lower case, whatever its files' names are.
    let find = |path: &str| {
        let path = path.trim_end_matches('/').to_lowercase();
        let stem = path.strip_suffix(".mdx").or_else(|| path.strip_suffix(".md")).unwrap_or(&path);
        let index = if stem.is_empty() { "index.html".to_owned() } else { format!("{stem}/index.html") };
        [format!("{stem}.html"), index].iter().find_map(|url| site.by_folded.get(url)).copied()
    };
    let by_address = || {
        let address = from.rsplit_once('.').map_or(from, |(stem, _)| stem);
        let is_index = url::page_url(from).ends_with("index.html");
        (!written.starts_with('/') && !is_index).then(|| join(&format!("{address}/page"), written))?
    };
    // Sites begin below a folder for a language, or below `/docs/`.
    let from_root = || {
        let path = written.strip_prefix('/')?;
        let in_language = from.split_once('/').and_then(|(folder, _)| find(&format!("{folder}/{path}")));
        in_language.or_else(|| find(path.strip_prefix("docs/")?))
    };
    joined.and_then(find).or_else(|| find(&by_address()?)).or_else(from_root)
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

/// Whether a destination has a scheme or a host.
pub fn is_external(destination: &str) -> bool {
    let scheme = destination.split(':').next().unwrap_or_default();
    destination.starts_with("//")
        || (destination.contains(':')
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)))
}

/// The path relative to the content folder; `None` if it leaves that folder.
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

/// Whether a destination is on another host.
fn is_remote(destination: &str) -> bool {
    ["https://", "http://", "//"].iter().any(|start| destination.starts_with(start))
}

/// The file names that the links and images of all pages end with.
pub fn file_names<'a>(pages: impl Iterator<Item = &'a Page>) -> BTreeSet<String> {
    let links = pages.flat_map(|page| &page.links).filter(|link| !is_external(&link.target));
    links
        .map(|link| {
            let path = url::decode(link.target.split(['#', '?']).next().unwrap_or_default());
            path.rsplit('/').next().unwrap_or_default().to_owned()
        })
        .collect()
}

/// The files other than pages that links and images point to.
pub(super) fn assets_of_pages(site: &Site) -> BTreeSet<String> {
    let links = site.pages.iter_enumerated().flat_map(|(index, page)| page.links.iter().map(move |link| (index, link)));
    links
        .filter_map(|(index, link)| match site.target(index, link.number) {
            Target::Asset(path) => Some(path.clone()),
            _ => None,
        })
        .collect()
}

/// Checks every link and image of these pages. Returns the problems of each page.
pub(super) fn check(
    sources: &Sources,
    site: &Site,
    config: &Config,
    pages: impl Iterator<Item = PageIndex>,
) -> Vec<Arc<[Diagnostic]>> {
    let mut checker =
        Checker { sources, site, config, anchors: site.pages.iter().map(|_| None).collect(), compared: 0 };
    let of_page = |index: PageIndex| {
        let mut problems = Vec::new();
        for link in &site.pages[index].links {
            problems.extend(checker.image(link));
            problems.extend(checker.unsafe_scheme(link).or_else(|| checker.target(index, link)));
        }
        problems.into()
    };
    pages.map(of_page).collect()
}

/// Max names compared for suggestions, over the whole site. If that many links are broken, typos are not the cause.
const MAX_COMPARED: usize = 200_000;

struct Checker<'a> {
    sources: &'a Sources,
    site: &'a Site,
    config: &'a Config,
    /// The anchors of each page, computed on demand.
    anchors: TiVec<PageIndex, Option<BTreeSet<&'a str>>>,
    /// Number of names compared so far.
    compared: usize,
}

impl<'a> Checker<'a> {
    fn image(&self, link: &Link) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        if link.image && link.alt.trim().is_empty() {
            let message = format!("the image `{}` has no alternative text", link.target);
            problems.push(
                Diagnostic::new(Code::ImageAlt, link.span, message)
                    .help("describe the image between the brackets: ![a chart of …](…)"),
            );
        }
        if link.image && self.config.content_policy == ContentPolicy::Strict && is_remote(&link.target) {
            // The message names only the host, so that all badges of a host give one message.
            let host = link.target.split("//").nth(1).unwrap_or_default();
            let host = host.split(['/', '?', '#']).next().unwrap_or_default();
            let message = format!("an image comes from another host, `{host}`");
            problems.push(
                Diagnostic::new(Code::RemoteImage, link.span, message)
                    .help("store a copy beside the page, unless it must always be up to date"),
            );
        }
        problems
    }

    fn unsafe_scheme(&self, link: &Link) -> Option<Diagnostic> {
        let escape = self.config.raw_html == RawHtml::Escape;
        let scheme = unsafe_scheme(&link.target, link.image).filter(|_| escape)?;
        let what = if link.image { "image" } else { "link" };
        let message = format!("this {what} is removed: `{scheme}:` can run code, and `raw-html` is \"escape\"");
        Some(Diagnostic::new(Code::UnsafeLink, link.span, message).help("use the address of a page or a file"))
    }

    fn has_anchor(&mut self, page: PageIndex, anchor: &str) -> bool {
        let page_of = &self.site.pages[page];
        let known = self.anchors[page].get_or_insert_with(|| {
            let headings = page_of.headings.iter().map(|heading| heading.anchor.as_str());
            headings.chain(page_of.html_ids.iter().map(String::as_str)).collect()
        });
        anchor == "top" || known.contains(anchor)
    }

    /// The nearest candidate, if the limit of comparisons is not reached.
    fn suggestion(&mut self, word: &str, count: usize, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
        self.compared += count;
        (self.compared <= MAX_COMPARED).then(|| did_you_mean(word, candidates)).flatten()
    }

    fn target(&mut self, index: PageIndex, link: &Link) -> Option<Diagnostic> {
        let site = self.site;
        match site.target(index, link.number) {
            Target::Page { page, anchor: Some(anchor) } if !self.has_anchor(*page, anchor) => {
                let headings = &site.pages[*page].headings;
                let candidates = headings.iter().map(|heading| heading.anchor.as_str());
                let help = match self.suggestion(anchor, headings.len(), candidates) {
                    Some(near) => format!("did you mean `#{near}`?"),
                    None => "anchors are the headings in lower case with hyphens".to_owned(),
                };
                let there = if *page == index { "this page" } else { &site.pages[*page].relative };
                let message = format!("{there} has no heading `#{anchor}`");
                Some(Diagnostic::new(Code::BrokenAnchor, link.span, message).help(help))
            }
            Target::Missing(path) => Some(self.missing(link, path)),
            _ => None,
        }
    }

    fn missing(&mut self, link: &Link, path: &str) -> Diagnostic {
        let site = self.site;
        let (code, what) = if link.image { (Code::MissingImage, "image") } else { (Code::BrokenLink, "link") };
        if let Some(refused) = self.sources.refused(&self.config.content.join(path)) {
            let message = format!("docgen does not read the file of this {what}: `{}` {}", link.target, refused.why());
            return Diagnostic::new(Code::ReadRefused, link.span, message).help(refused.help());
        }
        if self.config.mdbook && !link.image && path.split('/').any(|part| part == "..") {
            let message = "links lead out of the book, so docgen cannot check them".to_owned();
            let help = "such a link works if the book is published beside its target";
            return Diagnostic::new(Code::LinkOutside, link.span, message).help(help);
        }
        let help = if site.page_at(&format!("{path}.md")).is_some() {
            format!("write the extension: `{}.md`", link.target)
        } else {
            let pages = site.pages.iter().map(|page| page.relative.as_str());
            let candidates = pages.chain(site.assets.keys().map(String::as_str));
            match self.suggestion(path, site.pages.len() + site.assets.len(), candidates) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "paths are relative to the page, or to the content folder if they start with `/`".to_owned(),
            }
        };
        Diagnostic::new(code, link.span, format!("the target of this {what} does not exist: `{}`", link.target))
            .help(help)
    }
}

/// The scheme of a destination, if it can run code. Like browsers, ignores white space, control characters and case.
/// Images may be `data:image/…`, because scripts in these do not run.
pub fn unsafe_scheme(destination: &str, image: bool) -> Option<&'static str> {
    let read = destination.chars().filter(|character| !character.is_control() && !character.is_whitespace());
    let start: String = read.take("data:image/".len()).flat_map(char::to_lowercase).collect();
    let found = ["javascript", "vbscript", "data"]
        .into_iter()
        .find(|scheme| start.strip_prefix(scheme).is_some_and(|rest| rest.starts_with(':')));
    found.filter(|_| !(image && start == "data:image/"))
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
    fn schemes_that_run_code_are_found_in_every_form() {
        for text in [
            "javascript:x",
            " JavaScript:x",
            "java\tscript:x",
            "\u{1}vb\nscript:x",
            "data:text/html,x",
            "DATA:image/png;x",
        ] {
            assert!(unsafe_scheme(text, false).is_some(), "{text:?}");
        }
        for text in
            ["./javascript:x.html", "a.md", "https://x", "mailto:a@b", "javascripts:x", "java script", "data.md"]
        {
            assert_eq!(unsafe_scheme(text, false), None, "{text:?}");
        }
        assert_eq!(
            (unsafe_scheme("data:image/png,x", true), unsafe_scheme("data:text/html,x", true)),
            (None, Some("data"))
        );
    }

    #[test]
    fn paths_join_below_the_content_folder() {
        assert_eq!(join("a/b.md", "../c.md").as_deref(), Some("c.md"));
        assert_eq!(join("a/b.md", "/x/").as_deref(), Some("x/"));
        assert_eq!(join("b.md", "../c.md"), None);
    }
}
