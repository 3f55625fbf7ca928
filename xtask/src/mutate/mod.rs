//! `cargo xtask mutate`: breaks blocks that pass, and checks that docgen notices what the bare tools notice.
//!
//! Every block that passes in the manual and in the tests' pages is broken in up to twelve ways. docgen verifies all
//! broken blocks as pages of one project. The oracle gets the program that docgen extracts of the broken block, one file
//! at a time, outside docgen. Everything lies in `target/mutate`.
//! Must not know: docgen's code.

mod blocks;
mod operators;
mod oracle;
mod table;

use crate::bench::random::Random;
use crate::run::{Done, command, root, step};
use blocks::Block;
use oracle::Found;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use table::{Outcome, Said};

const HELP: &str = "\
Usage: cargo xtask mutate [--full] [--seed N] [--write]

  --full     every block in every way; without it, a sample of 60 broken blocks
  --seed N   another choice of places; default: 1
  --write    write the table into content/explanation/trust.md

Example: cargo xtask mutate --full --write
";

/// The number of broken blocks of a sample.
const SAMPLE: usize = 60;

/// A broken block.
struct Mutant {
    block: usize,
    operator: &'static str,
    code: String,
    output: Option<String>,
    /// For changed output: the line on the mutant's page that no longer fits.
    wrong_line: Option<usize>,
}

/// Runs the task.
pub(crate) fn run(options: &[&str]) -> Done {
    let (mut full, mut seed, mut write) = (false, 1, false);
    let mut words = options.iter();
    while let Some(word) = words.next() {
        match *word {
            "--full" => full = true,
            "--write" => write = true,
            "--seed" => {
                seed =
                    words.next().and_then(|it| it.parse().ok()).ok_or("--seed needs a number, for example --seed 2")?;
            }
            other => return Err(format!("unknown option `{other}`\n\n{HELP}")),
        }
    }
    let work = root().join("target/mutate");
    let _ = fs::remove_dir_all(&work);
    // A repository of its own. Otherwise docgen is the package around these pages, and is compiled for their blocks.
    let git = work.join(".git");
    fs::create_dir_all(&git).map_err(|error| format!("{}: {error}", git.display()))?;
    step("docgen", command("cargo", &["build", "--quiet", "--bin", "docgen"]))?;
    let blocks = blocks::collect(&work)?;
    println!("== {} blocks pass", blocks.len());
    let mutants = sample(mutants(&blocks, seed), full, seed);
    println!("== {} broken blocks", mutants.len());
    let project = work.join("project");
    write_project(&project, &blocks, &mutants)?;
    let report = blocks::verify(&project)?;
    let verdicts = by_place(&report);
    let extracted = extract(&project, &work.join("extracted"))?;
    let false_alarms = false_alarms(&blocks, &verdicts);
    let clear = clear(&blocks, &mutants, &extracted);
    let outcomes = judge((&blocks, &clear), &mutants, &verdicts, &extracted);
    let rows = table::rows(&outcomes);
    print!("{}", table::markdown(&rows));
    for miss in outcomes.iter().filter(|outcome| outcome.is_miss()) {
        println!("MISS {miss}");
    }
    for alarm in &false_alarms {
        println!("FALSE ALARM {alarm}");
    }
    if write {
        table::write(&rows, false_alarms.len(), blocks.len())?;
    }
    let misses = outcomes.iter().filter(|outcome| outcome.is_miss()).count();
    match misses + false_alarms.len() {
        0 => Ok(()),
        _ => Err(format!("{misses} misses and {} false alarms", false_alarms.len())),
    }
}

/// All broken blocks. A change that leaves the code as it is, is none.
fn mutants(blocks: &[Block], seed: u64) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        for (number, operator) in operators::ALL.iter().enumerate() {
            let mut random = Random::new(seed, (index * operators::ALL.len() + number) as u64);
            if operator.name.contains("output") && !block.is_compared {
                continue;
            }
            let broken = (operator.apply)(&block.code, &block.language, &mut random).filter(|code| *code != block.code);
            if let Some(code) = broken {
                let wrong_line = operator.name.contains("output").then(|| {
                    let same = block.code.lines().zip(code.lines()).take_while(|(old, new)| old == new).count();
                    block.first_line() + same
                });
                mutants.push(Mutant {
                    block: index,
                    operator: operator.name,
                    code,
                    output: block.output.clone(),
                    wrong_line,
                });
            }
        }
        mutants.extend(other_output(index, block));
    }
    mutants
}

