//! Verdicts that are kept between runs: on this machine (the cache) and with the pages (the ledger).
//!
//! Must not know: how a verdict is reached.

pub mod cache;
pub mod ledger;
