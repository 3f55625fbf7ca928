//! A code block on a page: title and language, badge, code, evidence.
//!
//! The badge says in icon and words how deep the block was proven, never by colour alone.
//! Must not know: Markdown, templates.

use super::highlight::{Highlighter, escape};
use crate::snippet::collect::Snippet;
use crate::snippet::verdict::{Level, Origin, Status, Verdict};
use std::fmt::Write as _;

/// What a badge says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Badge {
    /// Class of its colour.
    pub class: &'static str,
    /// One character.
    pub icon: &'static str,
    /// Words.
    pub words: &'static str,
    /// Whether the block has changed since.
    pub stale: bool,
}

/// The badge of a verdict; without a verdict the block was not checked.
pub fn badge(verdict: Option<&Verdict>) -> Badge {
    let Some(verdict) = verdict else { return NOT_CHECKED };
    let badge = match (verdict.status, verdict.level) {
        (Status::Pass, Level::OutputMatched) => {
            Badge { class: "good", icon: "✓", words: "Ran, output matched", stale: false }
        }
        (Status::Pass, Level::Ran) => Badge { class: "good", icon: "✓", words: "Ran", stale: false },
        (Status::Pass, Level::Compiled) => Badge { class: "fair", icon: "◐", words: "Compiled", stale: false },
        (Status::Pass, Level::Linted) => Badge { class: "fair", icon: "◐", words: "Linted", stale: false },
        (Status::Pass, Level::Parsed) => Badge { class: "fair", icon: "◔", words: "Parsed", stale: false },
        (Status::Xfail, _) => Badge { class: "warn", icon: "⚠", words: "Fails as shown", stale: false },
        (Status::Fail | Status::Xpass | Status::Timeout | Status::Limit | Status::Blocked, _) => {
            Badge { class: "bad", icon: "✗", words: "Failed", stale: false }
        }
        _ => NOT_CHECKED,
    };
    Badge { stale: verdict.origin == Origin::Stale, ..badge }
}

const NOT_CHECKED: Badge = Badge { class: "none", icon: "○", words: "Not checked", stale: false };

/// Everything a figure is made of.
pub struct Figure<'a> {
    /// The label as written, for highlighting.
    pub label: &'a str,
    /// The code as shown.
    pub code: &'a str,
    /// The whole block, if lines of it are hidden.
    pub whole: Option<&'a str>,
    /// Highlighted lines, 1-based.
    pub highlights: &'a [(usize, usize)],
    /// Title above the block.
    pub title: Option<&'a str>,
    /// Whether this is the output of the block above.
    pub output: bool,
    /// The snippet and its verdict, for code.
    pub snippet: Option<(&'a Snippet, Option<&'a Verdict>)>,
    /// Number of the block on its page, from 1: its `id`.
    pub number: usize,
    /// Before its id, and its number in labels, where several pages stand on one.
    pub prefix: &'a str,
    /// Relative address of the verification page.
    pub ledger: &'a str,
}

/// The figure as HTML.
pub fn render(figure: &Figure<'_>, highlighter: &Highlighter) -> String {
    let mut html = String::with_capacity(figure.code.len() * 2 + 400);
    let class = if figure.output { "snippet output" } else { "snippet" };
    let _ = write!(html, "<figure class=\"{class}\" id=\"{}snippet-{}\">", figure.prefix, figure.number);
    caption(&mut html, figure);
    let language = if figure.label.is_empty() { "text" } else { figure.label };
    let name = figure.title.map_or_else(|| format!("{language} code"), str::to_owned);
    let _ = write!(
        html,
        "<pre tabindex=\"0\" role=\"region\" aria-label=\"{}, block {}{}\"><code class=\"language-{}\">",
        escape(&name),
        figure.prefix,
        figure.number,
        escape(language)
    );
    for (index, line) in highlighter.lines(figure.label, figure.code).iter().enumerate() {
        let number = index + 1;
        if figure.highlights.iter().any(|(from, to)| (*from..=*to).contains(&number)) {
            let _ = write!(html, "<mark>{line}</mark>");
        } else {
            html.push_str(line);
        }
        html.push('\n');
    }
    html.push_str("</code></pre>");
    if let Some(whole) = figure.whole {
        let _ = write!(
            html,
            "<details class=\"whole\"><summary>Show hidden lines</summary><pre tabindex=\"0\" role=\"region\" aria-label=\"all of block {}{}\"><code>",
            figure.prefix, figure.number
        );
        html.push_str(&highlighter.lines(figure.label, whole).join("\n"));
        html.push_str("</code></pre></details>");
    }
    if let Some((snippet, Some(verdict))) = figure.snippet {
        evidence(&mut html, snippet, verdict, &format!("{}{}", figure.prefix, figure.number));
    }
    html.push_str("</figure>\n");
    html
}

