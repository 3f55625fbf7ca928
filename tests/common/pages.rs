//! Markdown pages as tests: what docgen must find stands beside the block, in comments that docgen does not read.
//!
//! ```text
//! <!-- expect: fail Parsed -->                                          the block's status and level
//! <!-- expect: env_error Compiled "dependency x: …" -->                 … and the reason for it
//! <!-- expect: output "one\n" -->                                       what it printed
//! <!-- expect: line +2 column 5-9 error F821 "Undefined name `x`" -->   a diagnostic, counted from the opening fence
//! <!-- expect: line 3 column 1 of inc.txt error F821 "…" -->            a diagnostic in another file
//! ```
//!
//! A comment belongs to the block above it. `…` stands for any text. Level, reason, output and end column may be left out.
//! Each block needs its status, each diagnostic its comment. `DOCGEN_BLESS=1` writes the comments anew: read the diff.

use super::{copy, docgen, write};
use regex::Regex;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Verifies all pages of a folder as one project, and compares; the report, for what comments cannot say.
pub(crate) fn verify_folder(folder: &Path) -> Value {
    let pages = pages_of(folder);
    hold(folder, &pages, || {
        let site = site_for(folder);
        copy(folder, &site);
        if !folder.join("book.toml").exists() {
            write(&site, "book.toml", "[book]\nsrc = \".\"\n");
        }
        verify(&site, &[])
    })
}

/// Verifies a page that belongs to no project, in a folder of its own, and compares.
pub(crate) fn verify_bare(page: &Path) -> Value {
    let name = page.file_name().expect("a name").to_string_lossy().into_owned();
    hold(page.parent().expect("a folder"), &BTreeSet::from([name.clone()]), || {
        let site = tempfile::tempdir().expect("a temporary folder");
        std::fs::copy(page, site.path().join(&name)).expect("copied");
        verify(site.path(), &[&name])
    })
}

/// An empty folder to verify this in. It is at the same place in each run, so that what Go has built of its own packages is
/// found again, and a repository of its own, so that this one is not around it.
fn site_for(source: &Path) -> PathBuf {
    let name = source.strip_prefix(super::repository()).expect("in here").display().to_string().replace('/', "+");
    let site = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&site);
    std::fs::create_dir_all(site.join(".git")).expect("a folder");
    site
}

/// The report; no verdict of an earlier run is taken.
fn verify(site: &Path, args: &[&str]) -> Value {
    let output = docgen(site)
        .args(["--quiet", "verify", "--no-cache", "--report", "json=-"])
        .args(args)
        .output()
        .expect("docgen starts");
    let told = || format!("{}{}", super::stdout(&output), super::stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no report: {}", told()));
    let blocks = report["snippets"].as_array().expect("snippets");
    let fails = blocks.iter().any(|block| ["fail", "xpass", "timeout", "limit"].contains(&text(&block["status"])));
    assert_eq!(output.status.code(), Some(i32::from(fails)), "the exit status is 1 where a block fails: {}", told());
    report
}

fn is_blessing() -> bool {
    std::env::var_os("DOCGEN_BLESS").is_some()
}

/// Compares the pages with what docgen says of them. Blessed pages are verified again, since comments move blocks, and
/// some messages name a line.
fn hold(folder: &Path, pages: &BTreeSet<String>, verify: impl Fn() -> Value) -> Value {
    let mut report = verify();
    let mut faults = compare(folder, pages, &report);
    for _ in 0..2 {
        if !faults.is_empty() && is_blessing() {
            report = verify();
            faults = compare(folder, pages, &report);
        }
    }
    let told = faults.join("\n");
    assert!(faults.is_empty(), "{} faults; DOCGEN_BLESS=1 writes the comments anew\n{told}", faults.len());
    report
}

/// The names of all pages below a folder.
pub(crate) fn pages_of(folder: &Path) -> BTreeSet<String> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.expect("an entry").into_path());
    let pages = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.map(|path| path.strip_prefix(folder).expect("below it").display().to_string()).collect()
}

/// A comment of a page.
struct Expectation {
    /// Its line, from 0.
    at: usize,
    text: String,
}

/// What the files that blocks come from say, and the report does not; and the other way round.
pub(crate) fn compare(folder: &Path, pages: &BTreeSet<String>, report: &Value) -> Vec<String> {
    let mut blocks: BTreeMap<&str, Vec<&Value>> = pages.iter().map(|page| (page.as_str(), Vec::new())).collect();
    for block in report["snippets"].as_array().expect("snippets") {
        blocks.entry(text(&block["page"])).or_default().push(block);
    }
    let mut faults = Vec::new();
    let all = report["snippets"].as_array().expect("snippets");
    for (name, mut blocks) in blocks {
        let path = folder.join(name);
        if !all.iter().any(|block| text(&block["id"]).split('#').next() == Some(name) || block["page"] == name) {
            faults.push(Fault { path, line: 1, what: "the page has no block, so it tests nothing".to_owned() });
            continue;
        }
        blocks.sort_by_key(|block| number(&block["line"]));
        faults.extend(compare_file(&path, &std::fs::read_to_string(&path).expect("a page"), &blocks));
    }
    faults.iter().map(Fault::to_string).collect()
}