/// The block with another output block, if it has one whose first line is no wild card.
fn other_output(index: usize, block: &Block) -> Option<Mutant> {
    let output = block.output.as_ref().filter(|_| block.is_compared)?;
    let mut lines: Vec<String> = output.lines().map(str::to_owned).collect();
    let exact = !lines[0].contains('=') && lines.len() > 2;
    let plain = lines.get(1).is_some_and(|line| !line.trim().is_empty() && !line.contains("[..]") && line != "...");
    if !exact || !plain || block.fence.contains("match") || block.fence.contains("filter") {
        return None;
    }
    lines[1].push_str("zz");
    let before = block.first_line() + block.code.lines().count() + 2;
    Some(Mutant {
        block: index,
        operator: "an expected output line changed",
        code: block.code.clone(),
        output: Some(lines.join("\n") + "\n"),
        wrong_line: Some(before + 1),
    })
}

/// A choice of mutants; all of them for `full`.
fn sample(mut mutants: Vec<Mutant>, full: bool, seed: u64) -> Vec<Mutant> {
    let mut random = Random::new(seed, u64::MAX);
    while !full && mutants.len() > SAMPLE {
        mutants.swap_remove(random.below(mutants.len()));
    }
    mutants
}

/// Writes a page for each block, and one for each broken block.
fn write_project(project: &Path, blocks: &[Block], mutants: &[Mutant]) -> Done {
    let failed = |error: std::io::Error| format!("{}: {error}", project.display());
    fs::create_dir_all(project.join("content")).map_err(failed)?;
    // The languages that the manual's own configuration defines.
    let own = fs::read_to_string(root().join("book.toml")).unwrap_or_default();
    let languages = own.find("[verify.lang.").map_or("", |at| &own[at..]);
    let book_toml = format!("[book]\n\n[verify]\ntimeout = \"5s\"\n\n{languages}");
    fs::write(project.join("book.toml"), book_toml).map_err(failed)?;
    let copied = Command::new("cp").arg("-r").arg(root().join("snippets")).arg(project).status();
    if !copied.is_ok_and(|status| status.success()) {
        return Err("snippets/ cannot be copied".to_owned());
    }
    for (number, block) in blocks.iter().enumerate() {
        let page = block.page(&block.code, block.output.as_deref());
        fs::write(project.join(format!("content/o{number:05}.md")), page).map_err(failed)?;
    }
    for (number, mutant) in mutants.iter().enumerate() {
        let page = blocks[mutant.block].page(&mutant.code, mutant.output.as_deref());
        fs::write(project.join(format!("content/m{number:05}.md")), page).map_err(failed)?;
    }
    Ok(())
}

/// The verdicts by the page's name, without folder and extension, and the line of the fence.
type Verdicts = BTreeMap<(String, usize), Value>;

fn by_place(report: &Value) -> Verdicts {
    let mut verdicts = BTreeMap::new();
    for snippet in report["snippets"].as_array().into_iter().flatten() {
        let page = snippet["page"].as_str().unwrap_or_default();
        let name = page.rsplit('/').next().unwrap_or_default().trim_end_matches(".md").to_owned();
        let line = snippet["line"].as_u64().and_then(|line| usize::try_from(line).ok()).unwrap_or_default();
        verdicts.insert((name, line), snippet.clone());
    }
    verdicts
}

/// Extracts all programs. Returns their files, by page.
fn extract(project: &Path, out: &Path) -> Done<BTreeMap<String, PathBuf>> {
    let mut call = blocks::docgen(project);
    call.args(["extract", "--out"]).arg(out);
    step("extract", call)?;
    let mut files = BTreeMap::new();
    for folder in fs::read_dir(out).into_iter().flatten().filter_map(Result::ok) {
        let readme = fs::read_to_string(folder.path().join("README.md")).unwrap_or_default();
        for line in readme.lines() {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let Some(page) = cells.get(2).and_then(|page| page.strip_suffix(".md")) else { continue };
            let name = page.rsplit('/').next().unwrap_or_default().to_owned();
            files.insert(name, folder.path().join(cells[1]));
        }
    }
    Ok(files)
}

/// The unbroken blocks that do not pass alone on a page.
fn false_alarms(blocks: &[Block], verdicts: &Verdicts) -> Vec<String> {
    let mut alarms = Vec::new();
    for (number, block) in blocks.iter().enumerate() {
        let verdict = &verdicts[&(format!("o{number:05}"), block.first_line() - 1)];
        if verdict["status"] != "pass" {
            alarms.push(format!("{}: {} {}", block.origin, verdict["status"], verdict["reason"]));
        }
    }
    alarms
}

/// The unbroken blocks in which the oracle finds nothing. In the others it knows too little: a name that the project
/// provides, an error that the page shows on purpose.
fn clear(blocks: &[Block], mutants: &[Mutant], extracted: &BTreeMap<String, PathBuf>) -> Vec<bool> {
    let is_clear = |(number, block): (usize, &Block)| {
        if !mutants.iter().any(|mutant| mutant.block == number) {
            return false;
        }
        let file = extracted.get(&format!("o{number:05}"));
        file.and_then(|file| oracle::judge(&block.language, file)).is_some_and(|found| found.is_empty())
    };
    blocks.iter().enumerate().map(is_clear).collect()
}

