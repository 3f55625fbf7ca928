//! Makes [`Snippet`]s of fences: ids, settings, expected output. Pure.
//!
//! Must not know: tools, disk.

use crate::config::{Config, RawRule};
use crate::diagnostic::did_you_mean;
use crate::page::fence::{ForeignWords, Info};
use crate::page::{Fence, Page};
use crate::site::PageIndex;
use crate::snippet::language::adapter::Language;
use crate::snippet::language::languages::{Label, Languages};
use crate::snippet::model::blocks::Blocks;
use crate::snippet::model::output::Matching;
use crate::snippet::model::session::Session;
use crate::snippet::model::settings::Settings;
use crate::snippet::model::snippet::{Expected, Fault, Snippet};
use crate::snippet::model::verdict::Level;
use crate::snippet::plan::{hidden, patch};
use crate::source::Sources;
use crate::span::{LineIndex, Span};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Collects the blocks of all pages, in order.
pub fn collect(sources: &Sources, pages: &[Arc<Page>], config: &Config, languages: &Languages) -> Blocks {
    let mut blocks = Blocks::default();
    let collector = Collector { sources, config, languages };
    let collected = pages.par_iter().enumerate().map(|(index, page)| {
        let mut matched = BTreeSet::new();
        (collector.page(index.into(), page, &mut matched), matched)
    });
    let mut matched = BTreeSet::new();
    for (snippets, of_page) in collected.collect::<Vec<_>>() {
        blocks.push_page(snippets);
        matched.extend(of_page);
    }
    blocks.unmatched_rules = (0..config.verify.rules.len()).filter(|rule| !matched.contains(rule)).collect();
    blocks
}

/// Collects the blocks of one page.
pub fn collect_page(
    sources: &Sources,
    index: PageIndex,
    page: &Page,
    config: &Config,
    languages: &Languages,
) -> Vec<Snippet> {
    Collector { sources, config, languages }.page(index, page, &mut BTreeSet::new())
}

/// The inputs for collecting every block.
struct Collector<'a> {
    sources: &'a Sources,
    config: &'a Config,
    languages: &'a Languages,
}

