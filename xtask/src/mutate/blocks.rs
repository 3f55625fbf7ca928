//! The blocks to break: those that pass in the manual, in `tests/languages/` and in `tests/pages/`.
//!
//! Must not know: how a block is broken.

use crate::run::{Done, root};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// A block that passes.
pub(super) struct Block {
    /// `content/index.md:12`
    pub(super) origin: String,
    pub(super) language: String,
    /// Whether its output was compared.
    pub(super) is_compared: bool,
    /// The opening line.
    pub(super) fence: String,
    pub(super) code: String,
    /// The output block that follows, fences included.
    pub(super) output: Option<String>,
    /// The earlier blocks of its group, which stand before it.
    before: String,
    /// It stands in a list, so all its lines begin with this many blanks.
    pub(super) indent: usize,
}

impl Block {
    /// A page with this code instead of the block's own.
    pub(super) fn page(&self, code: &str, output: Option<&str>) -> String {
        let marks: String = self.fence.chars().take_while(|mark| *mark == '`').collect();
        let block = format!("{}\n{code}{marks}\n", self.fence);
        let block = if self.indent == 0 { block } else { self.item(&block) };
        let output = output.map_or(String::new(), |output| format!("\n{output}"));
        format!("# Page\n\n{}{block}{output}", self.before)
    }

    /// The block in an item of a list.
    fn item(&self, block: &str) -> String {
        let blanks = " ".repeat(self.indent);
        let lines = block
            .split_inclusive('\n')
            .map(|line| if line.trim().is_empty() { line.to_owned() } else { blanks.clone() + line });
        let lines: String = lines.collect();
        format!("-{}", &lines[1..])
    }

    /// The line of its page on which the code starts.
    pub(super) fn first_line(&self) -> usize {
        4 + self.before.matches('\n').count()
    }

    /// Whether its program has other blocks before it.
    pub(super) fn is_member(&self) -> bool {
        !self.before.is_empty()
    }
}

/// A call of docgen in a project. Its cache is that of the tests, where Go has compiled its library already.
pub(super) fn docgen(project: &Path) -> Command {
    let mut command = Command::new(root().join("target/debug/docgen"));
    command.current_dir(project).env("DOCGEN_CACHE", root().join("target/test-cache/docgen")).env_remove("CI");
    command
}

/// Verifies a project; returns the report.
pub(super) fn verify(project: &Path) -> Done<Value> {
    println!("== docgen verify {}", project.display());
    let mut call = docgen(project);
    call.args(["--quiet", "verify", "--no-cache", "--report", "json=-"]).stderr(Stdio::inherit());
    let output = call.output().map_err(|error| format!("docgen: {error}"))?;
    serde_json::from_slice(&output.stdout).map_err(|error| format!("docgen's report: {error}"))
}

/// The blocks that pass alone, and that a mutant's page can show alone.
pub(super) fn collect(work: &Path) -> Done<Vec<Block>> {
    let mut blocks = of_project(&root())?;
    let folders = ["tests/languages", "tests/pages"];
    let folders = folders.map(|folder| fs::read_dir(root().join(folder)).into_iter().flatten());
    let mut folders: Vec<_> = folders.into_iter().flatten().filter_map(Result::ok).collect();
    // Pages with settings, packages or files beside them need these.
    folders.retain(|folder| folder.path().is_dir() && has_only_pages(&folder.path()));
    folders.sort_by_key(fs::DirEntry::path);
    for folder in folders {
        let project = work.join("pages").join(folder.path().strip_prefix(root().join("tests")).unwrap_or(work));
        let failed = |error: std::io::Error| format!("{}: {error}", project.display());
        fs::create_dir_all(project.parent().unwrap_or(work)).map_err(failed)?;
        let copied = Command::new("cp").arg("-r").arg(folder.path()).arg(&project).status();
        if !copied.is_ok_and(|status| status.success()) {
            return Err(format!("{} cannot be copied", folder.path().display()));
        }
        fs::write(project.join("book.toml"), "[book]\nsrc = \".\"\n").map_err(failed)?;
        blocks.extend(of_project(&project)?);
    }
    Ok(blocks)
}

