//! The live preview, over a real socket.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::{docgen, write};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Stdio};
use std::time::Duration;

/// A preview. It ends when this value is dropped.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(folder: &Path, args: &[&str]) -> Self {
        Self::start_with(folder, args, Stdio::null())
    }

    fn start_with(folder: &Path, args: &[&str], stderr: Stdio) -> Self {
        let mut child = docgen(folder)
            .args(["serve", "--port", "0"])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("docgen starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        Self { child, address: address.expect("an address").to_owned() }
    }

    /// Opens a connection and sends these bytes. A read waits at most a minute.
    fn send(&self, bytes: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a limit");
        stream.write_all(bytes.as_bytes()).expect("sent");
        stream
    }

    fn request(&self, method: &str, path: &str, host: &str) -> TcpStream {
        self.send(&format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
    }

    fn get(&self, path: &str) -> String {
        text(self.request("GET", path, &self.address))
    }

    /// The versions of the event stream. It ends after a minute with only keep-alive comments.
    fn versions(&self) -> impl Iterator<Item = String> + use<> {
        let lines = BufReader::new(self.request("GET", "/-/events", &self.address)).lines().map_while(Result::ok);
        let mut idle = 0;
        lines
            .take_while(move |line| {
                idle = if line.starts_with("data: ") { 0 } else { idle + usize::from(line == ":") };
                idle < 4
            })
            .filter(|line| line.starts_with("data: "))
    }

    /// Waits until the page at this address contains a text.
    fn wait_for(&self, path: &str, said: &str) {
        let said = self.versions().any(|_| self.get(path).contains(said));
        assert!(said, "the preview has not changed");
    }
}

fn text(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("an answer");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("no answer")
}

fn rebuilds(said: &str) -> usize {
    said.lines().filter(|line| line.starts_with("rebuilt ")).count()
}

fn append(path: &Path, text: &str) {
    let mut file = File::options().append(true).create(true).open(path).expect("opened");
    file.write_all(text.as_bytes()).expect("written");
}

/// A file with a new time and the same content.
fn touch(path: &Path) {
    let file = File::options().append(true).open(path).expect("opened");
    file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).expect("touched");
}

#[test]
fn pages_come_from_memory_and_change_with_their_files() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(temp.path().join("index.md"), "# First\n").expect("written");
    let server = Server::start(temp.path(), &["--no-verify"]);
    let page = server.get("/");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains(">First</h1>"), "{page}");
    assert!(page.contains("docgen/live.js"));
    assert!(server.get("/gone.html").starts_with("HTTP/1.1 404"));
    assert!(!temp.path().join("public").exists(), "nothing is written");

    let mut versions = server.versions();
    let before = versions.next().expect("the version now");
    std::fs::write(temp.path().join("index.md"), "# Second\n").expect("written");
    let after = versions.next().expect("the next version");
    assert_ne!(before, after);
    assert!(server.get("/index.html").contains(">Second</h1>"));
}

#[test]
fn verdicts_appear_by_themselves() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(temp.path().join("index.md"), "# P\n\n```json\n[1]\n```\n").expect("written");
    let server = Server::start(temp.path(), &[]);
    // The first answer may come before the verdicts, but one of the versions shows them.
    assert!(server.versions().any(|_| server.get("/").contains("Parsed</a>")));
}

#[test]
fn a_cache_that_is_deleted_meanwhile_is_made_again() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let (page, cache) =
        (temp.path().join("index.md"), temp.path().join("../").join(format!("cache-{}", std::process::id())));
    std::fs::write(&page, "# One\n\n```json\n[1]\n```\n").expect("written");
    let server = Server::start(temp.path(), &["--cache-dir", &cache.to_string_lossy()]);
    server.wait_for("/", "Parsed");
    // The preview may still write its verdicts there.
    let gone = (0..1000).any(|_| std::fs::remove_dir_all(&cache).is_ok() || !cache.exists());
    assert!(gone, "the cache cannot be deleted");
    append(&page, "\n```json\n[2]\n```\n\n```json\n[\n```\n");
    server.wait_for("/", "class=\"badge bad");
    assert_eq!(server.get("/").matches("class=\"badge fair").count(), 2);
    let _ = std::fs::remove_dir_all(&cache);
}

