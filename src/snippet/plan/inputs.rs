//! The texts that go into a block's fingerprint.
//!
//! Must not know: how they are hashed.

use crate::config::Config;
use crate::fs;
use crate::snippet::model::program::PartSource;
use crate::snippet::model::snippet::Snippet;
use crate::snippet::workspace::unit::Unit;
use std::collections::BTreeMap;

/// The text of a schema, from beside the page or below the root.
pub(crate) fn schema(snippet: &Snippet, config: &Config, path: &str) -> Option<String> {
    let bytes = fs::read_beside(&config.project, &snippet.page_path, &config.root, path).ok()?;
    String::from_utf8(bytes).ok()
}

/// The texts of a block's program, by their source.
pub(crate) fn parts(unit: &Unit) -> BTreeMap<String, String> {
    let mut parts: BTreeMap<String, String> = BTreeMap::new();
    let text = unit.program.as_str();
    for (range, part) in unit.program.parts() {
        let owner = usize::try_from(part).ok().and_then(|part| unit.owners.get(part.checked_sub(1)?));
        let name = match owner {
            Some(PartSource::Own) => "code".to_owned(),
            Some(PartSource::Other(_)) => "blocks before it".to_owned(),
            Some(PartSource::Prelude(name)) => format!("prelude {name}"),
            None => "wrapper".to_owned(),
        };
        parts.entry(name).or_default().push_str(&text[range]);
    }
    parts
}
