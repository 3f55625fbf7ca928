//! Which pieces make the program of a block: preludes, setup, the earlier members of its group, the block itself,
//! teardown (S3.3, S3.4). Pure.
//!
//! Block k of a group is judged on blocks 1 to k, so each member has a program of its own, a prefix of the whole. Parts
//! are numbered in the program's text, so that whatever a tool says can be given to the block it belongs to.
//! Must not know: how a language puts a program around the pieces; that is the adapter's.

use super::collect::Snippet;
use super::hidden;
use crate::span::{LineIndex, MappedText};
use std::collections::BTreeMap;

/// How the text between two parts is called.
const SEAM: &str = "separator";

/// The lines of a program that stand between two parts, counted from 1.
pub fn seams(program: &MappedText, lines: &LineIndex) -> Vec<usize> {
    let text = program.as_str();
    let starts = (1..=lines.len()).filter_map(|line| Some((line, lines.line_range(text, line)?.start)));
    starts.filter(|(_, start)| program.label_at(*start) == Some((SEAM, *start))).map(|(line, _)| line).collect()
}

/// Whose text a part of a program is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// The block that is judged.
    Own,
    /// Another block: an earlier member, a setup, a teardown. The number is the snippet's.
    Other(usize),
    /// A prelude of the fixture, by name.
    Prelude(String),
}

/// One piece of a program.
#[derive(Debug, Clone)]
pub struct Part {
    /// The text, tagged with its number.
    pub text: MappedText,
    /// Names may repeat in it: it is a scope of its own.
    pub nest: bool,
}

/// The pieces of a program, in order. Part number n is `parts[n - 1]`, whose owner is `owners[n - 1]`.
#[derive(Debug, Clone, Default)]
pub struct Pieces {
    /// The pieces.
    pub parts: Vec<Part>,
    /// Whose they are.
    pub owners: Vec<Owner>,
    /// The file that the block is a part of, taken as it is, without a program around it (`file=`).
    pub file: Option<String>,
    /// How code imports the package that is bound (S3.6).
    pub package: Option<String>,
    /// An identifier that no piece can hold, for what a program calls between two pieces.
    pub seam: String,
}

/// The pieces of a block that stands alone.
#[cfg(test)]
pub(crate) fn alone(text: &str) -> Pieces {
    let text = MappedText::from_source(text, crate::span::FileId(0), 0).as_part(1);
    Pieces { parts: vec![Part { text, nest: false }], owners: vec![Owner::Own], ..Pieces::default() }
}

impl Pieces {
    /// All pieces in one text, each ending its line, with `separator` between two of them and braces around a nested
    /// one, where the language has them.
    pub fn join(&self, separator: Option<&str>, braces: bool) -> MappedText {
        let mut out = MappedText::new();
        for (index, part) in self.parts.iter().enumerate() {
            if index > 0
                && let Some(separator) = separator
            {
                out.push_generated(separator, SEAM);
            }
            if part.nest && braces {
                out.push_generated("{\n", "nested scope");
            }
            out.push_mapped(&part.text, 0..part.text.len());
            if !part.text.as_str().ends_with('\n') && (index + 1 < self.parts.len() || part.nest) {
                out.push_generated("\n", "end of line");
            }
            if part.nest && braces {
                out.push_generated("}\n", "nested scope");
            }
        }
        out
    }

    /// Whether output must be told apart.
    pub fn is_joined(&self) -> bool {
        self.parts.len() > 1 && self.file.is_none()
    }
}

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
fn is_frame(snippet: &Snippet) -> bool {
    snippet.settings.setup || snippet.settings.teardown
}

/// Puts the pieces of a block's program together. `preludes` are the texts of the fixture's preludes, by name.
///
/// # Errors
/// The sentence to say of the block, where it names a prelude that the fixture does not have.
pub fn pieces(snippets: &[Snippet], index: usize, preludes: &BTreeMap<String, String>) -> Result<Pieces, String> {
    let snippet = &snippets[index];
    let mut pieces = Pieces { file: snippet.settings.file.clone(), ..Pieces::default() };
    if pieces.file.is_none() {
        for name in &snippet.settings.preludes {
            let text = preludes.get(name).ok_or_else(|| missing_prelude(name, preludes))?;
            let mut mapped = MappedText::new();
            mapped.push_generated(text, format!("prelude {name}"));
            push(&mut pieces, mapped, false, Owner::Prelude(name.clone()));
        }
        for frame in frames(snippets, index, |other| other.settings.setup) {
            push(&mut pieces, hidden::program(&snippets[frame]), false, Owner::Other(frame));
        }
    }
    for member in earlier(snippets, index) {
        push(&mut pieces, hidden::program(&snippets[member]), snippets[member].settings.nest, Owner::Other(member));
    }
    push(&mut pieces, hidden::program(snippet), snippet.settings.nest, Owner::Own);
    if pieces.file.is_none() && !is_frame(snippet) {
        for frame in frames(snippets, index, |other| other.settings.teardown) {
            push(&mut pieces, hidden::program(&snippets[frame]), false, Owner::Other(frame));
        }
    }
    let mut all = blake3::Hasher::new();
    for part in &pieces.parts {
        all.update(part.text.as_str().as_bytes());
    }
    pieces.seam = format!("docgen_part_{}", &all.finalize().to_hex().as_str()[..32]);
    Ok(pieces)
}

fn missing_prelude(name: &str, preludes: &BTreeMap<String, String>) -> String {
    let known: Vec<&str> = preludes.keys().map(String::as_str).collect();
    let there = if known.is_empty() { "it has none".to_owned() } else { format!("there are {}", known.join(", ")) };
    format!("the fixture has no prelude `{name}` in its folder preludes/; {there}")
}

fn push(pieces: &mut Pieces, text: MappedText, nest: bool, owner: Owner) {
    let number = u32::try_from(pieces.parts.len() + 1).expect("fewer than four thousand million parts");
    pieces.parts.push(Part { text: text.as_part(number), nest });
    pieces.owners.push(owner);
}

/// Setup or teardown blocks that apply to a block: those of its page and language, without a group or of its group. A
/// setup comes with the setups before it; a teardown with all setups.
fn frames(snippets: &[Snippet], index: usize, wanted: impl Fn(&Snippet) -> bool) -> Vec<usize> {
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
