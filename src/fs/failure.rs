//! A disk error with its action and path.
//!
//! Must not know: what the files mean.

use crate::error::Error;
use std::path::Path;

pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_path_buf();
    move |source| Error::Io { action, path, source }
}
