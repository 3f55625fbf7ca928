//! A verdict as one icon and a few words, for the page, the verification page and search.
//!
//! Must not know: HTML.

use crate::snippet::model::verdict::{Level, Origin, Status, Verdict};

/// What a badge says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Badge {
    /// The CSS class of its colour.
    pub class: &'static str,
    /// One character.
    pub icon: &'static str,
    /// The words beside the icon.
    pub words: &'static str,
    /// Whether the block has changed since its verdict.
    pub stale: bool,
}

/// The badge of a verdict; *Not checked* without one.
pub fn badge(verdict: Option<&Verdict>) -> Badge {
    let Some(verdict) = verdict else { return NOT_CHECKED };
    let badge = match (verdict.status, verdict.level) {
        (Status::Pass, Level::OutputMatched) => {
            Badge { class: "good", icon: "✓", words: "Ran, output matched", stale: false }
        }
        (Status::Pass, Level::Ran) => Badge { class: "good", icon: "✓", words: "Ran", stale: false },
        (Status::Pass, Level::Compiled) => Badge { class: "fair", icon: "◐", words: "Compiled", stale: false },
        (Status::Pass, Level::Linted) => Badge { class: "fair", icon: "◐", words: "Linted", stale: false },
        (Status::Pass, Level::Parsed) => Badge { class: "fair", icon: "◔", words: "Parsed", stale: false },
        (Status::Xfail, _) => Badge { class: "warn", icon: "⚠", words: "Fails as shown", stale: false },
        (Status::Fail | Status::Xpass | Status::Timeout | Status::Limit | Status::Blocked, _) => {
            Badge { class: "bad", icon: "✗", words: "Failed", stale: false }
        }
        _ => NOT_CHECKED,
    };
    Badge { stale: verdict.origin == Origin::Stale, ..badge }
}

const NOT_CHECKED: Badge = Badge { class: "none", icon: "○", words: "Not checked", stale: false };