#[test]
fn a_port_in_use_is_said_so() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(temp.path().join("index.md"), "# P\n").expect("written");
    let server = Server::start(temp.path(), &["--no-verify"]);
    let port = server.address.rsplit(':').next().expect("a port");
    let output = docgen(temp.path()).args(["serve", "--port", port]).output().expect("docgen starts");
    let printed = common::stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{printed}");
    assert!(printed.contains(port) && printed.contains("--port"), "{printed}");
}

/// The standard error of a preview.
struct Words {
    stderr: BufReader<ChildStderr>,
    said: String,
}

impl Words {
    fn rebuilds(&self) -> usize {
        rebuilds(&self.said)
    }

    /// Reads until this many lines say that the page's content is the same. Until then, there must be at most
    /// `rebuilds` rebuilds.
    fn until_seen(&mut self, times: usize, rebuilds: usize) {
        let is_seen = |line: &&str| line.starts_with("nothing to rebuild: ") && line.contains("page.md");
        while self.said.lines().filter(is_seen).count() < times {
            assert!(self.stderr.read_line(&mut self.said).expect("text") > 0, "it ended: {}", self.said);
            assert!(self.rebuilds() <= rebuilds, "{}", self.said);
        }
    }
}

/// Makes events that do not change the site. The last event is reported.
fn make_noise(folder: &Path, page: &Path) {
    for turn in 0..20 {
        assert!(!std::fs::read(page).expect("read").is_empty());
        touch(page);
        append(&folder.join("run.log"), &format!("line {turn}\n"));
        append(&folder.join("target/log.md"), &format!("line {turn}\n"));
        append(&folder.join("public/index.html"), &format!("line {turn}\n"));
        append(&folder.join("snippets/ledger.json"), " ");
    }
    std::fs::write(page, std::fs::read(page).expect("read")).expect("written");
}

#[test]
fn only_a_change_of_content_rebuilds_a_preview() {
    for (config, page) in [("book.toml", "content/page.md"), ("no-book.toml", "page.md")] {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let folder = temp.path();
        write(folder, config, "[book]\n");
        write(folder, page, "# First\n");
        for path in ["run.log", "target/log.md", "public/index.html", "public/.docgen", "snippets/ledger.json"] {
            write(folder, path, "");
        }
        let page = folder.join(page);
        let mut server = Server::start_with(folder, &["--no-verify", "--verbose"], Stdio::piped());
        let stderr = BufReader::new(server.child.stderr.take().expect("a pipe"));
        let mut words = Words { stderr, said: String::new() };
        make_noise(folder, &page);
        words.until_seen(1, 0);
        std::fs::write(&page, "# Second\n").expect("written");
        server.wait_for("/page.html", ">Second</h1>");
        make_noise(folder, &page);
        words.until_seen(2, 1);
        server.child.kill().expect("ended");
        words.stderr.read_to_string(&mut words.said).expect("text");
        assert_eq!(words.rebuilds(), 1, "{}", words.said);
    }
}

#[test]
fn a_preview_never_feeds_on_its_own_words() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let folder = temp.path();
    write(folder, "book.toml", "[book]\n");
    write(folder, "content/page.md", "# Page 0\n");
    write(folder, "content/words.txt", "");
    // Like `docgen serve 2> content/words.txt`.
    let words = File::options().append(true).open(folder.join("content/words.txt")).expect("opened");
    let mut server = Server::start_with(folder, &["--no-verify", "--verbose"], words.into());
    let said = || std::fs::read_to_string(folder.join("content/words.txt")).expect("read");
    for turn in 1..=10 {
        let page = format!("# Page {turn}\n");
        write(folder, "content/page.md", &page);
        server.wait_for("/page.html", &format!(">Page {turn}</h1>"));
        write(folder, "content/page.md", &page);
        // Only reading the file shows when it is written. This many reads are enough on any machine.
        let seen = (0..1_000_000).any(|_| said().matches("nothing to rebuild: ").count() >= turn);
        assert!(seen && rebuilds(&said()) == turn, "{}", said());
    }
    server.child.kill().expect("ended");
    assert_eq!(rebuilds(&said()), 10, "{}", said());
}

