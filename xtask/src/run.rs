//! Runs programs. Each step has a name and is timed; a failed step stops the task.
//!
//! Must not know: which steps exist.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// Max time of a step. In CI, a step that hangs is ended and named, instead of the whole run.
const LIMIT: Duration = Duration::from_mins(25);

/// The result of a task; an error is a sentence.
pub(crate) type Done<T = ()> = Result<T, String>;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository").to_path_buf()
}

/// A program in the repository's root.
pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root()).env("PATH", path());
    command
}

/// `PATH` with the programs of this build first, because the manual's examples call `docgen`.
fn path() -> OsString {
    let own = ["target/debug", "target/release"].map(|folder| root().join(folder));
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(own.into_iter().chain(std::env::split_paths(&inherited))).unwrap_or(inherited)
}

/// Runs a step and prints its time.
pub(crate) fn step(name: &str, mut command: Command) -> Done {
    println!("== {name}");
    let started = Instant::now();
    let (child, guard) = start(name, &mut command)?;
    end(name, child, guard, started)
}

/// Ends a step's processes at the limit, unless it is dropped first.
struct Guard {
    _alive: Option<Sender<()>>,
}

/// Starts a program. In CI it gets a separate process group, which a guard ends at the limit. Elsewhere the user can
/// press Ctrl-C.
fn start(name: &str, command: &mut Command) -> Done<(Child, Guard)> {
    let watched = std::env::var_os("CI").is_some();
    if watched {
        command.process_group(0);
    }
    let child = command.spawn().map_err(|error| format!("{name}: cannot start {command:?}: {error}"))?;
    let alive = watched.then(|| {
        let (sender, receiver) = channel();
        let (group, name) = (format!("-{}", child.id()), name.to_owned());
        std::thread::spawn(move || {
            if receiver.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
                println!("== {name}: took over {} minutes and is ended", LIMIT.as_secs() / 60);
                let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            }
        });
        sender
    });
    Ok((child, Guard { _alive: alive }))
}

/// Waits for a step and prints its time.
fn end(name: &str, mut child: Child, guard: Guard, started: Instant) -> Done {
    let status = child.wait().map_err(|error| format!("{name}: {error}"))?;
    drop(guard);
    if !status.success() {
        return Err(format!("{name} failed ({status})"));
    }
    println!("== {name}: {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// Runs a step, prints its output and passes each line to `see`.
pub(crate) fn step_with_lines(name: &str, mut command: Command, mut see: impl FnMut(&str)) -> Done {
    println!("== {name}");
    let started = Instant::now();
    command.stdout(Stdio::piped());
    let (mut child, guard) = start(name, &mut command)?;
    for line in BufReader::new(child.stdout.take().expect("piped above")).lines().map_while(Result::ok) {
        println!("{line}");
        see(&line);
    }
    end(name, child, guard, started)
}

/// Whether a program can be run.
pub(crate) fn answers(program: &str, arguments: &[&str]) -> bool {
    command(program, arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
