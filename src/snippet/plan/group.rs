//! Which blocks belong to one program: groups, files, setups and teardowns (S3.3). Pure.
//!
//! Must not know: what the program looks like.

use crate::snippet::model::snippet::Snippet;

/// The key of the program that a block belongs to: its page, and its group or file.
pub fn group_of(snippet: &Snippet) -> Option<(usize, String)> {
    let settings = &snippet.settings;
    if let Some(file) = &settings.file {
        return Some((snippet.page, format!("file {file}")));
    }
    settings.group.as_ref().map(|group| (snippet.page, format!("group {group}")))
}

/// All members of a block's group, itself among them.
pub fn members(snippets: &[Snippet], index: usize) -> Vec<usize> {
    let Some(group) = group_of(&snippets[index]) else { return vec![index] };
    (0..snippets.len())
        .filter(|other| {
            same_program(&snippets[*other], &snippets[index]) && group_of(&snippets[*other]).as_ref() == Some(&group)
        })
        .collect()
}

/// The earlier members of a block's group, in order.
pub fn earlier(snippets: &[Snippet], index: usize) -> Vec<usize> {
    members(snippets, index).into_iter().filter(|member| *member < index).collect()
}

fn same_program(one: &Snippet, other: &Snippet) -> bool {
    one.page == other.page && one.language == other.language && one.is_code && !one.transcript && !is_frame(one)
}

/// Whether a block is setup or teardown rather than a member.
pub(crate) fn is_frame(snippet: &Snippet) -> bool {
    snippet.settings.setup || snippet.settings.teardown
}

/// Setup or teardown blocks that apply to a block: those of its page and language, without a group or of its group. A
/// setup comes with the setups before it; a teardown with all setups.
pub(crate) fn frames(snippets: &[Snippet], index: usize, wanted: impl Fn(&Snippet) -> bool) -> Vec<usize> {
    let snippet = &snippets[index];
    (0..snippets.len())
        .filter(|other| {
            let frame = &snippets[*other];
            let group = frame.settings.group.as_ref();
            *other != index
                && wanted(frame)
                && frame.is_code
                && !frame.transcript
                && frame.page == snippet.page
                && frame.language == snippet.language
                && (group.is_none() || group == snippet.settings.group.as_ref())
                && (!snippet.settings.setup || *other < index)
        })
        .collect()
}