#[test]
fn a_preview_does_not_feed_on_words_that_are_led_into_its_content() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let folder = temp.path().to_path_buf();
    write(&folder, "book.toml", "[book]\n");
    write(&folder, "content/page.md", "# Page\n\n![](gone.png)\n");
    write(&folder, "content/words.txt", "");
    let mut server = Server::start_with(&folder, &["--no-verify", "--verbose"], Stdio::piped());
    let stderr = BufReader::new(server.child.stderr.take().expect("a pipe"));
    let to = folder.join("content/words.txt");
    // Like `docgen serve 2>&1 | tee content/words.txt`.
    let tee = std::thread::spawn(move || {
        for line in stderr.lines().map_while(Result::ok) {
            append(&to, &format!("{line}\n"));
        }
    });
    for turn in 1..=3 {
        write(&folder, "content/page.md", &format!("# Page\n\nTurn {turn}.\n\n![](gone.png)\n"));
        server.wait_for("/page.html", &format!("Turn {turn}."));
        // The output of this turn is a part of the site, so it starts another build. That build must print nothing.
        assert!(server.versions().any(|_| rebuilds(&server.get("/words.txt")) >= turn));
    }
    server.child.kill().expect("ended");
    tee.join().expect("the end of the words");
    let said = std::fs::read_to_string(folder.join("content/words.txt")).expect("read");
    assert_eq!(rebuilds(&said), 3, "{said}");
}

#[test]
fn every_kind_of_input_rebuilds_a_preview() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let folder = temp.path();
    write(folder, "book.toml", "[book]\n");
    write(folder, "content/page.md", "# Page\n\n{{#include ../code/part.txt}}\n\n{{#include ../later/x.txt}}\n");
    write(folder, "code/part.txt", "Included first.\n");
    let server = Server::start(folder, &["--no-verify"]);
    write(folder, "code/part.txt", "Included second.\n");
    server.wait_for("/page.html", "Included second.");
    // Like an editor: writes a new file beside it and renames that.
    write(folder, "code/part.new", "Included third.\n");
    std::fs::rename(folder.join("code/part.new"), folder.join("code/part.txt")).expect("moved");
    server.wait_for("/page.html", "Included third.");
    write(folder, "content/new/deep/er.md", "# New\n");
    server.wait_for("/new/deep/er.html", ">New</h1>");
    write(folder, "content/new/deep/er.md", "# Newer\n");
    server.wait_for("/new/deep/er.html", ">Newer</h1>");
    write(folder, "themes/default/404.html", "Nothing here.");
    server.wait_for("/gone.html", "Nothing here.");
    write(folder, "content/new/a.txt", "Beside.");
    server.wait_for("/new/a.txt", "Beside.");
    write(folder, "content/new/a.txt", "Beneath.");
    server.wait_for("/new/a.txt", "Beneath.");
    std::fs::remove_dir_all(folder.join("content/new")).expect("removed");
    server.wait_for("/new/a.txt", "Nothing here.");
    write(folder, "book.toml", "[book]\ntitle = \"Renamed\"\n");
    server.wait_for("/page.html", "Renamed");
}

