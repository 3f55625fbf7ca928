//! Makes languages of the tables in `book.toml`: `[verify.lang.NAME]`.
//!
//! Must not know: what a command prints.

use super::ByCommand;
use super::call::{Call, PLACES};
use super::messages::Reader;
use crate::config::{Config, RawCommand, RawLanguage};
use crate::diagnostic::did_you_mean;
use crate::error::{Error, Result};
use crate::snippet::language::languages::{Label, Languages};
use crate::snippet::model::language::LanguageSpec;
use crate::snippet::model::verdict::{Level, Step};
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is wrong with a table, and what to do.
type Problem = (String, String);

/// The languages that docgen has, and those of `book.toml`.
///
/// # Errors
/// [`Error::Config`] if a table is of no language, or its commands cannot be used.
pub fn with_declared(languages: &Languages, config: &Config) -> Result<Languages> {
    let mut all = languages.clone();
    for (name, raw) in &config.verify.languages {
        let wrong = |(message, help): Problem| Error::Config {
            path: config.root.join("book.toml"),
            place: config.verify.places.get(name).cloned().unwrap_or_default(),
            message,
            help,
        };
        if let Some(language) = declared(languages, name, raw).map_err(wrong)? {
            all = all.with(Arc::new(language));
        }
    }
    Ok(all)
}

/// The language of a table with commands; `None` if the table only sets up one that docgen has.
fn declared(languages: &Languages, name: &str, raw: &RawLanguage) -> std::result::Result<Option<ByCommand>, Problem> {
    let own = own_keys(raw);
    match languages.by_label(name) {
        Label::Known(id) if languages[id].spec().name == name => match own.first() {
            Some(key) => Err((
                format!("docgen checks `{name}` itself, so `{key}` means nothing here"),
                "remove it; commands are for languages that docgen does not know".to_owned(),
            )),
            None => Ok(None),
        },
        Label::Known(id) => Err((
            format!("`{name}` is another label of `{}`", languages[id].spec().name),
            format!("write [verify.lang.{}]", languages[id].spec().name),
        )),
        Label::NotCode(_) => Err((format!("blocks labelled `{name}` are not code"), "remove the table".to_owned())),
        Label::Unknown if own.is_empty() => Err((
            format!("docgen knows no language `{name}`"),
            match nearest(languages, name) {
                Some(near) => format!("did you mean `{near}`? Or give it commands: `parse`, `lint`, `compile`, `run`"),
                None => "give it commands: `parse`, `lint`, `compile`, `run`".to_owned(),
            },
        )),
        Label::Unknown => by_command(languages, name, raw).map(Some),
    }
}

/// The name of a language that looks like `name`.
pub fn nearest<'a>(languages: &'a Languages, name: &str) -> Option<&'a str> {
    let names = languages.specs().flat_map(|spec| std::iter::once(&spec.name).chain(&spec.aliases));
    did_you_mean(name, names.map(|name| &**name))
}

/// The keys of a table that only a language by commands has.
fn own_keys(raw: &RawLanguage) -> Vec<&'static str> {
    let keys = [
        ("parse", raw.parse.is_some()),
        ("lint", raw.lint.is_some()),
        ("compile", raw.compile.is_some()),
        ("run", raw.run.is_some()),
        ("format", raw.format.is_some()),
        ("pattern", raw.pattern.is_some()),
        ("extension", raw.extension.is_some()),
        ("comment", raw.comment.is_some()),
        ("aliases", !raw.aliases.is_empty()),
        ("title", raw.title.is_some()),
    ];
    keys.into_iter().filter(|(_, set)| *set).map(|(key, _)| key).collect()
}

