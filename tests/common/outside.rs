//! Targets outside the sandbox for blocks to attack: listeners, bait, a victim. Everything stays on loopback.

use super::{docgen, stderr, stdout, write};
use serde_json::Value;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Whether this machine allows the namespaces of a full sandbox. The check does not use docgen: a docgen that lost its
/// namespaces must fail the tests.
pub(crate) fn allows_namespaces() -> bool {
    let unshare = ["--user", "--map-root-user", "--net", "--pid", "--fork", "--mount-proc", "true"];
    Command::new("unshare").args(unshare).output().is_ok_and(|output| output.status.success())
}

/// The levels that can be tested here.
pub(crate) fn levels() -> &'static [&'static str] {
    if allows_namespaces() { &["full", "partial"] } else { &["partial"] }
}

/// The targets outside the sandbox.
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

    /// Fills the addresses of the targets into a page.
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

    /// Checks that nothing connected, nothing was written, and the victim lives.
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

/// A docgen that an ordinary user runs. If the tests run as root, that user is `nobody`. Otherwise all tests run as an
/// ordinary user already.
pub(crate) struct Ordinary {
    folder: tempfile::TempDir,
}

impl Ordinary {
    /// `None` if the tests do not run as root, or if Python or `setpriv` is missing.
    pub(crate) fn new() -> Option<Self> {
        let there = |path: &str| std::path::Path::new(path).exists();
        if !rustix::process::getuid().is_root() || !there("/usr/bin/python3") || !there("/usr/bin/setpriv") {
            return None;
        }
        let ordinary = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        std::fs::copy(env!("CARGO_BIN_EXE_docgen"), ordinary.path("docgen")).expect("copied");
        ordinary.write("home/.keep", "");
        ordinary.open("", 0o755);
        ordinary.open("docgen", 0o755);
        ordinary.open("home", 0o777);
        Some(ordinary)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        write(self.folder.path(), name, text);
        self.open(name, 0o644);
    }

    fn open(&self, name: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(mode)).expect("set");
    }

    /// A call of any program as this user.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new("/usr/bin/setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", program]);
        command.current_dir(self.folder.path()).env_clear();
        command.env("PATH", "/usr/bin:/bin").env("HOME", self.path("home"));
        command
    }

    /// The call that verifies a page at a level.
    pub(crate) fn call(&self, level: &str, page: &str) -> Command {
        self.write("page.md", page);
        let mut command = self.command(&self.path("docgen").display().to_string());
        command.env("DOCGEN_SANDBOX", level).args(["--quiet", "verify", "--report", "json=-", "page.md"]);
        command
    }

    /// Verifies a page at a level and returns the report.
    pub(crate) fn verify(&self, level: &str, page: &str) -> Value {
        let output = self.call(level, page).output().expect("setpriv starts");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)))
    }
}
