//! S8: what a block tries to get out of the sandbox, and that it does not, at each level and in each language.
//!
//! The test itself listens, waits to be killed, and looks afterwards. Everything stays on loopback.

#![allow(clippy::format_collect, reason = "plain to read; speed does not matter here")]
#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]
#![cfg(target_os = "linux")]

mod common;

use common::{docgen, statuses, write};
use serde_json::Value;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const LEVELS: [&str; 2] = ["full", "partial"];

/// What lies outside, for a block to get at.
struct Outside {
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
    fn new() -> Self {
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

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts the places of what is outside into a page.
    fn fill(&self, page: &str) -> String {
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
    fn verify(&self, level: &str, page: &str) -> Value {
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
        let text = common::stdout(&output);
        assert!(!text.contains("BAIT-IN-"), "{level}: a secret got into the report\n{text}");
        let report: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{}", common::stderr(&output)));
        for snippet in report["snippets"].as_array().expect("snippets") {
            let ran = !snippet["command"].is_null();
            assert!(!ran || snippet["sandbox"] == level, "{snippet}");
        }
        report
    }

    /// Nobody came to see us, nothing was written, nobody was hurt.
    fn is_untouched(&mut self) {
        assert!(self.tcp.accept().is_err(), "TCP got out");
        assert!(self.tcp6.accept().is_err(), "IPv6 got out");
        assert!(self.udp.recv(&mut [0; 16]).is_err(), "UDP got out");
        assert!(self.unix.accept().is_err(), "a Unix socket got out");
        assert!(self.hidden.accept().is_err(), "an abstract socket got out");
        assert!(!self.path("written").exists(), "a file was written outside");
        assert!(self.victim.try_wait().expect("known").is_none(), "a signal got out");
    }
}

/// Each tries all ways out and prints those that were open.
const WAYS_OUT: &str = r#"# P

```python run
import os
import socket


def attempt(name, way):
    try:
        way()
        print(name, "IS OPEN")
    except OSError:
        pass


def unix(address):
    socket.socket(socket.AF_UNIX).connect(address)


def datagram():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello", ("127.0.0.1", UDP))


def secrets():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if b"BAIT-IN-" in open(f"/proc/{pid}/environ", "rb").read():
                print("ENVIRONMENT IS OPEN")
        except OSError:
            pass


attempt("tcp", lambda: socket.create_connection(("127.0.0.1", TCP), 2))
attempt("tcp6", lambda: socket.create_connection(("::1", TCP6), 2))
attempt("unix", lambda: unix("SOCKET"))
attempt("abstract", lambda: unix("\0ABSTRACT"))
attempt("read", lambda: open("BAIT").read())
attempt("list", lambda: os.listdir(os.path.dirname("BAIT")))
attempt("write", lambda: open("TARGET", "w").write("x"))
attempt("link", lambda: os.symlink("/etc/passwd", "TARGET"))
attempt("make", lambda: os.mkdir("TARGET"))
attempt("signal", lambda: os.kill(VICTIM, 9))
secrets()
try:
    datagram()
except OSError:
    pass
print("SECRET_TOKEN" in os.environ)
```

```text output
False
```

```js run
const fs = require("fs");
const net = require("net");
const attempt = (name, way) => {
  try {
    way();
    console.log(name, "IS OPEN");
  } catch {}
};
const connect = (name, where) => {
  try {
    const socket = net.connect(where, () => console.log(name, "IS OPEN"));
    socket.on("error", () => {});
  } catch {}
};
connect("tcp", { host: "127.0.0.1", port: TCP });
connect("tcp6", { host: "::1", port: TCP6 });
connect("unix", { path: "SOCKET" });
connect("abstract", { path: "\0ABSTRACT" });
attempt("read", () => fs.readFileSync("BAIT"));
attempt("write", () => fs.writeFileSync("TARGET", "x"));
attempt("signal", () => process.kill(VICTIM, "SIGKILL"));
try {
  require("dgram").createSocket("udp4").on("error", () => {}).unref().send("hello", UDP, "127.0.0.1", () => {});
} catch {}
console.log("SECRET_TOKEN" in process.env);
```

```text output
false
```

```go run
package main

import (
	"fmt"
	"net"
	"os"
	"syscall"
)

func attempt(name string, err error) {
	if err == nil {
		fmt.Println(name, "IS OPEN")
	}
}

func dial(network, address string) error {
	connection, err := net.Dial(network, address)
	if err == nil && network == "udp" {
		_, err = connection.Write([]byte("hello"))
		return fmt.Errorf("only the listener knows: %v", err)
	}
	return err
}

func main() {
	attempt("tcp", dial("tcp", "127.0.0.1:TCP"))
	attempt("tcp6", dial("tcp", "[::1]:TCP6"))
	attempt("udp", dial("udp", "127.0.0.1:UDP"))
	attempt("unix", dial("unix", "SOCKET"))
	attempt("abstract", dial("unix", "@ABSTRACT"))
	_, err := os.ReadFile("BAIT")
	attempt("read", err)
	attempt("write", os.WriteFile("TARGET", []byte("x"), 0o600))
	attempt("signal", syscall.Kill(VICTIM, syscall.SIGKILL))
	fmt.Println(os.Getenv("SECRET_TOKEN") != "")
}
```

```text output
false
```

```rust run
use std::net::{TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;

fn attempt<T, E>(name: &str, result: Result<T, E>) {
    if result.is_ok() {
        println!("{name} IS OPEN");
    }
}

fn main() {
    attempt("tcp", TcpStream::connect("127.0.0.1:TCP"));
    attempt("tcp6", TcpStream::connect("[::1]:TCP6"));
    attempt("unix", UnixStream::connect("SOCKET"));
    attempt("read", std::fs::read("BAIT"));
    attempt("write", std::fs::write("TARGET", "x"));
    if let Ok(socket) = UdpSocket::bind("127.0.0.1:0") {
        let _ = socket.send_to(b"hello", "127.0.0.1:UDP");
    }
    println!("{}", std::env::var("SECRET_TOKEN").is_ok());
}
```

```text output
false
```
"#;

#[test]
fn s8_1_there_is_no_way_out() {
    for level in LEVELS {
        let mut outside = Outside::new();
        let report = outside.verify(level, WAYS_OUT);
        let code: Vec<String> = statuses(&report).into_iter().filter(|status| status != "not_code").collect();
        assert_eq!(code, ["pass"; 4], "{level}: {report:#}");
        outside.is_untouched();
    }
}

#[test]
fn s8_1_compilers_are_held_in_too() {
    let page = "# P\n\n```rust\nlet secret = include_str!(\"BAIT\");\n```\n\n```rust\nlet fine = 1;\n```\n";
    for level in LEVELS {
        let report = Outside::new().verify(level, page);
        assert_eq!(statuses(&report), ["fail", "pass"], "{level}: {report:#}");
        let message = report["snippets"][0]["diagnostics"][0]["message"].as_str().unwrap_or_default().to_owned();
        assert!(message.contains("Permission denied"), "{level}: {message}");
    }
}

/// Each uses up one thing, in one language each.
const GREEDY: &[(&str, &str)] = &[
    ("limit", "```python run\nb = b'x' * (12 << 30)\n```\n"),
    ("limit", "```js run\nconst all = [];\nfor (let i = 0; i < 12; i++) all.push(Buffer.alloc(1 << 30, 1));\n```\n"),
    ("limit", "```go run\nb := make([]byte, 12<<30)\nfor i := range b {\n\tb[i] = 1\n}\nfmt.Println(len(b))\n```\n"),
    ("limit", "```rust run\nlet b = vec![1_u8; 12 << 30];\nprintln!(\"{}\", b.len());\n```\n"),
    (
        "limit",
        "```python run\nimport os\nimport time\n\nfor _ in range(300):\n    if os.fork() == 0:\n        time.sleep(60)\ntime.sleep(60)\n```\n",
    ),
    (
        "limit",
        "```js run\nconst { spawn } = require(\"child_process\");\nfor (let i = 0; i < 300; i++) spawn(\"sleep\", [\"60\"]);\n```\n",
    ),
    ("limit", "```python run\nwhile True:\n    print('y' * 1000)\n```\n"),
    (
        "limit",
        "```rust run\nloop {\n    println!(\"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\");\n}\n```\n",
    ),
    ("limit", "```python run\nopen('big', 'wb').write(b'x' * (200 << 20))\n```\n"),
    ("limit", "```js run\nrequire(\"fs\").writeFileSync(\"big\", Buffer.alloc(200 << 20, 1));\n```\n"),
    (
        "limit",
        "```go run\nif err := os.WriteFile(\"big\", make([]byte, 200<<20), 0o600); err != nil {\n\tpanic(err)\n}\n```\n",
    ),
    ("limit", "```rust run\nstd::fs::write(\"big\", vec![1_u8; 200 << 20]).unwrap();\n```\n"),
    (
        "timeout",
        "```python run {timeout=1s}\nimport signal\nimport time\n\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)\n```\n",
    ),
    ("pass", "```python run\nprint('a neighbour')\n```\n"),
];

#[test]
fn s8_2_what_is_used_up_is_a_limit() {
    let page: String = GREEDY.iter().map(|(_, block)| format!("\n{block}")).collect();
    let expected: Vec<&str> = GREEDY.iter().map(|(status, _)| *status).collect();
    for level in LEVELS {
        let mut outside = Outside::new();
        let report = outside.verify(level, &format!("# P\n{page}"));
        let found: Vec<String> = statuses(&report);
        let reasons: Vec<String> =
            report["snippets"].as_array().expect("snippets").iter().map(|it| it["reason"].to_string()).collect();
        assert_eq!(found, expected, "{level}: {reasons:#?}");
        outside.is_untouched();
    }
}

#[test]
fn s8_1_nothing_outlives_its_block() {
    for level in LEVELS {
        let seconds = 70_000 + std::process::id() % 10_000 + u32::from(level == "full") * 10_000;
        let page = format!(
            "# P\n\n```python run\nimport os\n\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        os.closerange(0, 3)\n        os.execvp(\"sleep\", [\"sleep\", \"{seconds}\"])\n    os._exit(0)\nos.wait()\n```\n\n```bash run\nsetsid sleep {seconds} > /dev/null 2>&1 &\n```\n"
        );
        let report = Outside::new().verify(level, &page);
        assert_eq!(statuses(&report), ["pass", "pass"], "{level}: {report:#}");
        assert!(!is_running(&format!("sleep\0{seconds}\0")), "{level}: a process outlived its block");
    }
}

/// Whether a process with this command line is alive.
fn is_running(command: &str) -> bool {
    let processes = std::fs::read_dir("/proc").expect("/proc").filter_map(Result::ok);
    processes
        .map(|entry| std::fs::read(entry.path().join("cmdline")).unwrap_or_default())
        .any(|line| line == command.as_bytes())
}

#[test]
fn s8_2_loopback_works_inside() {
    let page = "# P\n\n```python run {needs=loopback}\nimport socket\n\nlistener = socket.create_server((\"127.0.0.1\", 0))\nclient = socket.create_connection(listener.getsockname())\nprint(\"connected\")\n```\n\n```text output\nconnected\n```\n";
    let report = Outside::new().verify("full", page);
    assert_eq!(statuses(&report)[0], "pass", "{report:#}");
    let report = Outside::new().verify("partial", page);
    assert_eq!(statuses(&report)[0], "ignored", "{report:#}");
}

#[test]
fn s8_3_levels_are_what_was_applied() {
    for level in ["full", "partial", "none"] {
        let outside = Outside::new();
        let report = outside.verify(level, "# P\n\n```python run\nprint(1)\n```\n");
        assert_eq!(report["sandbox"], level);
        assert_eq!(report["snippets"][0]["sandbox"], level);
    }
    let site = common::project("[book]\n", "# P\n\n```python run\nprint(1)\n```\n");
    for (level, wanted, code) in
        [("full", "full", 0), ("partial", "full", 3), ("partial", "partial", 0), ("none", "partial", 3)]
    {
        let mut command = docgen(site.path());
        let output = command.env("DOCGEN_SANDBOX", level).args(["verify", "--require-sandbox", wanted]).output();
        let output = output.expect("docgen starts");
        assert_eq!(output.status.code(), Some(code), "{level}, {wanted}: {}", common::stderr(&output));
    }
    let unknown = docgen(site.path()).args(["verify", "--require-sandbox", "much"]).output().expect("docgen starts");
    assert_eq!(unknown.status.code(), Some(2));
}

/// As root the test becomes nobody; as anybody else it is an ordinary user already.
#[test]
fn s8_2_an_ordinary_user_is_held_in_as_well() {
    let root = rustix::process::getuid().is_root();
    let python = Path::new("/usr/bin/python3");
    if !root || !python.exists() || !Path::new("/usr/bin/setpriv").exists() {
        return; // then every other test here runs as an ordinary user, or there is nothing to run as one
    }
    let program = tempfile::tempdir().expect("a temporary folder");
    let binary = program.path().join("docgen");
    std::fs::copy(env!("CARGO_BIN_EXE_docgen"), &binary).expect("copied");
    let page = "```python run\nimport os\n\nprint(os.getuid())\ntry:\n    print(open(\"BAIT\").read())\nexcept PermissionError:\n    print(\"refused\")\n```\n\n```text output\n65534\nrefused\n```\n\n```python run\nimport os\nimport time\n\nfor _ in range(300):\n    if os.fork() == 0:\n        time.sleep(60)\ntime.sleep(60)\n```\n";
    write(program.path(), "home/bait", "BAIT-IN-A-FILE");
    let bait = program.path().join("home/bait");
    write(program.path(), "page.md", &page.replace("BAIT", &bait.display().to_string()));
    for (path, mode) in [("", 0o755), ("docgen", 0o755), ("home", 0o777), ("page.md", 0o644), ("home/bait", 0o644)] {
        use std::os::unix::fs::PermissionsExt as _;
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(program.path().join(path), permissions).expect("set");
    }
    for level in LEVELS {
        let output = Command::new("/usr/bin/setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(&binary)
            .args(["--quiet", "verify", "--report", "json=-", "page.md"])
            .current_dir(program.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", program.path().join("home"))
            .env("DOCGEN_SANDBOX", level)
            .output()
            .expect("setpriv starts");
        let report: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", common::stderr(&output)));
        assert_eq!(statuses(&report), ["pass", "not_code", "limit"], "{level}: {report:#}");
        assert_eq!(report["snippets"][0]["sandbox"], level);
    }
}

#[test]
fn s8_4_without_execution_nothing_of_the_authors_runs() {
    let page = "# P\n\n```python run\nopen(\"TARGET\", \"w\").write(\"x\")\n```\n\n```rust\nlet secret = include_str!(\"BAIT\");\n```\n\n```go run\nos.WriteFile(\"TARGET\", nil, 0o600)\n```\n";
    let outside = Outside::new();
    let root = outside.path("site");
    // A build script and a hook of npm's are code too.
    write(
        &root,
        "snippets/rust/Cargo.toml",
        "[package]\nname = \"s\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n",
    );
    write(
        &root,
        "snippets/rust/build.rs",
        &outside.fill("fn main() { std::fs::write(\"TARGET\", \"x\").unwrap(); }\n"),
    );
    write(&root, "content/page.md", &outside.fill(page));
    write(&root, "book.toml", "[book]\n");
    let output = docgen(&root)
        .env("DOCGEN_SANDBOX", "none")
        .args(["--quiet", "verify", "--no-exec", "--report", "json=-"])
        .output()
        .expect("docgen starts");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for snippet in report["snippets"].as_array().expect("snippets") {
        let steps = snippet["steps"].as_object().expect("steps");
        assert!(!steps.contains_key("compile") && !steps.contains_key("run"), "{snippet}");
        assert!(snippet["command"].is_null());
    }
    assert!(!outside.path("written").exists());
}

#[test]
fn s8_1_nothing_outside_changes_its_mode_or_time() {
    let outside = Outside::new();
    std::fs::write(outside.path("victim"), "x").expect("written");
    let page = format!(
        "# P\n\n```python run\nimport os\n\nfor way in (lambda p: os.chmod(p, 0o777), lambda p: os.utime(p, (1, 1)), lambda p: os.chown(p, 1, 1)):\n    for path in (\"{0}\", __file__):\n        try:\n            way(path)\n            print(\"open\")\n        except OSError:\n            pass\nopen(\"own\", \"w\").close()\nos.chmod(\"own\", 0o755)\nprint(\"own\", oct(os.stat(\"own\").st_mode & 0o777))\n```\n\n```text output\nown 0o755\n```\n",
        outside.path("victim").display()
    );
    let report = outside.verify("full", &page);
    assert_eq!(statuses(&report)[0], "pass", "{report:#}");
}

#[test]
fn s8_1_files_that_docgen_was_started_with_do_not_reach_a_block() {
    let site = common::project(
        "[book]\n",
        "# P\n\n```bash run\nls /proc/self/fd | sort -n | tail -n +4 | wc -l\nread -r line <&7 && echo \"$line\"\ntrue\n```\n",
    );
    std::fs::write(site.path().join("secret"), "BAIT\n").expect("written");
    for level in LEVELS {
        let output = Command::new("sh")
            .args(["-c", "exec \"$DOCGEN\" --quiet verify --no-cache --report json=- 7<secret"])
            .env("DOCGEN", env!("CARGO_BIN_EXE_docgen"))
            .env("DOCGEN_SANDBOX", level)
            .env("XDG_CACHE_HOME", common::repository().join("target/test-cache"))
            .current_dir(site.path())
            .output()
            .expect("sh starts");
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let printed = report["snippets"][0]["output"].as_str().unwrap_or_default().to_owned();
        assert!(!printed.contains("BAIT"), "{level}: {report:#}");
    }
}

#[test]
fn s8_1_links_of_the_repository_lead_nowhere() {
    let outside = Outside::new();
    let root = outside.path("site");
    write(&root, "pyproject.toml", "[project]\nname = \"p\"\nversion = \"0\"\n");
    write(&root, "p/__init__.py", "x = 1\n");
    std::os::unix::fs::symlink(outside.path("home"), root.join("data")).expect("linked");
    std::fs::create_dir_all(root.join("snippets")).expect("made");
    std::os::unix::fs::symlink(outside.path("home/.ssh"), root.join("snippets/python")).expect("linked");
    let page = format!(
        "# P\n\n```python run\nimport os\n\nimport p\n\nfor path in (\"{0}/data/.ssh/id_bait\", os.path.dirname(__file__) + \"/../id_bait\"):\n    try:\n        print(open(path).read())\n    except OSError:\n        print(\"closed\", p.x)\n```\n\n```text output\nclosed 1\nclosed 1\n```\n",
        root.display()
    );
    for level in LEVELS {
        let report = outside.verify(level, &page);
        assert_eq!(statuses(&report)[0], "pass", "{level}: {report:#}");
    }
}

#[test]
fn s8_1_what_tools_leave_on_the_bench_is_not_followed() {
    let outside = Outside::new();
    let root = outside.path("site");
    std::fs::create_dir_all(outside.path("precious")).expect("made");
    std::fs::write(outside.path("precious/thesis.txt"), "years of work").expect("written");
    write(
        &root,
        "snippets/rust/Cargo.toml",
        "[package]\nname = \"s\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n",
    );
    let script = format!(
        "fn main() {{\n    let _ = std::fs::remove_dir_all(\"out\");\n    let _ = std::fs::remove_dir_all(\"blocks\");\n    let _ = std::os::unix::fs::symlink(\"{0}\", \"out\");\n    let _ = std::os::unix::fs::symlink(\"{0}\", \"blocks\");\n}}\n",
        outside.path("precious").display()
    );
    write(&root, "snippets/rust/build.rs", &script);
    write(&root, "snippets/rust/out/thesis.txt", "rubbish");
    for _ in 0..2 {
        let report = outside.verify("full", "# P\n\n```rust\nlet x = 1;\nassert_eq!(x, 1);\n```\n");
        assert_eq!(statuses(&report), ["pass"], "{report:#}");
        let page = std::fs::read_to_string(root.join("page.md")).expect("the page");
        write(&root, "page.md", &page.replace("= 1", "= 1 "));
    }
    let thesis = std::fs::read_to_string(outside.path("precious/thesis.txt")).expect("it is there");
    assert_eq!(thesis, "years of work");
}

#[test]
fn s8_1_installers_are_held_in() {
    let mut outside = Outside::new();
    let root = outside.path("site");
    write(
        &root,
        "snippets/rust/Cargo.toml",
        "[package]\nname = \"s\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\nlocal = { path = \"local\" }\n",
    );
    write(
        &root,
        "snippets/rust/local/Cargo.toml",
        "[package]\nname = \"local\"\nversion = \"0.0.0\"\nedition = \"2024\"\n",
    );
    write(&root, "snippets/rust/local/src/lib.rs", "");
    write(
        &root,
        "snippets/rust/Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"local\"\nversion = \"0.0.0\"\n\n[[package]]\nname = \"s\"\nversion = \"0.0.0\"\ndependencies = [\n \"local\",\n]\n",
    );
    write(&root, "snippets/rust/.cargo/config.toml", "[build]\nrustc = \"./evil.sh\"\n");
    let script =
        outside.fill("#!/bin/sh\necho \"$SECRET_TOKEN\" > TARGET\necho \"$SECRET_TOKEN\"\nexec rustc \"$@\"\n");
    write(&root, "snippets/rust/evil.sh", &script);
    {
        use std::os::unix::fs::PermissionsExt as _;
        let permissions = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(root.join("snippets/rust/evil.sh"), permissions).expect("set");
    }
    outside.verify("full", "# P\n\n```rust\nlet x = 1;\nprintln!(\"{x}\");\n```\n");
    outside.is_untouched();
}

#[test]
fn s8_2_the_hosts_network_where_a_page_may_have_it() {
    let outside = Outside::new();
    let page = "# P\n\n```python run net\nimport socket\n\nsocket.create_connection((\"127.0.0.1\", TCP), 2)\nprint(\"connected\")\n```\n\n```text output\nconnected\n```\n";
    let root = outside.path("site");
    for level in LEVELS {
        write(&root, "page.md", &outside.fill(page));
        write(&root, "book.toml", "[book]\nsrc = \".\"\n[verify]\nallow-net = [\"page.md\"]\n");
        let output =
            docgen(&root).env("DOCGEN_SANDBOX", level).args(["verify", "--no-cache", "--report", "json=-"]).output();
        let report: Value = serde_json::from_slice(&output.expect("docgen starts").stdout).expect("JSON");
        assert_eq!(statuses(&report)[0], "pass", "{level}: {report:#}");
        assert_eq!(report["snippets"][0]["sandbox"], level);
    }
}

#[test]
fn s8_2_shared_memory_is_the_blocks_own() {
    let page = "# P\n\n```python run\nfrom multiprocessing import Pool\n\nif __name__ == \"__main__\":\n    with Pool(2) as pool:\n        print(pool.map(abs, [-1, -2]))\n```\n\n```text output\n[1, 2]\n```\n\n```python run\nimport os\n\ntry:\n    os.memfd_create(\"x\")\nexcept OSError:\n    print(\"refused\")\n```\n\n```text output\nrefused\n```\n";
    let report = Outside::new().verify("full", page);
    assert_eq!((&*statuses(&report)[0], &*statuses(&report)[2]), ("pass", "pass"), "{report:#}");
}

#[test]
fn s8_1_docgen_leaves_nothing_behind() {
    let site = common::project("[book]\n", "# P\n\n```python run\nprint(1)\n```\n");
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let output = docgen(site.path()).env("TMPDIR", temporary.path()).args(["verify", "--no-cache"]).output();
    assert_eq!(output.expect("docgen starts").status.code(), Some(0));
    let left: Vec<_> = std::fs::read_dir(temporary.path()).expect("a folder").filter_map(Result::ok).collect();
    assert!(left.is_empty(), "{left:?}");
}
