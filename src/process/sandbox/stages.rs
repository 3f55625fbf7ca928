//! The entry point of docgen as a stage of the launcher.
//!
//! Must not know: the work of a stage.

use super::plan::{INSIDE, Line, MAP, OUTSIDE, REFUSED, note};
use super::{identity, inside, launch};
use std::ffi::OsString;
use std::path::PathBuf;

/// Runs a stage, if this process was started as one. Returns the exit code.
pub fn launched() -> Option<u8> {
    let mut arguments = std::env::args_os().skip(1);
    let stage = arguments.next()?;
    if stage.to_str()? == MAP {
        let pid = arguments.next()?;
        return Some(identity::map_from_outside(&pid).map_or(REFUSED, |()| 0));
    }
    let (plan, report) = match stage.to_str()? {
        OUTSIDE | INSIDE => (PathBuf::from(arguments.next()?), PathBuf::from(arguments.next()?)),
        _ => return None,
    };
    let arguments: Vec<OsString> = arguments.collect();
    let done = match stage.to_str()? {
        OUTSIDE => launch::run(&plan, &report, &arguments),
        _ => inside::run(&plan, &report, &arguments),
    };
    Some(done.unwrap_or_else(|why| {
        let _ = note(&report, &Line::Refused(why));
        REFUSED
    }))
}
