//! The weight of each term in each section: BM25F, computed at build time.
//!
//! Source: Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.6.
//! Must not know: files, how numbers are packed.

use super::sections::{PageRecord, Section};
use super::tokenize::each_term;
use crate::counted::{Work, count};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// An occurrence of a term: the number of the section in the whole site, and the weight, 1 to [`LEVELS`].
pub type Posting = (u32, u8);

/// The occurrences of a term.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Postings {
    /// Sections, in order.
    pub sections: Vec<Posting>,
    /// The code blocks that contain it, numbered over the whole site. Only for terms in few blocks.
    pub snippets: Vec<u32>,
}

/// Words with little meaning. Search finds them only in headings, because a heading may name an operator, a keyword or
/// a function.
pub const FUNCTION_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do", "does", "for", "from",
    "had", "has", "have", "how", "i", "if", "in", "into", "is", "it", "its", "may", "me", "my", "no", "not", "of",
    "on", "or", "our", "s", "so", "t", "than", "that", "the", "their", "then", "there", "they", "this", "to", "was",
    "we", "were", "what", "when", "where", "which", "why", "will", "with", "you", "your",
];

/// The weight of a section's name: its heading and, for the top, the page's title. It is added to the weight of the
/// text, whose frequencies saturate. The longer the name, the less each of its words counts.
const NAME: f32 = 1.5;
/// Fields that count as text, with the factor of their words.
const HEADING: f32 = 0.5;
const ABOUT: f32 = 0.3;
const DEFINED: f32 = 1.0;
const ABOVE: f32 = 0.4;
const TITLE_BELOW: f32 = 0.5;
const TAGS: f32 = 2.5;
/// Saturation and length normalisation. Sections of documentation are short, and long ones are penalised little.
const K1: f32 = 1.7;
const B: f32 = 0.35;
/// Weights are stored on a logarithmic scale with this many steps, up to the max weight.
pub const LEVELS: u8 = 40;
const MAX_WEIGHT: f64 = 60.0;
/// A term in more code blocks than this points to sections only: nobody searches for one of 200 `import`s.
const MAX_SNIPPETS: usize = 16;

/// The terms of some pages, before the whole site is known. Each term is stored once, and numbered.
#[derive(Debug, Default)]
pub struct Counted {
    numbers: FxHashMap<Box<str>, u32>,
    /// Whether a term is a function word.
    weak: Vec<bool>,
    sections: Vec<Fields>,
    /// How many code blocks these pages have.
    snippets: u32,
    /// The terms of code blocks: the block, counted from the first of these pages, and the term.
    shown: Vec<(u32, u32)>,
    /// For each term, the weights in the section that is being counted.
    scratch: Vec<(f32, f32)>,
    /// The terms of this section.
    touched: Vec<u32>,
}

/// The terms of a section by number, in order.
#[derive(Debug, Default)]
struct Fields {
    /// With the weighted frequency in its text.
    terms: Vec<(u32, f32)>,
    /// Those of its name, with the weight in it. Few have one.
    names: Vec<(u32, f32)>,
    length: f64,
}

impl Counted {
    /// Counts the terms of the next page.
    pub fn page(&mut self, page: &PageRecord) {
        for (number, section) in page.sections.iter().enumerate() {
            let fields = self.section(page, section, number == 0);
            self.sections.push(fields);
        }
    }

    fn number(&mut self, term: &str) -> u32 {
        if let Some(number) = self.numbers.get(term) {
            return *number;
        }
        let next = u32::try_from(self.numbers.len()).expect("fewer than 2^32 terms");
        self.numbers.insert(term.into(), next);
        self.weak.push(FUNCTION_WORDS.binary_search(&term).is_ok());
        self.scratch.push((0.0, 0.0));
        next
    }

    fn numbers_of(&mut self, text: &str) -> Vec<u32> {
        let mut found = Vec::new();
        each_term(text, |term| found.push(self.number(term)));
        count(Work::TermsIndexed, found.len());
        found
    }

    fn section(&mut self, page: &PageRecord, section: &Section, top: bool) -> Fields {
        let body = self.numbers_of(&section.body);
        let mut length = body.len();
        self.add(&body, 1.0);
        for snippet in &section.snippets {
            let mut code = self.numbers_of(&snippet.code);
            length += code.len();
            self.add(&code, 1.0);
            code.sort_unstable();
            code.dedup();
            let block = self.snippets;
            self.shown.extend(code.into_iter().map(|term| (block, term)));
            self.snippets += 1;
        }
        for (text, weight) in
            [(&section.about, ABOUT), (&section.defined, DEFINED), (&section.above, ABOVE), (&section.heading, HEADING)]
        {
            let terms = self.numbers_of(text);
            self.add(&terms, weight);
        }
        self.name(&section.heading);
        // A page's tags and title belong to its top. In other sections, the title only separates pages with equal
        // sections.
        let (text, weight) = if top { (&page.tags, TAGS) } else { (&page.title, TITLE_BELOW) };
        if top {
            self.name(&page.title);
        }
        let terms = self.numbers_of(text);
        self.add(&terms, weight);
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        touched.dedup();
        let mut fields = Fields { terms: Vec::with_capacity(touched.len()), names: Vec::new(), length: length as f64 };
        for term in touched.drain(..) {
            let (weight, name) = std::mem::take(&mut self.scratch[term as usize]);
            fields.terms.push((term, weight));
            if name > 0.0 {
                fields.names.push((term, name));
            }
        }
        self.touched = touched;
        fields
    }

