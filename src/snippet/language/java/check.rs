//! One JVM parses and compiles all blocks; its messages become places.
//!
//! Must not know: how a block becomes a program.

use super::wrap::has_package;
use crate::diagnostic::Severity;
use crate::error::Result;
use crate::fs;
use crate::snippet::language::adapter::tool_for;
use crate::snippet::model::language::texts;
use crate::snippet::model::message::Message;
use crate::snippet::model::tool::{ToolSource, ToolSpec};
use crate::snippet::model::verdict::Step;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use regex::Regex;
use serde::Deserialize;
use std::ffi::OsString;
use std::ops::Range;
use std::sync::LazyLock;

pub(super) static JAVA: LazyLock<ToolSpec> = LazyLock::new(|| ToolSpec {
    name: "java".into(),
    programs: texts(&["java"]),
    role: "compiles and runs Java".into(),
    version_args: texts(&["-version"]),
    behind: None,
    minimum: vec![17],
    is_optional: false,
    source: ToolSource::Manual("install a JDK 17 or newer, for example `apt-get install default-jdk-headless`".into()),
});

/// The program that compiles many files.
const CHECK: &str = include_str!("Check.java");
/// The folder of classes.
const CLASSES: &str = "bin";
/// Warnings that every fragment could get.
const QUIET: &[&str] = &["serial", "auxiliary", "SVUID", "options", "path."];

/// An import of a package that nothing provides.
static PACKAGE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^package (\S+) does not exist").expect("a valid pattern"));
static SYMBOL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*symbol:\s*(\w+)\s+([\w$.]+)").expect("a valid pattern"));
static IMPORT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*import\s+(?:static\s+)?([\w.]+)\.(\w+|\*)\s*;").expect("a valid pattern"));

/// One line of the answer.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Line {
    Done {
        #[serde(rename = "done")]
        _done: bool,
    },
    Main {
        file: String,
        main: String,
    },
    Said(Said),
}

#[derive(Debug, Deserialize)]
struct Said {
    file: String,
    step: String,
    severity: String,
    code: String,
    message: String,
    start: i64,
    at: i64,
    end: i64,
}

/// The class path of blocks: their classes, and the jars of the fixture.
pub(super) fn class_path(workspace: &Workspace<'_>) -> OsString {
    let (classes, jars) = (workspace.folder.join(CLASSES), workspace.folder.join("lib/*"));
    std::env::join_paths([classes, jars]).unwrap_or_default()
}

/// Parses, lints and compiles the units.
pub(super) fn check(workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
    let Some(java) = tool_for(workspace.tools, &JAVA, Step::Parse, units) else {
        for unit in units {
            unit.skip(Step::Lint);
            unit.skip(Step::Compile);
        }
        return Ok(());
    };
    let script = workspace.build.join("Check.java");
    fs::write_if_changed(&script, CHECK.as_bytes())?;
    fs::create_dir_all(&workspace.folder.join(CLASSES))?;
    // No block may find the source of another one.
    let nothing = workspace.build.join("no-sources");
    fs::create_dir_all(&nothing)?;
    let line = |unit: &Unit| {
        let how = if has_package(unit.program.as_str()) { "alone\t" } else { "" };
        [how, &unit.path, "\n"].concat()
    };
    let paths = units.iter().map(line).collect::<Vec<_>>().concat();
    let job = workspace
        .compiler(&java.path, &workspace.folder)
        .args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"])
        .arg(script)
        .arg(CLASSES)
        .arg(class_path(workspace))
        .arg(nothing)
        .stdin(paths);
    let finished = workspace.supervisor.run(&job)?;
    let stdout = finished.stdout_text();
    let lines: Vec<Line> = stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    if !lines.iter().any(|line| matches!(line, Line::Done { .. })) {
        for unit in units {
            unit.broke_down(Step::Parse, "javac", &finished);
            unit.skip(Step::Lint);
            unit.skip(Step::Compile);
        }
        return Ok(());
    }
    for unit in units {
        note(unit, &lines);
    }
    Ok(())
}