impl Collector<'_> {
    /// The blocks of a page, one for each fence. Adds the rules that apply to `matched`.
    fn page(&self, index: PageIndex, page: &Page, matched: &mut BTreeSet<usize>) -> Vec<Snippet> {
        let mut out: Vec<Snippet> = Vec::new();
        let name = &self.sources[page.file].name;
        let mut counts: BTreeMap<Option<usize>, usize> = BTreeMap::new();
        let mut nth: BTreeMap<usize, usize> = BTreeMap::new();
        for (fence_index, fence) in page.fences.iter_enumerated() {
            let count = counts.entry(fence.heading).or_default();
            *count += 1;
            let place = fence.heading.map_or(String::new(), |heading| page.headings[heading].anchor.clone());
            let id = format!("{name}#{place}/{count}");
            let rules = self.rules_for(page, fence, &mut nth);
            matched.extend(rules.iter().copied());
            let mut snippet = self.snippet(page, fence, &rules);
            snippet.page = index;
            snippet.fence = fence_index;
            snippet.id = snippet.settings.name.as_ref().map_or(id, |own| format!("{name}#{own}"));
            out.push(snippet);
        }
        attach_changes(&mut out);
        for snippet in &mut out {
            let dialect = snippet.language.and_then(|id| self.languages[id].spec().dialect);
            if let Some(dialect) = dialect.filter(|_| snippet.is_code) {
                snippet.session = Some(Arc::new(Session::parse(dialect, &hidden::program(snippet))));
            }
        }
        self.attach_outputs(page, &mut out);
        self.attach_promises(&mut out);
        duplicate_names(&mut out);
        for snippet in &mut out {
            let language = snippet.language.map(|id| &self.languages[id]);
            if snippet.settings.applies_to.is_none() {
                snippet.visible = hidden::visible(snippet, language);
            }
            snippet.settle(language.map(Language::spec));
        }
        out
    }

    /// The rules that apply to a fence, in order. `nth` counts the matching blocks of this page for each rule.
    fn rules_for(&self, page: &Page, fence: &Fence, nth: &mut BTreeMap<usize, usize>) -> Vec<usize> {
        let heading = fence.heading.map(|heading| &page.headings[heading]);
        let fits = |rule: &RawRule| {
            let language = rule.lang.as_ref().is_none_or(|wanted| self.languages.same(wanted, &fence.info.language));
            let below = rule.heading.as_ref().is_none_or(|wanted| {
                heading.is_some_and(|heading| heading.anchor == *wanted || heading.text.eq_ignore_ascii_case(wanted))
            });
            language && below
        };
        let mut rules = Vec::new();
        for (index, rule) in self.config.verify.rules.iter().enumerate() {
            if rule.is_about(&self.sources[page.file].name, &page.relative) && fits(&rule.raw) {
                let count = nth.entry(index).or_default();
                *count += 1;
                if rule.raw.nth.is_none_or(|wanted| wanted == *count) {
                    rules.push(index);
                }
            }
        }
        rules
    }

    /// A block, from its fence, its page and the configuration.
    fn snippet(&self, page: &Page, fence: &Fence, rules: &[usize]) -> Snippet {
        let Self { sources, languages, .. } = self;
        let label = fence.info.language.clone();
        let meaning = languages.of_block(&label, fence.code.as_str());
        let (language_name, is_code) = match meaning {
            Label::Known(id) => (languages[id].spec().name.to_string(), true),
            Label::NotCode(name) => (name.to_owned(), false),
            Label::Unknown => (label.clone(), true),
        };
        let language = match meaning {
            Label::Known(id) => Some(id),
            _ => None,
        };
        let (settings, fault) = self.settings(page, fence, rules, language.map(|_| language_name.as_str()));
        let file = &sources[fence.span.file];
        let lines: &LineIndex = &file.lines;
        Snippet {
            id: String::new(),
            page: 0.into(),
            file: page.file,
            // A block from an include is reported at its place in the included file; its id is the page's.
            page_name: file.name.clone(),
            page_path: sources[page.file].path.clone(),
            fence: 0.into(),
            line: lines.line_of(fence.span.start) + 1,
            end_line: lines.line_of(fence.span.end.saturating_sub(1).max(fence.span.start)) + 1,
            language,
            language_name,
            label,
            session: None,
            is_code: is_code && !settings.output && !settings.not_code,
            settings,
            code: fence.code.clone(),
            open: fence.open,
            visible: None,
            expected: None,
            runs: false,
            target: Level::Unchecked,
            fault,
        }
    }

    /// The settings of a block, and the fault of the words in its fence or directive.
    fn settings(
        &self,
        page: &Page,
        fence: &Fence,
        rules: &[usize],
        language: Option<&str>,
    ) -> (Settings, Option<Fault>) {
        let Self { sources, config, .. } = self;
        let mut settings = Settings::default();
        if let Some(language) = language.and_then(|name| config.verify.languages.get(name)) {
            settings.apply_language(language);
        }
        if let Some(verify) = &page.front_matter.verify {
            settings.apply_page(&verify.value);
        }
        for rule in rules {
            settings.apply_rule(&config.verify.rules[*rule].raw.set);
        }
        let mut fault = None;
        if let Some((text, span)) = &fence.directive {
            let directive = Info::parse_items(text, ForeignWords::of(config));
            settings.apply_items(&directive.items);
            fault = directive.problems.iter().find(|problem| !problem.foreign).map(|problem| {
                let span = Span::new(span.file, span.start + problem.range.start..span.start + problem.range.end);
                fault_of_words(format!("{}; {}", problem.message, problem.help), span)
            });
        }
        settings.apply_items(&fence.info.items);
        if settings.net && !config.verify.allow_net.is_match(&sources[page.file].name) {
            let name = &sources[page.file].name;
            settings.problem =
                Some(format!("`net` is refused here: list {name:?} under `[verify] allow-net` in book.toml"));
        }
        let in_fence = fence.info.problems.iter().find(|problem| !problem.foreign).map(|problem| {
            let info = fence.info_span.unwrap_or(fence.open);
            let span = Span::new(info.file, info.start + problem.range.start..info.start + problem.range.end);
            fault_of_words(format!("{}; {}", problem.message, problem.help), span)
        });
        (settings, fault.or(in_fence))
    }

    /// An `output` block is the standard output of the nearest block above in its section (S4.1).
    fn attach_outputs(&self, page: &Page, snippets: &mut [Snippet]) {
        for index in 0..snippets.len() {
            if !snippets[index].settings.output {
                continue;
            }
            let heading = page.fences[snippets[index].fence].heading;
            let settings = &snippets[index].settings;
            let expected = Expected {
                text: snippets[index].code.clone(),
                matching: settings.matching,
                filters: settings.filters.clone(),
                fence: Some(snippets[index].fence),
            };
            let above = snippets[..index].iter_mut().rev().find(|above| !above.settings.output);
            let fault = match above {
                // A session shows its own outputs, or all of them in this block. It runs only if its author asks.
                Some(above) if above.session.is_some() && page.fences[above.fence].heading == heading => {
                    let shows = above.session.as_ref().is_some_and(|session| session.shows_output());
                    if !shows && above.expected.is_none() && self.is_to_run(above) {
                        above.expected = Some(expected);
                    }
                    None
                }
                Some(above) if above.language.is_some() && page.fences[above.fence].heading == heading => {
                    // Both blocks may have `match=` and `filter=`.
                    let mut expected = expected;
                    if expected.matching == Matching::Exact {
                        expected.matching = above.settings.matching;
                    }
                    expected.filters.extend(&above.settings.filters);
                    let second = above.expected.replace(expected).is_some();
                    if self.is_to_run(above) {
                        second.then_some("the block above already has an output; a block has only one")
                    } else {
                        above.expected = None;
                        Some("the block above is never run, so it has no output")
                    }
                }
                _ => Some("no block above in this section can print this output"),
            };
            let snippet = &mut snippets[index];
            snippet.language = None;
            let open = snippet.open;
            snippet.fault = snippet.fault.take().or_else(|| fault.map(|it| fault_of_words(it.to_owned(), open)));
        }
    }

    /// A comment that promises output counts only if the block runs anyway (S4.1).
    fn attach_promises(&self, snippets: &mut [Snippet]) {
        for snippet in snippets {
            let wants = snippet.expected.is_none() && self.is_to_run(snippet);
            let Some(language) = snippet.language.filter(|_| wants) else { continue };
            if let Some(promised) = self.languages[language].promised_output(&snippet.code) {
                let matching = if promised.unordered { Matching::Unordered } else { snippet.settings.matching };
                let filters = snippet.settings.filters.clone();
                snippet.expected = Some(Expected { text: promised.text, matching, filters, fence: None });
            }
        }
    }

    /// Whether a block runs, as known so far.
    fn is_to_run(&self, snippet: &Snippet) -> bool {
        snippet.language.is_some_and(|id| snippet.is_to_run(self.languages[id].spec()))
    }
}

