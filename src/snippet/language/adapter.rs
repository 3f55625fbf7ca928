//! What an adapter does: the trait that each language implements.
//!
//! An adapter gets a workspace (a fixture project with the blocks written into it) and its units, and notes in each unit what it
//! found; one call of a tool serves all units (S7.2). Must not know: pages, verdicts, reports.

use crate::process::Job;
use crate::snippet::model::language::Canary;
use crate::snippet::model::program::{Parts, Program, Promised};
use crate::snippet::model::seam;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Level, Step};
use crate::snippet::toolchain::tool::{Tool, ToolSpec, Tools};
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::MappedText;
use std::borrow::Cow;
use std::path::Path;

/// A call, and what it reads from standard input before the program's own input; or why it cannot be made.
pub(crate) type PartsJob = Result<(Job, Vec<u8>), String>;

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

/// What docgen knows of a language.
pub trait Language: Sync {
    /// Its name in info strings, configuration and reports.
    fn name(&self) -> &'static str;

    /// Its name as people write it.
    fn title(&self) -> &'static str;

    /// The extension of its files, without the dot.
    fn extension(&self) -> &'static str;

    /// Other names for it in info strings.
    fn aliases(&self) -> &'static [&'static str];

    /// The rungs it has, in order.
    fn steps(&self) -> &'static [Step];

    /// The rung that a block must reach if nobody says otherwise (S1.2).
    fn default_target(&self) -> Level;

    /// The tools it uses; the first one is what it cannot do without.
    fn tools(&self) -> &'static [&'static ToolSpec];

    /// The files of the fixture that serves where a project has none (S3.4).
    fn minimal_fixture(&self) -> &'static [(&'static str, &'static str)];

    /// Installs what the fixture's lock file pins, once (S3.5). `Err` inside says why it cannot be had.
    ///
    /// # Errors
    /// As [`Language::check`].
    fn install(&self, _bench: &Workspace<'_>) -> crate::error::Result<Result<(), String>> {
        Ok(Ok(()))
    }

    /// How a person adds a package to a fixture, in a few words.
    fn adds_packages(&self) -> Option<&'static str> {
        None
    }

    /// Names of the files that make a folder a package of this language.
    fn manifests(&self) -> &'static [&'static str] {
        &[]
    }

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

    /// Makes the package in `bench.package` known to the fixture (S3.6). `Err` inside says what cannot be had.
    ///
    /// # Errors
    /// As [`Language::check`].
    fn bind(&self, _bench: &Workspace<'_>, _code: &str) -> crate::error::Result<Result<(), String>> {
        Ok(Ok(()))
    }

    /// The command a person types in the fixture to check it all, for `extract`.
    fn native_command(&self) -> &'static str;

    /// Makes a whole program of the pieces of a block (S3.1). `name` is an identifier, unique in the run.
    fn program(&self, pieces: &Parts, snippet: &Snippet, name: &str) -> Program;

    /// The output that the language's own habit promises in the code (S4.1): Go's `// Output:`, Python's `#> `.
    fn promised_output(&self, _code: &MappedText) -> Option<Promised> {
        None
    }

    /// A definition that makes a name known, for `--suggest-prelude`; `called` if it is used as a function.
    fn stub(&self, _name: &str, _called: bool) -> Option<String> {
        None
    }

    /// The code as readers see it: without lines that are hidden from them (S3.2).
    fn shown<'a>(&self, code: &'a str) -> Cow<'a, str> {
        code.into()
    }

    /// Climbs the static rungs for all units at once.
    ///
    /// # Errors
    /// Only where the bench itself cannot be used; what a tool says, or its absence, is noted in the units.
    fn check(&self, bench: &Workspace<'_>, units: &mut [Unit]) -> crate::error::Result<()>;

    /// Builds what must be built before the units marked in `wanted` can run. Default: nothing.
    ///
    /// # Errors
    /// As [`Language::check`].
    fn prepare_run(&self, _bench: &Workspace<'_>, _units: &mut [Unit], _wanted: &[usize]) -> crate::error::Result<()> {
        Ok(())
    }

    /// What lies around a tool and takes part in verdicts, by its names and times: packages that an interpreter finds by
    /// itself.
    fn surroundings(&self, _tool: &Tool) -> Option<String> {
        None
    }

    /// The call of a warm parent in the folder `scratch`, from which [`Language::run_job`]'s programs can be forked
    /// (S7.3); nothing where the language has none.
    fn warm_job(&self, _bench: &Workspace<'_>, _scratch: &Path) -> Option<Job> {
        None
    }

    /// The call that runs a unit in the folder `scratch`; `Err` says why it cannot be.
    fn run_job(&self, _bench: &Workspace<'_>, _unit: &Unit, _scratch: &Path) -> Result<Job, String> {
        Err("this language cannot be run".to_owned())
    }

    /// The call that runs a unit of several parts, and what it reads from standard input before the program's own input.
    /// It prints one secret between two parts. No part may learn a secret before the program gets there (S3.3).
    fn parts_job(&self, bench: &Workspace<'_>, unit: &Unit, scratch: &Path, secrets: &[String]) -> PartsJob {
        Ok((self.run_job(bench, unit, scratch)?, seam::lines(secrets)))
    }

    /// The call that runs a failed unit once more, to see where it fails; nothing where programs of the language say that.
    fn traced_job(&self, _bench: &Workspace<'_>, _unit: &Unit, _scratch: &Path) -> Option<PartsJob> {
        None
    }

    /// The line of the unit's program that such a run got to last.
    fn traced_line(&self, _unit: &Unit, _stderr: &str) -> Option<usize> {
        None
    }

    /// Adds what an extracted project needs beside its blocks to be opened by a person. Default: nothing.
    ///
    /// # Errors
    /// Where a file cannot be written.
    fn finish_extract(&self, _folder: &Path, _units: &mut [Unit]) -> crate::error::Result<()> {
        Ok(())
    }

    /// Blocks known to be bad, at each rung.
    fn canaries(&self) -> &'static [Canary];
}

/// A tool for these units: found, or noted in each of them as missing at this step.
pub(crate) fn tool_for(tools: &Tools, spec: &'static ToolSpec, step: Step, units: &mut [Unit]) -> Option<Tool> {
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
