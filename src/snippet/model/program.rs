//! What a program is made of: its parts, in order, and whose text each of them is. Pure data.
//!
//! Must not know: languages, disk.

use crate::snippet::model::snippet::SnippetId;
use crate::span::{LineIndex, MappedText};

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
pub enum PartSource {
    /// The block that is judged.
    Own,
    /// Another block: an earlier member, a setup, a teardown. The number is the snippet's.
    Other(SnippetId),
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
pub struct Parts {
    /// The pieces.
    pub parts: Vec<Part>,
    /// Whose they are.
    pub owners: Vec<PartSource>,
    /// The file that the block is a part of, taken as it is, without a program around it (`file=`).
    pub file: Option<String>,
    /// How code imports the package that is bound (S3.6).
    pub package: Option<String>,
    /// The block's label as written, lower case: `jsx`.
    pub label: String,
    /// An identifier that no piece can hold, for what a program calls between two pieces.
    pub seam: String,
}

/// The pieces of a block that stands alone.
#[cfg(test)]
pub(crate) fn alone(text: &str) -> Parts {
    let text = MappedText::from_source(text, crate::span::FileId(0), 0).as_part(1);
    Parts { parts: vec![Part { text, nest: false }], owners: vec![PartSource::Own], ..Parts::default() }
}

impl Parts {
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

/// A program made of a block: its text, and where in the fixture it is written.
#[derive(Debug)]
pub struct Program {
    /// The text, each byte knowing where it was written.
    pub text: MappedText,
    /// The path in the fixture, with `/`; the unit's name is already in it.
    pub path: String,
}

/// Output that is promised in a comment of the code.
#[derive(Debug)]
pub struct Promised {
    /// The text, each byte knowing where it was written.
    pub text: MappedText,
    /// Whether the order of lines does not matter.
    pub unordered: bool,
}
