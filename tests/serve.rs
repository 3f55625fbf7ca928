//! The live preview, over a real socket.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::docgen;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

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

fn serve(folder: &std::path::Path, args: &[&str]) -> Server {
    let mut child = docgen(folder)
        .args(["serve", "--port", "0"])
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("docgen starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect("an address").to_owned();
    Server { child, address }
}

fn request(server: &Server, method: &str, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).expect("it listens");
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.address).expect("sent");
    stream
}

fn get(server: &Server, path: &str) -> String {
    let mut text = String::new();
    request(server, "GET", path).read_to_string(&mut text).expect("an answer");
    text
}

/// The versions that the event stream tells; it ends where only signs of life came for a minute.
fn versions(server: &Server) -> impl Iterator<Item = String> {
    let lines = BufReader::new(request(server, "GET", "/-/events")).lines().map_while(Result::ok);
    let mut idle = 0;
    lines
        .take_while(move |line| {
            idle = if line.starts_with("data: ") { 0 } else { idle + usize::from(line == ":") };
            idle < 4
        })
        .filter(|line| line.starts_with("data: "))
}

#[test]
fn pages_come_from_memory_and_change_with_their_files() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(temp.path().join("index.md"), "# First\n").expect("written");
    let server = serve(temp.path(), &["--no-verify"]);
    let page = get(&server, "/");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains(">First</h1>"), "{page}");
    assert!(page.contains("docgen/live.js"));
    assert!(get(&server, "/gone.html").starts_with("HTTP/1.1 404"));
    assert!(!temp.path().join("public").exists(), "nothing is written");

    let mut versions = versions(&server);
    let before = versions.next().expect("the version now");
    std::fs::write(temp.path().join("index.md"), "# Second\n").expect("written");
    let after = versions.next().expect("the next version");
    assert_ne!(before, after);
    assert!(get(&server, "/index.html").contains(">Second</h1>"));
}

#[test]
fn verdicts_appear_by_themselves() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(temp.path().join("index.md"), "# P\n\n```json\n[1]\n```\n").expect("written");
    let server = serve(temp.path(), &[]);
    // Whether the first answer comes before or after the verdicts, one of the versions shows them.
    assert!(versions(&server).any(|_| get(&server, "/").contains("Parsed</a>")));
}

#[test]
fn a_port_in_use_is_said_so() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(temp.path().join("index.md"), "# P\n").expect("written");
    let server = serve(temp.path(), &["--no-verify"]);
    let port = server.address.rsplit(':').next().expect("a port");
    let output = docgen(temp.path()).args(["serve", "--port", port]).output().expect("docgen starts");
    let printed = common::stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{printed}");
    assert!(printed.contains(port) && printed.contains("--port"), "{printed}");
}
