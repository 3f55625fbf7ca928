//! `tsc` checks the types of all blocks in one call, and turns the blocks that run into JavaScript.
//!
//! docgen calls the command, not the compiler's library: TypeScript 7 has no stable library, and a fixture may bring any
//! version from 5.5 on. Must not know: how a block becomes a program.

use super::tools::TSC;
use crate::diagnostic::Severity;
use crate::error::Result;
use crate::fs;
use crate::process::{End, Finished};
use crate::snippet::language::adapter::tool_for;
use crate::snippet::model::message::{Message, Position};
use crate::snippet::model::verdict::Step;
use crate::snippet::workspace::project::Workspace;
use crate::snippet::workspace::unit::Unit;
use crate::span::ColumnUnit;
use regex::Regex;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The configuration that docgen writes: the fixture's, and the blocks.
const CONFIG: &str = "tsconfig.docgen.json";
/// The same for blocks that run.
const RUN_CONFIG: &str = "tsconfig.run.json";
/// The folder of the JavaScript of blocks that run.
const EMITTED: &str = "bin";
/// Max calls until no block has a syntax error. Each call finds those of all blocks, so two are the rule.
const ROUNDS: usize = 4;

/// `blocks/b1.ts(3,5): error TS2304: Cannot find name 'x'.`; without a file it is about the configuration.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:(?P<file>\S.*?)\((?P<line>\d+),(?P<column>\d+)\): )?error (?P<code>TS\d+): (?P<text>.*)$")
        .expect("a valid pattern")
});

/// The module of "Cannot find module 'x'", the package of "for module 'x'", the types of "Try `npm i … @types/node`".
static MODULE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"module '([^']+)'").expect("a valid pattern"));
static TYPES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"@types/[\w.-]+").expect("a valid pattern"));

/// JavaScript that only a module can contain.
static ONLY_IN_MODULES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^\s*(?:import\b[^(]|export\b)|\bawait\b|\bimport\.meta\b").expect("a valid pattern")
});

/// The end of an element.
static JSX: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"</[\w.]*>|<[A-Z]\w*[^<>]*/>").expect("a valid pattern"));

/// The token at the start of a text: a name, or a string on one line.
static TOKEN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"^(?:[\p{Alphabetic}\d_$]+|"[^"\n]*"|'[^'\n]*')"#).expect("a valid pattern"));

/// An error of the compiler.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    /// The file as printed, 1-based line, and 1-based column in UTF-16 units.
    place: Option<(String, usize, usize)>,
    code: String,
    message: String,
}

impl Problem {
    /// Whether it is a syntax error: until there are none, the compiler looks for no others.
    fn is_syntax(&self) -> bool {
        self.code.len() == "TS1005".len() && self.code.starts_with("TS1")
    }
}

/// The compiler for this workspace: the fixture's own, else docgen's.
struct Compiler {
    path: PathBuf,
    /// The folder of the types that come with docgen's own.
    types: Option<PathBuf>,
}

/// Whose names the blocks of a call may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Those of Node and of browsers.
    All,
    Browser,
    Node,
}

impl Names {
    fn of(unit: &Unit) -> Self {
        match unit.globals.as_deref() {
            Some("browser") => Self::Browser,
            Some("node") => Self::Node,
            _ => Self::All,
        }
    }
}