/// One difference between a page and the report.
struct Fault {
    path: PathBuf,
    line: usize,
    what: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let root = super::repository();
        let path = self.path.strip_prefix(&root).unwrap_or(&self.path);
        write!(out, "{}:{}: {}", path.display(), self.line, self.what)
    }
}

fn compare_file(path: &Path, page: &str, blocks: &[&Value]) -> Vec<Fault> {
    let is_in_block = |line: usize| {
        blocks.iter().any(|block| (number(&block["line"])..=number(&block["end_line"])).contains(&(line + 1)))
    };
    let mut expected: Vec<Expectation> = Vec::new();
    for (at, line) in page.lines().enumerate().filter(|(at, _)| !is_in_block(*at)) {
        let inner = line.trim_start_matches([' ', '>']).strip_prefix("<!-- expect:");
        if let Some(inner) = inner.and_then(|inner| inner.trim_end().strip_suffix("-->")) {
            expected.push(Expectation { at, text: inner.trim().to_owned() });
        }
    }
    let fault = |line: usize, what: String| Fault { path: path.to_path_buf(), line, what };
    let mut faults = Vec::new();
    let mut after: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (index, block) in blocks.iter().enumerate() {
        let (start, end) = (number(&block["line"]), number(&block["end_line"]));
        // A file that two pages include has its blocks twice.
        let next = blocks[index..].iter().map(|other| number(&other["line"])).find(|line| *line > start);
        let mine: Vec<&Expectation> = expected
            .iter()
            .filter(|expectation| expectation.at + 1 > end && next.is_none_or(|next| expectation.at + 1 < next))
            .collect();
        let judged = judge(block, &mine);
        faults.extend(judged.missed.iter().map(|it| fault(it.at + 1, format!("expected: {}", it.text))));
        faults.extend(judged.surplus.iter().map(|it| fault(start, format!("not expected: {it}"))));
        after.insert(end, judged.lines);
    }
    let first = blocks.first().map_or(0, |block| number(&block["line"]));
    for lost in expected.iter().filter(|expectation| expectation.at + 1 < first) {
        faults.push(fault(lost.at + 1, "no block stands above this".to_owned()));
    }
    if !faults.is_empty() && !blocks.is_empty() && is_blessing() {
        let comments: BTreeSet<usize> = expected.iter().map(|expectation| expectation.at).collect();
        std::fs::write(path, blessed(page, &comments, &after)).expect("blessed");
    }
    faults
}

/// The page without its comments, and with these after the lines named.
fn blessed(page: &str, comments: &BTreeSet<usize>, after: &BTreeMap<usize, Vec<String>>) -> String {
    let mut text = String::new();
    for (at, line) in page.lines().enumerate() {
        if !comments.contains(&at) {
            text.push_str(line);
            text.push('\n');
        }
        for comment in after.get(&(at + 1)).into_iter().flatten() {
            text.push_str(comment);
            text.push('\n');
        }
    }
    text
}

/// A block beside its comments.
#[derive(Default)]
struct Judged<'a> {
    /// Comments that are not true.
    missed: Vec<&'a Expectation>,
    /// What no comment says.
    surplus: Vec<String>,
    /// All comments as they should be.
    lines: Vec<String>,
}

fn judge<'a>(block: &Value, expected: &[&'a Expectation]) -> Judged<'a> {
    let mut judged = Judged::default();
    let mut found: Vec<&Value> = block["diagnostics"].as_array().expect("diagnostics").iter().collect();
    let mut has_status = false;
    for expectation in expected {
        let is_true = match Kind::of(&expectation.text) {
            Some(Kind::Status { status, level, reason }) => {
                let ours = status == text(&block["status"])
                    && level.is_none_or(|level| level == text(&block["level"]))
                    && reason.is_none_or(|reason| is_like(&reason, text(&block["reason"])));
                has_status |= ours;
                ours
            }
            Some(Kind::Output(output)) => is_like(&output, text(&block["output"])),
            Some(Kind::Diagnostic(wanted)) => {
                let at = found.iter().position(|found| wanted.is(block, found));
                at.map(|at| found.remove(at)).is_some()
            }
            None => false,
        };
        if is_true {
            judged.lines.push(format!("<!-- expect: {} -->", expectation.text));
        } else {
            judged.missed.push(expectation);
        }
    }
    if !has_status {
        let status = status_of(block);
        judged.lines.insert(0, format!("<!-- expect: {status} -->"));
        judged.surplus.push(status);
    }
    for found in found {
        let told = diagnostic_of(block, found);
        judged.lines.push(format!("<!-- expect: {told} -->"));
        judged.surplus.push(told);
    }
    judged
}