#[test]
fn slow_readers_stop_nobody() {
    const LARGE: usize = 30_000_000;
    let temp = tempfile::tempdir().expect("a temporary folder");
    write(temp.path(), "book.toml", "[book]\n");
    write(temp.path(), "content/page.md", "# Page\n");
    std::fs::write(temp.path().join("content/large.bin"), vec![b'x'; LARGE]).expect("written");
    let server = Server::start(temp.path(), &["--no-verify"]);
    let slow: Vec<TcpStream> = (0..100).map(|_| server.request("GET", "/large.bin", &server.address)).collect();
    // Each answer begins before the next request is sent.
    for mut stream in &slow {
        stream.read_exact(&mut [0]).expect("the answer begins");
    }
    assert!(server.get("/page.html").contains(">Page</h1>"));
    let silent: Vec<TcpStream> = (0..20).map(|_| server.send("")).collect();
    let streams: Vec<_> = (0..200).map(|_| server.versions()).map(|mut versions| (versions.next(), versions)).collect();
    assert!(streams.iter().all(|(first, _)| first.is_some()));
    assert!(server.get("/page.html").contains(">Page</h1>"));
    let body = text(slow.into_iter().next().expect("one of them"));
    assert!(body.ends_with("xxx") && body.len() > LARGE, "all of it arrives: {}", body.len());
    drop(silent);
}

#[test]
fn a_name_from_elsewhere_does_not_reach_a_preview() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    write(temp.path(), "page.md", "# Page\n");
    let server = Server::start(temp.path(), &["--no-verify", "--allow-host", "docs.example"]);
    let port = server.address.rsplit(':').next().expect("a port");
    for path in ["/page.html", "/-/events"] {
        for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.1", ""] {
            let answer = text(server.request("GET", path, &format!("{host}:{port}")));
            assert_eq!(status(&answer), "403", "{host}: {answer}");
            assert!(!answer.contains("Page") && answer.contains("--allow-host"), "{answer}");
        }
        for request in [format!("GET {path} HTTP/1.1\r\n\r\n"), format!("GET {path} HTTP/1.0\r\n\r\n")] {
            assert_eq!(status(&text(server.send(&request))), "400", "{request}");
        }
        let two = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n");
        assert_eq!(status(&text(server.send(&two))), "400");
    }
    for host in ["localhost", "LOCALHOST", "127.0.0.1", "[::1]", "docs.example"] {
        let answer = text(server.request("GET", "/page.html", &format!("{host}:{port}")));
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(">Page</h1>"), "{host}: {answer}");
    }
    let help = docgen(temp.path()).args(["serve", "--help"]).output().expect("docgen starts");
    assert!(common::stdout(&help).contains("--allow-host laptop.example"));
}

#[test]
fn a_preview_is_only_read() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    write(temp.path(), "page.md", "# Page\n");
    let server = Server::start(temp.path(), &["--no-verify"]);
    for path in ["/page.html", "/-/events", "/gone.html"] {
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"] {
            let body = "x".repeat(100_000);
            let answer = text(server.send(&format!(
                "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )));
            assert_eq!(status(&answer), "405", "{method} {path}: {answer}");
            assert!(answer.contains("\r\nAllow: GET, HEAD\r\n"), "{answer}");
        }
    }
    for (path, expected) in [("/page.html", "200"), ("/-/events", "200"), ("/gone.html", "404")] {
        let answer = text(server.request("HEAD", path, &server.address));
        assert!(status(&answer) == expected && answer.ends_with("\r\n\r\n"), "{answer}");
    }
}

#[test]
fn strange_requests_get_an_answer_and_nothing_else() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    write(temp.path(), "book.toml", "[book]\n");
    write(temp.path(), "content/page.md", "# Page\n");
    write(temp.path(), "secret.txt", "secret");
    let server = Server::start(temp.path(), &["--no-verify"]);
    for path in
        ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/%00", "/page.html%00", "/%ff", "//secret.txt"]
    {
        let answer = server.get(path);
        assert!(status(&answer) == "404" && !answer.contains("\r\n\r\nsecret"), "{path}: {answer}");
    }
    let long = "x".repeat(20_000);
    assert_eq!(status(&server.get(&format!("/{long}"))), "414");
    let headers = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {long}\r\n\r\n");
    assert_eq!(status(&text(server.send(&headers))), "431");
    let many = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "X: y\r\n".repeat(500));
    assert_eq!(status(&text(server.send(&many))), "431");
    assert_eq!(status(&text(server.send("hello\r\n\r\n"))), "400");
    assert!(server.get("/page.html").contains(">Page</h1>"));
}
