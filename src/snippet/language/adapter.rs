//! What an adapter does: the trait that each language implements.
//!
//! An adapter gets a workspace (a fixture project with the blocks written into it) and its units, and notes in each unit what it
//! found; one call of a tool serves all units (S7.2). Must not know: pages, verdicts, reports.

use crate::error::Result;
use crate::process::Job;
use crate::snippet::language::traceback::{self, Traceback};
use crate::snippet::model::language::LanguageSpec;
use crate::snippet::model::program::{Parts, Program, Promised};
use crate::snippet::model::seam;
use crate::snippet::model::tool::ToolSpec;
use crate::snippet::model::verdict::Step;
use crate::snippet::toolchain::tool::{Tool, Tools};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::MappedText;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::result::Result as StdResult;

/// A call, and what it reads from standard input before the program's own input; or why it cannot be made.
pub(crate) type CallWithInput = StdResult<(Job, Vec<u8>), String>;

/// What stands behind `mark` on the lines of a text, at their start or after white space: `#> 42`, `f(6) #> 42`.
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

/// What a language does with code. Its facts are data: [`Language::spec`].
pub trait Language: Send + Sync {
    /// The facts of the language.
    fn spec(&self) -> &LanguageSpec;

    /// Makes a whole program of the parts of a block (S3.1). `name` is an identifier, unique in the run.
    fn assemble(&self, parts: &Parts, name: &str) -> Program;

    /// Tries the steps before the run, for all units at once.
    ///
    /// # Errors
    /// Only where the workspace itself cannot be used; what a tool says, or its absence, is noted in the units.
    fn check(&self, workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()>;

    /// Builds what must be built before the units marked in `wanted` can run. Default: nothing.
    ///
    /// # Errors
    /// As [`Language::check`].
    fn build(&self, _workspace: &Workspace<'_>, _units: &mut [Unit], _wanted: &[usize]) -> Result<()> {
        Ok(())
    }

    /// The call that runs a unit in the folder `scratch`; `Err` says why it cannot be.
    fn command(&self, _workspace: &Workspace<'_>, _unit: &Unit, _scratch: &Path) -> StdResult<Job, String> {
        Err("this language cannot be run".to_owned())
    }

    /// The call that runs a unit of several parts, and what it reads from standard input before the program's own input.
    /// It prints one secret between two parts. No part may learn a secret before the program gets there (S3.3).
    fn command_in_parts(
        &self,
        workspace: &Workspace<'_>,
        unit: &Unit,
        scratch: &Path,
        secrets: &[String],
    ) -> CallWithInput {
        Ok((self.command(workspace, unit, scratch)?, seam::lines(secrets)))
    }

    /// What the standard error of a failed run says, and the place of the unit's program that it names (S7.4).
    fn traceback(&self, unit: &Unit, stderr: &str) -> Traceback {
        traceback::first(unit, stderr)
    }

    /// The call that runs a failed unit once more, to see where it fails; nothing where programs of the language say that.
    fn traced_command(&self, _workspace: &Workspace<'_>, _unit: &Unit, _scratch: &Path) -> Option<CallWithInput> {
        None
    }

    /// The line of the unit's program that such a run got to last.
    fn traced_line(&self, _unit: &Unit, _stderr: &str) -> Option<usize> {
        None
    }

    /// The call of a warm parent in the folder `scratch`, from which programs that [`Language::command`] starts can be forked
    /// (S7.3); nothing where the language has none.
    fn warm_parent(&self, _workspace: &Workspace<'_>, _scratch: &Path) -> Option<Job> {
        None
    }

    /// Whether a unit's program, with these variables, may be forked from a warm parent: nothing about it concerns how an
    /// interpreter starts.
    fn can_be_forked(&self, _unit: &Unit, _variables: &BTreeMap<String, String>) -> bool {
        true
    }

    /// How the package around a page is bound; nothing where the language has no packages.
    fn packages(&self) -> Option<&dyn Packages> {
        None
    }

    /// Installs what the fixture's lock file pins, once (S3.5). `Err` inside says why it cannot be had.
    ///
    /// # Errors
    /// As [`Language::check`].
    fn install(&self, _workspace: &Workspace<'_>) -> Result<StdResult<(), String>> {
        Ok(Ok(()))
    }

    /// What lies around a tool and takes part in verdicts, by its names and times: packages that an interpreter finds by
    /// itself.
    fn surroundings(&self, _tool: &Tool) -> Option<String> {
        None
    }

    /// The output that the language's own habit promises in the code (S4.1): Go's `// Output:`, Python's `#> `.
    fn promised_output(&self, _code: &MappedText) -> Option<Promised> {
        None
    }

    /// The code as readers see it: without lines that are hidden from them (S3.2).
    fn shown<'a>(&self, code: &'a str) -> Cow<'a, str> {
        code.into()
    }

    /// A definition that makes a name known, for `--suggest-prelude`; `called` if it is used as a function.
    fn stub(&self, _name: &str, _called: bool) -> Option<String> {
        None
    }

    /// Adds what an extracted project needs beside its blocks to be opened by a person. Default: nothing.
    ///
    /// # Errors
    /// Where a file cannot be written.
    fn finish_extract(&self, _folder: &Path, _units: &mut [Unit]) -> Result<()> {
        Ok(())
    }
}

/// How the package around a page is found and made known to the fixture (S3.6).
pub trait Packages {
    /// Whether a manifest is there and that of a package that can be bound.
    fn is_package(&self, manifest: &Path) -> bool {
        manifest.is_file()
    }

    /// Whether the code uses the package in this folder, so that it is worth binding.
    fn uses_package(&self, _package: &Path, _code: &str) -> bool {
        true
    }

    /// How code imports the package in this folder, where a fragment may leave that out.
    fn import_path(&self, _package: &Path) -> Option<String> {
        None
    }

    /// Makes the package in `workspace.package` known to the fixture. `Err` inside says what cannot be had.
    ///
    /// # Errors
    /// As [`Language::check`].
    fn bind(&self, _workspace: &Workspace<'_>, _code: &str) -> Result<StdResult<(), String>> {
        Ok(Ok(()))
    }
}

/// A tool for these units: found, or noted in each of them as missing at this step.
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
