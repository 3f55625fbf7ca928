//! Puts the parts of a block's program together: preludes, setup, the earlier members of its group, the block itself,
//! teardown (S3.3, S3.4). Pure.
//!
//! Block k of a group is judged on blocks 1 to k. So each member has its own program, a prefix of the whole. The parts
//! are numbered in the program's text, so each message of a tool can be assigned to its block.
//! Must not know: how a language wraps the parts into a program; its adapter does that.

use crate::diagnostic::Severity;
use crate::snippet::language::adapter::Language;
use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::program::{self, Part, PartSource, Parts};
use crate::snippet::model::snippet::{Snippet, SnippetId};
use crate::snippet::model::verdict::{Evidence, Finding, Level, Promise, Status, Verdict};
use crate::snippet::plan::batch::Batch;
use crate::snippet::plan::group::{earlier, frames, group_of, is_frame};
use crate::snippet::plan::hidden;
use crate::snippet::workspace::unit::{Notes, Unit};
use crate::span::MappedText;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Puts the parts of a block's program together. `preludes` has the texts of the fixture's preludes, by name.
///
/// # Errors
/// The message for the block, if it names a prelude that the fixture does not have.
pub fn parts(blocks: &Blocks, id: SnippetId, preludes: &BTreeMap<String, String>) -> Result<Parts, String> {
    let snippet = &blocks[id];
    let (file, label) = (snippet.settings.file.clone(), snippet.label.clone());
    let mut parts = Parts { file, label, test_harness: snippet.settings.test_harness, ..Parts::default() };
    if parts.file.is_none() {
        for name in &snippet.settings.preludes {
            let text = preludes.get(name).ok_or_else(|| missing_prelude(name, preludes))?;
            let mut mapped = MappedText::new();
            mapped.push_generated(text, format!("prelude {name}"));
            push(&mut parts, mapped, false, PartSource::Prelude(name.clone()));
        }
        for frame in frames(blocks, id, |other| other.settings.setup) {
            push(&mut parts, hidden::program(&blocks[frame]), false, PartSource::Other(frame));
        }
    }
    for member in earlier(blocks, id) {
        push(&mut parts, hidden::program(&blocks[member]), blocks[member].settings.nest, PartSource::Other(member));
    }
    push(&mut parts, hidden::program(snippet), snippet.settings.nest, PartSource::Own);
    if parts.file.is_none() && !is_frame(snippet) {
        for frame in frames(blocks, id, |other| other.settings.teardown) {
            push(&mut parts, hidden::program(&blocks[frame]), false, PartSource::Other(frame));
        }
    }
    let mut all = blake3::Hasher::new();
    for part in &parts.parts {
        all.update(part.text.as_str().as_bytes());
    }
    parts.seam = format!("docgen_part_{}", &all.finalize().to_hex().as_str()[..32]);
    Ok(parts)
}

fn missing_prelude(name: &str, preludes: &BTreeMap<String, String>) -> String {
    let known: Vec<&str> = preludes.keys().map(String::as_str).collect();
    let there = if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
    format!("the fixture has no prelude `{name}` in its folder preludes/; {there}")
}

fn push(parts: &mut Parts, text: MappedText, nest: bool, owner: PartSource) {
    let number = u32::try_from(parts.parts.len() + 1).expect("fewer than four billion parts");
    parts.parts.push(Part { text: text.as_part(number), nest });
    parts.owners.push(owner);
}

/// The verdict of a block that asks for something that the fixture does not have.
pub(crate) fn refuse(snippet: &Snippet, why: String) -> Verdict {
    let (status, severity) =
        if snippet.is_ignored() { (Status::Ignored, Severity::Warning) } else { (Status::Fail, Severity::Error) };
    let mut verdict = Verdict::new(status, Some(why.clone()));
    verdict.findings.push(Finding {
        severity,
        code: "fence".to_owned(),
        tool: "docgen".into(),
        message: why,
        span: Some(snippet.open),
        help: None,
    });
    verdict
}

pub(crate) type Made = (Vec<Unit>, Vec<(SnippetId, String)>);

/// Programs for the members of a batch, each with a name that is unique in the run; and the blocks without a program.
pub(crate) fn make_units(
    language: &dyn Language,
    batch: &Batch,
    blocks: &Blocks,
    preludes: &BTreeMap<String, String>,
    no_exec: bool,
) -> Made {
    let Batch { members, package, .. } = batch;
    let packages = package.as_ref().zip(language.packages());
    let import = packages.and_then(|(package, packages)| packages.import_path(package));
    let mut taken = BTreeSet::new();
    let named = members.iter().map(|id| {
        let mut name = identifier(&blocks[*id]);
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        (*id, name)
    });
    let named: Vec<(SnippetId, String)> = named.collect();
    let limit = if no_exec { Level::Linted } else { Level::Compiled };
    let unit = |(id, name): (SnippetId, String)| {
        let snippet = &blocks[id];
        let parts = parts(blocks, id, preludes).map_err(|why| (id, why))?;
        let parts = Parts { package: import.clone(), ..parts };
        let program = language.assemble(&parts, &name);
        let lines = crate::span::LineIndex::new(program.text.as_str());
        Ok(Unit {
            snippet: id,
            seams: program::seams(&program.text, &lines),
            lines,
            program: program.text,
            path: program.path,
            session: snippet.session.clone(),
            ceiling: snippet.target.min(limit),
            edition: snippet.settings.edition.clone(),
            globals: snippet.settings.globals.clone(),
            deny: snippet.settings.deny.clone(),
            deny_lints: snippet.settings.deny_lints,
            must_not_compile: matches!(snippet.settings.promise, Promise::FailsToCompile { .. }),
            owners: parts.owners,
            first_line: snippet.line + 1,
            unreached: None,
            elsewhere: BTreeSet::new(),
            evidence: Evidence::default(),
            tools: BTreeMap::new(),
            runs_alone: snippet.runs && group_of(snippet).is_none(),
            notes: Notes::default(),
            command: None,
            no_exec,
            standalone: snippet.settings.standalone || snippet.settings.test_harness,
            test_harness: snippet.settings.test_harness,
            fails_at_run: matches!(snippet.settings.promise, Promise::FailsAtRun(_)),
            schema: snippet.settings.schema.clone().map(|path| (snippet.page_path.clone(), path)),
            name,
        })
    };
    let (mut units, mut refused) = (Vec::new(), Vec::new());
    for made in named.into_par_iter().map(unit).collect::<Vec<_>>() {
        match made {
            Ok(unit) => units.push(unit),
            Err(why) => refused.push(why),
        }
    }
    (units, refused)
}

/// A name for a block's file, from its page and its number there. Every language accepts it as an identifier.
pub(crate) fn identifier(snippet: &Snippet) -> String {
    let page = snippet.page_name.trim_end_matches(".mdx").trim_end_matches(".md").to_lowercase();
    let page: String = page.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("b_{page}_{:03}", snippet.fence.number())
}
