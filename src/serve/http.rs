//! HTTP for the preview: one thread for each connection, with limits of number, size and time.
//!
//! A connection carries one request. A slow or silent client blocks no other client.
//! Must not know: the answers ([`super::answer`]), how the tree is made.

use super::answer::{Answer, Asked, Hosts, answer, existing};
use super::preview::{Preview, Version};
use crate::error::{Error, Result};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Number of ports to try after the default one.
const TRIES: u16 = 100;
/// Max requests at one time.
const MAX_REQUESTS: usize = 128;
/// Max event streams at one time: one for each open page.
const MAX_STREAMS: usize = 256;
/// Max size of a request's head, in bytes.
const MAX_HEAD: usize = 16 << 10;
/// Max headers of a request.
const MAX_HEADERS: usize = 100;
/// Max time for a client to send its request.
const MAX_REQUEST_TIME: Duration = Duration::from_secs(10);
/// Max time in which a client reads nothing of the answer.
const MAX_STALL: Duration = Duration::from_mins(1);
/// Interval of keep-alive comments in an event stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Listens on `port`, or without it on the first free port from 3000 on.
///
/// # Errors
/// [`Error::Port`] if the requested port is in use, or no port is free.
pub fn listen(host: &str, port: Option<u16>) -> Result<(TcpListener, SocketAddr)> {
    let (first, last) = port.map_or((3000, 3000 + TRIES), |port| (port, port));
    let mut message = String::new();
    for candidate in first..=last {
        match TcpListener::bind((host, candidate)).and_then(|listener| Ok((listener.local_addr()?, listener))) {
            Ok((address, listener)) => return Ok((listener, address)),
            Err(error) => message = error.to_string(),
        }
    }
    Err(Error::Port { address: format!("{host}:{first}"), message })
}

/// Serves until the program ends.
pub fn serve(listener: &TcpListener, hosts: Hosts, preview: &Arc<Preview>) {
    let hosts = Arc::new(hosts);
    let (requests, streams) = (Arc::default(), Arc::default());
    loop {
        let Ok((stream, _)) = listener.accept() else {
            // Probably too many files are open; some will be closed soon.
            std::thread::sleep(Duration::from_millis(50));
            continue;
        };
        let Some(permit) = Permit::take(&requests, MAX_REQUESTS) else {
            let _ = stream.set_nonblocking(true).and_then(|()| (&stream).write_all(BUSY.as_bytes()));
            continue;
        };
        let connection = Connection { stream, hosts: Arc::clone(&hosts), preview: Arc::clone(preview) };
        let streams = Arc::clone(&streams);
        let _ = std::thread::Builder::new().name("preview".to_owned()).spawn(move || connection.run(permit, &streams));
    }
}

/// The answer when there are too many requests.
const BUSY: &str =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// A permit of a limited number. Dropping it returns it.
struct Permit(Arc<AtomicUsize>);

impl Permit {
    fn take(taken: &Arc<AtomicUsize>, max: usize) -> Option<Self> {
        let more = |number| (number < max).then_some(number + 1);
        taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok().then(|| Self(Arc::clone(taken)))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

struct Connection {
    stream: TcpStream,
    hosts: Arc<Hosts>,
    preview: Arc<Preview>,
}

impl Connection {
    /// Answers one request. A client that disconnects is no error.
    fn run(mut self, permit: Permit, streams: &Arc<AtomicUsize>) {
        let done = self.stream.set_write_timeout(Some(MAX_STALL)).and_then(|()| match self.read_request()? {
            Ok(asked) => self.respond(&asked, permit, streams),
            Err(status) => self.send(status, &[], &format!("{}\n", reason(status)), false),
        });
        if done.is_ok() {
            self.end();
        }
    }

    /// Reads the head of the request, or gives the status for an invalid one.
    fn read_request(&mut self) -> std::io::Result<std::result::Result<Asked, u16>> {
        let (mut head, mut part) = (Vec::new(), [0; 2048]);
        let end = Instant::now() + MAX_REQUEST_TIME;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                // Browsers open connections in advance, and expect no answer on unused ones.
                return if head.is_empty() { Err(ErrorKind::TimedOut.into()) } else { Ok(Err(408)) };
            }
            self.stream.set_read_timeout(Some(left))?;
            let read = match self.stream.read(&mut part) {
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => 0,
                other => match other? {
                    0 => return Err(ErrorKind::UnexpectedEof.into()),
                    read => read,
                },
            };
            head.extend_from_slice(&part[..read]);
            match parse(&head) {
                Some(asked) => return Ok(asked),
                None if head.len() > MAX_HEAD => return Ok(Err(if head.contains(&b'\n') { 431 } else { 414 })),
                None => {}
            }
        }
    }

    fn respond(&mut self, asked: &Asked, permit: Permit, streams: &Arc<AtomicUsize>) -> std::io::Result<()> {
        let version = self.preview.now();
        match answer(asked, version.files.as_ref(), &self.hosts) {
            Answer::File { status, path, kind } => {
                let body = match self.preview.file(&version, &path) {
                    Ok(body) => body.unwrap_or_default(),
                    Err(error) => {
                        let headers = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-cache")];
                        return self.send(500, &headers, &broken(&error.to_string()), asked.is_head());
                    }
                };
                let headers = [("Content-Type", kind), ("Vary", "Accept"), ("Cache-Control", "no-cache")];
                self.send(status, &headers, &body, asked.is_head())
            }
            Answer::Text { status, text, headers } => {
                let headers: Vec<_> = headers.iter().copied().chain([TEXT]).collect();
                self.send(status, &headers, &text, asked.is_head())
            }
            Answer::Events { page } => {
                let headers = [("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")];
                if asked.is_head() {
                    return self.send(200, &headers, "", true);
                }
                // A stream stays open as long as the page, so it does not count as a request.
                let Some(_stream) = Permit::take(streams, MAX_STREAMS) else {
                    return self.send(503, &[("Retry-After", "1"), TEXT], "too many pages are open\n", false);
                };
                drop(permit);
                drop(version);
                self.stream.write_all(head(200, &headers, None).as_bytes())?;
                self.events(page.as_deref())
            }
        }
    }

