//! Output for people: excerpts of the author's page in rustc's style, then the totals.
//!
//! Must not know: colour settings. The text always has colours, and the printer removes them if needed.

use super::groups::grouped;
use super::model::{Item, Verification, is_bad};
use crate::diagnostic::{Diagnostic, Severity};
use crate::report::words::plural;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Level, Status, Verdict};
use crate::snippet::model::verdicts::Verdicts;
use crate::snippet::undefined::{Missing, MissingPackages, missing, missing_package, missing_packages};
use crate::source::Sources;
use crate::span::Span;
use annotate_snippets::{AnnotationKind, Element, Group, Level as Title, Renderer, Snippet as Excerpt};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

/// Max excerpts for one block; its other errors get one line each.
const EXCERPTS_A_BLOCK: usize = 2;

/// One problem with its excerpt.
pub fn item(sources: &Sources, item: &Item<'_>) -> String {
    let title = match item.severity {
        Severity::Error => Title::ERROR,
        Severity::Warning => Title::WARNING,
        Severity::Hint => Title::NOTE.with_name("hint"),
    };
    let message = match item.tool {
        Some(tool) => format!("{} ({tool})", item.message),
        None => item.message.to_owned(),
    };
    let mut heading = title.primary_title(message);
    if !item.code.is_empty() {
        heading = heading.id(item.code);
    }
    let mut elements: Vec<Element<'_>> = Vec::new();
    if let Some(span) = item.span {
        elements.push(excerpt(sources, span, AnnotationKind::Primary, None).into());
    }
    for (message, span) in &item.notes {
        match span {
            Some(span) => elements.push(excerpt(sources, *span, AnnotationKind::Context, Some(message)).into()),
            None => elements.push(Title::NOTE.message(*message).into()),
        }
    }
    if let Some(help) = item.help {
        elements.push(Title::HELP.message(help).into());
    }
    let group: Group<'_> = heading.elements(elements);
    let mut text = Renderer::styled().render(&[group]);
    text.push('\n');
    text
}

fn excerpt<'a>(
    sources: &'a Sources,
    span: Span,
    kind: AnnotationKind,
    label: Option<&'a str>,
) -> Excerpt<'a, annotate_snippets::Annotation<'a>> {
    let file = &sources[span.file];
    let text = file.text.as_str();
    let Range { start, end } = file.range_of(span);
    // A span over many lines shows only its first line.
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let end = end.min(line_end);
    // Pass only a few lines: the renderer would read the whole file for each excerpt.
    let line = file.lines.line_of(start);
    let first = line.saturating_sub(2);
    let from = file.lines.line_range(text, first + 1).map_or(0, |range| range.start);
    let to = file.lines.line_range(text, line + 3).map_or(text.len(), |range| range.end);
    Excerpt::source(&text[from..to])
        .path(file.name.as_str())
        .line_start(first + 1)
        .annotation(kind.span(start - from..end - from).label(label))
}

/// `page:line:column: message`, for problems without an excerpt.
fn one_line(sources: &Sources, item: &Item<'_>) -> String {
    let place = item.span.map_or(String::new(), |span| format!("{}: ", place(sources, span)));
    let code = if item.code.is_empty() { String::new() } else { format!(" [{}]", item.code) };
    format!("{place}{}{code}", item.message)
}

/// Content problems. Errors come last, so people see them first. Equal hints become one, unless `verbose`.
pub fn diagnostics(sources: &Sources, problems: &[Diagnostic], verbose: bool) -> String {
    let mut text = String::new();
    let mut show = |shown: &Item<'_>| {
        text.push_str(&item(sources, shown));
        text.push('\n');
    };
    for severity in [Severity::Hint, Severity::Warning, Severity::Error] {
        if verbose {
            problems.iter().filter(|it| it.severity == severity).for_each(|problem| show(&Item::from(problem)));
            continue;
        }
        for group in grouped(problems, severity) {
            let elsewhere = group.elsewhere(|span| place(sources, span));
            let mut shown = Item { message: &group.message(), ..Item::from(group.first) };
            shown.notes.extend(elsewhere.iter().map(|places| (places.as_str(), None)));
            show(&shown);
        }
    }
    text
}

/// `page:line:column`
fn place(sources: &Sources, span: Span) -> String {
    let file = &sources[span.file];
    let at = file.line_col(span.start);
    format!("{}:{}:{}", file.name, at.line, at.column)
}

/// `3 errors, 1 warning`, or nothing.
pub fn count(problems: &[Diagnostic]) -> String {
    let of = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let parts: Vec<String> =
        [(of(Severity::Error), "error"), (of(Severity::Warning), "warning"), (of(Severity::Hint), "hint")]
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| plural(number, what))
            .collect();
    parts.join(", ")
}

