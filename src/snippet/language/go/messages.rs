//! Reads the messages of go and gofmt, and assigns them to blocks.
//!
//! Must not know: how the tools are called.

use crate::diagnostic::Severity;
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::verdict::Step;
use crate::snippet::workspace::unit::Unit;
use crate::span::ColumnUnit;
use regex::Regex;
use std::sync::LazyLock;

pub(super) static MESSAGE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?:vet: )?(.+?\.go):(\d+)(?::(\d+))?: (.+)$").expect("a valid pattern"));

pub(super) static NO_PACKAGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"no required module provides package ([^\s;:]+)|package (\S+) is not in std|cannot find module providing package ([^\s;:]+)")
        .expect("a valid pattern")
});

/// Go's messages about a required module that is missing here. The package is the import at that place.
pub(super) const NO_MODULE: &[&str] = &["module lookup disabled", "missing go.sum entry", "import lookup disabled"];

/// Go's message about a package without files for this system.
pub(super) const EXCLUDED: &str = "build constraints exclude all Go files";

pub(super) fn error(message: String) -> Message {
    Message { severity: Severity::Error, tool: "go".into(), code: String::new(), message, help: None }
}

/// Why a package has nothing to build here, and what to do.
pub(super) fn excluded(text: &str) -> String {
    let folder = text.split(EXCLUDED).nth(1).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let package = folder.split_once("/go/src/").map_or("the block", |(_, package)| package);
    format!(
        "build constraints exclude all of {package} on {} {} without cgo; verify it on a platform it is meant for, or \
         label the block `check`",
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

/// The import path at a place.
fn imported_at(unit: &Unit, place: Position) -> Option<String> {
    let at = unit.range_of(place)?.start;
    let quoted = unit.program.as_str().get(at..)?.lines().next()?;
    quoted.split(['"', '`']).nth(1).map(str::to_owned)
}

/// Records the `file:line:column: message` lines of a text. Indented lines belong to the message above.
pub(super) fn note_lines(text: &str, step: Step, tool: &'static str, units: &mut [Unit]) {
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(found) = MESSAGE.captures(line) else { continue };
        let mut message = found[4].to_owned();
        while let Some(more) = lines.next_if(|next| next.starts_with('\t')) {
            message.push_str("; ");
            message.push_str(more.trim());
        }
        let Some(unit) = units.iter_mut().find(|unit| unit.is_file(&found[1])) else { continue };
        if let Some(package) = NO_PACKAGE.captures(&message) {
            let name = package.iter().skip(1).flatten().next().map_or("", |name| name.as_str());
            unit.dependency(name);
            if unit.no_exec {
                unit.skip(step);
            }
            continue;
        }
        let number = |group: usize| found.get(group).and_then(|digits| digits.as_str().parse().ok()).unwrap_or(1);
        let place = Position::point(number(2), number(3), ColumnUnit::Byte);
        if NO_MODULE.iter().any(|words| message.contains(words)) {
            let name = imported_at(unit, place).unwrap_or_else(|| "a module".to_owned());
            unit.dependency(&name);
            if unit.no_exec {
                unit.skip(step);
            }
            continue;
        }
        // A fragment may use its names after its end. In an author's whole program an unused name is an error.
        let fragment = unit.program.label_at(0).is_some() && !unit.runs_alone;
        let unused = message.starts_with("declared and not used") || message.ends_with("imported and not used");
        let severity = if fragment && unused { Severity::Warning } else { Severity::Error };
        if severity == Severity::Warning {
            unit.notes.unused_names = true; // vet would stop at it
        }
        unit.say(step, Some(place), Message { severity, tool: tool.into(), ..error(message) });
    }
}
