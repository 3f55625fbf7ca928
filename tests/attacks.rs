//! S8: attacks on the machine itself: fork bombs, other processes' limits, sockets, leftovers, and code from a
//! repository under `--no-exec`. The code of each attack limits it.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]
#![cfg(target_os = "linux")]

mod common;

use common::outside::{Ordinary, Outside, allows_namespaces, levels};
use common::{docgen, statuses, stderr, stdout, write};
use serde_json::Value;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// All levels of this machine, with the level that has only limits.
fn all_levels() -> Vec<&'static str> {
    levels().iter().copied().chain(["none"]).collect()
}

/// The number of processes with this argument.
fn carriers(word: &str) -> usize {
    let processes = std::fs::read_dir("/proc").expect("/proc").filter_map(Result::ok);
    let lines = processes.map(|entry| std::fs::read(entry.path().join("cmdline")).unwrap_or_default());
    lines.filter(|line| line.split(|byte| *byte == 0).any(|argument| argument == word.as_bytes())).count()
}

/// Waits until there are none, for at most a second.
fn none_left(word: &str) -> bool {
    let until = Instant::now() + Duration::from_secs(1);
    loop {
        if carriers(word) == 0 {
            return true;
        }
        if Instant::now() > until {
            return false;
        }
        std::thread::yield_now();
    }
}

/// An argument that no other process has.
fn marker(of: &str) -> String {
    format!("docgen-test-{of}-{}", std::process::id())
}

/// Waits for docgen's end and returns the max number of processes with this argument at one time.
fn count_while_running(mut docgen: Child, word: &str) -> (usize, Value) {
    let mut output = docgen.stdout.take().expect("piped");
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut output, &mut text).expect("read");
        text
    });
    let mut most = 0;
    while docgen.try_wait().expect("known").is_none() {
        most = most.max(carriers(word));
    }
    let text = reader.join().expect("read");
    (most, serde_json::from_str(&text).unwrap_or_else(|_| panic!("no report: {text}")))
}

/// docgen as the tests' user, in a folder with this page.
fn own_call(level: &str, folder: &Path, page: &str) -> Command {
    write(folder, "page.md", page);
    let mut command = docgen(folder);
    command.env("DOCGEN_SANDBOX", level).args(["--quiet", "verify", "--report", "json=-", "page.md"]);
    command
}

/// Verifies a page at every level, as the tests' user and as an ordinary user.
fn everywhere(page: &str, mut check: impl FnMut(Command, &str)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ordinary = Ordinary::new();
    for level in all_levels() {
        check(own_call(level, folder.path(), page), &format!("{level}, own user"));
        if let Some(ordinary) = &ordinary {
            check(ordinary.call(level, page), &format!("{level}, ordinary user"));
        }
    }
}

#[test]
fn s8_2_the_kernel_holds_a_fork_bomb_and_nothing_of_it_is_left() {
    let word = marker("bomb");
    // 2^11 sleeping processes, unless they are stopped.
    let page = format!(
        "# P\n\n```python run {{args=\"{word}\", timeout=3s}}\nimport os\nimport time\n\nfor _ in range(11):\n    try:\n        os.fork()\n    except OSError:\n        pass\ntime.sleep(20)\n```\n"
    );
    everywhere(&page, |mut call, who| {
        let child = call.stdout(Stdio::piped()).spawn().expect("docgen starts");
        let (most, report) = count_while_running(child, &word);
        assert_eq!(statuses(&report), ["limit"], "{who}: {report:#}");
        assert!(most <= 600, "{who}: {most} processes at a time");
        assert!(none_left(&word), "{who}: {} processes outlived docgen", carriers(&word));
    });
}

#[test]
fn s8_2_as_root_a_program_runs_as_nobody() {
    let own = rustix::process::getuid();
    let user = if own.is_root() { 65_534 } else { own.as_raw() };
    let mut outside = Outside::new();
    // The policy decides what can be read, whoever the user is.
    let page = format!(
        "# P\n\n```python run\nimport os\nimport subprocess\nimport sys\n\nprint(os.getuid(), os.geteuid())\nprint(subprocess.run([sys.executable, \"-c\", \"print(1)\"], capture_output=True, text=True).stdout.strip())\nfor path in (\"BAIT\", \"/etc/shadow\"):\n    try:\n        open(path).close()\n        print(\"open\")\n    except OSError:\n        pass\n```\n\n```text output\n{user} {user}\n1\n```\n"
    );
    for level in levels().iter().copied() {
        let report = outside.verify(level, &page);
        assert_eq!(statuses(&report)[0], "pass", "{level}: {report:#}");
    }
    outside.is_untouched();
}