/// Records the lines about a unit.
fn note(unit: &mut Unit, lines: &[Line]) {
    let mut said: Vec<&Said> = Vec::new();
    for line in lines {
        match line {
            Line::Main { file, main } if unit.is_file(file) => {
                unit.notes.main.get_or_insert_with(|| main.clone());
            }
            Line::Said(one) if unit.is_file(&one.file) => said.push(one),
            _ => {}
        }
    }
    let broken = said.iter().any(|one| one.step == "parse");
    if !broken && unit.wants(Step::Lint) {
        for name in said.iter().filter_map(|one| missing_package(&one.message)) {
            unit.dependency(name);
        }
    }
    let lacking = Lacking::of(unit);
    for one in said {
        say(unit, one, &lacking);
    }
    if broken {
        unit.forget_wrapper_noise();
        unit.skip(Step::Lint);
        unit.skip(Step::Compile);
    } else {
        unit.pass(Step::Parse);
        unit.pass(Step::Lint);
        if !unit.evidence.missing_dependencies.is_empty() {
            unit.skip(Step::Compile);
        }
        unit.pass(Step::Compile);
    }
}

/// The package that a message misses, if a jar could provide it. Names below `java` belong to the JDK: a class loader
/// refuses them from elsewhere (`ClassLoader.defineClass`). So such a name is misspelt.
fn missing_package(message: &str) -> Option<&str> {
    let found = PACKAGE.captures(message)?.get(1)?.as_str();
    (!found.starts_with("java.")).then_some(found)
}

/// What a unit would get from packages that nothing provides.
struct Lacking {
    names: Vec<String>,
    /// It imports all names of such a package.
    any: bool,
}

impl Lacking {
    fn of(unit: &Unit) -> Self {
        let missing = &unit.evidence.missing_dependencies;
        let imports = IMPORT.captures_iter(unit.program.as_str());
        let lost = imports.filter(|found| missing.iter().any(|name| found[1].starts_with(name.as_str())));
        let names: Vec<String> = lost.map(|found| found[2].to_owned()).collect();
        Self { any: names.iter().any(|name| name == "*"), names }
    }
}

/// Records one message.
fn say(unit: &mut Unit, said: &Said, lacking: &Lacking) {
    let error = said.severity == "error";
    let code = said.code.trim_start_matches("compiler.err.").trim_start_matches("compiler.warn.").to_owned();
    let step = match said.step.as_str() {
        "parse" => Step::Parse,
        _ if error => Step::Compile,
        _ => Step::Lint,
    };
    if step > Step::Parse && !unit.wants(Step::Compile) {
        return;
    }
    let symbol = SYMBOL.captures(&said.message);
    let is_lacking = |name: &str| lacking.any || lacking.names.iter().any(|lost| lost == name);
    let follows = symbol.as_ref().is_some_and(|found| is_lacking(&found[2]));
    if missing_package(&said.message).is_some() || follows || (!error && QUIET.iter().any(|word| code.contains(word))) {
        return;
    }
    let first = said.message.lines().next().unwrap_or_default();
    let message = match symbol {
        Some(found) => format!("{first}: {} {}", &found[1], &found[2]),
        None => said.message.lines().map(str::trim).collect::<Vec<_>>().join("; "),
    };
    let severity = if error { Severity::Error } else { Severity::Warning };
    let range = range(unit.program.as_str(), said);
    unit.say_at(step, range, Message { severity, tool: "javac".into(), code, message, help: None });
}

/// The bytes that a message is about. The compiler counts UTF-16 units. A long construct is shown from its place on.
fn range(text: &str, said: &Said) -> Option<Range<usize>> {
    let start = usize::try_from(if said.at >= 0 { said.at } else { said.start }).ok()?;
    let end = usize::try_from(said.end).unwrap_or(0);
    let (mut units, mut from, mut to) = (0, None, None);
    for (byte, character) in text.char_indices() {
        if units >= start {
            from.get_or_insert(byte);
        }
        if units >= end {
            to.get_or_insert(byte);
        }
        units += character.len_utf16();
    }
    let from = from.unwrap_or(text.trim_end().len().saturating_sub(1));
    let line_end = text[from..].find('\n').map_or(text.len(), |at| from + at);
    let to = to.unwrap_or(text.len()).min(line_end);
    Some(from..if to > from { to } else { from + 1 })
}
