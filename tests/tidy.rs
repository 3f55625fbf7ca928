//! The house rules, as code: layering, `//!` headers, sizes, numbered rules, stale tables.

#![allow(clippy::format_push_string, reason = "plain to read; speed does not matter here")]
#![allow(clippy::disallowed_methods, reason = "tests look at disk from outside")]

#[path = "tidy/imports.rs"]
mod imports;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Who may import whom: only from the left; neighbours in one group may not import each other, but for the pairs below.
const LAYERS: &[&[&str]] = &[
    &["span", "progress", "counted"],
    &["diagnostic", "error"],
    &["fs"],
    &["process"],
    &["config", "starter"],
    &["source"],
    &["page"],
    &["site"],
    &["snippet"],
    &["search"],
    &["render", "output"],
    &["pipeline", "report", "serve"],
    &["cli"],
];

/// Neighbours that may: rendering makes the output tree.
const ALLOWED: &[(&str, &str)] = &[("render", "output")];

const MOST_LINES: usize = 520;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("readable")
}

/// The top-level module that a file belongs to.
fn module(path: &Path) -> String {
    let relative = path.strip_prefix(root().join("src")).expect("below src");
    let first = relative.components().next().expect("not empty").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|group| group.contains(&name))
}

/// The top-level module of a file's module path.
fn top(name: &str) -> &str {
    name.split("::").next().unwrap_or(name)
}