    fn add(&mut self, terms: &[u32], weight: f32) {
        for term in terms.iter().copied().filter(|term| !self.weak[*term as usize]) {
            self.scratch[term as usize].0 += weight;
            self.touched.push(term);
        }
    }

    /// Adds a name of the section.
    fn name(&mut self, text: &str) {
        let mut words = self.numbers_of(text);
        words.sort_unstable();
        words.dedup();
        let strong = words.iter().filter(|word| !self.weak[**word as usize]).count();
        let share = NAME / (strong.max(1) as f32).sqrt();
        for word in words {
            let name = &mut self.scratch[word as usize].1;
            *name = name.max(share);
            self.touched.push(word);
        }
    }
}

/// The postings of one term while they are collected.
#[derive(Debug, Default)]
struct Collected {
    sections: Vec<(u32, f32)>,
    snippets: Vec<u32>,
}

/// Weighs every term of every section. `counted` has all pages, in order.
pub fn weigh(counted: Vec<Counted>) -> BTreeMap<String, Postings> {
    let count = counted.iter().map(|part| part.sections.len()).sum::<usize>().max(1) as f64;
    let lengths = counted.iter().flat_map(|part| &part.sections).map(|section| section.length);
    let average = (lengths.sum::<f64>() / count).max(1.0);
    let mut numbers: FxHashMap<Box<str>, usize> = FxHashMap::default();
    let mut terms: Vec<Collected> = Vec::new();
    let (mut first_section, mut first_snippet) = (0, 0);
    for Counted { numbers: own, sections, snippets, shown, .. } in counted {
        // The numbers of these pages' terms in the whole site.
        let mut whole = vec![0; own.len()];
        for (term, number) in own.into_iter().collect::<Vec<_>>() {
            let next = numbers.len();
            whole[number as usize] = *numbers.entry(term).or_insert(next);
        }
        terms.resize_with(numbers.len(), Collected::default);
        for (section, Fields { terms: own, names, length }) in (first_section..).zip(&sections) {
            #[expect(clippy::cast_possible_truncation, reason = "a ratio of at most 4")]
            let norm = 1.0 - B + B * (length / average).min(4.0) as f32;
            let mut names = names.iter().peekable();
            for (term, weight) in own {
                let name = names.next_if(|(named, _)| named == term).map_or(0.0, |(_, name)| *name);
                let saturated = weight * (K1 + 1.0) / (weight + K1 * norm);
                terms[whole[*term as usize]].sections.push((section, saturated + name));
            }
        }
        for (snippet, term) in shown {
            let list = &mut terms[whole[term as usize]].snippets;
            // More are not kept, so no more need to be remembered.
            if list.len() <= MAX_SNIPPETS {
                list.push(first_snippet + snippet);
            }
        }
        first_section += u32::try_from(sections.len()).expect("fewer than 2^32 sections");
        first_snippet += snippets;
    }
    let mut found: Vec<(Box<str>, Collected)> =
        numbers.into_iter().map(|(term, number)| (term, std::mem::take(&mut terms[number]))).collect();
    found.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let weighed = found.into_par_iter().filter(|(_, found)| !found.sections.is_empty());
    weighed.map(|(term, found)| (String::from(term), postings(found, count))).collect()
}

/// The postings of a term in a site with `count` sections.
fn postings(found: Collected, count: f64) -> Postings {
    let number = found.sections.len() as f64;
    let rarity = (1.0 + (count - number + 0.5) / (number + 0.5)).ln();
    let sections =
        found.sections.iter().map(|(section, weight)| (*section, level(rarity * f64::from(*weight)))).collect();
    let snippets = if found.snippets.len() > MAX_SNIPPETS { Vec::new() } else { found.snippets };
    Postings { sections, snippets }
}

/// A weight on the logarithmic scale.
fn level(weight: f64) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1..=LEVELS")]
    let level = ((1.0 + weight).ln() / scale()).round().clamp(1.0, f64::from(LEVELS)) as u8;
    level
}

/// The scale of the levels: a weight is `exp(level * scale) - 1`.
pub fn scale() -> f64 {
    (1.0 + MAX_WEIGHT).ln() / f64::from(LEVELS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_outweighs_a_mention() {
        let section =
            |heading: &str, body: &str| Section { heading: heading.into(), body: body.into(), ..Section::default() };
        let page = PageRecord {
            page: 0.into(),
            url: "page.html".into(),
            title: "Page".into(),
            sections: vec![
                section("Other", "a circuit breaker is mentioned here"),
                section("Circuit breakers", "open or closed"),
                section("Retries", "again and again"),
                section("Timeouts", "not for ever"),
            ],
            tags: String::new(),
        };
        let mut counted = Counted::default();
        counted.page(&page);
        let weighed = weigh(vec![counted]);
        let postings = &weighed["circuit"].sections;
        assert!(postings[1].1 > postings[0].1, "{postings:?}");
        assert!(!weighed.contains_key("is"), "function words of the text are not kept");
    }

    #[test]
    fn function_words_are_sorted_for_the_search_among_them() {
        assert!(FUNCTION_WORDS.is_sorted());
    }
}
