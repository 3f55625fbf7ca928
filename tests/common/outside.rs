//! What lies outside of a sandbox, for blocks to get at: listeners, bait, a victim. Everything stays on loopback.

use super::{docgen, stderr, stdout, write};
use serde_json::Value;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Whether this machine lets a program make the namespaces that a full sandbox is made of. Not docgen is asked, so that
/// one that has lost them does not pass unnoticed.
pub(crate) fn allows_namespaces() -> bool {
    let unshare = ["--user", "--map-root-user", "--net", "--pid", "--fork", "--mount-proc", "true"];
    Command::new("unshare").args(unshare).output().is_ok_and(|output| output.status.success())
}

/// The levels that can be tested here.
pub(crate) fn levels() -> &'static [&'static str] {
    if allows_namespaces() { &["full", "partial"] } else { &["partial"] }
}

/// What lies outside, for a block to get at.
pub(crate) struct Outside {
    folder: tempfile::TempDir,
    tcp: std::net::TcpListener,
    tcp6: std::net::TcpListener,
    udp: std::net::UdpSocket,
    unix: UnixListener,
    hidden: UnixListener,
    victim: Child,
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = self.victim.kill();
        let _ = self.victim.wait();
    }
}

impl Outside {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write(folder.path(), "home/.ssh/id_bait", "BAIT-IN-A-FILE");
        let name = format!("docgen-{}-{}", std::process::id(), folder.path().display());
        let address = SocketAddr::from_abstract_name(name).expect("a name");
        let outside = Self {
            tcp: std::net::TcpListener::bind("127.0.0.1:0").expect("a port"),
            tcp6: std::net::TcpListener::bind("[::1]:0").expect("a port"),
            udp: std::net::UdpSocket::bind("127.0.0.1:0").expect("a port"),
            unix: UnixListener::bind(folder.path().join("socket")).expect("a socket"),
            hidden: UnixListener::bind_addr(&address).expect("an abstract socket"),
            victim: Command::new("sleep").arg("1000").stdout(Stdio::null()).spawn().expect("sleep starts"),
            folder,
        };
        outside.tcp.set_nonblocking(true).expect("set");
        outside.tcp6.set_nonblocking(true).expect("set");
        outside.udp.set_nonblocking(true).expect("set");
        outside.unix.set_nonblocking(true).expect("set");
        outside.hidden.set_nonblocking(true).expect("set");
        outside
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts the places of what is outside into a page.
    pub(crate) fn fill(&self, page: &str) -> String {
        let port = |address: std::io::Result<std::net::SocketAddr>| address.expect("bound").port().to_string();
        let abstract_name = format!("docgen-{}-{}", std::process::id(), self.folder.path().display());
        page.replace("TCP6", &port(self.tcp6.local_addr()))
            .replace("TCP", &port(self.tcp.local_addr()))
            .replace("UDP", &port(self.udp.local_addr()))
            .replace("SOCKET", &self.path("socket").display().to_string())
            .replace("ABSTRACT", &abstract_name)
            .replace("BAIT", &self.path("home/.ssh/id_bait").display().to_string())
            .replace("TARGET", &self.path("written").display().to_string())
            .replace("VICTIM", &self.victim.id().to_string())
    }

    /// Verifies a page at a level, with bait in the home folder and in the environment.
    pub(crate) fn verify(&self, level: &str, page: &str) -> Value {
        let real = PathBuf::from(std::env::var("HOME").expect("a home"));
        let or = |name: &str, default: &str| std::env::var(name).map_or_else(|_| real.join(default), PathBuf::from);
        let root = self.path("site");
        write(&root, "page.md", &self.fill(page));
        write(&root, "book.toml", "[book]\nsrc = \".\"\n");
        let output = docgen(&root)
            .env("DOCGEN_SANDBOX", level)
            .env("HOME", self.path("home"))
            .env("XDG_DATA_HOME", or("XDG_DATA_HOME", ".local/share"))
            .env("CARGO_HOME", or("CARGO_HOME", ".cargo"))
            .env("RUSTUP_HOME", or("RUSTUP_HOME", ".rustup"))
            .env("SECRET_TOKEN", "BAIT-IN-THE-ENVIRONMENT")
            .args(["--quiet", "verify", "--report", "json=-"])
            .output()
            .expect("docgen starts");
        let text = stdout(&output);
        assert!(!text.contains("BAIT-IN-"), "{level}: a secret got into the report\n{text}");
        let report: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{}", stderr(&output)));
        for snippet in report["snippets"].as_array().expect("snippets") {
            let ran = !snippet["command"].is_null();
            assert!(!ran || snippet["sandbox"] == level, "{snippet}");
        }
        report
    }

    /// Nobody came to see us, nothing was written, nobody was hurt.
    pub(crate) fn is_untouched(&mut self) {
        assert!(self.tcp.accept().is_err(), "TCP got out");
        assert!(self.tcp6.accept().is_err(), "IPv6 got out");
        assert!(self.udp.recv(&mut [0; 16]).is_err(), "UDP got out");
        assert!(self.unix.accept().is_err(), "a Unix socket got out");
        assert!(self.hidden.accept().is_err(), "an abstract socket got out");
        assert!(!self.path("written").exists(), "a file was written outside");
        assert!(self.victim.try_wait().expect("known").is_none(), "a signal got out");
    }
}