/// Compares docgen with the oracle, mutant by mutant, on two threads.
fn judge(
    (blocks, clear): (&[Block], &[bool]),
    mutants: &[Mutant],
    verdicts: &Verdicts,
    extracted: &BTreeMap<String, PathBuf>,
) -> Vec<Outcome> {
    let outcomes = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for half in 0..2 {
            let outcomes = &outcomes;
            scope.spawn(move || {
                for (number, mutant) in mutants.iter().enumerate().filter(|(number, _)| number % 2 == half) {
                    let name = format!("m{number:05}");
                    let block = &blocks[mutant.block];
                    if !clear[mutant.block] && mutant.wrong_line.is_none() {
                        continue;
                    }
                    let file = extracted.get(&name);
                    let outcome = one(
                        block,
                        mutant,
                        &verdicts[&(name.clone(), block.first_line() - 1)],
                        file.map(PathBuf::as_path),
                    );
                    if let Some(outcome) = outcome {
                        outcomes.lock().expect("no thread panics with it").push((number, outcome));
                    }
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().expect("no thread panics with it");
    outcomes.sort_by_key(|(number, _)| *number);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// The comparison of one mutant; `None` if no oracle judges its language.
fn one(block: &Block, mutant: &Mutant, verdict: &Value, file: Option<&Path>) -> Option<Outcome> {
    let found: Vec<Found> = if let Some(line) = mutant.wrong_line {
        vec![Found { line, column: None }]
    } else {
        let file = file?;
        let text = fs::read_to_string(file).unwrap_or_default();
        let found = oracle::judge(&block.language, file)?;
        found.into_iter().map(|found| on_page(block, &mutant.code, &text, found)).collect()
    };
    let said: Vec<Said> = verdict["diagnostics"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|it| it["severity"] == "error" || it["code"] == "dependency")
        .filter_map(|it| {
            let number = |key: &str| it[key].as_u64().and_then(|number| usize::try_from(number).ok());
            // Wrong indentation is shown as a whole; Python names its end.
            let is_indentation = it["code"] == "IndentationError" || it["code"] == "TabError";
            let (line, column) = (number("line")?, number("column")?);
            let end = number("end_column").filter(|_| is_indentation).unwrap_or(column);
            let text = line.checked_sub(block.first_line()).and_then(|at| mutant.code.lines().nth(at));
            let column = text.map_or(column, |text| token_at(text, column.saturating_sub(block.indent)) + block.indent);
            let end = end.max(column);
            Some(Said { line, columns: (column, end) })
        })
        .collect();
    Some(Outcome {
        language: block.language.clone(),
        origin: block.origin.clone(),
        operator: mutant.operator,
        code: mutant.code.clone(),
        first_line: block.first_line(),
        status: verdict["status"].as_str().unwrap_or_default().to_owned(),
        found,
        said,
    })
}

/// The place on the mutant's page of a place in the extracted program. The program has the block's lines, perhaps in
/// another order. A place in the code around them has no line: 0.
fn on_page(block: &Block, code: &str, program: &str, found: Found) -> Found {
    let lines: Vec<&str> = program.lines().collect();
    // The end of the file, or a blank line, which has no place of its own.
    let wanted = lines.get(found.line.saturating_sub(1)).filter(|line| !line.trim().is_empty());
    let Some(wanted) = wanted else { return Found { line: 0, column: None } };
    let same: Vec<usize> = code.lines().enumerate().filter(|(_, line)| line == wanted).map(|(at, _)| at).collect();
    let count = |lines: &[&str]| lines.iter().filter(|line| line == &wanted).count();
    // Before a member of a group stands code of others, so its lines are counted from the end.
    let at = if block.is_member() {
        same.len().checked_sub(1 + count(&lines[found.line..])).and_then(|at| same.get(at))
    } else {
        same.get(count(&lines[..found.line - 1]))
    };
    match at {
        Some(at) => {
            // A place behind the line only says that something is missing there.
            let length = wanted.chars().count();
            let column = found.column.filter(|column| *column <= length);
            let column = column.map(|column| token_at(wanted, column) + block.indent);
            Found { line: block.first_line() + at, column }
        }
        None => Found { line: 0, column: None },
    }
}

/// The column of the token at a column: a blank means what is behind it.
fn token_at(line: &str, column: usize) -> usize {
    column + line.chars().skip(column.saturating_sub(1)).take_while(|sign| sign.is_whitespace()).count()
}
