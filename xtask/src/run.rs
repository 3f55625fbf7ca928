//! Running programs: each step is named, timed, and stops the chore when it fails.
//!
//! Must not know: which steps there are.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What a chore returns: nothing, or a sentence on what went wrong.
pub(crate) type Done<T = ()> = Result<T, String>;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository").to_path_buf()
}

/// A program in the repository's root.
pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// Runs a step and says how long it took.
pub(crate) fn step(name: &str, mut command: Command) -> Done {
    println!("== {name}");
    let started = Instant::now();
    let status = command.status().map_err(|error| format!("{name}: cannot start {command:?}: {error}"))?;
    if !status.success() {
        return Err(format!("{name} failed ({status})"));
    }
    println!("== {name}: {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// Runs a step, shows its output and hands each line to `see`.
pub(crate) fn step_with_lines(name: &str, mut command: Command, mut see: impl FnMut(&str)) -> Done {
    println!("== {name}");
    let started = Instant::now();
    command.stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("{name}: cannot start {command:?}: {error}"))?;
    for line in BufReader::new(child.stdout.take().expect("piped above")).lines().map_while(Result::ok) {
        println!("{line}");
        see(&line);
    }
    let status = child.wait().map_err(|error| format!("{name}: {error}"))?;
    if !status.success() {
        return Err(format!("{name} failed ({status})"));
    }
    println!("== {name}: {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// Whether a program answers.
pub(crate) fn answers(program: &str, arguments: &[&str]) -> bool {
    command(program, arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