/// Whether a folder holds Markdown and nothing else.
fn has_only_pages(folder: &Path) -> bool {
    let mut entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.all(|entry| entry.path().extension().is_some_and(|extension| extension == "md"))
}

fn of_project(project: &Path) -> Done<Vec<Block>> {
    let report = verify(project)?;
    let snippets = report["snippets"].as_array().cloned().unwrap_or_default();
    let mut blocks = Vec::new();
    for (index, snippet) in snippets.iter().enumerate() {
        if snippet["status"] != "pass" {
            continue;
        }
        let path = snippet["page"].as_str().unwrap_or_default();
        let text = fs::read_to_string(project.join(path)).unwrap_or_default();
        let lines = |snippet: &Value| {
            let number = |key: &str| snippet[key].as_u64().and_then(|it| usize::try_from(it).ok()).unwrap_or(0);
            (number("line"), number("end_line"))
        };
        let language = snippet["lang"].as_str().unwrap_or_default().to_owned();
        let Some(block) = block(&text, lines(snippet), path, language) else { continue };
        // A group's earlier members, without their outputs.
        let same = |other: &&Value| ["page", "lang", "group"].iter().all(|key| other[*key] == snippet[*key]);
        let earlier = snippets[..index].iter().filter(same).filter(|_| !snippet["group"].is_null());
        let mut before = String::new();
        for member in earlier {
            let (open, close) = lines(member);
            let member: Vec<&str> = text.lines().skip(open - 1).take(close + 1 - open).collect();
            before.push_str(&(member.join("\n") + "\n\n"));
        }
        // A member that stands in a list does not begin with its fence.
        if before.is_empty() || (before.starts_with("```") && block.indent == 0) {
            let is_compared = snippet["level"] == "OutputMatched";
            blocks.push(Block { is_compared, before, ..block });
        }
    }
    Ok(blocks)
}

/// The block between two lines of a page, if it can stand alone: not in a quote, no file of its own, no word that needs
/// the rest of its page.
fn block(text: &str, (open, close): (usize, usize), path: &str, language: String) -> Option<Block> {
    const NEEDS_MORE: &[&str] = &[
        "file=",
        "fixture=",
        "schema=",
        "needs=",
        "prelude=",
        "same-output",
        "setup",
        "teardown",
        "name=",
        "applies-to",
    ];
    let lines: Vec<&str> = text.lines().collect();
    let opening = *lines.get(open.checked_sub(1)?)?;
    let code = lines.get(open..close.checked_sub(1)?)?;
    // In a list, the item's mark may stand before the fence.
    let indent = opening.find("```").filter(|at| opening[..*at].chars().all(|c| matches!(c, ' ' | '-' | '*')))?;
    let fence = opening[indent..].to_owned();
    let inside =
        |line: &&str| line.trim().is_empty() || line.get(..indent).is_some_and(|blanks| blanks.trim().is_empty());
    let code: Vec<&str> =
        code.iter().filter(|line| inside(line)).map(|line| line.get(indent..).unwrap_or("")).collect();
    if code.len() != close - 1 - open {
        return None;
    }
    let alone = !NEEDS_MORE.iter().any(|word| fence.contains(word));
    let plain = !text.contains(" setup") && !code.iter().any(|line| line.contains("{{#include"));
    if !alone || !plain || code.is_empty() {
        return None;
    }
    // Prose and comments may stand before the output block, another code block may not.
    let mut rest = lines[close..].iter().enumerate();
    let next = rest.find(|(_, line)| line.starts_with("```") || line.starts_with('#'));
    let output = next.filter(|(_, line)| line.starts_with("```") && line.contains("output")).and_then(|(at, _)| {
        let from = close + at;
        let end = lines[from + 1..].iter().position(|line| line.starts_with("```"))? + from + 1;
        Some(lines[from..=end].join("\n") + "\n")
    });
    let code: String = code.iter().flat_map(|line| [*line, "\n"]).collect();
    let (origin, before) = (format!("{path}:{open}"), String::new());
    Some(Block { origin, language, is_compared: false, fence, code, output, before, indent })
}
