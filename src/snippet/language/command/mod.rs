//! A language whose steps are commands of `book.toml`: `[verify.lang.NAME]`.
//!
//! Must not know: which language it is, pages.

mod call;
pub mod declared;
mod messages;

use crate::error::Result;
use crate::fs;
use crate::process::Job;
use crate::snippet::language::adapter::{Language, marked_lines};
use crate::snippet::language::traceback::{self, Traceback};
use crate::snippet::model::language::LanguageSpec;
use crate::snippet::model::program::{Parts, Program, Promised};
use crate::snippet::model::verdict::Step;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::MappedText;
use call::Call;
use messages::Reader;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::result::Result as StdResult;

/// The adapter.
struct ByCommand {
    spec: LanguageSpec,
    calls: BTreeMap<Step, Call>,
    reader: Reader,
    /// What stands before output that a comment promises: `//> `.
    mark: Option<String>,
    /// Everything that `book.toml` says of it.
    definition: String,
}

impl Language for ByCommand {
    fn spec(&self) -> &LanguageSpec {
        &self.spec
    }

    fn definition(&self) -> Option<&str> {
        Some(&self.definition)
    }

    fn assemble(&self, parts: &Parts, name: &str) -> Program {
        // Nothing can tell the outputs of two parts apart.
        Program { text: parts.join(None, false), path: format!("blocks/{name}.{}", self.spec.extension) }
    }

    fn promised_output(&self, code: &MappedText) -> Option<Promised> {
        marked_lines(code, self.mark.as_ref()?)
    }

    fn check(&self, workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
        fs::create_dir_all(&workspace.folder.join(call::BUILT))?;
        units.par_iter_mut().try_for_each(|unit| {
            for step in [Step::Parse, Step::Lint, Step::Compile] {
                if let Some(call) = self.calls.get(&step).filter(|_| unit.wants(step)) {
                    call.check(workspace, unit, step, &self.reader)?;
                }
                if unit.failed(Step::Parse) {
                    unit.skip(Step::Lint);
                    unit.skip(Step::Compile);
                }
            }
            Ok(())
        })
    }

    fn traceback(&self, unit: &Unit, stderr: &str) -> Traceback {
        let said = self.reader.read(stderr).into_iter();
        let mut said = said.filter(|it| it.file.as_ref().is_none_or(|file| unit.is_file(file)));
        match said.next() {
            Some(first) => {
                let span = unit.range_of(first.place).and_then(|range| unit.program.span_of(range));
                Traceback { message: Some(first.message), span }
            }
            None => traceback::first(unit, stderr),
        }
    }

    fn command(&self, workspace: &Workspace<'_>, unit: &Unit, scratch: &Path) -> StdResult<Job, String> {
        let call = self.calls.get(&Step::Run).ok_or("book.toml names no `run` command for this language")?;
        let (program, words) = call.words(workspace, unit)?;
        Ok(Job::new(program, scratch).args(words))
    }
}