/// A fault that other tools' files may have.
fn fault_of_words(message: String, span: Span) -> Fault {
    Fault { message, span, in_bare_file: false }
}

/// A `diff` block with `applies-to=NAME` is the block of that name after the change: a program of its language.
fn attach_changes(snippets: &mut [Snippet]) {
    for index in 0..snippets.len() {
        let (above, rest) = snippets.split_at_mut(index);
        let diff = &mut rest[0];
        let Some(name) = diff.settings.applies_to.clone() else { continue };
        let fault = |message, span| Some(Fault { message, span, in_bare_file: true });
        if diff.language_name != "diff" {
            let message = "only a `diff` block applies to another block; label it `diff`".to_owned();
            diff.fault = fault(message, diff.open);
            continue;
        }
        let Some(target) = above.iter().rfind(|above| above.settings.name.as_ref() == Some(&name)) else {
            let known = above.iter().filter_map(|above| above.settings.name.as_deref());
            let help = match did_you_mean(&name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("give the block that it changes the name: `{{name={name}}}`"),
            };
            diff.fault = fault(format!("no block above has the name `{name}`; {help}"), diff.open);
            continue;
        };
        match patch::apply(&diff.code, &target.code, &name) {
            Ok(code) => diff.code = code,
            Err(patch::Misfit { range, message }) => {
                diff.fault = fault(message, diff.code.span_of(range).unwrap_or(diff.open));
            }
        }
        diff.language = target.language;
        diff.language_name.clone_from(&target.language_name);
        diff.label.clone_from(&target.label);
        diff.is_code = target.is_code;
        diff.settings.surround_like(&target.settings);
    }
}

/// Reports names that occur twice on a page (S2.2).
fn duplicate_names(snippets: &mut [Snippet]) {
    let mut seen: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for snippet in snippets {
        let Some(name) = &snippet.settings.name else { continue };
        match seen.get_mut(name) {
            Some((line, count)) => {
                *count += 1;
                let message = format!("the block at line {line} already has the name `{name}`");
                snippet.fault = Some(fault_of_words(message, snippet.open));
                snippet.id = format!("{}@{count}", snippet.id);
            }
            None => {
                seen.insert(name.clone(), (snippet.line, 1));
            }
        }
    }
}
