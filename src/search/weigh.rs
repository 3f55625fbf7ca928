//! The weight of each term in each section: BM25F, computed at build time.
//!
//! Source: Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.6.
//! Must not know: files, how numbers are packed.

use super::sections::{PageRecord, Section};
use super::tokenize::terms;
use std::collections::{BTreeMap, BTreeSet};

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

/// The weighed index.
#[derive(Debug, Default)]
pub struct Weighed {
    /// The pages.
    pub pages: Vec<PageRecord>,
    /// Postings by term.
    pub terms: BTreeMap<String, Postings>,
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
const NAME: f64 = 1.5;
/// Fields that count as text, with the factor of their words.
const HEADING: f64 = 0.5;
const ABOUT: f64 = 0.3;
const DEFINED: f64 = 1.0;
const ABOVE: f64 = 0.4;
const TITLE_BELOW: f64 = 0.5;
const TAGS: f64 = 2.5;
/// Saturation and length normalisation. Sections of documentation are short, and long ones are penalised little.
const K1: f64 = 1.7;
const B: f64 = 0.35;
/// Weights are stored on a logarithmic scale with this many steps, up to the max weight.
pub const LEVELS: u8 = 40;
const MAX_WEIGHT: f64 = 60.0;
/// A term in more code blocks than this points to sections only: nobody searches for one of 200 `import`s.
const MAX_SNIPPETS: usize = 16;

/// Weighs every term of every section.
pub fn weigh(pages: Vec<PageRecord>) -> Weighed {
    let mut found: Vec<Fields> = Vec::new();
    let mut shown: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let mut snippet = 0;
    for page in &pages {
        for (number, section) in page.sections.iter().enumerate() {
            for code in &section.snippets {
                for term in terms(&code.code).into_iter().collect::<BTreeSet<_>>() {
                    shown.entry(term).or_default().push(snippet);
                }
                snippet += 1;
            }
            found.push(fields(page, section, number == 0));
        }
    }
    let mut index: BTreeMap<String, Postings> = BTreeMap::new();
    for (term, sections) in impacts(found) {
        index.entry(term).or_default().sections = sections;
    }
    for (term, snippets) in shown {
        if snippets.len() <= MAX_SNIPPETS
            && let Some(postings) = index.get_mut(&term)
        {
            postings.snippets = snippets;
        }
    }
    Weighed { pages, terms: index }
}

/// The terms of a section: weighted frequency in its text, and weight in its name.
#[derive(Debug, Default)]
struct Fields {
    terms: BTreeMap<String, (f64, f64)>,
    length: f64,
}

impl Fields {
    fn add(&mut self, text: &str, weight: f64, counts: bool) {
        for term in terms(text) {
            self.length += f64::from(u8::from(counts));
            if FUNCTION_WORDS.binary_search(&term.as_str()).is_err() {
                self.terms.entry(term).or_default().0 += weight;
            }
        }
    }

    /// Adds a name of the section.
    fn name(&mut self, text: &str) {
        let words: BTreeSet<String> = terms(text).into_iter().collect();
        let strong = words.iter().filter(|word| FUNCTION_WORDS.binary_search(&word.as_str()).is_err()).count();
        let share = NAME / (strong.max(1) as f64).sqrt();
        for word in words {
            let entry = self.terms.entry(word).or_default();
            entry.1 = entry.1.max(share);
        }
    }
}

fn fields(page: &PageRecord, section: &Section, top: bool) -> Fields {
    let mut fields = Fields::default();
    fields.add(&section.body, 1.0, true);
    for snippet in &section.snippets {
        fields.add(&snippet.code, 1.0, true);
    }
    fields.add(&section.about, ABOUT, false);
    fields.add(&section.defined, DEFINED, false);
    fields.add(&section.above, ABOVE, false);
    fields.add(&section.heading, HEADING, false);
    fields.name(&section.heading);
    // A page's tags and title belong to its top. In other sections, the title only separates pages with equal sections.
    if top {
        fields.name(&page.title);
        fields.add(&page.tags, TAGS, false);
    } else {
        fields.add(&page.title, TITLE_BELOW, false);
    }
    fields
}

fn impacts(fields: Vec<Fields>) -> BTreeMap<String, Vec<Posting>> {
    let count = fields.len().max(1) as f64;
    let average = (fields.iter().map(|fields| fields.length).sum::<f64>() / count).max(1.0);
    let mut terms: BTreeMap<String, Vec<(u32, f64)>> = BTreeMap::new();
    for (number, Fields { terms: own, length }) in (0..).zip(fields) {
        let norm = 1.0 - B + B * (length / average).min(4.0);
        for (term, (weight, name)) in own {
            let saturated = weight * (K1 + 1.0) / (weight + K1 * norm);
            terms.entry(term).or_default().push((number, saturated + name));
        }
    }
    let weighed = terms.into_iter().map(|(term, found)| {
        let rarity = (1.0 + (count - found.len() as f64 + 0.5) / (found.len() as f64 + 0.5)).ln();
        (term, found.into_iter().map(|(section, weight)| (section, level(rarity * weight))).collect())
    });
    weighed.collect()
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
        let weighed = weigh(vec![page]);
        let postings = &weighed.terms["circuit"].sections;
        assert!(postings[1].1 > postings[0].1, "{postings:?}");
        assert!(!weighed.terms.contains_key("is"), "function words of the text are not kept");
    }

    #[test]
    fn function_words_are_sorted_for_the_search_among_them() {
        assert!(FUNCTION_WORDS.is_sorted());
    }
}
