//! Finds the blocks that belong to one program: groups, files, setups and teardowns (S3.3). Pure.
//!
//! Must not know: what the program looks like.

use crate::site::PageIndex;
use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::snippet::{Snippet, SnippetId};

/// The key of a block's program: its page, and its group or file.
pub fn group_of(snippet: &Snippet) -> Option<(PageIndex, String)> {
    let settings = &snippet.settings;
    if let Some(file) = &settings.file {
        return Some((snippet.page, format!("file {file}")));
    }
    settings.group.as_ref().map(|group| (snippet.page, format!("group {group}")))
}

/// All members of a block's group, itself among them.
pub fn members(blocks: &Blocks, id: SnippetId) -> Vec<SnippetId> {
    let snippet = &blocks[id];
    let Some(group) = group_of(snippet) else { return vec![id] };
    let belongs = |other: &Snippet| same_program(other, snippet) && group_of(other).as_ref() == Some(&group);
    blocks.on_page(snippet.page).filter(|other| belongs(&blocks[*other])).collect()
}

/// The earlier members of a block's group, in order.
pub fn earlier(blocks: &Blocks, id: SnippetId) -> Vec<SnippetId> {
    members(blocks, id).into_iter().filter(|member| *member < id).collect()
}

fn same_program(one: &Snippet, other: &Snippet) -> bool {
    one.language_name == other.language_name && one.is_code && !is_frame(one)
}

/// Whether a block is setup or teardown rather than a member.
pub(crate) fn is_frame(snippet: &Snippet) -> bool {
    snippet.settings.setup || snippet.settings.teardown
}

/// The setup or teardown blocks that apply to a block: those of its page and language, without a group or of its group.
/// A setup gets only the setups before it; a teardown gets all setups.
pub(crate) fn frames(blocks: &Blocks, id: SnippetId, wanted: impl Fn(&Snippet) -> bool) -> Vec<SnippetId> {
    let snippet = &blocks[id];
    let applies = |other: SnippetId| {
        let frame = &blocks[other];
        let group = frame.settings.group.as_ref();
        other != id
            && wanted(frame)
            && frame.is_code
            && frame.session.is_none()
            && frame.language_name == snippet.language_name
            && (group.is_none() || group == snippet.settings.group.as_ref())
            && (!snippet.settings.setup || other < id)
    };
    blocks.on_page(snippet.page).filter(|other| applies(*other)).collect()
}