    /// Server-sent events: the current state and each later one, with keep-alive comments. With a page, only states in
    /// which something about this page differs.
    fn events(&mut self, page: Option<&str>) -> std::io::Result<()> {
        let (mut known, mut said, mut spoken) = (None, String::new(), Instant::now());
        loop {
            let version = self.preview.after(known, Duration::from_secs(1));
            let is_new = known.replace(version.number) != Some(version.number);
            let event = if is_new { self.event(&version, page) } else { String::new() };
            if is_new && event != said {
                self.stream.write_all(event.as_bytes())?;
                said = event;
            } else if spoken.elapsed() >= KEEP_ALIVE {
                self.stream.write_all(b":\n\n")?;
            } else if self.is_gone()? {
                return Ok(());
            } else {
                continue;
            }
            spoken = Instant::now();
        }
    }

    /// The event for a version: its number, or the state of a page.
    fn event(&self, version: &Version, page: Option<&str>) -> String {
        let Some(page) = page else {
            return format!("event: version\ndata: {}\n\n", version.number);
        };
        let page = existing(page.to_owned(), version.files.as_ref());
        let (hash, error) = match self.preview.file(version, &page) {
            Ok(body) => {
                (blake3::hash(body.as_deref().unwrap_or_default()).to_hex().to_string(), version.error.to_string())
            }
            Err(error) => (String::new(), error.to_string()),
        };
        let problems = version.files.problems(&page);
        let state = serde_json::json!({ "hash": hash, "error": error, "problems": problems });
        format!("event: page\ndata: {state}\n\n")
    }

    /// Whether the client has closed its end.
    fn is_gone(&self) -> std::io::Result<bool> {
        self.stream.set_nonblocking(true)?;
        let peeked = self.stream.peek(&mut [0]);
        self.stream.set_nonblocking(false)?;
        match peeked {
            Ok(read) => Ok(read == 0),
            Err(error) => Ok(error.kind() != ErrorKind::WouldBlock),
        }
    }

    fn send(
        &mut self,
        status: u16,
        headers: &[(&str, &str)],
        body: &(impl AsRef<[u8]> + ?Sized),
        head_only: bool,
    ) -> std::io::Result<()> {
        let body = body.as_ref();
        self.stream.write_all(head(status, headers, Some(body.len())).as_bytes())?;
        if head_only { Ok(()) } else { self.stream.write_all(body) }
    }

    /// Closes the connection after reading the rest of the request, within limits. Otherwise the system could drop the
    /// part of the answer that the client has not read yet.
    fn end(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
        let _ = self.stream.set_read_timeout(Some(Duration::from_secs(2)));
        let (mut part, mut taken) = ([0; 4096], 0);
        while let Ok(read @ 1..) = self.stream.read(&mut part) {
            taken += read;
            if taken > 1 << 20 {
                return;
            }
        }
    }
}

const TEXT: (&str, &str) = ("Content-Type", "text/plain; charset=utf-8");

/// The page in place of one that cannot be made. It loads the script that reloads it when the fault is mended.
fn broken(error: &str) -> String {
    let error = error.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<title>docgen cannot make this page</title>\n<h1>docgen cannot make this \
         page</h1>\n<pre>{error}</pre>\n<script src=\"/docgen/live.js\" defer></script>\n</html>\n"
    )
}

fn head(status: u16, headers: &[(&str, &str)], length: Option<usize>) -> String {
    let mut text = format!("HTTP/1.1 {status} {}\r\nX-Content-Type-Options: nosniff\r\n", reason(status));
    let length = length.map(|length| ("Content-Length", length.to_string()));
    let lines = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).chain(length);
    for (name, value) in lines.chain([("Connection", "close".to_owned())]) {
        text.extend([name, ": ", &value, "\r\n"]);
    }
    text + "\r\n"
}

/// Parses a request once its head is complete, or gives the status for an invalid one.
fn parse(head: &[u8]) -> Option<std::result::Result<Asked, u16>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(head) {
        Ok(httparse::Status::Partial) => None,
        Ok(httparse::Status::Complete(_)) => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let named = |name: &str| -> Vec<String> {
                let fits = request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
                fits.map(|header| text(header.value)).collect()
            };
            Some(Ok(Asked {
                method: request.method.unwrap_or_default().to_owned(),
                target: request.path.unwrap_or_default().to_owned(),
                hosts: named("Host"),
                accept: named("Accept").join(","),
            }))
        }
        Err(httparse::Error::TooManyHeaders) => Some(Err(431)),
        Err(httparse::Error::Version) => Some(Err(505)),
        Err(_) => Some(Err(400)),
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        414 => "URI Too Long",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "HTTP Version Not Supported",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_refused_if_it_was_asked_for() {
        let (_listener, address) = listen("127.0.0.1", Some(0)).expect("any port");
        let error = listen("127.0.0.1", Some(address.port())).expect_err("in use").to_string();
        assert!(error.contains(&address.port().to_string()) && error.contains("--port"), "{error}");
    }

    #[test]
    fn permits_are_given_back() {
        let taken = Arc::default();
        let first = Permit::take(&taken, 1);
        assert!(first.is_some() && Permit::take(&taken, 1).is_none());
        drop(first);
        assert!(Permit::take(&taken, 1).is_some());
    }
}
