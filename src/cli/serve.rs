//! `docgen serve`: previews the site live.

use super::args::ServeOptions;
use super::shell::Shell;
use super::{problems, work};
use crate::config::{Config, Overrides};
use crate::error::{Error, ExitStatus, Result};
use crate::pipeline::{self, Edition, Project};
use crate::process::Job;
use crate::progress::{Progress, Silent};
use crate::render::highlight::Highlighter;
use crate::render::theme::Theme;
use crate::report::{terminal, words};
use crate::serve::answer::Hosts;
use crate::serve::inputs::{Inputs, Own};
use crate::serve::watch::Watch;
use crate::serve::{Files, Preview, http};
use crate::snippet;
use crate::snippet::context::{Context, Options};
use crate::snippet::toolchain::tool::Tools;
use crate::source::{self, slash_path};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) fn run(shell: &Shell, options: &ServeOptions) -> Result<ExitStatus> {
    let (listener, bound) = http::listen(&options.host, options.port)?;
    let address = address(&options.host, bound);
    // Absolute links lead to the preview.
    let base_url = Some(address.trim_end_matches('/').to_owned());
    let overrides = Overrides { drafts: options.drafts, base_url, ..Overrides::default() };
    let config = shell.config(overrides.clone(), None)?;
    let mut builder = Builder {
        shell,
        overrides,
        own: Own::new(&config, shell.cache_folder()),
        config: Arc::new(config),
        highlighter: Arc::default(),
        preview: None,
        tools: (!options.no_verify).then(|| shell.tools()),
        watch: Watch::start()?,
        inputs: Inputs::default(),
        named: BTreeSet::new(),
        said: BTreeMap::new(),
    };
    let mut first = builder.build(Manner::Heard)?;
    shell.terminal.result(&format!("serving {} at {address} (Ctrl-C ends)\n", first.site.title))?;
    let hosts = Hosts::new(bound, options.allow_host.iter().cloned().chain([options.host.clone()]));
    let preview = builder.preview();
    std::thread::spawn(move || http::serve(&listener, hosts, &preview));
    if options.open {
        open(shell, &address);
    }
    builder.verify(&mut first, Manner::Heard)?;
    while let Some(touched) = builder.next() {
        builder.again(&touched);
    }
    Ok(ExitStatus::Success)
}

/// The address for a browser on this machine.
fn address(host: &str, bound: SocketAddr) -> String {
    let host = match (host.parse(), bound.is_ipv6()) {
        (Ok(IpAddr::V4(ip)), _) if ip.is_unspecified() => "127.0.0.1".to_owned(),
        (Ok(IpAddr::V6(ip)), _) if ip.is_unspecified() => "[::1]".to_owned(),
        (Ok(IpAddr::V6(ip)), _) => format!("[{ip}]"),
        _ => host.to_owned(),
    };
    format!("http://{host}:{}/", bound.port())
}

/// What a build prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// It prints what it did and what is wrong.
    Heard,
    /// It prints only news. This follows a change that docgen's own output can cause: `docgen serve | tee` may write
    /// into the content folder, and a line for each build would cause a build for each line.
    Silent,
}

impl Files for Edition {
    fn has(&self, path: &str) -> bool {
        Self::has(self, path)
    }

    fn file(&self, path: &str) -> Result<Option<Vec<u8>>> {
        Ok(Self::file(self, path)?.map(Cow::into_owned))
    }
}

struct Builder<'a> {
    shell: &'a Shell,
    overrides: Overrides,
    config: Arc<Config>,
    highlighter: Arc<Highlighter>,
    /// What browsers see, after the first build.
    preview: Option<Arc<Preview>>,
    /// Verifies snippets, unless `--no-verify`.
    tools: Option<Tools>,
    watch: Watch,
    own: Own,
    /// What the last build read.
    inputs: Inputs,
    /// The files that the pages name.
    named: BTreeSet<PathBuf>,
    /// The last message of each kind.
    said: BTreeMap<&'static str, String>,
}

