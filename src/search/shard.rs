//! Writes the weighed index as `.js` files: a manifest, shards of terms in alphabetical order, blocks of page records,
//! facets.
//!
//! Each file is one call, `docgenSearch(kind, number, data)`, with JSON as data, because a script loads from `file://`
//! and a fetch does not. The sizes keep a search of two words with ten results cheap: small files for small sites, and
//! at most 64 files for each 1,000 pages.
//! Must not know: how the browser ranks.

use super::facets::Facet;
use super::pack;
use super::sections::{PageRecord, Snippet};
use super::weigh::{self, FUNCTION_WORDS, Postings};
use crate::page::heading::slugify;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The files of the index, by path relative to the site's root.
#[derive(Debug, Default)]
pub struct SearchIndex {
    /// Content by path.
    pub files: BTreeMap<String, String>,
}

/// Min characters of a shard of terms; compressed, about half as many bytes.
const SHARD: usize = 17_000;
/// Min characters of a block of page records; compressed, about a third as many bytes.
const BLOCK: usize = 5_000;
/// Max characters of all excerpts together. Only small sites have room for excerpts.
const EXCERPTS: usize = 100_000;
/// Max characters of one excerpt.
const EXCERPT: usize = 150;

/// Cuts the index into files.
pub fn cut(pages: &[PageRecord], mut terms: BTreeMap<String, Postings>, facets: &[Facet]) -> SearchIndex {
    let mut files = Files::default();
    pack::prune(&mut terms, postings_budget(pages.len()));
    let firsts = term_shards(&terms, files_for(pages.len()), &mut files);
    let kinds = Kinds::new(pages);
    let blocks = page_blocks(pages, &kinds, files_for(pages.len()), &mut files);
    let facets = facet_files(facets, &mut files);
    let mut sizes = String::new();
    for page in pages {
        pack::number(u32::try_from(page.sections.len()).expect("a page of few sections"), &mut sizes);
    }
    let manifest = json!({
        "weak": FUNCTION_WORDS,
        "scale": weigh::scale(),
        "terms": firsts,
        "blocks": pack::rising(&blocks),
        "sizes": sizes,
        "kinds": kinds.described(),
        "facets": facets,
    });
    let mut manifest = manifest;
    manifest["version"] = json!(files.version());
    files.push("manifest", &manifest);
    SearchIndex { files: files.0.into_iter().collect() }
}

/// Max files of terms, and also of pages, for a site with this many pages. With the manifest and the facets, that is 64
/// files for 1,000 pages and 640 for 10,000.
fn files_for(pages: usize) -> usize {
    22 + (pages.min(1000) * 8 + pages.saturating_sub(1000) * 31) / 1000
}

/// Max postings to keep. A small site keeps all, because its pages fit into a few files. On a medium site, loading ten
/// results costs more, so fewer postings fit. On a large site, more files make room again.
fn postings_budget(pages: usize) -> usize {
    100_000 - pages.min(1000) * 35 + pages.saturating_sub(1000) * 150
}

#[derive(Default)]
struct Files(Vec<(String, String)>);

impl Files {
    /// A hash of the files so far. The browser asks for them with it, so that it never mixes two indexes.
    fn version(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (path, content) in &self.0 {
            hasher.update(path.as_bytes()).update(content.as_bytes());
        }
        hasher.finalize().to_hex()[..8].to_owned()
    }

    /// Adds a file of a kind and returns its number among them.
    fn push(&mut self, kind: &str, data: &Value) -> usize {
        let prefix = format!("docgen/search/{kind}-");
        let number = self.0.iter().rev().take_while(|(path, _)| path.starts_with(&prefix)).count();
        // These two code points are valid in JSON but not in older scripts.
        let data = data.to_string().replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
        self.0.push((format!("{prefix}{number}.js"), format!("docgenSearch({kind:?},{number},{data})\n")));
        number
    }
}

/// Writes the terms. Returns for each shard the shortest text that sorts after all earlier terms and not after its own.
fn term_shards(terms: &BTreeMap<String, Postings>, max_files: usize, files: &mut Files) -> Vec<String> {
    let packed: Vec<(&String, String)> = terms.iter().map(|(term, found)| (term, pack::postings(found))).collect();
    let size = |(term, list): &(&String, String)| term.len() + list.len() + 6;
    let all: usize = packed.iter().map(size).sum();
    let limit = SHARD.max(all / max_files);
    let mut firsts = Vec::new();
    let mut before = String::new();
    for shard in chunks(&packed, limit, size) {
        let (first, _) = shard[0];
        firsts.push(separator(&before, first));
        before.clone_from(shard[shard.len() - 1].0);
        // `term sections snippets term …`: none of them contains a blank.
        let data: Vec<String> = shard.iter().map(|(term, list)| format!("{term} {list}")).collect();
        files.push("terms", &json!(data.join(" ")));
    }
    firsts
}

/// The shortest prefix of `term` that sorts after `before`.
fn separator(before: &str, term: &str) -> String {
    let ends = term.char_indices().map(|(at, sign)| at + sign.len_utf8());
    let shortest = ends.map(|end| &term[..end]).find(|beginning| *beginning > before);
    shortest.unwrap_or(term).to_owned()
}

/// Cuts a list into runs of at least `limit` characters.
fn chunks<T>(items: &[T], limit: usize, size: impl Fn(&T) -> usize) -> Vec<&[T]> {
    let mut runs = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (at, item) in items.iter().enumerate() {
        bytes += size(item);
        if bytes >= limit {
            runs.push(&items[start..=at]);
            (start, bytes) = (at + 1, 0);
        }
    }
    if start < items.len() {
        runs.push(&items[start..]);
    }
    runs
}

