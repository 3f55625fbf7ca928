//! Verdicts that need no tool.
//!
//! Must not know: tools.

use crate::diagnostic::Severity;
use crate::snippet::context::Context;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{self, Finding, Status, Verdict};

/// The verdict of an interactive session. It is never green; a warning says so if the author asks to run it.
fn unchecked_transcript(snippet: &Snippet) -> Verdict {
    const REASON: &str = "transcripts are not compared yet";
    let settings = &snippet.settings;
    let asked = settings.run || matches!(settings.promise, verdict::Promise::FailsAtRun(_));
    let joined = settings.group.is_some() || settings.setup || settings.teardown;
    let consequence = match (asked, joined) {
        (true, _) => Some("nothing was run"),
        (false, true) => Some("this one is not part of a program"),
        (false, false) => None,
    };
    let mut verdict = Verdict::new(Status::Unchecked, Some(REASON.to_owned()));
    verdict.findings.extend(consequence.map(|consequence| Finding {
        severity: Severity::Warning,
        code: "transcript".to_owned(),
        tool: "docgen".into(),
        message: format!("{REASON}: {consequence}"),
        span: Some(snippet.open),
        help: None,
    }));
    verdict
}

/// The verdict of a block that needs no tool; `None` if it needs one.
pub(crate) fn immediate(context: &Context<'_>, snippet: &Snippet) -> Option<Verdict> {
    if let Some(finding) = snippet.in_fence(context.options.bare).filter(|_| !snippet.is_ignored()) {
        let mut verdict = Verdict::new(Status::Fail, Some(finding.message.clone()));
        verdict.findings.push(finding);
        return Some(verdict);
    }
    if snippet.transcript {
        return Some(unchecked_transcript(snippet));
    }
    if !snippet.is_code {
        return Some(Verdict::new(Status::NotCode, None));
    }
    if snippet.language.is_none() {
        let reason = format!("docgen has no adapter for `{}`", snippet.language_name);
        return Some(Verdict::new(Status::Unchecked, Some(reason)));
    }
    None
}
