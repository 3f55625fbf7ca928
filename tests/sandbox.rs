//! S8: a block cannot get out of the sandbox, at each level and in each language.
//!
//! The test listens, offers a process to kill, and checks the result afterwards. Everything stays on loopback.

#![allow(clippy::format_collect, reason = "plain to read; speed does not matter here")]
#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]
#![cfg(target_os = "linux")]

mod common;

use common::outside::{Ordinary, Outside, allows_namespaces, levels};
use common::{docgen, statuses, stderr, stdout, write};

/// Each program tries all ways out and prints the open ones.
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
    let _ = std::process::Command::new("kill").args(["-9", "VICTIM"]).status();
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
    for level in levels().iter().copied() {
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
    for level in levels().iter().copied() {
        let report = Outside::new().verify(level, page);
        assert_eq!(statuses(&report), ["fail", "pass"], "{level}: {report:#}");
        let message = report["snippets"][0]["diagnostics"][0]["message"].as_str().unwrap_or_default().to_owned();
        assert!(message.contains("Permission denied"), "{level}: {message}");
    }
}

/// Each program exhausts one resource, each in another language.
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
        "limit",
        "```go run\nfor range 300 {\n\tif err := exec.Command(\"sleep\", \"60\").Start(); err != nil {\n\t\tpanic(err)\n\t}\n}\ntime.Sleep(time.Minute)\n```\n",
    ),
    (
        "limit",
        "```rust run\nfor _ in 0..300 {\n    std::process::Command::new(\"sleep\").arg(\"60\").spawn().unwrap();\n}\nstd::thread::sleep(std::time::Duration::from_secs(60));\n```\n",
    ),
    ("limit", "```js run\nconst { writeSync } = require(\"fs\");\nfor (;;) writeSync(1, \"y\".repeat(4096));\n```\n"),
    ("limit", "```go run\nfor {\n\tfmt.Println(strings.Repeat(\"y\", 1000))\n}\n```\n"),
    (
        "timeout",
        "```go run {timeout=1s}\nsignal.Ignore(syscall.SIGTERM, syscall.SIGINT)\ntime.Sleep(10 * time.Minute)\n```\n",
    ),
    ("timeout", "```js run {timeout=1s}\nprocess.on(\"SIGTERM\", () => {});\nsetInterval(() => {}, 1000);\n```\n"),
    ("timeout", "```rust run {timeout=1s}\nstd::thread::sleep(std::time::Duration::from_secs(600));\n```\n"),
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
    for level in levels().iter().copied() {
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
    for level in levels().iter().copied() {
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
    if !allows_namespaces() {
        return;
    }
    let page = "# P\n\n```python run {needs=loopback}\nimport socket\n\nlistener = socket.create_server((\"127.0.0.1\", 0))\nclient = socket.create_connection(listener.getsockname())\nprint(\"connected\")\n```\n\n```text output\nconnected\n```\n";
    let report = Outside::new().verify("full", page);
    assert_eq!(statuses(&report)[0], "pass", "{report:#}");
    let report = Outside::new().verify("partial", page);
    assert_eq!(statuses(&report)[0], "ignored", "{report:#}");
}

#[test]
fn s8_3_levels_are_what_was_applied() {
    if !allows_namespaces() {
        return;
    }
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
        assert_eq!(output.status.code(), Some(code), "{level}, {wanted}: {}", stderr(&output));
    }
    let unknown = docgen(site.path()).args(["verify", "--require-sandbox", "much"]).output().expect("docgen starts");
    assert_eq!(unknown.status.code(), Some(2));
}

/// If the tests run as root, this becomes `nobody`. Otherwise the user is an ordinary one already.
#[test]
fn s8_2_an_ordinary_user_is_held_in_as_well() {
    let Some(ordinary) = Ordinary::new() else { return };
    let page = "```python run\nimport os\n\nprint(os.getuid())\ntry:\n    print(open(\"BAIT\").read())\nexcept PermissionError:\n    print(\"refused\")\n```\n\n```text output\n65534\nrefused\n```\n\n```python run\nimport os\nimport time\n\nfor _ in range(300):\n    if os.fork() == 0:\n        time.sleep(60)\ntime.sleep(60)\n```\n";
    ordinary.write("home/bait", "BAIT-IN-A-FILE");
    let page = page.replace("BAIT", &ordinary.path("home/bait").display().to_string());
    for level in levels().iter().copied() {
        let report = ordinary.verify(level, &page);
        assert_eq!(statuses(&report), ["pass", "not_code", "limit"], "{level}: {report:#}");
        assert_eq!(report["snippets"][0]["sandbox"], level);
    }
}

/// `access(2)` asks with other rights than `open(2)`. Both must find the scratch folder open, wherever it is.
#[test]
fn s8_1_a_scratch_folder_below_a_closed_folder_is_open_for_every_call() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let closed = temp.path().join("closed");
    std::fs::create_dir(&closed).expect("a folder");
    std::fs::set_permissions(&closed, std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("closed");
    write(&closed, "book.toml", "[book]\n");
    let code = "import os\nhere = os.path.abspath('.')\nprint(os.access(here, os.W_OK), os.path.isdir(here))\n";
    write(&closed, "content/a.md", &format!("```python run\n{code}```\n\n```text output\nTrue True\n```\n"));
    let mut call = docgen(&closed);
    let output = call.env("DOCGEN_CACHE", closed.join("cache")).arg("verify").output().expect("docgen starts");
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
}
