//! The trait that each language implements: its adapter.
//!
//! An adapter gets a workspace (a fixture project with the blocks in it) and its units. It records in each unit what it
//! found. One call of a tool serves all units (S7.2). Must not know: pages, verdicts, reports.

use crate::error::Result;
use crate::process::Job;
use crate::snippet::language::traceback::{self, Traceback};
use crate::snippet::model::language::LanguageSpec;
use crate::snippet::model::output::Comparable;
use crate::snippet::model::program::{Parts, Program, Promised};
use crate::snippet::model::seam;
use crate::snippet::model::tool::ToolSpec;
use crate::snippet::model::verdict::Step;
use crate::snippet::toolchain::tool::{Tool, Tools};
use crate::snippet::workspace::package::Needs;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::MappedText;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::result::Result as StdResult;

/// A call and its input before the program's own standard input; or why the call is impossible.
pub(crate) type CallWithInput = StdResult<(Job, Vec<u8>), String>;

/// The text after `mark` on each line, at the line's start or after white space: `#> 42`, `f(6) #> 42`.
pub(crate) fn marked_lines(code: &MappedText, mark: &str) -> Option<Promised> {
    let mut text = MappedText::new();
    let mut offset = 0;
    for line in code.as_str().split_inclusive('\n') {
        let at = line.match_indices(mark).map(|(at, _)| at).find(|at| line[..*at].trim_end().len() < *at || *at == 0);
        if let Some(rest) = at.map(|at| &line[at + mark.len()..]) {
            let start = offset + line.len() - rest.len() + usize::from(rest.starts_with(' '));
            text.push_mapped(code, start..offset + line.len());
        }
        offset += line.len();
    }
    (!text.is_empty()).then_some(Promised { text, unordered: false })
}

/// The behaviour of a language. Its facts are data: [`Language::spec`].
pub trait Language: Send + Sync {
    /// The facts of the language.
    fn spec(&self) -> &LanguageSpec;

    /// Everything that `book.toml` says of the language, if it is defined there.
    fn definition(&self) -> Option<&str> {
        None
    }

    /// Makes a program of the parts of a block (S3.1). `name` is an identifier, unique in the run.
    fn assemble(&self, parts: &Parts, name: &str) -> Program;