/// Parses and compiles the units.
pub(super) fn check(workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<()> {
    let Some(compiler) = compiler(workspace, units)? else { return Ok(()) };
    for names in [Names::All, Names::Browser, Names::Node] {
        let chosen: Vec<usize> = (0..units.len()).filter(|index| Names::of(&units[*index]) == names).collect();
        let problems = problems(workspace, &compiler, units, &chosen, names)?;
        let Some(mut problems) = problems else { continue };
        if names == Names::All {
            without_node(workspace, &compiler, units, &chosen, &mut problems)?;
        }
        for index in chosen {
            note(&mut units[index], &problems);
        }
    }
    Ok(())
}

/// The same names can have other types in Node: `setTimeout`. A block is right if it is right in a browser.
fn without_node(
    workspace: &Workspace<'_>,
    compiler: &Compiler,
    units: &mut [Unit],
    chosen: &[usize],
    problems: &mut Vec<Problem>,
) -> Result<()> {
    let has = |problems: &[Problem], index: usize, syntax: bool| {
        let mine = |problem: &&Problem| problem.place.as_ref().is_some_and(|place| units[index].is_file(&place.0));
        problems.iter().filter(mine).any(|problem| problem.is_syntax() || !syntax)
    };
    let again: Vec<usize> =
        chosen.iter().copied().filter(|index| has(problems, *index, false) && !has(problems, *index, true)).collect();
    if again.is_empty() || compiler.types.is_none() {
        return Ok(());
    }
    let Ok(second) = call(workspace, compiler, units, &again, Names::Browser)? else { return Ok(()) };
    let right: Vec<usize> = again.into_iter().filter(|index| !has(&second, *index, false)).collect();
    problems.retain(|problem| {
        let Some((file, ..)) = &problem.place else { return true };
        !right.iter().any(|index| units[*index].is_file(file))
    });
    Ok(())
}

/// All errors in these units. A block with a syntax error hides the other errors of all blocks, so it leaves, and the
/// rest is checked again (S7.1). `None` if the compiler did not work; then the units say why.
fn problems(
    workspace: &Workspace<'_>,
    compiler: &Compiler,
    units: &mut [Unit],
    chosen: &[usize],
    names: Names,
) -> Result<Option<Vec<Problem>>> {
    let mut all: Vec<Problem> = Vec::new();
    let mut left = chosen.to_vec();
    for _ in 0..ROUNDS {
        if left.is_empty() {
            break;
        }
        let found = match call(workspace, compiler, units, &left, names)? {
            Ok(found) => found,
            Err(finished) => {
                for index in left {
                    units[index].broke_down(Step::Parse, "tsc", &finished);
                    units[index].skip(Step::Compile);
                }
                return Ok(None);
            }
        };
        let files: BTreeSet<&str> =
            found.iter().filter_map(|problem| Some(problem.place.as_ref()?.0.as_str())).collect();
        let again = found.iter().any(Problem::is_syntax);
        left.retain(|index| !files.iter().any(|file| units[*index].is_file(file)));
        all.extend(found);
        if !again {
            break;
        }
    }
    if let Some(problem) = all.iter().find(|problem| problem.place.is_none()) {
        let why = format!("tsc refuses the fixture's tsconfig.json: {}", problem.message);
        for index in chosen {
            units[*index].missing(Step::Parse, &why);
            units[*index].skip(Step::Compile);
        }
        return Ok(None);
    }
    Ok(Some(all))
}

/// One call of the compiler. `Err` if it said nothing readable.
fn call(
    workspace: &Workspace<'_>,
    compiler: &Compiler,
    units: &[Unit],
    chosen: &[usize],
    names: Names,
) -> Result<std::result::Result<Vec<Problem>, Finished>> {
    let files: Vec<&str> = chosen.iter().map(|index| units[*index].path.as_str()).collect();
    let config = configuration(&workspace.folder, compiler.types.as_deref(), &files, names)?;
    write(&workspace.folder.join(CONFIG), &config)?;
    let job = workspace.linter(&compiler.path).args(["--pretty", "false", "-p", CONFIG]);
    let finished = workspace.supervisor.run(&job)?;
    let problems = parse(&finished.stdout_text());
    let answered = matches!(finished.end, End::Exited(0)) || !problems.is_empty();
    Ok(if answered { Ok(problems) } else { Err(finished) })
}

/// The errors in the compiler's output. Indented lines continue a message.
fn parse(output: &str) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for line in output.lines() {
        if let Some(found) = LINE.captures(line) {
            let number = |name: &str| found.name(name).and_then(|digits| digits.as_str().parse().ok());
            let place =
                number("line").zip(number("column")).map(|(line, column)| (found["file"].to_owned(), line, column));
            problems.push(Problem { place, code: found["code"].to_owned(), message: found["text"].to_owned() });
        } else if let Some(last) = problems.last_mut().filter(|_| line.starts_with("  ")) {
            last.message.push_str("; ");
            last.message.push_str(line.trim());
        }
    }
    problems
}

