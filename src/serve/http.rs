//! HTTP on loopback: files of the tree, and an event stream that tells browsers to reload.
//!
//! Must not know: how the tree was made.

use super::Preview;
use crate::error::{Error, Result};
use crate::site::url;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;
use tiny_http::{Header, Method, Request, Response, Server};

/// Ports tried after the default one.
const TRIES: u16 = 100;

/// Listens on `port`, or, if none was asked for, on the first free one from 3000 on.
///
/// # Errors
/// [`Error::Port`] where the port that was asked for is in use, or none is free.
pub fn listen(host: &str, port: Option<u16>) -> Result<(Server, u16)> {
    let (first, last) = port.map_or((3000, 3000 + TRIES), |port| (port, port));
    let mut message = String::new();
    for candidate in first..=last {
        match Server::http((host, candidate)) {
            Ok(server) => {
                let port = server.server_addr().to_ip().map_or(candidate, |address| address.port());
                return Ok((server, port));
            }
            Err(error) => message = error.to_string(),
        }
    }
    Err(Error::Port { address: format!("{host}:{first}"), message })
}

/// Serves until the program ends. Each event stream has a thread of its own.
pub fn serve(server: &Server, preview: &Arc<Preview>) {
    for request in server.incoming_requests() {
        let preview = Arc::clone(preview);
        if request.url() == "/-/events" {
            std::thread::spawn(move || events(request, &preview));
        } else {
            answer(request, &preview);
        }
    }
}

/// Server-sent events: the version now, and each one after it; a comment now and then to notice a closed browser.
fn events(request: Request, preview: &Preview) {
    let mut stream = request.into_writer();
    let head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
    if stream.write_all(head.as_bytes()).is_err() {
        return;
    }
    let mut known = None;
    loop {
        let version = preview.version_after(known, Duration::from_secs(15));
        let text =
            if Some(version) == known { ":\n\n".to_owned() } else { format!("event: version\ndata: {version}\n\n") };
        known = Some(version);
        if stream.write_all(text.as_bytes()).and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("the headers are ours")
}

fn answer(request: Request, preview: &Preview) {
    if !matches!(request.method(), Method::Get | Method::Head) {
        let _ = request.respond(Response::from_string("only GET and HEAD\n").with_status_code(405));
        return;
    }
    let tree = preview.tree();
    let path = file_path(request.url());
    // A client that asks for Markdown, as agents do, gets the page's twin.
    let twin = path.strip_suffix(".html").map(|stem| format!("{stem}.md"));
    let path = twin.filter(|twin| wants_markdown(&request) && tree.files.contains_key(twin)).unwrap_or(path);
    let (status, path, body) = match tree.files.get(&path) {
        Some(body) => (200, path, body.clone()),
        None => (404, "404.html".to_owned(), tree.files.get("404.html").cloned().unwrap_or_default()),
    };
    let response = Response::from_data(body)
        .with_status_code(status)
        .with_header(header("Content-Type", content_type(&path)))
        .with_header(header("Vary", "Accept"))
        .with_header(header("Cache-Control", "no-cache"));
    let _ = request.respond(response);
}

/// Whether a client would rather have Markdown than HTML: it names it, and HTML not before it.
fn wants_markdown(request: &Request) -> bool {
    let accept = request.headers().iter().find(|header| header.field.equiv("Accept"));
    let accept = accept.map_or("", |header| header.value.as_str());
    let place = |kind: &str| accept.split(',').position(|part| part.trim().starts_with(kind));
    place("text/markdown").is_some_and(|markdown| place("text/html").is_none_or(|html| markdown < html))
}

/// The file that a request's target means.
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
    fn a_port_in_use_is_refused_if_it_was_asked_for() {
        let (_server, port) = listen("127.0.0.1", Some(0)).expect("any port");
        let error = listen("127.0.0.1", Some(port)).err().expect("in use").to_string();
        assert!(error.contains(&port.to_string()) && error.contains("--port"), "{error}");
    }
}
