//! Blocks of one language, fixture and package: onto a bench, through the adapter, to their verdicts.
//!
//! Must not know: what a tool says, how a verdict follows from it.

use crate::snippet::context::Options;
use crate::snippet::judge::explain::fixture_name;
use crate::snippet::language::adapter::Language;
use crate::snippet::language::languages;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::model::verdict::Verdict;
use crate::snippet::plan::group;
use crate::snippet::workspace::package;
use crate::source::Sources;
use crate::span::FileId;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Blocks that are verified together: one language, one fixture, one package around them.
pub(crate) struct Batch {
    pub(crate) language: &'static dyn Language,
    pub(crate) fixture: String,
    pub(crate) package: Option<PathBuf>,
    pub(crate) members: Vec<usize>,
}

/// Blocks by language, fixture and package, in the order of the languages' table.
pub(crate) fn batches(
    sources: &Sources,
    snippets: &[Snippet],
    verdicts: &[Option<Verdict>],
    chosen: &BTreeSet<usize>,
) -> Vec<Batch> {
    let mut batches = Vec::new();
    for language in languages::ALL {
        // A page's blocks share their package: one imports it, the next one uses what was imported.
        let mut packages: BTreeMap<FileId, Option<PathBuf>> = BTreeMap::new();
        let mut by_place: BTreeMap<(String, Option<PathBuf>), Vec<usize>> = BTreeMap::new();
        for (index, snippet) in snippets.iter().enumerate() {
            let mine = snippet.adapter.is_some_and(|adapter| adapter.name() == language.name());
            if mine && verdicts[index].is_none() && chosen.contains(&index) {
                let package = packages.entry(snippet.file).or_insert_with(|| {
                    let same = |other: &&Snippet| other.file == snippet.file && other.language == snippet.language;
                    let on_page = snippets.iter().filter(same);
                    let code: String = on_page.map(|other| other.code.as_str()).collect();
                    package::nearest(*language, &sources[snippet.file], sources.project())
                        .filter(|package| language.uses_package(package, &code))
                });
                let package = package.clone();
                by_place.entry((fixture_name(*language, snippet), package)).or_default().push(index);
            }
        }
        let made = by_place.into_iter().map(|((fixture, package), members)| Batch {
            language: *language,
            fixture,
            package,
            members,
        });
        batches.extend(made);
    }
    batches
}

/// The blocks to verify: those selected, and the blocks of their groups that come before.
pub(crate) fn chosen(snippets: &[Snippet], options: &Options) -> BTreeSet<usize> {
    let mut chosen: BTreeSet<usize> =
        (0..snippets.len()).filter(|index| selected(&snippets[*index], options)).collect();
    for index in chosen.clone() {
        chosen.extend(group::earlier(snippets, index));
    }
    chosen
}

pub(crate) fn selected(snippet: &Snippet, options: &Options) -> bool {
    let language = |wanted: &String| snippet.language == *wanted || snippet.label == *wanted;
    let by_label = |wanted: &String| match languages::by_label(wanted) {
        languages::Label::Known(adapter) => adapter.name() == snippet.language,
        _ => false,
    };
    (options.languages.is_empty() || options.languages.iter().any(|wanted| language(wanted) || by_label(wanted)))
        && options.name.as_ref().is_none_or(|name| snippet.settings.name.as_ref() == Some(name))
        && options.id.as_ref().is_none_or(|id| snippet.id == *id)
}