/// The fixture's compiler, or docgen's. Units for which there is none say so.
fn compiler(workspace: &Workspace<'_>, units: &mut [Unit]) -> Result<Option<Compiler>> {
    let own = workspace.folder.join("node_modules/.bin/tsc");
    let manifest = fs::read_optional(&workspace.folder.join("node_modules/typescript/package.json"))?;
    if let Some(manifest) = manifest.filter(|_| own.exists()) {
        let manifest: Value = serde_json::from_str(&manifest).unwrap_or_default();
        let version = manifest["version"].as_str().unwrap_or_default().to_owned();
        for unit in units.iter_mut().filter(|unit| unit.wants(Step::Parse)) {
            unit.tools.insert(TSC.name.clone(), version.clone());
        }
        return Ok(Some(Compiler { path: own, types: None }));
    }
    let Some(tool) = tool_for(workspace.tools, &TSC, Step::Parse, units) else {
        for unit in units {
            unit.skip(Step::Compile);
        }
        return Ok(None);
    };
    let types = tool.found.parent().and_then(Path::parent).map(|modules| modules.join("@types"));
    Ok(Some(Compiler { path: tool.path, types: types.filter(|folder| folder.is_dir()) }))
}

/// The compiler's configuration: the fixture's own, and what docgen must set.
fn configuration(folder: &Path, bundled: Option<&Path>, files: &[&str], names: Names) -> Result<Value> {
    let own = fs::read_optional(&folder.join("tsconfig.json"))?;
    let mut options = json!({
        "noEmit": true,
        // Each block has its own scope.
        "moduleDetection": "force",
        "rootDir": ".",
        "composite": false,
        "incremental": false,
        "declaration": false,
        "skipLibCheck": true,
        "allowImportingTsExtensions": true,
    });
    // Since version 6, the compiler loads no types by itself.
    if !own.as_ref().is_some_and(|text| text.contains("\"types\"")) {
        let installed = folder.join("node_modules/@types");
        let bundled = bundled.filter(|_| names != Names::Browser && !installed.join("node").is_dir());
        let mut types: BTreeSet<String> = BTreeSet::new();
        for folder in [Some(installed.as_path()), bundled].into_iter().flatten() {
            let names = fs::list(folder).unwrap_or_default().into_iter();
            types.extend(names.filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())));
        }
        options["typeRoots"] = [Some("./node_modules/@types".into()), bundled.map(|path| path.display().to_string())]
            .into_iter()
            .flatten()
            .collect();
        options["types"] = types.into_iter().collect();
    }
    if names == Names::Node && !own.as_ref().is_some_and(|text| text.contains("\"lib\"")) {
        options["lib"] = json!(["esnext"]);
    }
    let mut config = json!({ "compilerOptions": options, "files": files, "include": [] });
    if own.is_some() {
        config["extends"] = json!("./tsconfig.json");
    }
    Ok(config)
}

/// Writes the configuration for a person who opens an extracted project.
pub(super) fn write_for_people(folder: &Path, units: &[Unit]) -> Result<()> {
    let files: Vec<&str> = units.iter().map(|unit| unit.path.as_str()).collect();
    write(&folder.join(CONFIG), &configuration(folder, None, &files, Names::All)?)
}

fn write(path: &Path, config: &Value) -> Result<()> {
    let text = serde_json::to_vec_pretty(config).expect("JSON serializes");
    fs::write_if_changed(path, &text).map(|_| ())
}

