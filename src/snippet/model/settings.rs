//! The settings of a block. They are merged from the language's default, the configuration, the page, the directive and
//! the fence; later sources win (S2.7). Pure.
//!
//! Must not know: tools.

use crate::config::{RawLanguage, parse_duration};
use crate::diagnostic::did_you_mean;
use crate::page::fence::{FLAGS, Item, KEYS};
use crate::snippet::model::output::{Filter, Matching};
use crate::snippet::model::verdict::{Level, Promise};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::time::Duration;

/// Rust's editions.
const EDITIONS: &[&str] = &["2015", "2018", "2021", "2024"];

/// Flags and keys of S2.2, as values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The level that the configuration or the page asks for.
    pub level: Option<Level>,
    /// Only parse it.
    pub check: bool,
    /// Never run it.
    pub no_run: bool,
    /// Run it.
    pub run: bool,
    /// It is not code, even if its label says so.
    pub not_code: bool,
    /// It is the output of the block above.
    pub output: bool,
    /// The author's promise.
    pub promise: Promise,
    promise_words: PromiseWords,
    /// Its name.
    pub name: Option<String>,
    /// Its group.
    pub group: Option<String>,
    /// It has its own scope within the group.
    pub nest: bool,
    /// It runs before the first block of the language on the page, or of the group.
    pub setup: bool,
    /// It runs after the last one.
    pub teardown: bool,
    /// Readers do not see it.
    pub hidden: bool,
    /// Lines with this prefix are compiled, but readers do not see them.
    pub hide: Option<String>,
    /// Names of preludes: code of the fixture that stands before the block.
    pub preludes: Vec<String>,
    /// The file that it is assembled into, together with other blocks.
    pub file: Option<String>,
    /// How output is compared.
    pub matching: Matching,
    /// What is masked in output before comparing.
    pub filters: Vec<Filter>,
    /// Blocks with this value on one page print the same.
    pub same_output: Option<String>,
    /// It is a diff that changes the block of this name on its page.
    pub applies_to: Option<String>,
    /// It is not batched with other blocks.
    pub standalone: bool,
    /// `test_harness`: a Rust block is a crate as it stands, and its tests run (rustdoc's attribute).
    pub test_harness: bool,
    /// The fixture's folder below `snippets/`.
    pub fixture: Option<String>,
    /// Codes that become errors.
    pub deny: Vec<String>,
    /// `lint=deny`: every warning that has a code is an error.
    pub deny_lints: bool,
    /// Wall-clock time of the run.
    pub timeout: Option<Duration>,
    /// The exit code that counts as success.
    pub exit: i32,
    /// Arguments of the run.
    pub args: Vec<String>,
    /// Standard input of the run.
    pub stdin: Option<String>,
    /// Variables of the run.
    pub vars: BTreeMap<String, String>,
    /// `env=`: whose globals JavaScript may use.
    pub globals: Option<String>,
    /// Programs that must be installed.
    pub needs: Vec<String>,
    /// The JSON Schema that a data block must satisfy: a path from the page or the root.
    pub schema: Option<String>,
    /// It may use the host's network.
    pub net: bool,
    /// Rust edition.
    pub edition: Option<String>,
    /// What is wrong with a value.
    pub problem: Option<String>,
}

impl Settings {
    /// From `[verify.lang.NAME]`.
    pub fn apply_language(&mut self, raw: &RawLanguage) {
        if let Some(name) = &raw.level {
            self.set_level(name);
        }
        if let Some(fixture) = &raw.fixture {
            self.apply("fixture", Some(fixture));
        }
        self.deny.clone_from(&raw.deny);
        self.preludes.clone_from(&raw.prelude);
        self.hide = raw.hide_prefix.clone().filter(|prefix| !prefix.is_empty());
        self.group = raw.group.clone().filter(|group| !group.is_empty());
        if let Some(edition) = &raw.edition {
            self.apply("edition", Some(edition));
        }
    }

    /// From a page's `verify:`: keys named like the words of a fence, and `level`.
    pub fn apply_page(&mut self, value: &Value) {
        let Value::Object(map) = value else {
            self.problem =
                Some("`verify` in the front matter must hold keys, as in `verify: { level: parsed }`".to_owned());
            return;
        };
        self.start_layer(map.iter().filter(|(_, value)| **value != Value::Bool(false)).map(|(key, _)| key.as_str()));
        for (key, value) in map {
            match (key.as_str(), value) {
                ("level", Value::String(name)) => self.set_level(name),
                (_, Value::Bool(false)) => {}
                (_, Value::Bool(true)) => self.apply(key, None),
                (_, Value::String(text)) => self.apply(key, Some(text)),
                (_, other) => self.apply(key, Some(&other.to_string())),
            }
        }
    }

