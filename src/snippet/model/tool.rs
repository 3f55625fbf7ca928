//! A tool that docgen may call, as data: its programs, its version, its source.
//!
//! Must not know: where the tool is on this machine.

use std::borrow::Cow;

/// Where to get a missing tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolSource {
    /// A package of `PyPI`.
    Pypi {
        /// Package name.
        package: &'static str,
        /// Pinned version.
        version: &'static str,
        /// Download size in MB, rounded up.
        megabytes: u32,
        /// The folder with the programs in the installed package.
        programs: &'static str,
    },
    /// A package of npm.
    Npm {
        /// Package name.
        package: &'static str,
        /// Pinned version.
        version: &'static str,
        /// Download size in MB, rounded up.
        megabytes: u32,
    },
    /// The user installs it. The sentence says how.
    Manual(Cow<'static, str>),
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