/// The verdicts: the faults of each block, then the totals. `verbose` shows every finding with its excerpt. Failures
/// that the ledger knows are only counted, unless `verbose`.
pub fn verdicts(found: &Verification<'_>, verbose: bool) -> String {
    let mut text = String::new();
    let is_shown = |number: usize| verbose || !found.ledgers.knows(number);
    for (number, snippet, verdict, breaches) in found.blocks() {
        if is_shown(number) {
            block(&mut text, found.sources, snippet, verdict, verbose);
        }
        for breach in breaches {
            let _ = writeln!(text, "\x1b[33mpolicy\x1b[0m {}:{} {breach}\n", snippet.page_name, snippet.line);
        }
    }
    let verdicts = found.verdicts;
    let shown = verdicts.iter().enumerate().filter(|(number, _)| is_shown(*number)).map(|(_, block)| block);
    missing_names(&mut text, &missing(shown, found.languages));
    packages(&mut text, found);
    tools(&mut text, verdicts);
    if verbose {
        calls(&mut text, &verdicts.run.started);
    }
    totals(&mut text, verdicts);
    for (number, snippet, verdict, _) in found.blocks() {
        if let Some(why) = found.worse(number, verdict) {
            let place = (&snippet.page_name, snippet.line, &snippet.id);
            let _ = writeln!(text, "\x1b[1;31mworse\x1b[0m {}:{} {}: {why}", place.0, place.1, place.2);
        }
    }
    for line in found.ratchet() {
        let _ = writeln!(text, "{line}");
    }
    text
}

fn block(text: &mut String, sources: &Sources, snippet: &Snippet, verdict: &Verdict, verbose: bool) {
    let errors: Vec<Item<'_>> =
        verdict.findings.iter().filter(|finding| finding.severity == Severity::Error).map(Item::from).collect();
    if is_bad(verdict.status) {
        let reason = if errors.is_empty() { verdict.reason.clone().unwrap_or_default() } else { String::new() };
        let _ = writeln!(
            text,
            "\x1b[1;31m{}\x1b[0m {} {} \x1b[2m({} at {}:{})\x1b[0m{}{reason}",
            verdict.status.name(),
            snippet.language_name,
            snippet.id,
            verdict.level.name(),
            snippet.page_name,
            snippet.line,
            if reason.is_empty() { "" } else { ": " },
        );
        let shown = if verbose { errors.len() } else { EXCERPTS_A_BLOCK };
        for error in errors.iter().take(shown) {
            text.push_str(&item(sources, error));
        }
        for error in errors.iter().skip(shown) {
            let _ = writeln!(text, "  {}", one_line(sources, error));
        }
        text.push('\n');
    }
    let warnings = verdict.findings.iter().filter(|finding| finding.severity == Severity::Warning).map(Item::from);
    for warning in warnings {
        if verbose {
            text.push_str(&item(sources, &warning));
        } else if !matches!(verdict.status, Status::EnvError | Status::Ignored) {
            let _ = writeln!(text, "\x1b[33mwarning\x1b[0m {}", one_line(sources, &warning));
        }
    }
}

/// Undefined names of all pages, and what to do about them (S3.7).
fn missing_names(text: &mut String, sorted: &[Missing]) {
    if sorted.is_empty() {
        return;
    }
    let list: Vec<String> = sorted
        .iter()
        .take(12)
        .map(|missing| format!("{} ({})", missing.name, plural(missing.blocks, "block")))
        .collect();
    let more = sorted.len().saturating_sub(12);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let _ = writeln!(text, "\x1b[1mnames that nothing defines:\x1b[0m {}{more}", list.join(", "));
    let _ = writeln!(
        text,
        "  Ways out: a group of blocks, a prelude (`docgen verify --suggest-prelude` writes one), or `check` for code\n  that is only meant to be read.\n"
    );
}

/// Packages that nothing provides, listed once per language and fixture, with where to add them (S1.7).
fn packages(text: &mut String, found: &Verification<'_>) {
    const SHOWN: usize = 8;
    let found = missing_packages(found.verdicts, found.languages);
    if found.is_empty() {
        return;
    }
    let waiting: usize = found.iter().map(|missing| missing.waiting).sum();
    let _ = writeln!(text, "\x1b[36menv_error\x1b[0m {}: packages that nothing provides", plural(waiting, "block"));
    for MissingPackages { language, fixture, how, packages, waiting, all } in found {
        let mut sorted: Vec<(&String, &usize)> = packages.iter().collect();
        sorted.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let shown = sorted.iter().take(SHOWN).map(|(name, blocks)| format!("{name} ({})", plural(**blocks, "block")));
        let more = sorted.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let who = if waiting == all { format!("all {language} blocks") } else { plural(waiting, "block") };
        let how = how.map_or(String::new(), |how| format!(": {}", how.replace(" it ", " them ")));
        let _ = writeln!(
            text,
            "  {language}: {}{more}, needed by {who}\n    add them to the fixture snippets/{fixture}{how}",
            shown.collect::<Vec<_>>().join(", ")
        );
    }
    text.push('\n');
}