#[test]
fn modules_import_only_from_the_left() {
    let mut wrong = Vec::new();
    let imports = imports();
    for (from, found) in imports.files.iter().filter(|(from, _)| *from != "lib" && *from != "main") {
        let from = top(from);
        let mine = layer(from).unwrap_or_else(|| panic!("{from} has no layer"));
        for (to, path) in found {
            let to = top(to);
            let theirs = layer(to).unwrap_or_else(|| panic!("{to} has no layer"));
            let neighbours = theirs == mine && to != from && !ALLOWED.contains(&(from, to));
            if theirs > mine || neighbours {
                wrong.push(format!("{from} imports {to}: {path}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(imports.globs.is_empty(), "an import by * hides what is imported: {:?}", imports.globs);
}

/// The rooms of `src/snippet`, bottom up: a room imports only from rooms on lines before its own.
const ROOMS: &[&[&str]] = &[
    &["model"],
    &["toolchain"],
    &["workspace"],
    &["language"],
    &["store"],
    &["context"],
    &["plan"],
    &["run", "judge"],
    &["verify", "extract", "bless"],
    &["known", "canaries", "undefined"],
];

fn imports() -> imports::Imports {
    let src = root().join("src");
    imports::Imports::of(&src, &rust_files(&src))
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let imports = imports();
    let mut found = String::new();
    for circle in imports.circles() {
        for from in &circle {
            let within = imports.files[from].iter().filter(|(to, _)| circle.contains(to));
            within.for_each(|(to, path)| found.push_str(&format!("{from} imports {to}: {path}\n")));
        }
        found.push('\n');
    }
    assert!(found.is_empty(), "{found}");
}

#[test]
fn the_rooms_of_snippet_import_only_downwards() {
    let room =
        |name: &str| name.strip_prefix("snippet::").map(|rest| rest.split("::").next().unwrap_or(rest).to_owned());
    let floor = |room: &str| {
        ROOMS.iter().position(|rooms| rooms.contains(&room)).unwrap_or_else(|| panic!("{room} is no room of the table"))
    };
    let mut wrong = Vec::new();
    for (from, found) in &imports().files {
        let Some(mine) = room(from) else { continue };
        for (to, path) in found {
            let Some(theirs) = room(to) else { continue };
            let down = floor(&theirs) < floor(&mine);
            // Verdicts without verifying are a part of verifying.
            if theirs != mine && !down && (mine.as_str(), theirs.as_str()) != ("extract", "verify") {
                wrong.push(format!("{from} imports {to}: {path}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_room_holds_a_quarter_of_the_code() {
    let mut rooms: BTreeMap<String, usize> = BTreeMap::new();
    for path in rust_files(&root().join("src")) {
        let relative = path.strip_prefix(root().join("src")).expect("below src");
        let parts: Vec<String> = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let depth = if parts[0] == "snippet" { 2 } else { 1 };
        *rooms.entry(parts[..depth.min(parts.len())].join("/")).or_default() += read(&path).lines().count();
    }
    let all: usize = rooms.values().sum();
    let (room, most) = rooms.into_iter().max_by_key(|(_, lines)| *lines).expect("there is code");
    assert!(most * 4 < all, "{room} has {most} of {all} lines");
}

/// Words that name one language, one package manager or one tool.
const LANGUAGE_WORDS: &[&str] = &[
    "bash",
    "cargo",
    "clippy",
    "dockerfile",
    "eslint",
    "go",
    "gofmt",
    "golang",
    "graphql",
    "hadolint",
    "hcl",
    "java",
    "javac",
    "javascript",
    "node",
    "nodejs",
    "npm",
    "oxlint",
    "pip",
    "protobuf",
    "python",
    "python3",
    "ruff",
    "rust",
    "rustc",
    "rustup",
    "shellcheck",
    "stylelint",
    "sql",
    "sqlite",
    "syn",
    "tsc",
    "typescript",
];

/// Files outside `snippet/language/` that name languages, and why.
const MAY_NAME_LANGUAGES: &[(&str, &str)] = &[
    ("snippet/toolchain/ecosystem.rs", "the table of package managers"),
    ("snippet/toolchain/shims.rs", "the table of version managers"),
    ("snippet/toolchain/access.rs", "a folder of the kernel is called `node`"),
    ("config/verify.rs", "mdBook's table `[rust]`"),
    ("page/fence_scan.rs", "rustdoc's words, which stand where a language does"),
    ("render/highlight/grammars.rs", "names of grammars"),
    ("site/link.rs", "schemes of addresses"),
];

/// The words of a line of code, in lower case: `PythonBlock` and `PYTHON_BLOCK` are `python` and `block`.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for character in line.chars() {
        let starts = !character.is_alphanumeric() || (character.is_uppercase() && before.is_lowercase());
        if starts {
            words.push(String::new());
        }
        if character.is_alphanumeric() {
            words.last_mut().expect("there is one").extend(character.to_lowercase());
        }
        before = character;
    }
    words
}

/// In `src/snippet/` no code names a language; elsewhere, where `node` and `go` are plain words, no text is a language's name.
#[test]
fn only_adapters_name_languages() {
    let src = root().join("src");
    let mut wrong = Vec::new();
    for path in rust_files(&src) {
        let name = path.strip_prefix(&src).expect("below src").to_string_lossy().into_owned();
        let is_named = |(place, _): &(&str, &str)| name == *place;
        if name.starts_with("snippet/language/") || MAY_NAME_LANGUAGES.iter().any(is_named) {
            continue;
        }
        let text = read(&path);
        let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let lines = code.lines().map(str::trim_start).zip(1..);
        for (line, number) in lines.filter(|(line, _)| !line.starts_with("//") && !line.contains("clippy::")) {
            let line = line.split("// ").next().unwrap_or_default();
            let found = if name.starts_with("snippet/") {
                words(line)
            } else {
                line.split('"').skip(1).step_by(2).map(str::to_lowercase).collect()
            };
            for word in found.iter().filter(|word| LANGUAGE_WORDS.contains(&word.as_str())) {
                wrong.push(format!("{name}:{number}: `{word}` belongs in a language's folder"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for_and_must_not_know() {
    let mut files = rust_files(&root().join("src"));
    files.retain(|path| !path.ends_with("main.rs") && !path.ends_with("lib.rs"));
    for path in files {
        let text = read(&path);
        let header: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
        assert!(!header.is_empty(), "{} has no //! header", path.display());
        let is_command = path.parent().is_some_and(|parent| parent.ends_with("cli"));
        assert!(
            is_command || header.contains("ust not know"),
            "{}: the header does not say what it must not know",
            path.display()
        );
    }
}

#[test]
fn files_stay_small() {
    for folder in ["src", "xtask/src", "tests"] {
        for path in rust_files(&root().join(folder)) {
            let lines = read(&path).lines().count();
            assert!(lines <= MOST_LINES, "{} has {lines} lines: split it by step, with a name", path.display());
        }
    }
}

#[test]
fn only_their_door_touches_disk_and_programs() {
    for path in rust_files(&root().join("src")) {
        let from = module(&path);
        let text = read(&path);
        // Comments and string literals may name what code may not.
        let code: String = text
            .lines()
            .flat_map(|line| line.split("//").next().unwrap_or_default().split('"').step_by(2))
            .collect::<Vec<_>>()
            .join("\n");
        assert!(
            from == "fs" || !code.contains("std::fs::") || code.contains("use std::fs::File"),
            "{} uses std::fs",
            path.display()
        );
        assert!(from == "process" || !code.contains("process::Command"), "{} starts programs itself", path.display());
    }
}

#[test]
fn rendering_reads_no_disk() {
    // `pipeline` loads the theme and the files beside the pages, and hands them in.
    for path in rust_files(&root().join("src/render")).into_iter().filter(|path| !path.ends_with("theme.rs")) {
        assert!(!read(&path).contains("crate::fs"), "{} reads the disk", path.display());
    }
}

#[test]
fn only_page_and_html_name_the_markdown_parser() {
    for path in rust_files(&root().join("src")) {
        let allowed = module(&path) == "page" || path.ends_with("render/html.rs");
        assert!(allowed || !read(&path).contains("use pulldown_cmark"), "{} names pulldown-cmark", path.display());
    }
}

#[test]
fn the_manual_lists_every_diagnostic() {
    let mut table = String::from("| code | severity | what it means |\n|---|---|---|\n");
    for code in docgen::diagnostic::Code::ALL {
        let info = code.info();
        let severity = format!("{:?}", info.severity).to_lowercase();
        table.push_str(&format!("| `{}` | {severity} | {} |\n", info.name, info.about));
    }
    in_sync("content/reference/diagnostics.md", &table);
}

/// A generated part of a page, between two comments; `DOCGEN_BLESS=1` writes it anew.
fn in_sync(page: &str, generated: &str) {
    const START: &str = "<!-- generated: DOCGEN_BLESS=1 cargo test --test tidy -->\n";
    const END: &str = "<!-- end of generated part -->\n";
    let path = root().join(page);
    let text = read(&path);
    let start = text.find(START).unwrap_or_else(|| panic!("{page} has no generated part")) + START.len();
    let end = start + text[start..].find(END).unwrap_or_else(|| panic!("{page} has no end of its generated part"));
    let wanted = format!("\n{generated}\n");
    if std::env::var_os("DOCGEN_BLESS").is_some() {
        std::fs::write(&path, format!("{}{wanted}{}", &text[..start], &text[end..])).expect("blessed");
    } else {
        assert_eq!(&text[start..end], wanted, "{page} is stale; DOCGEN_BLESS=1 writes it anew");
    }
}

#[test]
fn dependencies_have_their_reasons() {
    let text = read(&root().join("Cargo.toml"));
    let dependencies = text.split("[dependencies]").nth(1).and_then(|rest| rest.split("\n[").next()).expect("a table");
    let lines = dependencies.lines().filter(|line| !line.trim().is_empty());
    let mut above = "";
    for line in lines {
        if !line.starts_with('#') && line.contains('=') {
            // The grammars have one reason for all.
            let is_grammar = |line: &str| line.starts_with("tree-sitter-");
            let reason = above.starts_with('#') || (is_grammar(line) && is_grammar(above));
            assert!(reason, "no reason beside {line}");
        }
        above = line;
    }
}

/// Rules of the specification that have tests so far, by chapter and number; issues add to it as they land.
const RULES: &[&str] = &[
    "s1_1", "s1_2", "s1_3", "s1_4", "s1_5", "s1_6", "s1_7", "s1_8", "s1_9", "s2_1", "s2_2", "s2_3", "s2_4", "s2_5",
    "s2_6", "s2_7", "s3_1", "s3_2", "s3_3", "s3_4", "s3_5", "s3_6", "s3_7", "s3_8", "s4_1", "s4_2", "s4_3", "s4_4",
    "s5_1", "s5_2", "s5_3", "s5_4", "s6_1", "s6_2", "s6_3", "s6_4", "s6_5", "s6_6", "s6_7", "s7_1", "s7_2", "s7_3",
    "s7_4", "s8_1", "s8_2", "s8_3", "s8_4",
];

/// The sections of a page: what stands between two headings, fences left out of the search for headings.
fn sections(text: &str) -> Vec<String> {
    let (mut sections, mut fence) = (vec![String::new()], None::<String>);
    for line in text.split_inclusive('\n') {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if line.trim_end() == open => fence = None,
            None if ticks.len() >= 3 => fence = Some(ticks),
            None if line.starts_with('#') => sections.push(String::new()),
            _ => {}
        }
        sections.last_mut().expect("there is one").push_str(line);
    }
    sections
}

#[test]
fn the_manual_documents_every_rule_with_a_verified_example() {
    let pages = ["index", "fences", "context", "output", "cache", "sandbox"];
    let texts = pages.map(|page| read(&root().join(format!("content/snippets/{page}.md"))));
    let sections: Vec<String> = texts.iter().flat_map(|text| sections(text)).collect();
    let languages = ["python", "javascript", "go", "rust", "bash", "json", "yaml", "toml"];
    // The manual itself is verified by `cargo xtask test`, so a block in a checked language is a verified one.
    let is_example = |line: &str| {
        let label = line.trim_start_matches('`');
        line.starts_with("```") && languages.iter().any(|language| label.starts_with(language))
    };
    for rule in RULES {
        let name = rule.to_uppercase().replace('_', ".");
        // A comment below a section's heading names the rules that the section documents.
        let documents = |section: &&String| {
            let rules = section.split("<!-- rules: ").nth(1).and_then(|rest| rest.split(" -->").next());
            rules.is_some_and(|rules| rules.split(", ").any(|rule| rule == name))
        };
        let section = sections.iter().find(documents).unwrap_or_else(|| panic!("the manual does not speak of {name}"));
        assert!(section.lines().any(is_example), "the manual has no verified example beside {name}");
    }
}

/// The names of all functions in tests and unit tests.
fn test_names() -> BTreeSet<String> {
    let files = rust_files(&root().join("src")).into_iter().chain(rust_files(&root().join("tests")));
    let texts: Vec<String> = files.map(|path| read(&path)).collect();
    let lines = texts.iter().flat_map(|text| text.lines());
    lines.filter_map(|line| Some(line.trim().strip_prefix("fn ")?.split('(').next()?.to_owned())).collect()
}

#[test]
fn what_the_manual_says_of_the_sandbox_is_tested() {
    let text = read(&root().join("content/snippets/sandbox.md"));
    let known = test_names();
    let mut named = 0;
    for comment in text.split("<!-- test: ").skip(1) {
        for name in comment.split(" -->").next().unwrap_or_default().split(", ") {
            assert!(known.contains(name), "sandbox.md names the test `{name}`, which does not exist");
            named += 1;
        }
    }
    assert!(named > 20, "only {named}");
    let holds = text.split("\n##").filter(|section| section.starts_with("# What holds"));
    let promises: Vec<&str> = holds.flat_map(|section| section.split("\n- ").skip(1)).collect();
    assert!(promises.len() > 10, "{promises:?}");
    for line in promises {
        assert!(line.contains("<!-- test: "), "no test is named for: {line}");
    }
}

#[test]
fn numbered_rules_have_tests_named_after_them() {
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut files = rust_files(&root().join("src"));
    files.extend(rust_files(&root().join("tests")));
    for path in files {
        for line in read(&path).lines() {
            let Some(name) = line.trim().strip_prefix("fn s") else { continue };
            let parts: Vec<&str> = name.split('_').take(2).collect();
            if parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())) {
                named.entry(format!("s{}", parts.join("_"))).or_default().insert(name.to_owned());
            }
        }
    }
    let missing: Vec<_> = RULES.iter().filter(|rule| !named.contains_key(**rule)).collect();
    assert!(missing.is_empty(), "rules without a test: {missing:?}");
}
