//! Words that reports share.
//!
//! Must not know: what is reported.

/// `1 page`, `2 pages`.
pub fn plural(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
