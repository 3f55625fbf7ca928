//! Values of `book.toml` as texts, and the errors that show where they stand.
//!
//! Must not know: which key a value belongs to.

use crate::error::{Error, Result};
use crate::span::LineIndex;
use jiff::SignedDuration;
use std::path::PathBuf;
use std::time::Duration;

/// `book.toml` with its text, to give messages the position of a value.
pub(super) struct BookToml<'a> {
    pub(super) path: PathBuf,
    pub(super) text: &'a str,
}

impl BookToml<'_> {
    pub(super) fn error(&self, needle: &str, message: String, help: String) -> Error {
        let at = self.text.find(needle).unwrap_or(0);
        let place = LineIndex::new(self.text).line_col(self.text, at);
        Error::Config { path: self.path.clone(), place: format!("{}:{}", place.line, place.column), message, help }
    }
}

pub(super) fn globs(patterns: &[String], book_toml: &BookToml<'_>) -> Result<globset::GlobSet> {
    let mut set = globset::GlobSetBuilder::new();
    let wrong = |pattern: &str, error: &globset::Error| {
        book_toml.error(pattern, format!("`{pattern}` is not a glob: {error}"), "write `docs/**/*.md`".to_owned())
    };
    for pattern in patterns {
        set.add(globset::Glob::new(pattern).map_err(|error| wrong(pattern, &error))?);
    }
    set.build().map_err(|error| wrong("", &error))
}

fn split_unit(text: &str) -> Option<(u64, &str)> {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..digits].parse().ok()?, text[digits..].trim()))
}

/// `90d`, `2w`, `6m`, `1y` in days; months have 30 and years 365.
pub fn parse_days(text: &str) -> Option<i64> {
    let (number, unit) = split_unit(text)?;
    let factor = match unit {
        "d" | "" => 1,
        "w" => 7,
        "m" => 30,
        "y" => 365,
        _ => return None,
    };
    i64::try_from(number).ok().filter(|number| *number < 100_000).map(|number| number * factor)
}

/// `500ms`, `10s`, `2m`; a number alone is in seconds.
pub fn parse_duration(text: &str) -> Option<Duration> {
    if let Some((seconds, "")) = split_unit(text) {
        return Some(Duration::from_secs(seconds));
    }
    text.trim_end().parse::<SignedDuration>().ok()?.try_into().ok()
}

/// `64KiB`, `1MiB`, `1GiB`, or bytes.
pub(super) fn parse_size(text: &str) -> Option<usize> {
    let (number, unit) = split_unit(text)?;
    let factor: u64 = match unit {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    usize::try_from(number.checked_mul(factor)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_and_sizes() {
        assert_eq!(parse_days("2w"), Some(14));
        assert_eq!(parse_days("soon"), None);
        for (text, milliseconds) in [("500ms", 500), ("10s", 10_000), ("10 s ", 10_000), ("2m", 120_000), ("3", 3000)] {
            assert_eq!(parse_duration(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "s", "soon", "-2s", "2s ago", "5x"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
        assert_eq!(parse_size("1MiB"), Some(1_048_576));
    }
}
