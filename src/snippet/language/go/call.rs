//! Calls the go command.
//!
//! Must not know: its messages.

use crate::error::Result;
use crate::process::Job;
use crate::snippet::toolchain::tool::Tool;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;

/// The import path pattern of a unit: its folder.
pub(super) fn package(unit: &Unit) -> String {
    format!("./{}", unit.path.trim_end_matches("/main.go"))
}

/// A call of the go command. It never uses the network. What it compiled of its own library it finds again, in whatever
/// project.
///
/// # Errors
/// If the folder of its cache cannot be made.
pub(super) fn command(workspace: &Workspace<'_>, go: &Tool) -> Result<Job> {
    let (job, cache) = workspace.compiler_with_cache(go)?;
    let modules = if workspace.folder.join("vendor").is_dir() { "-mod=vendor" } else { "-mod=mod" };
    Ok(job
        .env("HOME", workspace.build.as_os_str())
        .env("GOCACHE", cache)
        .env("GOPATH", workspace.build.join("go"))
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local")
        .env("GOFLAGS", format!("{modules} -buildvcs=false"))
        .env("GOWORK", "off")
        .env("GOTELEMETRY", "off")
        .env("CGO_ENABLED", "0"))
}
