//! A tool that docgen may call, as data: its programs, its version, its source.
//!
//! Must not know: where the tool is on this machine.

use std::borrow::Cow;

/// Where to get a missing tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolSource {
    /// `docgen doctor --fix` installs a package.
    Package(Package),
    /// The user installs it. The sentence says how.
    Manual(Cow<'static, str>),
}

/// A pinned package of a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The registry, as `toolchain/ecosystem.rs` names it.
    pub registry: &'static str,
    /// Its name there.
    pub name: &'static str,
    /// The pinned version.
    pub version: &'static str,
    /// Other packages to install with it, each with its version.
    pub with: &'static [&'static str],
    /// Download size in MB, rounded up.
    pub megabytes: u32,
    /// The folder with the programs in the installed package.
    pub programs: &'static str,
}

impl ToolSource {
    /// The package that docgen can install.
    pub fn package(&self) -> Option<&Package> {
        match self {
            Self::Package(package) => Some(package),
            Self::Manual(_) => None,
        }
    }
}

/// A tool that docgen may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolSpec {
    /// Its name in verdicts and in `doctor`.
    pub name: Cow<'static, str>,
    /// Names of its program. The first one found counts.
    pub programs: Vec<Cow<'static, str>>,
    /// What it is for, in a few words.
    pub role: Cow<'static, str>,
    /// The arguments that make it print its version.
    pub version_args: Vec<Cow<'static, str>>,
    /// How to find the real program behind a shim that prints no `path=…` itself.
    pub behind: Option<Behind>,
    /// The minimum version, as numbers.
    pub minimum: Vec<u32>,
    /// Blocks are judged without it too.
    pub is_optional: bool,
    /// Where to get it.
    pub source: ToolSource,
}

/// A question that a program answers with a folder, and the real program in that folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// The program to ask. It is in the tool's folder.
    pub program: &'static str,
    /// Its arguments.
    pub args: &'static [&'static str],
    /// The path of the real program below the answered folder.
    pub file: &'static str,
}
