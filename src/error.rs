//! Failures that stop the program. Problems of the content are not here.
//!
//! Each variant names the file or program and the action that failed. Its message says what to do next.
//! Must not know: diagnostics, pages or how anything is printed.

use std::path::PathBuf;

/// The result of an operation on the environment.
pub type Result<T> = std::result::Result<T, Error>;

/// The environment or the configuration failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read, written, moved or removed.
    #[error("cannot {action} {}: {source}\n  help: {}", path.display(), io_help(source))]
    Io {
        /// What was being done: "read", "write", …
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// `book.toml` cannot be used. `place` is `line:column`.
    #[error("{}:{place}: {message}\n  help: {help}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// `line:column`, both 1-based.
        place: String,
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// The command line is wrong.
    #[error("{message}\n  help: {help}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// A program could not be started.
    #[error("cannot start {program}: {source}\n  help: {}", program_help(source))]
    Program {
        /// The program, as it was called.
        program: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The work was cancelled, because newer work replaces it.
    #[error("cancelled")]
    Cancelled,
    /// No thread could be started.
    #[error("cannot start a thread: {message}\n  help: {NO_PROCESS_LEFT}")]
    Threads {
        /// The system's reason.
        message: String,
    },
    /// A tool ran and failed.
    #[error("{program} failed: {message}\n  help: {help}")]
    Tool {
        /// The program.
        program: String,
        /// What it said.
        message: String,
        /// What to do.
        help: String,
    },
    /// The output folder holds something that docgen did not write.
    #[error("docgen does not replace {}: it was not written by docgen (it has no .docgen marker)\n  help: choose another folder with --out, or remove it yourself", path.display())]
    ForeignOutput {
        /// The folder.
        path: PathBuf,
    },
    /// The site cannot have a file at this path.
    #[error(
        "the site cannot have a file at {path:?}: it {why}\n  help: rename the page, the file or the term that this name comes from"
    )]
    OutputPath {
        /// The path below the output folder.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// No port could be bound.
    #[error(
        "cannot listen on {address}: {message}\n  help: leave --port out to use the next free port, or choose another port"
    )]
    Port {
        /// `host:port`.
        address: String,
        /// The system's reason.
        message: String,
    },
    /// A template of the theme is broken.
    #[error("theme {theme}: {message}\n  help: compare with the built-in template of the same name")]
    Template {
        /// The theme's name.
        theme: String,
        /// The template engine's message, with template, line and column.
        message: String,
    },
}

impl Error {
    /// Shorthand for a usage error.
    pub fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), help: help.into() }
    }

    /// The exit status this failure ends the program with: 2 for usage and configuration, 3 for the environment.
    pub fn exit(&self) -> ExitStatus {
        match self {
            Self::Config { .. } | Self::Usage { .. } | Self::ForeignOutput { .. } => ExitStatus::Usage,
            _ => ExitStatus::Environment,
        }
    }
}

const NO_PROCESS_LEFT: &str = "this user has too many processes: end some, or raise the limit (`ulimit -u`)";

/// What to do when a program cannot be started.
fn program_help(source: &std::io::Error) -> &'static str {
    if source.kind() == std::io::ErrorKind::WouldBlock {
        NO_PROCESS_LEFT
    } else {
        "`docgen doctor` lists the tools and where docgen looks for them"
    }
}

/// What to do when the system reports an error.
fn io_help(source: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    match source.kind() {
        ErrorKind::NotFound => {
            "it does not exist, or it is a link to nothing: restore it, or remove the reference to it"
        }
        ErrorKind::PermissionDenied => "check its permissions and those of the folders above it",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space; no file was left half-written",
        ErrorKind::ReadOnlyFilesystem => "choose a folder that is writable",
        _ => "the system gives no more details; check the file and try again",
    }
}

/// How a command ends. The numbers are part of the interface (S5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// 0: all is well.
    Success,
    /// 1: content problems, or a snippet that fails.
    Content,
    /// 2: usage or configuration.
    Usage,
    /// 3: the environment: a missing tool under `--strict`, an unreadable file.
    Environment,
    /// 4: policy.
    Policy,
    /// 5: nothing found to check.
    NothingFound,
}

impl ExitStatus {
    /// The exit code of the process.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Content => 1,
            Self::Usage => 2,
            Self::Environment => 3,
            Self::Policy => 4,
            Self::NothingFound => 5,
        }
    }
}
