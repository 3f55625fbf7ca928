//! The paths that tools and blocks may access while they read or run code from a page (S8.1).
//!
//! Readable paths are listed by name: the system, toolchains, docgen's installed tools, the fixture, the package around
//! the page. Must not know: how the sandbox enforces it, languages.

use crate::fs;
use crate::snippet::model::tool::ToolSpec;
use crate::snippet::toolchain::tool::{Found, Tools};
use crate::snippet::toolchain::{ecosystem, homes, shims};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// System paths with programs, libraries and the files they read at start. `/etc` has secrets, so its files are listed.
const SYSTEM: &[&str] = &[
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/opt",
    "/nix/store",
    "/snap",
    "/home/linuxbrew/.linuxbrew",
    "/proc",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/sys/fs/cgroup",
    "/sys/kernel/mm/transparent_hugepage",
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/ca-certificates.conf",
    "/etc/crypto-policies",
    "/etc/debian_version",
    "/etc/default/locale",
    "/etc/environment.d",
    "/etc/fonts",
    "/etc/group",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/inputrc",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ld.so.preload",
    "/etc/localtime",
    "/etc/magic",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/passwd",
    "/etc/pki/tls/certs",
    "/etc/protocols",
    "/etc/services",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/terminfo",
    "/etc/timezone",
];

/// The parts of an installation's folder that its programs read. The rest of a folder like `~/.local` is not theirs.
const PARTS: &[&str] = &["bin", "lib", "lib64", "libexec", "include"];

/// The paths that a block or a tool needs in order to start.
pub(crate) fn readable(tools: &Tools, specs: &[ToolSpec]) -> Vec<PathBuf> {
    let home = tools.environment().get("HOME").map_or_else(|| PathBuf::from("/root"), PathBuf::from);
    let home = fs::canonicalize(&home).unwrap_or(home);
    let mut read: BTreeSet<PathBuf> = SYSTEM.iter().map(PathBuf::from).collect();
    read.extend(ecosystem::ALL.iter().flat_map(|row| row.system_files).map(PathBuf::from));
    read.extend(tools.path_folders().into_iter().filter(|folder| is_a_place(folder, &home)));
    read.insert(tools.folder().to_path_buf());
    let managers = shims::roots(tools.environment(), &tools.path_folders());
    read.extend(managers.into_iter().filter(|folder| is_a_place(folder, &home)));
    for home in ecosystem::homes() {
        let folder = homes::folder(tools.environment(), home);
        read.extend(home.read.iter().map(|part| folder.join(part)));
        read.extend(home.read.is_empty().then_some(folder));
    }
    for spec in specs {
        let Found::Yes(tool) = tools.find(spec) else { continue };
        let programs = [&tool.path, &tool.real];
        let resolved = programs.map(|path| fs::canonicalize(path).unwrap_or_else(|_| path.clone()));
        for program in programs.into_iter().cloned().chain(resolved) {
            let Some(prefix) = program.parent().and_then(Path::parent) else { continue };
            let prefix = fs::canonicalize(prefix).unwrap_or_else(|_| prefix.to_path_buf());
            if prefix == home || home.starts_with(&prefix) {
                // A program directly in the home folder opens only itself, not the folder.
                let folder = program.parent().filter(|folder| is_a_place(folder, &home));
                read.insert(folder.map_or_else(|| program.clone(), Path::to_path_buf));
            } else if prefix.parent().is_none_or(|above| home.starts_with(above)) {
                let parts = PARTS.iter().chain(ecosystem::ALL.iter().flat_map(|row| row.parts));
                read.extend(parts.map(|part| prefix.join(part)));
                let mut markers = ecosystem::ALL.iter().filter_map(|row| row.root_marker);
                if markers.any(|marker| prefix.join(marker).is_file()) {
                    read.insert(prefix);
                }
            } else {
                read.insert(prefix);
            }
        }
    }
    read.into_iter().filter(|path| path.exists()).collect()
}

/// Files that tools look for in every folder above a project. A tool stops if it finds one and may not read it.
pub(crate) fn looked_for_above(folder: &Path) -> Vec<PathBuf> {
    let names = || ecosystem::ALL.iter().flat_map(|row| row.looked_for_above);
    let above = folder.ancestors().skip(1);
    above.flat_map(|folder| names().map(|name| folder.join(name))).filter(|path| path.exists()).collect()
}

/// Whether a folder of `PATH` may be opened. `.`, `/` or the home folder would open everything.
fn is_a_place(folder: &Path, home: &Path) -> bool {
    let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    folder.is_absolute() && real.parent().is_some() && !home.starts_with(&real)
}

/// Whether installers get a variable: proxies, certificates, registries.
pub(crate) fn is_for_installers(name: &str) -> bool {
    const NAMES: &[&str] =
        &["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"];
    let name = name.to_uppercase();
    let mut registries = ecosystem::ALL.iter().flat_map(|row| row.registries);
    NAMES.contains(&name.as_str()) || registries.any(|prefix| name.starts_with(prefix))
}

/// The paths that installers write in toolchains' home folders. A lock file must exist before the sandbox can open it.
pub(crate) fn written_by_installers(tools: &Tools) -> Vec<PathBuf> {
    let mut places = Vec::new();
    for home in ecosystem::homes() {
        let (folders, locks) = home.written;
        let home = homes::folder(tools.environment(), home);
        for lock in locks {
            let _ = fs::append(&home.join(lock), b"");
        }
        for folder in folders {
            let _ = fs::create_dir_all(&home.join(folder));
        }
        places.extend(folders.iter().chain(locks).map(|name| home.join(name)));
    }
    places
}

/// More paths that installers may read: settings of registries, names and certificates.
pub(crate) fn for_installers(tools: &Tools) -> Vec<PathBuf> {
    const SYSTEM: &[&str] =
        &["/etc/resolv.conf", "/etc/gai.conf", "/run/systemd/resolve", "/run/resolvconf", "/etc/pki", "/etc/ssl"];
    let home = tools.environment().get("HOME").map(PathBuf::from).unwrap_or_default();
    let user = ecosystem::ALL.iter().flat_map(|row| row.user_settings).chain(&[".netrc"]).map(|name| home.join(name));
    let system = ecosystem::ALL.iter().flat_map(|row| row.system_settings).chain(SYSTEM).map(PathBuf::from);
    user.chain(system).filter(|path| path.exists()).collect()
}
