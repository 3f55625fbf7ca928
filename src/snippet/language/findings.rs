//! What linters have in common: they answer with findings for files, or they break down.
//!
//! Must not know: which linter it is, what a finding says.

use crate::process::Finished;
use crate::snippet::model::verdict::Step;
use crate::snippet::workspace::unit::Unit;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Gives each finding to the units of its file. A finding without a file may concern any of them.
pub(crate) fn note_each<F: DeserializeOwned>(
    tool: &str,
    findings: Vec<Value>,
    units: &mut [Unit],
    note: impl Fn(&mut Unit, &F),
) {
    for finding in findings {
        let file = finding["filename"].as_str().unwrap_or_default().to_owned();
        let finding =
            serde_json::from_value(finding).map_err(|error| format!("{tool} said something unreadable: {error}"));
        for unit in units.iter_mut().filter(|unit| file.is_empty() || unit.is_file(&file)) {
            match &finding {
                Ok(finding) => note(unit, finding),
                Err(why) => unit.missing(Step::Lint, why),
            }
        }
    }
}

/// A tool broke down over all units that still want a step.
pub(crate) fn all_broke_down(tool: &str, step: Step, finished: &Finished, units: &mut [Unit]) {
    for unit in units.iter_mut().filter(|unit| unit.wants(step)) {
        unit.broke_down(step, tool, finished);
    }
}