    /// From a `[[verify.rule]]`'s `set`.
    pub fn apply_rule(&mut self, set: &toml::Table) {
        let off = toml::Value::Boolean(false);
        self.start_layer(set.iter().filter(|(_, value)| **value != off).map(|(key, _)| key.as_str()));
        for (key, value) in set {
            match (key.as_str(), value) {
                ("level", toml::Value::String(name)) => self.set_level(name),
                (_, toml::Value::Boolean(false)) => {}
                (_, toml::Value::Boolean(true)) => self.apply(key, None),
                (_, toml::Value::String(text)) => self.apply(key, Some(text)),
                (_, toml::Value::Array(items)) => {
                    let words: Vec<String> = items
                        .iter()
                        .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                        .collect();
                    self.apply(key, Some(&words.join(",")));
                }
                (_, other) => self.apply(key, Some(&other.to_string())),
            }
        }
    }

    /// From a fence or a directive.
    pub fn apply_items(&mut self, items: &[Item]) {
        self.start_layer(items.iter().map(|item| item.key.as_str()));
        for item in items {
            self.apply(&item.key, item.value.as_deref());
        }
    }

    /// A later layer with `run` overrides an earlier ban. Within one layer, the ban wins (S1.3, S2.7).
    fn start_layer<'a>(&mut self, keys: impl Iterator<Item = &'a str>) {
        let keys: Vec<&str> = keys.collect();
        if keys.contains(&"run") && !keys.iter().any(|key| matches!(*key, "check" | "no_run" | "ignore")) {
            (self.check, self.no_run) = (false, false);
        }
    }

    /// Takes over what surrounds a block's code from the settings of the block that this one changes.
    pub fn surround_like(&mut self, other: &Settings) {
        self.fixture = self.fixture.take().or_else(|| other.fixture.clone());
        self.edition = self.edition.take().or_else(|| other.edition.clone());
        self.globals = self.globals.take().or_else(|| other.globals.clone());
        self.hide = self.hide.take().or_else(|| other.hide.clone());
        self.level = self.level.or(other.level);
        if self.preludes.is_empty() {
            self.preludes.clone_from(&other.preludes);
        }
        if self.deny.is_empty() {
            self.deny.clone_from(&other.deny);
        }
        self.needs.extend(other.needs.iter().cloned());
        for (name, value) in &other.vars {
            self.vars.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }

    fn set_level(&mut self, name: &str) {
        match Level::from_name(name) {
            Some(level) => self.level = Some(level),
            None => self.problem = Some(format!("`{name}` is not a level; use parsed, linted, compiled or ran")),
        }
    }

    fn apply(&mut self, key: &str, value: Option<&str>) {
        let text = value.unwrap_or_default();
        match key {
            "run" => self.run = true,
            "check" => self.check = true,
            "no_run" => self.no_run = true,
            "output" => self.output = true,
            "ignore" | "reason" | "should_fail" | "compile_fail" | "error" | "code" => self.promised(key, text),
            "name" => self.name = Some(text.to_owned()),
            "group" => self.group = Some(text.to_owned()),
            "nest" => self.nest = true,
            "setup" => self.setup = true,
            "teardown" => self.teardown = true,
            "hidden" => self.hidden = true,
            "standalone" => self.standalone = true,
            "test_harness" => self.test_harness = true,
            "not_code" => self.not_code = true,
            "hide" => self.hide = Some(text.to_owned()),
            "file" => self.file = Some(text.to_owned()),
            "same-output" => self.same_output = Some(text.to_owned()),
            "applies-to" => self.applies_to = Some(text.to_owned()),
            "prelude" => self.preludes = words(text),
            "match" | "filter" => self.comparison(key, text),
            "fixture" if is_plain_name(text) => self.fixture = Some(text.to_owned()),
            "fixture" => self.problem = Some(format!("`fixture={text}` must be the name of a folder below snippets/")),
            "timeout" => match parse_duration(text) {
                Some(timeout) => self.timeout = Some(timeout),
                None => {
                    self.problem = Some(format!("`timeout={text}` is not a duration; write `500ms`, `10s` or `2m`"));
                }
            },
            "exit" => match text.parse() {
                Ok(code) => (self.exit, self.run) = (code, true),
                Err(_) => self.problem = Some(format!("`exit={text}` is not an exit code")),
            },
            "args" => match shlex::split(text) {
                Some(args) => (self.args, self.run) = (args, true),
                None => self.problem = Some(format!("`args={text}` has a quote that is never closed")),
            },
            "stdin" => (self.stdin, self.run) = (Some(text.to_owned()), true),
            "vars" => {
                let pairs = text.split([' ', ',']).filter_map(|pair| pair.split_once('='));
                self.vars.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
            }
            "env" => self.globals = Some(text.to_owned()),
            "schema" => self.schema = Some(text.to_owned()),
            "net" => self.net = true,
            "needs" => self.needs.extend(words(text)),
            "edition" if EDITIONS.contains(&text) => self.edition = Some(text.to_owned()),
            "edition" => {
                self.problem = Some(format!("`edition={text}` is unknown; use one of {}", EDITIONS.join(", ")));
            }
            "lint" if matches!(text, "deny" | "warn") => self.deny_lints = text == "deny",
            // pytest-examples has this key too. There it does not concern compiling.
            "lint" if text == "skip" => {}
            "lint" => self.problem = Some(format!("`lint={text}` is unknown; use deny or warn")),
            "title" | "hl" | "ins" | "del" | "numbers" | "tab" => {}
            _ => self.unknown(key),
        }
    }

    /// Reports an unknown word of a page's `verify:` or of a rule. The fence's parser reports the words of fences.
    fn unknown(&mut self, word: &str) {
        let near = did_you_mean(word, FLAGS.iter().chain(KEYS).copied());
        let help = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        self.problem = Some(format!("`{word}` is not a setting of code blocks{help}"));
    }

    /// How output is compared.
    fn comparison(&mut self, key: &str, text: &str) {
        let unknown = |word: &str, known: &str| Some(format!("`{key}={word}` is unknown; use one of {known}"));
        if key == "match" {
            if let Some(matching) = Matching::from_name(text) {
                self.matching = matching;
            } else {
                self.problem = unknown(text, "exact, ws, unordered, contains, json, regex");
            }
            return;
        }
        for word in words(text) {
            if let Some(filter) = Filter::from_name(&word) {
                self.filters.push(filter);
            } else {
                self.problem = unknown(&word, "duration, path, addr, date, uuid");
            }
        }
    }

    /// Rebuilds the promise from all its words, since they may stand in any order.
    fn promised(&mut self, key: &str, text: &str) {
        let words = &mut self.promise_words;
        let text = Some(text.to_owned());
        match key {
            "ignore" => words.ignore = true,
            "reason" => words.reason = text,
            "should_fail" => words.should_fail = true,
            "compile_fail" => words.compile_fail = true,
            "error" => words.error = text,
            _ => words.code = text,
        }
        let PromiseWords { ignore, reason, should_fail, compile_fail, error, code } = self.promise_words.clone();
        let compile_fail = compile_fail || (!should_fail && (error.is_some() || code.is_some()));
        self.promise = if ignore {
            Promise::Ignored(reason)
        } else if compile_fail {
            Promise::FailsToCompile { code, error }
        } else if should_fail {
            Promise::FailsAtRun(error)
        } else {
            Promise::Good
        };
        self.run |= should_fail;
    }
}

