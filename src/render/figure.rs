//! A code block on a page: title and language, badge, code, evidence.
//!
//! The badge shows the verified level with an icon and words, not by colour alone.
//! Must not know: Markdown, templates.

use super::highlight::{self, Highlighter, escape};
use crate::page::fence::Info;
use crate::snippet::model::badge::badge;
use crate::snippet::model::blocks::Block;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Origin, Status, Verdict};
use std::fmt::Write as _;

/// The data of a figure.
pub struct Figure<'a> {
    /// The code as shown.
    pub code: &'a str,
    /// The whole block, if lines of it are hidden.
    pub whole: Option<&'a str>,
    /// Its label and display options, from the info string.
    pub info: &'a Info,
    /// The block and its verdict, if it is code.
    pub block: Option<&'a Block>,
    /// Number of the block on its page, from 1: its `id`.
    pub number: usize,
    /// The prefix of its id and of its number in labels, if several pages share one HTML page.
    pub prefix: &'a str,
    /// The relative address of the verification page.
    pub verification: &'a str,
    /// The last commit of its page and the commit's address, if known.
    pub commit: Option<(&'a str, &'a str)>,
}

impl Figure<'_> {
    fn label(&self) -> &str {
        &self.info.language
    }

    fn title(&self) -> Option<&str> {
        self.info.value("title")
    }

    /// Whether this is the output of the block above.
    fn is_output(&self) -> bool {
        self.info.has("output")
    }

    /// The number of its first line, if lines are numbered.
    fn first_number(&self) -> Option<u32> {
        if !self.info.has("numbers") {
            return None;
        }
        match self.info.value("numbers") {
            None | Some("true") => Some(1),
            Some(first) => first.parse().ok(),
        }
    }

    /// The element around a line that is highlighted, added or deleted.
    fn line_element(&self, number: usize, diff: Option<char>) -> Option<&'static str> {
        let within = |ranges: &[(usize, usize)]| ranges.iter().any(|(from, to)| (*from..=*to).contains(&number));
        if within(&self.info.inserted) || diff == Some('+') {
            return Some("ins");
        }
        if within(&self.info.deleted) || diff == Some('-') {
            return Some("del");
        }
        within(&self.info.highlights).then_some("mark")
    }

    /// The sign of each line of a diff. The two lines that name its files have none; neither has other code.
    fn diff_signs(&self) -> Vec<Option<char>> {
        if !matches!(self.label(), "diff" | "patch") {
            return Vec::new();
        }
        let lines: Vec<&str> = self.code.lines().collect();
        let names_files = |at: usize| {
            let pair = lines[at..].iter().take(2).collect::<Vec<_>>();
            matches!(pair[..], [old, new] if old.starts_with("--- ") && new.starts_with("+++ "))
        };
        let sign = |at: usize| {
            let header = names_files(at) || (at > 0 && names_files(at - 1));
            lines[at].chars().next().filter(|sign| "+-".contains(*sign) && !header)
        };
        (0..lines.len()).map(sign).collect()
    }
}

/// The figure as HTML.
pub fn render(figure: &Figure<'_>, highlighter: &Highlighter) -> String {
    let mut html = String::with_capacity(figure.code.len() * 2 + 400);
    let class = if figure.is_output() { "snippet output" } else { "snippet" };
    let _ = write!(html, "<figure class=\"{class}\" id=\"{}snippet-{}\">", figure.prefix, figure.number);
    caption(&mut html, figure);
    let language = if figure.label().is_empty() { "text" } else { figure.label() };
    let name = figure.title().map_or_else(|| format!("{language} code"), str::to_owned);
    let _ = write!(
        html,
        "<pre tabindex=\"0\" role=\"region\" aria-label=\"{}, block {}{}\"><code class=\"language-{}\">",
        escape(&name),
        figure.prefix,
        figure.number,
        escape(language)
    );
    lines(&mut html, figure, highlighter);
    html.push_str("</code></pre>");
    if let Some(whole) = figure.whole {
        let _ = write!(
            html,
            "<details class=\"whole\"><summary>Show hidden lines</summary><pre tabindex=\"0\" role=\"region\" aria-label=\"all of block {}{}\"><code>",
            figure.prefix, figure.number
        );
        html.push_str(&highlighter.lines(figure.label(), whole).join("\n"));
        html.push_str("</code></pre></details>");
    }
    if let Some(Block { snippet, verdict }) = figure.block.filter(|block| block.verdict.is_known()) {
        evidence(&mut html, figure, snippet, verdict);
    }
    html.push_str("</figure>\n");
    html
}