/// The kinds of code blocks, by language and badge. Each is stored once for the whole site.
struct Kinds<'a>(BTreeMap<Kind<'a>, u32>);
type Kind<'a> = (&'a str, &'static str, &'static str, &'static str);

impl<'a> Kinds<'a> {
    fn new(pages: &'a [PageRecord]) -> Self {
        let snippets = pages.iter().flat_map(|page| &page.sections).flat_map(|section| &section.snippets);
        let mut kinds: BTreeMap<_, u32> = snippets.map(|snippet| (Self::kind(snippet), 0)).collect();
        for (number, kind) in (0..).zip(kinds.values_mut()) {
            *kind = number;
        }
        Self(kinds)
    }

    fn kind(snippet: &Snippet) -> Kind<'_> {
        let badge = snippet.badge;
        if snippet.is_code {
            (&snippet.language, badge.class, badge.icon, badge.words)
        } else {
            (&snippet.language, "", "", "")
        }
    }

    fn packed(&self, snippets: &[Snippet]) -> String {
        let mut out = String::new();
        for snippet in snippets {
            pack::number(self.0[&Self::kind(snippet)], &mut out);
        }
        out
    }

    fn described(&self) -> Vec<Value> {
        self.0.keys().map(|(language, class, icon, words)| json!([language, class, icon, words])).collect()
    }
}

/// The max length of an excerpt in an index of this many sections; 0 for none.
pub fn excerpt_length(sections: usize) -> usize {
    let length = (EXCERPTS / sections.max(1)).min(EXCERPT);
    // An excerpt of a few words is not useful.
    if length < 40 { 0 } else { length }
}

/// Writes the page records; returns the number of the first page of each block.
fn page_blocks(pages: &[PageRecord], kinds: &Kinds<'_>, max_files: usize, files: &mut Files) -> Vec<u32> {
    let records: Vec<String> = pages.iter().map(|page| record(page, kinds)).collect();
    let all: usize = records.iter().map(String::len).sum();
    let mut firsts = Vec::new();
    let (mut page, mut snippet) = (0, 0);
    for block in chunks(&records, BLOCK.max(all / max_files), String::len) {
        firsts.push(u32::try_from(page).expect("fewer than 2^32 pages"));
        files.push("pages", &json!(format!("{snippet}\n\n{}", block.join("\n\n"))));
        let sections = pages[page..page + block.len()].iter().flat_map(|page| &page.sections);
        snippet += sections.map(|section| section.snippets.len()).sum::<usize>();
        page += block.len();
    }
    firsts
}

/// The lines of a page. The first has the address and the title. Then one line for each section, the top first:
/// heading, kinds of code blocks, anchor and excerpt, separated by tabs, without empty fields at the end. A heading
/// equal to the page's title is left out, and so is an anchor that follows from the heading or from the position at the
/// top.
fn record(page: &PageRecord, kinds: &Kinds<'_>) -> String {
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let title = line(&page.title);
    let mut out = format!("{}\t{title}", page.url);
    for (number, section) in page.sections.iter().enumerate() {
        let heading = line(&section.heading);
        let follows = number == 0 || (section.anchor == slugify(&heading) && section.anchor.is_ascii());
        let fields = [
            if heading == title && number == 0 { String::new() } else { heading },
            kinds.packed(&section.snippets),
            if follows { String::new() } else { section.anchor.clone() },
            section.body.clone(),
        ];
        // A blank means an empty section, because an empty line ends the page.
        let fields = fields.join("\t");
        let fields = fields.trim_end_matches('\t');
        out.push('\n');
        out.push_str(if fields.is_empty() { " " } else { fields });
    }
    out
}

/// Writes the values of all facets, `[facet, slug, title, pages]`. Returns for each facet its name, its title and the
/// files of its values.
fn facet_files(facets: &[Facet], files: &mut Files) -> Vec<Value> {
    let rows: Vec<[&str; 3]> = facets
        .iter()
        .flat_map(|facet| facet.values.iter().map(|value| [facet.name, &value.slug, &value.title]))
        .collect();
    let pages = facets.iter().flat_map(|facet| &facet.values).map(|value| pack::rising(&value.pages));
    let rows: Vec<([&str; 3], String)> = rows.into_iter().zip(pages).collect();
    let mut held: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let size = |(words, pages): &([&str; 3], String)| words.concat().len() + pages.len() + 10;
    for chunk in chunks(&rows, SHARD, size) {
        let data: Vec<Value> =
            chunk.iter().map(|([facet, slug, title], pages)| json!([facet, slug, title, pages])).collect();
        let number = files.push("facets", &json!(data));
        for ([facet, ..], _) in chunk {
            let numbers = held.entry(facet).or_default();
            if numbers.last() != Some(&number) {
                numbers.push(number);
            }
        }
    }
    facets.iter().map(|facet| json!([facet.name, facet.title, held[facet.name]])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_separator_is_as_short_as_can_be() {
        assert_eq!(separator("fence", "fixture"), "fi");
        assert_eq!(separator("fence", "fences"), "fences");
        assert_eq!(separator("", "a"), "a");
    }

    #[test]
    fn runs_are_as_long_as_the_limit() {
        assert_eq!(chunks(&[1, 9, 1, 1, 1], 3, |size| *size), [&[1, 9][..], &[1, 1, 1]]);
    }
}
