//! What a folder tells about the project in it: a name, a repository, where its pages are.
//!
//! Must not know: what is written from it.

use crate::error::Result;
use crate::fs;
use regex::Regex;
use std::path::Path;

/// Folders that other tools and people keep pages in, most likely first.
const FOLDERS: &[&str] = &["content", "docs", "doc", "documentation", "website/docs", "src/content/docs"];

/// The folder of the site, unless another tool has it.
pub(super) const OUT: &str = "public";

/// Where the pages are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Content {
    /// There are none.
    #[default]
    None,
    /// Where docgen looks by itself: `content`, mdBook's `src`, or the folder itself.
    Default,
    /// In this folder.
    Folder(String),
}

/// What a folder tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The site's title.
    pub title: String,
    /// The repository's address, if there is one.
    pub repository: Option<String>,
    /// Where the pages are.
    pub content: Content,
    /// The folder for the site: one that no other tool has.
    pub out: &'static str,
    /// Whether `.gitignore` lists that folder.
    pub is_ignored: bool,
}

/// Looks at a folder.
pub fn look(root: &Path) -> Result<Found> {
    let repository = repository(root)?;
    let title = title(root)?
        .or_else(|| repository.as_ref().and_then(|address| Some(address.rsplit('/').next()?.to_owned())))
        .or_else(|| Some(root.file_name()?.to_string_lossy().into_owned()))
        .unwrap_or_else(|| "Documentation".to_owned());
    // Astro, Vite and others keep files to publish in `public`.
    let is_taken = |name: &&str| root.join(name).is_dir() && !root.join(name).join(".docgen").exists();
    let out = [OUT, "site", "docgen-site"].into_iter().find(|name| !is_taken(name)).unwrap_or(OUT);
    let ignored = fs::read_optional(&root.join(".gitignore"))?.unwrap_or_default();
    let is_ignored = ignored.lines().any(|line| line.trim().trim_matches('/') == out);
    Ok(Found { title, repository, content: content(root)?, out, is_ignored })
}

/// The first name that a manifest gives.
fn title(root: &Path) -> Result<Option<String>> {
    for (file, name) in MANIFESTS {
        let Some(text) = fs::read_optional(&root.join(file))? else { continue };
        if let Some(name) = name(&text).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Finds the name in the text of a manifest.
type NameIn = fn(&str) -> Option<String>;

/// Manifests, each with the way to its name. The first ones name a site, the others a package.
const MANIFESTS: &[(&str, NameIn)] = &[
    ("mkdocs.yml", |text| first(r#"(?m)^site_name:[ \t]*["']?([^"'\r\n#]+)"#, text)),
    ("docusaurus.config.js", |text| first(DOCUSAURUS, text)),
    ("docusaurus.config.ts", |text| first(DOCUSAURUS, text)),
    ("website/docusaurus.config.js", |text| first(DOCUSAURUS, text)),
    ("website/docusaurus.config.ts", |text| first(DOCUSAURUS, text)),
    ("astro.config.mjs", |text| first(DOCUSAURUS, text)),
    ("docs/.vitepress/config.ts", |text| first(DOCUSAURUS, text)),
    ("docs/.vitepress/config.mts", |text| first(DOCUSAURUS, text)),
    ("hugo.toml", |text| text.parse::<toml::Table>().ok()?.get("title")?.as_str().map(str::to_owned)),
    ("Cargo.toml", |text| in_toml(text, "package")),
    ("pyproject.toml", |text| in_toml(text, "project")),
    ("package.json", |text| serde_json::from_str::<serde_json::Value>(text).ok()?["name"].as_str().map(str::to_owned)),
    ("go.mod", |text| first(r"(?m)^module\s+(?:\S*/)?(\S+)", text)),
];

/// Programs: their title is read as text.
const DOCUSAURUS: &str = r#"(?m)^\s*title:\s*["'`]([^"'`]+)"#;

fn first(pattern: &str, text: &str) -> Option<String> {
    let pattern = Regex::new(pattern).expect("a valid pattern");
    Some(pattern.captures(text)?[1].to_owned())
}

fn in_toml(text: &str, table: &str) -> Option<String> {
    let manifest: toml::Table = text.parse().ok()?;
    Some(manifest.get(table)?.get("name")?.as_str()?.to_owned())
}

/// The address of the remote `origin`, as a browser opens it.
fn repository(root: &Path) -> Result<Option<String>> {
    let Some(git) = root.ancestors().map(|folder| folder.join(".git/config")).find(|path| path.is_file()) else {
        return Ok(None);
    };
    let text = fs::read_to_string(&git)?;
    let origin = text.split("[remote \"origin\"]").nth(1).unwrap_or_default();
    let section = origin.split("\n[").next().unwrap_or_default();
    let url = section.lines().find_map(|line| line.trim().strip_prefix("url")?.trim().strip_prefix('=').map(str::trim));
    Ok(url.and_then(web_address))
}

/// `git@host:owner/name.git` and `ssh://git@host/owner/name` as `https://host/owner/name`.
fn web_address(remote: &str) -> Option<String> {
    let bare = remote.trim_end_matches('/').trim_end_matches(".git");
    let (host, path) = if let Some((_, rest)) = bare.split_once("://") {
        let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
        rest.split_once('/')?
    } else {
        // A path on this machine has no host.
        let (host, path) = bare.split_once(':').filter(|(host, _)| host.len() > 1 && !host.contains('/'))?;
        (host.rsplit('@').next()?, path)
    };
    let host = host.split(':').next()?;
    (host.contains('.') && !path.is_empty()).then(|| format!("https://{host}/{path}"))
}

fn content(root: &Path) -> Result<Content> {
    if root.join("src/SUMMARY.md").is_file() {
        return Ok(Content::Default);
    }
    if let Some(text) = fs::read_optional(&root.join("mkdocs.yml"))? {
        let folder = first(r#"(?m)^docs_dir:[ \t]*["']?([^"'\r\n#]+)"#, &text);
        let folder = folder.map_or_else(|| "docs".to_owned(), |folder| folder.trim().to_owned());
        if root.join(&folder).is_dir() {
            return Ok(Content::Folder(folder));
        }
    }
    for folder in FOLDERS {
        if has_pages(&root.join(folder), 3)? {
            return Ok(if *folder == "content" { Content::Default } else { Content::Folder((*folder).to_owned()) });
        }
    }
    Ok(if has_pages(root, 0)? { Content::Default } else { Content::None })
}

/// Whether a folder has a Markdown file, perhaps in its folders.
fn has_pages(folder: &Path, depth: usize) -> Result<bool> {
    if !folder.is_dir() {
        return Ok(false);
    }
    let entries = fs::list(folder)?;
    let is_page = |path: &Path| {
        path.extension().is_some_and(|it| it.eq_ignore_ascii_case("md") || it.eq_ignore_ascii_case("mdx"))
            && path.is_file()
    };
    if entries.iter().any(|path| is_page(path)) {
        return Ok(true);
    }
    for below in entries.iter().filter(|path| depth > 0 && path.is_dir() && !path.is_symlink()) {
        if has_pages(below, depth - 1)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_become_addresses_of_the_web() {
        for remote in [
            "git@example.com:o/r.git",
            "https://example.com/o/r",
            "https://token@example.com/o/r.git/",
            "ssh://git@example.com:22/o/r.git",
        ] {
            assert_eq!(web_address(remote).as_deref(), Some("https://example.com/o/r"), "{remote}");
        }
        for remote in ["/home/me/repo", "../repo", "C:/repo", "file:///home/me/repo", "localhost:repo"] {
            assert_eq!(web_address(remote), None, "{remote}");
        }
    }
}
