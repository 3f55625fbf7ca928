//! The surroundings of every command: the environment, the working directory, the terminal, the tools.
//!
//! The only place that reads environment variables, the working directory and today's date.

use super::args::{Arguments, Command};
use super::values::ReportTo;
use crate::config::{self, Config, Overrides};
use crate::error::{Error, Result};
use crate::fs;
use crate::process::{Confinement, Environment, Supervisor};
use crate::report::progress::Bars;
use crate::report::{Repository, Terminal};
use crate::snippet::language;
use crate::snippet::language::command::declared::{nearest, with_declared};
use crate::snippet::language::languages::{Label, Languages};
use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::toolchain::tool::Tools;
use jiff::civil::Date;
use std::io::Read as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Max bytes of standard input.
const MAX_INPUT: u64 = 64 << 20;

/// Everything that a command gets from outside.
pub(super) struct Shell {
    /// The working directory.
    pub(super) cwd: PathBuf,
    /// The environment.
    pub(super) environment: Environment,
    /// Prints output.
    pub(super) terminal: Terminal,
    /// The languages, with those of the configuration that was read last.
    languages: Mutex<Languages>,
    /// Starts and ends child processes.
    pub(super) supervisor: Supervisor,
    /// `--root`
    pub(super) root: Option<PathBuf>,
    /// `--cache-dir`
    pub(super) cache_dir: Option<PathBuf>,
}

impl Shell {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the working directory")]
    pub(super) fn new(arguments: &Arguments, terminal: Terminal) -> Result<Self> {
        let cwd =
            std::env::current_dir().map_err(|source| Error::Io { action: "find", path: PathBuf::from("."), source })?;
        let variables =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let environment = Environment::new(variables);
        let supervisor = supervisor(&environment)?;
        let children = supervisor.clone();
        // Children have process groups of their own, which the terminal's Ctrl-C does not reach.
        ctrlc::set_handler(move || {
            children.interrupt();
        })
        .map_err(|error| match error {
            ctrlc::Error::System(source) => Error::Threads { message: source.to_string() },
            other => Error::Threads { message: other.to_string() },
        })?;
        let jobs = match &arguments.command {
            Command::Verify(options) => options.jobs,
            _ => None,
        };
        // Start the threads here: rayon panics later if it cannot start them. 0 means as many as cores.
        let threads = rayon::ThreadPoolBuilder::new().num_threads(jobs.map_or(0, NonZeroUsize::get));
        threads.build_global().map_err(|error| Error::Threads { message: error.to_string() })?;
        Ok(Self {
            cwd,
            environment,
            terminal,
            languages: Mutex::new(language::builtin()),
            supervisor,
            root: arguments.root.clone(),
            cache_dir: arguments.cache_dir.clone(),
        })
    }