fn by_command(languages: &Languages, name: &str, raw: &RawLanguage) -> std::result::Result<ByCommand, Problem> {
    let title = raw.title.clone().unwrap_or_else(|| name.to_owned());
    let mut calls = BTreeMap::new();
    let commands =
        [(Step::Parse, &raw.parse), (Step::Lint, &raw.lint), (Step::Compile, &raw.compile), (Step::Run, &raw.run)];
    for (step, command) in commands {
        let Some(command) = command else { continue };
        let words = words(step, command)?;
        calls.insert(step, Call::new(words, format!("book.toml: {} of {title}", step.name())));
    }
    if calls.is_empty() {
        return Err((
            format!("`{name}` has no command"),
            "add `parse`, `lint`, `compile` or `run`, such as parse = \"gcc -fsyntax-only {file}\"".to_owned(),
        ));
    }
    for alias in &raw.aliases {
        if languages.by_label(alias) != Label::Unknown {
            return Err((format!("the alias `{alias}` is a label that docgen knows"), "remove it".to_owned()));
        }
    }
    let mut tools = Vec::new();
    for tool in calls.values().filter_map(Call::tool) {
        if !tools.iter().any(|known: &crate::snippet::model::tool::ToolSpec| known.name == tool.name) {
            tools.push(tool.clone());
        }
    }
    let steps: Vec<Step> = calls.keys().copied().collect();
    let default = steps.iter().map(|step| step.level()).filter(|level| *level <= Level::Compiled).max();
    let spec = LanguageSpec {
        name: name.to_owned().into(),
        title: title.into(),
        extension: raw.extension.clone().unwrap_or_else(|| name.to_owned()).into(),
        aliases: raw.aliases.iter().map(|alias| alias.clone().into()).collect(),
        steps,
        default_target: default.unwrap_or_default(),
        tools,
        native_command: raw.parse.as_ref().or(raw.compile.as_ref()).map(shown).unwrap_or_default().into(),
        by_command: true,
        ..LanguageSpec::default()
    };
    let mark = raw.comment.as_ref().map(|comment| format!("{comment}>"));
    Ok(ByCommand { spec, calls, reader: reader(raw)?, mark, definition: format!("{raw:?}") })
}

fn words(step: Step, command: &RawCommand) -> std::result::Result<Vec<String>, Problem> {
    let step = step.name();
    let words = match command {
        RawCommand::Words(words) => words.clone(),
        RawCommand::Text(text) => shlex::split(text).ok_or_else(|| {
            (format!("`{step}` has a quote that is never closed"), "close it, or write a list of words".to_owned())
        })?,
    };
    if words.first().is_none_or(String::is_empty) {
        return Err((format!("`{step}` is empty"), "write a program and its arguments".to_owned()));
    }
    // Other braces may belong to the command: awk '{print}'.
    let place = Regex::new(r"\{\w+\}").expect("a valid pattern");
    let braces = words.iter().flat_map(|word| place.find_iter(word)).map(|found| found.as_str());
    for found in braces.filter(|found| !PLACES.contains(found)) {
        if let Some(near) = did_you_mean(found, PLACES.iter().copied()) {
            return Err((format!("`{step}` has {found}, which stands for nothing"), format!("did you mean {near}?")));
        }
    }
    Ok(words)
}

fn reader(raw: &RawLanguage) -> std::result::Result<Reader, Problem> {
    match (&raw.format, &raw.pattern) {
        (Some(_), Some(_)) => {
            Err(("`format` and `pattern` exclude each other".to_owned(), "remove one of them".to_owned()))
        }
        (Some(name), None) => Reader::from_name(name).ok_or_else(|| {
            (format!("`format = {name:?}` is unknown"), format!("use one of {}", Reader::NAMES.join(", ")))
        }),
        (None, Some(text)) => {
            let pattern = Regex::new(text).map_err(|error| {
                (format!("`pattern` is no regular expression: {error}"), "see https://docs.rs/regex".to_owned())
            })?;
            if !pattern.capture_names().flatten().any(|name| name == "line") {
                return Err((
                    "`pattern` has no group `line`".to_owned(),
                    "write (?P<line>\\d+) where the line number stands".to_owned(),
                ));
            }
            Ok(Reader::Pattern(pattern))
        }
        (None, None) => Ok(Reader::Gcc),
    }
}

fn shown(command: &RawCommand) -> String {
    match command {
        RawCommand::Text(text) => text.clone(),
        RawCommand::Words(words) => words.join(" "),
    }
}
