//! A program to run, with its arguments, environment and limits. Also docgen's own environment, of which children get
//! parts.
//!
//! Must not know: how programs are started.

use super::sandbox::Policy;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The variables of docgen's own environment, captured once by `cli` and passed down.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    vars: BTreeMap<String, String>,
}

impl Environment {
    /// Makes an environment from pairs of name and value.
    pub fn new(vars: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { vars: vars.into_iter().collect() }
    }

    /// The value of a variable; an empty one counts as unset.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The folders of `PATH`, in order.
    pub fn path_folders(&self) -> Vec<PathBuf> {
        self.get("PATH").map(|path| std::env::split_paths(path).collect()).unwrap_or_default()
    }

    /// All variables, for installers: they need the user's proxies and certificates.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.vars.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first executable file with the name `program` in `folders`.
    pub fn find_in(folders: &[PathBuf], program: &str) -> Option<PathBuf> {
        use std::os::unix::fs::PermissionsExt as _;
        folders
            .iter()
            .map(|folder| folder.join(program))
            .find(|path| path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0))
    }
}

/// The limits of a child.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Wall-clock time.
    pub wall: Duration,
    /// Bytes of standard output and of standard error, each.
    pub output: usize,
}

impl Limits {
    /// The limits of compilers and linters, which process many blocks at once.
    pub const TOOL: Limits = Limits { wall: Duration::from_mins(10), output: 64 << 20 };
    /// The limits of a call that asks a tool for its version.
    pub const PROBE: Limits = Limits { wall: Duration::from_secs(20), output: 1 << 20 };
}

/// A program to run.
#[derive(Debug, Clone)]
pub struct Job {
    pub(super) program: PathBuf,
    pub(super) arg0: Option<String>,
    pub(super) args: Vec<OsString>,
    pub(super) env: BTreeMap<String, OsString>,
    pub(super) cwd: PathBuf,
    pub(super) stdin: Vec<u8>,
    pub(super) limits: Limits,
    pub(super) policy: Option<Policy>,
}

impl Job {
    /// A call of `program` in the folder `cwd`, with an empty environment and the limits of a tool.
    pub fn new(program: impl Into<PathBuf>, cwd: &Path) -> Self {
        Self {
            program: program.into(),
            arg0: None,
            args: Vec::new(),
            env: BTreeMap::new(),
            cwd: cwd.to_path_buf(),
            stdin: Vec::new(),
            limits: Limits::TOOL,
            policy: None,
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets `argv[0]`, the name that the program sees itself called by.
    #[must_use]
    pub fn arg0(mut self, name: impl Into<String>) -> Self {
        self.arg0 = Some(name.into());
        self
    }

    /// Sets one variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }

    /// Passes on docgen's own variables `names`, if they are set.
    #[must_use]
    pub fn inherit(mut self, environment: &Environment, names: &[&str]) -> Self {
        for name in names {
            if let Some(value) = environment.get(name) {
                self.env.insert((*name).to_owned(), value.into());
            }
        }
        self
    }

    /// Sets standard input; the default is empty.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Sets the limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Confines the program as far as this machine allows.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Marks the job as the parent of several programs, which must not influence each other.
    #[must_use]
    pub fn shared(mut self) -> Self {
        if let Some(policy) = &mut self.policy {
            policy.shared = true;
        }
        self
    }

    /// Its arguments.
    pub fn arguments(&self) -> &[OsString] {
        &self.args
    }

    /// Its environment.
    pub fn variables(&self) -> &BTreeMap<String, OsString> {
        &self.env
    }

    /// The call as a person would type it, for evidence.
    pub fn command_line(&self) -> String {
        let program = self.program.file_name().unwrap_or(self.program.as_os_str()).to_string_lossy().into_owned();
        let mut words = vec![program];
        words.extend(self.args.iter().map(|arg| {
            let arg = arg.to_string_lossy();
            if arg.contains([' ', '\n', '"', '\'']) { format!("{arg:?}") } else { arg.into_owned() }
        }));
        words.join(" ")
    }
}
