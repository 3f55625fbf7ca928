//! URLs are flat files: `guides/debugging.md` → `guides/debugging.html`, `index.md` or `README.md` → `index.html`.
//!
//! A URL here is the path below the site's root, without a leading `/`.
//! Must not know: pages, disk.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::borrow::Cow;

/// The URL of a page, whose file is Markdown or MDX, at `relative` in the content folder.
pub fn page_url(relative: &str) -> String {
    let (folder, name) = relative.rsplit_once('/').map_or(("", relative), |(folder, name)| (folder, name));
    let stem = [".md", ".MD", ".mdx"].iter().find_map(|extension| name.strip_suffix(extension)).unwrap_or(name);
    let stem = if matches!(stem, "README" | "index" | "_index") { "index" } else { stem };
    if folder.is_empty() { format!("{stem}.html") } else { format!("{folder}/{stem}.html") }
}

/// Max length of a file name in file systems, in bytes.
const MAX_NAME: usize = 255;
/// Max length of a path below the output folder, in bytes. The system's limit, 4096, also counts the folders above it.
const MAX_PATH: usize = 1024;
/// The file in an output folder that belongs to docgen.
const OWN: &str = ".docgen";

/// Why the site cannot have a file at this path: it leaves the output folder, or a file system refuses it.
pub fn why_invalid(path: &str) -> Option<String> {
    let drive = path.as_bytes().get(1) == Some(&b':') && path.starts_with(|first: char| first.is_ascii_alphabetic());
    if path.starts_with('/') || drive || path.split('/').any(|part| part == "..") {
        return Some("leaves the output folder".to_owned());
    }
    if path.split('/').any(|part| part.is_empty() || part == ".") {
        return Some("has a part without a name".to_owned());
    }
    if let Some(character) = path.chars().find(|character| character.is_control() || *character == '\\') {
        return Some(format!("contains `{}`, which not every system allows in a name", character.escape_default()));
    }
    if path.split('/').next().is_some_and(|first| first.eq_ignore_ascii_case(OWN)) {
        return Some(format!("is `{OWN}`, which docgen itself uses"));
    }
    if let Some(part) = path.split('/').find(|part| part.len() > MAX_NAME) {
        return Some(format!("has a name of {} bytes; the max of file systems is {MAX_NAME}", part.len()));
    }
    (path.len() > MAX_PATH).then(|| format!("has {} bytes; the max is {MAX_PATH}", path.len()))
}

/// The folder of a URL with its slash, or empty.
pub fn folder(url: &str) -> &str {
    url.rfind('/').map_or("", |at| &url[..=at])
}

/// The prefix that makes a URL relative to the page `from`: one `../` for each folder.
pub fn to_root(from: &str) -> String {
    "../".repeat(from.matches('/').count())
}

/// The address of `to`, relative to the page `from`.
pub fn relative(from: &str, to: &str) -> String {
    let from_parts: Vec<_> = folder(from).split_terminator('/').collect();
    let to_parts: Vec<_> = folder(to).split_terminator('/').collect();
    let shared = from_parts.iter().zip(&to_parts).take_while(|(a, b)| a == b).count();
    let mut address = "../".repeat(from_parts.len() - shared);
    for part in &to_parts[shared..] {
        address.push_str(part);
        address.push('/');
    }
    address.push_str(&to[folder(to).len()..]);
    // Otherwise the first part would be a scheme such as `javascript:` (RFC 3986, 4.2).
    if address.split('/').next().is_some_and(|first| first.contains(':')) { format!("./{address}") } else { address }
}

/// The address of `to` from the site's root, encoded for a link.
pub fn from_root(to: &str) -> String {
    encode(&relative("", to))
}

/// The characters that must be encoded in a path or a fragment. `/` is not one.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b'=')
    .remove(b'&')
    .remove(b'+')
    .remove(b',')
    .remove(b'@')
    .remove(b':')
    .remove(b'!')
    .remove(b'(')
    .remove(b')');

/// Percent-encodes a path or a fragment.
pub fn encode(path: &str) -> String {
    utf8_percent_encode(path, ENCODED).to_string()
}

/// Undoes percent-encoding. If the result is not UTF-8, returns the text unchanged.
pub fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Cow::into_owned)
}

/// A term's slug: letters and digits in lower case; other characters become single hyphens.
pub fn term_slug(term: &str) -> String {
    let mut slug = String::new();
    for character in term.to_lowercase().chars() {
        match character {
            '+' => slug.push_str("-plus"),
            '#' => slug.push_str("-sharp"),
            _ if character.is_alphanumeric() => slug.push(character),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    match slug.trim_matches('-') {
        "" => "term".to_owned(),
        // `index` is the page that lists the terms.
        "index" => "term-index".to_owned(),
        slug => slug.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_files() {
        assert_eq!(page_url("guides/debugging.md"), "guides/debugging.html");
        assert_eq!(page_url("guides/README.md"), "guides/index.html");
        assert_eq!(page_url("index.md"), "index.html");
    }

    #[test]
    fn relative_addresses() {
        assert_eq!(relative("a/b.html", "a/c.html"), "c.html");
        assert_eq!(relative("a/b.html", "d/e/f.html"), "../d/e/f.html");
        assert_eq!(relative("index.html", "tags/index.html"), "tags/index.html");
        assert_eq!(relative("a/b/c.html", "index.html"), "../../index.html");
        assert_eq!(relative("index.html", "javascript:alert(1).html"), "./javascript:alert(1).html");
        assert_eq!(relative("a/b.html", "javascript:x/c.html"), "../javascript:x/c.html");
    }

    #[test]
    fn a_path_that_leaves_the_output_folder_is_no_path_of_the_site() {
        for path in ["/a", "../a", "a/../../b", "a/..", "c:/a", "C:a", "", "a//b", "./a", "a\0b", "a\\b", "a\nb"] {
            assert!(why_invalid(path).is_some(), "{path:?}");
        }
        for path in [".docgen", ".docgen/x", &format!("{}.html", "a".repeat(251)), &"a/".repeat(600)] {
            assert!(why_invalid(path).is_some(), "{path:?}");
        }
        for path in ["a", "a/b.html", "javascript:alert(1).html", "a..b/c...html", ".nojekyll", "größe 1.html"] {
            assert_eq!(why_invalid(path), None, "{path:?}");
        }
    }

    #[test]
    fn slugs_of_terms() {
        assert_eq!(term_slug("C++"), "c-plus-plus");
        assert_eq!(term_slug("Platform Reliability Guild"), "platform-reliability-guild");
        assert_eq!(encode("a?b#c&d%.md"), "a%3Fb%23c&d%25.md");
        for name in ["größe 1.md", "a?b#c&d.md", "100%+2.md", "%+f"] {
            assert_eq!(decode(&encode(name)), name);
        }
        assert_eq!(decode("%zz%4"), "%zz%4");
        assert_eq!(decode("a%20b%ff"), "a%20b%ff");
    }
}