fn caption(html: &mut String, figure: &Figure<'_>) {
    html.push_str("<figcaption>");
    let kind = if figure.output { "output" } else { figure.label };
    if let Some(title) = figure.title {
        let _ = write!(html, "<span class=\"title\">{}</span>", escape(title));
    }
    let _ = write!(html, "<span class=\"lang\">{}</span>", escape(if kind.is_empty() { "text" } else { kind }));
    if let Some((snippet, verdict)) = figure.snippet {
        let badge = badge(verdict);
        let _ = write!(
            html,
            "<a class=\"badge {}\" href=\"{}#{}\"><span aria-hidden=\"true\">{}</span> {}{}</a>",
            badge.class,
            escape(figure.ledger),
            escape(&row_id(&snippet.id)),
            badge.icon,
            badge.words,
            if badge.stale { " · stale" } else { "" }
        );
    }
    html.push_str("</figcaption>");
}

/// The anchor of a block's row on the verification page.
pub fn row_id(id: &str) -> String {
    let words: String =
        id.chars().map(|c| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '-' }).collect();
    format!("s-{words}")
}

fn evidence(html: &mut String, snippet: &Snippet, verdict: &Verdict, number: &str) {
    html.push_str("<details class=\"evidence\"><summary>Evidence</summary><dl>");
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = write!(html, "<dt>{name}</dt><dd>{}</dd>", escape(value));
        }
    };
    if verdict.status != Status::Unchecked {
        row("Verdict", &format!("{}, {}", verdict.status.name(), verdict.level.name()));
    }
    row("Reason", verdict.reason.as_deref().unwrap_or_default());
    let steps: Vec<String> =
        verdict.steps.iter().map(|(step, outcome)| format!("{} {}", step.name(), outcome_word(*outcome))).collect();
    row("Steps", &steps.join(", "));
    let tools: Vec<String> = verdict.tools.iter().map(|(tool, version)| format!("{tool} {version}")).collect();
    row("Tools", &tools.join(", "));
    row("Ran as", verdict.command.as_deref().unwrap_or_default());
    if verdict.command.is_some() {
        row("Sandbox", verdict.sandbox.name());
    }
    row("Verified on", verdict.date.as_deref().unwrap_or_default());
    row("Known from", known_from(verdict.origin));
    row("Check it yourself", &format!("docgen verify {} --id '{}'", snippet.page_name, snippet.id));
    html.push_str("</dl>");
    if let Some(output) = verdict.output.as_deref().filter(|text| !text.trim().is_empty()) {
        let _ = write!(
            html,
            "<p>It printed:</p><pre tabindex=\"0\" role=\"region\" aria-label=\"output of block {number}\"><samp>{}</samp></pre>",
            escape(output.trim_end())
        );
    }
    html.push_str("</details>");
}

/// Where a verdict comes from that was not reached in this run.
fn known_from(origin: Origin) -> &'static str {
    match origin {
        Origin::Run => "",
        Origin::Cache => "an earlier run here",
        Origin::Ledger => "the ledger",
        Origin::Stale => "the ledger, but the block has changed since",
    }
}

fn outcome_word(outcome: crate::snippet::verdict::StepOutcome) -> &'static str {
    use crate::snippet::verdict::StepOutcome;
    match outcome {
        StepOutcome::Pass => "passed",
        StepOutcome::Fail => "failed",
        StepOutcome::Missing => "missing",
        StepOutcome::Skipped => "skipped",
    }
}
