//! `docgen serve`: previews the site live.
//!
//! 1. [`builder`] waits for changes, reads what has changed, and shows the new site at once.
//! 2. [`checker`] verifies beside it, in a thread, the saved page first. The next save cuts it short.
//! 3. [`shown`] is the site that browsers see; both replace it.
//!
//! Must not know: how a site is read, rendered or verified.

mod builder;
mod checker;
mod manner;
mod shown;

use super::args::ServeOptions;
use super::shell::Shell;
use crate::config::Overrides;
use crate::error::{ExitStatus, Result};
use crate::process::{Environment, Job};
use crate::serve::answer::Hosts;
use crate::serve::http;
use builder::Builder;
use checker::Checker;
use std::net::{IpAddr, SocketAddr};

pub(super) fn run(shell: &Shell, options: &ServeOptions) -> Result<ExitStatus> {
    let (listener, bound) = http::listen(&options.host, options.port)?;
    let address = address(&options.host, bound);
    // Absolute links lead to the preview.
    let base_url = Some(address.trim_end_matches('/').to_owned());
    let overrides = Overrides { drafts: options.drafts, base_url, ..Overrides::default() };
    let checker = (!options.no_verify).then(|| Checker::new(shell));
    let mut builder = Builder::new(shell, overrides, checker.as_ref())?;
    builder.start()?;
    let shown = builder.shown();
    shell.terminal.result(&format!("serving {} at {address} (Ctrl-C ends)\n", shown.title()))?;
    let hosts = Hosts::new(bound, options.allow_host.iter().cloned().chain([options.host.clone()]));
    let preview = shown.preview();
    std::thread::spawn(move || http::serve(&listener, hosts, &preview));
    if options.open {
        open(shell, &address);
    }
    std::thread::scope(|scope| {
        if let Some(checker) = &checker {
            scope.spawn(|| checker.run(&shown));
        }
        builder.run();
        if let Some(checker) = &checker {
            checker.end();
        }
    });
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

/// Opens the user's browser. A failure does not end the preview.
fn open(shell: &Shell, address: &str) {
    let folders = shell.environment.path_folders();
    let opener = ["xdg-open", "open"].iter().find_map(|name| Environment::find_in(&folders, name));
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
