//! Benches of the functions that most of a build's time goes to, on docgen's own manual: `cargo bench`.
//!
//! `cargo xtask bench` measures whole builds; this shows which step of them changed.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use docgen::config::{self, Config, Overrides};
use docgen::page::fence::ForeignWords;
use docgen::page::{self, Dialect};
use docgen::pipeline::{self, Edition, Project};
use docgen::progress::Silent;
use docgen::render::highlight::Highlighter;
use docgen::render::theme::Theme;
use docgen::search::{self, tokenize};
use docgen::snippet::language::builtin;
use std::path::Path;
use std::sync::Arc;

fn main() {
    divan::main();
}

/// The manual, read.
fn manual() -> (Config, Project) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = config::load(root, &Overrides::default(), jiff::civil::date(2026, 1, 1)).expect("a configuration");
    let project = pipeline::read(&config, &builtin(), &|path| path.exists(), &Silent).expect("the manual");
    (config, project)
}

/// The texts of all pages.
fn texts(project: &Project) -> Vec<String> {
    project.site.pages.iter().map(|page| page.text.as_str().to_owned()).collect()
}

fn bytes(texts: &[impl AsRef<str>]) -> BytesCount {
    BytesCount::new(texts.iter().map(|text| text.as_ref().len()).sum::<usize>())
}

#[divan::bench]
fn parse_pages(bencher: Bencher<'_, '_>) {
    let (config, project) = manual();
    let dialect = Dialect { foreign_words: ForeignWords::of(&config), math: config.math, mdx: false };
    let parse = || {
        for source in &project.sources.pages {
            black_box(page::parse(&project.sources, source, config.today, dialect));
        }
    };
    bencher.counter(bytes(&texts(&project))).bench_local(parse);
}

#[divan::bench]
fn split_into_terms(bencher: Bencher<'_, '_>) {
    let texts = texts(&manual().1);
    bencher.counter(bytes(&texts)).bench_local(|| {
        for text in &texts {
            tokenize::each_term(text, |term| {
                black_box(term);
            });
        }
    });
}

#[divan::bench]
fn build_the_search_index(bencher: Bencher<'_, '_>) {
    let (config, project) = manual();
    bencher.counter(bytes(&texts(&project))).bench_local(|| search::build(&project.site, &config, &project.blocks));
}

/// A new highlighter each time, because it remembers what it has done.
#[divan::bench(args = ["python", "javascript", "go", "rust", "bash", "json", "yaml", "toml", "ruby"])]
fn highlight(bencher: Bencher<'_, '_>, language: &str) {
    let code = match language {
        "python" => {
            "def total(items: list[int]) -> int:\n    \"\"\"Adds.\"\"\"\n    return sum(i for i in items if i > 0)\n"
        }
        "javascript" => "const total = (items) => items.filter((i) => i > 0).reduce((a, b) => a + b, 0);\n",
        "go" => "func total(items []int) (sum int) {\n\tfor _, i := range items {\n\t\tsum += i\n\t}\n\treturn\n}\n",
        "rust" => "fn total(items: &[i64]) -> i64 {\n    items.iter().filter(|i| **i > 0).sum()\n}\n",
        "bash" => "for file in *.md; do\n  printf '%s\\n' \"$file\" | wc -c\ndone\n",
        "json" => "{\"items\": [1, 2, 3], \"name\": \"total\", \"done\": true}\n",
        "yaml" => "items:\n  - 1\n  - two: 3\nname: \"total\"\n",
        "toml" => "[items]\nname = \"total\"\nnumbers = [1, 2, 3]\n",
        _ => "def total(items)\n  items.select { |i| i > 0 }.sum\nend\n",
    };
    let code = code.repeat(20);
    bencher
        .counter(BytesCount::of_str(&code))
        .with_inputs(Highlighter::default)
        .bench_local_values(|highlighter| highlighter.lines(language, &code));
}

/// Pages, twins, lists and files for agents. What all of them share is made before the first.
#[divan::bench]
fn make_every_file(bencher: Bencher<'_, '_>) {
    let (config, project) = manual();
    let theme = Arc::new(Theme::load(&config).expect("a theme"));
    let edition = Edition::new(project, Arc::new(config), theme, Arc::default(), false);
    let paths: Vec<String> = edition.outline().expect("an outline").files().keys().cloned().collect();
    bencher.bench_local(|| {
        for path in &paths {
            black_box(edition.file(path).expect("made"));
        }
    });
}