/// Records the compiler's errors in a unit.
fn note(unit: &mut Unit, problems: &[Problem]) {
    let mine: Vec<(&Problem, usize, usize)> = problems
        .iter()
        .filter_map(|problem| {
            let (file, line, column) = problem.place.as_ref()?;
            unit.is_file(file).then_some((problem, *line, *column))
        })
        .collect();
    let broken = mine.iter().any(|(problem, ..)| problem.is_syntax());
    let wanted = if unit.wants(Step::Compile) { Step::Compile } else { Step::Parse };
    for (problem, ..) in &mine {
        for name in missing(problem) {
            unit.dependency(&name);
        }
    }
    let looks_like_jsx = broken && unit.path.ends_with(".ts") && JSX.is_match(unit.program.as_str());
    let lacks = !unit.evidence.missing_dependencies.is_empty();
    for (problem, line, column) in mine {
        let follows = lacks && (problem.code.starts_with("TS70") || problem.code == "TS2347");
        if !missing(problem).is_empty() || follows || (wanted == Step::Parse && !problem.is_syntax()) {
            continue;
        }
        let step = if problem.is_syntax() { Step::Parse } else { wanted };
        let start = unit.range_of(Position::point(line, column, ColumnUnit::Utf16)).map(|range| range.start);
        let range = start.map(|start| {
            let token = TOKEN.find(&unit.program.as_str()[start..]).map_or(1, |found| found.len());
            start..start + token
        });
        let said = Message {
            severity: Severity::Error,
            tool: TSC.name.clone(),
            code: problem.code.clone(),
            message: problem.message.clone(),
            help: looks_like_jsx.then(|| "if this is JSX, label the block `tsx`".to_owned()),
        };
        unit.say_at(step, range, said);
    }
    if broken {
        unit.forget_wrapper_noise();
        unit.skip(Step::Compile);
    } else {
        unit.pass(Step::Parse);
        if lacks {
            unit.skip(Step::Compile);
        }
        unit.pass(Step::Compile);
    }
}

/// The packages that an error says are missing (S1.7).
fn missing(problem: &Problem) -> Vec<String> {
    let module = || MODULE.captures(&problem.message).map(|found| found[1].to_owned());
    match problem.code.as_str() {
        // Cannot find a module.
        "TS2307" | "TS2792" => module().into_iter().collect(),
        // It has no types.
        "TS7016" => module().map(|name| format!("@types/{name}")).into_iter().collect(),
        // Names that a package of types would define.
        "TS2580" | "TS2581" | "TS2582" | "TS2591" | "TS2592" | "TS2593" => {
            TYPES.find(&problem.message).map(|found| found.as_str().to_owned()).into_iter().collect()
        }
        // JSX without React's types.
        "TS7026" | "TS2875" => vec!["react".to_owned()],
        _ => Vec::new(),
    }
}

/// Writes the JavaScript of the units in `wanted`, and notes where it is.
pub(super) fn emit(workspace: &Workspace<'_>, units: &mut [Unit], wanted: &[usize]) -> Result<()> {
    let Some(compiler) = compiler(workspace, &mut [])? else { return Ok(()) };
    let files: Vec<&str> = wanted.iter().map(|index| units[*index].path.as_str()).collect();
    let config = json!({
        "extends": format!("./{CONFIG}"),
        "compilerOptions": {
            "noEmit": false,
            "noCheck": true,
            "allowImportingTsExtensions": false,
            "rewriteRelativeImportExtensions": true,
            "outDir": EMITTED,
            "sourceMap": true,
            "module": "esnext",
            "moduleResolution": "bundler",
            "moduleDetection": "auto",
            // The latest that Node 20 runs.
            "target": "es2022",
        },
        "files": files,
    });
    write(&workspace.folder.join(RUN_CONFIG), &config)?;
    let job = workspace.compiler(&compiler.path, &workspace.folder).args(["--pretty", "false", "-p", RUN_CONFIG]);
    let finished = workspace.supervisor.run(&job)?;
    for index in wanted {
        let unit = &mut units[*index];
        let emitted = Path::new(EMITTED).join(&unit.path).with_extension("js");
        let Some(text) = fs::read_optional(&workspace.folder.join(&emitted))? else {
            unit.broke_down(Step::Compile, "tsc", &finished);
            continue;
        };
        let module = emitted.with_extension(if ONLY_IN_MODULES.is_match(&text) { "mjs" } else { "cjs" });
        fs::write(&workspace.folder.join(&module), text.as_bytes())?;
        unit.notes.binary = Some(module);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s7_4_messages_are_read_with_their_continuations() {
        let found = parse(
            "blocks/b(1).ts(2,30): error TS2322: Type 'A' is not assignable to type 'B'.\n  Types differ.\nerror TS5023: Unknown compiler option 'x'.\n",
        );
        let place = Some(("blocks/b(1).ts".to_owned(), 2, 30));
        let message = "Type 'A' is not assignable to type 'B'.; Types differ.".to_owned();
        assert_eq!(found[0], Problem { place, code: "TS2322".to_owned(), message });
        assert_eq!((&found[1].place, found[1].code.as_str()), (&None, "TS5023"));
    }
}
