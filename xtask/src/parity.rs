//! `cargo xtask mdbook-parity BOOK…`: compares docgen's verdicts with `mdbook test`, block by block.
//!
//! mdBook starts `rustdoc --test` for each chapter. A script of that name, first in `PATH`, keeps the chapter and what
//! rustdoc says of each block. mdBook itself shows this for failing chapters only.
//! Must not know: docgen's code. It calls the binary.

use crate::bench;
use crate::run::{Done, command, root, step};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The script in place of rustdoc. It keeps each chapter and its result below `PARITY_KEEP`.
const RUSTDOC: &str = "#!/bin/sh
mkdir -p \"$PARITY_KEEP/$(dirname \"$1\")\"
cp \"$1\" \"$PARITY_KEEP/$1\"
\"$PARITY_RUSTDOC\" \"$@\" > \"$PARITY_KEEP/$1.said\" 2>&1
code=$?
cat \"$PARITY_KEEP/$1.said\"
exit $code
";

/// What became of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Accepted,
    Refused,
    Ignored,
}

/// The blocks of one book.
#[derive(Default)]
struct Comparison {
    agree: usize,
    disagreements: Vec<String>,
    /// Blocks that only one of the two judges, with the reason.
    alone: Vec<String>,
}

/// Runs the task on each book.
pub(crate) fn run(books: &[&str]) -> Done {
    if books.is_empty() {
        return Err("name the folder of a book: cargo xtask mdbook-parity ../rust-by-example".to_owned());
    }
    let mdbook = bench::mdbook()?;
    step("build", command("cargo", &["build", "--locked"]))?;
    let mut rows =
        String::from("| book | blocks that both judge | agree | disagree | judged by one |\n|---|---|---|---|---|\n");
    let mut disagree = 0;
    for book in books {
        let book = fs::canonicalize(book).map_err(|error| format!("{book}: {error}"))?;
        let name = book.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let found = compare(&mdbook, &book, &name)?;
        for line in found.disagreements.iter().chain(&found.alone) {
            println!("{name}: {line}");
        }
        let (agree, differ) = (found.agree, found.disagreements.len());
        let _ = writeln!(rows, "| {name} | {} | {agree} | {differ} | {} |", agree + differ, found.alone.len());
        disagree += differ;
    }
    println!("{rows}");
    if disagree == 0 { Ok(()) } else { Err(format!("{disagree} blocks have different ends")) }
}

fn compare(mdbook: &Path, book: &Path, name: &str) -> Done<Comparison> {
    let keep = root().join("target/parity").join(name);
    let failed = |error: std::io::Error| format!("{}: {error}", keep.display());
    if keep.exists() {
        fs::remove_dir_all(&keep).map_err(failed)?;
    }
    fs::create_dir_all(&keep).map_err(failed)?;
    test_with_mdbook(mdbook, book, &keep)?;
    let report = verify(book, &keep)?;
    let mut pages: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for snippet in report["snippets"].as_array().into_iter().flatten() {
        let page = snippet["page"].as_str().unwrap_or_default();
        pages.entry(page.to_owned()).or_default().push(snippet);
    }
    let mut comparison = Comparison::default();
    for (page, blocks) in &pages {
        let chapter = page.strip_prefix("src/").unwrap_or(page);
        let (Ok(text), Ok(said)) =
            (fs::read_to_string(keep.join(chapter)), fs::read_to_string(keep.join(format!("{chapter}.said"))))
        else {
            continue;
        };
        comparison.add(page, blocks, &fence_lines(&text), &ends(&said));
    }
    Ok(comparison)
}

