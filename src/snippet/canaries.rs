//! Canaries are self-tests: blocks known to be bad at each step. They go through all of verification, so a broken
//! toolchain cannot look green (S1.9).
//!
//! Must not know: how the result is printed.

use crate::config::Config;
use crate::error::Result;
use crate::page::fence::ForeignWords;
use crate::page::{self, Dialect};
use crate::snippet::context::{Context, Options};
use crate::snippet::model::blocks::Block;
use crate::snippet::model::language::LanguageSpec;
use crate::snippet::model::verdict::{Status, Step, StepOutcome};
use crate::snippet::plan::collect::collect;
use crate::snippet::verify::verify;
use crate::source::{PageSource, Sources};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

/// The result of one canary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanaryResult {
    /// The language.
    pub language: String,
    /// The step that must fail.
    pub step: Step,
    /// Whether it failed; otherwise what happened instead.
    pub outcome: std::result::Result<(), String>,
}

/// Runs every canary of every language.
///
/// # Errors
/// As [`verify`].
pub fn canaries(context: &Context<'_>) -> Result<Vec<CanaryResult>> {
    let mut results = Vec::new();
    for spec in context.languages.specs() {
        results.extend(of_language(context, spec)?);
    }
    Ok(results)
}

fn of_language(context: &Context<'_>, spec: &LanguageSpec) -> Result<Vec<CanaryResult>> {
    let mut text = String::from("# Canaries\n");
    for canary in &spec.canaries {
        let flag = if canary.step == Step::Run { " run" } else { "" };
        let _ = write!(text, "\n```{}{flag} {}\n{}```\n", spec.name, canary.words, canary.code);
    }
    let mut sources = Sources::new(Path::new("/canaries"));
    let file = sources.add(Path::new("/canaries").join(format!("{}.md", spec.name)), text);
    let source = PageSource { file, relative: format!("{}.md", spec.name) };
    let (page, _) = page::parse(
        &sources,
        &source,
        context.config.today,
        Dialect { foreign_words: ForeignWords::default(), math: false, mdx: false },
    );
    // Canaries test the tools, not the project: they ignore its fixtures and settings.
    let mut config: Config = context.config.clone();
    config.has_project = false;
    config.verify.languages.clear();
    let inner = Context {
        config: &config,
        sources: &sources,
        languages: context.languages.clone(),
        tools: context.tools,
        supervisor: context.supervisor,
        progress: context.progress,
        work: context.work.join("canaries"),
        tool_caches: context.tool_caches.clone(),
        cache: None,
        date: context.date.clone(),
        options: Options { bare: true, ..Options::default() },
    };
    crate::fs::create_dir_all(&inner.work)?;
    let mut blocks = collect(&sources, &[Arc::new(page)], &config, &context.languages);
    verify(&inner, &mut blocks)?;
    Ok(spec
        .canaries
        .iter()
        .zip(blocks.iter())
        .map(|(canary, (_, Block { verdict, .. }))| CanaryResult {
            language: spec.name.to_string(),
            step: canary.step,
            outcome: match verdict.steps.get(&canary.step) {
                // A program that could not be started has found nothing.
                Some(_) if verdict.status == Status::EnvError => Err("its tool is missing".to_owned()),
                Some(StepOutcome::Fail) => Ok(()),
                Some(StepOutcome::Missing) => Err("its tool is missing".to_owned()),
                _ => Err(format!(
                    "its verdict is {}{}",
                    verdict.status.name(),
                    verdict.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"))
                )),
            },
        })
        .collect())
}