/// The manual says which attacks are not stopped. If docgen stops more, the manual must change.
#[test]
fn s8_3_what_partial_does_not_stop_is_as_the_manual_says() {
    let Some(ordinary) = Ordinary::new() else { return };
    let mut other = ordinary.command("/bin/sleep").arg("1000").env("SECRET", "BAIT").spawn().expect("sleep starts");
    let file = ordinary.path("home/file");
    let made = ordinary.command("/usr/bin/touch").arg(&file).status().expect("touch starts");
    assert!(made.success());
    let attempts = format!(
        "import os\n\nprocess, file = \"/proc/{}\", \"{}\"\nprint(os.path.exists(process))\ntry:\n    open(process + \"/environ\").read()\n    print(\"its environment\")\nexcept OSError:\n    pass\ntry:\n    os.chmod(file, 0o600)\n    print(\"its mode\")\nexcept OSError:\n    pass\n",
        other.id(),
        file.display()
    );
    for level in levels().iter().copied() {
        let output = if level == "full" { "False" } else { "True\nits mode" };
        let page = format!("# P\n\n```python run\n{attempts}```\n\n```text output\n{output}\n```\n");
        let report = ordinary.verify(level, &page);
        assert_eq!(statuses(&report)[0], "pass", "{level}: {report:#}");
    }
    other.kill().expect("killed");
    other.wait().expect("ended");
}

#[test]
fn s8_1_a_chain_that_leaves_its_session_ends_with_docgen() {
    let word = marker("chain");
    // Each link leaves its session, forks the next one and ends. The last one sleeps.
    let page = format!(
        "# P\n\n```python run {{args=\"{word}\"}}\nimport os\nimport time\n\nfor _ in range(3000):\n    if os.fork():\n        os._exit(0)\n    os.setsid()\ntime.sleep(20)\n```\n"
    );
    everywhere(&page, |mut call, who| {
        for _ in 0..3 {
            let output = call.output().expect("docgen starts");
            let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            assert_eq!(report["totals"]["found"], 1, "{who}: {report:#}");
            assert!(none_left(&word), "{who}: a link of the chain outlived docgen");
        }
    });
}

#[test]
fn s8_1_nothing_is_left_where_docgen_is_killed() {
    let word = marker("killed");
    let page = format!(
        "# P\n\n```python run {{args=\"{word}\", timeout=30s}}\nimport os\nimport time\n\nfor _ in range(4):\n    os.fork()\nos.setsid() if os.getpid() != os.getpgid(0) else None\ntime.sleep(20)\n```\n"
    );
    everywhere(&page, |mut call, who| {
        let mut docgen = call.stdout(Stdio::piped()).spawn().expect("docgen starts");
        while carriers(&word) < 16 {
            assert!(docgen.try_wait().expect("known").is_none(), "{who}: docgen ended too early");
        }
        docgen.kill().expect("killed");
        docgen.wait().expect("ended");
        assert!(none_left(&word), "{who}: {} processes outlived docgen", carriers(&word));
    });
}

/// Tries every call that changes a process, first on another process, then on itself.
const OTHERS: &str = r#"# P

```python run
import os
import resource

soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)


def attempt(name, way):
    try:
        way()
        print(name, "IS OPEN")
    except OSError:
        pass


for pid in (VICTIM, os.getppid()):
    attempt("limit", lambda: resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, 0)))
    attempt("priority", lambda: os.setpriority(os.PRIO_PROCESS, pid, 19))
    attempt("group", lambda: os.setpriority(os.PRIO_PGRP, 0, 19))
    attempt("user", lambda: os.setpriority(os.PRIO_USER, os.getuid(), 19))
    attempt("affinity", lambda: os.sched_setaffinity(pid, {0}))
    attempt("scheduler", lambda: os.sched_setscheduler(pid, os.SCHED_BATCH, os.sched_param(0)))
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
resource.prlimit(os.getpid(), resource.RLIMIT_FSIZE, (2000, hard))
os.setpriority(os.PRIO_PROCESS, 0, 5)
os.sched_setaffinity(0, os.sched_getaffinity(0))
print(resource.getrlimit(resource.RLIMIT_FSIZE)[0], os.getpriority(os.PRIO_PROCESS, 0))
```

```text output
2000 5
```
"#;

#[test]
fn s8_1_other_processes_limits_are_out_of_reach() {
    let own = Outside::new();
    for level in levels().iter().copied() {
        let report = own.verify(level, OTHERS);
        assert_eq!(statuses(&report)[0], "pass", "{level}: {report:#}");
    }
    let Some(ordinary) = Ordinary::new() else { return };
    let mut victim = ordinary.command("/bin/sleep").arg("1000").spawn().expect("sleep starts");
    let page = OTHERS.replace("VICTIM", &victim.id().to_string());
    for level in levels().iter().copied() {
        let report = ordinary.verify(level, &page);
        assert_eq!(statuses(&report)[0], "pass", "{level}: {report:#}");
    }
    victim.kill().expect("killed");
    victim.wait().expect("ended");
}