impl Builder<'_> {
    /// Waits for files that may have changed.
    fn next(&mut self) -> Option<BTreeSet<PathBuf>> {
        self.watch.next(|path| self.inputs.concern(path, &self.own))
    }

    /// Builds again if an input has changed. An error in a file that is being edited must not end the preview.
    fn again(&mut self, touched: &BTreeSet<PathBuf>) {
        let now = match self.look(touched) {
            Ok(now) => now,
            Err(error) => return self.say("error", wrong(&error), Manner::Silent),
        };
        let before = std::mem::replace(&mut self.inputs, now);
        let changed = self.inputs.difference(&before);
        if changed.is_empty() {
            if self.shell.terminal.verbose {
                self.shell.terminal.say(&format!("nothing to rebuild: {} has the same content", self.list(touched)));
            }
            return;
        }
        let aside = |path: &PathBuf| before.has(path) && self.inputs.has(path) && self.is_beside_pages(path);
        let manner = if changed.iter().all(aside) { Manner::Silent } else { Manner::Heard };
        if let Err(error) = self.rebuild(&changed, manner) {
            self.say("error", wrong(&error), manner);
        }
    }

    fn rebuild(&mut self, changed: &BTreeSet<PathBuf>, manner: Manner) -> Result<()> {
        if manner == Manner::Heard {
            self.config = Arc::new(self.shell.config(self.overrides.clone(), None)?);
        }
        let mut project = self.build(manner)?;
        if manner == Manner::Heard {
            let pages = words::plural(project.site.pages.len(), "page");
            self.shell.terminal.say(&format!("rebuilt {pages}: {} changed", self.list(changed)));
        }
        self.said.remove("error");
        self.verify(&mut project, manner)
    }

    /// Whether a file is beside the pages or in a fixture, so docgen's output could be redirected into it.
    fn is_beside_pages(&self, path: &Path) -> bool {
        let is_source = source::is_page(path) || self.named.contains(path);
        let root = &self.config.root;
        !is_source && path != root.join("book.toml") && !path.starts_with(root.join("themes"))
    }

    /// Looks at the inputs. All their folders are watched, so later changes cause an event.
    fn look(&mut self, touched: &BTreeSet<PathBuf>) -> Result<Inputs> {
        loop {
            let now = Inputs::look((&self.config, &self.own), &self.named, &self.inputs, touched)?;
            if !self.watch.cover(&now.watched())? {
                return Ok(now);
            }
        }
    }

    /// Reads the site. It looks at the files that pages name before reading them, so it misses no change in between.
    fn read(&mut self) -> Result<Project> {
        loop {
            self.inputs = self.look(&BTreeSet::new())?;
            let project = pipeline::read(&self.config, &self.shell.languages, &|path| path.exists(), &Silent)?;
            let named = pipeline::named_files(&project, &self.config);
            let more = !named.is_subset(&self.named);
            self.named = named;
            if !more {
                return Ok(project);
            }
        }
    }

    /// Reads, renders and shows the site.
    fn build(&mut self, manner: Manner) -> Result<Project> {
        let mut project = self.read()?;
        project.edited = Arc::new(self.shell.edited(&self.config));
        let problems = terminal::diagnostics(&project.sources, &project.problems, self.shell.terminal.verbose);
        if manner == Manner::Heard || self.said.get("problems") != Some(&problems) {
            problems::report(self.shell, &project.sources, &project.problems);
        }
        self.said.insert("problems", problems);
        self.render(&project)?;
        Ok(project)
    }

    /// Shows the site of a project.
    fn render(&mut self, project: &Project) -> Result<()> {
        let theme = Arc::new(Theme::load(&self.config)?);
        let (config, highlighter) = (Arc::clone(&self.config), Arc::clone(&self.highlighter));
        let edition = Arc::new(Edition::new(project.clone(), config, theme, highlighter, true)?);
        match &self.preview {
            Some(preview) => preview.show(edition),
            None => self.preview = Some(Arc::new(Preview::new(edition))),
        }
        Ok(())
    }

    fn preview(&self) -> Arc<Preview> {
        Arc::clone(self.preview.as_ref().expect("the first build has been shown"))
    }

    /// Verifies the snippets and shows the site with its verdicts.
    fn verify(&mut self, project: &mut Project, manner: Manner) -> Result<()> {
        let Some(tools) = &self.tools else { return Ok(()) };
        let work = work::of_project(self.shell, &self.config.root)?;
        let progress: Box<dyn Progress> = match manner {
            Manner::Heard => Box::new(self.shell.progress()),
            Manner::Silent => Box::new(Silent),
        };
        let options = Options { bare: !self.config.has_project, ..Options::default() };
        let input = (self.config.as_ref(), project.sources.as_ref());
        let context = work::context(self.shell, input, tools, progress.as_ref(), work.folder(), options);
        let context = Context { cache: Some(work::cache_of_project(self.shell, &self.config.root)), ..context };
        snippet::verify::verify(&context, &mut project.blocks)?;
        self.render(project)?;
        let totals: Vec<String> = project
            .blocks
            .totals()
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(status, count)| format!("{count} {}", status.name()))
            .collect();
        self.say("totals", format!("verified {}", totals.join(", ")), manner);
        Ok(())
    }

    /// Prints a message, unless the build is silent and this was its last message.
    fn say(&mut self, kind: &'static str, text: String, manner: Manner) {
        if manner == Manner::Silent && self.said.get(kind) == Some(&text) {
            return;
        }
        if kind == "error" {
            self.shell.terminal.error(&text);
        } else {
            self.shell.terminal.say(&text);
        }
        self.said.insert(kind, text);
    }

    /// `content/a.md and 2 more`
    fn list(&self, paths: &BTreeSet<PathBuf>) -> String {
        let first =
            paths.first().map_or(Path::new("a file"), |path| path.strip_prefix(&self.config.root).unwrap_or(path));
        match paths.len() {
            0 | 1 => slash_path(first),
            number => format!("{} and {} more", slash_path(first), number - 1),
        }
    }
}

fn wrong(error: &Error) -> String {
    format!("\x1b[1;31merror\x1b[0m: {error}")
}

/// Opens the user's browser. A failure does not end the preview.
fn open(shell: &Shell, address: &str) {
    let folders = shell.environment.path_folders();
    let opener = ["xdg-open", "open"].iter().find_map(|name| crate::process::Environment::find_in(&folders, name));
    let Some(opener) = opener else { return };
    let mut job = Job::new(opener, &shell.cwd).arg(address);
    for (name, value) in shell.environment.all() {
        job = job.env(name, value);
    }
    let supervisor = shell.supervisor.clone();
    std::thread::spawn(move || {
        let _ = supervisor.run(&job);
    });
}
