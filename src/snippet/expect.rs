//! Expected output against what was printed (S4). Pure.
//!
//! Must not know: who printed it, or where the expectation stands.

use std::fmt::Write as _;

/// Why output differs: the first line that does, and both texts as a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// 0-based line of the expectation that was not met; its length if there was more output than expected.
    pub(super) line: usize,
    /// A line diff, expected lines with `-`, printed ones with `+`.
    pub(super) diff: String,
}

/// Compares. `...` alone on a line is any lines, `[..]` within a line any text (S4.2). Trailing white space of the
/// whole does not count.
pub(super) fn compare(expected: &str, printed: &str) -> Result<(), Mismatch> {
    let expected: Vec<&str> = expected.trim_end().lines().map(str::trim_end).collect();
    let printed: Vec<&str> = printed.trim_end().lines().map(str::trim_end).collect();
    if matches(&expected, &printed) {
        return Ok(());
    }
    let same = expected.iter().zip(&printed).take_while(|(want, got)| line_matches(want, got)).count();
    let line = if expected.get(same) == Some(&"...") { expected.len().saturating_sub(1) } else { same };
    Err(Mismatch { line, diff: diff(&expected, &printed, same) })
}

fn matches(expected: &[&str], printed: &[&str]) -> bool {
    // Greedy with backtracking to the last `...`: linear in practice, and never exponential.
    let (mut want, mut got) = (0, 0);
    let mut last_any: Option<(usize, usize)> = None;
    loop {
        if want < expected.len() && expected[want].trim() == "..." {
            last_any = Some((want, got));
            want += 1;
        } else if want < expected.len() && got < printed.len() && line_matches(expected[want], printed[got]) {
            want += 1;
            got += 1;
        } else if want == expected.len() && got == printed.len() {
            return true;
        } else if let Some((any, from)) = last_any
            && from < printed.len()
        {
            last_any = Some((any, from + 1));
            want = any + 1;
            got = from + 1;
        } else {
            return false;
        }
    }
}

/// One line, in which `[..]` stands for any text.
fn line_matches(expected: &str, printed: &str) -> bool {
    let mut parts = expected.split("[..]");
    let Some(mut rest) = parts.next().and_then(|first| printed.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

fn diff(expected: &[&str], printed: &[&str], same: usize) -> String {
    const SHOWN: usize = 12;
    let mut out = String::new();
    if let Some(before) = same.checked_sub(1) {
        let _ = writeln!(out, "  {}", printed[before]);
    }
    for line in expected.iter().skip(same).take(SHOWN) {
        let _ = writeln!(out, "- {line}");
    }
    for line in printed.iter().skip(same).take(SHOWN) {
        let _ = writeln!(out, "+ {line}");
    }
    let left = printed.len().saturating_sub(same + SHOWN);
    if left > 0 {
        let _ = writeln!(out, "+ … {left} more lines");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s4_2_wild_cards() {
        assert!(compare("a\n...\nz\n", "a\nb\nc\nz").is_ok());
        assert!(compare("a\n...\nz\n", "a\nz").is_ok());
        assert!(compare("took [..] ms, [..] left", "took 12 ms, 3 left").is_ok());
        assert!(compare("...\nb\n...\nd", "a\nb\nx\nb\nd").is_ok());
        assert!(compare("took [..] ms", "took 12 s").is_err());
    }

    #[test]
    fn s4_1_the_first_line_that_differs_is_named() {
        let mismatch = compare("one\ntwo\n", "one\nthree\n").expect_err("differs");
        assert_eq!((mismatch.line, mismatch.diff.as_str()), (1, "  one\n- two\n+ three\n"));
        assert_eq!(compare("one", "one\ntwo").expect_err("more").line, 1);
        assert!(compare("", "").is_ok());
    }
}
