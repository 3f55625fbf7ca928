//! A new language needs a folder and one line: here `tests/made_up_language/` and the line that adds it.

mod made_up_language;

use docgen::config::{self, Overrides};
use docgen::pipeline;
use docgen::process::{Environment, Supervisor};
use docgen::progress::Silent;
use docgen::snippet::canaries::canaries;
use docgen::snippet::context::{Context, Options};
use docgen::snippet::language::builtin;
use docgen::snippet::model::blocks::Blocks;
use docgen::snippet::plan::collect::collect;
use docgen::snippet::toolchain::tool::Tools;
use docgen::snippet::verify::verify;
use std::path::{Path, PathBuf};

#[test]
fn a_made_up_language_is_a_folder_and_one_line() {
    let languages = builtin().with(made_up_language::adapter()); // the line

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/made_up_language");
    let work = tempfile::tempdir().expect("a folder");
    let overrides = Overrides { root: Some(folder.clone()), ..Overrides::default() };
    let config = config::load(&folder, &overrides, "2026-01-31".parse().expect("a day")).expect("a configuration");
    let (sources, pages, _) = pipeline::read_paths(&config, &[folder.join("page.md")]).expect("a page");
    let supervisor = Supervisor::default();
    let path = ("PATH".to_owned(), "/usr/bin:/bin".to_owned());
    let tools = Tools::new(Environment::new([path]), PathBuf::from("/nowhere"), supervisor.clone());
    let context = Context {
        config: &config,
        sources: &sources,
        languages: languages.clone(),
        tools: &tools,
        supervisor: &supervisor,
        progress: &Silent,
        work: work.path().to_path_buf(),
        tool_caches: work.path().join("tools"),
        cache: None,
        date: "2026-01-31".to_owned(),
        options: Options { bare: true, ..Options::default() },
    };

    let mut blocks: Blocks = collect(&sources, &pages, &config, &languages);
    verify(&context, &mut blocks).expect("verified");
    let verdicts: Vec<String> = blocks
        .iter()
        .filter(|(_, block)| block.snippet.is_code)
        .map(|(_, block)| {
            let places = block.verdict.findings.iter().filter_map(|finding| finding.span).map(|span| {
                let place = sources[span.file].line_col(span.start);
                format!(" {}:{}", place.line, place.column)
            });
            let (snippet, verdict) = (&block.snippet, &block.verdict);
            let places: String = places.collect();
            format!("{} {} {}{places}", snippet.language_name, verdict.status.name(), verdict.level.name())
        })
        .collect();
    assert_eq!(verdicts, ["shout pass OutputMatched", "shout fail Unchecked 12:8", "shout fail Ran 20:1"]);

    let found = canaries(&context).expect("self-tests");
    assert!(found.iter().any(|it| it.language == "shout" && it.outcome.is_ok()), "{found:?}");
}
