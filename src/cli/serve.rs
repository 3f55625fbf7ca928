//! `docgen serve`: previews the site live.

use super::args::ServeOptions;
use super::{Shell, check, work};
use crate::config::{Config, Overrides};
use crate::error::{ExitStatus, Result};
use crate::pipeline::{self, Project, Stage};
use crate::process::Job;
use crate::progress::Silent;
use crate::render::highlight::Highlighter;
use crate::report::terminal;
use crate::serve::{Preview, http, watch};
use crate::snippet::tool::Tools;
use crate::snippet::{self, Context, Options, Verdicts};
use std::sync::Arc;

pub(super) fn run(shell: &Shell, options: &ServeOptions) -> Result<ExitStatus> {
    let overrides = Overrides { drafts: options.drafts, ..Overrides::default() };
    let (server, port) = http::listen(&options.host, options.port)?;
    let host = if options.host == "0.0.0.0" { "127.0.0.1" } else { &options.host };
    let address = format!("http://{host}:{port}/");
    // What must be absolute leads to the preview.
    let overrides = Overrides { base_url: Some(address.trim_end_matches('/').to_owned()), ..overrides };
    let config = shell.config(overrides.clone(), None)?;
    let preview = Arc::new(Preview::default());
    let highlighter = Highlighter::default();
    let builder = Builder { shell, highlighter: &highlighter, preview: &preview };
    // Before the first build: what is saved while it runs must not be missed.
    let watched = [
        config.content.clone(),
        config.root.join("book.toml"),
        config.root.join("themes"),
        config.root.join("snippets"),
    ];
    let watch = watch::start(&watched, &config.out)?;
    let first = builder.build(&config, &Verdicts::default())?;
    shell.terminal.result(&format!("serving {} at {address} (Ctrl-C ends)\n", first.site.title));
    let shared = Arc::clone(&preview);
    std::thread::spawn(move || http::serve(&server, &shared));
    if options.open {
        open(shell, &address);
    }
    let verifier = (!options.no_verify).then(|| shell.tools());
    builder.verified(&config, &first, verifier.as_ref())?;
    while watch.next().is_some() {
        // A mistake in a file that is being edited must not end the preview.
        if let Err(error) = builder.again(overrides.clone(), verifier.as_ref()) {
            shell.terminal.error(&format!("\x1b[1;31merror\x1b[0m: {error}"));
        }
    }
    Ok(ExitStatus::Success)
}

struct Builder<'a> {
    shell: &'a Shell,
    highlighter: &'a Highlighter,
    preview: &'a Preview,
}

impl Builder<'_> {
    /// Reads and renders the site, and shows it.
    fn build(&self, config: &Config, verdicts: &Verdicts) -> Result<Project> {
        let mut project = pipeline::read(config, &|path| path.exists(), &Silent)?;
        project.edited = self.shell.edited(config);
        check::report(self.shell, &project.sources, &project.problems);
        self.render(config, &project, verdicts)?;
        Ok(project)
    }

    fn render(&self, config: &Config, project: &Project, verdicts: &Verdicts) -> Result<()> {
        let stage = Stage { progress: &Silent, highlighter: self.highlighter, live: true };
        self.preview.show(pipeline::render(project, config, verdicts, &stage)?);
        Ok(())
    }

    /// Builds again after a change.
    fn again(&self, overrides: Overrides, tools: Option<&Tools>) -> Result<()> {
        let config = self.shell.config(overrides, None)?;
        let project = self.build(&config, &Verdicts::default())?;
        self.shell.terminal.say(&format!("rebuilt {}", terminal::plural(project.site.pages.len(), "page")));
        self.verified(&config, &project, tools)
    }

    /// Verifies the snippets and shows the site with its verdicts.
    fn verified(&self, config: &Config, project: &Project, tools: Option<&Tools>) -> Result<()> {
        let Some(tools) = tools else { return Ok(()) };
        let work = work::of_project(self.shell, &config.root)?;
        let progress = self.shell.progress();
        let options = Options { bare: !config.has_project, ..Options::default() };
        let context = work::context(self.shell, (config, &project.sources), tools, &progress, work.folder(), options);
        let context = Context { cache: Some(work::cache_of_project(self.shell, &config.root)), ..context };
        let verdicts = snippet::verify(&context, &project.site.pages)?;
        self.render(config, project, &verdicts)?;
        let totals: Vec<String> = verdicts
            .totals()
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(status, count)| format!("{count} {}", status.name()))
            .collect();
        self.shell.terminal.say(&format!("verified {}", totals.join(", ")));
        Ok(())
    }
}

/// Opens the user's browser; that it cannot is no reason to stop.
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
