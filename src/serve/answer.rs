//! A request → its answer: a file of the tree, the event stream, or an error text.
//!
//! Must not know: sockets, how the tree is made.

use super::preview::Files;
use crate::site::url;
use std::net::{IpAddr, SocketAddr};

/// A client's request.
#[derive(Debug, Default)]
pub struct Asked {
    /// `GET`
    pub method: String,
    /// `/guides/?x=1`
    pub target: String,
    /// The `Host` headers.
    pub hosts: Vec<String>,
    /// The `Accept` headers.
    pub accept: String,
}

impl Asked {
    /// Whether the client wants only the head of the answer.
    pub fn is_head(&self) -> bool {
        self.method == "HEAD"
    }
}

/// The answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// A file of the tree.
    File {
        /// The status.
        status: u16,
        /// Its path in the tree; the file may not exist.
        path: String,
        /// Its type.
        kind: &'static str,
    },
    /// The stream of versions.
    Events {
        /// The page whose changes are wanted, as a path in the site; without it, every version is sent. It may not exist
        /// now, and come back.
        page: Option<String>,
    },
    /// A short text.
    Text {
        /// The status.
        status: u16,
        /// The text.
        text: String,
        /// More headers.
        headers: &'static [(&'static str, &'static str)],
    },
}

/// The host names that the preview accepts.
///
/// A foreign page can point its own host name to this machine and then read the preview as its own site ("DNS
/// rebinding"). It cannot change the name in `Host`. A numeric address is safe, because nobody can redirect it.
#[derive(Debug)]
pub struct Hosts {
    bound: IpAddr,
    names: Vec<String>,
}

impl Hosts {
    /// The names for a preview that listens on `bound`: the machine's own and `names`.
    pub fn new(bound: SocketAddr, names: impl IntoIterator<Item = String>) -> Self {
        let names = names.into_iter().map(|name| name.trim_end_matches('.').to_ascii_lowercase()).collect();
        Self { bound: bound.ip(), names }
    }

    fn allow(&self, host: &str) -> bool {
        let name = without_port(host).trim_end_matches('.').to_ascii_lowercase();
        let address = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&name).parse::<IpAddr>();
        match address {
            Ok(address) => address.is_loopback() || self.bound.is_unspecified() || address == self.bound,
            Err(_) => name == "localhost" || name.ends_with(".localhost") || self.names.contains(&name),
        }
    }
}

/// `localhost:3000` → `localhost`, `[::1]:3000` → `[::1]`.
fn without_port(host: &str) -> &str {
    let colon = host.rfind(':').filter(|at| host[at + 1..].bytes().all(|byte| byte.is_ascii_digit()));
    // If an address ends with `]`, its last colon belongs to the address, not to a port.
    colon.filter(|at| !host[..*at].starts_with('[') || host[..*at].ends_with(']')).map_or(host, |at| &host[..at])
}

/// Answers a request.
pub fn answer(asked: &Asked, files: &dyn Files, hosts: &Hosts) -> Answer {
    let text = |status, text: String| Answer::Text { status, text, headers: &[] };
    let [host] = asked.hosts.as_slice() else {
        return text(400, "the request must have one `Host` header\n".to_owned());
    };
    if !hosts.allow(host) {
        let name = without_port(host);
        return text(
            403,
            format!(
                "`docgen serve` does not answer to the name `{name}`: a page from elsewhere could use it to read the \
                 preview.\nIf the name is yours, allow it: docgen serve --allow-host {name}\n"
            ),
        );
    }
    if !matches!(asked.method.as_str(), "GET" | "HEAD") {
        let text = "the preview only reads: use GET or HEAD\n".to_owned();
        return Answer::Text { status: 405, text, headers: &[("Allow", "GET, HEAD")] };
    }
    let path = file_path(&asked.target);
    if path == "-/events" {
        let page = asked.target.split_once("?page=").map(|(_, page)| file_path(&url::decode(page)));
        return Answer::Events { page };
    }
    // A client that asks for Markdown gets the page's twin. Agents do that.
    let twin = path.strip_suffix(".html").map(|stem| format!("{stem}.md"));
    let path = twin.filter(|twin| asked.wants_markdown() && files.has(twin)).unwrap_or(path);
    let path = existing(path, files);
    let status = if path == NOT_FOUND && asked_for_other(&asked.target) { 404 } else { 200 };
    Answer::File { status, kind: content_type(&path), path }
}

/// The page for unknown addresses.
const NOT_FOUND: &str = "404.html";

/// The path, or that of the page for unknown addresses.
pub(super) fn existing(path: String, files: &dyn Files) -> String {
    if files.has(&path) { path } else { NOT_FOUND.to_owned() }
}

fn asked_for_other(target: &str) -> bool {
    file_path(target) != NOT_FOUND
}

impl Asked {
    /// Whether the client prefers Markdown: it accepts Markdown and does not list HTML before it.
    fn wants_markdown(&self) -> bool {
        let place = |kind: &str| self.accept.split(',').position(|part| part.trim().starts_with(kind));
        place("text/markdown").is_some_and(|markdown| place("text/html").is_none_or(|html| markdown < html))
    }
}

/// The file for a request's target.
fn file_path(target: &str) -> String {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let path = url::decode(path.trim_start_matches('/'));
    if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "pdf" => "application/pdf",
        "xml" => "application/xml; charset=utf-8",
        "md" => "text/markdown; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        assert_eq!(file_path("/"), "index.html");
        assert_eq!(file_path("/guides/?x=1"), "guides/index.html");
        assert_eq!(file_path("/a%20b.html"), "a b.html");
    }

    #[test]
    fn only_host_names_of_this_machine_are_allowed() {
        let here = Hosts::new("127.0.0.1:3000".parse().expect("an address"), ["Docs.test".to_owned()]);
        for host in ["localhost:3000", "LOCALHOST.", "a.localhost", "127.0.0.1", "[::1]:3000", "docs.test:80"] {
            assert!(here.allow(host), "{host}");
        }
        for host in ["evil.test", "localhost.evil.test", "127.0.0.1.evil.test:3000", "10.0.0.1", "", "[::1", ":3000"] {
            assert!(!here.allow(host), "{host}");
        }
        let everywhere = Hosts::new("0.0.0.0:3000".parse().expect("an address"), []);
        assert!(everywhere.allow("10.0.0.1:3000") && everywhere.allow("[fe80::1]") && !everywhere.allow("evil.test"));
    }
}
