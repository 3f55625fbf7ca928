//! Looks at a finished site as a host of static files will: its size, names that collide, links that leave it.
//!
//! Source: "GitHub Pages limits", docs.github.com: 1 GB a site, 100 MB a file.
//! Must not know: how the site was made.

use crate::error::{Error, Result};
use crate::fs;
use crate::site::link::is_external;
use crate::site::url;
use html5gum::Tokenizer;
use html5gum::emitters::default::{DefaultEmitter, Token};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const MAX_BYTES: u64 = 1_000_000_000;
const MAX_FILE: u64 = 100_000_000;
/// From here on the number of files slows a deployment down more than their size.
const MANY_FILES: usize = 10_000;
/// Max links of one kind that are named.
const MAX_NAMED: usize = 20;

/// The result.
#[derive(Debug, Default)]
pub struct Preflight {
    /// How many files the site has.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
    /// What a host will refuse, or what will not work there.
    pub errors: Vec<String>,
    /// What may be wrong.
    pub warnings: Vec<String>,
}

/// Looks at the site in a folder. `base` is the path that it will have on its host, such as `/repo`; empty at the root of a
/// host; `None` if nobody knows.
///
/// # Errors
/// If the folder cannot be read.
pub fn preflight(folder: &Path, base: Option<&str>) -> Result<Preflight> {
    if !folder.is_dir() {
        return Err(Error::usage(
            format!("{} is not a folder", folder.display()),
            "build the site first: `docgen build`, then `docgen publish --preflight public`",
        ));
    }
    let files: BTreeSet<String> =
        fs::list_recursively(folder)?.iter().map(|path| crate::source::slash_path(path)).collect();
    let mut found = Preflight { files: files.len(), ..Preflight::default() };
    for path in &files {
        let size = fs::size(&folder.join(path))?;
        found.bytes += size;
        if size > MAX_FILE {
            found.errors.push(format!("{path} has {} MB; GitHub takes files up to 100 MB", size / 1_000_000));
        }
    }
    found.of_all(&files);
    let pages: Vec<&String> = files.iter().filter(|path| path.ends_with(".html")).collect();
    let links: Vec<Vec<Link>> = pages
        .par_iter()
        .map(|page| Ok(links(page, &fs::read_to_string(&folder.join(page))?, base, &files)))
        .collect::<Result<_>>()?;
    found.of_links(links.into_iter().flatten());
    Ok(found)
}

impl Preflight {
    fn of_all(&mut self, files: &BTreeSet<String>) {
        if self.bytes > MAX_BYTES {
            self.errors.push(format!("the site has {} MB; GitHub Pages takes up to 1,000 MB", self.bytes / 1_000_000));
        }
        if files.len() > MANY_FILES {
            self.warnings.push(format!("{} files: deployment to GitHub Pages becomes slow", files.len()));
        }
        if !files.contains("index.html") {
            self.errors.push("there is no index.html: is this the folder of a site?".to_owned());
        }
        let mut folded: BTreeMap<String, &String> = BTreeMap::new();
        for path in files {
            if let Some(other) = folded.insert(path.to_lowercase(), path) {
                self.errors.push(format!("{other} and {path} are one file where case does not count"));
            }
        }
    }

    fn of_links(&mut self, links: impl Iterator<Item = Link>) {
        let mut counts: BTreeMap<Fault, usize> = BTreeMap::new();
        for Link { page, written, fault } in links {
            let count = counts.entry(fault).or_default();
            *count += 1;
            if *count <= MAX_NAMED {
                let message = format!("{page} {}: {written}", fault.text());
                if fault == Fault::MaybeEscapes { self.warnings.push(message) } else { self.errors.push(message) }
            }
        }
        for (fault, count) in counts.into_iter().filter(|(_, count)| *count > MAX_NAMED) {
            let more = format!("{} more links of this kind: a page {}", count - MAX_NAMED, fault.text());
            if fault == Fault::MaybeEscapes { self.warnings.push(more) } else { self.errors.push(more) }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Escapes,
    MaybeEscapes,
    Missing,
}

impl Fault {
    fn text(self) -> &'static str {
        match self {
            Self::Escapes => "links out of the site's own path",
            Self::MaybeEscapes => "links from the root of the host, which works only for a site at that root",
            Self::Missing => "links to a file that the site does not have",
        }
    }
}

struct Link {
    page: String,
    written: String,
    fault: Fault,
}

/// The links of a page that will not work.
fn links(page: &str, html: &str, base: Option<&str>, files: &BTreeSet<String>) -> Vec<Link> {
    let mut found = Vec::new();
    let mut emitter = DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        let Token::StartTag(tag) = token else { continue };
        for key in [&b"href"[..], b"src"] {
            let Some(value) = tag.attributes.get(key) else { continue };
            let written = String::from_utf8_lossy(value).into_owned();
            if let Some(fault) = fault(page, &written, base, files) {
                found.push(Link { page: page.to_owned(), written, fault });
            }
        }
    }
    found
}

fn fault(page: &str, written: &str, base: Option<&str>, files: &BTreeSet<String>) -> Option<Fault> {
    let path = written.split(['#', '?']).next().unwrap_or_default();
    if path.is_empty() || is_external(written) {
        return None;
    }
    let path = url::decode(path);
    let mut from_root = None;
    if path.starts_with('/') {
        let Some(base) = base else { return Some(Fault::MaybeEscapes) };
        match path.strip_prefix(base) {
            Some(rest) if rest.starts_with('/') || rest.is_empty() => from_root = Some(rest.trim_start_matches('/')),
            _ => return Some(Fault::Escapes),
        }
    }
    let mut parts: Vec<&str> =
        if from_root.is_some() { Vec::new() } else { url::folder(page).split_terminator('/').collect() };
    let path = from_root.unwrap_or(&path);
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return Some(Fault::Escapes);
                }
            }
            other => parts.push(other),
        }
    }
    let target = parts.join("/");
    let index = if target.is_empty() { "index.html".to_owned() } else { format!("{target}/index.html") };
    (!files.contains(&target) && !files.contains(&index)).then_some(Fault::Missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_must_stay_below_the_path_of_the_site() {
        let files: BTreeSet<String> = ["index.html", "a/b.html", "a/index.html"].map(str::to_owned).into();
        let cases = [
            ("a/b.html", "../index.html#x", None),
            ("a/b.html", "./", None),
            ("a/b.html", "../../x", Some(Fault::Escapes)),
            ("a/b.html", "/repo/a/", None),
            ("a/b.html", "/repo", None),
            ("a/b.html", "/repository/", Some(Fault::Escapes)),
            ("a/b.html", "/a/b.html", Some(Fault::Escapes)),
            ("index.html", "a/c.html", Some(Fault::Missing)),
            ("index.html", "https://example.com/x", None),
            ("index.html", "mailto:a@b", None),
        ];
        for (page, written, expected) in cases {
            assert_eq!(fault(page, written, Some("/repo"), &files), expected, "{written}");
        }
        assert_eq!(fault("index.html", "/a/", None, &files), Some(Fault::MaybeEscapes));
        assert_eq!(fault("index.html", "/a/", Some(""), &files), None);
    }
}