/// Everything missing on this machine, listed once, with the fix.
fn tools(text: &mut String, verdicts: Verdicts<'_>) {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let of_packages = |verdict: &Verdict| verdict.findings.iter().any(|finding| missing_package(finding).is_some());
    for (_, verdict) in verdicts.iter().filter(|(_, verdict)| !of_packages(verdict)) {
        if let (Status::EnvError, Some(reason)) = (verdict.status, &verdict.reason) {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    for (reason, blocks) in &reasons {
        let _ = writeln!(text, "\x1b[36menv_error\x1b[0m {}: {reason}", plural(*blocks, "block"));
    }
    if !reasons.is_empty() {
        text.push('\n');
    }
}

/// The totals by status and by level.
fn totals(text: &mut String, verdicts: Verdicts<'_>) {
    let totals = verdicts.totals();
    let parts: Vec<String> = Status::ALL
        .iter()
        .filter(|(_, status)| totals[status] > 0)
        .map(|(name, status)| format!("{} {name}", totals[status]))
        .collect();
    let pages: std::collections::BTreeSet<_> = verdicts.iter().map(|(snippet, _)| snippet.page).collect();
    let _ = writeln!(
        text,
        "\x1b[1m{} on {}\x1b[0m = {} \x1b[2m({}{:.1} s)\x1b[0m",
        plural(verdicts.len(), "block"),
        plural(pages.len(), "page"),
        if parts.is_empty() { "0".to_owned() } else { parts.join(" + ") },
        match verdicts.cached() {
            0 => String::new(),
            cached => format!("{cached} from the cache, "),
        },
        verdicts.run.duration.as_secs_f64()
    );
    if verdicts.run.started.is_empty() && verdicts.cached() > 0 {
        let _ = writeln!(text, "nothing has changed: no tool was started");
    }
    let mut levels: BTreeMap<Level, usize> = BTreeMap::new();
    for (snippet, verdict) in verdicts.iter().filter(|(snippet, _)| snippet.is_code) {
        let _ = snippet;
        *levels.entry(verdict.level).or_default() += 1;
    }
    if !levels.is_empty() {
        let parts: Vec<String> =
            levels.iter().rev().map(|(level, number)| format!("{number} {}", level.name())).collect();
        let _ = writeln!(text, "depth of the code: {}", parts.join(", "));
    }
    languages(text, verdicts);
    unchecked_pages(text, verdicts);
}

/// The programs that this run started, one per line. Long command lines are cut.
fn calls(text: &mut String, started: &[String]) {
    const SHOWN: usize = 120;
    for call in started {
        let line = call.lines().next().unwrap_or_default();
        let cut: String = line.chars().take(SHOWN).collect();
        let more = if cut.len() < call.len() { " …" } else { "" };
        let _ = writeln!(text, "started: {cut}{more}");
    }
}

fn languages(text: &mut String, verdicts: Verdicts<'_>) {
    let mut by_language: BTreeMap<&str, usize> = BTreeMap::new();
    for (snippet, _) in verdicts.iter() {
        let name = if snippet.language_name.is_empty() { "unlabelled" } else { &snippet.language_name };
        *by_language.entry(name).or_default() += 1;
    }
    let mut sorted: Vec<_> = by_language.into_iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let parts: Vec<String> = sorted.iter().map(|(name, number)| format!("{number} {name}")).collect();
    if !parts.is_empty() {
        let _ = writeln!(text, "languages: {}", parts.join(", "));
    }
}

/// Lists pages with code where no block was checked.
fn unchecked_pages(text: &mut String, verdicts: Verdicts<'_>) {
    let mut pages: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (snippet, verdict) in verdicts.iter().filter(|(snippet, _)| snippet.is_code) {
        let counts = pages.entry(&snippet.page_name).or_default();
        counts.0 += 1;
        counts.1 += usize::from(verdict.level > Level::Unchecked || verdict.status == Status::Fail);
    }
    for (page, (blocks, _)) in pages.iter().filter(|(_, (_, checked))| *checked == 0) {
        let _ = writeln!(text, "\x1b[33mnothing checked\x1b[0m on {page}: {}", plural(*blocks, "block"));
    }
}