/// The words of a promise so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct PromiseWords {
    ignore: bool,
    reason: Option<String>,
    should_fail: bool,
    compile_fail: bool,
    error: Option<String>,
    code: Option<String>,
}

/// Whether a name is one plain folder name, which cannot lead elsewhere.
fn is_plain_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None)) && !name.contains(['/', '\\'])
}

/// Words separated by commas or spaces.
fn words(text: &str) -> Vec<String> {
    text.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::fence::{ForeignWords, Info};

    fn settings(raw: &str) -> Settings {
        let mut settings = Settings::default();
        settings.apply_items(&Info::parse(raw, ForeignWords::default()).items);
        settings
    }

    #[test]
    fn s1_3_what_makes_a_block_run() {
        for raw in ["py run", "py should_fail", "py {exit=3}", "py {stdin=\"x\"}", "py {args=\"-v\"}"] {
            assert!(settings(raw).run, "{raw}");
        }
        assert!(!settings("py").run);
    }

    #[test]
    fn s2_2_every_word_of_a_fence_means_something() {
        for word in FLAGS {
            assert_eq!(
                settings(&format!("py {word}")).problem.filter(|it| it.contains("is not a setting")),
                None,
                "{word}"
            );
        }
        for word in KEYS {
            let problem = settings(&format!("py {{{word}=1}}")).problem;
            assert_eq!(problem.filter(|it| it.contains("is not a setting")), None, "{word}");
        }
    }

    #[test]
    fn s2_2_values() {
        let found = settings(r#"py {args="-v 'two words'" vars="A=1 B=2" timeout=2s needs="git,gdb"}"#);
        assert_eq!(found.args, ["-v", "two words"]);
        assert_eq!(found.vars.len(), 2);
        assert_eq!(found.timeout, Some(Duration::from_secs(2)));
        assert_eq!(found.needs, ["git", "gdb"]);
        assert_eq!(
            settings("rust,compile_fail,E0382").promise,
            Promise::FailsToCompile { code: Some("E0382".into()), error: None }
        );
        assert_eq!(
            settings("py ignore {reason=\"needs a printer\"}").promise,
            Promise::Ignored(Some("needs a printer".into()))
        );
    }
}
