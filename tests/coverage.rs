//! The debugging guide covers the systems that it promises, by blocks that the ledger calls proven.

#![allow(clippy::disallowed_methods, reason = "tests look at disk and processes from outside")]

mod common;

use common::repository;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The fewest lines of a block that counts as a program.
const PROGRAM_LINES: usize = 5;

#[derive(Deserialize)]
struct Ledger {
    blocks: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    status: String,
    level: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Coverage {
    system: Vec<System>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct System {
    part: String,
    name: String,
    blocks: Vec<String>,
    not_run: Option<String>,
}

/// The guides' blocks by id, from the folder `content/guides`.
fn proven() -> BTreeMap<String, Entry> {
    let text = std::fs::read_to_string(repository().join("snippets/ledger.json")).expect("the ledger");
    let ledger: Ledger = serde_json::from_str(&text).expect("a valid ledger");
    let guides = ledger.blocks.into_iter().filter_map(|entry| {
        let id = entry.id.strip_prefix("content/guides/")?.to_owned();
        Some((id, entry))
    });
    guides.collect()
}

/// How many lines a named block has on its page.
fn lines_of(id: &str) -> usize {
    let (page, name) = id.split_once('#').expect("an id");
    let text = std::fs::read_to_string(repository().join("content/guides").join(page)).expect("the page");
    let is_opening = |line: &str| {
        line.starts_with("```") && line.split([' ', '{', '}']).any(|word| word.strip_prefix('#') == Some(name))
    };
    let block = text.lines().skip_while(|line| !is_opening(line)).skip(1);
    block.take_while(|line| !line.starts_with("```")).count()
}

#[test]
fn all_systems_have_proven_blocks() {
    let text = std::fs::read_to_string(repository().join("content/guides/coverage.toml")).expect("the coverage");
    let coverage: Coverage = toml::from_str(&text).expect("valid TOML");
    let ledger = proven();
    let mut wrong = Vec::new();
    for system in &coverage.system {
        assert!(!system.blocks.is_empty(), "{}: no block", system.name);
        for id in &system.blocks {
            match ledger.get(id) {
                None => wrong.push(format!("{}: the ledger does not know {id}", system.name)),
                Some(entry) if !["pass", "xfail"].contains(&entry.status.as_str()) => {
                    wrong.push(format!("{}: {id} is {}", system.name, entry.status));
                }
                Some(entry) => {
                    let is_matched = entry.level == "OutputMatched" || entry.status == "xfail";
                    if !is_matched && system.not_run.is_none() {
                        wrong.push(format!("{}: {id} is {} only", system.name, entry.level));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let names: BTreeSet<&str> = coverage.system.iter().map(|system| system.name.as_str()).collect();
    let parts: BTreeSet<&str> = coverage.system.iter().map(|system| system.part.as_str()).collect();
    assert_eq!((names.len(), parts.len()), (34, 9));
}

#[test]
fn most_blocks_of_the_guides_run_and_match() {
    let ledger = proven();
    let ignored = ledger.values().filter(|entry| entry.status == "ignored").count();
    let programs = ledger.iter().filter(|(id, entry)| {
        entry.status == "pass" && entry.level == "OutputMatched" && lines_of(id) >= PROGRAM_LINES
    });
    let programs = programs.count();
    assert!(ledger.len() >= 150, "{} blocks", ledger.len());
    assert!(programs >= 100, "{programs} programs with matched output");
    assert!(ignored * 100 <= ledger.len() * 3, "{ignored} of {} are ignored", ledger.len());
}