enum Kind<'a> {
    Status { status: &'a str, level: Option<&'a str>, reason: Option<String> },
    Output(String),
    Diagnostic(Diagnostic<'a>),
}

struct Diagnostic<'a> {
    line: Option<usize>,
    is_relative: bool,
    column: Option<usize>,
    end: Option<usize>,
    file: Option<&'a str>,
    severity: &'a str,
    code: &'a str,
    message: String,
}

impl<'a> Kind<'a> {
    fn of(comment: &'a str) -> Option<Self> {
        static STATUS: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r#"^([a-z_]+)(?: ([A-Z]\w+))?(?: "(.*)")?$"#).expect("a pattern"));
        static PLACE: LazyLock<Regex> = LazyLock::new(|| {
            let place = r"line (\+?)(-?\d+)(?: column (\d+)(?:-(\d+))?)?(?: of (\S+))?";
            Regex::new(&format!(r#"^(?:{place}|nowhere) ([a-z]+) (\S+) "(.*)"$"#)).expect("a pattern")
        });
        if let Some(output) = comment.strip_prefix("output \"").and_then(|rest| rest.strip_suffix('"')) {
            return Some(Kind::Output(plain(output)));
        }
        if let Some(parts) = PLACE.captures(comment) {
            let part = |index: usize| parts.get(index).map(|it| it.as_str());
            let number = |index: usize| part(index).and_then(|it| it.parse().ok());
            return Some(Kind::Diagnostic(Diagnostic {
                line: number(2),
                is_relative: part(1) == Some("+"),
                column: number(3),
                end: number(4),
                file: part(5),
                severity: part(6)?,
                code: part(7)?,
                message: plain(part(8)?),
            }));
        }
        let parts = STATUS.captures(comment)?;
        let part = |index: usize| parts.get(index).map(|it| it.as_str());
        Some(Kind::Status { status: part(1)?, level: part(2), reason: part(3).map(plain) })
    }
}

impl Diagnostic<'_> {
    fn is(&self, block: &Value, found: &Value) -> bool {
        let start = if self.is_relative { number(&block["line"]) } else { 0 };
        let same_file = self.file.unwrap_or(text(&block["page"])) == text(&found["page"]) || self.line.is_none();
        let code = text(&found["code"]);
        same_file
            && self.line.map_or(found["line"].is_null(), |line| start + line == number(&found["line"]))
            && self.column.is_none_or(|column| column == number(&found["column"]))
            && self.end.is_none_or(|end| end == number(&found["end_column"]))
            && self.severity == text(&found["severity"])
            && self.code == if code.is_empty() { "-" } else { code }
            && is_like(&self.message, text(&found["message"]))
    }
}

/// A block's status as a comment says it. The reason is left out where a diagnostic says the same.
fn status_of(block: &Value) -> String {
    let (status, level, reason) = (text(&block["status"]), text(&block["level"]), text(&block["reason"]));
    let mut told = status.to_owned();
    if status != "not_code" {
        told = format!("{told} {level}");
    }
    let all = block["diagnostics"].as_array().expect("diagnostics");
    if !reason.is_empty() && !all.iter().any(|found| text(&found["message"]).contains(reason)) {
        told = format!("{told} \"{}\"", quoted(reason));
    }
    told
}

/// A diagnostic as a comment says it.
fn diagnostic_of(block: &Value, found: &Value) -> String {
    let code = if text(&found["code"]).is_empty() { "-" } else { text(&found["code"]) };
    let rest = format!("{} {code} \"{}\"", text(&found["severity"]), quoted(text(&found["message"])));
    if found["line"].is_null() {
        return format!("nowhere {rest}");
    }
    let (line, start, column) = (number(&found["line"]), number(&block["line"]), number(&found["column"]));
    let is_here = found["page"] == block["page"];
    let place = if is_here && line >= start { format!("line +{}", line - start) } else { format!("line {line}") };
    let (end_line, end) = (number(&found["end_line"]), number(&found["end_column"]));
    let columns = if end_line == line && end > column { format!("{column}-{end}") } else { column.to_string() };
    let file = if is_here { String::new() } else { format!(" of {}", text(&found["page"])) };
    format!("{place} column {columns}{file} {rest}")
}

/// A text in a comment, which ends at `-->`.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('"', "\\\"").replace("-->", "--\\>")
}

fn plain(quoted: &str) -> String {
    let (mut text, mut characters) = (String::new(), quoted.chars());
    while let Some(character) = characters.next() {
        text.push(match character {
            '\\' => characters.next().map_or('\\', |next| if next == 'n' { '\n' } else { next }),
            other => other,
        });
    }
    text
}

/// Whether a text is what a pattern says, in which `…` stands for any text.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('…');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let Some(last) = pattern.rsplit_once('…').map(|(_, last)| last) else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    text.ends_with(last)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(value: &Value) -> usize {
    value.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or_default()
}