#[test]
fn s7_3_a_block_leaves_nothing_to_the_next_one_of_its_parent() {
    if !allows_namespaces() {
        return;
    }
    // The names are split, so that docgen does not see them and forks all blocks from one parent.
    let first = "import os\n\nlimits = __import__(\"reso\" + \"urce\")\ntry:\n    getattr(limits, \"pr\" + \"limit\")(os.getppid(), limits.RLIMIT_FSIZE, (0, 0))\nexcept OSError:\n    print(\"refused\")\n";
    let last = "with open(\"file\", \"w\") as file:\n    print(file.write(\"text\"))\n";
    let memory = "library = __import__(\"cty\" + \"pes\").CDLL(None)\nprint(library.shmget(4711, 4096, 0o1600))\n";
    let block = |code: &str, output: &str| format!("```python run\n{code}```\n\n```text output\n{output}\n```\n\n");
    let page = format!(
        "# P\n\n{}{}{}{}{}",
        block(first, "refused"),
        block(last, "4"),
        block(memory, "-1"),
        block(first, "refused"),
        block(last, "4")
    );
    let report = Outside::new().verify("full", &page);
    let code: Vec<String> = statuses(&report).into_iter().filter(|status| status != "not_code").collect();
    assert_eq!(code, ["pass"; 5], "{report:#}");
}

#[test]
fn s8_1_datagrams_reach_no_socket_of_the_host() {
    let mut outside = Outside::new();
    let place = outside.path("datagrams");
    let listener = UnixDatagram::bind(&place).expect("a socket");
    let name = marker("datagrams");
    let hidden = SocketAddr::from_abstract_name(&name).expect("a name");
    let hidden = UnixDatagram::bind_addr(&hidden).expect("an abstract socket");
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o777)).expect("set");
    }
    for socket in [&listener, &hidden] {
        socket.set_nonblocking(true).expect("set");
    }
    let page = format!(
        "# P\n\n```python run\nimport socket\n\nfor kind in (socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC):\n    for address in (\"{}\", \"\\0{name}\"):\n        for way in (\"sendto\", \"connect\"):\n            try:\n                pair = socket.socketpair(socket.AF_UNIX, kind)\n                if way == \"sendto\":\n                    pair[0].sendto(b\"hello\", address)\n                else:\n                    pair[0].connect(address)\n                    pair[0].send(b\"hello\")\n                print(\"OPEN\", kind, way)\n            except OSError:\n                pass\none, other = socket.socketpair()\none.send(b\"a pair of streams works\")\nprint(other.recv(100).decode())\n```\n\n```text output\na pair of streams works\n```\n",
        place.display()
    );
    for level in levels().iter().copied() {
        let report = outside.verify(level, &page);
        assert_eq!(statuses(&report)[0], "pass", "{level}: {report:#}");
        for socket in [&listener, &hidden] {
            assert!(socket.recv(&mut [0; 16]).is_err(), "{level}: a datagram got out");
        }
    }
    outside.is_untouched();
}

#[test]
fn s8_2_forty_thousand_empty_files_are_a_limit() {
    let page = "# P\n\n```python run {timeout=20s}\nimport time\n\nfor number in range(40_000):\n    open(str(number), \"w\").close()\ntime.sleep(15)\n```\n";
    for level in levels().iter().copied() {
        let report = Outside::new().verify(level, page);
        assert_eq!(statuses(&report), ["limit"], "{level}: {report:#}");
    }
}

#[test]
fn s8_3_without_a_limit_of_processes_there_is_no_level() {
    if !rustix::process::getuid().is_root() || !Path::new("/usr/bin/setpriv").exists() {
        return;
    }
    // Root without control groups, who cannot become another user. The kernel does not limit root.
    let site = common::project("[book]\n", "# P\n\n```python run\nprint(1)\n```\n");
    let script = "mount -t tmpfs none /sys/fs/cgroup && exec setpriv --bounding-set=-setuid,-setgid --inh-caps=-setuid,-setgid \"$@\"";
    let run = |wanted: &str| {
        Command::new("unshare")
            .args(["--mount", "sh", "-c", script, "sh", env!("CARGO_BIN_EXE_docgen")])
            .args(["verify", "--require-sandbox", wanted])
            .current_dir(site.path())
            .env("XDG_CACHE_HOME", site.path().join("cache"))
            .env_remove("CI")
            .output()
            .expect("unshare starts")
    };
    let output = run("partial");
    let text = stderr(&output);
    if text.contains("unshare:") || text.contains("mount:") || text.contains("setpriv:") {
        return; // this container does not allow it
    }
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("limit of processes"), "{text}");
    let output = run("none");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("1 pass"), "at that level a block runs as root: {}", stdout(&output));
}

