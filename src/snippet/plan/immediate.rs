//! Verdicts that need no tool.
//!
//! Must not know: tools.

use crate::diagnostic::Severity;
use crate::snippet::context::Context;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::{Finding, Status, Verdict};

/// The verdict of a session without a prompt. It is never green; a warning says so if the author asks to run it.
fn without_prompt(snippet: &Snippet) -> Verdict {
    const REASON: &str = "no line begins with a prompt, so nothing tells inputs from outputs";
    let mut verdict = Verdict::new(Status::Unchecked, Some(REASON.to_owned()));
    if snippet.settings.run {
        verdict.findings.push(Finding {
            severity: Severity::Warning,
            code: "transcript".to_owned(),
            tool: "docgen".into(),
            message: format!("{REASON}: nothing was run"),
            span: Some(snippet.open),
            help: Some("write a prompt before each input, or label a block of commands with their language".to_owned()),
        });
    }
    verdict
}

/// The verdict of a block that needs no tool; `None` if it needs one.
pub(crate) fn immediate(context: &Context<'_>, snippet: &Snippet) -> Option<Verdict> {
    if let Some(finding) = snippet.in_fence(context.options.bare).filter(|_| !snippet.is_ignored()) {
        let mut verdict = Verdict::new(Status::Fail, Some(finding.message.clone()));
        verdict.findings.push(finding);
        return Some(verdict);
    }
    if !snippet.is_code {
        return Some(Verdict::new(Status::NotCode, None));
    }
    if snippet.session.as_ref().is_some_and(|session| session.exchanges.is_empty()) {
        return Some(without_prompt(snippet));
    }
    if snippet.language.is_none() {
        let reason = format!("docgen has no adapter for `{}`", snippet.language_name);
        return Some(Verdict::new(Status::Unchecked, Some(reason)));
    }
    let language = snippet.language.map(|id| context.languages[id].spec());
    if context.options.no_exec && language.is_some_and(|spec| spec.by_command) {
        let reason = "book.toml names its commands, and --no-exec runs nothing that a repository names";
        return Some(Verdict::new(Status::Unchecked, Some(reason.to_owned())));
    }
    None
}