/// Runs `mdbook test`. That blocks fail is no error of this task.
fn test_with_mdbook(mdbook: &Path, book: &Path, keep: &Path) -> Done {
    use std::os::unix::fs::PermissionsExt as _;
    let which = command("rustup", &["which", "rustdoc"]).output();
    let rustdoc = which.ok().filter(|output| output.status.success());
    let rustdoc =
        rustdoc.map_or_else(|| "rustdoc".into(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let folder = keep.join(".bin");
    let script = folder.join("rustdoc");
    let failed = |error: std::io::Error| format!("{}: {error}", script.display());
    fs::create_dir_all(&folder).map_err(failed)?;
    fs::write(&script, RUSTDOC).map_err(failed)?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).map_err(failed)?;
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let path: Vec<PathBuf> = std::iter::once(folder).chain(std::env::split_paths(&inherited)).collect();
    let mut test = command(&mdbook.to_string_lossy(), &["test"]);
    test.current_dir(book).env("PARITY_KEEP", keep).env("PARITY_RUSTDOC", rustdoc);
    test.env("PATH", std::env::join_paths(path).unwrap_or(inherited));
    println!("== mdbook test");
    let output = test.output().map_err(|error| format!("mdbook: {error}"))?;
    if keep.read_dir().map_err(failed)?.count() < 2 {
        return Err(format!("mdbook tested nothing: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(())
}

/// docgen's report.
fn verify(book: &Path, keep: &Path) -> Done<Value> {
    let report = keep.join("report.json");
    let kind = format!("json={}", report.display());
    let program = root().join("target/debug/docgen");
    let mut verify = command(&program.to_string_lossy(), &["--quiet", "verify", "--report", &kind]);
    println!("== docgen verify");
    verify.current_dir(book).output().map_err(|error| format!("docgen: {error}"))?;
    let text = fs::read_to_string(&report).map_err(|error| format!("{}: {error}", report.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", report.display()))
}

impl Comparison {
    /// Adds a page: docgen's blocks, the lines of all blocks in the chapter as mdBook made it, and rustdoc's ends by line.
    fn add(&mut self, page: &str, blocks: &[&Value], lines: &[usize], ends: &BTreeMap<usize, End>) {
        if blocks.len() != lines.len() {
            let message =
                format!("{page}: docgen sees {} blocks, and mdBook's chapter has {}", blocks.len(), lines.len());
            self.alone.push(message);
            return;
        }
        for (block, line) in blocks.iter().zip(lines) {
            let theirs = ends.get(line).or_else(|| ends.get(&(line + 1)));
            let status = block["status"].as_str().unwrap_or_default();
            let ours = match status {
                "pass" | "xfail" => Some(End::Accepted),
                "ignored" => Some(End::Ignored),
                // An ignored block that would pass is still ignored.
                "xpass" if theirs == Some(&End::Ignored) => Some(End::Ignored),
                // Something is missing here, such as a crate.
                "not_code" | "unchecked" | "env_error" => None,
                _ => Some(End::Refused),
            };
            let place = format!("{page}:{} {}", block["line"], block["lang"].as_str().unwrap_or_default());
            let why = block["diagnostics"][0]["message"].as_str().or(block["reason"].as_str()).unwrap_or_default();
            match (ours, theirs) {
                (Some(ours), Some(theirs)) if ours == *theirs => self.agree += 1,
                (Some(_), Some(theirs)) => {
                    self.disagreements.push(format!("{place}: docgen {status}, mdbook test {theirs:?}: {why}"));
                }
                (None, Some(theirs)) => {
                    self.alone.push(format!("{place}: docgen {status}, mdbook test {theirs:?}: {why}"));
                }
                // mdBook tests Rust only.
                (_, None) => {}
            }
        }
    }
}

/// rustdoc's result for each line: `test hello.md - Title (line 5) - compile fail ... ok`.
fn ends(said: &str) -> BTreeMap<usize, End> {
    let mut ends = BTreeMap::new();
    for line in said.lines() {
        let Some((name, end)) = line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... ")) else { continue };
        let number = name.rsplit_once("(line ").and_then(|(_, rest)| rest.split(')').next()?.parse().ok());
        let end = match end.split(' ').next().unwrap_or_default() {
            "ok" => End::Accepted,
            "FAILED" => End::Refused,
            "ignored" => End::Ignored,
            _ => continue,
        };
        if let Some(number) = number {
            ends.insert(number, end);
        }
    }
    ends
}

/// The lines on which code blocks open, by the rules of `CommonMark`.
fn fence_lines(text: &str) -> Vec<usize> {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_TASKLISTS;
    let blocks = Parser::new_ext(text, options).into_offset_iter();
    blocks
        .filter(|(event, _)| matches!(event, Event::Start(Tag::CodeBlock(_))))
        .map(|(_, range)| text[..range.start].matches('\n').count() + 1)
        .collect()
}
