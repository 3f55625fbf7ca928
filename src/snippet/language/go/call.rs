//! Calls the go command.
//!
//! Must not know: its messages.

use crate::process::Job;
use crate::snippet::toolchain::tool::Tool;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;

/// The import path pattern of a unit: its folder.
pub(super) fn package(unit: &Unit) -> String {
    format!("./{}", unit.path.trim_end_matches("/main.go"))
}

/// A call of the go command. It never uses the network, and keeps its caches in docgen's folder.
pub(super) fn command(workspace: &Workspace<'_>, go: &Tool) -> Job {
    workspace
        .compiler(&go.path, &workspace.folder)
        .env("HOME", workspace.build.as_os_str())
        .env("GOCACHE", workspace.build.join("go-build"))
        .env("GOPATH", workspace.build.join("go"))
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local")
        .env(
            "GOFLAGS",
            if workspace.folder.join("vendor").is_dir() {
                "-mod=vendor -buildvcs=false"
            } else {
                "-mod=mod -buildvcs=false"
            },
        )
        .env("GOWORK", "off")
        .env("GOTELEMETRY", "off")
        .env("CGO_ENABLED", "0")
}
