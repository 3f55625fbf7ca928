//! Calls parsers of other projects so that no text ends docgen: they run in its own process, and some of them panic, or
//! overflow the stack on deep nesting.
//!
//! Must not know: formats, blocks.

use super::problem::Problem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Max number of brackets that are open at once. Parsers call themselves for each, and a thread's stack is small.
const MAX_NESTING: usize = 200;

/// What a parser says of a text; `Err` if it cannot say anything.
pub(super) fn call(
    parse: impl Fn(&str) -> Result<(), Problem>,
    text: &str,
) -> Result<Result<(), Problem>, &'static str> {
    if nesting(text) > MAX_NESTING {
        return Err("more than 200 brackets are open at once");
    }
    catch_unwind(AssertUnwindSafe(|| parse(text))).map_err(|_| "the parser crashed")
}

/// The largest number of open brackets at any place.
fn nesting(text: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                open += 1;
                most = most.max(open);
            }
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    most
}
