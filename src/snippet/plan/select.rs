//! Selects the blocks that the user asked for.
//!
//! Must not know: how a block is verified.

use crate::snippet::context::{Context, Options};
use crate::snippet::language::languages::{Label, Languages};
use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::snippet::{Snippet, SnippetId};
use crate::snippet::plan::batch::batches;
use crate::snippet::plan::group;
use crate::source::normalise;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The blocks to verify: the selected ones, and the other blocks of their groups. A group's earlier blocks come before a
/// block in its program; the later ones decide how far the program runs.
pub(crate) fn chosen(context: &Context<'_>, blocks: &Blocks) -> BTreeSet<SnippetId> {
    let mut chosen = selection(&context.options, blocks, &context.languages);
    for id in chosen.clone() {
        chosen.extend(group::members(blocks, id));
    }
    chosen
}

/// The blocks that the user asked for.
pub(crate) fn selection(options: &Options, blocks: &Blocks, languages: &Languages) -> BTreeSet<SnippetId> {
    let is_selected = |id: &SnippetId| {
        options.only.as_ref().is_none_or(|only| only.contains(id)) && selected(&blocks[*id], options, languages)
    };
    blocks.ids().filter(is_selected).collect()
}

/// The blocks that changed files can have touched: on changed pages, with changed included files, fixtures, schemas or
/// packages around them; all blocks if the configuration changed.
pub(crate) fn touched(context: &Context<'_>, blocks: &Blocks, changed: &BTreeSet<PathBuf>) -> BTreeSet<SnippetId> {
    let config = context.config;
    if changed.contains(&config.root.join("book.toml")) {
        return blocks.ids().collect();
    }
    let is_changed = |path: &Path| changed.contains(path);
    let is_within = |folder: &Path| changed.iter().any(|path| path.starts_with(folder));
    let by_text = |id: &SnippetId| {
        let snippet = &blocks[*id];
        let schema = snippet.settings.schema.as_ref();
        is_changed(&snippet.page_path)
            || snippet.code.files().into_iter().any(|file| is_changed(&context.sources[file].path))
            || schema.is_some_and(|path| {
                let beside =
                    snippet.page_path.parent().is_some_and(|folder| is_changed(&normalise(&folder.join(path))));
                beside || is_changed(&normalise(&config.root.join(path)))
            })
    };
    let mut touched: BTreeSet<SnippetId> = blocks.ids().filter(by_text).collect();
    let code = blocks.ids().filter(|id| blocks[*id].is_code).collect();
    for batch in batches(context, blocks, &code) {
        let fixture = config.root.join("snippets").join(&batch.fixture);
        let mut around = batch.package.iter().chain(&batch.needs.read).chain([&fixture]);
        if around.any(|folder| is_within(folder)) {
            touched.extend(batch.members);
        }
    }
    touched
}

fn selected(snippet: &Snippet, options: &Options, languages: &Languages) -> bool {
    let language = |wanted: &String| snippet.language_name == *wanted || snippet.label == *wanted;
    let by_label = |wanted: &String| match languages.by_label(wanted) {
        Label::Known(id) => languages[id].spec().name == snippet.language_name,
        _ => false,
    };
    (options.languages.is_empty() || options.languages.iter().any(|wanted| language(wanted) || by_label(wanted)))
        && options.name.as_ref().is_none_or(|name| snippet.settings.name.as_ref() == Some(name))
        && options.group.as_ref().is_none_or(|group| snippet.settings.group.as_ref() == Some(group))
        && options.id.as_ref().is_none_or(|id| snippet.id == *id)
        && options.pages.as_ref().is_none_or(|pages| pages.contains(&snippet.page))
}
