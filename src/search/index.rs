//! Sections and the weight of each term in each of them: BM25F, worked out at build time.
//!
//! Source: Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.6.
//! Must not know: files.

use super::tokenize;
use crate::config::Config;
use crate::page::Page;
use crate::page::markdown;
use crate::site::Site;
use std::collections::BTreeMap;

/// A section: what stands under one heading, or before the first.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// Anchor; nothing for the page's top.
    pub anchor: String,
    /// Heading; the page's title for its top.
    pub heading: String,
    /// The first words, for the list of hits.
    pub excerpt: String,
    body: String,
    code: String,
}

/// A page as search knows it.
#[derive(Debug, Clone, Default)]
pub struct PageRecord {
    /// Address relative to the site's root.
    pub url: String,
    /// Title.
    pub title: String,
    /// Its sections in order.
    pub sections: Vec<Section>,
    tags: String,
}

/// Where a term occurs, and how much it says there: number of the section in the whole site, and 1 to 255.
pub type Posting = (u32, u8);

/// The weighed index.
#[derive(Debug, Default)]
pub struct Weighed {
    /// The pages.
    pub pages: Vec<PageRecord>,
    /// Postings by term, each list in the order of sections.
    pub terms: BTreeMap<String, Vec<Posting>>,
}

const EXCERPT: usize = 150;

/// Cuts every page into its sections.
pub fn sections(site: &Site, config: &Config) -> Vec<PageRecord> {
    site.pages
        .iter()
        .enumerate()
        .filter(|(_, page)| !config.search_exclude.iter().any(|glob| matches(glob, &page.relative)))
        .map(|(index, page)| {
            let tags = site
                .taxonomies
                .iter()
                .flat_map(|taxonomy| taxonomy.terms_of(index))
                .map(|term| term.title.as_str())
                .collect::<Vec<_>>()
                .join(" ");
            PageRecord { url: site.urls[index].clone(), title: page.title.clone(), sections: cut(page, config), tags }
        })
        .collect()
}

/// `*` stands for any text, `**` too.
fn matches(glob: &str, path: &str) -> bool {
    let mut parts = glob.split('*').filter(|part| !part.is_empty()).peekable();
    let mut rest = path;
    let open_start = glob.starts_with('*');
    let mut first = true;
    while let Some(part) = parts.next() {
        match rest.find(part) {
            Some(at) if at == 0 || open_start || !first => rest = &rest[at + part.len()..],
            _ => return false,
        }
        first = false;
        if parts.peek().is_none() && !glob.ends_with('*') && !rest.is_empty() {
            return false;
        }
    }
    true
}

fn cut(page: &Page, config: &Config) -> Vec<Section> {
    let mut sections = vec![Section { heading: page.title.clone(), ..Section::default() }];
    let mut headings = page.headings.iter();
    if page.leading_heading
        && let Some(first) = headings.next()
    {
        // The page's own heading is its top.
        sections[0].anchor = String::new();
        sections[0].heading.clone_from(&first.text);
        if first.text != page.title {
            sections[0].body.push_str(&page.title);
        }
    }
    let mut next = headings.next();
    for (piece, offset, is_code) in markdown::plain_text(&page.text, page.math) {
        while let Some(heading) = next.filter(|heading| offset >= heading.range.start) {
            sections.push(Section {
                anchor: heading.anchor.clone(),
                heading: heading.text.clone(),
                ..Section::default()
            });
            next = headings.next();
            if offset < heading.range.end {
                break;
            }
        }
        let in_heading = page.headings.iter().any(|heading| heading.range.contains(&offset));
        let section = sections.last_mut().expect("there is the top");
        if in_heading {
            continue;
        }
        if !is_code {
            section.body.push_str(&piece);
        } else if config.search_code {
            section.code.push_str(&piece);
            section.code.push('\n');
        }
    }
    for heading in next.into_iter().chain(headings) {
        sections.push(Section { anchor: heading.anchor.clone(), heading: heading.text.clone(), ..Section::default() });
    }
    for section in &mut sections {
        let source = if section.body.trim().is_empty() { &section.code } else { &section.body };
        let words = source.split_whitespace().collect::<Vec<_>>().join(" ");
        section.excerpt = words.chars().take(EXCERPT).collect();
    }
    sections
}