#[test]
fn s8_4_without_execution_nothing_of_the_repository_is_installed_or_built() {
    let mut outside = Outside::new();
    let root = outside.path("site");
    let page = "# P\n\n```python\nimport evil\n\nprint(evil)\n```\n\n```js\nconsole.log(1);\n```\n\n```go\nfmt.Println(1)\n```\n\n```rust\nlet x = 1;\n```\n\n```bash\ntrue\n```\n";
    write(&root, "content/page.md", page);
    write(&root, "book.toml", "[book]\n");
    // A build backend in the repository, which pip would run.
    write(&root, "snippets/python/requirements.txt", "./evil\n");
    write(
        &root,
        "snippets/python/evil/pyproject.toml",
        "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n[project]\nname = \"evil\"\nversion = \"0\"\n",
    );
    let backend = outside.fill(
        "import socket\n\nopen(\"TARGET\", \"w\").write(\"x\")\nsocket.create_connection((\"127.0.0.1\", TCP), 2)\n",
    );
    write(&root, "snippets/python/evil/backend.py", &backend);
    // Python would run this in a search for `evil.part`.
    write(&root, "snippets/python/evil/__init__.py", &backend);
    // npm hooks and a cargo build script.
    write(
        &root,
        "snippets/javascript/package.json",
        &outside
            .fill("{\"dependencies\": {\"evil\": \"file:./evil\"}, \"scripts\": {\"preinstall\": \"touch TARGET\"}}"),
    );
    write(&root, "snippets/javascript/package-lock.json", "{\"lockfileVersion\": 3, \"packages\": {}}");
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
    write(&root, "snippets/go/go.mod", "module snippets\n\ngo 1.21\n\nrequire example.com/evil v1.0.0\n");
    let output = docgen(&root)
        .env("DOCGEN_SANDBOX", "none")
        .args(["--verbose", "verify", "--no-exec", "--no-cache"])
        .output()
        .expect("docgen starts");
    let text = stdout(&output);
    let started: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("started: ")).collect();
    assert!(started.iter().any(|call| call.starts_with("gofmt")), "the supervisor says what it started: {text}");
    for call in &started {
        for word in ["pip", "npm", "install", "download", "build", "fetch", "metadata", "cargo check", "go run"] {
            assert!(!call.contains(word), "`{word}` was started: {call}");
        }
    }
    outside.is_untouched();
}

#[test]
fn a_memory_limit_of_nothing_is_refused() {
    let site = common::project("[book]\n[verify]\nmemory = \"0\"\n", "# P\n\n```python run\nprint(1)\n```\n");
    let output = docgen(site.path()).arg("verify").output().expect("docgen starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("the limit is 0"), "{}", stderr(&output));
}

#[test]
fn s6_7_the_next_run_sweeps_what_a_killed_one_left() {
    let site = common::project("[book]\n", "# P\n\n```python run\nprint(1)\n```\n");
    let (temporary, cache) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    write(temporary.path(), "docgen-launch-dead/0.plan", "{}");
    write(site.path(), ".docgen-new-dead/index.html", "half");
    write(cache.path(), "docgen/0123456789abcdef/root", "/nowhere/a-project-that-was-moved");
    write(cache.path(), "docgen/0123456789abcdef/verdicts/big", "x");
    let call = |arguments: &[&str]| {
        let mut command = docgen(site.path());
        command.env("TMPDIR", temporary.path()).env("XDG_CACHE_HOME", cache.path()).args(arguments);
        let output = command.output().expect("docgen starts");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    };
    call(&["build", "--verify"]);
    assert!(!temporary.path().join("docgen-launch-dead").exists());
    assert!(!site.path().join(".docgen-new-dead").exists());
    assert!(!cache.path().join("docgen/0123456789abcdef").exists());
    assert_eq!(std::fs::read_dir(temporary.path()).expect("listed").count(), 0);
}

#[test]
fn s6_7_folders_that_are_closed_or_deep_go_too() {
    let page = "# P\n\n```python run\nimport os\n\nos.mkdir(\"closed\")\nopen(\"closed/file\", \"w\").close()\nos.chmod(\"closed\", 0)\nfor _ in range(3000):\n    os.mkdir(\"deep\")\n    os.chdir(\"deep\")\nprint(\"made\")\n```\n\n```text output\nmade\n```\n";
    everywhere(page, |mut call, who| {
        let temporary = tempfile::tempdir().expect("a folder");
        std::fs::set_permissions(temporary.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).expect("set");
        let output = call.env("TMPDIR", temporary.path()).output().expect("docgen starts");
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(statuses(&report)[0], "pass", "{who}: {report:#}");
        assert_eq!(std::fs::read_dir(temporary.path()).expect("listed").count(), 0, "{who}");
    });
}