    /// Today, or the day of `--date` or `SOURCE_DATE_EPOCH`.
    pub(super) fn today(&self, date: Option<&str>) -> Result<Date> {
        if let Some(text) = date {
            return text.parse().map_err(|_| {
                Error::usage(format!("`{text}` is not a date"), "write it as YYYY-MM-DD, for example --date 2026-01-31")
            });
        }
        let epoch = self.environment.get("SOURCE_DATE_EPOCH").and_then(|text| text.parse().ok());
        if let Some(timestamp) = epoch.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()) {
            return Ok(timestamp.to_zoned(jiff::tz::TimeZone::UTC).date());
        }
        Ok(jiff::Zoned::now().date())
    }

    /// The project's configuration.
    pub(super) fn config(&self, overrides: Overrides, date: Option<&str>) -> Result<Config> {
        let overrides = Overrides { root: self.root.clone(), ..overrides };
        let config = self.load(&overrides, date)?;
        for hint in &config.hints {
            self.terminal.say(&format!("\x1b[36mhint\x1b[0m: {hint}"));
        }
        Ok(config)
    }

    /// The project's configuration, without its hints. The languages that it defines are known from now on.
    pub(super) fn load(&self, overrides: &Overrides, date: Option<&str>) -> Result<Config> {
        let config = config::load(&self.cwd, overrides, self.today(date)?)?;
        let languages = with_declared(&language::builtin(), &config)?;
        *self.languages.lock().unwrap_or_else(PoisonError::into_inner) = languages;
        Ok(config)
    }

    /// The languages: docgen's own, and those of the configuration that was read last.
    pub(super) fn languages(&self) -> Languages {
        self.languages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Checks the values of `--lang`: each is a label of a language, or of a block.
    pub(super) fn check_labels(&self, labels: &[String], blocks: &Blocks) -> Result<()> {
        let languages = self.languages();
        let is_known = |label: &String| {
            let is_of = |snippet: &Snippet| snippet.label == *label || snippet.language_name == *label;
            languages.by_label(label) != Label::Unknown || blocks.iter().any(|(_, block)| is_of(&block.snippet))
        };
        let Some(unknown) = labels.iter().find(|label| !is_known(label)) else { return Ok(()) };
        let help = match nearest(&languages, unknown) {
            Some(near) => format!("did you mean `--lang {near}`?"),
            None => "`docgen doctor` lists the languages, for example `--lang python`".to_owned(),
        };
        Err(Error::usage(format!("no language and no block has the label `{unknown}`"), &help))
    }

    /// Progress on standard error.
    pub(super) fn progress(&self) -> Bars {
        Bars::new(self.terminal.quiet)
    }

    /// The tools of this machine.
    pub(super) fn tools(&self) -> Tools {
        let tools = Tools::new(self.environment.clone(), self.data_folder().join("tools"), self.supervisor.clone());
        tools.remembering(self.cache_folder().join("tools.json"))
    }

    /// When each file was last edited, by git.
    pub(super) fn edited(&self, config: &Config) -> crate::source::Edits {
        crate::source::edited(&self.supervisor, &self.environment, &config.root)
    }

    /// Whether this run is in CI.
    pub(super) fn in_ci(&self) -> bool {
        self.environment.get("CI").is_some_and(|value| value != "false")
    }

    /// Standard input, whole.
    pub(super) fn input() -> Result<String> {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().take(MAX_INPUT).read_to_end(&mut bytes);
        read.map_err(|source| Error::Io { action: "read", path: PathBuf::from("standard input"), source })?;
        let help = "convert it, for example with `iconv -f WINDOWS-1252 -t UTF-8`";
        String::from_utf8(bytes).map_err(|_| Error::usage("standard input is not UTF-8", help))
    }

    /// Writes a report to its file, or to standard output.
    pub(super) fn report(&self, report: &ReportTo, text: &str) -> Result<()> {
        match &report.file {
            Some(path) => fs::write(&self.cwd.join(path), text.as_bytes()),
            None => self.terminal.result(text),
        }
    }

    /// The repository around the project at `root`: GitHub's workspace, else the folder with a `.git`, else the working
    /// directory.
    pub(super) fn repository(&self, root: &Path) -> Repository {
        let workspace = self.environment.get("GITHUB_WORKSPACE").map(PathBuf::from);
        let workspace = workspace.filter(|folder| folder.is_absolute()).map(|folder| {
            // The project's path has no links any more.
            if root.starts_with(&folder) { folder } else { fs::canonicalize(&folder).unwrap_or(folder) }
        });
        let with_git = || root.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_path_buf);
        let folder = workspace.filter(|folder| root.starts_with(folder)).or_else(with_git);
        Repository::new(folder.unwrap_or_else(|| self.cwd.clone()))
    }

    fn home(&self) -> PathBuf {
        self.environment.get("HOME").map_or_else(|| self.cwd.clone(), PathBuf::from)
    }

    /// `$XDG_CACHE_HOME/docgen`, `DOCGEN_CACHE` or `--cache-dir` (S6.7).
    pub(super) fn cache_folder(&self) -> PathBuf {
        let given = self.cache_dir.clone().or_else(|| self.environment.get("DOCGEN_CACHE").map(PathBuf::from));
        given.map_or_else(|| self.xdg("XDG_CACHE_HOME", ".cache"), |folder| self.cwd.join(folder))
    }

    /// `$XDG_DATA_HOME/docgen`
    fn data_folder(&self) -> PathBuf {
        self.xdg("XDG_DATA_HOME", ".local/share")
    }

    fn xdg(&self, variable: &str, default: &str) -> PathBuf {
        let base = self.environment.get(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        base.unwrap_or_else(|| self.home().join(default)).join("docgen")
    }
}

/// Starts programs in a sandbox. `DOCGEN_SANDBOX` limits it, to test docgen with less.
fn supervisor(environment: &Environment) -> Result<Supervisor> {
    let max = match environment.get("DOCGEN_SANDBOX") {
        None => Confinement::Full,
        Some(name) => Confinement::from_name(name).ok_or_else(|| {
            Error::usage(format!("DOCGEN_SANDBOX is `{name}`"), "it may be `full`, `partial` or `none`")
        })?,
    };
    Ok(match std::env::current_exe() {
        Ok(launcher) => Supervisor::with_sandbox(launcher, max),
        Err(_) => Supervisor::default(),
    })
}

/// A path as a person in `cwd` would type it.
pub(super) fn shown(path: &Path, cwd: &Path) -> String {
    path.strip_prefix(cwd).unwrap_or(path).display().to_string()
}
