//! What docgen knows of a language. Pure data.
//!
//! Must not know: how a language is checked.

use crate::snippet::model::verdict::Step;

/// A block known to be bad, which the adapter must find bad (S1.9).
#[derive(Debug, Clone, Copy)]
pub struct Canary {
    /// The step that must fail.
    pub step: Step,
    /// The block.
    pub code: &'static str,
}