/// The visible lines. The stylesheet adds line numbers and the signs of a diff, so copying the code leaves them out.
fn lines(html: &mut String, figure: &Figure<'_>, highlighter: &Highlighter) {
    let first = figure.first_number();
    let signs = figure.diff_signs();
    let session = figure.block.and_then(|block| block.snippet.session.as_ref());
    let all = match session.filter(|session| !session.input_lines.is_empty() && figure.whole.is_none()) {
        Some(session) => highlight::session(highlighter, session, figure.code),
        None => highlighter.lines(figure.label(), figure.code),
    };
    for (at, line) in all.iter().enumerate() {
        let element = figure.line_element(at + 1, signs.get(at).copied().flatten());
        let _ = element.map(|element| write!(html, "<{element}>"));
        if let Some(first) = first {
            let number = u64::from(first) + at as u64;
            let _ = write!(html, "<i class=ln data-n={number}></i>");
        }
        html.push_str(line);
        let _ = element.map(|element| write!(html, "</{element}>"));
        html.push('\n');
    }
}

fn caption(html: &mut String, figure: &Figure<'_>) {
    html.push_str("<figcaption>");
    let kind = if figure.is_output() { "output" } else { figure.label() };
    if let Some(title) = figure.title() {
        let _ = write!(html, "<span class=\"title\">{}</span>", escape(title));
    }
    let _ = write!(html, "<span class=\"lang\">{}</span>", escape(if kind.is_empty() { "text" } else { kind }));
    if let Some(Block { snippet, verdict }) = figure.block {
        let badge = badge(Some(verdict));
        let _ = write!(
            html,
            "<a class=\"badge {}\" href=\"{}#{}\"><span aria-hidden=\"true\">{}</span> {}{}</a>",
            badge.class,
            escape(figure.verification),
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

fn evidence(html: &mut String, figure: &Figure<'_>, snippet: &Snippet, verdict: &Verdict) {
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
    if let Some((commit, address)) = figure.commit {
        let short = escape(commit.get(..9).unwrap_or(commit));
        let shown = if address.is_empty() { short } else { format!("<a href=\"{}\">{short}</a>", escape(address)) };
        let _ = write!(html, "<dt>Page last changed in</dt><dd>{shown}</dd>");
    }
    html.push_str("</dl>");
    if let Some(output) = verdict.output.as_deref().filter(|text| !text.trim().is_empty()) {
        let _ = write!(
            html,
            "<p>It printed:</p><pre tabindex=\"0\" role=\"region\" aria-label=\"output of block {}{}\"><samp>{}</samp></pre>",
            figure.prefix,
            figure.number,
            escape(output.trim_end())
        );
    }
    html.push_str("</details>");
}

/// The source of a verdict that is not from this run.
fn known_from(origin: Origin) -> &'static str {
    match origin {
        Origin::Run => "",
        Origin::Cache => "an earlier run here",
        Origin::Ledger => "the ledger",
        Origin::Stale => "the ledger, but the block has changed since",
    }
}

fn outcome_word(outcome: crate::snippet::model::verdict::StepOutcome) -> &'static str {
    use crate::snippet::model::verdict::StepOutcome;
    match outcome {
        StepOutcome::Pass => "passed",
        StepOutcome::Fail => "failed",
        StepOutcome::Missing => "missing",
        StepOutcome::Skipped => "skipped",
    }
}