    /// Tries all steps before the run, for all units at once.
    ///
    /// # Errors
    /// Only if the workspace itself cannot be used. A tool's messages, or its absence, are recorded in the units.
    fn check(&self, workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()>;

    /// Builds the units in `wanted` before they run, if the language needs that. Default: nothing.
    ///
    /// # Errors
    /// As [`Language::check`].
    fn build(&self, _workspace: &Workspace<'_>, _units: &mut [Unit], _wanted: &[usize]) -> Result<()> {
        Ok(())
    }

    /// The call that runs a unit in the folder `scratch`; `Err` says why it is impossible.
    fn command(&self, _workspace: &Workspace<'_>, _unit: &Unit, _scratch: &Path) -> StdResult<Job, String> {
        Err("this language cannot be run".to_owned())
    }

    /// The call that runs a unit of several parts, and its input before the program's own standard input. The program
    /// prints one secret between two parts. No part may learn a secret before the program reaches it (S3.3).
    fn command_in_parts(
        &self,
        workspace: &Workspace<'_>,
        unit: &Unit,
        scratch: &Path,
        secrets: &[String],
    ) -> CallWithInput {
        Ok((self.command(workspace, unit, scratch)?, seam::lines(secrets)))
    }

    /// The message in the standard error of a failed run, and the place in the unit's program that it names (S7.4).
    fn traceback(&self, unit: &Unit, stderr: &str) -> Traceback {
        traceback::first(unit, stderr)
    }

    /// The call that runs a failed unit again to find where it fails; `None` if the language's programs say so
    /// themselves.
    fn traced_command(&self, _workspace: &Workspace<'_>, _unit: &Unit, _scratch: &Path) -> Option<CallWithInput> {
        None
    }

    /// The last line of the unit's program that such a run reached.
    fn traced_line(&self, _unit: &Unit, _stderr: &str) -> Option<usize> {
        None
    }

    /// The call of a warm parent in the folder `scratch`, which can fork the programs that [`Language::command`] starts
    /// (S7.3); `None` if the language has none.
    fn warm_parent(&self, _workspace: &Workspace<'_>, _scratch: &Path) -> Option<Job> {
        None
    }

    /// Whether a warm parent may fork a unit's program with these variables: the program must not depend on how an
    /// interpreter starts.
    fn can_be_forked(&self, _unit: &Unit, _variables: &BTreeMap<String, String>) -> bool {
        true
    }

    /// How to bind the package around a page; `None` if the language has no packages.
    fn packages(&self) -> Option<&dyn Packages> {
        None
    }

    /// Installs what the fixture's lock file pins, once (S3.5). The inner `Err` says why that is impossible.
    ///
    /// # Errors
    /// As [`Language::check`].
    fn install(&self, _workspace: &Workspace<'_>) -> Result<StdResult<(), String>> {
        Ok(Ok(()))
    }

    /// Files around a tool that influence verdicts, by name and time: the packages that an interpreter finds by itself.
    fn surroundings(&self, _tool: &Tool) -> Option<String> {
        None
    }

    /// The output that comments in the code promise, by the language's convention (S4.1): Go's `// Output:`, Python's
    /// `#> `.
    fn promised_output(&self, _code: &MappedText) -> Option<Promised> {
        None
    }

    /// Output in the form in which it is compared, if that is not the text itself.
    fn comparable(&self, _output: &str) -> Option<Comparable> {
        None
    }

    /// The code as readers see it, without hidden lines (S3.2).
    fn shown<'a>(&self, code: &'a str) -> Cow<'a, str> {
        code.into()
    }

    /// A definition for an undefined name, for `--suggest-prelude`; `called` if it is used as a function.
    fn stub(&self, _name: &str, _called: bool) -> Option<String> {
        None
    }

    /// Adds the other files that an extracted project needs for a person to open it. Default: nothing.
    ///
    /// # Errors
    /// If a file cannot be written.
    fn finish_extract(&self, _folder: &Path, _units: &mut [Unit]) -> Result<()> {
        Ok(())
    }
}

/// Says whether code uses a package.
pub type UseOfPackage = Box<dyn Fn(&str) -> bool>;

/// How to find the package around a page and make it available to the fixture (S3.6).
pub trait Packages {
    /// Whether a manifest exists and belongs to a package that can be bound.
    fn is_package(&self, manifest: &Path) -> bool {
        manifest.is_file()
    }

    /// A test of whether code uses the package in this folder; if not, binding is not worth the time. It reads the
    /// manifest once, for the code of many pages.
    fn use_of_package(&self, _package: &Path) -> UseOfPackage {
        Box::new(|_| true)
    }

    /// How code imports the package in this folder, if a fragment may omit the import.
    fn import_path(&self, _package: &Path) -> Option<String> {
        None
    }

    /// What the tools of the package in this folder read elsewhere in the project: the manifests of its workspace, and
    /// the packages that it depends on by path.
    fn needs(&self, _package: &Path, _project: &Path) -> Needs {
        Needs::default()
    }

    /// Makes the package in `workspace.package` available to the fixture. The inner `Err` says what is impossible.
    ///
    /// # Errors
    /// As [`Language::check`].
    fn bind(&self, _workspace: &Workspace<'_>, _code: &str) -> Result<StdResult<(), String>> {
        Ok(Ok(()))
    }
}

/// A tool for these units. If it is missing, each unit records that for this step.
pub(crate) fn tool_for(tools: &Tools, spec: &ToolSpec, step: Step, units: &mut [Unit]) -> Option<Tool> {
    match tools.require(spec) {
        Ok(tool) => {
            for unit in units.iter_mut().filter(|unit| unit.wants(step)) {
                unit.uses(&tool);
            }
            Some(tool)
        }
        Err(why) => {
            for unit in units.iter_mut().filter(|unit| unit.wants(step)) {
                unit.missing(step, &why);
            }
            None
        }
    }
}