/// Field weights: what stands in a title says more than what stands in code.
const TITLE: f64 = 4.0;
const HEADING: f64 = 6.0;
const TAGS: f64 = 2.5;
const BODY: f64 = 1.0;
const CODE: f64 = 0.8;
/// Saturation and length normalisation.
const K1: f64 = 1.2;
const B: f64 = 0.6;

/// Weighs every term of every section.
pub fn weigh(pages: &[PageRecord]) -> Weighed {
    let mut frequencies: Vec<BTreeMap<String, f64>> = Vec::new();
    let mut lengths: Vec<f64> = Vec::new();
    for page in pages {
        let title = tokenize::terms(&page.title);
        let tags = tokenize::terms(&page.tags);
        for (number, section) in page.sections.iter().enumerate() {
            let mut weights: BTreeMap<String, f64> = BTreeMap::new();
            let mut add = |terms: Vec<String>, weight: f64| {
                for term in terms {
                    *weights.entry(term).or_default() += weight;
                }
            };
            let body = tokenize::terms(&section.body);
            let code = tokenize::terms(&section.code);
            lengths.push((body.len() + code.len()) as f64);
            add(tokenize::terms(&section.heading), HEADING);
            add(body, BODY);
            add(code, CODE);
            // A page's title and tags belong to its top; below, the title only tells sections of two pages apart.
            add(title.clone(), if number == 0 { TITLE } else { 0.3 });
            if number == 0 {
                add(tags.clone(), TAGS);
            }
            frequencies.push(weights);
        }
    }
    let count = frequencies.len().max(1) as f64;
    let average = (lengths.iter().sum::<f64>() / count).max(1.0);
    let mut documents: BTreeMap<&str, u32> = BTreeMap::new();
    for weights in &frequencies {
        for term in weights.keys() {
            *documents.entry(term).or_default() += 1;
        }
    }
    let mut terms: BTreeMap<String, Vec<Posting>> = BTreeMap::new();
    for (section, weights) in frequencies.iter().enumerate() {
        let norm = 1.0 - B + B * (lengths[section] / average).min(4.0);
        for (term, weight) in weights {
            let found = f64::from(documents[term.as_str()]);
            let rarity = (1.0 + (count - found + 0.5) / (found + 0.5)).ln();
            let saturated = weight * (K1 + 1.0) / (weight + K1 * norm);
            let impact = (rarity * saturated * 10.0).round().clamp(1.0, 255.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1..=255")]
            let posting = (u32::try_from(section).expect("fewer than four thousand million sections"), impact as u8);
            terms.entry(term.clone()).or_default().push(posting);
        }
    }
    Weighed { pages: pages.to_vec(), terms }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        assert!(matches("drafts/*", "drafts/a.md") && !matches("drafts/*", "x/drafts/a.md"));
        assert!(matches("**/CHANGELOG.md", "a/CHANGELOG.md") && !matches("*.txt", "a.md"));
    }

    #[test]
    fn a_heading_outweighs_a_mention() {
        let section =
            |heading: &str, body: &str| Section { heading: heading.into(), body: body.into(), ..Section::default() };
        let page = PageRecord {
            title: "Page".into(),
            sections: vec![
                section("Other", "a circuit breaker is mentioned here"),
                section("Circuit breakers", "open or closed"),
            ],
            ..PageRecord::default()
        };
        let weighed = weigh(&[page]);
        let postings = &weighed.terms["circuit"];
        assert!(postings[1].1 > postings[0].1, "{postings:?}");
    }
}
