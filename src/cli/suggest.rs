//! `docgen verify --suggest-prelude`: writes a prelude with a stub for each undefined name.

use super::shell::{Shell, shown};
use crate::config::Config;
use crate::error::Result;
use crate::fs;
use crate::report::words::plural;
use crate::snippet::model::verdicts::Verdicts;
use crate::snippet::undefined::missing;

/// Writes `snippets/LANG/preludes/suggested.EXT` for each language with undefined names. An existing file stays.
pub(super) fn write(shell: &Shell, config: &Config, verdicts: Verdicts<'_>) -> Result<()> {
    let names = missing(verdicts.iter(), &shell.languages());
    for (_, language) in shell.languages().iter() {
        let spec = language.spec();
        let mine = names.iter().filter(|missing| missing.language == spec.name);
        let stubs: Vec<String> = mine.filter_map(|missing| language.stub(&missing.name, missing.called)).collect();
        if stubs.is_empty() {
            let left = names.iter().any(|missing| missing.language == spec.name);
            if left {
                shell.terminal.say(&format!("{}: a stub needs types here; write the prelude by hand", spec.title));
            }
            continue;
        }
        let folder = config.root.join("snippets").join(&*spec.name).join("preludes");
        let path = folder.join(format!("suggested.{}", spec.extension));
        if path.exists() {
            shell.terminal.error(&format!("{} is there already and stays as it is", shown(&path, &shell.cwd)));
            continue;
        }
        fs::write(&path, stubs.join("\n").as_bytes())?;
        shell.terminal.say(&format!(
            "wrote {} with {}; ask for it with `prelude=suggested`, in a fence, a rule, or [verify.lang.{}]",
            shown(&path, &shell.cwd),
            plural(stubs.len(), "stub"),
            spec.name
        ));
    }
    Ok(())
}
