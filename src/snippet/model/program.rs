//! The parts of a program, in order, and the source of each. Pure data.
//!
//! Must not know: languages, disk.

use crate::snippet::model::snippet::SnippetId;
use crate::span::{LineIndex, MappedText};

/// The label of the text between two parts.
pub(crate) const SEAM: &str = "separator";

/// The seams of a program: the lines that separate two parts, 1-based.
pub fn seams(program: &MappedText, lines: &LineIndex) -> Vec<usize> {
    let text = program.as_str();
    let starts = (1..=lines.len()).filter_map(|line| Some((line, lines.line_range(text, line)?.start)));
    starts.filter(|(_, start)| program.label_at(*start) == Some((SEAM, *start))).map(|(line, _)| line).collect()
}

/// Where the text of a part comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartSource {
    /// The block under judgement.
    Own,
    /// Another block: an earlier member, a setup or a teardown.
    Other(SnippetId),
    /// A prelude of the fixture, by name.
    Prelude(String),
}

/// One part of a program.
#[derive(Debug, Clone)]
pub struct Part {
    /// The text, tagged with the part's number.
    pub text: MappedText,
    /// It has its own scope, so names may repeat in it.
    pub nest: bool,
}

/// The parts of a program, in order. Part n is `parts[n - 1]`, and its source is `owners[n - 1]`.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// The parts.
    pub parts: Vec<Part>,
    /// Their sources.
    pub owners: Vec<PartSource>,
    /// The file that the block is a part of (`file=`). It is used as it is, without a wrapper.
    pub file: Option<String>,
    /// The code is a crate of tests (`test_harness`). It is used as it is, without a wrapper.
    pub test_harness: bool,
    /// How code imports the bound package (S3.6).
    pub package: Option<String>,
    /// The block's label as written, lower case: `jsx`.
    pub label: String,
    /// An identifier that no part can contain: the name of the call between two parts.
    pub seam: String,
}

/// The parts of a block that stands alone.
#[cfg(test)]
pub(crate) fn alone(text: &str) -> Parts {
    let text = MappedText::from_source(text, crate::span::FileId(0), 0).as_part(1);
    Parts { parts: vec![Part { text, nest: false }], owners: vec![PartSource::Own], ..Parts::default() }
}

impl Parts {
    /// Joins all parts into one text. Each part ends its line, and `separator` stands between two parts. Braces
    /// surround a nested part, if the language has them.
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

    /// Whether the outputs of its parts must be told apart.
    pub fn is_joined(&self) -> bool {
        self.parts.len() > 1 && self.file.is_none()
    }
}

/// A program made of a block: its text and its place in the fixture.
#[derive(Debug)]
pub struct Program {
    /// The text; each byte knows where it was written.
    pub text: MappedText,
    /// The path in the fixture, with `/`. It contains the unit's name.
    pub path: String,
}

/// Output that a comment in the code promises.
#[derive(Debug)]
pub struct Promised {
    /// The text; each byte knows where it was written.
    pub text: MappedText,
    /// Whether the order of lines does not matter.
    pub unordered: bool,
}
